"""The diagnosis of a run and the floors of its metrics: made for those who watch, of all fixed latents, aside from the training."""

import time
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pytest

from tui_gan.contract.commands import Watch
from tui_gan.contract.config import Config
from tui_gan.gan.datasets import DATASETS
from tui_gan.gan.metrics.floors import floors
from tui_gan.session import diagnosing, look
from tui_gan.session.diagnosing import Floors
from tui_gan.session.session import Session

Train = Callable[..., Any]


def awaited(found: Floors, *what: Any) -> Any:
    for _ in range(2_000):
        if known := found.of(*what):
            return known
        time.sleep(0.005)
    raise AssertionError("no floors came")


def test_floors_are_computed_once_aside_and_are_those_of_the_function() -> None:
    data, known = DATASETS["gaussian"](True), Floors(delay=0.0)
    assert known.of(data, ("ks", "mean"), 300) == {}
    first = awaited(known, data, ("ks", "mean"), 300)
    assert first == floors(data, ("ks", "mean"), 300)
    assert known.of(data, ("ks", "mean"), 300) is first
    assert awaited(known, data, ("ks",), 3_000)["ks"].typical < first["ks"].typical


def test_the_first_pictures_come_before_any_floor_and_after_the_end_none_is_begun() -> None:
    data = DATASETS["gaussian"](True)
    late, ended = Floors(delay=60.0), Floors(delay=0.0)
    assert late.of(data, ("ks",), 100) == {}
    assert late._thread is None
    ended.close()
    assert ended.of(data, ("ks",), 100) == {}
    assert ended._thread is None


def test_floors_of_data_that_a_run_has_left_are_not_waited_for() -> None:
    known, left, learned = Floors(delay=60.0), DATASETS["gaussian"](True), DATASETS["gaussian"](False)
    known.of(left, ("ks",), 100)
    known._known[id(learned), ("ks",), 100] = learned, {}
    assert known.waiting
    known.of(learned, ("ks",), 100)
    assert not known.waiting


def test_a_metric_that_cannot_be_measured_has_no_floor(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Any:
        raise RuntimeError("no memory")
        yield

    monkeypatch.setattr(diagnosing, "draws", broken)
    known = Floors(delay=0.0)
    known.of(DATASETS["gaussian"](True), ("ks",), 100)
    assert known._thread is not None
    known._thread.join(10)
    assert known.of(DATASETS["gaussian"](True), ("ks",), 100) == {}


def test_a_run_is_diagnosed_on_all_its_fixed_latents_when_somebody_watches(train: Train) -> None:
    ended = train(script={5: [None, Watch(("diagnosis", "floors")), None]})
    without, watched, *_ = ended.snapshots[1:]
    assert (without.diagnosis, without.floors) == (None, {})
    found, trainer = watched.diagnosis, ended.session.run.trainer
    assert found.samples == len(trainer.fixed_latents)
    assert (found.real.mean, found.real.sd) == (4.0, 0.5)
    assert found.agreement == "unknown"
    assert set(found.metrics) == {"w1", "ks", "js", "sd_ratio"}
    assert found.fake.sd / found.real.sd == pytest.approx(found.metrics["sd_ratio"])


def test_a_run_at_rest_is_looked_at_again_until_its_floors_are_known(train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look, "Floors", lambda: Floors(delay=0.0))
    monkeypatch.setattr(Session, "_obey_within", lambda session, seconds: time.sleep(0.01))
    ended = train(script={40: [Watch(("diagnosis", "floors")), None]}, hold=True)
    first, last = (next(each.diagnosis for each in shots if each.diagnosis) for shots in (ended.snapshots, ended.snapshots[::-1]))
    assert not first.floors
    assert last.floors
    assert last.agreement != "unknown"


def test_the_numbers_of_the_users_data_are_those_of_the_data(train: Train, config: Config, tmp_path: Any) -> None:
    """The middle 99.8 % of a lognormal, which a picture shows, have another mean and a much smaller standard deviation."""
    values = np.exp(1.5 * np.random.default_rng(0).standard_normal(10_000))
    np.savetxt(tmp_path / "lognormal.csv", values)
    changed = msgspec.structs.replace(config, data=str(tmp_path / "lognormal.csv"))
    found = train(config=changed, script={5: [Watch(("diagnosis",)), None]}).snapshots[1].diagnosis
    assert (found.real.mean, found.real.sd) == pytest.approx((values.mean(), values.std()))
    assert found.rows == 10_000


def test_watching_a_diagnosis_changes_no_weight(train: Train) -> None:
    watched = train("one", script={3: [Watch(("diagnosis", "floors")), None], 9: [None], 15: [None]}).session.run.trainer.state()
    alone = train("other").session.run.trainer.state()
    assert all((watched[name] == alone[name]).all() for name in alone)
