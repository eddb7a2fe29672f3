"""Steps that several processes share, as threads that take turns: the state of one process with the whole batch, to rounding."""

import contextlib
import dataclasses
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import torch
from torch import Tensor

from tui_gan.contract.config import Conditioning, Config, Information, Noise, Optimizer
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.network import Network
from tui_gan.gan import judging
from tui_gan.gan.datasets import Dataset
from tui_gan.gan.engines.shared import Across, RankLostError, Shared
from tui_gan.gan.rehearsal import rehearsed
from tui_gan.gan.trainer import Trainer
from tui_gan.session.sources import dataset_of

STEPS = 6
BATCH_NORM = Network(kind="dcgan", widths=(4,), activation="relu", norm="batch", output="tanh")
WASSERSTEIN = {"objective": "wasserstein", "regularizers": {"gradient_penalty": 10.0}, "instance_noise": Noise(sd=0.1)}


class Meeting:
    """Where threads meet to add up; one runs at a time, since all draw from torch's default stream.

    Args:
        lost_at: the number of the meeting that fails, as when all others have gone; 0 for none.
    """

    def __init__(self, ranks: int, lost_at: int = 0) -> None:
        self.ranks, self.lost_at = ranks, lost_at
        self.turn, self.all_here, self.found = threading.Lock(), threading.Barrier(ranks), [torch.zeros(0)] * ranks
        self.met = 0

    def across(self, rank: int) -> Across:
        def sum_(tensor: Tensor) -> None:
            self.met += rank == 0
            if self.lost_at and self.met >= self.lost_at:
                self.all_here.abort()
                raise RankLostError
            self.found[rank] = tensor.clone()
            self._wait()
            total = sum(self.found[1:], self.found[0])
            self._wait()
            tensor.copy_(torch.as_tensor(total))

        return Across(rank, self.ranks, sum_)

    def _wait(self) -> None:
        with self.others_turn():
            try:
                self.all_here.wait(60)
            except threading.BrokenBarrierError:
                raise RankLostError from None

    @contextlib.contextmanager
    def others_turn(self) -> Iterator[None]:
        self.turn.release()
        try:
            yield
        finally:
            self.turn.acquire()

    def train(self, trainers: list[Trainer], knobs: Knobs, steps: int = STEPS) -> None:
        def follow(rank: int, trainer: Trainer) -> None:
            trainer.engine = Shared(trainer.game, trainer.now, self.across(rank))
            with self.turn, contextlib.suppress(*[RankLostError] * (rank > 0)):
                for _ in range(steps):
                    trainer.step(knobs)

        threads = [threading.Thread(target=follow, args=each) for each in enumerate(trainers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return dataset_of(Config(preset="digits", dataset="digits"), Path())[0]


@pytest.fixture
def convolutional(digits: Dataset) -> Callable[..., Trainer]:
    def build(**changes: Any) -> Trainer:
        config = Config(
            preset="digits",
            dataset="digits",
            latent_dim=5,
            stratified=False,
            generator=BATCH_NORM,
            discriminator=Network(kind="dcgan", widths=(4,)),
            fixed_latents=8,
            metrics=("precision",),
            metric="precision",
        )
        return Trainer(msgspec.structs.replace(config, **changes), digits, "cpu")

    return build


def distance(one: Trainer, other: Trainer) -> float:
    """The largest distance of any tensor, by the norm of its tensors of the kind, such as all weights of D."""
    first, second = one.state(), other.state()
    kinds: dict[str, list[tuple[Tensor, Tensor]]] = {}
    for name, value in first.items():
        kinds.setdefault(name.partition(".")[0] + name.rpartition(".")[2], []).append((value.double(), second[name].double()))
    found = []
    for pairs in kinds.values():
        norm = sum(float(value.square().sum()) for _, value in pairs) ** 0.5
        found.append(sum(float((one - other).square().sum()) for one, other in pairs) ** 0.5 / max(norm, 1e-12))
    return max(found)


STAGED = {
    "stages": 2,
    "classes": 10,
    "conditioning": Conditioning(dim=2),
    "generator": Network(widths=(6,), norm="batch", output="tanh"),
    "discriminator": Network(widths=(6,)),
    # Of the gradients of biases before batch normalisation, which are nothing but rounding, Adam would make steps.
    "optimizer": Optimizer(kind="sgd"),
}
CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "dcgan": ({}, {}),
    "hinge, R1, k 2": ({"objective": "hinge", "regularizers": {"r1": 1.0}}, {"k_steps": 2}),
    "gradient penalty, noise": (WASSERSTEIN, {}),
    "finite difference": ({"regularizers": {"r1_difference": 1.0}, "lazy": 2}, {}),
    "packs": ({"packing": 2, "generator": msgspec.structs.replace(BATCH_NORM, norm_by_slot=True)}, {}),
    "both at once": ({"updates": "simultaneous"}, {"k_steps": 2}),
    "extragradient, lookahead": ({"updates": "extragradient", "optimizer": Optimizer(lookahead_steps=2)}, {"generator_steps": 2}),
    "the same batch": ({"updates": "same_batch", "objective": "zero_sum"}, {}),
    "batch norm in D": ({"discriminator": BATCH_NORM, "generator": Network(widths=(6,), activation="tanh")}, {}),
    "spectral norm": ({"discriminator": Network(kind="dcgan", widths=(4,), spectral=True)}, {}),
    "augmentations": ({"augment": "brightness,translation,cutout", "augment_probability": 0.7, "regularizers": {"r1": 1.0}}, {}),
    "codes, augmented": ({"information": Information(categorical=3, continuous=1, augment="affine,cutout")}, {}),
    "two stages": (STAGED, {}),
    "historical averaging": ({"historical_averaging": 0.1, "generator_l2": 0.1}, {}),
}


@pytest.mark.parametrize(("changes", "turned", "ranks"), [(*case, 2) for case in CASES.values()] + [(*CASES["dcgan"], 4)])
def test_shared_steps_are_those_of_one_process(
    convolutional: Callable[..., Trainer], changes: dict[str, Any], turned: dict[str, Any], ranks: int
) -> None:
    knobs = Knobs(batch_size=16, device="cpu", **turned)
    alone, several = convolutional(**changes), [convolutional(**changes) for _ in range(ranks)]
    for _ in range(STEPS):
        alone.step(knobs)
    Meeting(ranks).train(several, knobs)
    assert distance(several[0], alone) < 2e-5
    for other in several[1:]:
        found, first = other.state(), several[0].state()
        assert [name for name in first if not torch.equal(first[name], found[name])] == []


@pytest.mark.parametrize("changes", [{}, {"discriminator": Network(kind="dcgan", widths=(4,), dropout=0.5)}], ids=["company", "dropout"])
def test_what_is_of_a_share_alone_still_leaves_all_in_one_state(convolutional: Callable[..., Trainer], changes: dict[str, Any]) -> None:
    knobs = Knobs(batch_size=16, device="cpu", minibatch_discrimination=True)
    alone, several = convolutional(**changes), [convolutional(**changes) for _ in range(2)]
    for _ in range(STEPS):
        alone.step(knobs)
    Meeting(2).train(several, knobs)
    first, second = several[0].state(), several[1].state()
    assert [name for name in first if not torch.equal(first[name], second[name])] == []
    assert distance(several[0], alone) > 1e-4


@pytest.mark.parametrize("updates", ["simultaneous", "extragradient"])
def test_a_step_in_which_the_others_go_is_trained_to_its_end(convolutional: Callable[..., Trainer], updates: str) -> None:
    changes, knobs = {"updates": updates}, Knobs(batch_size=16, device="cpu", k_steps=2)
    alone, counted = convolutional(**changes), Meeting(2)
    for _ in range(2):
        alone.step(knobs)
    counted.train([convolutional(**changes) for _ in range(2)], knobs, steps=1)
    assert counted.met > 4
    for lost_at in range(1, counted.met + 1):
        trainer = convolutional(**changes)
        Meeting(2, lost_at).train([trainer, convolutional(**changes)], knobs, steps=2)
        assert isinstance(trainer.engine, Shared)
        assert trainer.engine.lost
        assert distance(trainer, alone) < 2e-5, f"lost at meeting {lost_at}"


def test_whoever_looks_meets_nobody(convolutional: Callable[..., Trainer]) -> None:
    knobs = Knobs(batch_size=16, device="cpu")
    trainer = convolutional(discriminator=BATCH_NORM)
    meeting = Meeting(2)
    trainer.engine = Shared(trainer.game, trainer.now, meeting.across(0))
    before = trainer.state()
    rehearsed(trainer, knobs)
    trainer.sample(trainer.fixed_latents)
    judging.generator_slopes(trainer, trainer.dataset.sample(16, torch.Generator().manual_seed(3), "cpu"), knobs)
    assert meeting.met == 0
    after = trainer.state()
    # Looking settles the batch normalisation of the averaged generator alone.
    assert [name for name in before if not torch.equal(before[name], after[name]) and "average" not in name] == []


def test_shares_are_of_the_knobs_batch(convolutional: Callable[..., Trainer]) -> None:
    knobs = dataclasses.replace(Knobs(device="cpu"), batch_size=16)
    several = [convolutional(), convolutional()]
    reports: list[int] = []
    for trainer in several:
        end = trainer.end
        trainer.end = lambda made, end=end: (reports.append(len(made[0].draws.latents)), end(made))  # type: ignore[method-assign,misc,assignment]
    Meeting(2).train(several, knobs, steps=1)
    assert reports == [8, 8]
