"""Which checkpoints are kept: the newest and the best."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs
from tui_gan.session import checkpoint
from tui_gan.session.checkpoint import FORMAT, About
from tui_gan.session.files import Files
from tui_gan.session.rundir import RunDirectory

METRIC = st.one_of(st.none(), st.floats(0, 1))


def about_of(config: Config, step: int, metric: float | None) -> About:
    line: dict[str, Any] = dict(shape=(1,), location=(0.0,), scale=(1.0,))
    return About(format=FORMAT, config=config, knobs=Knobs(), step=step, seconds=0.0, metric=metric, **line)


def store(path: Path, config: Config, metrics: list[float | None]) -> list[int]:
    """Save steps 10, 20, ... with these metrics; the steps that are left."""
    run = RunDirectory(path)
    run.checkpoints.mkdir(parents=True)
    files = Files(run, config, None)
    for number, metric in enumerate(metrics, start=1):
        files.save({}, about_of(config, 10 * number, metric))
    files.log.close()
    return list(checkpoint.stored(run.checkpoints))


@pytest.mark.parametrize(("metric", "best"), [("w1", min), ("recall", max)])
@settings(max_examples=40)
@given(metrics=st.lists(METRIC, min_size=1, max_size=14), keep=st.integers(1, 5))
def test_the_newest_and_the_best_are_left(
    metric: str, best: Callable[..., float], metrics: list[float | None], keep: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    config = Config(preset="toy1d", keep=keep, metric=metric)
    left = store(tmp_path_factory.mktemp("run"), config, metrics)
    steps = [10 * number for number in range(1, len(metrics) + 1)]
    measured = [metric for metric in metrics if metric is not None]
    assert left[-keep:] == steps[-keep:]
    assert len(left) <= keep + 1
    if measured:
        assert best(measured) in [metrics[step // 10 - 1] for step in left]


def test_by_default_five_are_kept_beside_the_best(tmp_path: Path) -> None:
    assert Config(preset="x").keep == 5
    assert store(tmp_path, Config(preset="x"), [5, 0.1, 4, 3, 2, 3, 4, 5, 6]) == [20, 50, 60, 70, 80, 90]


def test_a_resumed_run_knows_the_best_of_before(train: Callable[..., Any], resume: Callable[..., Any], config: Config) -> None:
    train(until=20)
    resumed = resume(until=40)
    stored = checkpoint.stored(resumed.directory.checkpoints)
    assert list(stored)[-config.keep :] == [30, 40]
    metrics = {step: checkpoint.read_about(path).metric for step, path in stored.items()}
    every = [entry["w1"] for entry in _metrics(resumed.directory.log)]
    assert len(stored) <= config.keep + 1
    assert min(metrics.values()) == pytest.approx(min(every))  # type: ignore[type-var]


def _metrics(path: Path) -> list[dict[str, Any]]:
    entries = [msgspec.json.decode(line) for line in path.read_bytes().splitlines()]
    return [entry for entry in entries if entry["kind"] == "metrics"]


def test_a_checkpoint_that_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path)
    run.checkpoints.mkdir()
    checkpoint.step_path(run.checkpoints, 5).write_bytes(b"torn")
    files = Files(run, Config(preset="x"), 5)
    assert files.newest == 5
    files.log.close()


def test_saving_after_going_back_removes_the_course_that_was_given_up(tmp_path: Path, config: Config) -> None:
    run = RunDirectory(tmp_path)
    run.checkpoints.mkdir()
    files = Files(run, config, None)
    for step in (10, 20, 30, 15):
        files.save({}, about_of(config, step, float(step)))
    files.log.close()
    assert list(checkpoint.stored(run.checkpoints)) == [10, 15]


def test_what_a_crash_left_half_written_is_removed_at_the_next_start(train: Callable[..., Any], resume: Callable[..., Any]) -> None:
    directory = train(until=20).directory
    names = ("step-00000030.safetensors.partial", "step-00000030.partial")
    left = [folder / name for folder in (directory.checkpoints, directory.previews) for name in names]
    for path in left:
        path.write_bytes(b"half")
    resume(until=22)
    assert not any(path.exists() for path in left)
