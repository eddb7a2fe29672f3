"""Preferences: the user's own file of keys, theme and characters."""

import contextlib
import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from textual.keys import Keys

from tui_gan.contract.errors import UsageError, choose, nearest, quoted
from tui_gan.contract.toml import read_toml
from tui_gan.ui.keys import CHARACTERS, FIXED, KEYS, Key, in_force
from tui_gan.ui.unofficial import key_of

THEMES = {"dark": False, "light": True}
ON_HANGUP = {"detach": True, "save": False}
# What a key may be called besides its character.
NAMES = {"space", *CHARACTERS.values(), *(key.value for key in Keys if not key.value.startswith("<") and key is not Keys.Ignore)}
# These move the focus, leave and suspend, whatever the file says.
TAKEN = ("tab", "shift+tab", "ctrl+i", "ctrl+c", "ctrl+q", "ctrl+z")


@dataclasses.dataclass(frozen=True)
class Preferences:
    """What the user's file says.

    Attributes:
        keys: those in force.
        light: whether the light theme is the one to begin with.
        ascii_only: whether plain ASCII alone is drawn with.
        pixels: whether images are shown in pixels; None where the terminal is to say whether it can.
        detaches: whether a run whose terminal is lost trains on without one; otherwise it is saved and ended.
    """

    keys: tuple[Key, ...] = KEYS
    light: bool = False
    ascii_only: bool = False
    pixels: bool | None = None
    detaches: bool = True


def read(path: Path) -> Preferences:
    """Read the file; without one everything is as it comes.

    Raises:
        UsageError: it is not TOML, or holds what means nothing; one line that names the file.
    """
    with contextlib.suppress(PermissionError):
        if not path.exists():
            return Preferences()
    table = read_toml(path)
    try:
        return _preferences(table)
    except (UsageError, ValueError) as error:
        raise UsageError(f"{path}: {error}") from None


def written(key: str) -> str:
    """A key as the file takes it: its character, or Textual's name."""
    return next((character for character, name in CHARACTERS.items() if name == key), key)


def _preferences(table: Mapping[str, Any]) -> Preferences:
    for name in table:
        choose(READERS, name, "preference")
    return Preferences(**dict(READERS[name](value) for name, value in table.items()))


def _keys(value: Any) -> tuple[str, Any]:
    if not isinstance(value, dict):
        raise UsageError('keys is a table: below a line [keys], lines such as pause = "space"')
    names = [key.name for key in KEYS if key.name not in FIXED]
    for name, key in value.items():
        if name not in names:
            raise UsageError(f"unknown action {quoted(name)}{nearest(name, names)} (`tui-gan keys` lists them all)")
        if not isinstance(key, str):
            raise UsageError(f'the key of {name} is written in quotes, such as {name} = "space"')
    return "keys", in_force({name: _key(name, key) for name, key in value.items()})


def _key(action: str, text: str) -> str:
    """Textual's name of a key."""
    name = "space" if text == " " else CHARACTERS.get(text, text if text in NAMES else text.lower())
    if len(text) == 1 and not text.isascii() and text.isprintable():
        name = key_of(text)
    elif name not in NAMES:
        raise UsageError(f"unknown key {quoted(text)} for {action}{nearest(text, NAMES)}")
    if name in TAKEN:
        raise UsageError(f"the key {text!r} cannot be given to {action}: it moves the focus, quits or suspends, whatever this file says")
    return name


def _theme(value: Any) -> tuple[str, Any]:
    return "light", choose(THEMES, value if isinstance(value, str) else quoted(value), "theme")


def _ascii(value: Any) -> tuple[str, Any]:
    return "ascii_only", _switch("ascii", value)


def _pixels(value: Any) -> tuple[str, Any]:
    return "pixels", _switch("pixels", value)


def _on_hangup(value: Any) -> tuple[str, Any]:
    return "detaches", choose(ON_HANGUP, value if isinstance(value, str) else quoted(value), "answer to on_hangup")


def _switch(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise UsageError(f"{name} is true or false, not {quoted(value)}")
    return value


READERS = {"keys": _keys, "theme": _theme, "ascii": _ascii, "pixels": _pixels, "on_hangup": _on_hangup}
