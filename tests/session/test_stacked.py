"""Runs on stacked MNIST, of small files in the place of its own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import torch

from tests.data.making import lay, mnist_files
from tui_gan.contract.commands import Browse, ChangeSetting, Evaluate, Pause, Watch
from tui_gan.contract.config import Config
from tui_gan.contract.errors import UsageError
from tui_gan.contract.network import Network
from tui_gan.data import places
from tui_gan.session import checkpoint
from tui_gan.session.sources import dataset_of

Train = Callable[..., Any]


@pytest.fixture
def stacked(config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """Small networks that learn from the stacks of 30 images of noise."""
    lay(tmp_path / "sets" / "mnist", mnist_files(30, 10))
    monkeypatch.setenv(places.VARIABLE, str(tmp_path / "sets"))
    return msgspec.structs.replace(
        config,
        preset="stacked-mnist",
        dataset="stacked-mnist",
        generator=Network(widths=(4,), output="tanh"),
        discriminator=Network(widths=(4,)),
        latent_dim=3,
        stratified=False,
        metrics=("stacked_kl", "stacked_modes"),
        metric="stacked_kl",
        evaluated=100,
        evaluate_every=20,
        evaluate_from=20,
        fixed_latents=8,
        steps=20,
    )


@pytest.mark.parametrize("changes", [{}, {"training": 12, "sampling": "epochs"}], ids=["afresh", "fixed, in epochs"])
def test_a_run_that_is_saved_and_gone_on_with_is_the_same(train: Train, resume: Train, stacked: Config, changes: dict[str, Any]) -> None:
    config = msgspec.structs.replace(stacked, **changes)
    straight = train("straight", config=config)
    train("halved", config=msgspec.structs.replace(config, steps=10))
    halved = resume("halved", until=20)
    ends = [checkpoint.read(ended.checkpoint(20))[0] for ended in (straight, halved)]
    assert ends[0].keys() == ends[1].keys()
    for name, value in ends[0].items():
        if not name.startswith("history."):
            assert torch.equal(value, ends[1][name]), name


def test_the_map_is_that_of_the_metrics_and_says_of_which_step_it_is(train: Train, stacked: Config) -> None:
    ended = train(config=stacked, script={5: [Pause(), Evaluate(), None]})
    shown = next(each for each in ended.snapshots if each.step == 5 and each.series["stacked_modes"].steps[-1] == 5)
    assert shown.triples is not None
    assert shown.triples.step == 5
    counts = shown.triples.counts
    assert counts.shape == (10, 10, 10)
    assert counts.sum() == 100
    assert np.count_nonzero(counts) == shown.series["stacked_modes"].values[-1]
    shares = counts[counts > 0] / 100
    assert shown.series["stacked_kl"].values[-1] == pytest.approx(float((shares * np.log(1000 * shares)).sum()))


def test_metrics_of_triples_may_be_joined_and_left_while_it_trains(train: Train, stacked: Config) -> None:
    changed = ["stacked_kl", "precision"]
    ended = train(config=stacked, script={5: [Pause(), ChangeSetting("metrics", changed), Evaluate(), None]})
    assert ended.session.run.config.metrics == tuple(changed)
    assert list(ended.session.run.measured[1]) == changed


def test_the_nearest_training_image_is_that_of_each_channel(train: Train, stacked: Config) -> None:
    watch = [Pause(), Watch(("picture", "gallery")), Browse(nearest=True), None]
    ended = train(config=stacked, script={5: watch})
    shown = next(each for each in reversed(ended.snapshots) if each.gallery is not None and each.gallery.nearest is not None)
    pool = ended.session.run.trainer.dataset.truth.stacks.train[:, 0].numpy().astype(int)
    for fake, near, distance in zip(shown.picture.fake, shown.gallery.nearest, shown.gallery.distances, strict=False):
        squares = ((pool[None] - fake.transpose(2, 0, 1)[:, None].astype(int)) ** 2).sum((2, 3))
        assert (near.transpose(2, 0, 1) == pool[squares.argmin(1)]).all()
        assert distance == pytest.approx(np.sqrt(squares.min(1).sum() / fake.size) / 255, rel=1e-5)


def test_what_does_not_go_with_stacks_is_refused(stacked: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="stacked-mnist is stacked of all training images of mnist: set training_skip to 0"):
        dataset_of(msgspec.structs.replace(stacked, training_skip=5), tmp_path)
    monkeypatch.setenv(places.VARIABLE, str(tmp_path / "nowhere"))
    monkeypatch.setattr(places, "cache_path", lambda: tmp_path / "nowhere")
    with pytest.raises(UsageError, match="the files of mnist are not here: put train-images"):
        dataset_of(stacked, tmp_path)
    with pytest.raises(UsageError, match="did you mean 'stacked-mnist'"):
        dataset_of(msgspec.structs.replace(stacked, dataset="stacked-mnits"), tmp_path)
