"""The toy in JAX, where it is installed."""

import pytest

from tui_gan.bench import toy_in_jax
from tui_gan.presets import PRESETS


def test_without_jax_there_is_no_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "jax", None)
    assert toy_in_jax.version() == ""


def test_it_trains_as_many_steps_as_it_says() -> None:
    pytest.importorskip("jax")
    train = toy_in_jax.scanned(PRESETS["toy1d"].config, PRESETS["toy1d"].knobs)
    assert train() == toy_in_jax.SCANNED
