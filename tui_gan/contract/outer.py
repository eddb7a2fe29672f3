"""What comes from outside the program: paths that the user names, and text that no terminal may obey."""

import errno
import os
import stat
from pathlib import Path

from tui_gan.contract.errors import UsageError

KINDS = {
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def printable(text: object) -> str:
    """Text with each character that is not printable written as Python escapes it, such as ESC as `\\x1b`; a space stays."""
    return "".join(each if each.isprintable() else _escaped(each) for each in str(text))


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def expanded(path: str | Path) -> Path:
    """A path with `~` and `~user` at its beginning replaced by that home directory.

    Raises:
        UsageError: the user has none.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError:
        raise UsageError(f"{path} names the home of a user who has none; write ./{path} for a path that begins so") from None


def check_ordinary(path: Path) -> None:
    """Refuse what is neither an ordinary file nor a folder: to read from a FIFO or a device may wait for ever.

    Raises:
        OSError: it is one, or nothing is there.
    """
    kind = KINDS.get(stat.S_IFMT(os.stat(path).st_mode))
    if kind:
        raise OSError(errno.EINVAL, f"it is {kind}, not an ordinary file or folder", str(path))
