"""What is in force in a run, and how something else is put in force, all or nothing."""

import dataclasses

import torch
from msgspec.structs import replace

from tui_gan.contract.config import Config
from tui_gan.contract.errors import UsageError, first_line
from tui_gan.contract.logged import LOGGED, decides
from tui_gan.gan.compatibility import doubts
from tui_gan.gan.metrics import METRICS
from tui_gan.gan.regularizers import REGULARIZERS
from tui_gan.gan.state import adapting
from tui_gan.gan.trainer import Trainer
from tui_gan.session import devices
from tui_gan.session.measuring import measured
from tui_gan.session.observe import observer
from tui_gan.session.run import Run
from tui_gan.session.scalars import series_of
from tui_gan.session.undo import Change, Changes, InForce, Progress, different


def change(run: Run, now: InForce, same: str = "this is the value already") -> None:
    """Put something else in force, as a change that can be taken back.

    Args:
        same: what is said where that is in force already.

    Raises:
        UsageError: it does not go together, or a device cannot be had; then everything is as it was.
    """
    before = run.in_force
    if not different(before, now):
        run.note(f"no change: {same}", logged=False)
        return
    put(run, now, run.changes.and_then(Change(before, now, run.progress)))


def undo(run: Run) -> None:
    """Take back the last change.

    Raises:
        UsageError: there is none.
    """
    if not run.changes.done:
        raise UsageError("nothing to undo")
    last = run.changes.done[-1]
    put(run, _with_pace(run, last.before, last.after), run.changes.less_one(run.progress), last.left)


def redo(run: Run) -> None:
    """Make the change again that was taken back last.

    Raises:
        UsageError: there is none.
    """
    if not run.changes.undone:
        raise UsageError("nothing to redo")
    last = run.changes.undone[-1]
    put(run, _with_pace(run, last.after, last.before), run.changes.plus_one(run.progress), last.reached)


def _with_pace(run: Run, wanted: InForce, other: InForce) -> InForce:
    """What a change leads to; the pace, which also ends by itself, stays as it is unless the change is one of the pace."""
    if wanted.knobs.pace != other.knobs.pace:
        over = 0 < wanted.config.pace_until <= run.step
        return wanted._replace(config=replace(wanted.config, pace_until=0)) if over else wanted
    return wanted._replace(knobs=dataclasses.replace(wanted.knobs, pace=run.knobs.pace))


def put(run: Run, now: InForce, changes: Changes, progress: Progress | None = None) -> None:
    """Put something else in force at this step boundary, mark it, and log it with its values.

    Args:
        progress: what comes back where the change would begin it anew.
    """
    before = run.in_force
    if run.others:
        run.others.check(now)
        if now.knobs.device != before.knobs.device:
            raise UsageError("the device of several processes stays as it is; save, and resume on the other")
    run.trainer = _trainer(run.trainer, before, now)
    run.knobs, run.changes = now.knobs, changes
    if now.config != before.config or now.dataset is not before.dataset:
        _settle(run, before.config)
        if progress:
            _bring_back(run, before.config, progress)
    run.moved()
    changed = different(before, now)
    if any(decides(each.name) for each in changed):
        # The next mean is of one game, as it is under another configuration.
        run.trainer.clear_losses()
    for each in changed:
        # How long the pace lasts follows from who has set it.
        if each.name != "pace_until" or len(changed) == 1:
            # A pace is no change of the training, and is not marked in its curves.
            run.note(each.changed, "info" if each.name in ("pace", "pace_until") else "change", logged=False)
    # Last, because a full disk leaves in force, marked and to be taken back what it cannot log.
    for each in changed:
        run.log("command", name=each.name, value=each.after)
    _warn(run, before)


def _trainer(trainer: Trainer, before: InForce, now: InForce) -> Trainer:
    """The trainer for what is to be in force; the one given stays as it is."""
    if now.config != before.config or now.dataset is not before.dataset:
        trainer = trainer.under(now.config, now.dataset)
        if any(METRICS[name].asked for name in {*now.config.metrics} - {*before.config.metrics}):
            # They need what may not be there, such as a library, without which the run could neither be measured nor saved.
            measured(trainer)
    if now.knobs.device != before.knobs.device:
        if now.knobs.device == "auto":
            raise UsageError(f"auto times the devices at the start of a run; now choose one: {', '.join(devices.available())}")
        try:
            trainer = trainer.on(devices.check(now.knobs.device))
        except (RuntimeError, AssertionError, NotImplementedError) as error:
            raise UsageError(f"could not move to {now.knobs.device}: {first_line(error)}") from None
    return trainer


def _settle(run: Run, before: Config) -> None:
    """Bring along what depends on the configuration beside the trainer."""
    config = run.config
    run.files.config = config
    # In the window of before, so that the picture does not jump.
    run.observer = observer(run.trainer, run.observer.window)
    if config.log_every != before.log_every:
        coefficients = (series_of(name) for name, term in REGULARIZERS.items() if term.adapt)
        run.history.retime((*LOGGED, *coefficients), before.log_every, config.log_every)
    if config.evaluate_every != before.evaluate_every:
        run.history.retime(METRICS, before.evaluate_every, config.evaluate_every)
    if _counts_anew(config, before):
        run.streak = 0


def _bring_back(run: Run, before: Config, progress: Progress) -> None:
    """Bring back what this change began anew; what it left alone has gone on since."""
    coefficients = run.trainer.coefficients
    for name in coefficients.keys() & progress.coefficients.keys():
        if adapting(before).get(name) != adapting(run.config)[name]:
            coefficients[name] = torch.full_like(coefficients[name], progress.coefficients[name])
    if _counts_anew(before, run.config):
        run.streak = progress.streak


def _counts_anew(one: Config, other: Config) -> bool:
    """Whether evaluations of the one say nothing of early stopping in the other."""
    return (one.stop, one.data_sha256) != (other.stop, other.data_sha256)


def _warn(run: Run, before: InForce) -> None:
    """Say what has become doubtful by this change."""
    known = set(doubts(before.config, before.knobs))
    doubtful = [*doubts(run.config, run.knobs)]
    if run.others:
        known |= {*run.others.doubts(before)}
        doubtful += run.others.doubts(run.in_force)
    for text in doubtful:
        if text not in known:
            run.note(text, "warning")
