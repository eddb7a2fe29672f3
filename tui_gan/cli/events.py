"""`tui-gan events`: the journal of a run, whether it trains or not, as it is or as it grows."""

import json as json_text
import time
from typing import TYPE_CHECKING, Annotated

import typer

from tui_gan.cli.options import run_or_file
from tui_gan.contract.outer import tell

if TYPE_CHECKING:
    from tui_gan.session.journal import Line

GLANCE = 0.25
MARKS = {"warning": "warning: ", "error": "error: ", "note": "note: "}


def events(
    run: Annotated[str, run_or_file("A run, by its directory or its name under runs/.")],
    follow: Annotated[bool, typer.Option("--follow", help="Wait for more, until the run ends.")] = False,
    since: Annotated[int, typer.Option(min=0, help="Only what came after this number.")] = 0,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """Tell what was asked of a run, by whom and with what outcome, and what happened."""
    from tui_gan.session import journal, lock, rundir

    path = rundir.find(run).path
    while True:
        holder = lock.read(path)
        trains = follow and holder is not None and lock.is_alive(holder, path)
        for line in journal.lines(path, since):
            since = line.number
            # All fields, those with their usual value too: a script asks for them by name.
            tell(json_text.dumps({name: getattr(line, name) for name in line.__struct_fields__}) if json else sentence(line))
        if not trains:
            return
        time.sleep(GLANCE)


def sentence(line: "Line") -> str:
    """A line of the journal as one reads it."""
    if line.kind == "event":
        return f"{line.number:>5}  step {line.step:,}: {MARKS.get(line.level, '')}{line.text}"
    outcome = "obeyed" if line.obeyed else f"refused: {line.why}"
    return f"{line.number:>5}  step {line.step:,}: {line.source or 'the run'} asked for {line.text}: {outcome}"
