"""Trains each system beyond the first paper for a share of time on a GPU, and prints its figures beside those of its source.

python -m benchmarks.gpu_extensions [--device cuda] [--seconds 50] [--only mnist-bigan,stacked-mnist] [--noise]

Ten minutes on one GPU, with MNIST and CIFAR-10 in TUI_GAN_DATA. It claims nothing: a source trains to its end, and this for a minute.
On a CPU, `--device cpu --seconds 2` shows that it runs; `--noise` takes images of noise in place of files.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import torch
from torch import Tensor

from tests.stand_in import stand_in
from tui_gan.contract.errors import UsageError
from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.gan.engines.captured import why_not
from tui_gan.gan.trainer import Trainer
from tui_gan.presets import PRESETS
from tui_gan.session.measuring import measured
from tui_gan.session.sources import dataset_of

# Steps between two looks at the clock, and samples that are measured where less than BRIEF seconds are trained.
AT_ONCE, BRIEF, FEW = 50, 20.0, 200


class System(NamedTuple):
    """A preset, the metrics that are told of it, and what its source says; `share` is of the time that others have."""

    preset: str
    metrics: tuple[str, ...]
    source: str
    share: float = 1.0


# One line adds a system; those whose preset is not there are left out.
SYSTEMS = (
    System("mnist-conditional-2014", ("parzen", "parzen_se", "class_accuracy"), "Parzen 132 +- 1.8 (Mirza and Osindero 2014)"),
    System(
        "mnist-bigan-2016",
        ("encoder_features_1nn", "encoder_1nn", "reconstruction_ratio"),
        "1-NN of features .9735 after 400 epochs (Donahue et al. 2016)",
    ),
    System("mnist-infogan-2016", ("code_accuracy",), "code accuracy .95 (Chen et al. 2016)"),
    System("mnist-few-labels", ("test_errors",), "100 labels: .0093 +- .0007 of 10,000 (Salimans et al. 2016)"),
    System("stacked-mnist", ("stacked_modes", "stacked_kl"), "1,000 modes, KL .06 (PacDCGAN2, Lin et al. 2018)", 3.0),
    System(
        "mnist-stacked-words",
        ("class_accuracy", "first_stage_accuracy", "classifier_frechet", "first_stage_frechet"),
        "no figure; the second stage's distance under that of the first (after StackGAN, Zhang et al. 2016)",
    ),
    System(
        "mnist-inpaint",
        ("completion_to_mean", "completion_to_knn", "averaged_to_knn", "class_kept", "completion_spread"),
        "no figure; errors under those of imputation (after GAIN, Yoon et al. 2018)",
    ),
    System("cifar10-r3gan", ("recall",), "FID 1.96 of classes, with wider networks and 39,000 steps of 512 (Huang et al. 2024)", 0.5),
)


class Row(NamedTuple):
    """One line: the preset, how far it came and by which engine, its figures, and what its source says."""

    preset: str
    trained: str
    figures: str
    source: str


def row(system: System, device: str, seconds: float, noise: bool) -> Row:
    """Train a system for its share of so many seconds, and measure it."""
    preset = PRESETS[system.preset]
    known = {} if seconds >= BRIEF else {"evaluated": FEW}
    config = msgspec.structs.replace(preset.config, metrics=system.metrics, metric=system.metrics[0], **known)
    knobs = set_knob(preset.knobs, "device", device)
    try:
        dataset = stand_in(config, FEW) if noise else dataset_of(config, Path())[0]
        trainer = Trainer(config, dataset, device)
    except UsageError as error:
        return Row(system.preset, "not trained", str(error).splitlines()[0], system.source)
    begun = time.monotonic()
    engine = train(trainer, knobs, seconds * system.share, device)
    spent = time.monotonic() - begun
    figures = ", ".join(f"{name} {value:.4g}" for name, value in measured(trainer).items())
    pace = trainer.steps_done / spent
    return Row(system.preset, f"{trainer.steps_done:,} of {config.steps:,} steps, {pace:,.0f} a second, {engine}", figures, system.source)


def train(trainer: Trainer, knobs: Knobs, seconds: float, device: str) -> str:
    """Train until the time is over, at least one step, by graphs where they can be captured; returns by what."""
    programs: dict[bool, Callable[[list[Tensor]], None]] = {}

    def program() -> Callable[[list[Tensor]], None]:
        due = trainer.steps_done % trainer.config.lazy == 0
        if due not in programs:
            programs[due] = trainer.called.captured(knobs)
        return programs[due]

    end = time.monotonic() + seconds
    trainer.step(knobs)
    why = why_not(trainer.game, trainer.now, device)
    while time.monotonic() < end and trainer.steps_done < trainer.config.steps:
        if why:
            trainer.step(knobs)
        else:
            trainer.calls(knobs, AT_ONCE, program)
        if device.startswith("cuda"):
            torch.cuda.synchronize(device)
    return f"eager ({why})" if why else "graph"


def rows(names: list[str], device: str, seconds: float, noise: bool) -> Iterator[Row]:
    """A row of each system that there is."""
    for system in SYSTEMS:
        if system.preset in PRESETS and system.preset in names:
            yield row(system, device, seconds, noise)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--seconds", type=float, default=50.0, help="of training for each system of one share")
    parser.add_argument("--only", type=lambda text: text.split(","), default=[system.preset for system in SYSTEMS])
    parser.add_argument("--noise", action="store_true", help="images of noise in place of files")
    options = parser.parse_args()
    if options.device.startswith("cuda") and not torch.cuda.is_available():
        raise SystemExit("no GPU is here that PyTorch sees; --device cpu --seconds 2 shows that the script runs")
    torch.set_flush_denormal(True)
    print(f"PyTorch {torch.__version__}, {options.device}\n\n| preset | trained | measured | source |\n|---|---|---|---|", flush=True)
    for found in rows(options.only, options.device, options.seconds, options.noise):
        print(f"| {' | '.join(found)} |", flush=True)


if __name__ == "__main__":
    main()
