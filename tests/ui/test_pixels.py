"""Whether pictures go out in pixels, by which way, and what the terminal has been given."""

import numpy as np
import pytest

from tui_gan.ui import tmux
from tui_gan.ui.draw.raster import Raster, forgotten, sent
from tui_gan.ui.pixels import Given, Way, way
from tui_gan.ui.tmux import Client, Pane

KITTY, GHOSTTY = Client("a", "xterm-kitty", ("RGB", "title")), Client("b", "xterm-ghostty", ("RGB",))
PALE, OTHER = Client("c", "xterm-kitty", ("title",)), Client("d", "xterm-256color", ("RGB",))
TMUX = {"TMUX": "/tmp/socket,1,0", "TMUX_PANE": "%0", "TERM": "tmux-256color"}


def raster(value: int = 0) -> Raster:
    return Raster(np.full((16, 8, 3), value, np.uint8), 0, 0, 2, 2)


@pytest.mark.parametrize("wanted", [None, True, False])
@pytest.mark.parametrize("term", ["xterm-kitty", "xterm-256color"])
def test_without_tmux_the_terminal_says_it_or_the_user(term: str, wanted: bool | None) -> None:
    assert way({"TERM": term}, wanted) == Way(term == "xterm-kitty" if wanted is None else wanted)


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
    assert way(TMUX) == way({**TMUX, "TERM": "xterm-kitty"}) == Way(opens, pane)
    assert way(TMUX, True) == Way(if_wanted, pane)


def test_who_wants_no_pixels_has_tmux_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(tmux, "pane")
    assert way(TMUX, False) == Way(False)


def test_each_sequence_is_wrapped_for_tmux_alone() -> None:
    assert Way(True).laid("\x1b_Ga\x1b\\", "\x1b_Gb\x1b\\") == "\x1b_Ga\x1b\\\x1b_Gb\x1b\\"
    through = Way(True, Pane(True, (KITTY,))).laid("\x1b_Ga\x1b\\", "\x1b_Gb\x1b\\")
    assert through == tmux.through("\x1b_Ga\x1b\\") + tmux.through("\x1b_Gb\x1b\\")


def test_the_newest_pictures_are_given_and_taken_away() -> None:
    given, direct = Given(), Way(True)
    assert given.giving(direct) == given.parting(direct) == ""
    for picture, number in ((raster(1), 7), (raster(2), 5), (raster(3), 7)):
        given.keep(picture, number)
    assert given.giving(direct, 5) == "".join(sent(raster(2), 5))
    assert given.giving(direct) == "".join(sent(raster(3), 7) + sent(raster(2), 5))
    assert given.parting(direct) == forgotten(5) + forgotten(7)
    given.drop()
    assert given.giving(direct) == given.parting(direct) == ""
