"""Presets of MNIST on MNIST itself, where it lies at hand: after some hundred steps nothing has diverged, and D has not won for good."""

import os
from pathlib import Path

import pytest

from tui_gan.contract.errors import UsageError
from tui_gan.gan.trainer import Trainer
from tui_gan.presets import PRESETS
from tui_gan.session.sources import dataset_of

# By whose losses it can be told within a minute each; the D of goodfellow-mnist has nearly won by then, as its source lets it.
FULLY_CONNECTED = (
    "mnist",
    "mnist-conditional",
    "mnist-conditional-2014",
    "mnist-bigan",
    "mnist-few-labels",
    "mnist-stacked-words",
)
STEPS, LAST = 750, 100
# Of D's mean loss: below, what it says of generated samples gives G next to nothing to go by.
WON = 0.05


@pytest.mark.slow
@pytest.mark.parametrize("name", FULLY_CONNECTED)
def test_the_game_is_still_on(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUI_GAN_DATA", os.environ.get("TUI_GAN_DATA", str(Path(__file__).parents[3] / "shared" / "data")))
    config, knobs = PRESETS[name].config, PRESETS[name].knobs
    try:
        dataset, _ = dataset_of(config, Path())
    except UsageError:
        pytest.skip("MNIST is not at hand")
    trainer = Trainer(config, dataset, "cpu")
    for _ in range(STEPS - LAST):
        trainer.step(knobs)
    trainer.clear_losses()
    for _ in range(LAST):
        trainer.step(knobs)
    assert trainer.is_finite()
    assert float(trainer.mean_losses()[1]) > WON
