"""A member of a sweep as a run of its own, which goes on from where the member is."""

import itertools
from pathlib import Path

from tui_gan.gan.trainer import Trainer
from tui_gan.session import checkpoint
from tui_gan.session.rundir import RUNS, create
from tui_gan.sweep.plan import Spec


def as_run(trainer: Trainer, spec: Spec, metric: float, *, sweep: str, copied: bool) -> Path:
    """Make the directory of a run of a member under runs/, with a checkpoint of where it is.

    Args:
        trainer: in the member's state.
        metric: the value of its metric at this step; NaN where that has not been measured.
        sweep: the name of its sweep.
        copied: whether its data are copied.

    Raises:
        UsageError: the directory cannot be made.
        OSError: the checkpoint could not be written.
    """
    name = f"{sweep}-member-{spec.place}"
    places = (RUNS / f"{name}{f'-{number}' if number > 1 else ''}" for number in itertools.count(1))
    run, config = create(next(place for place in places if not place.exists()), spec.config, spec.knobs, copied=copied)
    # Whoever reads the checkpoint gets the averaged generator as it is looked at.
    trainer.averaged()
    about = checkpoint.about_of(trainer, config, spec.knobs, metric)
    checkpoint.write(checkpoint.step_path(run.checkpoints, trainer.steps_done), trainer.state(), about)
    return run.path
