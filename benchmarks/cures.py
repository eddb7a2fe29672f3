"""Tries the advice of the screen on runs that fail: trains each until it has, applies the advice, and says whether it heals.

python -m benchmarks.cures [CASE ...] [--seeds 0-2] [--all]

From the same state the run goes on as it is, and with the first cure of the ailment that changes something; --all tries each alone. A cure
that heals a run only from its beginning is tried on a new one, of as many steps in all.
"""

import argparse
import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch

from benchmarks.quality import some_seeds
from tui_gan.cli import settings
from tui_gan.contract.diagnosis import Diagnosis
from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.contract.snapshot import Series, Snapshot, Status, frozen
from tui_gan.contract.toml import resolve
from tui_gan.gan.diagnosis import diagnosis
from tui_gan.gan.rules import rules
from tui_gan.gan.trainer import Trainer
from tui_gan.session.observe import as_measured, evaluation_seed, generate, predictions
from tui_gan.session.settings import settings as told
from tui_gan.session.sources import dataset_of
from tui_gan.ui.explain.advice import AILMENTS, CURES, Change, prescription
from tui_gan.ui.explain.reading import Reading

EVERY = 50


class Case(NamedTuple):
    """A run that fails, and how that is told.

    Attributes:
        preset, changes: what fails.
        steps: until it has failed; `after` are trained from there with each cure.
        ailment: of AILMENTS.
        measure: of the samples, less is better; healed at `healed` or less.
    """

    preset: str
    changes: Sequence[str]
    steps: int
    after: int
    ailment: str
    measure: str
    healed: float


_BARE_RING = ("regularizers.r1=0", "regularizers.r2=0", "instance_noise.sd=0", "objective=non_saturating")
_BARE_TOY = ("regularizers.r1_difference=0",)
CASES: dict[str, Case] = {
    "ring-collapse": Case("ring2d", _BARE_RING, 2_000, 4_000, "collapse", "sliced_w1", 0.15),
    "ring-late": Case("ring2d", _BARE_RING, 10_000, 2_000, "collapse", "sliced_w1", 0.15),
    "ring-relativistic": Case("ring2d", _BARE_RING[:3], 2_000, 2_000, "missing", "sliced_w1", 0.15),
    "ring-too-strong": Case(
        "ring2d", (*_BARE_RING[:3], "objective=minimax", "knobs.k_steps=5"), 1_500, 2_000, "too strong", "sliced_w1", 0.15
    ),
    "ring-wasserstein": Case("ring2d", (*_BARE_RING[:3], "objective=wasserstein"), 1_500, 2_000, "collapse", "sliced_w1", 0.15),
    "toy-too-weak": Case("toy1d", ("knobs.discriminator_lr=1e-6",), 1_000, 1_500, "too weak", "ks", 0.05),
    "aylien-2017-narrow": Case("toy1d-aylien-2017-07", ("steps=20000",), 5_000, 5_000, "narrow", "ks", 0.15),
    "aylien-2016-apart": Case("toy1d-aylien-2016-08", ("steps=20000",), 1_200, 1_500, "apart", "ks", 0.5),
}


