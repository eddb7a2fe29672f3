"""Turns of several ways to train, and what is said of engines that cannot."""

import time

import msgspec
import pytest

from tui_gan.bench import measuring
from tui_gan.bench.measuring import PLAIN, SOME, Way, measured, ways
from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.network import Network
from tui_gan.gan.datasets import DATASETS


def test_each_has_its_turns_and_a_ratio_of_each_round(monkeypatch: pytest.MonkeyPatch) -> None:
    now, turns = [0.0], []

    def of(name: str, seconds: float) -> Way:
        def train() -> int:
            turns.append(name)
            now[0] += seconds
            return 10

        return Way(train)

    monkeypatch.setattr(measuring.time, "perf_counter", lambda: now[0])
    found = measured({PLAIN: of(PLAIN, 1.0), "fast": of("fast", 0.25), "none": Way(lambda: 0, "broken")}, 3, 1.0, "cpu")
    assert found.keys() == {PLAIN, "fast"}
    assert (found[PLAIN].median, found[PLAIN].ratio) == (10, 1)
    assert (found["fast"].steps_per_second, found["fast"].over_plain) == ([40] * 3, [4] * 3)
    # After both have warmed up, the order is turned from round to round.
    assert "".join(name[0] for name in turns) == "pf" + "ffffp" + "pffff" + "ffffp"


def test_the_plain_loop_and_the_eager_engine_train_and_the_others_say_why_not(
    config: Config, knobs: Knobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = msgspec.structs.replace(config, generator=Network(widths=(4,), dropout=0.5))
    found = dict(ways(config, knobs, DATASETS["gaussian"](True), "cpu", lambda text: None))
    assert [found[name].train() for name in (PLAIN, "eager")] == [SOME, SOME]
    assert found["compiled"].why_not == "dropout draws inside the networks"
    assert found["graph"].why_not == "CUDA graphs need an NVIDIA GPU"


def test_an_engine_is_measured_when_it_trains_every_step_by_a_program(
    config: Config, knobs: Knobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([0, 0, 3, 0, *[1] * 8])
    monkeypatch.setattr(measuring.Compiling, "train", lambda self, trainer, knobs, most, left: next(answers))
    found = dict(ways(msgspec.structs.replace(config, lazy=4), knobs, DATASETS["gaussian"](True), "cpu", lambda text: None))
    assert found["compiled"].why_not == ""
    with pytest.raises(StopIteration):
        found["compiled"].train()


def test_a_compiler_that_fails_is_told(config: Config, knobs: Knobs, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self, trainer, knobs, most, left) -> int:
        self._note("the step cannot be compiled (it is broken); it trains eagerly")
        return 0

    monkeypatch.setattr(measuring.Compiling, "train", refuse)
    found = dict(ways(config, knobs, DATASETS["gaussian"](True), "cpu", lambda text: None))
    assert found["compiled"].why_not == "the step cannot be compiled (it is broken); it trains eagerly"


def test_a_turn_lasts_as_long_as_it_is_to(config: Config) -> None:
    begun = time.perf_counter()
    found = measured({PLAIN: Way(lambda: time.sleep(0.005) or 1)}, 2, 0.05, "cpu")
    assert 0.1 < time.perf_counter() - begun < 5
    assert 0 < found[PLAIN].median <= 200
