import numpy as np

from tui_gan.ui.draw.canvas import Canvas, changed_rows, framed, plain, strip
from tui_gan.ui.draw.palette import DARK, Ink, Look, styles


def test_text_is_cut_at_the_borders() -> None:
    canvas = Canvas(5, 2)
    canvas.write(3, 0, "abc")
    canvas.write(-1, 1, "xyz")
    canvas.write(0, 7, "below")
    canvas.write(9, 0, "beyond")
    assert canvas.text() == "   ab\nyz   "


def test_control_and_wide_characters_take_one_harmless_cell() -> None:
    assert plain("a\x1b[31mb\n\t日é") == "a?[31mb???é"


def test_frame_title_and_notes() -> None:
    inside = Canvas(20, 1)
    inside.write(0, 0, "inside")
    notes = (("real", Ink.REAL), (" fake", Ink.FAKE))
    assert framed(inside, "box", False, Look(), notes).text() == ("╭─ box ── real fake ─╮\n│inside              │\n╰────────────────────╯")
    assert framed(inside, "box", True, Look(ascii_only=True)).text().isascii()


def test_notes_without_room_are_left_out_whole() -> None:
    first = framed(Canvas(14, 0), "box", False, Look(), (("real", Ink.REAL), (" generated", Ink.FAKE))).text().split("\n")[0]
    assert first == "╭─ box ─ real ─╮"
    assert len(framed(Canvas(0, 0), "box", False, Look(), (("real", Ink.REAL),)).text().split("\n")[0]) == 2


def test_a_key_has_no_room_without_its_words() -> None:
    notes = (("real", Ink.REAL), ("  a", Ink.KEY), (" all samples", Ink.DIM))
    wide, narrow = (framed(Canvas(width, 0), "box", False, Look(), notes).text().split("\n")[0] for width in (30, 18))
    assert wide.endswith("─ real  a all samples ─╮")
    assert narrow.endswith("─ real ─╮")


def test_only_changed_cells_are_named() -> None:
    old, new = Canvas(10, 3), Canvas(10, 3)
    assert changed_rows(new, old) == []
    new.write(2, 1, "abc")
    assert changed_rows(new, old) == [(1, 2, 5)]
    new.inks[2, 9] = Ink.DIM
    assert changed_rows(new, old) == [(1, 2, 5), (2, 9, 10)]
    assert len(changed_rows(new, Canvas(9, 3))) == 3
    assert len(changed_rows(new, None)) == 3


def test_a_strip_has_one_segment_for_each_run_of_ink() -> None:
    canvas = Canvas(6, 1)
    canvas.write(1, 0, "ab", Ink.REAL)
    segments = list(strip(canvas, 0, Look()))
    assert [segment.text for segment in segments] == [" ", "ab   "]
    assert segments[1].style == styles(DARK)[Ink.REAL]
    assert strip(canvas, 0, Look()).cell_length == 6
    assert list(strip(Canvas(0, 1), 0, Look())) == []


def test_a_space_beside_a_coloured_ground_keeps_its_own() -> None:
    canvas = Canvas(4, 1)
    canvas.write(0, 0, "ab", Ink.BADGE_GOOD)
    assert [segment.text for segment in strip(canvas, 0, Look())] == ["ab", "  "]


def test_lay_leaves_what_is_not_drawn() -> None:
    canvas = Canvas(3, 1)
    canvas.write(0, 0, "abc")
    canvas.lay(np.array([[0, ord("X")]], dtype="<u4"), Ink.FAKE, x=1)
    assert canvas.text() == "abX"


def painted(letters: list[int], grounds: list[int], text: str) -> Canvas:
    canvas = Canvas(len(text), 1)
    canvas.write(0, 0, text)
    canvas.paint(*(np.repeat(np.array([greys], dtype=np.uint8)[..., None], 3, axis=2) for greys in (letters, grounds)))
    return canvas


def test_painted_cells_have_their_own_colours_and_equal_ones_are_one_segment() -> None:
    segments = list(strip(painted([9, 9, 7, 7], [1, 1, 1, 2], "xyzw"), 0, Look()))
    assert [segment.text for segment in segments] == ["xy", "z", "w"]
    assert [(segment.style.color.triplet[0], segment.style.bgcolor.triplet[0]) for segment in segments] == [(9, 1), (7, 1), (7, 2)]


def test_a_painted_space_takes_the_letter_colour_before_it() -> None:
    segments = list(strip(painted([9, 7, 7, 7], [1, 1, 1, 2], "x  y"), 0, Look()))
    assert [segment.text for segment in segments] == ["x  ", "y"]


def test_paint_is_pasted_covered_and_noticed() -> None:
    inside = painted([9, 9], [1, 1], "xy")
    canvas = framed(inside, "box", False, Look())
    plain_one = framed(Canvas(2, 1), "box", False, Look())
    plain_one.write(1, 1, "xy")
    assert changed_rows(canvas, plain_one) == changed_rows(plain_one, canvas) == [(1, 1, 3)]
    canvas.write(1, 1, "x")
    assert canvas.paints is not None
    assert np.count_nonzero(canvas.paints) == 1
    canvas.paste(1, 1, Canvas(2, 1))
    assert not canvas.paints.any()
