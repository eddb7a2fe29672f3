"""Machine: the speed of the last minute, where the time of a step goes, and what the run takes of the machine."""

import math
from collections.abc import Sequence

import numpy as np

from tui_gan.contract.snapshot import Floats, Gpu, Machine
from tui_gan.ui.draw import marks, scale, units
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink, Look

NAMES, LONGEST = 12, 100
MINUTE = 60
# Each part of a step with its ink, and its letter in plain ASCII.
PARTS: dict[str, tuple[Ink, str]] = {
    "data": (Ink.REAL, "r"),
    "D": (Ink.DISCRIMINATOR, "d"),
    "G": (Ink.GENERATOR, "g"),
    "other": (Ink.DIM, "o"),
    "screen": (Ink.MARK, "s"),
}
Piece = tuple[str, Ink]


def machine(
    measured: Machine | None, speeds: Floats, speed: float, drawing: float, rate: float, width: int, height: int, look: Look
) -> Canvas:
    """Draw as much of it as fits, the most telling first.

    Args:
        measured: what the run knows of its machine; None before it has measured.
        speeds: steps/s of the last MINUTE seconds, the newest last.
        speed: steps/s now.
        drawing: the share of one processor that the screen takes.
        rate: bytes a second to the terminal.
    """
    canvas = Canvas(width, height)
    wide = min(width, LONGEST)
    blocks = [_step(measured, drawing, speed, wide, look), _meters(measured, drawing, rate, wide, look)]
    room = height - sum(block.height + 1 for block in blocks)
    y = 0
    for block in (_speed(speeds, speed, wide, max(1, min(14, room)), look), *blocks):
        if y + block.height > height and y:
            canvas.paste(0, y, block)
            break
        canvas.paste(0, y, block)
        y += block.height + 1
    return canvas


