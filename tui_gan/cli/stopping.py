"""What signals do to a command that can save and go on later."""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator

import typer

from tui_gan.contract.outer import tell

SAVING = "saving; once more ends at once"


@contextlib.contextmanager
def stopping(said: str = SAVING) -> Iterator[threading.Event]:
    """What the first signal sets, so that it is saved; the next does what it does otherwise. At the end the command ends by its status.

    Args:
        said: of the first signal; "" where there is a screen.
    """
    asked, signals = threading.Event(), list[int]()
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    # A signal that is ignored, as nohup does with SIGHUP, stays ignored.
    before = {each: handler for each, handler in before.items() if handler is not signal.SIG_IGN}

    def stop(number: int, frame: object) -> None:
        asked.set()
        signals.append(number)
        for each, handler in before.items():
            signal.signal(each, handler)
        if said:
            tell(said, sys.stderr)

    for each in before:
        signal.signal(each, stop)
    try:
        yield asked
    except OSError:
        # A terminal that is gone can be told nothing.
        if signal.SIGHUP not in signals:
            raise
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    if signal.SIGHUP in signals:
        # The terminal is gone, and Python's own last flush would turn the status into another.
        os._exit(128 + signal.SIGHUP)
    if signals:
        raise typer.Exit(128 + signals[0])
