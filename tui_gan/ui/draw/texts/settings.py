"""Settings: a row for each knob and setting under headings, and below them all that there is to say of the chosen one."""

import dataclasses
import textwrap
from collections.abc import Sequence

from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink, Look
from tui_gan.ui.draw.texts.prose import simple
from tui_gan.ui.draw.texts.words import Target
from tui_gan.ui.rows import Row

VALUE, KEYS = 16, 4
# The widest that the names and the ranges may be; what is left is for the help.
NAMES, EXTENT = 32, 28
MORE = " .."


@dataclasses.dataclass(frozen=True)
class Foot:
    """What stands below the rows.

    Attributes:
        typing: the text that is being typed; None when nothing is.
        undo, redo: what they would do, or "".
        restart: how the new run would be started by hand, or "".
        keys: those of undo, redo and restart.
    """

    typing: str | None = None
    undo: str = ""
    redo: str = ""
    restart: str = ""
    keys: tuple[str, str, str] = ("u", "U", "R")


def settings(
    rows: Sequence[Row], chosen: int, first: int, foot: Foot, width: int, height: int, look: Look
) -> tuple[Canvas, list[Target], int]:
    """Draw the rows from line `first` on, or from where the chosen one is seen, and the foot.

    Returns:
        The drawing, the places that can be clicked, and the line that it begins with.
    """
    canvas = Canvas(width, height)
    below = _foot(rows[chosen], foot, width, height, look) if rows and height >= 4 else []
    visible = height - len(below)
    lines = _with_headings(rows)
    here = next((place for place, line in enumerate(lines) if line == chosen), 0)
    # The heading above a chosen row comes into sight with it.
    top = here - 1 if here and isinstance(lines[here - 1], str) else here
    first = max(0, min(first, top, len(lines) - visible), here - visible + 1)
    targets: list[Target] = []
    for y, line in enumerate(lines[first : first + visible]):
        if isinstance(line, str):
            canvas.write(0, y, f"{line} {look.pick('─', '-') * width}", Ink.FAINT)
            canvas.write(0, y, line, Ink.TITLE)
        else:
            targets += _row(canvas, y, rows[line], line, line == chosen, _names(rows, width), look)
    for y, pieces in enumerate(below, visible):
        x = 0
        for text, ink in pieces:
            x = canvas.write(x, y, text, ink)
    return canvas, targets, first


def _with_headings(rows: Sequence[Row]) -> list[int | str]:
    """The numbers of the rows, with the name of each group before its first."""
    entries: list[int | str] = []
    for number, row in enumerate(rows):
        if number == 0 or rows[number - 1].group != row.group:
            entries.append(row.group)
        entries.append(number)
    return entries


def _names(rows: Sequence[Row], width: int) -> int:
    """How wide the column of names is."""
    return min(max((len(row.label) for row in rows), default=0) + 2, NAMES, max(6, width - VALUE - 4))


