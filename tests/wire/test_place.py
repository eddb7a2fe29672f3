"""Where a run is met, and in whose folder."""

import os
import socket
import stat
from pathlib import Path

import pytest

from tui_gan.wire import WireError, place


@pytest.fixture(autouse=True)
def temporary(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.mktemp("t")
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    return folder


def test_without_a_runtime_folder_it_is_one_of_the_users_own_in_thetemporary_one(temporary: Path) -> None:
    assert place.folder() == temporary / f"tui-gan-{os.getuid()}"
    assert stat.S_IMODE(place.folder().stat().st_mode) == 0o700


def test_a_runtime_folder_is_taken_where_it_is_there(tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert place.folder() == tmp_path / "tui-gan"
    for wrong in (str(tmp_path / "gone"), "runtime", ""):
        monkeypatch.setenv("XDG_RUNTIME_DIR", wrong)
        assert place.folder().parent == temporary


def test_whatever_the_umask_nobody_else_may_enter() -> None:
    before = os.umask(0)
    try:
        assert stat.S_IMODE(place.folder().stat().st_mode) == 0o700
    finally:
        os.umask(before)


def test_one_address_a_run_however_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "link").symlink_to("a")
    monkeypatch.chdir(tmp_path)
    assert place.address(Path("a")) == place.address(tmp_path / "a") == place.address(Path("link"))
    assert place.address(Path("a")) != place.address(Path("b"))


def test_a_run_in_a_deep_folder_has_an_address_that_can_be_bound(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["d" * 50] * 4)
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(place.address(deep)))
    assert stat.S_ISSOCK(place.address(deep).stat().st_mode)


def test_atemporary_folder_too_deep_for_an_address_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path / ("d" * 100)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    with pytest.raises(WireError, match="set XDG_RUNTIME_DIR to a shorter folder"):
        place.address(tmp_path)


def test_a_link_a_file_and_an_open_folder_are_refused(temporary: Path, tmp_path: Path) -> None:
    path = temporary / f"tui-gan-{os.getuid()}"
    path.symlink_to(tmp_path)
    with pytest.raises(WireError, match="is no folder, or a link"):
        place.folder()
    path.unlink()
    path.write_text("")
    with pytest.raises(WireError, match=r"cannot make|is no folder"):
        place.folder()
    path.unlink()
    path.mkdir()
    path.chmod(0o755)
    with pytest.raises(WireError, match="`chmod 700 "):
        place.folder()


@pytest.mark.skipif(os.getuid() != 0, reason="only the superuser can give a folder away")
def test_a_folder_of_another_user_is_refused(temporary: Path) -> None:
    path = temporary / f"tui-gan-{os.getuid()}"
    path.mkdir(mode=0o700)
    os.chown(path, 12345, 12345)
    with pytest.raises(WireError, match="belongs to another user"):
        place.folder()
