"""The processes of torchrun: process 0 is the program, the others follow it without a word."""

import os
import signal
import sys
from collections.abc import Sequence

from tui_gan.contract.errors import TuiGanError, UsageError, first_line
from tui_gan.contract.outer import tell

# What several processes may do together.
SHARED = ("run", "resume")
ASKING = {"-h", "--help", "--version"}


def count() -> int:
    """How many processes torchrun has started; 1 where it has not."""
    world_size = os.environ.get("WORLD_SIZE", "1")
    by_torchrun = {"RANK", "MASTER_ADDR", "MASTER_PORT"} <= os.environ.keys()
    return int(world_size) if by_torchrun and world_size.isdecimal() else 1


def enter(words: Sequence[str]) -> None:
    """Go on where this is process 0; else follow it, and end with it.

    Raises:
        UsageError: several processes cannot do what the words say.
    """
    if count() < 2:
        return
    command = next((word for word in words if not word.startswith("-")), "")
    asks = bool(ASKING & {*words}) or not command
    if os.environ["RANK"] != "0":
        if asks or command not in SHARED:
            sys.exit(0)
        _follow()
    if not asks and command not in SHARED:
        raise UsageError(f"{command} is for one process: call it without torchrun, which starts {' and '.join(SHARED)} alone")
    if not asks and "--detach" in words:
        raise UsageError("--detach leaves the terminal to torchrun, which stays: use --headless, and `tui-gan attach` for the screen")


def end_alone() -> None:
    """Let no signal end this process but one that comes while it trains: torchrun also sends it to whoever saves after another's death."""
    if count() > 1:
        signal.signal(signal.SIGTERM, lambda number, frame: None)


def _follow() -> None:
    from tui_gan.session.ranks import follow

    try:
        follow()
    except TuiGanError as error:
        tell(f"tui-gan: process {os.environ['RANK']}: {error}", sys.stderr)
        sys.exit(error.exit_code)
    except Exception as error:
        # Process 0 meets the same, and writes its traceback into the log of the run.
        tell(f"tui-gan: process {os.environ['RANK']}: {type(error).__name__}: {first_line(error)}", sys.stderr)
        sys.exit(1)
    # What torch leaves running is of no use any longer, and nothing is to be said.
    os._exit(0)