@dataclasses.dataclass
class Patient:
    """A trainer with its knobs and the losses since it began or was changed."""

    trainer: Trainer
    knobs: Knobs
    losses: list[tuple[int, float, float]] = dataclasses.field(default_factory=list)

    def train(self, steps: int) -> None:
        config = self.trainer.config
        while self.trainer.pretrained < config.pretraining:
            self.trainer.pretrain_step(self.knobs)
        self.trainer.clear_losses()
        for _ in range(steps):
            self.trainer.step(self.knobs)
            if self.trainer.steps_done % EVERY == 0:
                of_g, of_d = self.trainer.mean_losses().tolist()
                self.trainer.clear_losses()
                self.losses.append((self.trainer.steps_done, of_g, of_d))

    def diagnosis(self) -> Diagnosis:
        trainer, truth = self.trainer, self.trainer.dataset.truth
        samples = generate(trainer.averaged(), trainer.config, evaluation_seed(trainer.config, trainer.steps_done), 4_096)
        return diagnosis(as_measured(trainer.dataset.in_units(samples), truth).astype("float64"), truth, {})  # type: ignore[arg-type]

    def reading(self) -> Reading:
        """What the screen would know."""
        config = self.trainer.config
        steps, of_g, of_d = (frozen(each) for each in zip(*self.losses, strict=True))
        base = Snapshot(config.preset, Status.RUNNING, self.trainer.steps_done, config.steps, 0.0, 0.0, "cpu", ("cpu",), self.knobs, "")
        snapshot = dataclasses.replace(
            base,
            rules=rules(config, self.knobs, self.trainer.steps_done),
            series={"generator_loss": Series(steps, of_g), "discriminator_loss": Series(steps, of_d)},
            predictions=predictions(self.trainer, self.knobs),
            settings=told(config, self.trainer.dataset.truth),
            diagnosis=self.diagnosis(),
        )
        return Reading(snapshot)

    def cured(self, change: Change) -> "Patient":
        """The same state under a change."""
        knobs, config = self.knobs, self.trainer.config
        for key, value in change.items():
            if key.startswith("knobs."):
                knobs = set_knob(knobs, key.removeprefix("knobs."), value)
            else:
                config, _ = resolve(config, Knobs(), _nested(key, value))
        return Patient(self.trainer.under(config), knobs)


def _nested(key: str, value: object) -> Mapping[str, Any]:
    first, _, rest = key.partition(".")
    return {first: _nested(rest, value) if rest else value}


def begun(case: Case, seed: int, change: Change) -> Patient:
    """A run of the case at its beginning, under a change."""
    pairs = [*case.changes, *(f"{key}={value}" for key, value in change.items())]
    config, knobs = settings.resolved(case.preset, None, settings.of_pairs(pairs), {"seed": seed}, {"device": "cpu"})
    return Patient(Trainer(config, dataset_of(config, Path())[0], "cpu"), knobs)


def failed(case: Case, seed: int) -> Patient:
    """A run of the case, trained until it has failed."""
    patient = begun(case, seed, {})
    patient.train(case.steps)
    return patient


def tried(case: Case, seed: int, every: bool, say: Callable[[str], None] = print) -> None:
    """Print what each cure makes of a failed run."""
    patient = failed(case, seed)
    reading, before = patient.reading(), patient.diagnosis()
    value = before.metrics[case.measure]
    kinds = ",".join(finding.kind for finding in before.findings)
    say(f"  seed {seed}: {case.measure} {value:.3f} at step {case.steps}, {kinds}, D right on {reading.right:.0%}, swing {reading.swing}")
    known = [(name, prescription(CURES[name], reading)) for name in AILMENTS[case.ailment]]
    works = [(name, change) for name, change in known if change]
    for name, change in (("nothing", {}), *(works if every else works[:1])):
        anew = name in CURES and CURES[name].anew
        other = begun(case, seed, change) if anew else patient.cured(change)
        other.train(case.steps + case.after if anew else case.after)
        found = other.diagnosis()
        after = found.metrics[case.measure]
        healed = "healed" if math.isfinite(after) and after <= case.healed else "      "
        say(f"    {name:20} {case.measure} {after:.3f} {healed} {','.join(f.kind for f in found.findings):24} {dict(change)}")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", default=list(CASES), metavar="CASE")
    parser.add_argument("--seeds", type=some_seeds, default=range(3))
    parser.add_argument("--all", action="store_true")
    options = parser.parse_args()
    torch.set_flush_denormal(True)
    torch.set_num_threads(1)
    for name in options.cases:
        print(f"{name}: {CASES[name].ailment}", flush=True)
        for seed in options.seeds:
            tried(CASES[name], seed, options.all, lambda text: print(text, flush=True))


if __name__ == "__main__":
    main()
