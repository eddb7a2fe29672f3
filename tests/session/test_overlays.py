"""Other runs beside this one, and their series."""

import json
import math
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import torch

from tui_gan.contract.commands import Overlay, Watch
from tui_gan.contract.config import Config
from tui_gan.contract.errors import UsageError
from tui_gan.gan.trainer import Trainer
from tui_gan.session import checkpoint, overlays
from tui_gan.session.course import course
from tui_gan.session.overlays import MOST, Overlaid, others, series

Train = Callable[..., Any]


def write(run: Path, lines: list[dict[str, object]], when: float = 1e9) -> Path:
    run.mkdir(exist_ok=True)
    (run / "config.toml").write_text("")
    log = run / "log.jsonl"
    log.write_text("".join(json.dumps({"seconds": 0.0, **line}) + "\n" for line in lines))
    os.utime(log, (when, when))
    return log


def scalars(step: int, **values: float | None) -> dict[str, object]:
    return {"kind": "scalars", "step": step, **values}


def test_the_series_of_another_run_are_those_that_it_showed(train: Train, config: Config) -> None:
    other = train("other", config=msgspec.structs.replace(config, pretraining=20))
    ended = train("run", script={5: [Watch(("runs",)), Overlay(("other",)), None, Overlay(()), None]})
    shown, cleared = ended.snapshots[1:3]
    assert shown.runs == ("other",)
    found, own = shown.overlays["other"], other.snapshots[-1].series
    assert set(found) == set(own)
    for name in ("generator_loss", "discriminator_loss", "pretraining_loss"):
        assert found[name].steps.tolist() == own[name].steps.tolist()
        assert found[name].values.tolist() == pytest.approx(own[name].values.tolist())
    assert found["w1"].steps[-1] == 40
    assert not found["w1"].values.flags.writeable
    assert cleared.overlays == {}


@pytest.mark.parametrize("name", ["othr", "run", "../elsewhere", "", "/"])
def test_a_run_that_is_not_there_is_refused_in_a_note(train: Train, tmp_path: Path, name: str) -> None:
    write(tmp_path / "other", [])
    ended = train("run", script={5: [Overlay(("other",)), Overlay((name,)), None]})
    assert f"no run {name!r} beside this one" in ended.snapshots[1].events[-1].text
    # What was shown before stays.
    assert list(ended.snapshots[1].overlays) == ["other"]
    assert ended.outcome.status == "finished"


def test_the_newest_runs_come_first_and_only_those_with_a_log(tmp_path: Path) -> None:
    for number in range(MOST + 10):
        write(tmp_path / f"run{number}", [], when=1e9 + number)
    (tmp_path / "no-log").mkdir()
    (tmp_path / "no-log" / "config.toml").write_text("")
    (tmp_path / "no-run").mkdir()
    (tmp_path / "no-run" / "log.jsonl").write_text("")
    own = tmp_path / f"run{MOST + 9}"
    assert others(own) == tuple(f"run{number}" for number in range(MOST + 8, 8, -1))


def test_a_relative_run_directory_has_the_same_neighbours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "one", [])
    write(tmp_path / "other", [scalars(5, generator_loss=1.0)])
    monkeypatch.chdir(tmp_path)
    assert others(Path("one")) == ("other",)
    overlaid = Overlaid(Path("one"))
    monkeypatch.chdir("/")
    overlaid.show(("other",))
    assert list(overlaid.series()["other"]) == ["generator_loss"]


@pytest.mark.parametrize("count", [0, 1, 1024, 1025, 5000])
def test_series_are_decimated_and_keep_the_newest_point(tmp_path: Path, count: int) -> None:
    found = series(course(write(tmp_path / "run", [scalars(50 * step, generator_loss=step) for step in range(1, count + 1)])))
    if not count:
        assert found == {}
        return
    steps = found["generator_loss"].steps
    assert min(count, 512) <= len(steps) <= 1024
    assert steps[-1] == 50 * count
    assert found["generator_loss"].values.tolist() == (steps / 50).tolist()
    assert len({*(steps[1:] - steps[:-1]).tolist()}) <= 1


def test_a_log_may_hold_anything_else(tmp_path: Path) -> None:
    log = write(
        tmp_path / "run",
        [
            scalars(-5, pretraining_loss=0.5, pretrained=15),
            scalars(5, generator_loss=1.0, k=2),
            {"kind": "event", "step": 5, "text": "hello", "value": 3},
            {"kind": "command", "step": 5, "name": "k_steps", "value": 2},
            {"kind": "metrics", "step": 5, "w1": None, "odd": "text", "odder": [1.0]},
            scalars(5, generator_loss=3.0),
        ],
    )
    with log.open("a") as file:
        file.write('not JSON\n{"kind": "scalars", "step": 6, "generator_loss"')
    found = series(course(log))
    assert {name: (part.steps.tolist(), part.values.tolist()) for name, part in found.items() if name != "w1"} == {
        "pretraining_loss": ([-5], [0.5]),
        "generator_loss": ([5], [3.0]),
        "k": ([5], [2.0]),
    }
    assert math.isnan(found["w1"].values[0])