def _row(canvas: Canvas, y: int, row: Row, number: int, chosen: bool, names: int, look: Look) -> list[Target]:
    """Mark, name, value between two arrows, keys, range, and the help where it fits whole."""
    plain = Ink.DIM if row.fixed else Ink.TEXT
    if chosen:
        canvas.write(0, y, look.pick("▸", ">"), Ink.KEY)
    canvas.write(1, y, _fitting(row.label, names - 2), Ink.KEY if chosen else plain)
    value = VALUE if canvas.width >= names + VALUE + 2 else max(4, canvas.width - names - 2)
    arrow = Ink.KEY if not row.fixed or chosen else Ink.FAINT
    canvas.write(names, y, look.pick("◂", "<"), arrow)
    text = _fitting_list(row.asked or row.value, value)
    ink = Ink.MARK if row.asked else Ink.DIM if row.fixed else Ink.BOLD
    canvas.write(names + 1 + max(0, (value - len(text)) // 2), y, text, ink)
    canvas.write(names + 1 + value, y, look.pick("▸", ">"), arrow)
    x = names + value + 3
    if x + KEYS < canvas.width:
        canvas.write(x, y, row.keys, Ink.KEY)
        canvas.write(x + KEYS, y, *_aside(row, canvas.width - x - KEYS))
    middle = names + 1 + value // 2
    return [
        Target(y, names - 1, middle - 1, f"turn_row({number}, -1)"),
        Target(y, middle + 1, names + value + 3, f"turn_row({number}, 1)"),
        Target(y, 0, canvas.width, f"choose_row({number})"),
    ]


def _aside(row: Row, width: int) -> tuple[str, Ink]:
    """Range or choices, and the help after them: each as far as it fits whole."""
    if row.asked:
        return _fitting_words(f"now {row.value}, needs a restart", width), Ink.MARK
    extent = _fitting_words("needs a restart" if row.fixed else row.extent, min(width, EXTENT))
    if len(row.help) <= width - EXTENT - 1:
        return f"{extent.ljust(EXTENT)} {row.help}", Ink.DIM
    return extent, Ink.DIM


def _foot(row: Row, foot: Foot, width: int, height: int, look: Look) -> list[list[tuple[str, Ink]]]:
    """A rule with the name of the chosen row, what there is to say of it, and the line for typing or for what comes next."""
    most = max(2, min(8, height // 3))
    rule = look.pick("─", "-")
    name = _fitting(row.key, width - 4)
    lines: list[list[tuple[str, Ink]]] = [[(f"{rule * 2} ", Ink.FAINT), (name, Ink.KEY), (f" {rule * width}", Ink.FAINT)]]
    last = _last(row, foot, width)
    if most < 4 and foot.typing is None and not foot.restart:
        # On the smallest screens the help matters more than what could be undone.
        last = []
    room = most - 1 - len(last)
    said = [(line, Ink.TEXT) for line in textwrap.wrap(_sentence(row), max(8, width))]
    if row.setting is not None and row.extent:
        said += [(line, Ink.DIM) for line in textwrap.wrap(f"one of: {row.extent}", max(8, width))]
    said += [(line, Ink.TEXT) for line in textwrap.wrap(row.meaning, max(8, width))]
    if row.source:
        said.append((f"[{row.source}]", Ink.DIM))
    lines += [[(simple(text) if look.ascii_only else text, ink)] for text, ink in said[:room]]
    lines += [[] for _ in range(room - len(said))]
    return [*lines, *last][:most]


def _sentence(row: Row) -> str:
    text = row.help[:1].upper() + row.help[1:]
    text = text if text.endswith(".") or not text else f"{text}."
    value = f" Now {row.full}." if row.full not in ("", row.value) else ""
    return f"{text}{value}"


def _last(row: Row, foot: Foot, width: int) -> list[list[tuple[str, Ink]]]:
    """The lowest lines: what is typed, else what a restart would do, and what undo and redo would."""
    if foot.typing is not None:
        # A wide text shows its end.
        lead = f"{row.label} = "
        typed = foot.typing[-max(1, width - len(lead) - 2) :]
        hint = "   Enter applies, Escape cancels" if not row.fixed else "   Enter notes it for a new run, Escape cancels"
        rest = hint if len(lead) + len(typed) + 1 + len(hint) <= width else ""
        return [[(lead, Ink.KEY), (typed, Ink.BOLD), (" ", Ink.SELECTED), (rest, Ink.DIM)]]
    lines: list[list[tuple[str, Ink]]] = []
    if foot.restart:
        command = textwrap.wrap(f"restart with: {foot.restart}", max(8, width), break_on_hyphens=False)
        lines += [[(line, Ink.MARK)] for line in command[:2]]
        lines.append([(foot.keys[2], Ink.KEY), (" saves this run and starts that one", Ink.DIM)])
        return lines
    undo_key, redo_key, _ = foot.keys
    undo = [(undo_key, Ink.KEY), (f" undo  {foot.undo}" if foot.undo else " nothing to undo", Ink.DIM)]
    redo = [(f"   {redo_key}", Ink.KEY), (f" redo  {foot.redo}", Ink.DIM)] if foot.redo else []
    return [[*undo, *redo] if sum(len(text) for text, _ in (*undo, *redo)) <= width else undo]


def _fitting(name: str, width: int) -> str:
    """The name, or its last part, or as much of it as fits."""
    last = name.rpartition(".")[2]
    return name if len(name) <= width else last if len(last) <= width else name[: max(0, width)]


def _fitting_list(value: str, width: int) -> str:
    """The value, or of a list as many of its first items as fit."""
    if len(value) <= width:
        return value
    kept, *rest = value.split(", ")
    for part in rest:
        if len(kept) + len(part) + len(", , ...") > width:
            break
        kept = f"{kept}, {part}"
    return f"{kept}, ..."[:width] if rest else f"...{value[-max(0, width - 3) :]}"[:width]


def _fitting_words(text: str, width: int) -> str:
    """As many whole words as fit, and two points for those that do not."""
    if len(text) <= width:
        return text
    while text and len(text) + len(MORE) > width:
        text = text.rpartition(" ")[0].rstrip(" .")
    return text and text + MORE
