"""A sweep under a screen: what is seen of it, and that pausing, saving and opening a member do not change what it trains."""

import math
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch

from tests.sweep.small import until
from tui_gan.contract.axes import Axis
from tui_gan.contract.config import Config
from tui_gan.contract.errors import UsageError
from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.contract.sweep import Stage
from tui_gan.gan.datasets import DATASETS
from tui_gan.gan.trainer import Trainer
from tui_gan.session import checkpoint
from tui_gan.sweep import plan
from tui_gan.sweep.course import Row
from tui_gan.sweep.opening import as_run
from tui_gan.sweep.plan import Data, Spec
from tui_gan.sweep.programs import Programs
from tui_gan.sweep.results import Results
from tui_gan.sweep.sweep import Member, Sweep
from tui_gan.sweep.watched import Watched

STEPS, EVERY, SEEDS = 24, 8, 2
AXES = [Axis("generator_lr", (1e-3, 4e-3))]
Make = Callable[[Path, Watched], Sweep]


@pytest.fixture
def specs(config: Config, knobs: Knobs) -> list[Spec]:
    def resolve(values: dict[str, float]) -> tuple[Config, Knobs]:
        return msgspec.structs.replace(config, steps=STEPS, evaluate_every=EVERY), set_knob(knobs, "generator_lr", values["generator_lr"])

    return plan.specs(iter([{"generator_lr": each} for each in AXES[0].values]), range(SEEDS), resolve)


@pytest.fixture
def watched(config: Config) -> Watched:
    truth = DATASETS["gaussian"](True).truth
    opened = partial(as_run, sweep="s", copied=True)
    return Watched("toy1d", AXES, SEEDS, config.metrics, truth, STEPS, threading.Event(), opened)


@pytest.fixture
def make(specs: list[Spec], config: Config) -> Make:
    def make(folder: Path, watched: Watched | None) -> Sweep:
        folder.mkdir()
        data, results = Data(), Results(folder, specs, ["generator_lr"], config.metrics)
        programs = Programs("graph", lambda text: None)
        tell = (lambda told: watched.tell(told.done, told.left)) if watched else (lambda told: None)
        stop = watched.stopping if watched else threading.Event()
        return Sweep(folder, plan.groups(specs, data), data, results, programs, STEPS, EVERY, tell, stop, watched=watched)

    return make


def finish(watched: Watched) -> None:
    """Wait until it has come to its end, and leave it."""
    until(lambda: watched.latest.stage is Stage.FINISHED)
    assert not watched.latest.over
    watched.stop()
    assert watched.ended.wait(60)
    assert watched.latest.over


def test_what_is_seen_is_what_was_measured(make: Make, watched: Watched, tmp_path: Path) -> None:
    sweep = make(tmp_path / "sweep", watched)
    watched.note("the step is traced")
    watched.begin(lambda watched: sweep.train())
    finish(watched)
    state = watched.latest
    # What was told while it trained is no news of its end.
    assert (state.stage, state.done, state.of, state.note) == (Stage.FINISHED, STEPS * 4, STEPS * 4, "")
    population = state.population
    assert population.steps.tolist() == [STEPS] * 4
    for place, standing in enumerate(sweep.results.standing):
        assert population.values[place].tolist() == [standing.metrics[name] for name in population.metrics]
        assert bool(population.collapsed[place]) is (standing.collapsed_at is not None)
    assert all(portrait.any() for portrait in population.portraits)
    assert population.cell((1,)) == slice(2, 4)


