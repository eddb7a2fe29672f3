"""Runs in the plane and of images on a pseudo-terminal: their pictures are drawn, keys act, and they go on where they were left."""

import re
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from tests.multiplexer import needs_tmux, tmux
from tests.program import Program
from tests.sixels import SEQUENCE, Overlaid
from tests.terminal import PROGRAM, Terminal, terminal

SMALL = ("--set", "generator=16", "--set", "discriminator=16", "--set", "evaluated=500")
DOTS = re.compile("[\u2801-\u28ff]")


def step(text: str) -> int:
    """The step that the header shows."""
    found = re.search(r"step ([\d,]+)", text)
    return int(found[1].replace(",", "")) if found else -1


def words(text: str) -> str:
    """The screen as words, however they are spaced."""
    return " ".join(text.split())


def colours(opened: Terminal) -> int:
    """How many colours of 24 bits have been sent."""
    return len(set(re.findall(rb"[34]8;2;\d+;\d+;\d+", bytes(opened.raw))))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("preset", "title", "seen"),
    [("ring2d", "plane", "modes found"), ("digits", "images", "8 × 8 grey")],
    ids=["ring2d", "digits"],
)
def test_the_picture_is_drawn_the_penalty_turned_and_the_run_gone_on_with(
    preset: str, title: str, seen: str, tmp_path: Path, program: Program
) -> None:
    run = tmp_path / "run"
    with terminal("run", preset, *SMALL, "--out", str(run), cwd=tmp_path) as opened:
        text = opened.wait_for(lambda text: "RUNNING" in text and step(text) >= 200 and seen in words(text))
        assert f"╭─ {title} " in text
        assert "predictions" in text
        # Points are dots; images are half blocks of many greys.
        assert len(DOTS.findall(text)) > 50 if preset == "ring2d" else text.count("▀") > 30
        assert colours(opened) > 20
        for key, shown in (("P", "penalty x ◂ 2"), ("p", "penalty x ◂ 1"), ("p", "penalty x ◂ 0.5")):
            opened.press(key)
            opened.wait_for(lambda text, shown=shown: shown in words(text))
        opened.press("q")
        assert opened.wait_end() == 0
        assert opened.is_clean()
    left = max((run / "checkpoints").glob("step-*.safetensors"))
    saved = int(load_file(left)["counts"][0])
    assert saved == int(left.stem[5:]) >= 200
    if preset == "digits":
        assert program("resume", run, "--steps", 50, "--headless").status == 0
    else:
        with terminal("resume", str(run), "--steps", "50", "--ascii", cwd=tmp_path) as opened:
            text = opened.wait_for(lambda text: "FINISHED" in text and step(text) == saved + 50)
            assert "penalty x < 0.5" in words(text)
            assert f"resumed at step {saved}" in words(text)
            assert text.isascii()
            opened.press("q")
            assert opened.wait_end() == 0
    assert (run / "checkpoints" / f"step-{saved + 50:08}.safetensors").is_file()


def test_a_terminal_that_shows_pixels_gets_them_and_none_is_left_there(tmp_path: Path) -> None:
    with terminal("run", "digits", *SMALL, "--out", str(tmp_path / "run"), cwd=tmp_path, TERM="xterm-kitty", COLORTERM="") as opened:
        opened.wait_for(lambda _: opened.raw.count(b"\x1b_Ga=T,U=1,") >= 2)
        opened.press("4")
        opened.wait_for(lambda _: len(set(re.findall(rb"\x1b_Ga=T,U=1,[^;]*i=(\d+)", bytes(opened.raw)))) == 2)
        opened.press("q")
        assert opened.wait_end() == 0
        assert opened.is_clean()
    raw = bytes(opened.raw)
    shown, gone = (set(re.findall(rb"\x1b_Ga=%s[^;\x1b]*i=(\d+)" % kind, raw)) for kind in (b"T", b"d"))
    assert shown == gone
    assert raw.rfind(b"\x1b_Ga=T") < raw.find(b"\x1b_Ga=d") < raw.rfind(b"\x1b[?1049l")
    for number in map(int, shown):
        assert b"38;2;%d;%d;%d;" % (number >> 16, number >> 8 & 255, number & 255) in raw
    # No picture without its end.
    assert raw.count(b"\x1b_G") == raw.count(b"\x1b\\")


