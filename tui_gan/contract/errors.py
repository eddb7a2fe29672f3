"""Errors that a user can mend: one line each, with the exit status of the process."""

import difflib
from collections.abc import Iterable, Mapping
from typing import TypeVar

Value = TypeVar("Value")


class TuiGanError(Exception):
    """An error whose text is the one line that the user reads."""

    exit_code = 1


class UsageError(TuiGanError):
    """Wrong usage, configuration, data, device or output place."""

    exit_code = 2


class UnreadableError(TuiGanError):
    """A run or a checkpoint that cannot be read."""

    exit_code = 3


def first_line(error: BaseException) -> str:
    """The first line of an error's text, for libraries that say more."""
    return str(error).partition("\n")[0]


def nearest(name: str, names: Iterable[str]) -> str:
    """Return "; did you mean X?" for the name closest to `name`, or an empty string when none is close."""
    close = difflib.get_close_matches(name, list(names), n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else ""


def choose(table: Mapping[str, Value], name: str, what: str) -> Value:
    """Look `name` up in `table`.

    Raises:
        UsageError: the name is not there; the text offers the nearest and lists them all.
    """
    if name in table:
        return table[name]
    raise UsageError(f"unknown {what} {name!r}{nearest(name, table)} (known: {', '.join(table)})")
