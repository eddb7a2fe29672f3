import pytest

from tui_gan.ui.app import TuiGan
from tui_gan.ui.question import Question

ASKED = "Save this run, and start a new one with optimizer.kind=sgd, discriminator.widths=[64, 64], latent_dim=16?"


@pytest.mark.parametrize("size", [(44, 24), (60, 20), (80, 24), (200, 60)])
def test_a_question_is_whole_at_any_width_also_when_that_changes(seen, run_of, size, watch, screen_text, until) -> None:
    app = TuiGan(run_of(seen()))

    def whole() -> bool:
        rows = [line for line in screen_text(app).split("\n") if "╰" in line and "y yes   n no" in line]
        words = screen_text(app).replace("│", " ").split()
        return len(rows) == 1 and "╯" in rows[0] and all(word in words for word in ASKED.split())

    async def body(pilot) -> None:
        app.push_screen(Question(ASKED))
        await until(pilot, whole)
        await pilot.resize_terminal(*((100, 30) if size[0] < 100 else (50, 20)))
        await until(pilot, whole)

    watch(app, body, size)
