"""Slow motion: the sub-steps of the step that comes, each as a sentence and its numbers."""

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from tui_gan.contract.snapshot import Floats, Stage
from tui_gan.gan.augment import chosen
from tui_gan.gan.datasets import Dataset, Images
from tui_gan.gan.masks import completes
from tui_gan.gan.optimizers import lookahead
from tui_gan.gan.regularizers import noise_sd
from tui_gan.gan.rehearsal import Move, Rehearsal, Update, rehearsed
from tui_gan.gan.values import Player
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
    dataset, both, learner = rehearsal.trainer.dataset, len(update.moves) > 1, " and ".join(update.moves)
    again = before is not None and torch.equal(update.latents, before.latents)
    drawn = "The latents of D's last update are used again." if again else "A latent z is drawn from the prior for each sample."
    yield Stage("latents", drawn, _of_latents(update.latents[:, : rehearsal.trainer.config.latent_dim]))
    if update.real is not None:
        text = "The real samples of D's last update are used again." if again else "A minibatch of real samples is drawn from the data."
        yield Stage("real samples", text, _of_samples(update.real, dataset))
    mapped = "G completes each image: observed pixels stay, and hidden ones are its own." if completes(rehearsal.trainer.config) else ""
    yield Stage("generated samples", mapped or "G maps each latent z to a sample G(z).", _of_samples(update.fake, dataset))
    yield Stage("forward pass", _on_outputs(rehearsal, update), _of_outputs(rehearsal, update))
    text = "The losses are computed from the logits; each player minimises its own." if both else ""
    yield Stage("loss", text or f"{learner}'s loss is computed from the logits; {learner} minimises it.", _each(update, _of_loss))
    text = f"Backpropagation computes the gradient of {'each' if both else 'the'} loss with respect to the weights of {learner}."
    yield Stage("backpropagation", text, _each(update, lambda move: (("gradient norm", _number(move.gradient)),)))
    text = f"The optimizer turns the gradient into a change of the weights of {learner}, scaled by the learning rate."
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


def _of_latents(latents: Tensor) -> Numbers:
    values = latents.double().cpu().numpy()
    return (
        ("latents", f"{len(values):,}"),
        ("dimension", f"{values.shape[1]:,}"),
        ("mean", _number(values.mean())),
        ("sd", _number(values.std())),
        ("the first", ", ".join(map(_number, values.flatten()[:FIRST]))),
    )


def _of_samples(samples: Tensor, dataset: Dataset) -> Numbers:
    values = dataset.in_units(samples)
    # Of images the mean over all pixels; of numbers those of each column.
    columns = values.reshape(-1, 1) if isinstance(dataset.truth, Images) else values
    numbers = (("samples", f"{len(values):,}"), ("mean", _list(columns.mean(axis=0))), ("sd", _list(columns.std(axis=0))))
    return numbers if isinstance(dataset.truth, Images) else (*numbers, ("the first", "; ".join(map(_list, columns[:FIRST]))))


def _on_outputs(rehearsal: Rehearsal, update: Update) -> str:
    packing, noise = rehearsal.trainer.config.packing, rehearsal.trainer.config.instance_noise
    if completes(rehearsal.trainer.config):
        return (
            "D computes a logit for each pixel of the completions; shown are means over observed pixels, real, and hidden ones, generated."
        )
    kinds = "real and generated" if update.real_logits is not None else "generated"
    judged = f"every {packing} {kinds} samples jointly" if packing > 1 else f"each of the {kinds} samples"
    # The rehearsal stands at the end of the step.
    sd = noise_sd(noise.sd, noise.steps, rehearsal.trainer.steps_done - 1, noise.end)
    noisy = f", with instance noise of sd {_number(sd)}" if sd else ""
    names = ", ".join(chosen(rehearsal.trainer.config.augment))
    changed = f", augmented ({names})" if names else ""
    return f"D computes a logit for {judged}{changed}{noisy}. D(x) follows from it: the higher, the more real they appear to D."


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
    if not move.terms:
        return (("loss", _number(move.loss)),)
    added = [(f"+ {name}", _number(value)) for name, value in move.terms.items()]
    return (("loss", _number(move.loss)), *added, ("total loss", _number(move.loss + sum(move.terms.values()))))


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
