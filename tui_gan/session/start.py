"""From a plan to a session that is ready to train."""

import dataclasses
import os
from collections.abc import Callable
from pathlib import Path

import psutil
import torch

from tui_gan.contract.errors import UnreadableError, UsageError, cut, first_line
from tui_gan.contract.outer import printable
from tui_gan.contract.snapshot import EventKind, Snapshot
from tui_gan.gan import state
from tui_gan.gan.compatibility import check, doubts
from tui_gan.gan.datasets import Dataset
from tui_gan.gan.networks import parameters
from tui_gan.gan.state import Tensors
from tui_gan.gan.trainer import Trainer
from tui_gan.session import arithmetic, checkpoint, devices, ranks, rundir
from tui_gan.session.checkpoint import About
from tui_gan.session.entries import left_out
from tui_gan.session.files import Files
from tui_gan.session.parents import FROM, Parent
from tui_gan.session.plan import Plan
from tui_gan.session.run import Run
from tui_gan.session.session import Inbox, Session
from tui_gan.session.sources import dataset_of
from tui_gan.session.undo import InForce

# Bytes of a checkpoint from which on memory and disk are told before the start.
TOLD_FROM = 100_000_000


def start(plan: Plan, inbox: Inbox, publish: Callable[[Snapshot], None]) -> Session:
    """Build the trainer of a plan, in the state of its checkpoint if it has one.

    Raises:
        UsageError: a name in the configuration, the data or the device is not there.
        UnreadableError: the checkpoint cannot be read.
    """
    # Moments of weights that no pixel ever reaches sink into numbers so small that the CPU takes a hundred times as long for them.
    torch.set_flush_denormal(True)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = plan.config.tf32
    # Before anything is built as large as the configuration of a checkpoint says, its tensors must be there.
    saved = checkpoint.read(plan.checkpoint) if plan.checkpoint else None
    torch.set_num_threads(arithmetic.threads(plan.config.threads, saved[1].arithmetic if saved else None))
    dataset, data_notes = dataset_of(plan.config, plan.run.path)
    check(plan.config, dataset)
    weight = _weight(plan, dataset)
    device, device_note = _device(plan, dataset)
    helping = _threads(plan, dataset, device)
    knobs = dataclasses.replace(plan.knobs, device=device)
    _check_processes(plan, InForce(knobs, plan.config, dataset))
    trainer = Trainer(plan.config, dataset, device)
    inherited = _inherited(trainer, plan.parent) if plan.parent else ()
    try:
        files = Files(plan.run, plan.config, plan.step if plan.checkpoint else None)
    except OSError as error:
        raise UsageError(f"cannot write in the run directory: {error.filename or plan.run.path}: {error.strerror or error}") from None
    run = Run(trainer, knobs, files)
    if plan.parent:
        # The first line of the log, where `tui-gan runs` finds it.
        run.log("command", name=FROM, value=(str(plan.parent.checkpoint), plan.parent.step))
    if plan.checkpoint and saved:
        try:
            _restore(run, plan.checkpoint, *saved)
        except UnreadableError:
            files.close()
            raise
        run.note(f"resumed at step {run.step}")
        _tell_arithmetic(run, saved[1])
        now = rundir.checksum(plan.run)
        if not now:
            run.note("config.toml cannot be read; resume continues with the checkpoint's settings", "warning")
        elif run.began and now != run.began:
            anew = f"`{rundir.anew(plan.run, plan.config)}` starts a new run with yours"
            run.note(f"config.toml was edited; resume continues with the checkpoint's settings, {anew}", "warning")
    else:
        run.began = rundir.checksum(plan.run)
    # A run that goes on has told already what is still the same.
    known = {event.text for event in run.events}
    notes: list[tuple[str, EventKind]] = [(note, "info") for note in (*data_notes, weight, device_note, helping, plan.notice) if note]
    notes += inherited
    notes += [(left_out(files.damaged), "warning")] if files.damaged else []
    notes += [(doubt, "warning") for doubt in doubts(run.config, run.knobs)]
    notes += _shared(plan, run)
    for text, kind in notes:
        if text not in known:
            run.note(text, kind)
    if device != (saved[1].knobs if saved else plan.knobs).device:
        run.log("command", name="device", value=device)
    return Session(run, plan.until, inbox, publish, plan.hold)


