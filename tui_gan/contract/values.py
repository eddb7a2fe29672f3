"""Values as they are typed, on the command line and on the screen alike."""

import functools
import json
import re
import tomllib
from collections.abc import Mapping
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
OPENING, CLOSING, QUOTES = "[{", "]}", "\"'"
# What a text in a list, or the key of a table, needs no quotes for.
PLAIN = re.compile(r"[\w.+*/~ -]+")


def read_value(text: str) -> Any:
    """Read a value as TOML does: numbers, true and false, lists, quoted text; any other text stands for itself, in a list too."""
    if len(text) > LONGEST:
        return text
    try:
        return _single(text)
    except RecursionError:
        return text
    except ValueError:
        return [_word(part.strip()) for part in apart(text[1:-1], ",")] if text.startswith("[") and text.endswith("]") else _word(text)


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


def apart(text: str, sign: str) -> list[str]:
    """The parts between the signs that stand in no bracket and in no quotes, which are those at the beginning of a value."""
    parts, depth, quote, before, escaped = [""], 0, "", sign, False
    for each in text:
        if quote:
            quote = "" if each == quote and not escaped else quote
            escaped = each == "\\" and quote == '"' and not escaped
        elif each in QUOTES and before in f"{sign}{OPENING},=":
            quote = each
        depth += 0 if quote else (each in OPENING) - (each in CLOSING)
        if each == sign and not quote and depth == 0:
            parts.append("")
        else:
            parts[-1] += each
        before = before if each.isspace() else each
    return parts


def in_quotes(text: str) -> str:
    """A text in quotes, as TOML has it."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def typed(value: object) -> str:
    """A value in the words that `read_value` reads: a text in quotes where it would be read as something else without them."""
    if isinstance(value, str):
        return value if _is_text(value) else in_quotes(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}" if float(f"{value:g}") == value else repr(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_within, value))}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{in_quotes(name)} = {_quoted(each)}' for name, each in value.items())}}}"
    return str(value)


@functools.lru_cache(maxsize=1024)
def _is_text(text: str) -> bool:
    """Whether it is read as itself, also with spaces around it."""
    return text == text.strip() and read_value(text) == text


def _within(value: object) -> str:
    """As in a list, where commas and brackets mean something."""
    return value if isinstance(value, str) and PLAIN.fullmatch(value) and _is_text(value) else _quoted(value)


def _quoted(value: object) -> str:
    """As TOML alone reads it."""
    if isinstance(value, str):
        return in_quotes(value)
    return f"[{', '.join(map(_quoted, value))}]" if isinstance(value, list | tuple) else typed(value)


def refusal(error: msgspec.ValidationError) -> tuple[str, str]:
    """What msgspec says of a value, with kinds of values in words, and where it stands, such as ".steps" or "".

    "Expected `int` >= 1 - at `$.steps`" is "Expected a whole number >= 1", ".steps".
    """
    whole = KIND.sub(lambda found: KINDS[found[1]], str(error)).replace("`", "")
    whole = whole.replace("a whole number, got a number", "a whole number, got one with a decimal point")
    # What was typed stands before the last one.
    text, _, place = whole.rpartition(" - at $") if " - at $" in whole else (whole, "", "")
    return text, place