def _speed(speeds: Floats, speed: float, width: int, height: int, look: Look) -> Canvas:
    """The speed in words, and its course as an area from 0 up."""
    canvas = Canvas(width, height)
    known = speeds[np.isfinite(speeds)]
    x = canvas.write(canvas.write(0, 0, "speed".ljust(NAMES), Ink.DIM), 0, f"{scale.short(speed)} steps/s", Ink.BOLD)
    top = float(known.max(initial=0.0))
    if known.size and top > 0:
        text = f"   last minute {scale.short(float(known.min()))} .. {scale.short(top)}"
        if x + len(text) <= width:
            canvas.write(x, 0, text, Ink.DIM)
    columns, rows = width - NAMES, height - 1
    if rows < 1 or columns < 8 or not top > 0:
        return canvas
    course = np.full(MINUTE, np.nan)
    course[MINUTE - min(MINUTE, speeds.size) :] = speeds[-MINUTE:]
    heights = course[np.arange(columns) * MINUTE // columns] / top
    canvas.lay(marks.area(heights, rows, look.pick("", "#")), Ink.DIM, x=NAMES, y=1)
    canvas.write(0, 1, scale.short(top).rjust(NAMES - 2), Ink.DIM)
    if rows > 1:
        canvas.write(0, rows, "0".rjust(NAMES - 2), Ink.DIM)
    for row in range(1, height):
        canvas.write(NAMES - 1, row, look.pick("│", "|"), Ink.FAINT)
    return canvas


def _step(measured: Machine | None, drawing: float, speed: float, width: int, look: Look) -> Canvas:
    """The time of one step as a bar in parts, and below it each part in numbers."""
    times = _times(measured, drawing, speed)
    total = sum(times.values())
    canvas = Canvas(width, 3)
    x = canvas.write(0, 0, "one step".ljust(NAMES), Ink.DIM)
    if not total > 0:
        canvas.write(x, 0, "not measured" if width >= NAMES + 12 else "?", Ink.DIM)
        return canvas
    canvas.write(x, 0, units.seconds(total), Ink.BOLD)
    columns = width - NAMES
    if columns >= 8:
        ends = np.rint(np.cumsum(list(times.values())) / total * columns).astype(int)
        start = 0
        for name, end in zip(times, ends.tolist(), strict=True):
            ink, letter = PARTS[name]
            canvas.write(NAMES + start, 1, look.pick("█", letter) * (end - start), ink)
            start = end
    _legend(canvas, times, total, look)
    return canvas


def _legend(canvas: Canvas, times: dict[str, float], total: float, look: Look) -> None:
    """Each part with its time and share, in the fullest form in which all of them fit."""
    both = [f"{name} {units.seconds(time)} {time / total:.0%}" for name, time in times.items()]
    apart = [
        [f"{name} {units.seconds(time)}" for name, time in times.items()],
        [f"{name} {time / total:.0%}" for name, time in times.items()],
    ]
    forms = [(NAMES, both), (0, both), *((0, form) for form in apart)]
    x, texts = next(((x, form) for x, form in forms if x + sum(len(text) + 4 for text in form) - 2 <= canvas.width), (0, list(times)))
    for name, text in zip(times, texts, strict=True):
        ink, letter = PARTS[name]
        if x + len(text) + 2 <= canvas.width:
            x = canvas.write(canvas.write(x, 2, look.pick("█ ", f"{letter} "), ink), 2, text, Ink.TEXT) + 2


def _times(measured: Machine | None, drawing: float, speed: float) -> dict[str, float]:
    """Seconds of each part of a step that are known; the screen's share is of a whole processor, and so of every step."""
    times = (
        {} if measured is None else {"data": measured.data, "D": measured.discriminator, "G": measured.generator, "other": measured.other}
    )
    times = {name: time for name, time in times.items() if math.isfinite(time) and time >= 0}
    if times and drawing > 0 and 0 < speed < math.inf:
        times["screen"] = drawing / speed
    return times


def _meters(measured: Machine | None, drawing: float, rate: float, width: int, look: Look) -> Canvas:
    """A row for each thing that is used up, with a bar where there is a limit."""
    rows: list[tuple[str, float, str]] = []
    if measured is not None:
        rows.append(("processor", _of(measured.cpu, measured.cores), f"{measured.cpu:.2f} of {measured.cores} cores"))
        rows.append(
            ("memory", _of(measured.memory, measured.memory_total), f"{units.size(measured.memory)} of {units.size(measured.memory_total)}")
        )
        rows += [row for number, gpu in enumerate(measured.gpus) for row in _gpu(gpu, number, len(measured.gpus))]
    rows.append(("screen", drawing, f"{drawing:.1%} of one core"))
    rows.append(("terminal", math.nan, f"{units.size(rate)}/s"))
    canvas = Canvas(width, len(rows))
    bar = min(40, width - NAMES - 1 - max(len(text) for _, _, text in rows))
    for y, (name, level, text) in enumerate(rows):
        canvas.write(0, y, name, Ink.DIM)
        x = min(NAMES, max(0, width - len(text)))
        if bar >= 6:
            if math.isfinite(level):
                _bar(canvas, y, level, bar, look)
            x += bar + 1
        canvas.write(x, y, text, Ink.TEXT)
    return canvas


def _gpu(gpu: Gpu, number: int, count: int) -> Sequence[tuple[str, float, str]]:
    name = "GPU" if count == 1 else f"GPU {number}"
    heat = f", {gpu.temperature:.0f} C" if math.isfinite(gpu.temperature) else ""
    memory = f"{units.size(gpu.memory)} of {units.size(gpu.memory_total)}"
    return (
        (name, gpu.use, f"{units.share(gpu.use)} in use{heat}, {gpu.name}"),
        (f"{name} memory", _of(gpu.memory, gpu.memory_total), memory),
    )


def _bar(canvas: Canvas, y: int, level: float, columns: int, look: Look) -> None:
    level = max(0.0, min(1.0, level))
    full = round(level * columns)
    ink = Ink.WARNING if level > 0.9 else Ink.TEXT
    canvas.write(NAMES, y, look.pick("━", "=") * full, ink)
    canvas.write(NAMES + full, y, look.pick("─", ".") * (columns - full), Ink.FAINT)


def _of(value: float, limit: float) -> float:
    return value / limit if limit > 0 and math.isfinite(value) else math.nan