def _inherited(trainer: Trainer, parent: Parent) -> tuple[tuple[str, EventKind], ...]:
    """Have a new trainer begin with the networks of its parent; returns what is to be known of that.

    Raises:
        UnreadableError: its checkpoint cannot be read.
        UsageError: its networks are of other shapes.
    """
    tensors, about = checkpoint.read(parent.checkpoint)
    where = f"{parent.name} at step {about.step:,}"
    try:
        trainer.take_over(tensors, state.forms(about.config, about.shape).must)
    except UsageError as error:
        raise UsageError(f"the networks of {where} do not fit those of this run: {error}") from None
    if not trainer.is_finite():
        raise UnreadableError(f"{parent.checkpoint} holds weights that are no finite numbers")
    notes: tuple[tuple[str, EventKind], ...] = (
        (f"begins with the networks of {where}; optimizers, random numbers and counts begin anew", "info"),
    )
    units = tuple(trainer.dataset.location.tolist()), tuple(trainer.dataset.scale.tolist())
    if (about.location, about.scale) == units:
        return notes
    warning = f"{where} learned data of another mean or scale: the same output of G in training units is another value here"
    return (*notes, (warning, "warning"))


def _weight(plan: Plan, dataset: Dataset) -> str | None:
    """One line on the memory and disk that large networks take, before they are built.

    Raises:
        UsageError: the machine has not so much memory.
    """
    size = state.size(plan.config, dataset.shape)
    if size < TOLD_FROM:
        return None
    counts = parameters(plan.config, dataset.shape)
    weights = counts["generator"] + counts["discriminator"]
    # The state, its gradients, the two states to go back to, and the checkpoint as it is written.
    memory = 5 * size + 4 * weights
    line = f"{weights / 1e6:,.0f} million parameters: about {memory / 1e9:.1f} GB of memory, {size / 1e9:.1f} GB for each checkpoint"
    free = psutil.virtual_memory().available
    if memory > free and plan.knobs.device in ("auto", "cpu"):
        raise UsageError(f"{line}; this machine has {free / 1e9:.1f} GB of memory free")
    return line


def _check_processes(plan: Plan, now: InForce) -> None:
    """Check that the processes of a plan can share its steps, each on its own device.

    Raises:
        UsageError: they cannot.
    """
    if plan.processes > 1:
        ranks.check(now, plan.processes)
        ranks.own_device(now.knobs.device.partition(":")[0])


def _shared(plan: Plan, run: Run) -> list[tuple[str, EventKind]]:
    """Let the other processes of a plan share the steps of its run; returns what is to be known of that."""
    if plan.processes < 2:
        return []
    run.others = ranks.Leader(plan.run.path)
    return ranks.notes(run.others, run.in_force)


def _device(plan: Plan, dataset: Dataset) -> tuple[str, str | None]:
    """The device, and how it was found out when the user left it open."""
    if plan.knobs.device == "auto":
        return devices.fastest(plan.config, plan.knobs, dataset)
    return devices.check(plan.knobs.device), None


def _threads(plan: Plan, dataset: Dataset, device: str) -> str:
    """Set as many threads as help, where a new run on the CPU leaves that open; returns how they were found out."""
    if plan.config.threads or plan.checkpoint or device != "cpu" or arithmetic.variable() in os.environ:
        return ""
    _, said = devices.helpful_threads(plan.config, plan.knobs, dataset, arithmetic.DEFAULT)
    return said


def _tell_arithmetic(run: Run, before: About) -> None:
    """Say by what the run goes on, where that is not what one would take it for; on another device than the CPU it does not matter."""
    if not run.knobs.device == before.knobs.device == "cpu":
        return
    now, command = arithmetic.here(), rundir.resuming(run.files.run.path)
    if warning := arithmetic.changed(before.arithmetic, now, command):
        run.note(warning, "warning")
    elif note := arithmetic.kept(run.config.threads, now, command):
        run.note(note)


def _restore(run: Run, path: Path, tensors: Tensors, about: About) -> None:
    try:
        run.restore(tensors, about)
    except (KeyError, RuntimeError, ValueError, IndexError, TypeError, OverflowError) as error:
        raise UnreadableError(f"{path} is not a state to go on from: {type(error).__name__}: {cut(printable(first_line(error)))}") from None
    trainer = run.trainer
    # Data that are drawn after the pre-training leave none of it in the configuration.
    wanted = about.config.pretraining or (max(trainer.pretrained, 0) if about.config.data else 0)
    # The game begins when the pre-training is over.
    in_order = trainer.pretrained == wanted if run.step else 0 <= trainer.pretrained <= wanted
    if run.step != about.step or trainer.now.losses_summed < 0 or trainer.now.k < 1 or trainer.now.drawn < 0 or not in_order:
        counts = (run.step, trainer.now.losses_summed, trainer.pretrained, trainer.now.k, trainer.now.drawn)
        raise UnreadableError(f"{path} is not a state to go on from: its counts are {counts}")
