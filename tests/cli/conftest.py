"""The real program, called in this process: its exit status, stdout and stderr."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tui_gan import cli


class Done(NamedTuple):
    status: int
    out: str
    err: str

    @property
    def result(self) -> dict[str, Any]:
        """The JSON object on the last line of stdout."""
        found: dict[str, Any] = json.loads(self.out.splitlines()[-1])
        return found

    @property
    def line(self) -> str:
        """The one line on stderr that says what is wrong."""
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        assert lines[0].startswith("tui-gan: "), self.err
        return lines[0]


Program = Callable[..., Done]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test of the command line stands in an empty directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Program:
    """Call `tui-gan` with these words."""

    def program(*words: object) -> Done:
        monkeypatch.setattr("sys.argv", ["tui-gan", *map(str, words)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main()
        captured = capfd.readouterr()
        assert "Traceback" not in captured.out + captured.err
        return Done(int(left.value.code or 0), captured.out, captured.err)

    return program


@pytest.fixture(scope="session")
def _first_run() -> list[Path]:
    return []


@pytest.fixture
def a_run(_first_run: list[Path], program: Program, here: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of 30 steps, `runs/mine`, copied here from the first one made."""
    target = here / "runs" / "mine"
    if not _first_run:
        kept = tmp_path_factory.mktemp("first") / "mine"
        done = program("run", "toy1d", "--headless", "--steps", 30, "--checkpoint-every", 10, "--out", kept)
        assert done.status == 0, done.err
        _first_run.append(kept)
    shutil.copytree(_first_run[0], target)
    return target
