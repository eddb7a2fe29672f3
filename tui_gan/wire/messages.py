"""What a visitor and a run say to each other.

A visitor says Hello first, and is answered by Welcome or Refused. Then it may ask, each Ask being answered by one Answer, in the
order of arrival, and look: a Frame follows when the run has come to its next step boundary. One Frame answers all Looks up to its
number, and further ones come unasked when something happens to a run at rest. For a visitor that does not read nothing is kept: it
gets fewer.
"""

from typing import TYPE_CHECKING, Union

import msgspec

from tui_gan.contract.commands import ChangeSetting, Command, SetKnob
from tui_gan.contract.errors import quoted
from tui_gan.wire import WireError
from tui_gan.wire.framing import FROM_VISITOR, LENGTH, packed, unpacked

# Both sides must have the same; it is raised with every change of a message, of a command or of the snapshot.
VERSION = 5
# Characters of the name that a visitor gives itself.
LONGEST_NAME = 64

if TYPE_CHECKING:
    AnyCommand = Command
else:
    AnyCommand = Union[tuple(Command.__subclasses__())]  # noqa: UP007


def unfit(name: str) -> str:
    """Why this cannot be the name of a visitor; "" where it can."""
    fit = name.isprintable() and 0 < len(name) <= LONGEST_NAME
    return "" if fit else f"a visitor has a name of 1 to {LONGEST_NAME} characters that can be printed"


class FromVisitor(msgspec.Struct, frozen=True, tag=True):
    """What a visitor says."""


class Hello(FromVisitor, frozen=True):
    """The first message.

    Attributes:
        name: who asks, as events and the journal say it.
        asks: whether it may ask for anything; who only watches may not.
    """

    version: int
    name: str
    asks: bool = True


class Ask(FromVisitor, frozen=True):
    """A command, with a number of the visitor's own that its answer repeats."""

    number: int
    command: AnyCommand


class Look(FromVisitor, frozen=True):
    """Ask for a snapshot of the next step boundary, after every command asked before; numbers ascend from 1."""

    number: int


class FromRun(msgspec.Struct, frozen=True, tag=True):
    """What a run says."""


class Welcome(FromRun, frozen=True):
    """The visitor is taken.

    Attributes:
        run: the run directory, absolute.
    """

    run: str
    pid: int


class Refused(FromRun, frozen=True):
    """The visitor is not taken, or no longer; the connection ends."""

    why: str


class Answer(FromRun, frozen=True):
    """What became of an Ask: obeyed, or refused with the reason."""

    number: int
    obeyed: bool
    why: str = ""


class Frame(FromRun, frozen=True):
    """The snapshot, as what has changed since the last one that this visitor got.

    Attributes:
        looks: the number of the newest Look that it answers.
        change: what `changed` reads, and nobody before it knows as what.
    """

    looks: int
    change: msgspec.Raw


def question(number: int, command: Command) -> bytes:
    """An Ask as the bytes that are sent; a value that none can hold, such as a list of lists of lists, goes as a text, and is refused.

    Raises:
        WireError: it is more than a message holds.
    """
    content = _whole(number, command)
    if content is None and isinstance(command, SetKnob | ChangeSetting):
        content = _whole(number, msgspec.structs.replace(command, value=quoted(command.value)))
    if content is None:
        raise WireError(f"more than a message of {FROM_VISITOR:,} bytes holds")
    return content


def _whole(number: int, command: Command) -> bytes | None:
    """An Ask as the bytes that are sent; None where the other side would not read them."""
    try:
        content = packed(Ask(number, command))
        from_visitor(content[LENGTH.size :])
    except (WireError, OverflowError, TypeError, RecursionError):
        # A whole number may have more than 64 bits, and a table other keys than texts.
        return None
    return content if len(content) <= LENGTH.size + FROM_VISITOR else None


def from_visitor(content: bytes) -> Hello | Ask | Look:
    """Read what a visitor says.

    Raises:
        WireError: it is none of these.
    """
    said: Hello | Ask | Look = unpacked(content, Hello | Ask | Look)
    return said


def from_run(content: bytes) -> Welcome | Refused | Answer | Frame:
    """Read what a run says.

    Raises:
        WireError: it is none of these.
    """
    said: Welcome | Refused | Answer | Frame = unpacked(content, Welcome | Refused | Answer | Frame)
    return said
