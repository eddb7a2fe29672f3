"""The chance of a run: what its steps draw, and where in the streams they stand."""

import dataclasses
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from tui_gan.contract.knobs import Knobs
from tui_gan.gan.completion import drawn as evidence_drawn
from tui_gan.gan.datasets import epochs
from tui_gan.gan.datasets.dataset import Dataset, Line
from tui_gan.gan.draws import completed, drawn, with_labels
from tui_gan.gan.game import Game
from tui_gan.gan.labels import labelled
from tui_gan.gan.latents import made, numbers, one_hot
from tui_gan.gan.masks import completes
from tui_gan.gan.orders import Source
from tui_gan.gan.state import State
from tui_gan.gan.values import Batch, Draws, Hyper, Player, Program

# Where the density is taught, in units of the data (AYLIEN's gan-intro, 2016).
RANGE = (-5.0, 5.0)


@dataclasses.dataclass(eq=False)
class Place:
    """Where the chance of a run stands, apart from the run: what is drawn from here on draws nothing from it."""

    stream: torch.Generator
    drawn: int
    steps_done: int
    pretrained: int


def beside(now: State) -> Place:
    """The place of a state."""
    return Place(torch.Generator().set_state(now.stream.get_state()), now.drawn, now.steps_done, now.pretrained)


class Chance:
    """What steps draw from a place on.

    Args:
        place: moves on with what is drawn; its count of steps does not.
        device: of all that is drawn.
    """

    def __init__(self, game: Game, place: State | Place, device: str) -> None:
        self.game, self.place, self.device = game, place, device

    def stir(self) -> None:
        """Make torch's default stream ready for a step, which needs no place in a checkpoint so, and which no watcher can disturb."""
        if self.game.stirs:
            place = self.place
            seed = np.random.SeedSequence([self.game.config.seed, place.steps_done, place.pretrained]).generate_state(1, np.uint64)
            torch.manual_seed(int(seed[0] >> np.uint64(1)))

    def stir_between(self) -> None:
        """As `stir`, for one update between two steps, so that two of them do not leave out the same units."""
        torch.manual_seed(int(torch.randint(2**62, (), generator=self.place.stream)))

    def step(self, knobs: Knobs, hyper: Hyper, program: Program) -> list[Draws]:
        """All of a step, update by update."""
        return drawn(self.game, Source(lambda: self._batch(knobs), lambda: self.latents(knobs), self._labelled(knobs)), hyper, program)

    def step_in_numbers(self, knobs: Knobs, hyper: Hyper, program: Program) -> list[Draws]:
        """All of a step, with the numbers that latents are made of in their place."""
        return drawn(self.game, Source(lambda: self.batch(knobs), lambda: self._numbers(knobs), self._labelled(knobs)), hyper, program)

    def update(self, player: Player, knobs: Knobs, hyper: Hyper, program: Program) -> Draws:
        """All of one update of one player alone."""
        if player == "D":
            real = self._batch(knobs)
            draws = Draws(("D",), self.latents(knobs), *real)
            draws = with_labels(draws, Source(lambda: real, lambda: draws.latents, self._labelled(knobs)))
        else:
            latents = self.latents(knobs)
            draws = Draws(("G",), latents, *(self._batch(knobs) if self.game.generator_compares else ()))
        return completed(self.game, draws, hyper, program)

    def batch(self, knobs: Knobs) -> Batch:
        """Real samples, and where the game is conditional the numbers of their classes, (N, 1), or what is observed of them, (N, 2 P)."""
        config, dataset, place = self.game.config, self.game.dataset, self.place
        count = knobs.batch_size * config.packing
        if config.sampling == "epochs" and dataset.rows:
            rows = epochs.rows(place.drawn, count, dataset.count, config.seed)
            place.drawn += count
            x = dataset.rows(rows, self.device)
            if completes(config):
                return Batch(x, evidence_drawn(config, x, place.stream))
            return Batch(x, dataset.classes.of_rows(rows).float()[:, None] if config.classes and dataset.classes else None)
        return batch(self.game, count, place.stream, self.device)

    def _batch(self, knobs: Knobs) -> Batch:
        """With the classes as latents have them, (N, K)."""
        x, y = self.batch(knobs)
        if y is None or completes(self.game.config):
            return Batch(x, y)
        return Batch(x, one_hot(y[:, 0], self.game.config.classes).to(self.device))

    def _labelled(self, knobs: Knobs) -> Callable[[], Batch] | None:
        """What draws labelled samples with replacement, as many as a batch has; None without labels."""
        game, place = self.game, self.place
        if not game.config.labels:
            return None

        def draw() -> Batch:
            rows = game.labelled[torch.randint(len(game.labelled), (knobs.batch_size,), generator=place.stream)]
            return labelled(game.config, game.dataset, rows, self.device)

        return draw

    def latents(self, knobs: Knobs) -> Tensor:
        """A batch of latents."""
        # On the CPU, so that a run has the same ones on each device.
        return made(self.game.config, self._numbers(knobs)).to(self.device)

    def points(self, count: int) -> tuple[Tensor, Tensor]:
        """Points d ~ U(-5, 5), in training units, and the density of the data there."""
        points, density = taught(self.game.dataset, drawn_points(count, self.place.stream))
        return points.to(self.device), density.to(self.device)

    def _numbers(self, knobs: Knobs) -> Tensor:
        game = self.game
        return numbers(game.config, knobs.batch_size * game.config.packing, self.place.stream, game.shares)


def batch(game: Game, count: int, stream: torch.Generator, device: str) -> Batch:
    """A batch of real samples from a stream, and where the game is conditional the numbers of their classes, float32 (count, 1).

    Where images are completed it is what is observed of them, (count, 2 P).
    """
    if completes(game.config):
        x = game.dataset.sample(count, stream, device)
        return Batch(x, evidence_drawn(game.config, x, stream))
    if not game.config.classes:
        return Batch(game.dataset.sample(count, stream, device))
    assert game.dataset.classes is not None, "checked before"
    x, y = game.dataset.classes.sample(count, stream, device)
    return Batch(x, y.float()[:, None])


def drawn_points(count: int, stream: torch.Generator) -> Tensor:
    """U(0, 1), float64 (count, 1), of which points are made."""
    return torch.rand(count, 1, generator=stream, dtype=torch.float64)


def taught(dataset: Dataset, drawn: Tensor) -> tuple[Tensor, Tensor]:
    """Of numbers between 0 and 1 points d ~ U(-5, 5), in training units, and the density of the data there, both of their shape."""
    truth = dataset.truth
    assert isinstance(truth, Line)
    assert truth.density
    low, high = RANGE
    points = (low + (high - low) * drawn).numpy()
    density = torch.from_numpy(truth.density(points)).float()
    return torch.from_numpy((points - dataset.location) / dataset.scale).float(), density
