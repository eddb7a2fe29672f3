"""Orders and optimisers on the Dirac-GAN (Mescheder et al. 2018, arXiv:1801.04406), where a step is a matrix, step by step.

G gives theta, D says psi x, and the data are 0. With f(t) = t D lowers theta psi and G raises it, so that descent of both at once is
x <- (1 + h J) x of x = (theta, psi), where J turns by a right angle.
"""

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests.gan.engines.test_whole import check_agreement, in_double
from tui_gan.contract.config import Config, Optimizer
from tui_gan.contract.knobs import Knobs
from tui_gan.gan import trainer as trainers
from tui_gan.gan.datasets import DATASETS
from tui_gan.gan.trainer import Trainer

RATE = 0.1
KNOBS = Knobs(batch_size=4, device="cpu", generator_lr=RATE, discriminator_lr=RATE)
ONE, TURN = np.eye(2), np.array([[0.0, 1.0], [-1.0, 0.0]])
# One of both at once, one of D, one of G.
BOTH = ONE + RATE * TURN
OF_D, OF_G = np.array([[1.0, 0.0], [-RATE, 1.0]]), np.array([[1.0, RATE], [0.0, 1.0]])
EXTRA = ONE + RATE * TURN @ BOTH
# Of theta and psi, and of the last gradients, which are 0 before the first step.
OPTIMISTIC = np.block([[ONE + 2 * RATE * TURN, -RATE * ONE], [TURN, 0 * ONE]])
FAST, SHARE = 20, 0.5
POWER = np.linalg.matrix_power
START = (1.0, 0.5)


class Theta(nn.Module):
    def __init__(self, start: float) -> None:
        super().__init__()
        self.theta = nn.Parameter(torch.tensor([start]))

    def forward(self, z: Tensor) -> Tensor:
        return self.theta.expand(len(z), 1)


class Psi(nn.Module):
    judges_alone = True

    def __init__(self, start: float) -> None:
        super().__init__()
        self.psi = nn.Parameter(torch.tensor([start]))

    def active(self, gate: bool) -> list[nn.Parameter]:
        return [self.psi]

    def forward(self, x: Tensor, *given: Any) -> Tensor:
        return self.psi * x


Made = Callable[..., Trainer]


@pytest.fixture
def dirac(config: Config, monkeypatch: pytest.MonkeyPatch) -> Made:
    monkeypatch.setattr(trainers, "networks", lambda *given: (Theta(START[0]), Psi(START[1])))

    def sample(count: int, stream: torch.Generator, device: str) -> Tensor:
        return torch.zeros(count, 1)

    def make(updates: str, objective: str = "wasserstein", **optimizer: Any) -> Trainer:
        settings = Optimizer(**{"kind": "sgd", **optimizer})
        changes = {"updates": updates, "objective": objective, "optimizer": settings, "regularizers": {}}
        data = dataclasses.replace(DATASETS["gaussian"](True), sample=sample)
        return in_double(Trainer(msgspec.structs.replace(config, **changes), data, "cpu"))

    return make


def stand(trainer: Trainer) -> np.ndarray:
    return np.array([trainer.now.players[player].weights[0].item() for player in ("G", "D")])


MAPS: dict[str, tuple[str, dict[str, Any], tuple[int, int], np.ndarray]] = {
    "simultaneous": ("simultaneous", {}, (1, 1), BOTH),
    "alternating": ("alternating", {}, (1, 1), OF_G @ OF_D),
    "two of D, three of G": ("alternating", {}, (2, 3), POWER(OF_G, 3) @ POWER(OF_D, 2)),
    "the same batch": ("same_batch", {}, (1, 2), POWER(OF_G, 2) @ OF_D),
    "G more often": ("simultaneous", {}, (2, 4), POWER(BOTH, 2) @ POWER(OF_G, 2)),
    "D more often": ("simultaneous", {}, (3, 1), BOTH @ POWER(OF_D, 2)),
    "extragradient": ("extragradient", {}, (1, 1), EXTRA),
    "extragradient, D more often": ("extragradient", {}, (3, 2), POWER(EXTRA, 2) @ OF_D),
    "optimistic": ("simultaneous", {"kind": "optimistic_sgd"}, (1, 1), OPTIMISTIC),
}


@pytest.mark.parametrize("name", MAPS)
def test_a_step_is_the_matrix(dirac: Made, name: str) -> None:
    updates, optimizer, (k, g), matrix = MAPS[name]
    trainer, knobs = dirac(updates, **optimizer), dataclasses.replace(KNOBS, k_steps=k, generator_steps=g)
    point = np.zeros(len(matrix))
    point[:2] = START
    for _ in range(30):
        trainer.step(knobs)
        point = matrix @ point
        assert stand(trainer) == pytest.approx(point[:2], rel=1e-12)


# The moduli of the eigenvalues in closed form; descent spirals out or circles, the others come in.
MODULI = {
    "simultaneous": math.sqrt(1 + RATE**2),
    "alternating": 1.0,
    "extragradient": math.sqrt(1 - RATE**2 + RATE**4),
    "optimistic": max(abs(np.roots([1, -(1 + 2j * RATE), 1j * RATE]))),
}


