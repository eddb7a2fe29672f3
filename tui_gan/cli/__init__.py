"""The command line: Typer commands, and the one place where all parts meet.

Nothing here imports torch or textual but inside the body of a command, so that help comes at once.
"""

import contextlib
import io
import os
import sys
from collections.abc import Callable
from typing import Annotated, cast

import typer

from tui_gan import __version__
from tui_gan.cli import (
    attaching,
    bench,
    completing,
    doctor,
    events,
    listing,
    optimize,
    own,
    ranks,
    running,
    runs,
    serving,
    sweep,
    using,
    visiting,
)
from tui_gan.contract.errors import TuiGanError
from tui_gan.contract.outer import check_place, tell

app = typer.Typer(
    name="tui-gan",
    help="A laboratory for generative adversarial networks in a terminal. Begin with: tui-gan run toy1d",
    pretty_exceptions_enable=False,
    # The framed tables cut long option names at 80 columns.
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

COMMANDS: dict[str, Callable[..., None]] = {
    "run": running.run,
    "resume": running.resume,
    "sweep": sweep.sweep,
    "optimize": optimize.optimize,
    "runs": runs.runs,
    "presets": listing.presets,
    "attach": attaching.attach,
    "watch": attaching.watch,
    "serve": serving.serve,
    "state": visiting.state,
    "tell": visiting.tell_run,
    "pause": visiting.pause,
    "go": visiting.go,
    "save": visiting.save,
    "stop": visiting.stop,
    "events": events.events,
    "sample": using.sample,
    "encode": using.encode,
    "complete": completing.complete,
    "eval": using.evaluate,
    "export": using.export,
    "keys": own.keys,
    "doctor": doctor.doctor,
    "bench": bench.bench,
}
# What all of Typer's errors are that speak of the words of the command line; it has no public name.
WRONG_WORDS = cast(type[typer.BadParameter], typer.BadParameter.__base__)
for name, command in COMMANDS.items():
    app.command(name=name)(command)
# It is started by another command alone.
app.command(name="view", hidden=True)(attaching.view)


@app.callback(invoke_without_command=True)
def _root(context: typer.Context, version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False) -> None:
    if version:
        tell(f"tui-gan {__version__}")
    elif context.invoked_subcommand is None:
        for line in context.get_help().splitlines():
            tell(line)
    else:
        check_place()


def main() -> None:
    """Run the program; an error that the user can mend is one line on stderr and its exit status."""
    _open_closed_streams()
    with open(os.devnull, "r+", encoding="utf-8") as nothing:
        # A stream that was closed before the start is None, which nothing that prints or asks for a terminal expects.
        sys.stdin, sys.stdout, sys.stderr = sys.stdin or nothing, sys.stdout or nothing, sys.stderr or nothing
        try:
            try:
                ranks.enter(sys.argv[1:])
                status = app(standalone_mode=False)
            finally:
                sys.stdout.flush()
        except OSError as error:
            # What could not be written now would be tried again, and fail again, at the very end.
            os.dup2(nothing.fileno(), 1)
            what = "write the output" if error.filename is None else f"use {error.filename}"
            _say(f"tui-gan: cannot {what}: {error.strerror or error}")
            sys.exit(2)
        except WRONG_WORDS as error:
            text = io.StringIO()
            error.show(text)
            _say(*text.getvalue().splitlines())
            sys.exit(error.exit_code)
        except TuiGanError as error:
            _say(f"tui-gan: {error}")
            sys.exit(error.exit_code)
        sys.exit(status)


def _open_closed_streams() -> None:
    """Give the numbers of closed streams to the null device, lest a file of the run get one, and what a library says go into it."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _say(*lines: str) -> None:
    """Write lines to stderr, if somebody still reads them."""
    with contextlib.suppress(OSError):
        for line in lines:
            tell(line, sys.stderr)
