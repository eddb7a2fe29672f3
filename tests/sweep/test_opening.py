"""A checkpoint of a member says and holds what one of a run does."""

import dataclasses
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch

from tui_gan.contract.config import Config, Information, Network
from tui_gan.contract.knobs import Knobs
from tui_gan.gan.datasets import DATASETS, of_columns, of_labels
from tui_gan.gan.trainer import Trainer
from tui_gan.session import checkpoint
from tui_gan.session.observe import generate
from tui_gan.session.samples import of_checkpoint
from tui_gan.sweep.opening import as_run
from tui_gan.sweep.plan import Spec


def opened(trainer: Trainer, config: Config, knobs: Knobs) -> Path:
    path = as_run(trainer, Spec(0, {}, config, knobs), 0.5, sweep="s", copied=False)
    return checkpoint.step_path(path / "checkpoints", trainer.steps_done)


def test_samples_of_a_conditional_member_have_the_classes_of_the_data(
    config: Config, knobs: Knobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    dataset, labels = of_columns(np.random.default_rng(0).normal(size=(10, 2)), True), torch.tensor([0] + [1] * 9)
    assert dataset.rows is not None
    dataset = dataclasses.replace(dataset, classes=of_labels(labels, ("few", "many"), dataset.rows))
    normalised = Network(widths=(6,), norm="batch")
    changes = {"dataset": "ring", "metrics": ("sliced_w1",), "metric": "sliced_w1", "classes": 2, "latent_dim": 2, "stratified": False}
    config = msgspec.structs.replace(config, generator=normalised, **changes)
    trainer = Trainer(config, dataset, "cpu")
    for _ in range(3):
        trainer.step(knobs)
    stored = opened(trainer, config, knobs)
    samples, about = of_checkpoint(stored, 5, 200)
    assert (about.classes, about.shares, about.metric) == (("few", "many"), (0.1, 0.9), 0.5)
    # Twenty of them are of the rare class, and batch normalisation stands as it is looked at.
    wanted = dataset.in_units(generate(trainer.averaged(), config, 5, 200, (0.1, 0.9)))
    assert samples == pytest.approx(wanted, abs=1e-6)


def test_a_member_of_infogan_says_its_codes(config: Config, knobs: Knobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = msgspec.structs.replace(config, information=Information(categorical=4), stratified=False)
    about = checkpoint.read_about(opened(Trainer(config, DATASETS["gaussian"](True), "cpu"), config, knobs))
    assert (about.classes, about.shares) == (("code 0", "code 1", "code 2", "code 3"), (0.25,) * 4)
