"""What the log of a run says: its lines as well-typed entries, and how many of them are damaged."""

import contextlib
from collections.abc import Iterator
from typing import Annotated, Any, BinaryIO, NamedTuple

import msgspec
from msgspec import Meta

from tui_gan.contract.snapshot import EventKind

# Bytes of the longest line that is read; no run writes one as long.
LONGEST = 2**24
# The kinds of lines of numbers, and what these have beside them.
NUMBERS = ("scalars", "metrics")
BESIDE = ("kind", "step", "seconds", "pretrained")
Step = Annotated[int, Meta(ge=-(2**53), le=2**53)]
One = str | bool | int | float | None


class Entry(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """What every line has: its kind, the step, and the seconds of training without pauses.

    The types are strict, so that what has passed them needs no second look: no step that is a text, and no loss that is a list.
    """

    step: Step
    seconds: Annotated[float, Meta(ge=0.0)] = 0.0


class Scalars(Entry, frozen=True, kw_only=True, tag="scalars"):
    """Losses, and coefficients that the training adapts, by name; None for what was not finite."""

    values: dict[str, float | None]


class Metrics(Entry, frozen=True, kw_only=True, tag="metrics"):
    """Metrics by name; None for what was not finite."""

    values: dict[str, float | None]


class Command(Entry, frozen=True, kw_only=True, tag="command"):
    """A command that was obeyed, with the resulting value, and the visitor that asked for it."""

    name: str
    value: One | tuple[One, ...] = None
    source: str = ""


class Said(Entry, frozen=True, kw_only=True, tag="event"):
    """What was told."""

    text: str = ""
    level: EventKind = "info"
    traceback: str | None = None


class Line(NamedTuple):
    """A whole line: the place of its end in the file, in bytes, and its content."""

    end: int
    content: bytes

    @property
    def entry(self) -> Scalars | Metrics | Command | Said | None:
        """What it says; None where it is damaged."""
        return _entry(self.content)

    @property
    def step(self) -> int | None:
        """Its step, which is found sooner than all that it says; None where it is damaged."""
        try:
            table = _QUICK.decode(self.content)
            step, seconds = table["step"], table.get("seconds", 0.0)
            numbers = table["kind"] in NUMBERS and isinstance(seconds, float) and seconds >= 0
            # As this program writes a step: a whole number.
            if numbers and isinstance(step, float) and abs(step) <= 2**53 and b'"step":%d,' % step in self.content:
                return int(step)
        except (ValueError, KeyError, RecursionError):
            pass  # It is damaged, or something else than numbers, which takes longer.
        entry = self.entry
        return entry.step if entry else None


_QUICK = msgspec.json.Decoder(dict[str, float | str | None])
"""Of lines that hold nothing but numbers and names."""


def lines(file: BinaryIO) -> Iterator[Line]:
    """The whole lines of a log from its beginning; what is torn at its end, which a run may just be writing, is none."""
    end = 0
    while piece := file.readline(LONGEST):
        line = piece
        end += len(piece)
        while piece and not piece.endswith(b"\n"):
            piece = file.readline(LONGEST)
            end += len(piece)
        if piece:
            yield Line(end, line)


def left_out(damaged: int) -> str:
    """So many damaged lines in a sentence; "" for none."""
    if not damaged:
        return ""
    return f"{damaged:,} damaged lines of log.jsonl were left out" if damaged > 1 else "1 damaged line of log.jsonl was left out"


_SAID = msgspec.json.Decoder(Command | Said)


def _entry(line: bytes) -> Scalars | Metrics | Command | Said | None:
    try:
        with contextlib.suppress(msgspec.ValidationError):
            said: Command | Said = _SAID.decode(line)
            return said
        table = msgspec.json.decode(line, type=dict[str, Any])
        if table.get("kind") in NUMBERS:
            # Their names are not known beforehand, and stand beside the others; what somebody else wrote between them is passed over.
            values = {name: value for name, value in table.items() if name not in BESIDE and _is_number(name, value)}
            table = {name: table[name] for name in BESIDE if name in table} | {"values": values}
        return msgspec.convert(table, Scalars | Metrics | Command | Said)
    except (ValueError, OverflowError, RecursionError):
        # msgspec's own errors are ValueErrors; it lets those of Unicode, of long numbers and of deep nesting through.
        return None


def _is_number(name: str, value: Any) -> bool:
    """Whether this may be a number, or null for what was not finite, under the name of a series."""
    return name.isidentifier() and isinstance(value, int | float | None) and not isinstance(value, bool)
