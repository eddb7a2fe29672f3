"""The program as one of the processes of torchrun: what it refuses, and who says nothing."""

import pytest

from tests.program import Program
from tui_gan.cli import ranks


@pytest.fixture
def as_rank(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"WORLD_SIZE": "2", "RANK": "0", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "1"}.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(("name", "value"), [("WORLD_SIZE", "1"), ("WORLD_SIZE", "many"), ("RANK", None), ("MASTER_ADDR", None)])
def test_without_all_that_torchrun_says_there_is_one_process(
    as_rank: None, monkeypatch: pytest.MonkeyPatch, name: str, value: str | None
) -> None:
    assert ranks.count() == 2
    if value is None:
        monkeypatch.delenv(name)
    else:
        monkeypatch.setenv(name, value)
    assert ranks.count() == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["bench"], "bench is for one process"),
        (["sweep", "toy1d"], "sweep is for one process"),
        (["run", "digits", "--detach"], "--detach leaves the terminal"),
        (["run", "digits", "--headless", "--batch-size", "63"], "a batch of 63 has no equal shares for 2 processes"),
        (["run", "digits", "--headless", "--engine", "compiled"], "by the eager engine alone"),
        (["run", "toy1d", "--headless"], "images alone"),
    ],
)
def test_what_several_processes_cannot_do_is_refused(
    as_rank: None, program: Program, words: list[str], said: str, tmp_path: object
) -> None:
    out = ["--out", f"{tmp_path}/run"] if "--headless" in words else []
    done = program(*words, *out)
    assert done.status == 2
    assert said in done.line


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["presets"], []])
def test_the_other_processes_say_nothing(as_rank: None, monkeypatch: pytest.MonkeyPatch, program: Program, words: list[str]) -> None:
    monkeypatch.setenv("RANK", "1")
    assert program(*words) == (0, "", "")


def test_the_first_process_answers_who_asks(as_rank: None, program: Program) -> None:
    done = program("run", "--help")
    assert done.status == 0
    assert "--headless" in done.out
