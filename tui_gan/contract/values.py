"""Values as they are typed, on the command line and on the screen alike."""

import re
import tomllib
from typing import Any

NUMBER = re.compile(r"[+-]?(\d+\.|\.\d+)([eE][+-]?\d+)?")


def read_value(text: str) -> Any:
    """Read a value as TOML does: numbers, true and false, lists, quoted text; any other text stands for itself, in a list too."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except RecursionError:
        return text
    except ValueError:  # Not TOML, or a number of thousands of digits.
        if text.startswith("[") and text.endswith("]"):
            return [read_value(part.strip()) for part in text[1:-1].split(",")]
        # TOML wants a digit on both sides of the point.
        return float(text) if NUMBER.fullmatch(text) else text


def typed(value: object) -> str:
    """A value in the words that `read_value` reads."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}" if float(f"{value:g}") == value else repr(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(typed, value))}]"
    return str(value)
