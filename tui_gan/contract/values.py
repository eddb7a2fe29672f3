"""Values as they are typed, on the command line and on the screen alike."""

import re
import tomllib
from typing import Any

import msgspec

# Characters of a value that is more than a text; what is longer would be a number or a list past all bounds.
LONGEST = 1000
# Kinds of values by msgspec's names.
KINDS = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "str": "a text",
    "array": "a list",
    "object": "a table",
    "null": "nothing",
}
KIND = re.compile("`(" + "|".join(KINDS) + ")`")
NUMBER = re.compile(r"[+-]?(\d+\.|\.\d+)([eE][+-]?\d+)?")


def read_value(text: str) -> Any:
    """Read a value as TOML does: numbers, true and false, lists, quoted text; any other text stands for itself, in a list too."""
    if len(text) > LONGEST:
        return text
    try:
        return _single(text)
    except RecursionError:
        return text
    except ValueError:
        return [_word(part.strip()) for part in text[1:-1].split(",")] if text.startswith("[") and text.endswith("]") else _word(text)


def _word(text: str) -> Any:
    """A value that is no list; what is not TOML is a text."""
    try:
        return _single(text)
    except (ValueError, RecursionError):
        # TOML wants a digit on both sides of the point.
        return float(text) if NUMBER.fullmatch(text) else text


def _single(text: str) -> Any:
    """The value in TOML.

    Raises:
        ValueError: it is not TOML, or a second line has a key of its own.
        RecursionError: it has brackets in brackets in brackets.
    """
    table = tomllib.loads(f"value = {text}")
    if len(table) > 1:
        raise ValueError
    return table["value"]


def typed(value: object) -> str:
    """A value in the words that `read_value` reads."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}" if float(f"{value:g}") == value else repr(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(typed, value))}]"
    return str(value)


def refusal(error: msgspec.ValidationError) -> tuple[str, str]:
    """What msgspec says of a value, with kinds of values in words, and where it stands, such as ".steps" or "".

    "Expected `int` >= 1 - at `$.steps`" is "Expected a whole number >= 1", ".steps".
    """
    whole = KIND.sub(lambda found: KINDS[found[1]], str(error)).replace("`", "")
    whole = whole.replace("a whole number, got a number", "a whole number, got one with a decimal point")
    # What was typed stands before the last one.
    text, _, place = whole.rpartition(" - at $") if " - at $" in whole else (whole, "", "")
    return text, place
