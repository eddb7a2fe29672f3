"""Graphs of steps, of which tracing takes seconds, are traced once for all tests of a file."""

import pytest
import torch

from tui_gan.gan.engines.many import Case, Many

_TRACED: dict[tuple[str, str, int, Case], torch.nn.Module] = {}


def trace_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let many of one configuration share a graph where the program itself shares it among chunks."""
    traced = Many.traced

    def once(many: Many) -> torch.nn.Module:
        key = (repr(many.first.config), many.form(), len(many.members), many.case)
        if key not in _TRACED:
            _TRACED[key] = traced(many)
        return _TRACED[key]

    monkeypatch.setattr(Many, "traced", once)
