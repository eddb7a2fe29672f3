"""Words: the header, the rows of knobs, the list of events, and the footer of keys."""

import dataclasses
import textwrap
from collections.abc import Mapping, Sequence

from tui_gan.contract.knobs import KNOBS, Knob
from tui_gan.contract.snapshot import Event, EventKind, Snapshot, Status
from tui_gan.ui.draw import scale
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink, Look

BADGES: dict[Status, tuple[str, str, Ink]] = {
    Status.LOADING: ("◌", "...", Ink.BADGE_CALM),
    Status.RUNNING: ("▶", ">", Ink.BADGE_GOOD),
    Status.PAUSED: ("‖", "||", Ink.BADGE_WARNING),
    Status.FINISHED: ("✔", "=", Ink.BADGE_CALM),
    Status.FAILED: ("✖", "X", Ink.BADGE_ERROR),
    Status.STOPPED: ("■", "#", Ink.BADGE_CALM),
}
EVENT_MARKS: dict[EventKind, tuple[str, str, Ink]] = {
    "info": ("·", ".", Ink.DIM),
    "change": ("◆", "*", Ink.MARK),
    "note": ("✎", "#", Ink.MARK),
    "warning": ("▲", "!", Ink.WARNING),
    "error": ("✖", "X", Ink.ERROR),
}
TRACEBACK_LINES = 12
VALUE_WIDTH = 8


@dataclasses.dataclass(frozen=True)
class Item:
    """One entry of the footer: parts that can be clicked, each with its action, and what they do."""

    parts: tuple[tuple[str, str], ...]
    label: str


@dataclasses.dataclass(frozen=True)
class Target:
    """A stretch of one row that can be clicked."""

    row: int
    start: int
    end: int
    action: str


def clock(seconds: float) -> str:
    """Seconds as h:mm:ss."""
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def header(snapshot: Snapshot, leaving: bool, width: int, look: Look, free: str = "") -> Canvas:
    """One line: preset, state, step or phase, speed, device, time trained; what does not fit is left out whole, the last first.

    Args:
        free: the key that ends the pace.
    """
    canvas = Canvas(width, 1)
    unicode, plain, ink = BADGES[snapshot.status]
    badge = " SAVING ... " if leaving else f" {look.pick(unicode, plain)} {_state(snapshot)} "
    step, steps = f"{snapshot.step:,}", f"{snapshot.steps:,}"
    share = f"{min(1.0, snapshot.step / max(1, snapshot.steps)):.0%}"
    speed = scale.short(snapshot.steps_per_second) if snapshot.steps_per_second >= 0.005 else "0"
    rest = [f"step {step} / {steps}", f"{speed} steps/s", snapshot.device, clock(snapshot.seconds)]
    if snapshot.paced:
        # What a step costs is not how fast they follow each other.
        rest[1] = f"paced {snapshot.knobs.pace:g}/s" + (f", {free}: full speed" if free else "")
    full = [rest[0], share, *rest[1:]]
    brief = [[f"{step}/{scale.count(snapshot.steps)}"], [scale.count(snapshot.step)], []]
    if snapshot.phase:
        rest[0] = snapshot.phase.partition(" ")[2] if snapshot.status is Status.RUNNING and not leaving else snapshot.phase
        full, brief = [part for part in rest if part], [rest[:1], []]
    narrow = [[rest[0], rest[1].partition(",")[0]]] if snapshot.paced else []
    # Whoever is alone needs no count.
    shared = [[*full, f"{len(snapshot.visitors)} visitors"]] if len(snapshot.visitors) > 1 else []
    choices = [(f" {snapshot.preset} ", parts) for parts in (*shared, full, rest, rest[:2], *narrow, rest[:1])] + [
        ("", parts) for parts in brief
    ]
    for preset, parts in choices:
        if len(preset) + len(badge) + sum(len(part) + 3 for part in parts) <= width:
            break
    if len(preset) + len(badge) > width:
        badge = badge.strip()[:width] if width < len(badge.strip()) else badge.strip()
    x = canvas.write(canvas.write(0, 0, preset, Ink.TITLE), 0, badge, Ink.BADGE_CALM if leaving else ink)
    for number, part in enumerate(parts):
        x = canvas.write(x + (2 if number == 0 else 3), 0, part, Ink.BOLD if number == 0 else Ink.TEXT)
        if number + 1 < len(parts):
            canvas.write(x + 1, 0, look.pick("·", "|"), Ink.FAINT)
    return canvas


def _state(snapshot: Snapshot) -> str:
    """What the run does, in one word: while it runs and the game is not played yet, the phase's own first word."""
    return snapshot.phase.partition(" ")[0].upper() if snapshot.phase and snapshot.status is Status.RUNNING else snapshot.status.value


def value_text(value: object) -> str:
    """A knob's value in the words of the screen."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, str):
        return value
    text = f"{value:,}" if isinstance(value, int) else f"{value:g}"
    return text if len(text) <= VALUE_WIDTH else scale.short(float(str(value)))


def knob_text(knob: Knob, value: object) -> str:
    """A knob's value in the words of the screen, where no limit is "off"."""
    return "off" if knob.off(value) else value_text(value)


