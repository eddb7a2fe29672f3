"""Members in training: many at once, or one by itself."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from typing import Protocol

import torch
from torch import Tensor

from tui_gan.gan.engines.compiled import Call
from tui_gan.gan.engines.many import Many
from tui_gan.gan.game import Game
from tui_gan.gan.latents import draw_in_turn
from tui_gan.gan.sampling import PASSED
from tui_gan.gan.state import Tensors
from tui_gan.gan.trainer import Trainer
from tui_gan.session.observe import evaluation_seed, generate
from tui_gan.sweep.plan import Data, Group, Spec
from tui_gan.sweep.programs import Programs

# Steps between two looks at whether it is to stop: as many as make so many samples of a member, within bounds.
SAMPLES, FEWEST, MOST = 4096, 10, 50
# On a GPU, as many as make so many numbers of all members.
DRAWN = 2**26
# Numbers that are generated at once.
PORTION = 2**22


class Chunk(Protocol):
    """Members that are trained together.

    Attributes:
        specs: theirs, in their order.
        measured: the step at which they have been measured last; -1 before.
    """

    specs: list[Spec]
    measured: int

    @property
    def steps_done(self) -> int:
        """Steps that each has been trained."""

    def train(self, until: int, stopped: Callable[[], bool]) -> None:
        """Train up to a step, or to the next one at which it is stopped."""

    def samples(self) -> Iterator[Tensor]:
        """Of each member in turn the samples that its metrics are measured on, (N, *X), in training units."""

    def finite(self) -> list[bool]:
        """Whether the losses since the last call, and the weights, are finite numbers, of each member."""

    def trainer(self, place: int) -> Trainer:
        """A trainer in the state of one of them."""

    def state(self) -> Tensors:
        """All that the next step depends on, by name."""

    def load(self, saved: Tensors) -> None:
        """Put back what `state()` copied."""


class Together:
    """Members of one form, moved by the many engine."""

    def __init__(self, group: Group, specs: list[Spec], data: Data, programs: Programs) -> None:
        self.specs, self.measured, self.group, self.data = specs, -1, group, data
        one, trainers = specs[0], ((Trainer(each.config, data.of(each.config), "cpu"), each.knobs) for each in specs)
        self.many = Many(trainers, len(specs), one.device)
        batch = one.knobs.batch_size * one.config.packing
        if one.device == "cpu":
            self.at_once = max(FEWEST, min(MOST, SAMPLES // batch))
        else:
            self.at_once = max(1, min(MOST, DRAWN // (len(specs) * batch * (one.config.latent_dim + 1))))
        self.call_of = programs.call_of(self.many, specs, group.form)

    @property
    def steps_done(self) -> int:
        """Steps that each has been trained."""
        return self.many.steps_done

    def train(self, until: int, stopped: Callable[[], bool]) -> None:
        """Train up to a step, or to the next one at which it is stopped."""
        self.many.pretrain(stopped)
        while self.steps_done < until and not stopped():
            self.many.train(min(self.at_once, until - self.steps_done), self.call_of)

    def samples(self) -> Iterator[Tensor]:
        """Of each member in turn the samples that its metrics are measured on, (N, *X), in training units."""
        size = max(1, PORTION // (self.specs[0].config.evaluated * self.group.widest))
        for start in range(0, len(self.specs), size):
            latents = torch.stack([_latents(each.game, self.steps_done) for each in self.many.members[start : start + size]])
            # Of networks of images one member has too many hidden units for all of its samples at once.
            parts = torch.split(latents, max(1, PASSED // (len(latents) * self.group.widest)), 1)
            yield from torch.cat([self.many.generated(part.to(self.many.device), start) for part in parts], 1)

    def finite(self) -> list[bool]:
        """Whether the losses since the last call, and the weights, are finite numbers, of each member."""
        finite = self.many.finite()
        self.many.clear_losses()
        return finite

    def trainer(self, place: int) -> Trainer:
        """A trainer in the state of one of them."""
        config = self.specs[place].config
        return self.many.trainer(place, Trainer(config, self.data.of(config), "cpu"))

    def state(self) -> Tensors:
        """All that the next step depends on, by name."""
        return self.many.state()

    def load(self, saved: Tensors) -> None:
        """Put back what `state()` copied."""
        self.many.load(saved)


def train_at_once(chunks: Sequence[Together], until: int, stopped: Callable[[], bool], pool: Executor) -> None:
    """Train chunks whose programs are compiled up to a step, or to the next one at which it is stopped.

    This thread alone draws, chunk by chunk, while the programs of others run without the interpreter: threads that all draw would wait
    for it at every number.
    """
    for chunk in chunks:
        chunk.many.pretrain(stopped)
    running: dict[int, Future[None]] = {}
    while not stopped() and (behind := [each for each in chunks if each.steps_done < until]):
        for chunk in behind:
            call, count = chunk.call_of(chunk.many.case), chunk.many.alike(min(chunk.at_once, until - chunk.steps_done))
            given = chunk.many.drawn(count)
            if id(chunk) in running:
                running[id(chunk)].result()
            running[id(chunk)] = pool.submit(_call_all, call, given)
    for each in running.values():
        each.result()


def _call_all(call: Call, given: list[list[Tensor]]) -> None:
    with torch.no_grad():
        for tensors in given:
            call(tensors)


class Alone:
    """A member that cannot be one of many."""

    def __init__(self, spec: Spec, data: Data) -> None:
        self.specs, self.measured = [spec], -1
        self._trainer = Trainer(spec.config, data.of(spec.config), spec.device)
        # On the device, so that no step waits for it.
        self._lost = torch.zeros((), dtype=torch.bool, device=spec.device)

    @property
    def steps_done(self) -> int:
        """Steps that it has been trained."""
        return self._trainer.steps_done

    def train(self, until: int, stopped: Callable[[], bool]) -> None:
        """Train up to a step, or to the next one at which it is stopped."""
        config = self.specs[0].config
        while self._trainer.pretrained < config.pretraining and not stopped():
            self._trainer.pretrain_step(self.specs[0].knobs)
            self._clear()
        while self.steps_done < until and not stopped():
            self._trainer.step(self.specs[0].knobs)
            if self.steps_done % config.log_every == 0 and config.coordination != "fixed":
                # As a run does between two lines of its log.
                self._trainer.coordinate(self.specs[0].knobs)
                self._clear()

    def samples(self) -> Iterator[Tensor]:
        """The samples that its metrics are measured on, (N, *X), in training units."""
        config = self.specs[0].config
        yield generate(self._trainer.averaged(), config, evaluation_seed(config, self.steps_done), config.evaluated, self._trainer.shares)

    def finite(self) -> list[bool]:
        """Whether the losses since the last call, and the weights, are finite numbers."""
        lost = bool(self._lost | ~self._trainer.now.loss_sums.isfinite().all())
        self._lost.zero_()
        if self.specs[0].config.coordination == "fixed":
            self._trainer.clear_losses()
        return [not lost and self._trainer.is_finite()]

    def _clear(self) -> None:
        """Begin new means, and remember whether those before were finite."""
        self._lost |= ~self._trainer.now.loss_sums.isfinite().all()
        self._trainer.clear_losses()

    def trainer(self, place: int) -> Trainer:
        """The trainer itself."""
        return self._trainer

    def state(self) -> Tensors:
        """All that the next step depends on, by name."""
        return self._trainer.state()

    def load(self, saved: Tensors) -> None:
        """Put back what `state()` copied."""
        self._trainer.load_state(saved)


def _latents(game: Game, step: int) -> Tensor:
    """Those of an evaluation at a step."""
    stream = torch.Generator().manual_seed(evaluation_seed(game.config, step))
    return draw_in_turn(game.config, game.config.evaluated, stream, game.shares)
