"""Prints what AYLIEN's toy learns, by an implementation of its own that trains all seeds at once, to hold the presets against.

python -m benchmarks.aylien [--seeds 256]

It follows the source to the letter: probabilities come out of a sigmoid, and their logarithm overflows at 0, so that a run may end.
"""

import argparse
import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import softplus

STEPS_BEFORE, STAIRCASE, PERIOD = 1_000, 0.95, 150
POINTS = 10_000


class Version(NamedTuple):
    """A version of the source."""

    rate: float
    rate_with_minibatch: float
    batch: int
    steps: int
    activation: Callable[[Tensor], Tensor]
    adam: bool
    self_distance: float


VERSIONS = {
    "2016-08": Version(0.005, 0.005, 12, 1_200, torch.tanh, adam=False, self_distance=1.0),
    "2016-12": Version(0.03, 0.005, 12, 1_200, torch.tanh, adam=False, self_distance=0.0),
    "2017-07": Version(0.001, 0.001, 8, 5_001, torch.relu, adam=True, self_distance=0.0),
}


class Game:
    """All seeds of a version, each with networks of its own, as the first axis of every tensor."""

    def __init__(self, version: Version, minibatch: bool, seeds: int) -> None:
        self.version, self.minibatch, self.seeds = version, minibatch, seeds
        self.stream = torch.Generator().manual_seed(0)
        last = [(8, 15, 0.02), (13, 1, 1.0)] if minibatch else [(8, 8, 1.0), (8, 1, 1.0)]
        self.generator = [each for shape in ((1, 4, 1.0), (4, 1, 1.0)) for each in self._layer(*shape)]
        self.discriminator = [each for shape in ((1, 8, 1.0), (8, 8, 1.0), *last) for each in self._layer(*shape)]

    def _layer(self, inputs: int, outputs: int, sd: float) -> tuple[Tensor, Tensor]:
        weight = torch.randn(self.seeds, inputs, outputs, generator=self.stream) * sd
        return weight.requires_grad_(), torch.zeros(self.seeds, 1, outputs, requires_grad=True)

    def generated(self, z: Tensor) -> Tensor:
        first, bias, second, end = self.generator
        return softplus(z @ first + bias) @ second + end

    def probability(self, x: Tensor) -> Tensor:
        act, d = self.version.activation, self.discriminator
        h = act(act(x @ d[0] + d[1]) @ d[2] + d[3])
        if self.minibatch:
            rows = (h @ d[4] + d[5]).unflatten(-1, (5, 3))
            distance = (rows[:, :, None] - rows[:, None]).abs().sum(-1)
            distance = distance + self.version.self_distance * torch.eye(x.shape[1])[None, :, :, None]
            h = torch.cat([h, torch.exp(-distance).sum(2)], -1)
        else:
            h = act(h @ d[4] + d[5])
        return torch.sigmoid(h @ d[6] + d[7])

    def latents(self) -> Tensor:
        batch = self.version.batch
        return torch.linspace(-8, 8, batch)[None, :, None] + 0.01 * torch.rand(self.seeds, batch, 1, generator=self.stream)

    def log(self, probability: Tensor) -> Tensor:
        return torch.log(probability.clamp(min=1e-5) if self.version.adam else probability)

    def density_loss(self) -> Tensor:
        d = 10 * (torch.rand(self.seeds, self.version.batch, 1, generator=self.stream) - 0.5)
        density = torch.exp(-0.5 * ((d - 4) / 0.5) ** 2) / (0.5 * math.sqrt(2 * math.pi))
        return (self.probability(d) - density).square()

    def discriminator_loss(self) -> Tensor:
        x = 4 + 0.5 * torch.randn(self.seeds, self.version.batch, 1, generator=self.stream)
        with torch.no_grad():
            fake = self.generated(self.latents())
        return -self.log(self.probability(x)) - self.log(1 - self.probability(fake))

    def generator_loss(self) -> Tensor:
        return -self.log(self.probability(self.generated(self.latents())))


def trained(version: Version, minibatch: bool, seeds: int) -> Game:
    game = Game(version, minibatch, seeds)
    rate = version.rate_with_minibatch if minibatch else version.rate
    make = torch.optim.Adam if version.adam else torch.optim.SGD
    players = {"D": make(game.discriminator, lr=rate), "G": make(game.generator, lr=rate)}

    def move(player: str, loss: Callable[[], Tensor], step: int) -> None:
        optimizer = players[player]
        group = optimizer.param_groups[0]
        if version.adam:
            # TensorFlow's epsilon stands beside the root of the raw second moment.
            group["eps"] = 1e-8 / math.sqrt(1 - group["betas"][1] ** (step + 1))
        else:
            group["lr"] = rate * STAIRCASE ** (step // PERIOD)
        optimizer.zero_grad()
        # The seeds share no weights, so that the gradient of a sum is that of each alone.
        loss().mean((1, 2)).sum().backward()
        optimizer.step()

    if not version.adam:
        for step in range(STEPS_BEFORE):
            move("D", game.density_loss, step)
    for step in range(version.steps):
        move("D", game.discriminator_loss, step)
        move("G", game.generator_loss, step)
    return game


def of_64(w1: np.ndarray) -> str:
    """The median, and the range in which lie 95 % of the medians of 64 seeds drawn from these."""
    medians = np.median(np.random.default_rng(0).choice(w1, (10_000, 64)), axis=1)
    low, high = np.quantile(medians, (0.025, 0.975))
    return f"{np.median(w1):.2g} ({low:.2g} .. {high:.2g})"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=256)
    seeds = parser.parse_args().seeds
    quantiles = 4 + 0.5 * torch.special.ndtri((torch.arange(POINTS, dtype=torch.float64) + 0.5) / POINTS)
    header = "| version | went to the end | W1 of those, median (10 % .. 90 %) | W1 median of all (of 64: 95 %) | sd | W1 under 1 |"
    print(f"{header}\n|---|---|---|---|---|---|")
    for name, version in VERSIONS.items():
        for minibatch in (False, True):
            game = trained(version, minibatch, seeds)
            with torch.no_grad():
                made = game.generated(torch.linspace(-8, 8, POINTS)[None, :, None])[..., 0].double()
            w1 = (made.sort(1).values - quantiles).abs().mean(1).nan_to_num(math.inf).numpy()
            there = np.isfinite(w1)
            low, middle, high = np.quantile(w1[there], (0.1, 0.5, 0.9))
            cells = (f"{there.mean():.0%}", f"{middle:.2g} ({low:.2g} .. {high:.2g})", of_64(w1))
            sd, share = float(np.median(made.std(1).numpy()[there])), float((w1 < 1).mean())
            print(f"| {name}{' with minibatch' if minibatch else ''} | {' | '.join(cells)} | {sd:.2g} | {share:.0%} |", flush=True)


if __name__ == "__main__":
    main()