@pytest.mark.slow
@needs_tmux
def test_pixels_go_through_tmux_where_and_while_it_lets_them(tmp_path: Path) -> None:
    # What tmux has not passed on when its pane ends may be lost.
    run = ["sh", "-c", '"$@"; sleep 1', "sh", *PROGRAM, "run", "digits", *SMALL, "--pace", "0", "--out", str(tmp_path / "run")]
    with tmux() as server:
        (server.place / "conf").write_text("set -g allow-passthrough on\n")
        with server.seen("new", *run) as opened:
            opened.wait_for(lambda _: opened.raw.count(b"\x1b_Ga=T,U=1,") >= 2)
            assert "▀" not in opened.text
            server.tell("set", "-p", "allow-passthrough", "off")
            opened.wait_for(lambda text: text.count("▀") > 30)
            before = opened.raw.count(b"\x1b_Ga=T,U=1,")
            server.tell("set", "-p", "allow-passthrough", "on")
            opened.wait_for(lambda text: opened.raw.count(b"\x1b_Ga=T,U=1,") > before and "▀" not in text)
            opened.press("q")
            assert opened.wait_end() == 0
            assert opened.is_clean()
    raw = bytes(opened.raw)
    sequences = re.findall(rb"\x1b_G.*?\x1b\\", raw, re.DOTALL)
    # None that something has come into, and the last takes the picture away.
    assert len(sequences) == raw.count(b"\x1b_G")
    assert not any(b"\x1b" in sequence[1:-2] for sequence in sequences)
    (number,) = set(re.findall(rb"\x1b_Ga=T,U=1,[^;]*i=(\d+)", raw))
    assert sequences[-1] == b"\x1b_Ga=d,d=I,i=%s,q=2\x1b\\" % number
    # tmux has kept the number that its colour is, and the cells.
    assert b"38;2;%d;%d;%d" % (int(number) >> 16, int(number) >> 8 & 255, int(number) & 255) in raw
    assert "\U0010eeee".encode() in raw


@pytest.mark.slow
def test_a_terminal_that_draws_sixels_shows_pictures_without_a_hole(tmp_path: Path) -> None:
    cell = (6, 13)
    with terminal("run", "digits", *SMALL, "--out", str(tmp_path / "run"), cwd=tmp_path) as opened:
        opened.wait_for(lambda _: b"\x1b[c" in opened.raw)
        opened.press("\x1b[6;13;6t", "\x1b[?1;0;16S", "\x1b[?62;4;22c")
        opened.wait_for(lambda _: len(SEQUENCE.findall(opened.raw)) > 1)
        # Help comes over it and goes, the window changes, and the run pauses.
        opened.press("?")
        opened.wait_for("Escape closes")
        opened.press("\x1b")
        opened.wait_for(lambda text: "Escape closes" not in text)
        asked = opened.raw.count(b"\x1b[16t")
        opened.resize(110, 34)
        opened.wait_for(lambda _: opened.raw.count(b"\x1b[16t") > asked)
        opened.press(" ")
        opened.wait_for(lambda text: "PAUSED" in text)
        while opened.read(1.5):
            pass
        screen = Overlaid(120, 36, cell)
        screen.feed(bytes(opened.raw))
        width, height, _ = SEQUENCE.findall(opened.raw)[-1]
        columns, rows = int(width) // 6, -(-int(height) // 13)
        opened.press("q")
        assert opened.wait_end() == 0
        assert opened.is_clean()
    assert opened.raw.rfind(b"\x1bP0;1;0q") < opened.raw.rfind(b"\x1b[2J") < opened.raw.rfind(b"\x1b[?1049l")
    # The picture that was drawn last is there, and nothing else is.
    shown = screen.pixels[..., 0] >= 0
    y, x = (int(number) for number in (shown.any(axis=1).argmax(), shown.any(axis=0).argmax()))
    expected = np.zeros_like(shown)
    expected[y : y + int(height), x : x + int(width)] = True
    assert (shown == expected).all()
    assert (y % 13, x % 6) == (0, 0)
    assert columns > 30
    assert rows > 10
    assert len(np.unique(screen.pixels[shown], axis=0)) <= 16
