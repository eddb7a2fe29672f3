"""Rows: what the value of a setting means stands beside it."""

import pytest

from tests.ui.conftest import make_snapshot
from tui_gan.contract.snapshot import Setting
from tui_gan.ui.draw.palette import Look
from tui_gan.ui.draw.texts.settings import Foot, settings
from tui_gan.ui.rows import rows

NAMES = ("grid", "normal")


@pytest.mark.parametrize(
    ("setting", "meaning"),
    [
        (Setting("latent", "grid", True, NAMES, ""), "grid (latent): Evenly spaced numbers from -8 to 8, moved by up to 0.01."),
        (Setting("dataset", "grid", False, (), ""), "grid (data): Twenty-five narrow Gaussians on a square grid."),
        (
            Setting("schedule.kind", "linear", True, ("linear",), ""),
            "linear (schedule): The learning rates fall linearly over one `period`.",
        ),
        (Setting("generator.output", "linear", False, ("linear",), ""), "linear (output): An output layer without an activation function."),
        (Setting("regularizers.r2", 0.0, True, (), ""), "R2: As R1, at generated samples."),
        (Setting("generator.norm", "none", False, ("none", "batch"), ""), ""),
        (Setting("data", "grid", False, (), ""), ""),
        (Setting("latent_dim", 2, False, (), ""), ""),
    ],
)
def test_the_meaning_of_a_value(setting: Setting, meaning: str) -> None:
    assert rows(make_snapshot(settings=(setting,)), {})[-1].meaning == meaning


def test_the_chosen_row_tells_what_its_value_means() -> None:
    found = rows(make_snapshot(settings=(Setting("objective", "hinge", True, ("hinge",), "loss functions."),)), {})
    text = settings(found, len(found) - 1, 0, Foot(), 100, 24, Look())[0].text()
    assert "hinge: D's raw output is pushed above 1 on real and below -1 on generated samples, and no further." in text
