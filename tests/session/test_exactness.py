"""Promises of exactness: 2N steps are N and N, watching changes nothing, seeds decide."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from tui_gan.contract.commands import ChangeSetting, Evaluate, Export, Pause, Resume, Save, SetKnob, Step, Stop, TurnKnob

Train = Callable[..., Any]

# Knobs turned on the way, minibatch discrimination among them.
TURNS = {
    3: [TurnKnob("minibatch_discrimination"), TurnKnob("k_steps", 1)],
    9: [SetKnob("generator_lr", 0.01)],
    17: [TurnKnob("batch_size", 1), TurnKnob("generator_steps", 1)],
    24: [TurnKnob("minibatch_discrimination"), ChangeSetting("updates", "extragradient"), ChangeSetting("optimizer.lookahead_steps", 4)],
    31: [TurnKnob("minibatch_discrimination"), SetKnob("discriminator_lr", 5e-4)],
}


def before(script: dict[int, list[Any]], step: int) -> dict[int, list[Any]]:
    return {at: sent for at, sent in script.items() if at < step}


def after(script: dict[int, list[Any]], step: int) -> dict[int, list[Any]]:
    return {at: sent for at, sent in script.items() if at >= step}


def assert_same(one: Path, other: Path) -> None:
    first, second = load_file(one), load_file(other)
    assert first.keys() == second.keys()
    assert [name for name in first if not torch.equal(first[name], second[name])] == []
    assert [name for name in first if first[name].dtype != second[name].dtype] == []


@pytest.mark.parametrize("script", [{}, TURNS], ids=["untouched", "turned"])
@pytest.mark.parametrize("half", [20, *(pytest.param(half, marks=pytest.mark.slow) for half in (23, 1))], ids=lambda half: f"at {half}")
def test_2n_steps_are_n_and_save_and_load_and_n_bit_for_bit(train: Train, resume: Train, script: dict[int, list[Any]], half: int) -> None:
    whole = train("whole", script)
    first = train("halves", before(script, half), until=half)
    second = resume("halves", 40, after(script, half))
    assert (whole.outcome.step, first.outcome.step, second.outcome.step) == (40, half, 40)
    assert_same(whole.checkpoint(40), second.checkpoint(40))
    assert whole.outcome.metrics == second.outcome.metrics
    assert second.session.run.knobs == whole.session.run.knobs


def test_three_stops_and_a_save_on_the_way_change_nothing(train: Train, resume: Train) -> None:
    whole = train("whole")
    train("parts", {2: [Save()], 7: [Save()]}, until=11)
    resume("parts", 12)
    resume("parts", 29)
    assert_same(whole.checkpoint(40), resume("parts", 40).checkpoint(40))


def test_watching_and_measuring_change_nothing(train: Train) -> None:
    looks = {step: [None, None, None] for step in range(40)}
    touches = {5: [Evaluate()], 6: [Pause(), None, Step(3), None, Resume()], 21: [Save(), Export(), None]}
    alone, watched, touched = train("alone"), train("watched", looks), train("touched", touches)
    assert len(watched.snapshots) >= 120
    weights = {name: value for name, value in load_file(alone.checkpoint(40)).items() if not name.startswith("history.")}
    for other in (watched, touched):
        found = load_file(other.checkpoint(40))
        assert [name for name in weights if not torch.equal(weights[name], found[name])] == []
        assert other.outcome.metrics == alone.outcome.metrics
    assert_same(alone.checkpoint(40), watched.checkpoint(40))


def test_the_length_of_a_run_does_not_enter_its_mathematics(train: Train) -> None:
    assert_same(train("short", until=30).checkpoint(30), train("long", until=40).checkpoint(30))


def test_stepping_one_by_one_is_training(train: Train) -> None:
    stepped = train("stepped", {0: [Step(2)] + [Step()] * 18}, hold=True)
    assert stepped.outcome.step == 20
    assert_same(stepped.checkpoint(20), train("run", until=20).checkpoint(20))


def test_what_follows_a_save_at_the_same_step_is_saved_too(train: Callable[..., Any], resume: Callable[..., Any]) -> None:
    at_ten = [Pause(), Save(), Evaluate(), TurnKnob("minibatch_discrimination"), TurnKnob("minibatch_discrimination")]
    whole = train("whole", {10: [*at_ten, Resume()]}, until=20)
    train("halves", {10: [*at_ten, Stop()]}, until=20)
    halves = resume("halves", 20)
    one, other = (load_file(ended.checkpoint(20)) for ended in (whole, halves))
    assert one.keys() == other.keys()
    assert [name for name in one if not torch.equal(one[name], other[name])] == []
    marks = [event.text for event in halves.session.run.events if event.kind == "change"]
    assert marks == ["minibatch discrimination: on (was off)", "minibatch discrimination: off (was on)"]
