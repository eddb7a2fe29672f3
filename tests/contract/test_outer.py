import os
import socket
from pathlib import Path

import pytest

from tui_gan.contract.errors import UsageError
from tui_gan.contract.outer import check_ordinary, decoded, expanded, printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, with spaces and ü 漢", "plain, with spaces and ü 漢"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\a\n\t\x9b\x7f", "\\x07\\n\\t\\x9b\\x7f"),
        ("\u202edlrow", "\\u202edlrow"),
        (os.fsdecode(b"\xff"), "\\udcff"),
        (Path("a\nb"), "a\\nb"),
    ],
)
def test_no_character_that_a_terminal_obeys_is_printed(text: object, shown: str) -> None:
    assert printable(text) == shown


def test_the_home_stands_for_the_tilde_at_the_beginning_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert expanded("~/x") == Path("/home/me/x")
    assert expanded(Path("~")) == Path("/home/me")
    assert expanded("a/~/x") == Path("a/~/x")
    with pytest.raises(UsageError, match=r"~nobody-here/x names the home of a user who has none; write \./~nobody-here/x"):
        expanded("~nobody-here/x")


def test_fifos_sockets_and_devices_are_refused_before_they_are_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(OSError, match="a FIFO, not an ordinary file or folder"):
        check_ordinary(tmp_path / "fifo")
    with pytest.raises(OSError, match="a device"):
        check_ordinary(Path("/dev/null"))
    with socket.socket(socket.AF_UNIX) as unix:
        unix.bind(str(tmp_path / "s"))
        with pytest.raises(OSError, match="a socket"):
            check_ordinary(tmp_path / "s")
    (tmp_path / "file").write_text("")
    (tmp_path / "link").symlink_to("file")
    check_ordinary(tmp_path / "file")
    check_ordinary(tmp_path / "link")
    check_ordinary(tmp_path)
    with pytest.raises(FileNotFoundError):
        check_ordinary(tmp_path / "nothing")


TEXT = "größe\n1\n2\n"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT.encode(), "UTF-8"),
        (TEXT.encode("utf-8-sig"), "UTF-8"),
        (TEXT.encode("utf-16"), "UTF-16-LE"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "UTF-16-BE"),
        (TEXT.encode("utf-16-le"), "UTF-16-LE"),
        (TEXT.encode("utf-16-be"), "UTF-16-BE"),
        (TEXT.encode("utf-32"), "UTF-32-LE"),
        (TEXT.replace("\n", "\r\n").encode(), "UTF-8"),
        (TEXT.replace("\n", "\r").encode("utf-16"), "UTF-16-LE"),
    ],
)
def test_text_is_read_in_the_encoding_that_it_is_in(data: bytes, encoding: str) -> None:
    assert decoded(data) == (TEXT, encoding)


@pytest.mark.parametrize("data", [b"\xe4", b"\xff\xfea", b"\xef\xbb\xbf\xff", b"a\0\xd8\0\xd8"])
def test_what_is_in_no_encoding_is_refused(data: bytes) -> None:
    with pytest.raises(UnicodeDecodeError):
        decoded(data)