def range_text(knob: Knob, devices: Sequence[str]) -> str:
    """A knob's range in few letters."""
    if knob.turning == "choice":
        return " ".join(devices)
    if knob.low is None or knob.high is None:
        return "on / off" if knob.turning == "switch" else ""
    return f"{scale.short(knob.low)} .. {scale.short(knob.high)}{', off' if knob.turning == 'limit' else ''}"


def knobs(
    snapshot: Snapshot, selected: int | None, width: int, height: int, look: Look, letters: Mapping[str, str] | None = None
) -> tuple[Canvas, list[Target]]:
    """One row for each knob: label, value between two arrows that can be clicked, keys, and range where it fits.

    Args:
        letters: the keys by the name of the knob, where they are not the declared ones.
    """
    canvas = Canvas(width, height)
    targets: list[Target] = []
    first = max(0, (selected or 0) - height + 1)
    roomy = width >= 33
    for row, knob in enumerate(list(KNOBS.values())[first : first + height]):
        chosen = selected == first + row
        name = (look.pick("▸", ">") if chosen else " ") + knob.label[: 12 if roomy else 10]
        canvas.write(0, row, name, Ink.KEY if chosen else Ink.TEXT)
        x = 14 if roomy else 12
        value = knob_text(knob, getattr(snapshot.knobs, knob.name))
        canvas.write(x, row, look.pick("◂", "<"), Ink.KEY)
        canvas.write(x + 1 + max(0, (VALUE_WIDTH - len(value)) // 2), row, value[:VALUE_WIDTH], Ink.BOLD)
        canvas.write(x + 9, row, look.pick("▸", ">"), Ink.KEY)
        end = max(x + 15, canvas.write(x + 11, row, (letters or {}).get(knob.name, knob.keys), Ink.KEY) + 1)
        text = range_text(knob, snapshot.devices)
        if width >= end + len(text):
            canvas.write(end, row, text, Ink.DIM)
        targets += [Target(row, 0, x + 5, f"turn('{knob.name}', -1)"), Target(row, x + 5, width, f"turn('{knob.name}', 1)")]
    return canvas, targets


def events(snapshot: Snapshot, width: int, height: int, look: Look) -> Canvas:
    """The newest events that fit, newest last; below them the end of a traceback and the advice."""
    canvas = Canvas(width, height)
    rows: list[list[tuple[str, Ink]]] = []
    for event in reversed(snapshot.events[-height:] if height else ()):
        rows[:0] = _event_rows(event, width, look)
        if len(rows) >= height:
            break
    tail: list[list[tuple[str, Ink]]] = []
    if snapshot.failure:
        lines = [line for line in snapshot.failure.splitlines() if line.strip()]
        tail += [
            [(line[:width], Ink.ERROR if line is lines[-1] else Ink.DIM)] for line in lines[-min(TRACEBACK_LINES, max(1, height - 2)) :]
        ]
    if snapshot.advice:
        tail += [[(line, Ink.WARNING)] for line in textwrap.wrap(snapshot.advice, max(8, width))]
    visible = [*rows, *tail][-height:] if height else []
    for y, parts in enumerate(visible):
        x = 0
        for text, ink in parts:
            x = canvas.write(x, y, text, ink)
    return canvas


def _event_rows(event: Event, width: int, look: Look) -> list[list[tuple[str, Ink]]]:
    unicode, plain, ink = EVENT_MARKS[event.kind]
    step = f"{event.step:>7,} "
    text = textwrap.wrap(event.text, max(8, width - len(step) - 2)) or [""]
    body = ink if event.kind in ("warning", "error") else Ink.TEXT
    first = [(step, Ink.DIM), (look.pick(unicode, plain) + " ", ink), (text[0], body)]
    return [first, *([(" " * (len(step) + 2), Ink.DIM), (line, body)] for line in text[1:])]


def advice(text: str, width: int, look: Look, calm: bool = False) -> Canvas:
    """One line that stands out; a calm one warns of nothing."""
    canvas = Canvas(width, 1)
    line = f" {text}" if calm else f" {look.pick('▲', '!')} {text}"
    if len(line) > width:
        line = line[: max(0, width - 3)].rsplit(" ", 1)[0] + look.pick("…", "...")
    canvas.write(0, 0, line.ljust(width), Ink.BADGE_CALM if calm else Ink.BADGE_WARNING)
    return canvas


def footer(items: Sequence[Item], width: int) -> tuple[Canvas, list[Target]]:
    """As many keys as fit, in their order, each with what it does."""
    canvas = Canvas(width, 1)
    targets: list[Target] = []
    x = 1
    for item in items:
        need = sum(len(key) + 1 for key, _ in item.parts) + len(item.label)
        if x + need > width:
            break
        start = x
        for key, action in item.parts:
            x = canvas.write(x, 0, key, Ink.KEY) + 1
            targets.append(Target(0, start, x, action))
            start = x
        x = canvas.write(x, 0, item.label, Ink.DIM)
        targets[-1] = dataclasses.replace(targets[-1], end=x)
        x += 2
    return canvas, targets
