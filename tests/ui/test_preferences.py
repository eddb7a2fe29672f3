import os
from pathlib import Path

import pytest

from tui_gan.contract.commands import TogglePause, TurnKnob
from tui_gan.contract.errors import UsageError
from tui_gan.ui.app import TuiGan
from tui_gan.ui.help import Help
from tui_gan.ui.keys import FIXED, KEYS
from tui_gan.ui.preferences import Preferences, read, written


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def test_without_a_file_everything_is_as_it_comes(file: Path) -> None:
    assert read(file) == Preferences()
    file.write_text("")
    assert read(file) == Preferences()


def test_theme_characters_and_keys(file: Path) -> None:
    file.write_text('theme = "light"\nascii = true\n[keys]\nhelp = "F1"\nstep = "ä"\nsave = "*"\nquit = "Q"\n', encoding="utf-8")
    found = read(file)
    assert (found.light, found.ascii_only) == (True, True)
    changed = {key.name: key.key for key in found.keys if key not in KEYS}
    assert changed == {"help": "f1", "step": "ä", "save": "asterisk", "quit": "Q"}
    assert [key.symbol for key in found.keys if key.name == "save"] == ["*"]


def test_every_key_can_be_written_back(file: Path) -> None:
    lines = [f"{key.name} = '{written(key.key)}'" for key in KEYS if key.name not in FIXED]
    file.write_text("\n".join(["[keys]", *lines]))
    assert read(file).keys == KEYS


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ('theme = "drak"', ["unknown theme 'drak'", "did you mean 'dark'"]),
        ("theme = 3", ["unknown theme '3'", "dark, light"]),
        ("ascii = 1", ["ascii is true or false"]),
        ("colour = 1", ["unknown preference 'colour'", "keys, theme, ascii"]),
        ("keys = 3", ["keys is a table"]),
        ("theme", ["not TOML"]),
        ("\udcff", ["not TOML", "byte 1"]),
        ("a = " + "[" * 5000, ["not TOML", "nested too deeply"]),
        ("theme = 0x" + "f" * 5000, ["unknown theme 'this'"]),
        ("ascii = " + "1" * 5000, ["thousands of digits"]),
        ("[keys]\npause = 0x" + "f" * 5000, ["the key of pause is written in quotes"]),
        ("[keys]\npause = '" + "x" * 5000 + "'", ["unknown key 'xxx"]),
        (f"{'x' * 5000} = 1", ["unknown preference 'xxx"]),
        ('[keys]\npuase = "p"', ["unknown action 'puase'", "did you mean 'pause'", "tui-gan keys"]),
        ('[keys]\ninterrupt = "p"', ["unknown action 'interrupt'"]),
        ('[keys]\npause = "strg+a"', ["unknown key 'strg+a' for pause", "ctrl+a"]),
        ('[keys]\npause = ""', ["unknown key ''"]),
        ("[keys]\npause = 3", ["the key of pause is written in quotes"]),
        ('[keys]\npause = "tab"', ["'tab' cannot be given to pause"]),
        ('[keys]\npause = "q"', ["'q' is taken twice", "pause", "quit"]),
        ('[keys]\nreal = "space"', ["taken twice", "pause", "real"]),
    ],
)
def test_what_means_nothing_is_one_line_that_names_the_file(file: Path, text: str, parts: list[str]) -> None:
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(UsageError) as error:
        read(file)
    said = str(error.value)
    assert str(file) in said
    assert "\n" not in said
    assert len(said) < 500
    assert [part for part in parts if part not in said] == []


def test_a_file_that_cannot_be_read_is_one_line(file: Path) -> None:
    file.mkdir()
    with pytest.raises(UsageError, match="cannot read"):
        read(file)
    file.rmdir()
    os.mkfifo(file)
    with pytest.raises(UsageError, match="it is a FIFO"):
        read(file)


def test_a_byte_order_mark_is_no_part_of_the_file(file: Path) -> None:
    file.write_text('theme = "light"', encoding="utf-8-sig")
    assert read(file).light


def test_other_keys_work_and_are_shown(seen, run_of, file: Path, watch, until, screen_text) -> None:
    file.write_text('[keys]\npause = "p"\nregularization_lower = "space"\nlayers = "h"\nreal = "2"\nhelp = "f1"\nquit = "Q"\n')
    run = run_of(seen())
    app = TuiGan(run, keys=read(file).keys)

    async def body(pilot) -> None:
        assert "p go on  f1 help  Q quit" in screen_text(app)
        assert "space P" in screen_text(app)
        await pilot.press("p", "space", "q", "h")
        assert app.screen.view == "layers"
        await until(pilot, lambda: "2 real" in screen_text(app))
        before = app.screen.query_one("#layers").facts(app.screen.frame)
        await pilot.press("2")
        assert app.screen.view == "layers"
        assert app.screen.query_one("#layers").facts(app.screen.frame) != before
        await pilot.press("f1")
        assert isinstance(app.screen, Help)
        await until(pilot, lambda: "2  show or hide the real data" in screen_text(app))
        await pilot.press("Q")
        assert not isinstance(app.screen, Help)
        await pilot.press("ctrl+p", *"pause or con")
        await until(pilot, lambda: "key p" in screen_text(app))

    watch(app, body)
    assert run.commands == [TogglePause(), TurnKnob("regularization", -1)]
