import errno
import io
import os
import socket
import subprocess
from pathlib import Path

import pytest

from tui_gan.contract.errors import UsageError
from tui_gan.contract.outer import check_no_device, check_ordinary, decoded, expanded, of_the_user, printable, tell, word


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
    assert expanded("./~/x") == Path.cwd() / "~/x"
    assert expanded(expanded("./~")) == Path.cwd() / "~"
    with pytest.raises(UsageError, match=r"~nobody-here/x names the home of a user who has none; write \./ before"):
        expanded("~nobody-here/x")


@pytest.mark.parametrize(("path", "part"), [("", "is empty"), ("a\0b", "NUL"), ("x/" * 2048, "as long as 'x/x/")])
def test_what_can_be_no_path_is_refused(path: str, part: str) -> None:
    with pytest.raises(UsageError, match=part) as error:
        expanded(path)
    assert len(str(error.value)) < 200


def test_without_a_home_the_users_own_files_are_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(name: str) -> Path:
        raise RuntimeError("could not determine the home directory")

    monkeypatch.setenv("HOME", "/home/me")
    assert of_the_user(lambda name: Path("~/.config", name)) == Path("/home/me/.config/tui-gan")
    monkeypatch.setenv("HOME", "~")
    assert of_the_user(lambda name: Path("~/.config", name)) == Path("/dev/null/tui-gan")
    assert of_the_user(nowhere) == Path("/dev/null/tui-gan")


def test_a_line_is_told_whole_and_in_the_characters_of_its_stream() -> None:
    written = io.BytesIO()
    latin = io.TextIOWrapper(written, encoding="latin-1")
    tell("ü ◂ \ud800 \x1b[m\nnext", latin)
    assert written.getvalue() == b"\xfc \\u25c2 \\ud800 \\x1b[m\\nnext\n"
    text = io.StringIO()
    tell(stream=text)
    tell("◂", text)
    assert text.getvalue() == "\n◂\n"


def test_what_cannot_be_told_is_an_error_that_typer_does_not_swallow() -> None:
    class Full(io.StringIO):
        def flush(self) -> None:
            raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    with pytest.raises(OSError, match="Broken pipe") as error:
        tell("text", Full())
    assert (str(error.value), error.value.errno) == ("Broken pipe", None)


@pytest.mark.parametrize(
    "name", ["plain", "a b", "it's", "~", "~x/y", "-x", "a\nb", "\x1b[31m'\\", "ü\u202e\x9b漢", os.fsdecode(b"\xff"), "é\t0"]
)
def test_a_path_is_one_word_of_a_shell_command(name: str) -> None:
    assert word(Path(name)).isprintable()
    said = subprocess.run(["bash", "-c", f"printf %s {word(name)}"], capture_output=True, check=True).stdout
    assert os.path.normpath(os.fsdecode(said)) == name
    # Neither an option, nor a home that the program would look for.
    assert said[:1] not in (b"-", b"~")


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
    check_no_device(tmp_path / "nothing")
    check_no_device(tmp_path / "file")
    with pytest.raises(OSError, match="a FIFO"):
        check_no_device(tmp_path / "fifo")


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
