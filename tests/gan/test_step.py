"""One whole training step, written a second time without any of the package's code."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from tui_gan.contract.config import Optimizer, Schedule
from tui_gan.contract.knobs import Knobs
from tui_gan.gan.trainer import Trainer

State = dict[str, Tensor]
EPSILON = 1e-8


class Plain:
    """The toy GAN in plain tensors: tanh generator of one hidden layer, leaky discriminator of two, float64."""

    def __init__(self, trainer: Trainer) -> None:
        self.config = trainer.config
        state = trainer.state()
        self.stream = torch.Generator().set_state(state["stream"])
        self.g = {name[10:]: value.double() for name, value in state.items() if name.startswith("generator.")}
        self.d = {name[14:]: value.double() for name, value in state.items() if name.startswith("discriminator.")}
        self.average = {name: value.clone() for name, value in self.g.items()}
        self.moments: dict[int, tuple[Tensor, Tensor, int]] = {}

    def generate(self, z: Tensor) -> Tensor:
        hidden = torch.tanh(z @ self.g["0.weight"].T + self.g["0.bias"])
        return hidden @ self.g["2.weight"].T + self.g["2.bias"]

    def judge(self, x: Tensor, gate: bool) -> Tensor:
        h = x
        for layer in ("body.0", "body.2"):
            h = h @ self.d[layer + ".weight"].T + self.d[layer + ".bias"]
            h = torch.maximum(h, 0.2 * h)
        logits = h @ self.d["logit.weight"].T + self.d["logit.bias"]
        if not gate:
            return logits
        rows = (h @ self.d["minibatch.projection"]).reshape(len(x), self.config.minibatch.dim, self.config.minibatch.kernels)
        closeness = torch.exp(-(rows[:, None] - rows[None]).abs().sum(2))
        features = (closeness.sum(1) - 1) / (len(x) - 1)
        return logits + features @ self.d["minibatch_logit.weight"].T

    def latents(self, count: int) -> Tensor:
        levels = torch.rand(count, 1, generator=self.stream)
        if self.config.stratified:
            levels = (torch.rand(count, 1, generator=self.stream).argsort(0) + levels) / count
        return torch.special.ndtri(levels.double())

    def adam(self, weight: Tensor, gradient: Tensor, rate: float) -> Tensor:
        """Kingma and Ba 2015, algorithm 1."""
        m, v, t = self.moments.get(id(weight), (torch.zeros_like(weight), torch.zeros_like(weight), 0))
        b1, b2 = self.config.optimizer.beta1, self.config.optimizer.beta2
        m, v, t = b1 * m + (1 - b1) * gradient, b2 * v + (1 - b2) * gradient**2, t + 1
        self.moments[id(weight)] = (m, v, t)
        return weight - rate * (m / (1 - b1**t)) / ((v / (1 - b2**t)).sqrt() + EPSILON)

    def descend(self, weights: State, loss: Callable[[], Tensor], rate: float) -> float:
        for value in weights.values():
            value.requires_grad_()
        found = loss()
        gradients = torch.autograd.grad(found, list(weights.values()), allow_unused=True)
        for value, gradient in zip(weights.values(), gradients, strict=True):
            value.requires_grad_(False)
            if gradient is not None:
                value.copy_(self.adam(value, gradient, rate))
        return found.item()

    def step(self, number: int, knobs: Knobs) -> None:
        gate, batch, schedule = knobs.minibatch_discrimination, knobs.batch_size, self.config.schedule
        fading = schedule.period / (schedule.period + number) if schedule.kind == "hyperbolic" else 1.0
        for _ in range(knobs.k_steps):
            real = torch.randn(batch, 1, generator=self.stream).double()
            fake = self.generate(self.latents(batch)).detach()
            self.descend(self.d, lambda real=real, fake=fake: self.loss_of_d(real, fake, gate), knobs.discriminator_lr * fading)
        z = self.latents(batch)
        loss = lambda: -torch.log(torch.sigmoid(self.judge(self.generate(z), gate))).mean()
        self.descend(self.g, loss, knobs.generator_lr * fading)
        decay = min(self.config.average_decay, (1 + number) / (5 + number))
        for name, value in self.g.items():
            self.average[name] = decay * self.average[name] + (1 - decay) * value

    def loss_of_d(self, real: Tensor, fake: Tensor, gate: bool) -> Tensor:
        logits = self.judge(real, gate)
        loss = -torch.log(torch.sigmoid(logits)).mean() - torch.log(1 - torch.sigmoid(self.judge(fake, gate))).mean()
        if weight := self.config.regularizers.get("r1_difference"):
            shift = torch.tensor([0.1 * (-1) ** row for row in range(len(real))], dtype=torch.float64)[:, None]
            slope = (self.judge(real + shift, gate) - logits) / 0.1
            loss = loss + weight / 2 * (slope**2).mean()
        return loss


@pytest.mark.parametrize("gate", [False, True])
@pytest.mark.parametrize("k", [1, 2])
@pytest.mark.parametrize(
    "changes",
    [
        {"regularizers": {"r1_difference": 2.0}, "schedule": Schedule(kind="hyperbolic", period=3)},
        {"stratified": False, "optimizer": Optimizer(beta1=0.5)},
    ],
    ids=["penalty", "plain"],
)
def test_a_step_is_the_mathematics_and_nothing_else(
    build_trainer: Callable[..., Trainer], gate: bool, k: int, changes: dict[str, Any]
) -> None:
    trainer = build_trainer(**changes)
    plain = Plain(trainer)
    turned = Knobs(batch_size=16, device="cpu", k_steps=k, minibatch_discrimination=gate, generator_lr=2e-3, discriminator_lr=3e-3)
    for number in range(3):
        trainer.step(turned)
        plain.step(number, turned)
    assert torch.equal(plain.stream.get_state(), trainer.state()["stream"])
    found = trainer.state()
    for network, weights in (("generator", plain.g), ("discriminator", plain.d), ("generator_average", plain.average)):
        own = {name: found[f"{network}.{name}"].double() for name in weights}
        torch.testing.assert_close(own, weights, rtol=0, atol=1e-5)
    assert math.isfinite(trainer.mean_losses().sum().item())
