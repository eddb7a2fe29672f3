"""What `doctor` says of images: whether they are shown in pixels, and what to tell tmux."""

from pathlib import Path

import pytest

from tests.program import Program
from tui_gan.cli import doctor, own
from tui_gan.ui import asking, tmux
from tui_gan.ui.answers import Answers
from tui_gan.ui.tmux import Client, Pane

KITTY, PALE, OTHER = Client("a", "xterm-kitty", ("RGB",)), Client("b", "xterm-kitty", ("title",)), Client("c", "xterm-256color", ())
TMUX = {"TMUX": "/tmp/socket,1,0", "TMUX_PANE": "%0", "TERM": "tmux-256color"}
COLOURS = "set -as terminal-features ',xterm-kitty:RGB'"


@pytest.fixture(autouse=True)
def plain(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TERM", "COLORTERM", "NO_COLOR", "TMUX", "TMUX_PANE", "STY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(doctor, "speaks_utf8", lambda: True)
    monkeypatch.setattr(own, "preferences_path", lambda: here / "config.toml")
    monkeypatch.setattr(asking, "ask", Answers)


@pytest.mark.parametrize(
    ("environment", "pane", "said", "cure"),
    [
        ({"TERM": "xterm-kitty"}, None, "in pixels, by kitty's graphics protocol", None),
        ({"TERM": "xterm-256color"}, None, "two pixels a cell", None),
        ({"TERM": "xterm-kitty", "NO_COLOR": "1"}, None, "letters", None),
        (TMUX, Pane(True, (KITTY,)), "in pixels, by kitty's graphics protocol through tmux", None),
        (TMUX, Pane(False, (KITTY,)), "two pixels a cell: tmux lets no pixels through", "tmux set -p allow-passthrough on"),
        (TMUX, Pane(False, (KITTY,)), "two pixels a cell: tmux lets no pixels through", "set -g allow-passthrough on in ~/.tmux.conf"),
        (TMUX, Pane(True, (PALE,)), "two pixels a cell: tmux does not know that xterm-kitty has 16 million colours", COLOURS),
        (
            TMUX,
            Pane(False, (KITTY, OTHER)),
            "two pixels a cell: tmux shows them on xterm-256color, which is not known to show pixels",
            None,
        ),
        (TMUX, Pane(True, ()), "two pixels a cell", None),
        (TMUX, None, "two pixels a cell", None),
    ],
)
def test_it_says_whether_images_are_shown_in_pixels(
    environment: dict[str, str], pane: Pane | None, said: str, cure: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(tmux, "pane", lambda environment: pane)
    name, finding, found = doctor._images()
    assert (name, finding) == ("images", said)
    assert found is None if cure is None else cure in str(found)


def test_a_terminal_that_draws_sixels_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "ask", lambda: Answers(True, 256, (10, 20)))
    monkeypatch.setenv("TERM", "xterm-256color")
    assert doctor._images() == ("images", "in pixels, by sixels", None)
    for name, value in TMUX.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(tmux, "pane", lambda environment: Pane(False, (Client("a", "foot", ("sixel",)),)))
    assert doctor._images() == ("images", "in pixels, by sixels through tmux", None)


@pytest.mark.parametrize(
    ("line", "colours", "said"),
    [
        ("pixels = false", "truecolor", "two pixels a cell"),
        ("pixels = true", "truecolor", "in pixels, by kitty's graphics protocol"),
        ("pixels = true", "", "two pixels a cell: pixels take 16 million colours"),
        ("ascii = true", "truecolor", "letters"),
        ("pixels = 3", "truecolor", "unknown: a preference is wrong"),
    ],
)
def test_the_user_s_preference_counts(line: str, colours: str, said: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "config.toml").write_text(line)
    monkeypatch.setenv("COLORTERM", colours)
    assert doctor._images()[1] == said


def test_the_engines_are_told_and_what_one_of_them_lacks(program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    compiler = tmp_path / "c++"
    compiler.write_text("")
    monkeypatch.setenv("CXX", str(compiler))
    assert "eager, not compiled, which needs a C++ compiler" in program("doctor").out
    assert "cure: install g++, or set CXX to another" in program("doctor").out
    compiler.chmod(0o755)
    assert f"ok   engines    eager, compiled ({compiler}), not graph, which needs an NVIDIA GPU" in program("doctor").out
