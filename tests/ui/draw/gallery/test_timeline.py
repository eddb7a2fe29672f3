"""The timeline as exact strings, and where it can be clicked."""

import itertools

from tui_gan.ui.draw.gallery.timeline import timeline
from tui_gan.ui.draw.palette import Look

KEPT = tuple(range(0, 2001, 250))


def test_live(look: Look) -> None:
    drawn = timeline(KEPT, None, 50, look)[0].text()
    assert drawn == look.pick("0 ┴───┴───┴───┴───┴────┴───┴───┴───┴ 2,000  ● live", "0 +---+---+---+---+----+---+---+---+ 2,000  * live")


def test_looking_back(look: Look) -> None:
    drawn = timeline(KEPT, 3, 50, look)[0].text()
    assert drawn == look.pick("0 ┴───┴───┴───●───┴────┴───┴───┴───┴ 2,000  ○ live", "0 +---+---+---O---+----+---+---+---+ 2,000  o live")


def test_more_steps_than_columns_are_one_row_of_ticks() -> None:
    text = timeline(tuple(range(256)), 255, 40, Look())[0].text()
    assert "─" not in text
    assert "●" in text


def test_any_steps_in_any_width(look: Look) -> None:
    for shown, width, kept in itertools.product(
        [None, 0, 1, 500], [0, 1, 7, 8, 9, 20, 33, 34, 35, 78, 158], [(), (7,), (0, 5), KEPT, tuple(range(0, 100_000_000, 400_000))]
    ):
        canvas, targets = timeline(kept, shown, width, look)
        assert (canvas.width, canvas.height) == (width, 1), (shown, width, kept)
        assert canvas.text().isascii() or not look.ascii_only, (shown, width, kept)
        assert all(0 <= target.start < target.end <= width for target in targets), (shown, width, kept)
        assert bool(targets) == (bool(kept) and width >= 8), (shown, width, kept)


def test_a_click_goes_to_the_nearest_step_and_to_the_end() -> None:
    canvas, targets = timeline(KEPT, None, 50, Look())
    at = {x: target.action for target in targets for x in range(target.start, target.end)}
    ticks = [x for x, letter in enumerate(canvas.text()) if letter == "┴"]
    assert [at[x] for x in ticks] == [f"scrub_at({number})" for number in range(len(KEPT))]
    assert at[49] == "scrub_to('live')"
