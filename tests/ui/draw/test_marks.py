import numpy as np
import pytest

from tui_gan.ui.draw import marks


def text(glyphs) -> list[str]:
    return ["".join(chr(code) if code else " " for code in row) for row in glyphs.tolist()]


def test_area_fills_in_eighths() -> None:
    heights = np.array([0.0, 0.0625, 0.5, 0.75, 1.0, 2.0, np.nan])
    assert text(marks.area(heights, 2)) == ["   ▄██ ", " ▁████ "]
    assert text(marks.area(heights, 2, "#")) == ["   ### ", "  #### "]


def test_a_line_is_joined_between_columns() -> None:
    dots = marks.line(np.array([0.0, 0.0, 1.0, 1.0]), 4)
    assert dots.sum(axis=0).tolist() == [1, 1, 3, 1]
    assert text(marks.cells(dots)) == ["⣀⠏"]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1.5, -0.5])
def test_a_line_breaks_at_what_cannot_be_drawn(bad: float) -> None:
    dots = marks.line(np.array([0.0, bad, 1.0, 1.0]), 4)
    assert dots.sum(axis=0).tolist() == [1, 0, 1, 1]


def test_dashes() -> None:
    assert marks.line(np.zeros(8), 4, dash=2).any(axis=0).tolist() == [True, True, False, False] * 2


def test_scatter_leaves_out_what_is_outside() -> None:
    dots = marks.scatter(np.array([0, 3, 9, -1]), np.array([0, 3, 0, 0]), 4, 4)
    assert text(marks.cells(dots)) == ["⠁⢀"]
    assert text(marks.cells(dots, "o")) == ["oo"]


def test_segments_join_their_ends_and_are_cut_at_the_borders() -> None:
    starts, ends = np.array([[0.5, 0.5], [-4.0, 3.5]]), np.array([[3.5, 0.5], [9.0, 3.5]])
    assert text(marks.cells(marks.segments(starts, ends, 4, 4))) == ["⣉⣉"]
    assert not marks.segments(starts + 100, ends + 100, 4, 4).any()
    steep = marks.segments(np.array([[0.5, -1e12]]), np.array([[0.5, 1e12]]), 4, 8)
    assert steep.sum(axis=0).tolist() == [8, 0, 0, 0]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e308])
def test_a_segment_to_nowhere_is_not_drawn(bad: float) -> None:
    starts, ends = np.array([[1.0, 1.0], [bad, 1.0], [-bad, -bad]]), np.array([[1.0, 1.0], [1.0, bad], [bad, bad]])
    assert marks.segments(starts[:1], ends[:1], 4, 4).sum() == 1
    assert marks.segments(starts, ends, 4, 4).shape == (4, 4)
    assert not marks.segments(np.empty((0, 2)), np.empty((0, 2)), 4, 4).any()


def test_two_dashed_lines_lie_in_each_others_gaps() -> None:
    one, other = (marks.line(np.zeros(8), 4, 2, gap_first=later) for later in (False, True))
    assert not (one & other).any()
    assert (one | other).any(axis=0).all()
