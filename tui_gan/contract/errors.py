"""Errors that a user can mend: one line each, with the exit status of the process."""

import difflib
from collections.abc import Iterable, Mapping
from typing import TypeVar

Value = TypeVar("Value")
# Characters of what was typed that an error repeats.
LONGEST_QUOTED, LONGEST_TEXT = 100, 300
# So many names are listed beside one that may have been meant.
FEW = 12


class TuiGanError(Exception):
    """An error whose text is the one line that the user reads."""

    exit_code = 1


class UsageError(TuiGanError):
    """Wrong usage, configuration, data, device or output place."""

    exit_code = 2


class UnreadableError(TuiGanError):
    """A run or a checkpoint that cannot be read."""

    exit_code = 3


class LostError(TuiGanError):
    """One of several processes that shared the training has gone; the run is saved."""


def first_line(error: BaseException) -> str:
    """The first line of an error's text, cut short, for libraries that say more."""
    return cut(str(error).partition("\n")[0])


def cut(text: object) -> str:
    """Text short enough to stand in one line, for libraries that repeat what they were given."""
    return shortened if len(shortened := str(text)) <= LONGEST_TEXT else f"{shortened[:LONGEST_TEXT]}..."


def quoted(value: object) -> str:
    """What was typed, in quotes as Python writes it, and short enough to stand in one line."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # A number of thousands of digits, or lists in lists in lists.
        return "this"
    return text if len(text) <= LONGEST_QUOTED else f"{text[:LONGEST_QUOTED]}..."


def nearest(name: str, names: Iterable[str]) -> str:
    """Return "; did you mean X?" for the name closest to `name`, or an empty string when none is close."""
    close = difflib.get_close_matches(name[:LONGEST_QUOTED], list(names), n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else ""


def choose(table: Mapping[str, Value], name: str, what: str, listed: str = "") -> Value:
    """Look `name` up in `table`.

    Args:
        listed: what lists the names of a long table, in words.

    Raises:
        UsageError: the name is not there; the text offers the nearest, and lists all where they are few or nothing else helps.
    """
    if name in table:
        return table[name]
    near = nearest(name, table)
    said = f"unknown {what} {quoted(name)}{near}" if name else f"no {what} is named"
    if len(table) > FEW and listed:
        raise UsageError(f"{said}{' (' if near else '; '}{listed}{')' if near else ''}")
    raise UsageError(said if len(table) > FEW and near else f"{said} (known: {', '.join(table)})")
