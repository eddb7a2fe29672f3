"""The command line: Typer commands, and the one place where all parts meet.

Nothing here imports torch or textual but inside the body of a command, so that help comes at once.
"""

import contextlib
import os
import sys
from collections.abc import Callable
from typing import Annotated

import typer

from tui_gan import __version__
from tui_gan.cli import doctor, listing, own, running, using
from tui_gan.contract.errors import TuiGanError

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
    "runs": listing.runs,
    "presets": listing.presets,
    "sample": using.sample,
    "eval": using.evaluate,
    "export": using.export,
    "keys": own.keys,
    "doctor": doctor.doctor,
}
for name, command in COMMANDS.items():
    app.command(name=name)(command)


@app.callback(invoke_without_command=True)
def _root(context: typer.Context, version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False) -> None:
    if version:
        print(f"tui-gan {__version__}")
    elif context.invoked_subcommand is None:
        print(context.get_help())


def main() -> None:
    """Run the program; an error that the user can mend is one line on stderr and its exit status."""
    with open(os.devnull, "r+", encoding="utf-8") as nothing:
        # A stream that was closed before the start is None, which nothing that prints or asks for a terminal expects.
        sys.stdin, sys.stdout, sys.stderr = sys.stdin or nothing, sys.stdout or nothing, sys.stderr or nothing
        try:
            try:
                app()
            finally:
                sys.stdout.flush()
        except OSError as error:
            # What could not be written now would be tried again, and fail again, at the very end.
            os.dup2(nothing.fileno(), 1)
            say(f"cannot write the output: {error.strerror or error}")
            sys.exit(2)
        except TuiGanError as error:
            say(error)
            sys.exit(error.exit_code)


def say(error: object) -> None:
    """Write one line to stderr, if somebody still reads it."""
    with contextlib.suppress(OSError):
        print(f"tui-gan: {error}", file=sys.stderr, flush=True)
