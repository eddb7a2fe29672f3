"""TOML: tables of changes laid over a preset, read and written; unknown keys are refused with the nearest name."""

import dataclasses
import tomllib
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import tomli_w

from tui_gan.contract.config import Config
from tui_gan.contract.errors import UsageError, cut, nearest, quoted
from tui_gan.contract.knobs import Knobs, checked
from tui_gan.contract.network import described
from tui_gan.contract.outer import check_ordinary, decoded
from tui_gan.contract.settings import names_of
from tui_gan.contract.values import refusal

# What msgspec says of a name that is none of several, before what was typed.
NO_NAME = "Invalid enum value "
# Bytes that a file of settings may hold.
LARGEST = 1 << 20


def resolve(config: Config, knobs: Knobs, *tables: Mapping[str, Any], source: str = "configuration") -> tuple[Config, Knobs]:
    """Lay tables of changes over a preset, the later over the earlier.

    Args:
        tables: nested mappings in the shape of the TOML file; the table "knobs" holds the live settings.
        source: what an error names as its origin.

    Raises:
        UsageError: an unknown key (with the nearest name), a value of the wrong type, or one out of its range.
    """
    merged: dict[str, Any] = {**msgspec.to_builtins(config), "knobs": dataclasses.asdict(knobs)}
    for table in tables:
        table = _spelled_out(table)
        _check_names(table, {**_shape(Config), "knobs": _shape(Knobs)}, "", source)
        merged = _overlaid(merged, table)
    live = merged.pop("knobs")
    try:
        resolved = msgspec.convert(merged, Config), checked(msgspec.convert(live, Knobs))
        # What no file can hold cannot be saved.
        msgspec.json.encode(resolved)
        return resolved
    except msgspec.ValidationError as error:
        # Of a number that it cannot write msgspec may lose the whole text.
        said = _sentence(error) if str(error) else "a number in it has thousands of digits"
        raise UsageError(f"{source}: {said}") from None
    except UnicodeEncodeError:
        raise UsageError(f"{source}: a value holds what cannot be written as text") from None
    except ValueError:
        # msgspec repeats a number that is none of several.
        raise UsageError(f"{source}: a number in it has thousands of digits") from None
    except UsageError as error:
        raise UsageError(f"{source}: {error}") from None


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file of changes.

    Raises:
        UsageError: it cannot be read, or is not TOML; the text names the line.
    """
    try:
        check_ordinary(path)
        if (size := path.stat().st_size) > LARGEST:
            raise UsageError(f"{path} is no file of settings: it holds {size:,} bytes")
        return tomllib.loads(decoded(path.read_bytes())[0])
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not TOML: byte {error.start + 1:,} is not {error.encoding.upper()}") from None
    except RecursionError:
        raise UsageError(f"{path} is not TOML: its brackets are nested too deeply") from None
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path} is not TOML: {cut(error)}") from None
    except ValueError:
        raise UsageError(f"{path} is not TOML: a number in it has thousands of digits") from None


def to_toml(config: Config, knobs: Knobs) -> str:
    """Write a configuration so that `read_toml` and `resolve` give it back."""
    return tomli_w.dumps({**msgspec.to_builtins(config), "knobs": dataclasses.asdict(knobs)})


def _spelled_out(table: Mapping[str, Any]) -> dict[str, Any]:
    """The table with the short descriptions of networks in full."""
    given = {name: table[name] for name in ("generator", "discriminator") if name in table}
    # A description that is one width alone, such as 128, is read as a number.
    texts = {name: str(value) if type(value) is int and 0 <= value < 10**9 else value for name, value in given.items()}
    return {**table, **{name: described(text) for name, text in texts.items() if isinstance(text, str)}}


def _shape(kind: type) -> dict[str, Any]:
    """The names that a table may hold, each with the names of its own table or None."""
    hints = typing.get_type_hints(kind)
    nested = {name: hint for name, hint in hints.items() if isinstance(hint, type) and issubclass(hint, msgspec.Struct)}
    return {name: _shape(nested[name]) if name in nested else None for name in hints}


def _check_names(table: Mapping[str, Any], shape: Mapping[str, Any], prefix: str, source: str) -> None:
    for name, value in table.items():
        if name not in shape:
            raise UsageError(f"{source}: unknown key {quoted(prefix + name)}{nearest(name, shape)}")
        if shape[name] is not None:
            if not isinstance(value, Mapping):
                raise UsageError(f"{source}: {prefix + name!r} is a table; its keys are {', '.join(shape[name])}")
            _check_names(value, shape[name], f"{prefix}{name}.", source)


def _overlaid(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    both = {
        name: _overlaid(below[name], value)
        for name, value in above.items()
        if isinstance(value, Mapping) and isinstance(below.get(name), Mapping)
    }
    return {**below, **above, **both}


def _sentence(error: msgspec.ValidationError) -> str:
    """msgspec's "Expected `int` >= 1 - at `$.steps`" as "steps: expected a whole number >= 1"."""
    text, place = refusal(error)
    text = cut(text)
    # msgspec does not say under which name of a mapping it found the value.
    place = f"a value of {place[1:-5]}" if place.endswith("[...]") else place.lstrip(".")
    if text.startswith(NO_NAME) and (names := names_of(place)):
        typed = text.removeprefix(NO_NAME).strip("'")
        text = f"{quoted(typed)} is none of {', '.join(names)}{nearest(typed, dict.fromkeys(names))}"
    return f"{place}: {text[0].lower()}{text[1:]}" if place else text