def test_a_log_is_read_anew_only_when_it_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log, asked = write(tmp_path / "other", [scalars(5, generator_loss=1.0)]), []
    monkeypatch.setattr(overlays, "course", lambda log: asked.append(log) or course(log))
    overlaid = Overlaid(tmp_path / "run")
    overlaid.show(("other",))
    first, before = overlaid.series(), overlaid.stamps()
    assert overlaid.series()["other"] is first["other"]
    assert len(asked) == 1
    write(tmp_path / "other", [scalars(5, generator_loss=1.0), scalars(10, generator_loss=2.0)])
    assert overlaid.stamps() != before
    assert overlaid.series()["other"]["generator_loss"].steps.tolist() == [5, 10]
    log.unlink()
    assert overlaid.stamps() == (None,)
    assert overlaid.series()["other"]["generator_loss"].steps.tolist() == [5, 10]
    assert len(asked) == 2


def test_a_log_that_cannot_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "other", [])

    def fails(log: Path) -> None:
        raise OSError(5, "Input/output error", str(log))

    monkeypatch.setattr(overlays, "course", fails)
    overlaid = Overlaid(tmp_path / "run")
    with pytest.raises(UsageError, match=r"cannot read .*log.jsonl: Input/output error"):
        overlaid.show(("other",))
    assert overlaid.runs == ()


def _fifo(log: Path) -> None:
    log.unlink()
    os.mkfifo(log)


def _folder(log: Path) -> None:
    log.unlink()
    log.mkdir()


def _fields(log: Path) -> None:
    log.write_text('{"kind":"scalars","step":"5","generator_loss":[1]}\n' * 3)


def _bits(log: Path) -> None:
    log.write_bytes(log.read_bytes() + b"\xff\n" + b"[" * 100_000 + b"\n" + b'{"kind":"scalars","step":1,"x":' + b"9" * 400 + b"}\n")


def _away(log: Path) -> None:
    shutil.rmtree(log.parent)


DAMAGE = {
    "a FIFO": (_fifo, "cannot read the log of other (it is a FIFO"),
    "a folder": (_folder, "cannot read the log of other (Is a directory)"),
    "other fields": (_fields, "other: 3 damaged lines of log.jsonl were left out"),
    "bits": (_bits, "other: 3 damaged lines of log.jsonl were left out"),
    "gone": (_away, "the log of other is gone; its curves stay as they were read last"),
}


@pytest.mark.parametrize(("damage", "said"), DAMAGE.values(), ids=DAMAGE)
def test_what_befalls_another_run_is_one_event_and_costs_this_one_nothing(
    train: Train, tmp_path: Path, damage: Callable[[Path], None], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = train("plain")
    log = write(tmp_path / "other", [scalars(5, generator_loss=1.0)])
    trained = Trainer.step

    def step(trainer: Trainer, knobs: Any) -> None:
        trained(trainer, knobs)
        if trainer.steps_done == 12:
            damage(log)

    monkeypatch.setattr(Trainer, "step", step)
    ended = train("run", {5: [Watch(("runs",)), Overlay(("other",)), None], 15: [None], 20: [None], 30: [None], 40: [None]})
    assert (ended.outcome.status, ended.outcome.error) == ("finished", None)
    assert [event.text for event in ended.session.run.events if "other" in event.text] == [
        event.text for event in ended.session.run.events if event.text.startswith(said)
    ]
    assert sum(event.text.startswith(said) for event in ended.session.run.events) == 1
    # What was read last stays, unless the log can be read, and holds nothing.
    assert list(ended.snapshots[-1].overlays["other"]) == ([] if damage is _fields else ["generator_loss"])
    one, other = (checkpoint.read(each.checkpoint(40))[0] for each in (plain, ended))
    assert all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("damage", [_fifo, _folder, _away])
def test_a_run_whose_log_is_none_is_not_offered(train: Train, tmp_path: Path, damage: Callable[[Path], None]) -> None:
    damage(write(tmp_path / "other", []))
    ended = train("run", {5: [Watch(("runs",)), Overlay(("other",)), None]})
    assert ended.snapshots[1].runs == ()
    assert "no run 'other' beside this one" in ended.snapshots[1].events[-1].text
    assert ended.outcome.status == "finished"


def test_damaged_lines_are_told_when_a_run_is_laid_over_this_one(train: Train, tmp_path: Path) -> None:
    log = write(tmp_path / "other", [scalars(5, generator_loss=1.0)])
    (tmp_path / "other" / "config.toml").write_bytes(b"\xff[" * 5000)
    _bits(log)
    shown = train("run", {5: [Overlay(("other",)), None, Overlay(("other",)), None]}).snapshots[2]
    assert [event.text for event in shown.events if "damaged" in event.text] == ["other: 3 damaged lines of log.jsonl were left out"]
    assert shown.overlays["other"]["generator_loss"].values.tolist() == [1.0]


def test_neighbours_that_cannot_be_looked_at_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "other", [])
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    (tmp_path / "work").rmdir()
    assert others(Path("run")) == ()
    assert Overlaid(Path("run")).series() == {}

    def refused(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "is_file", refused)
    assert others(tmp_path / "run") == ()


def test_numbers_that_no_chart_can_hold_are_left_out_of_it(tmp_path: Path) -> None:
    numbers = {5: -1.7e308, 10: 1e199, 15: None}
    log = write(tmp_path / "other", [scalars(step, generator_loss=value) for step, value in numbers.items()])
    values = series(course(log))["generator_loss"].values
    assert values[1] == 1e199
    assert np.isnan(values[[0, 2]]).all()
