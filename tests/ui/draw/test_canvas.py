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
