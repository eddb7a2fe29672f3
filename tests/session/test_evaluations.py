"""When metrics are measured: early and thinning out, by the step alone; and which of the values are of now."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.session.test_exactness import assert_same
from tui_gan.contract.commands import ChangeSetting, Evaluate, Pause, Resume, SetKnob, Stop, UpdateGenerator
from tui_gan.contract.config import Config, EarlyStop
from tui_gan.presets import PRESETS
from tui_gan.session.evaluations import due

Train = Callable[..., Any]


def steps(config: Config, last: int) -> list[int]:
    return [step for step in range(last + 1) if due(step, config)]


@pytest.mark.parametrize(
    ("first", "every", "expected"),
    [
        (100, 500, [0, 100, 300, 500, 1000, 1500, 2000, 2500, 3000]),
        (100, 10_000, [0, 100, 300, 1000, 3000]),
        (1_000, 50_000, [0, 1000, 3000]),
        (100, 1_000, [0, 100, 300, 1000, 2000, 3000]),
        (100, 50, list(range(0, 3001, 50))),
        (7, 400, [0, 7, 21, 70, 210, *range(400, 3001, 400)]),
    ],
)
def test_evaluations_come_early_and_thin_out(first: int, every: int, expected: list[int]) -> None:
    assert steps(Config(preset="toy1d", evaluate_from=first, evaluate_every=every), 3_000) == expected


@given(first=st.integers(1, 10**6), every=st.integers(1, 10**6))
def test_the_early_ones_are_few(first: int, every: int) -> None:
    config = Config(preset="toy1d", evaluate_from=first, evaluate_every=every)
    found = [step for power in range(8) for step in (first * 10**power, 3 * first * 10**power) if step < every]
    assert all(due(step, config) for step in found)
    assert len(found) <= 2 * len(str(every))


def test_a_metric_that_takes_long_is_not_measured_early() -> None:
    config = Config(preset="images", metrics=("precision", "fid"), metric="precision", evaluate_every=1_000)
    assert steps(config, 1_000) == [0, 1_000]


def test_mnist_is_measured_in_its_first_minutes() -> None:
    assert steps(PRESETS["mnist"].config, 20_000) == [0, 100, 300, 1_000, 3_000, 10_000, 20_000]


@pytest.fixture
def early(config: Config) -> Config:
    return msgspec.structs.replace(config, evaluate_from=2, evaluate_every=30, evaluated=100)


def test_early_values_are_kept_in_the_history_and_survive_a_resume_bit_for_bit(train: Train, resume: Train, early: Config) -> None:
    whole = train("whole", config=early)
    assert whole.session.run.history.series()["w1"].steps.tolist() == [0, 2, 6, 20, 30]
    for half in (4, 6, 20):
        train(f"half {half}", {half: [Stop()]}, config=early)
        assert_same(whole.checkpoint(40), resume(f"half {half}", 40).checkpoint(40))


def test_metrics_come_first_and_in_their_order_in_the_settings_also_after_a_resume(train: Train, resume: Train, early: Config) -> None:
    for metrics in (("sd", "w1"), ("w1", "sd")):
        config = msgspec.structs.replace(early, metrics=metrics)
        ended = train("-".join(metrics), {10: [Stop()]}, config=config)
        assert [*ended.session.run.series()][:2] == [*metrics]
        assert [*resume("-".join(metrics), 12).session.run.series()][:2] == [*metrics]


def test_early_stopping_counts_none_of_them(train: Train, early: Config) -> None:
    stop = EarlyStop(metric="w1", threshold=1e9, evaluations=2)
    assert train(config=msgspec.structs.replace(early, stop=stop)).outcome.step == 30


def test_a_value_is_stale_once_a_step_has_been_trained(train: Train, config: Config) -> None:
    script = {20: [Pause(), None, Resume()], 23: [None], 30: [Pause(), Evaluate(), None, Resume()]}
    at, later, asked = train(config=config, script=script, hold=True).snapshots[1:4]
    assert [shown.series["w1"].stale for shown in (at, later, asked)] == [False, True, False]
    assert [shown.series["w1"].steps[-1] for shown in (at, later, asked)] == [20, 20, 30]
    # Losses are those of the steps up to now.
    assert not any(shown.series["generator_loss"].stale for shown in (at, later, asked))


@pytest.mark.parametrize(
    ("change", "old"),
    [
        (ChangeSetting("objective", "wasserstein"), True),
        (ChangeSetting("regularizers.r1", 1.0), True),
        (SetKnob("minibatch_discrimination", True), True),
        (ChangeSetting("optimizer.beta1", 0.5), False),
        (SetKnob("k_steps", 2), False),
    ],
    ids=lambda each: getattr(each, "key", None) or getattr(each, "name", None),
)
def test_losses_are_stale_after_a_change_of_what_they_depend_on_until_the_next_mean(
    train: Train, resume: Train, config: Config, change: object, old: bool
) -> None:
    for at in (20, 21):
        script = {at: [Pause(), change, None, Resume()], at + 2: [Pause(), None, Resume()], 25: [Pause(), None, Stop()]}
        shown = train(f"at {at}", script, config=config, hold=True).snapshots[1:]
        losses = [each.series["discriminator_loss"] for each in shown if each.step >= at]
        assert {(each.steps[-1], each.stale) for each in losses} == {(20, old), (25, False)}
    train("saved", {21: [Pause(), change, Stop()]}, config=config, hold=True)
    first = resume("saved", 40, {21: [Stop()]}).snapshots[0].series["generator_loss"]
    assert (first.steps[-1], first.stale) == (20, old)


def test_a_mean_of_losses_begins_anew_with_a_change_of_a_knob_that_they_depend_on(train: Train, config: Config) -> None:
    script = {22: [Pause(), SetKnob("minibatch_discrimination", True), Stop()]}
    assert train(config=config, script=script, hold=True).session.run.trainer.now.losses_summed == 0


@pytest.mark.parametrize("change", [UpdateGenerator(), SetKnob("k_steps", 2)])
def test_a_value_is_stale_after_a_change_at_its_own_step(train: Train, config: Config, change: object) -> None:
    script = {20: [Pause(), change, None, Evaluate(), None, Stop()]}
    changed, again = train(config=config, script=script, hold=True).snapshots[1:3]
    assert changed.series["w1"].stale
    assert not again.series["w1"].stale


@pytest.mark.parametrize("script", [{20: [Stop()]}, {20: [Pause(), UpdateGenerator(), Stop()]}], ids=["as it was", "changed"])
def test_after_a_resume_a_value_of_its_step_is_of_now_unless_something_was_changed(
    train: Train, resume: Train, config: Config, script: dict[int, list[Any]]
) -> None:
    train(script=script, config=config, hold=True)
    shown = resume("run", 40, {20: [Stop()]}).snapshots[0]
    assert shown.series["w1"].steps[-1] == 20
    assert shown.series["w1"].stale == (len(script[20]) > 1)


def test_an_outcome_says_of_which_step_its_metrics_are(train: Train, config: Config) -> None:
    ended = train(config=config, script={27: [Stop()]})
    assert (ended.outcome.step, ended.outcome.measured) == (27, 27)
