"""How a trial is trained."""

import msgspec
import pytest

from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs
from tui_gan.gan.datasets import DATASETS
from tui_gan.gan.orders import COORDINATION, Coordination
from tui_gan.gan.trainer import Trainer
from tui_gan.sweep import search
from tui_gan.sweep.plan import Data


def test_pretraining_is_no_part_of_the_accuracy_by_which_k_moves(config: Config, knobs: Knobs, monkeypatch: pytest.MonkeyPatch) -> None:
    accuracies: list[float] = []

    def noted(k: int, most: int, accuracy: float) -> int:
        accuracies.append(accuracy)
        return k

    monkeypatch.setitem(COORDINATION, "accuracy", Coordination(noted))
    config = msgspec.structs.replace(config, pretraining=7, coordination="accuracy", steps=10, metrics=("w1",), evaluated=100)
    search.trained(config, knobs, Data(), "w1", 1, lambda: False)
    trainer, sums = Trainer(config, DATASETS["gaussian"](True), "cpu"), [0.0]
    for _ in range(7):
        trainer.pretrain_step(knobs)
    for _ in range(10):
        trainer.step(knobs)
        sums.append(float(trainer.now.accuracy_sum))
    assert accuracies == pytest.approx([sums[5] / 5, (sums[10] - sums[5]) / 5])
