"""Which panels have little to say, and that this does not waver."""

import numpy as np
import pytest

from tui_gan.contract.snapshot import Event, Series, frozen
from tui_gan.ui.quiet import Quiet, learned


def losses(*values: np.ndarray) -> dict[str, Series]:
    names = ("generator_loss", "discriminator_loss")
    return {name: Series(frozen(np.arange(each.size) * 50.0), frozen(each)) for name, each in zip(names, values, strict=True)}


def falling(number: int, noise: float) -> np.ndarray:
    """From 2 to 1 within 20 points, and there with some noise."""
    return 1.0 + np.clip(1 - np.arange(number) / 20, 0, 1) + noise * np.random.default_rng(0).uniform(-1, 1, number)


def test_a_few_short_events_are_little_and_more_stay_more(seen) -> None:
    one, long, many = (
        tuple(Event(0, text) for text in texts)
        for texts in (["device: cpu"], ["299 of the 1,797 images are held out for measuring, chosen by a fixed seed"] * 2, ["saved"] * 4)
    )
    assert learned(Quiet(), seen(events=one), 48).events
    assert learned(Quiet(), seen(events=()), 48).events
    assert not learned(Quiet(), seen(events=long), 48).events
    assert not learned(Quiet(), seen(events=many), 48).events
    assert not learned(Quiet(), seen(events=one, failure="Traceback"), 48).events


@pytest.mark.parametrize(("number", "noise", "rests"), [(30, 0.0, False), (200, 0.0, True), (200, 0.01, True), (200, 0.2, False)])
def test_losses_rest_when_their_newer_half_hardly_moves(seen, number: int, noise: float, rests: bool) -> None:
    course = falling(number, noise)
    assert learned(Quiet(), seen(series=losses(course, 2 * course)), 48).losses == rests


def test_losses_at_rest_stay_so_until_they_really_move(seen) -> None:
    wavering = losses(falling(400, 0.04), 1.4 * falling(400, 0.04))
    resting, moving = Quiet(True, True), Quiet(True, False)
    assert learned(resting, seen(series=wavering, events=()), 48) == resting
    assert learned(moving, seen(series=wavering, events=()), 48) == moving
    jump = np.concatenate([falling(200, 0.0), np.linspace(1, 2, 100)])
    assert learned(resting, seen(series=losses(jump, jump), events=()), 48) == moving
    broken = falling(200, 0.0)
    broken[150] = np.nan
    assert learned(resting, seen(series=losses(broken, broken), events=()), 48) == moving
    assert learned(resting, seen(series={}, events=()), 48) == resting
