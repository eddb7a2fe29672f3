"""From a plan to a session that is ready to train."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import torch

from tui_gan.contract.config import Config
from tui_gan.contract.errors import UnreadableError, UsageError, choose, first_line
from tui_gan.contract.snapshot import Snapshot
from tui_gan.data.tables import read_table
from tui_gan.gan.datasets import DATASETS, Dataset, of_array
from tui_gan.gan.metrics import METRICS
from tui_gan.gan.trainer import State, Trainer
from tui_gan.session import checkpoint, devices, rundir
from tui_gan.session.checkpoint import About
from tui_gan.session.files import Files
from tui_gan.session.plan import Plan
from tui_gan.session.run import Run
from tui_gan.session.session import Inbox, Session


def start(plan: Plan, inbox: Inbox, publish: Callable[[Snapshot], None]) -> Session:
    """Build the trainer of a plan, in the state of its checkpoint if it has one.

    Raises:
        UsageError: a name in the configuration, the data or the device is not there.
        UnreadableError: the checkpoint cannot be read.
    """
    if plan.config.threads:
        torch.set_num_threads(plan.config.threads)
    # Before anything is built as large as the configuration of a checkpoint says, its tensors must be there.
    saved = checkpoint.read(plan.checkpoint) if plan.checkpoint else None
    choose(METRICS, plan.config.metric, "metric")
    dataset = dataset_of(plan.config, plan.run.path)
    device, found_out = _device(plan, dataset)
    knobs = dataclasses.replace(plan.knobs, device=device)
    trainer = Trainer(plan.config, dataset, device)
    try:
        files = Files(plan.run, plan.config, plan.step if plan.checkpoint else None)
    except OSError as error:
        raise UsageError(f"cannot write in the run directory: {error.filename or plan.run.path}: {error.strerror or error}") from None
    run = Run(trainer, knobs, files)
    if plan.checkpoint and saved:
        try:
            _restore(run, plan.checkpoint, *saved)
        except UnreadableError:
            files.log.close()
            raise
        run.note(f"resumed at step {run.step}")
    if found_out:
        run.note(found_out)
    if device != (saved[1].knobs if saved else plan.knobs).device:
        run.log("command", name="device", value=device)
    return Session(run, plan.until, inbox, publish, plan.hold)


def dataset_of(config: Config, folder: Path) -> Dataset:
    """The data set of a configuration; `folder` is where its `data` is looked for.

    Raises:
        UsageError, UnreadableError: it is not there, or cannot be learned from.
    """
    if config.data:
        return of_array(read_table(rundir.data_path(config, folder), columns=1)[:, 0], config.standardize)
    return choose(DATASETS, config.dataset, "data set")(config.standardize)


def _device(plan: Plan, dataset: Dataset) -> tuple[str, str | None]:
    """The device, and how it was found out when the user left it open."""
    if plan.knobs.device == "auto":
        return devices.fastest(plan.config, plan.knobs, dataset)
    return devices.check(plan.knobs.device), None


def _restore(run: Run, path: Path, tensors: State, about: About) -> None:
    try:
        run.restore(tensors, about)
    except (KeyError, RuntimeError, ValueError, IndexError, TypeError, OverflowError) as error:
        raise UnreadableError(f"{path} is not a state to go on from: {type(error).__name__}: {first_line(error)}") from None
    if run.step != about.step or run.trainer.losses_summed < 0:
        raise UnreadableError(f"{path} is not a state to go on from: its counts are {run.step}, {run.trainer.losses_summed}")
