"""Slow motion: the sub-steps of the step that comes, each as a sentence and its numbers."""

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from tui_gan.contract.config import Config
from tui_gan.contract.snapshot import Floats, Stage
from tui_gan.gan.completion import parts
from tui_gan.gan.datasets import Dataset, Images
from tui_gan.gan.masks import completes
from tui_gan.gan.optimizers import lookahead
from tui_gan.gan.regularizers import noise_sd
from tui_gan.gan.rehearsal import Move, Rehearsal, Update, rehearsed
from tui_gan.gan.values import Player
from tui_gan.session import substeps
from tui_gan.session.run import Run

FIRST = 4
Numbers = tuple[tuple[str, str], ...]


@dataclasses.dataclass(frozen=True)
class Slow:
    """A step in slow motion.

    Attributes:
        step, version: of the run when it was rehearsed; a run that has another is past it.
        stages: all of them.
        shown: how many have been shown.
    """

    step: int
    version: int
    stages: tuple[Stage, ...]
    shown: int = 0

    @property
    def over(self) -> bool:
        """Whether all has been shown."""
        return self.shown == len(self.stages)

    def holds(self, run: Run) -> bool:
        """Whether the run stands where the step begins or, when all has been shown, where it has ended."""
        return self.version == run.version and run.step in ((self.step, self.step + 1) if self.over else (self.step,))

    def next(self) -> "Slow":
        """With one stage more."""
        return dataclasses.replace(self, shown=self.shown + 1)


def begun(run: Run) -> Slow:
    """The next step of a run, rehearsed without any effect on it."""
    rehearsal = rehearsed(run.trainer, run.knobs)
    totals = Counter(player for update in rehearsal.updates for player in update.moves if not update.ahead)
    counts: Counter[Player] = Counter()
    stages: list[Stage] = []
    before = None
    for update in rehearsal.updates:
        if before is None or not before.ahead:
            counts.update(list(update.moves))
        title = " and ".join(f"{name} {counts[name]}/{totals[name]}" if totals[name] > 1 else name for name in update.moves)
        title += ", extrapolation" if update.ahead else ""
        stages += (dataclasses.replace(each, name=f"{title}: {each.name}") for each in _stages(rehearsal, update, before))
        before = update
    stages += _lookahead(rehearsal)
    return Slow(run.step, run.version, tuple(stages))


def _stages(rehearsal: Rehearsal, update: Update, before: Update | None) -> Iterator[Stage]:
    config, dataset, learners = rehearsal.trainer.config, rehearsal.trainer.dataset, substeps.learners(rehearsal.trainer.config, update)
    again = before is not None and torch.equal(update.latents, before.latents)
    yield Stage("latents", substeps.latents(config, update, again), _of_latents(config, update.latents))
    if update.real is not None:
        yield Stage("real samples", substeps.real(config, update, again), _of_samples(update.real, dataset))
    yield Stage("generated samples", substeps.generated(config, update), _of_samples(update.fake, dataset))
    noise = config.instance_noise
    # The rehearsal stands at the end of the step.
    sd = noise_sd(noise.sd, noise.steps, rehearsal.trainer.steps_done - 1, noise.end)
    yield Stage("forward pass", substeps.judged(config, update, sd), _of_outputs(rehearsal, update))
    yield Stage("loss", substeps.losses(config, update), _each(update, _of_loss))
    which = "each" if len(update.moves) > 1 else "the"
    text = f"Backpropagation computes the gradient of {which} loss with respect to the weights of {learners}."
    yield Stage("backpropagation", text, _each(update, lambda move: (("gradient norm", _number(move.gradient)),)))
    text = f"The optimizer turns the gradient into a change of the weights of {learners}, scaled by the learning rate."
    if update.ahead:
        text += " It leads to the point where the next gradients are taken, from which both networks then return."
    elif before is not None and before.ahead:
        text += " The weights change from where they were before the extrapolation."
    yield Stage("update", text, _each(update, _of_move))


def _lookahead(rehearsal: Rehearsal) -> Iterator[Stage]:
    settings = rehearsal.trainer.config.optimizer
    if share := lookahead(settings, rehearsal.trainer.steps_done):
        text = "Lookahead: the weights of D and G are set to a fraction of the way that they have gone since it was done last."
        yield Stage("lookahead", text, (("steps", f"{settings.lookahead_steps:,}"), ("fraction", _number(share))))


def _of_latents(config: Config, latents: Tensor) -> Numbers:
    """Those of the latents alone; of images that are completed also how much is observed."""
    values = latents[:, : config.latent_dim].double().cpu().numpy()
    observed = (("observed pixels", f"{float(parts(latents).mask.mean()):.0%}"),) if completes(config) else ()
    return (
        ("latents", f"{len(values):,}"),
        ("dimension", f"{values.shape[1]:,}"),
        ("mean", _number(values.mean())),
        ("sd", _number(values.std())),
        ("the first", ", ".join(map(_number, values.flatten()[:FIRST]))),
        *observed,
    )


def _of_samples(samples: Tensor, dataset: Dataset) -> Numbers:
    values = dataset.in_units(samples)
    # Of images the mean over all pixels; of numbers those of each column.
    columns = values.reshape(-1, 1) if isinstance(dataset.truth, Images) else values
    numbers = (("samples", f"{len(values):,}"), ("mean", _list(columns.mean(axis=0))), ("sd", _list(columns.std(axis=0))))
    return numbers if isinstance(dataset.truth, Images) else (*numbers, ("the first", "; ".join(map(_list, columns[:FIRST]))))


def _of_outputs(rehearsal: Rehearsal, update: Update) -> Numbers:
    boundary = rehearsal.trainer.game.objective.boundary
    kinds = {"real": update.real_logits, "generated": update.fake_logits}
    numbers: list[tuple[str, str]] = []
    for name, logits in kinds.items():
        if logits is not None:
            numbers.append(
                (f"mean D(x), {name}", _number(float(rehearsal.trainer.game.objective.verdict(logits, rehearsal.middle).mean())))
            )
            numbers.append((f"mean logit, {name}", _number(float(logits.mean()))))
            if boundary is not None:
                right = logits > boundary if name == "real" else logits < boundary
                numbers.append((f"accuracy, {name}", f"{float(right.float().mean()):.0%}"))
    if boundary is None and update.real_logits is not None:
        numbers.append(("pairs with the higher logit on real", f"{float((update.real_logits > update.fake_logits).float().mean()):.0%}"))
    return tuple(numbers)


def _of_loss(move: Move) -> Numbers:
    if not move.terms and move.weight == 1:
        return (("loss", _number(move.loss)),)
    weight = (("weight of it", _number(move.weight)),) if move.weight != 1 else ()
    added = [(f"+ {name.replace('_', ' ')}", _number(value)) for name, value in move.terms.items()]
    return (("loss", _number(move.loss)), *weight, *added, ("total loss", _number(move.total)))


def _of_move(move: Move) -> Numbers:
    return (
        ("learning rate", _number(move.rate)),
        ("largest change of a weight", _number(move.largest)),
        ("norm of the change", _number(move.distance)),
    )


def _each(update: Update, numbers: Callable[[Move], Numbers]) -> Numbers:
    """The numbers of each player that moves, with its name where both do."""
    named = len(update.moves) > 1
    return tuple((f"{player}: {name}" if named else name, value) for player, move in update.moves.items() for name, value in numbers(move))


def _list(values: Floats) -> str:
    return ", ".join(map(_number, values))


def _number(value: float | np.floating) -> str:
    return f"{float(value):.4g}"