def test_a_member_becomes_a_run_that_goes_on_as_the_member_does(
    make: Make, watched: Watched, specs: list[Spec], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    sweep = make(tmp_path / "sweep", watched)
    watched.open(3)
    watched.begin(lambda watched: sweep.train())
    until(lambda: watched.latest.opened != "" and watched.latest.stage is Stage.PAUSED)
    at = sweep.chunks[0].steps_done
    tensors, about = checkpoint.read(checkpoint.step_path(Path(watched.latest.opened) / "checkpoints", at))
    assert (watched.latest.opened, about.step, about.config.seed, about.knobs.generator_lr) == ("runs/s-member-3", at, 1, 4e-3)
    watched.come_back()
    finish(watched)
    # Alone from there it comes to the same.
    trainer = Trainer(about.config, DATASETS["gaussian"](True), "cpu")
    trainer.load_state(tensors)
    for _ in range(at, STEPS):
        trainer.step(about.knobs)
    mine = sweep.chunks[0].trainer(3)
    for one, other in zip(trainer.generator.parameters(), mine.generator.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)
    whole = make(tmp_path / "whole", None)
    assert whole.train()
    for found, wanted in zip(sweep.chunks[0].state().items(), whole.chunks[0].state().items(), strict=True):
        assert found[0] == wanted[0]
        assert torch.equal(found[1], wanted[1])


def test_a_member_of_a_sweep_that_has_finished_can_be_opened(
    make: Make, watched: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    sweep = make(tmp_path / "sweep", watched)
    watched.begin(lambda watched: sweep.train())
    until(lambda: watched.latest.stage is Stage.FINISHED)
    watched.open(2)
    until(lambda: watched.latest.openings == 1)
    assert (watched.latest.opened, watched.latest.stage) == ("runs/s-member-2", Stage.FINISHED)
    about = checkpoint.read_about(checkpoint.step_path(tmp_path / "runs/s-member-2/checkpoints", STEPS))
    assert about.metric == watched.latest.population.values[2, 0]
    watched.come_back()
    finish(watched)


@pytest.mark.parametrize(("measured", "metric", "value"), [(True, "mean", 3.0), (True, "w1", 1.0), (False, "w1", None), (True, "sd", None)])
def test_a_member_is_opened_with_the_value_of_its_own_metric(
    config: Config, knobs: Knobs, measured: bool, metric: str, value: float | None
) -> None:
    given: list[float] = []

    def opened(trainer: Trainer, spec: Spec, metric: float) -> Path:
        given.append(metric)
        return Path()

    dataset = DATASETS["gaussian"](True)
    watched = Watched("toy1d", [], 2, ("w1", "ks", "mean"), dataset.truth, STEPS, threading.Event(), opened)
    watched.update(Row(0, 8, {"w1": 10.0, "ks": 20.0, "mean": 30.0}, False, False))
    watched.update(Row(1, 8, {"w1": 1.0, "ks": 2.0, "mean": 3.0}, False, False))
    spec = Spec(1, {}, msgspec.structs.replace(config, metric=metric), knobs)

    class Resting:
        def member(self, place: int) -> Member:
            return Member(Trainer(config, dataset, "cpu"), spec, measured)

    watched.open(1)
    watched.begin(lambda watched: not watched.rest(Resting()))  # type: ignore[arg-type]
    until(lambda: bool(given))
    watched.stop()
    assert watched.ended.wait(60)
    assert given == pytest.approx([math.nan if value is None else value], nan_ok=True)


def test_each_opening_has_a_directory_of_its_own(make: Make, watched: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    sweep = make(tmp_path / "sweep", watched)
    for name in ("s-member-0", "s-member-0-2"):
        watched.open(0)
        watched.begin(lambda watched: not watched.rest(sweep))
        until(lambda name=name: watched.latest.opened == f"runs/{name}")
        watched.stop()
        assert watched.ended.wait(60)
        watched.stopping.clear()
        watched.ended.clear()


def test_it_pauses_saves_and_goes_on(make: Make, watched: Watched, tmp_path: Path) -> None:
    sweep = make(tmp_path / "sweep", watched)
    watched.toggle_pause()
    watched.save()
    watched.begin(lambda watched: sweep.train())
    until(lambda: watched.latest.stage is Stage.PAUSED)
    assert (tmp_path / "sweep" / "state-0.safetensors").exists()
    assert watched.latest.note == "saved"
    done = sweep.done
    time.sleep(0.05)
    assert sweep.done == done < STEPS * 4
    watched.toggle_pause()
    finish(watched)
    assert watched.latest.stage is Stage.FINISHED


def test_stopping_ends_a_pause_and_saves(make: Make, watched: Watched, tmp_path: Path) -> None:
    sweep = make(tmp_path / "sweep", watched)
    watched.toggle_pause()
    watched.begin(lambda watched: sweep.train())
    until(lambda: watched.latest.stage is Stage.PAUSED)
    watched.stop()
    assert watched.ended.wait(60)
    assert watched.latest.stage is Stage.STOPPED
    assert (tmp_path / "sweep" / "state-0.safetensors").exists()


def test_what_it_fails_with_is_told_and_kept(watched: Watched) -> None:
    def train(watched: Watched) -> bool:
        raise UsageError("the disk is full")

    watched.begin(train)
    assert watched.ended.wait(60)
    assert (watched.latest.stage, watched.latest.note) == (Stage.FAILED, "the disk is full")
    assert isinstance(watched.error, UsageError)


def test_a_member_that_cannot_be_opened_leaves_the_sweep_as_it_is(make: Make, config: Config, tmp_path: Path) -> None:
    def refuse(*_: object) -> Path:
        raise UsageError("no room for a run")

    watched = Watched("toy1d", AXES, SEEDS, config.metrics, DATASETS["gaussian"](True).truth, STEPS, threading.Event(), refuse)
    sweep = make(tmp_path / "sweep", watched)
    watched.open(1)
    watched.begin(lambda watched: sweep.train())
    until(lambda: watched.latest.note == "no room for a run")
    finish(watched)
    assert (watched.latest.openings, watched.latest.opened) == (1, "")
    assert np.isfinite(watched.latest.population.values).all()
