"""The discriminator's view on the screen."""

import dataclasses
import math

import pytest

from tui_gan.contract.commands import Watch
from tui_gan.contract.snapshot import Layer
from tui_gan.ui.app import TuiGan
from tui_gan.ui.draw.palette import Look
from tui_gan.ui.panels.discriminator import Discriminator
from tui_gan.ui.panels.panel import Frame


@pytest.mark.parametrize(("size", "ascii_only"), [((80, 24), False), ((120, 36), True), ((200, 60), False)])
def test_the_view(seen, run_of, watch, until, screen_text, size: tuple[int, int], ascii_only: bool) -> None:
    run = run_of(seen())
    app = TuiGan(run, ascii_only=ascii_only)

    async def body(pilot) -> None:
        await pilot.press("3")
        await until(pilot, lambda: "81% on real" in screen_text(app))
        text = screen_text(app)
        for words in ("77% on generated", "D classifies most", "linear 64 > 64", "weights", "gradient", "both"):
            assert words in text
        assert ("logits" in text) == (size != (80, 24))
        assert any("layers" in command.parts for command in run.sent if isinstance(command, Watch))

    watch(app, body, size)


def test_gradients_that_vanish_are_named_in_the_edge(seen, look: Look) -> None:
    panel, fine = Discriminator("discriminator"), seen()
    faint = dataclasses.replace(fine, layers=(*fine.layers, Layer("G", "linear 1 > 1", 1.0, 1e-12)))
    assert "vanish" not in str(panel.notes(Frame(fine, look)))
    assert panel.notes(Frame(faint, look))[0][0].startswith("vanishing gradient in 1 layer")


def test_what_it_depends_on(seen, answers, look: Look) -> None:
    panel, base = Discriminator("discriminator"), seen()
    for changes in ({"predictions": answers}, {"layers": (Layer("D", "linear 1 > 1", 1.0, 0.5),)}):
        assert panel.facts(Frame(dataclasses.replace(base, **changes), look)) != panel.facts(Frame(base, look))


def test_a_ranking_discriminator(seen, answers, look: Look) -> None:
    ranking = dataclasses.replace(answers, real_right=math.nan, fake_right=math.nan)
    assert "accuracy is not defined" in Discriminator("discriminator").inside(Frame(seen(predictions=ranking), look), 78, 20).text()


def test_the_layers_scroll_by_keys_and_wheel(seen, run_of, watch, until, screen_text) -> None:
    layers = tuple(Layer(player, f"linear {number} > {number}", 1.0, 0.5) for player in "DG" for number in range(10))
    app = TuiGan(run_of(seen(layers=layers)))

    async def body(pilot) -> None:
        await pilot.press("3")
        await until(pilot, lambda: "D linear 0 > 0" in screen_text(app) and "↓ 14 more" in screen_text(app))
        await pilot.press("down", "down")
        await until(pilot, lambda: "D linear 0 > 0" not in screen_text(app) and "↑ 2 more, ↓ 12 more" in screen_text(app))
        await pilot.press(*["down"] * 30)
        await until(pilot, lambda: "G linear 9 > 9" in screen_text(app) and "↑ 14 more" in screen_text(app))
        await pilot.press("up")
        await until(pilot, lambda: "G linear 9 > 9" not in screen_text(app) and "↑ 13 more, ↓ 1 more" in screen_text(app))

    watch(app, body, (80, 24))
