"""Tmux: which terminals show the pane of tmux that the program is in, and the way through tmux to them."""

import re
import subprocess
from collections.abc import Mapping
from typing import NamedTuple

# Seconds after which a tmux that does not answer is none.
ANSWERS_WITHIN = 1.0
# Whether sequences may pass, as the versions of tmux say it.
PASSES = ("1", "on", "all")
# The pane first; clients are compared by the window that each of them shows, since several sessions may share one.
PANE = "#{window_id} #{?window_zoomed_flag,#{pane_active},1} #{allow-passthrough}"
CLIENT = "#{window_id} #{client_name}:#{client_pid} #{client_termname} #{client_termfeatures}"
FIRST = re.compile(r"(@\d+) ([01]) (\S*)")
OTHER = re.compile(r"(@\d+) (\S+) (\S+) (\S*)")


class Client(NamedTuple):
    """A terminal that shows the pane: a name that no other has, what it calls itself, and what tmux knows it to have."""

    name: str
    term: str
    features: tuple[str, ...]


class Pane(NamedTuple):
    """The pane that the program is in.

    Attributes:
        passes: whether tmux lets sequences through to the terminals.
        clients: the terminals that show it now; none while tmux is detached, or shows another window or pane.
    """

    passes: bool
    clients: tuple[Client, ...]


def inside(environment: Mapping[str, str]) -> bool:
    """Whether the program is in a pane of tmux."""
    return bool(environment.get("TMUX") and environment.get("TMUX_PANE"))


def pane(environment: Mapping[str, str]) -> Pane | None:
    """Ask tmux; None where it does not answer.

    The environment is that of whoever began the session, perhaps in another terminal and days ago.
    """
    command = ["tmux", "display-message", "-p", "-t", environment["TMUX_PANE"], PANE, ";", "list-clients", "-F", CLIENT]
    try:
        done = subprocess.run(
            command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=ANSWERS_WITHIN,
            encoding="utf-8",
            errors="replace",
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return read(done.stdout) if done.returncode == 0 else None


def read(answer: str) -> Pane | None:
    """What tmux has answered; None where it means nothing."""
    first, *others = answer.splitlines() or [""]
    if (head := FIRST.fullmatch(first)) is None:
        return None
    window, visible, passes = head.groups()
    rows = [match.groups() for line in others if (match := OTHER.fullmatch(line))]
    clients = tuple(Client(name, term, tuple(features.split(","))) for where, name, term, features in rows if where == window)
    return Pane(passes in PASSES, clients if visible == "1" else ())


def through(sequence: str) -> str:
    """A sequence as tmux hands it on to the terminals."""
    doubled = sequence.replace("\x1b", "\x1b\x1b")
    return f"\x1bPtmux;{doubled}\x1b\\"
