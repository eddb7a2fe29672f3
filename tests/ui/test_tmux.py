"""What tmux says of a pane and of the terminals that show it, and what it hands on to them; by a real tmux where there is one."""

import re
from collections.abc import Iterator

import numpy as np
import pytest

from tests.multiplexer import Tmux, needs_tmux
from tests.multiplexer import tmux as started
from tui_gan.ui.draw.raster import Raster, forgotten, sent
from tui_gan.ui.pixels import Given, Route
from tui_gan.ui.tmux import Client, Pane, inside, pane, read, through

KITTY = Client("/dev/pts/3:77", "xterm-kitty", ("RGB", "title"))
PATIENCE = 20.0
# What the pane writes before the terminal looks at it does not get there.
WHEN_SEEN = "echo seen; read key; cat content; cat"


@pytest.fixture
def tmux() -> Iterator[Tmux]:
    with started() as server:
        yield server


def received(raw: bytearray) -> list[str]:
    """The sequences of graphics that a terminal would have read, with whatever stands between their beginning and their end."""
    return [match.decode() for match in re.findall(rb"\x1b_G.*?\x1b\\", bytes(raw), re.DOTALL)]


def test_every_escape_is_doubled_and_the_end_stays_one() -> None:
    assert through("\x1b_Gi=1;AAAA\x1b\\") == "\x1bPtmux;\x1b\x1b_Gi=1;AAAA\x1b\x1b\\\x1b\\"
    assert through("no escape") == "\x1bPtmux;no escape\x1b\\"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("@1 1 1\n@1 /dev/pts/3:77 xterm-kitty RGB,title\n", Pane(True, (KITTY,))),
        ("@1 1 on\n@2 /dev/pts/3:77 xterm-kitty RGB,title\n", Pane(True, ())),
        ("@1 0 all\n@1 /dev/pts/3:77 xterm-kitty RGB,title\n", Pane(True, ())),
        ("@1 1 0\n@1 /dev/pts/3:77 xterm-kitty RGB,title\n", Pane(False, (KITTY,))),
        ("@1 1 off\n", Pane(False, ())),
        # Versions that know no such option.
        ("@1 1 \n@1 /dev/pts/3:77 xterm-kitty \n", Pane(False, (Client("/dev/pts/3:77", "xterm-kitty", ("",)),))),
        ("@1 1 1\nwhat no tmux says\n", Pane(True, ())),
        ("", None),
        ("no server running", None),
    ],
)
def test_what_tmux_answers(answer: str, expected: Pane | None) -> None:
    assert read(answer) == expected


def test_a_program_is_inside_where_tmux_has_given_it_a_pane() -> None:
    assert inside({"TMUX": "/tmp/socket,1,0", "TMUX_PANE": "%0"})
    assert not inside({"TMUX": "/tmp/socket,1,0"})
    assert not inside({})


def test_without_a_tmux_to_ask_nothing_is_known() -> None:
    assert pane({"TMUX": "/nowhere,1,0", "TMUX_PANE": "%0", "PATH": "/nowhere"}) is None


@needs_tmux
def test_those_that_show_the_pane_are_named_and_no_others(tmux: Tmux) -> None:
    def terms(place: str = "%0") -> list[str] | None:
        found = pane(tmux.environment(place))
        return None if found is None else sorted(client.term for client in found.clients)

    assert terms() is None
    tmux.tell("new-session", "-d", "-s", "a b", "cat")
    assert pane(tmux.environment()) == Pane(False, ())
    tmux.tell("set", "-p", "-t", "%0", "allow-passthrough", "on")
    assert pane(tmux.environment()) == Pane(True, ())
    assert terms("%99") is None
    with tmux.seen("attach") as kitty, tmux.seen("attach", term="xterm-256color") as other:
        kitty.wait_for(lambda _: terms() == ["xterm-256color", "xterm-kitty"], PATIENCE)
        features = {client.term: client.features for client in pane(tmux.environment()).clients}  # type: ignore[union-attr]
        assert "RGB" in features["xterm-kitty"]
        assert "RGB" not in features["xterm-256color"]
        # Another session that shows the same window, as grouped ones do.
        tmux.tell("new-session", "-d", "-t", "a b", "-s", "group")
        with tmux.seen("attach", "-t", "group", term="xterm-ghostty") as third:
            third.wait_for(lambda _: terms() == ["xterm-256color", "xterm-ghostty", "xterm-kitty"], PATIENCE)
            elsewhere = tmux.tell("new-window", "-t", "group", "-P", "-F", "#{pane_id}", "cat")
            third.wait_for(lambda _: terms() == ["xterm-256color", "xterm-kitty"], PATIENCE)
            assert terms(elsewhere) == ["xterm-ghostty"]
        beside = tmux.tell("split-window", "-t", "%0", "-P", "-F", "#{pane_id}", "cat")
        assert terms() == terms(beside) == ["xterm-256color", "xterm-kitty"]
        tmux.tell("resize-pane", "-Z", "-t", beside)
        assert (terms(), terms(beside)) == ([], ["xterm-256color", "xterm-kitty"])
        assert other.process.poll() is None


@needs_tmux
@pytest.mark.parametrize("allowed", ["on", "off"])
def test_what_is_let_through_arrives_whole_and_as_it_was(allowed: str, tmux: Tmux) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (80, 120, 3)).astype(np.uint8)
    sequences = sent(Raster(pixels, 0, 0, 30, 10), 77)
    assert len(sequences) > 3
    (tmux.place / "content").write_text("".join(map(through, sequences)) + "afterwards")
    (tmux.place / "conf").write_text(f"set -g allow-passthrough {allowed}\n")
    with tmux.seen("new", WHEN_SEEN) as opened:
        opened.wait_for("seen", PATIENCE)
        opened.press("\r")
        opened.wait_for("afterwards", PATIENCE)
    assert received(opened.raw) == (sequences if allowed == "on" else [])
    assert (b"\x1b_G" in opened.raw) == (allowed == "on")


@needs_tmux
def test_wherever_a_picture_was_cut_off_the_parting_is_heard(tmux: Tmux) -> None:
    given, way = Given(), Route("kitty", Pane(True, (KITTY,)))
    given.keep(Raster(np.zeros((8, 8, 3), np.uint8), 0, 0, 2, 1), 77)
    whole = given.giving(way)
    (tmux.place / "conf").write_text("set -g allow-passthrough on\n")
    # Within what tmux is told, between two doubled Escapes, and between the last Escape and its letter.
    places = [3, 8, 9, 10, 30, *range(len(whole) - 6, len(whole) + 1)]
    cut = (whole[:at] + "\x1b\\" + given.parting(way) + f"\r\nafterwards{number}\r\n" for number, at in enumerate(places))
    (tmux.place / "content").write_text("".join(cut))
    with tmux.seen("new", WHEN_SEEN) as opened:
        opened.wait_for("seen", PATIENCE)
        opened.press("\r")
        text = opened.wait_for(f"afterwards{len(places) - 1}", PATIENCE)
    assert all(f"afterwards{number}" in text for number in range(len(places)))
    # The terminal too has read to the end of what was cut off before it reads this.
    assert received(opened.raw).count(forgotten(77)) == len(places)
