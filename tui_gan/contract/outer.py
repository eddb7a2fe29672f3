"""What comes from outside the program: paths that the user names, text in several encodings, and text that no terminal may obey.

Every line that leaves the program for a terminal or a pipe goes through `tell`.
"""

import codecs
import errno
import os
import shlex
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from tui_gan.contract.errors import UsageError, quoted

# The longer first: UTF-32 begins as UTF-16 does.
MARKS = {
    codecs.BOM_UTF8: "UTF-8",
    codecs.BOM_UTF32_LE: "UTF-32-LE",
    codecs.BOM_UTF32_BE: "UTF-32-BE",
    codecs.BOM_UTF16_LE: "UTF-16-LE",
    codecs.BOM_UTF16_BE: "UTF-16-BE",
}
KINDS = {
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
# Bytes of the longest path that a system takes.
LONGEST_PATH = 4095
# Characters of a path that an error repeats as it is.
LONGEST_SHOWN = 100


def tell(text: object = "", stream: TextIO | None = None) -> None:
    """Write one line at once, each character that is not printable, or not in the stream's encoding, written as Python escapes it.

    Args:
        stream: where to; None is stdout.

    Raises:
        OSError: it could not be written.
    """
    stream = stream or sys.stdout
    encoding = stream.encoding or "utf-8"
    try:
        print(printable(text).encode(encoding, "backslashreplace").decode(encoding), file=stream, flush=True)
    except OSError as error:
        # Without its number, since Typer ends the program without a word where that is of a broken pipe.
        raise OSError(error.strerror or str(error)) from None


def printable(text: object) -> str:
    """Text with each character that is not printable written as Python escapes it, such as ESC as `\\x1b`; a space stays."""
    return "".join(each if each.isprintable() else _escaped(each) for each in str(text))


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def word(value: object) -> str:
    """A path or a setting as one word of a shell command, which holds no character that a terminal obeys."""
    text = str(value)
    # With this before it, it is neither an option nor somebody's home.
    text = f"./{text}" if text.startswith(("-", "~")) else text
    if text.isprintable():
        return shlex.quote(text)
    return f"$'{''.join(each if each.isprintable() and each not in QUOTES else _in_bytes(each) for each in text)}'"


QUOTES = "\\'"


def _in_bytes(character: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in os.fsencode(character))


def expanded(path: str | Path) -> Path:
    """A path with `~` and `~user` at its beginning replaced by that home directory; `./~` is a name.

    Raises:
        UsageError: the user has none, or no path can be so.
    """
    text = os.fspath(path)
    if not text:
        raise UsageError("the path is empty; name a file or a folder")
    if "\0" in text:
        raise UsageError(f"no path holds a NUL character, as {quoted(text)} does")
    if len(os.fsencode(text)) > LONGEST_PATH:
        raise UsageError(f"no path is as long as {quoted(text)}")
    replaced = os.path.expanduser(text)
    if replaced.startswith("~"):
        label = text if text.isprintable() and len(text) <= LONGEST_SHOWN else quoted(text)
        raise UsageError(f"{label} names the home of a user who has none; write ./ before a path that begins so")
    # Without the "./" that goes here it would name a home the next time.
    return Path(replaced).absolute() if str(Path(replaced)).startswith("~") else Path(replaced)


def of_the_user(find: Callable[[str], Path]) -> Path:
    """The folder for the program's own files, as a function of platformdirs names it; one that is nowhere where there is no home."""
    try:
        return expanded(find("tui-gan"))
    except (UsageError, RuntimeError):
        return Path(os.devnull, "tui-gan")


def check_place() -> None:
    """Refuse to work in a folder that has been removed.

    Raises:
        UsageError: it has been.
    """
    try:
        os.getcwd()
    except OSError:
        raise UsageError("the working directory does not exist any more; cd to one that does") from None


def check_ordinary(path: Path) -> None:
    """Refuse what is neither an ordinary file nor a folder: to read from a FIFO or a device may wait for ever.

    Raises:
        OSError: it is one, or nothing is there.
    """
    kind = KINDS.get(stat.S_IFMT(os.stat(path).st_mode))
    if kind:
        raise OSError(errno.EINVAL, f"it is {kind}, not an ordinary file or folder", str(path))


def check_no_device(path: Path) -> None:
    """The same of a file that will be written, where nothing need be yet.

    Raises:
        OSError: it is one.
    """
    if os.path.exists(path):
        check_ordinary(path)


def decoded(data: bytes) -> tuple[str, str]:
    """Text, its lines ended by a line feed alone, and the encoding that it was in.

    A byte-order mark says the encoding. Without one it is UTF-16 where zeros stand at every other place alone, and else UTF-8.

    Raises:
        UnicodeDecodeError: it is in none of these.
    """
    mark = next((mark for mark in MARKS if data.startswith(mark)), b"")
    encoding = MARKS.get(mark, "UTF-8")
    if not mark and b"\0" in data:
        zeros = b"\0" in data[0::2], b"\0" in data[1::2]
        encoding = {(True, False): "UTF-16-BE", (False, True): "UTF-16-LE"}.get(zeros, encoding)
    text = data[len(mark) :].decode(encoding)
    return text.replace("\r\n", "\n").replace("\r", "\n"), encoding
