"""Whether pictures go out in pixels, by which way, and what the terminal has been given."""

import numpy as np
import pytest

from tui_gan.ui import tmux
from tui_gan.ui.answers import Answers
from tui_gan.ui.draw.raster import Raster, forgotten, sent
from tui_gan.ui.pixels import Given, Route, to_terminal
from tui_gan.ui.tmux import Client, Pane

KITTY, GHOSTTY = Client("a", "xterm-kitty", ("RGB", "title")), Client("b", "xterm-ghostty", ("RGB",))
PALE, OTHER = Client("c", "xterm-kitty", ("title",)), Client("d", "xterm-256color", ("RGB",))
TMUX = {"TMUX": "/tmp/socket,1,0", "TMUX_PANE": "%0", "TERM": "tmux-256color"}


def raster(value: int = 0) -> Raster:
    return Raster(np.full((16, 8, 3), value, np.uint8), 0, 0, 2, 2)


@pytest.mark.parametrize("wanted", [None, True, False])
@pytest.mark.parametrize("term", ["xterm-kitty", "xterm-256color"])
def test_without_tmux_the_terminal_says_it_or_the_user(term: str, wanted: bool | None) -> None:
    assert to_terminal({"TERM": term}, wanted) == Route("kitty" if wanted or (wanted is None and term == "xterm-kitty") else None)


@pytest.mark.parametrize(
    ("pane", "opens", "if_wanted"),
    [
        (Pane(True, (KITTY,)), True, True),
        (Pane(True, (KITTY, GHOSTTY)), True, True),
        (Pane(False, (KITTY,)), False, False),
        (Pane(True, ()), False, False),
        # One that would show holes.
        (Pane(True, (KITTY, OTHER)), False, True),
        # tmux would make another picture's number of the colour.
        (Pane(True, (PALE,)), False, True),
        (None, False, False),
    ],
)
def test_in_tmux_it_depends_on_what_passes_and_on_all_who_look(
    pane: Pane | None, opens: bool, if_wanted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tmux, "pane", lambda environment: pane)
    # What the session's own environment says is of whoever began it.
    assert to_terminal(TMUX) == to_terminal({**TMUX, "TERM": "xterm-kitty"}) == Route("kitty" if opens else None, pane)
    assert to_terminal(TMUX, True) == Route("kitty" if if_wanted else None, pane)


def test_who_wants_no_pixels_has_tmux_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(tmux, "pane")
    assert to_terminal(TMUX, False) == Route()


SIXELS = Answers(True, 256, (10, 20))


@pytest.mark.parametrize(
    ("term", "wanted", "answers", "expected"),
    [
        ("xterm-256color", None, SIXELS, Route("sixel", answers=SIXELS)),
        # More than the user asks for: what nobody says is there.
        ("xterm-256color", True, SIXELS, Route("sixel", answers=SIXELS)),
        ("xterm-256color", True, Answers(), Route("kitty")),
        ("xterm-256color", False, SIXELS, Route()),
        ("xterm-kitty", None, SIXELS, Route("kitty")),
        # Without the size of its cells nothing can be laid over them.
        ("xterm-256color", None, Answers(sixel=True), Route()),
        ("xterm-256color", None, Answers(cell=(10, 20)), Route()),
    ],
)
def test_sixels_are_drawn_where_kitty_s_protocol_is_not_there(term: str, wanted: bool | None, answers: Answers, expected: Route) -> None:
    assert to_terminal({"TERM": term}, wanted, answers) == expected


@pytest.mark.parametrize(
    ("features", "passes", "expected"),
    [
        ([("sixel",)], False, "sixel"),
        ([("sixel", "RGB"), ("sixel",)], True, "sixel"),
        ([("sixel",), ("RGB",)], True, None),
        ([], True, None),
    ],
)
def test_tmux_draws_sixels_itself_on_terminals_that_can(
    features: list[tuple[str, ...]], passes: bool, expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    pane = Pane(passes, tuple(Client(str(number), "foot", each) for number, each in enumerate(features)))
    monkeypatch.setattr(tmux, "pane", lambda environment: pane)
    assert to_terminal(TMUX, None, SIXELS) == Route(expected, pane, SIXELS if expected else Answers())
    assert to_terminal(TMUX, None, Answers()) == Route(None, pane)


def test_each_sequence_is_wrapped_for_tmux_alone() -> None:
    assert Route("kitty").laid("\x1b_Ga\x1b\\", "\x1b_Gb\x1b\\") == "\x1b_Ga\x1b\\\x1b_Gb\x1b\\"
    through = Route("kitty", Pane(True, (KITTY,))).laid("\x1b_Ga\x1b\\", "\x1b_Gb\x1b\\")
    assert through == tmux.through("\x1b_Ga\x1b\\") + tmux.through("\x1b_Gb\x1b\\")


def test_each_picture_is_given_once_the_newest_of_its_number_and_again_where_it_is_owed() -> None:
    given, direct = Given(), Route("kitty")
    assert given.giving(direct) == given.parting(direct) == ""
    given.owe()
    for picture, number in ((raster(1), 7), (raster(2), 5), (raster(3), 7)):
        given.keep(picture, number)
    assert given.giving(direct) == "".join(sent(raster(2), 5) + sent(raster(3), 7))
    assert given.giving(direct) == ""
    given.keep(raster(4), 5)
    assert given.giving(direct) == "".join(sent(raster(4), 5))
    given.owe()
    assert given.giving(direct) == "".join(sent(raster(4), 5) + sent(raster(3), 7))
    assert given.parting(direct) == forgotten(5) + forgotten(7)
    given.keep(raster(), 9)
    given.drop()
    assert given.giving(direct) == given.parting(direct) == ""
