"""Asking: what a terminal answers where there is no screen that would hear it."""

import contextlib
import os
import select
import termios
import time

from tui_gan.ui.answers import KIND, QUESTIONS, Answers, learned
from tui_gan.ui.incoming import READ, Incoming, Typed
from tui_gan.ui.modes import IN, as_it_comes
from tui_gan.ui.output import OUT

# Seconds after which a terminal that has not answered will not, such as one that is far away may need.
ANSWERS_WITHIN = 1.0


def ask() -> Answers:
    """Ask the terminal, and leave it as it was; what is typed meanwhile is lost."""
    known = Answers()
    if not (os.isatty(IN) and os.isatty(OUT)):
        return known
    with contextlib.suppress(OSError, termios.error):
        before = termios.tcgetattr(IN)
        try:
            termios.tcsetattr(IN, termios.TCSANOW, as_it_comes(before))
            os.write(OUT, QUESTIONS.encode())
            incoming, end = Incoming(), time.monotonic() + ANSWERS_WITHIN
            while (left := end - time.monotonic()) > 0 and select.select([IN], [], [], left)[0]:
                tokens = incoming.feed(os.read(IN, READ))
                texts = [token.text for token in tokens if isinstance(token, Typed)]
                for text in texts:
                    known = learned(known, text)
                # Which is the last of the answers.
                if any(KIND.fullmatch(text) for text in texts):
                    break
        finally:
            termios.tcsetattr(IN, termios.TCSAFLUSH, before)
    return known
