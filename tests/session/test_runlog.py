"""The log of a run: whole lines, ascending steps, one writer."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.logs import log_of
from tui_gan.contract.commands import Evaluate, Pause, Resume, Save, Step, TurnKnob
from tui_gan.contract.errors import UsageError
from tui_gan.session import runlog
from tui_gan.session.runlog import RunLog

Train = Callable[..., Any]
LOG = b'{"kind":"event","step":1}\n{"kind":"event","step":2}\n{"kind":"event","step":2}\n{"kind":"event","step":5}\n'


def steps(path: Path) -> list[int]:
    return [entry["step"] for entry in log_of(path)]


def test_every_line_is_json_with_kind_step_and_seconds(train: Train) -> None:
    script = {3: [TurnKnob("k_steps"), Pause(), Step(2), Resume()], 17: [Save(), Evaluate()]}
    ended = train(script=script)
    entries = [json.loads(line) for line in ended.directory.log.read_text().splitlines()]
    assert {entry["kind"] for entry in entries} == {"scalars", "command", "metrics", "event"}
    assert all({"kind", "step", "seconds"} <= entry.keys() for entry in entries)
    for name in ("step", "seconds"):
        values = [entry[name] for entry in entries]
        assert values == sorted(values)
    scalars = [entry["step"] for entry in entries if entry["kind"] == "scalars"]
    assert scalars == sorted({*range(5, 41, 5), 17})


def test_a_resumed_log_goes_on(train: Train, resume: Train) -> None:
    whole, first = train("whole"), train("run", until=17)
    before = first.directory.log.read_bytes()
    resumed = resume(until=40)
    content = resumed.directory.log.read_bytes()
    assert content.startswith(before)
    assert steps(resumed.directory.log) == sorted(steps(resumed.directory.log))
    losses = [[entry for entry in log_of(each.directory.log) if entry["kind"] == "scalars"] for each in (whole, resumed)]
    kept = [{name: entry[name] for name in entry if name != "seconds"} for entry in losses[1] if entry["step"] != 17]
    assert kept == [{name: entry[name] for name in entry if name != "seconds"} for entry in losses[0]]


@pytest.mark.parametrize(
    ("content", "step", "left"),
    [
        (LOG, 5, 4),
        (LOG, 4, 3),
        (LOG, 2, 3),
        (LOG, 1, 1),
        (LOG, 0, 0),
        (LOG + b'{"kind":"event","st', 9, 4),
        (LOG + b"\x00\x00\x00\n", 9, 4),
        (LOG[:-1], 9, 3),
        (b"", 9, 0),
    ],
)
def test_later_lines_and_a_torn_last_one_are_removed(tmp_path: Path, content: bytes, step: int, left: int) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(content)
    log = RunLog(path, step)
    assert path.read_bytes() == b"".join(LOG.splitlines(keepends=True)[:left])
    log.write("event", 9, 0.5, text="on")
    log.close()
    assert path.read_bytes().endswith(b'{"kind":"event","step":9,"seconds":0.5,"text":"on"}\n')


def test_a_second_writer_is_refused_and_comes_in_when_the_first_has_left(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    first = RunLog(path)
    first.write("event", 1, 0.0)
    with pytest.raises(UsageError, match="in use by another process") as caught:
        RunLog(path, step=0)
    assert str(tmp_path) in str(caught.value)
    assert steps(path) == [1]
    first.close()
    RunLog(path, step=1).close()
    assert steps(path) == [1]


def test_what_is_written_in_pieces_arrives_whole_and_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, content: write(file, content[:7]))
    log = RunLog(tmp_path / "log.jsonl")
    for step in range(5):
        log.write("event", step, 0.0, text="x" * 100)
    log.close()
    assert steps(tmp_path / "log.jsonl") == list(range(5))


def test_what_did_not_fit_goes_before_the_next_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write, room = os.write, [10, 0]

    def full(file: int, content: bytes) -> int:
        left = room.pop(0) if room else len(content)
        if not left:
            raise OSError(28, "No space left on device")
        return write(file, content[:left])

    monkeypatch.setattr(os, "write", full)
    log = RunLog(tmp_path / "log.jsonl")
    log.write("event", 1, 0.0)
    assert (tmp_path / "log.jsonl").stat().st_size == 10
    log.write("event", 2, 0.0)
    log.close()
    assert steps(tmp_path / "log.jsonl") == [1, 2]


def test_what_waits_for_room_is_bounded_and_costs_no_line_but_the_oldest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write, room = os.write, [10]

    def full(file: int, content: bytes) -> int:
        left = room.pop(0) if room else 0
        if not left:
            raise OSError(28, "No space left on device")
        return write(file, content[:left])

    monkeypatch.setattr(runlog, "MOST_WAITING", 1000)
    log = RunLog(tmp_path / "log.jsonl")
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        for step in range(100):
            log.write("event", step, 0.0)
        with pytest.raises(OSError, match="No space"):
            log.flush()
    log.flush()
    log.close()
    assert (tmp_path / "log.jsonl").stat().st_size <= 1010
    # The line that was written in part costs itself alone.
    kept = [json.loads(line)["step"] for line in (tmp_path / "log.jsonl").read_text().splitlines()[1:]]
    assert kept == list(range(kept[0], 100))
    assert len(kept) > 9


def test_what_is_not_finite_is_null(tmp_path: Path) -> None:
    log = RunLog(tmp_path / "log.jsonl")
    log.write("metrics", 1, 0.0, w1=float("nan"), sd=float("inf"))
    log.close()
    assert json.loads((tmp_path / "log.jsonl").read_text())["w1"] is None


def test_a_damaged_line_between_whole_ones_costs_no_other(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    lines = [b'{"kind":"event","step":1}\n', b"dam\x00aged\n", b'{"kind":"event","step":2}\n', b'{"kind":"event","step":3}\n']
    path.write_bytes(b"".join(lines))
    runlog.RunLog(path, 2).close()
    assert path.read_bytes() == b"".join(lines[:3])
