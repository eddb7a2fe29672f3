"""Modes: what the terminal is switched to for the screen, and back; whose it is, and how large."""

import os
import termios
import tty
from collections.abc import Mapping
from typing import Any

from tui_gan.ui.answers import QUESTIONS
from tui_gan.ui.output import OUT

IN = 0
# What is switched on for the screen, and how that is switched off again; the last is switched off first.
MODES = (
    ("\x1b[?1049h", "\x1b[?1049l"),  # the alternate screen
    ("\x1b[?25l", "\x1b[?25h"),  # no cursor
    ("\x1b[?7l", "\x1b[?7h"),  # no wrapping
    ("\x1b[?1000h", "\x1b[?1000l"),  # buttons of the mouse
    ("\x1b[?1003h", "\x1b[?1003l"),  # its moves
    ("\x1b[?1006h", "\x1b[?1006l"),  # as numbers without bound
    ("\x1b[?1004h", "\x1b[?1004l"),  # whether the window has the focus
    ("\x1b[?2004h", "\x1b[?2004l"),  # pasted text is marked
    ("\x1b[>25u", "\x1b[<u"),  # kitty's keyboard: all keys as sequences, with their text
    ("\x1b[?2026$p", "\x1b[?2026l"),  # asked for: whether frames can be shown whole, which each of them switches on and off
    (QUESTIONS, ""),  # asked for: whether and how it draws sixels
    ("", "\x1b[0m"),  # colours, which the text brings
    ("", "\x1b]22;default\x07"),  # the shape of the pointer, which Textual sets
)
# Apple's Terminal writes the last letter of a question that it does not know.
QUESTION = "\x1b[?2026$p"
LEAVE = "".join(off for _, off in reversed(MODES))
# Ends whatever was cut off, such as a picture on its way.
END = "\x1b\\"
USUAL, LARGEST = (80, 24), (800, 250)


def entering(environment: Mapping[str, str]) -> str:
    """What switches the terminal over."""
    apple = environment.get("TERM_PROGRAM") == "Apple_Terminal"
    return "".join(on for on, _ in MODES if not (apple and on == QUESTION))


def measured(environment: Mapping[str, str]) -> tuple[int, int]:
    """Columns and rows: what the terminal says, where it says 0 what COLUMNS and LINES say, and 80x24 where nobody knows."""
    try:
        reported = tuple(os.get_terminal_size(OUT))
    except OSError:
        reported = (0, 0)
    stated = [int(text) if (text := environment.get(name, "")).isdecimal() and len(text) < 6 else 0 for name in ("COLUMNS", "LINES")]
    columns, rows = (min(size or other or usual, most) for size, other, usual, most in zip(reported, stated, USUAL, LARGEST, strict=True))
    return columns, rows


def in_foreground() -> bool:
    """Whether the terminal is this job's; also where there are no jobs."""
    try:
        return os.tcgetpgrp(IN) in (0, os.getpgrp())
    except OSError:
        return True


def as_it_comes(attributes: list[Any]) -> list[Any]:
    """The terminal's attributes, but every key comes at once, unechoed and as it is."""
    raw = [*attributes[: tty.CC], [*attributes[tty.CC]]]
    raw[tty.LFLAG] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN | termios.ISIG)
    raw[tty.IFLAG] &= ~(termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR)
    raw[tty.CC][termios.VMIN], raw[tty.CC][termios.VTIME] = 1, 0
    return raw