@pytest.mark.parametrize("name", MODULI)
def test_the_eigenvalues_say_who_comes_in(dirac: Made, name: str) -> None:
    updates, optimizer, _, matrix = MAPS[name]
    assert max(abs(np.linalg.eigvals(matrix))) == pytest.approx(MODULI[name], rel=1e-12)
    trainer = dirac(updates, **optimizer)
    for _ in range(100):
        trainer.step(KNOBS)
    # Of the optimistic map the two of the gradients before die away at once.
    assert np.linalg.norm(stand(trainer)) / np.linalg.norm(START) == pytest.approx(MODULI[name] ** 100, rel=0.1)


def test_lookahead_comes_in_where_descent_spirals_out(dirac: Made) -> None:
    trainer = dirac("simultaneous", lookahead_steps=FAST, lookahead_share=SHARE)
    slow, point = np.array(START), np.array(START)
    for step in range(1, 5 * FAST + 3):
        trainer.step(KNOBS)
        point = BOTH @ point
        if step % FAST == 0:
            slow = point = (1 - SHARE) * slow + SHARE * point
        assert stand(trainer) == pytest.approx(point, rel=1e-12)
    period = (1 - SHARE) * ONE + SHARE * POWER(BOTH, FAST)
    assert slow == pytest.approx(POWER(period, 5) @ START, rel=1e-12)
    found = max(abs(np.linalg.eigvals(period)))
    assert found == pytest.approx(abs(1 - SHARE + SHARE * (1 + 1j * RATE) ** FAST), rel=1e-12)
    assert found < 0.6


@pytest.mark.parametrize(
    ("updates", "optimizer", "inwards"),
    [
        ("simultaneous", {}, False),
        ("extragradient", {}, True),
        ("simultaneous", {"kind": "optimistic_sgd"}, True),
        ("simultaneous", {"lookahead_steps": 8}, True),
    ],
    ids=str,
)
def test_with_the_logistic_loss_too(dirac: Made, updates: str, optimizer: dict[str, Any], inwards: bool) -> None:
    """f(t) = log(1 + e^t), which is t / 2 near 0 but for a constant: half the rate."""
    trainer = dirac(updates, "zero_sum", **optimizer)
    for _ in range(150):
        trainer.step(dataclasses.replace(KNOBS, generator_lr=5 * RATE, discriminator_lr=5 * RATE))
    assert bool(np.linalg.norm(stand(trainer)) < 0.05) is inwards
    assert bool(np.linalg.norm(stand(trainer)) > 2) is not inwards


class Adam:
    """Kingma & Ba 2014, algorithm 1, of one number."""

    def __init__(self) -> None:
        self.first = self.second = 0.0
        self.count = 0

    def direction(self, gradient: float) -> float:
        self.count += 1
        self.first = 0.5 * self.first + 0.5 * gradient
        self.second = 0.9 * self.second + 0.1 * gradient**2
        return (self.first / (1 - 0.5**self.count)) / (math.sqrt(self.second / (1 - 0.9**self.count)) + 1e-8)


def test_extragradient_with_adam_is_extra_adam(dirac: Made) -> None:
    """Gidel et al. 2019: the moments go on at the extrapolation and at the update, and the corrections count both."""
    trainer = dirac("extragradient", kind="adam", beta1=0.5, beta2=0.9)
    (theta, psi), of_g, of_d = START, Adam(), Adam()
    for _ in range(30):
        ahead = theta - RATE * of_g.direction(-psi), psi - RATE * of_d.direction(theta)
        theta, psi = theta - RATE * of_g.direction(-ahead[1]), psi - RATE * of_d.direction(ahead[0])
        trainer.step(KNOBS)
        assert stand(trainer) == pytest.approx((theta, psi), rel=1e-9)


def test_optimistic_adam_is_that_of_the_paper(dirac: Made) -> None:
    trainer = dirac("simultaneous", kind="optimistic_adam", beta1=0.5, beta2=0.9)
    (theta, psi), of_g, of_d, last = START, Adam(), Adam(), (0.0, 0.0)
    for _ in range(30):
        now = of_g.direction(-psi), of_d.direction(theta)
        theta, psi = theta - 2 * RATE * now[0] + RATE * last[0], psi - 2 * RATE * now[1] + RATE * last[1]
        last = now
        trainer.step(KNOBS)
        assert stand(trainer) == pytest.approx((theta, psi), rel=1e-9)


@pytest.mark.parametrize("name", MAPS)
def test_a_whole_step_is_the_matrix_too(dirac: Made, name: str) -> None:
    updates, optimizer, (k, g), _ = MAPS[name]
    trainer = dirac(updates, lookahead_steps=2, **optimizer)
    check_agreement(trainer, dataclasses.replace(KNOBS, k_steps=k, generator_steps=g), tolerance=1e-12)
