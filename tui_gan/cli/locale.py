"""What the terminal's locale says of its characters."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

# The environment as the process was given it; Python changes its copy where the locale is C (PEP 538).
GIVEN = Path("/proc/self/environ")
# Those that say which characters the terminal has, the first that is set.
NAMES = ("LC_ALL", "LC_CTYPE", "LANG")


def speaks_utf8() -> bool:
    """Whether text may leave ASCII: the locale that was set says UTF-8, and the output's encoding is."""
    return says_utf8(_given()) and _plainly(sys.stdout.encoding or "") == "utf8"


def says_utf8(environment: Mapping[str, str]) -> bool:
    """Whether an environment's locale has UTF-8: by its codeset, and where it names none by what Python made of it; C and POSIX do not."""
    locale = next((value for name in NAMES if (value := environment.get(name))), "C")
    name, _, codeset = locale.partition("@")[0].rpartition(".")
    if name or _plainly(codeset) == "utf8":
        return _plainly(codeset) == "utf8"
    return locale not in ("C", "POSIX") and not sys.flags.utf8_mode


def _given() -> Mapping[str, str]:
    """The environment before Python; where that cannot be read, its own, in UTF-8 mode without what it set for a locale of C."""
    try:
        given = os.fsdecode(GIVEN.read_bytes()).split("\0")
    except OSError:
        return {name: value for name, value in os.environ.items() if not (name == "LC_CTYPE" and sys.flags.utf8_mode)}
    return {name: value for name, _, value in (variable.partition("=") for variable in given)}


def _plainly(codeset: str) -> str:
    return codeset.lower().replace("-", "").replace("_", "")
