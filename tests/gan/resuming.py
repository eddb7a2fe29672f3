"""Exact resume, as every kind of game is held to it."""

from collections.abc import Callable

import torch
from safetensors.torch import load, save

from tui_gan.contract.knobs import Knobs
from tui_gan.gan.state import forms
from tui_gan.gan.trainer import Trainer


def check_resumed(build: Callable[[], Trainer], knobs: Knobs, half: int = 3) -> None:
    """2N steps are N, save, load and N, bit for bit, whoever else draws meanwhile; and what must be in a checkpoint is there."""
    whole, first, second = build(), build(), build()
    train(whole, knobs, 2 * half)
    train(first, knobs, half)
    torch.rand(3)
    # Through the bytes of a file, as a checkpoint goes.
    second.load_state(load(save(first.state())))
    train(second, knobs, half)
    wanted, found = whole.state(), second.state()
    assert wanted.keys() == found.keys()
    assert [name for name in wanted if not torch.equal(wanted[name], found[name])] == []
    assert not all(torch.equal(first.state()[name], found[name]) for name in found)
    must = forms(whole.config, whole.dataset.shape).must
    assert {name: (value.dtype, tuple(value.shape)) for name, value in wanted.items() if name in must} == must


def train(trainer: Trainer, knobs: Knobs, steps: int) -> None:
    """Train so many steps."""
    for _ in range(steps):
        trainer.step(knobs)
