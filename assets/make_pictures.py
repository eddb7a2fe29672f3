"""Makes the pictures of the README from the running program: `make pictures`.

The program runs on a pseudo-terminal; the characters and colours that its screen then holds are written as SVG.
"""

import io
import itertools
import re
import tempfile
import time
from pathlib import Path

import pyte
from rich.color import Color
from rich.console import Console
from rich.style import Style
from rich.text import Text

from tests.terminal import Terminal, terminal

ASSETS = Path(__file__).parent
BETWEEN_FRAMES = 0.06
# Seconds in which the parts of a view that are made on demand have come.
SETTLING = 4.0


def picture(opened: Terminal, name: str) -> None:
    """Write what the terminal shows, between two frames, as an SVG."""
    while opened.read(BETWEEN_FRAMES):
        pass
    console = Console(width=opened.columns, record=True, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    for row in range(opened.rows):
        cells = [opened.screen.buffer[row][column] for column in range(opened.columns)]
        runs = itertools.groupby(enumerate(cells), key=_run)
        parts = [("".join(cell.data for _, cell in run), style) for (style, _), run in runs]
        console.print(Text.assemble(*parts, end=""), no_wrap=True)
    target = ASSETS / f"{name}.svg"
    target.write_text(console.export_svg(title="tui-gan", unique_id=name))
    print(target)


def _run(numbered: tuple[int, pyte.screens.Char]) -> tuple[Style, int]:
    """The letters of a word are drawn together, blanks too; any other glyph stands alone, where no font can shift it."""
    column, cell = numbered
    return _style(cell), -1 if cell.data.isalnum() and cell.data.isascii() else -2 if cell.data == " " else column


def _style(cell: pyte.screens.Char) -> Style:
    return Style(color=_colour(cell.fg), bgcolor=_colour(cell.bg), bold=cell.bold, underline=cell.underscore, reverse=cell.reverse)


def _colour(name: str) -> Color | None:
    if name == "default":
        return None
    return Color.parse(f"#{name}" if re.fullmatch("[0-9a-f]{6}", name) else name)


def trained(opened: Terminal, steps: int, seconds: float = 20.0) -> None:
    """Wait until the header shows at least so many steps."""

    def far_enough(text: str) -> bool:
        found = re.search(r"step ([\d,]+)", text)
        return "RUNNING" in text and found is not None and int(found[1].replace(",", "")) >= steps

    opened.wait_for(far_enough, seconds)


def main() -> None:
    """Make every picture."""
    with tempfile.TemporaryDirectory() as folder:
        with terminal("run", "toy1d", "--out", "wide", cwd=Path(folder)) as opened:
            trained(opened, 1200)
            opened.press("K", "m")
            trained(opened, 2400)
            opened.press("m", "c")
            trained(opened, 4000)
            picture(opened, "overview")
            shown(opened, "5", "curves", "curves")
            shown(opened, "8", "WHAT YOU SEE", "explain")
        with terminal("run", "toy1d", "--out", "early", "--seed", "1", cwd=Path(folder)) as opened:
            trained(opened, 300)
            shown(opened, "2", "D*", "learning")
        with terminal("run", "ring2d", "--out", "ring2d", cwd=Path(folder)) as opened:
            trained(opened, 5_000, seconds=300.0)
            shown(opened, "2", "arrows", "layers")
        with terminal("run", "digits", "--out", "digits", cwd=Path(folder)) as opened:
            trained(opened, 7_000, seconds=300.0)
            picture(opened, "digits")
            opened.press("4", " ", "N")
            opened.wait_for("nearest real")
            opened.wait_for(lambda _: not opened.read(5.0))
            picture(opened, "samples")
        swept(Path(folder))


def swept(folder: Path) -> None:
    """The heat map of a sweep, with the cursor on one of its cells."""
    axes = ("--k-steps", "1,2,5", "--generator-lr", "3e-4:3e-2:log:5", "--minibatch-discrimination", "off,on")
    words = ("sweep", "toy1d-aylien-2017-07", *axes, "--seeds", "24", "--steps", "1500", "--set", "evaluate_every=250", "--out", "sweep")
    with terminal(*words, "--engine", "graph", cwd=folder, size=(120, 32)) as opened:
        opened.wait_for("FINISHED", 900.0)
        opened.press("\x1b[C", "\x1b[C", "\x1b[C")
        opened.wait_for("generator_lr 0.00949")
        picture(opened, "heatmap")


def shown(opened: Terminal, key: str, sign: str, name: str) -> None:
    """Turn to a view, wait until it stands, and keep its picture."""
    opened.press(key)
    opened.wait_for(sign)
    end = time.monotonic() + SETTLING
    while time.monotonic() < end:
        opened.read(0.1)
    picture(opened, name)


if __name__ == "__main__":
    main()
