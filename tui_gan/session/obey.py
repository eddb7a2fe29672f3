"""OBEY: what a session does for each command; what goes wrong is raised and handled by the session."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from tui_gan.contract import commands
from tui_gan.contract.errors import UnreadableError, UsageError
from tui_gan.contract.knobs import KNOBS, Knobs, set_knob, turn_knob
from tui_gan.contract.snapshot import Status
from tui_gan.gan.values import Player
from tui_gan.session import steering
from tui_gan.session.drawing import draw
from tui_gan.session.export import Source, maker, write
from tui_gan.session.run import Run
from tui_gan.session.rundir import resuming
from tui_gan.session.settings import changed
from tui_gan.session.slow import begun
from tui_gan.session.undo import Difference, InForce

if TYPE_CHECKING:
    from tui_gan.session.session import Session


def pause(session: "Session", command: commands.Pause) -> None:
    """Stop training."""
    _check_goes(session)
    session.rest(Status.PAUSED)
    session.run.log("command", name="pause", value=True)


def resume(session: "Session", command: commands.Resume) -> None:
    """Go on."""
    _check_goes(session)
    session.go_on(Status.RUNNING)
    session.run.log("command", name="pause", value=False)


def toggle_pause(session: "Session", command: commands.TogglePause) -> None:
    """Stop if it trains, go on if not."""
    if session.status is Status.RUNNING:
        pause(session, commands.Pause())
    else:
        resume(session, commands.Resume())


def step(session: "Session", command: commands.Step) -> None:
    """Pause, and train so many steps."""
    _check_goes(session)
    if command.count < 1:
        raise UsageError(f"step takes a whole number from 1 on, not {command.count}")
    session.go_on(Status.PAUSED, owed=command.count)
    session.run.log("command", name="step", value=command.count)


def turn(session: "Session", command: commands.TurnKnob) -> None:
    """Turn a knob one notch."""
    run = session.run
    knobs = turn_knob(run.knobs, command.name, command.direction, session.devices)
    if knobs == run.knobs:
        how = KNOBS[command.name]
        why = "the only device here" if how.turning == "choice" else "the limit of its range"
        run.note(f"{how.label}: {getattr(knobs, how.name)} is {why}")
    else:
        steering.change(run, _with(run, knobs))


def set_to(session: "Session", command: commands.SetKnob) -> None:
    """Set a knob to a value."""
    run, knobs = session.run, set_knob(session.run.knobs, command.name, command.value)
    value = getattr(knobs, command.name)
    steering.change(run, _with(run, knobs), Difference(command.name, value, value).kept)


def change_setting(session: "Session", command: commands.ChangeSetting) -> None:
    """Change a setting; a knob is one too for who says so by its name."""
    run, knob = session.run, command.key.removeprefix("knobs.")
    if knob in KNOBS:
        set_to(session, commands.SetKnob(knob, command.value))
        return
    now = run.in_force._replace(config=changed(run.config, command.key, command.value))
    same = Difference(command.key, command.value, command.value).kept
    _steer(session, lambda: steering.change(run, now, same))


def draw_data(session: "Session", command: commands.DrawData) -> None:
    """Learn from what was drawn."""
    draw(session.run, command.weights)


def undo(session: "Session", command: commands.Undo) -> None:
    """Take back the last live change."""
    _steer(session, lambda: steering.undo(session.run))


def redo(session: "Session", command: commands.Redo) -> None:
    """Make the change again that was taken back last."""
    _steer(session, lambda: steering.redo(session.run))


def update_discriminator(session: "Session", command: commands.UpdateDiscriminator) -> None:
    """Pause, and make one discriminator update."""
    _update(session, "D", "update_discriminator")


def update_generator(session: "Session", command: commands.UpdateGenerator) -> None:
    """Pause, and make one generator update."""
    _update(session, "G", "update_generator")


def save(session: "Session", command: commands.Save) -> None:
    """Write a checkpoint."""
    session.run.save()
    session.run.log("command", name="save", value=session.run.step)
    session.run.note(f"saved a checkpoint at step {session.run.step}", logged=False)


def evaluate(session: "Session", command: commands.Evaluate) -> None:
    """Measure the metrics."""
    metrics = session.run.evaluate()
    session.run.log("command", name="evaluate", value=session.run.step)
    session.run.note(", ".join(f"{name} {value:.4g}" for name, value in metrics.items()), logged=False)


def export(session: "Session", command: commands.Export) -> None:
    """Write the generator alone, or a picture or table of the run as it stands, into the run directory."""
    run = session.run
    maker(command.to, command.what)
    run.save()
    try:
        with run.clock.resting():
            source = Source(str(run.files.run.path), run.files.run, run.files.checkpoint(run.step))
            path = write(source, command.to, command.what, tell=lambda text: run.note(text, "warning"))
    except UnreadableError as error:
        # Such as data that have gone: nothing that a run which trains has to end for.
        raise UsageError(str(error)) from None
    except OSError as error:
        raise UsageError(f"cannot write {error.filename}: {error.strerror or error}") from None
    run.log("command", name="export", value=path.name)
    run.note(f"exported {path}", logged=False)


def note(session: "Session", command: commands.Note) -> None:
    """Remember a text at this step."""
    text = " ".join(command.text.split())
    if not 0 < len(text) <= commands.LONGEST_NOTE or not text.isprintable():
        raise UsageError(f"a note is a text of 1 to {commands.LONGEST_NOTE} characters that can be printed")
    session.run.note(text, "note")


def watch(session: "Session", command: commands.Watch) -> None:
    """Make these parts of a snapshot, and no others."""
    session.looker.watch(command.parts, session.visitor)


def browse(session: "Session", command: commands.Browse) -> None:
    """Show this in the gallery."""
    session.looker.viewer(session.visitor).browser.browse(command)


def overlay(session: "Session", command: commands.Overlay) -> None:
    """Show the series of these other runs."""
    session.looker.viewer(session.visitor).overlaid.show(command.runs)


def stop(session: "Session", command: commands.Stop) -> None:
    """Save and end."""
    session.stop()


def slow_motion(session: "Session", command: commands.SlowMotion) -> None:
    """Pause, and show one stage more of the next step; the last one trains it."""
    run = session.run
    session.train_owed()
    _check_plays(session)
    if session.status is Status.RUNNING:
        pause(session, commands.Pause())
    session.rest(Status.PAUSED)
    slow = session.slow if session.slow and session.slow.holds(run) and not session.slow.over else begun(run)
    session.slow = slow.next()
    if session.slow.over:
        step(session, commands.Step())
        session.train_owed()


def _with(run: Run, knobs: Knobs) -> InForce:
    """What is in force with other knobs; a pace that somebody sets is kept."""
    kept = run.config if knobs.pace == run.knobs.pace else msgspec.structs.replace(run.config, pace_until=0)
    return run.in_force._replace(knobs=knobs, config=kept)


def _check_goes(session: "Session") -> None:
    """Raise UsageError, which says how to go on, where there is nothing to pause or to go on with."""
    resume = resuming(session.run.files.run.path)
    if session.status is Status.FINISHED:
        raise UsageError(f"the run has finished; a larger value of steps goes on here, `{resume} --steps N` later")
    if session.status is Status.FAILED:
        raise UsageError(f"the run has failed; after quitting, `{resume}` goes on from its newest checkpoint")


def _check_plays(session: "Session") -> None:
    """Raise UsageError where players cannot be moved one by one."""
    _check_goes(session)
    if session.run.phase:
        raise UsageError("not during pre-training: single updates of D or G begin with the first step")


def _update(session: "Session", player: Player, name: str) -> None:
    run = session.run
    session.train_owed()
    _check_plays(session)
    session.rest(Status.PAUSED)
    loss = run.update(player)
    run.log("command", name=name, value=1)
    run.note(f"one {player} update: loss {loss:.4g}", logged=False)


def _steer(session: "Session", act: Callable[[], None]) -> None:
    """Change a setting; the step at which the run finishes follows its own, and a finished run goes on when that lies ahead."""
    before = session.run.config.steps
    act()
    steps = session.run.config.steps
    if steps == before:
        return
    session.until = steps
    if session.status is Status.FINISHED:
        if steps > session.run.step:
            session.go_on(Status.RUNNING)
        else:
            session.run.note(f"the run is at step {session.run.step} already; a larger value of steps goes on")


OBEY: dict[type[commands.Command], Callable[["Session", Any], None]] = {
    commands.Pause: pause,
    commands.Resume: resume,
    commands.TogglePause: toggle_pause,
    commands.Step: step,
    commands.TurnKnob: turn,
    commands.SetKnob: set_to,
    commands.ChangeSetting: change_setting,
    commands.DrawData: draw_data,
    commands.Undo: undo,
    commands.Redo: redo,
    commands.UpdateDiscriminator: update_discriminator,
    commands.UpdateGenerator: update_generator,
    commands.SlowMotion: slow_motion,
    commands.Save: save,
    commands.Evaluate: evaluate,
    commands.Export: export,
    commands.Note: note,
    commands.Watch: watch,
    commands.Browse: browse,
    commands.Overlay: overlay,
    commands.Stop: stop,
}
