"""OBEY: what a session does for each command; what goes wrong is raised and handled by the session."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tui_gan.contract import commands
from tui_gan.contract.errors import UsageError, choose, first_line
from tui_gan.contract.knobs import KNOBS, Knobs, set_knob, turn_knob
from tui_gan.contract.snapshot import Status
from tui_gan.session import devices
from tui_gan.session.export import EXPORTERS

if TYPE_CHECKING:
    from tui_gan.session.session import Session


def pause(session: "Session", command: commands.Pause) -> None:
    """Stop training."""
    if not _ended(session):
        session.rest(Status.PAUSED)
        session.run.log("command", name="pause", value=True)


def resume(session: "Session", command: commands.Resume) -> None:
    """Go on."""
    if not _ended(session):
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
    if not _ended(session):
        count = max(command.count, 1)
        session.go_on(Status.PAUSED, owed=count)
        session.run.log("command", name="step", value=count)


def turn(session: "Session", command: commands.TurnKnob) -> None:
    """Turn a knob one notch."""
    run = session.run
    knobs = turn_knob(run.knobs, command.name, command.direction, session.devices)
    if knobs == run.knobs:
        how = KNOBS[command.name]
        why = "the only one here" if how.turning == "choice" else "the end of its range"
        run.note(f"{how.label}: {getattr(knobs, how.name)} is {why}")
    else:
        _put_in_force(session, command.name, knobs)


def set_to(session: "Session", command: commands.SetKnob) -> None:
    """Set a knob to a value."""
    _put_in_force(session, command.name, set_knob(session.run.knobs, command.name, command.value))


def save(session: "Session", command: commands.Save) -> None:
    """Write a checkpoint."""
    session.run.save()
    session.run.log("command", name="save", value=session.run.step)
    session.run.note(f"saved step {session.run.step}", logged=False)


def evaluate(session: "Session", command: commands.Evaluate) -> None:
    """Measure the metrics."""
    metrics = session.run.evaluate()
    session.run.log("command", name="evaluate", value=session.run.step)
    session.run.note(", ".join(f"{name} {value:.4g}" for name, value in metrics.items()), logged=False)


def export(session: "Session", command: commands.Export) -> None:
    """Write the generator alone into the run directory."""
    exporter = choose(EXPORTERS, command.to, "export")
    run = session.run
    run.save()
    path = exporter(run.files.checkpoint(run.step), run.files.run.path)
    run.log("command", name="export", value=path.name)
    run.note(f"exported {path}", logged=False)


def stop(session: "Session", command: commands.Stop) -> None:
    """Save and end."""
    session.stop()


def _ended(session: "Session") -> bool:
    """Whether there is nothing to pause or to go on with; says so."""
    ended = session.status in (Status.FINISHED, Status.FAILED)
    if ended:
        session.run.note(f"the run has {session.status.value.lower()}; q leaves, `tui-gan resume RUN --steps N` goes on")
    return ended


def _put_in_force(session: "Session", name: str, knobs: Knobs) -> None:
    run = session.run
    if knobs.device != run.knobs.device:
        try:
            run.trainer = run.trainer.on(devices.check(knobs.device))
        except (RuntimeError, AssertionError, NotImplementedError) as error:
            raise UsageError(f"could not move to {knobs.device}: {first_line(error)}") from None
    run.turn(name, knobs)


OBEY: dict[type[commands.Command], Callable[["Session", Any], None]] = {
    commands.Pause: pause,
    commands.Resume: resume,
    commands.TogglePause: toggle_pause,
    commands.Step: step,
    commands.TurnKnob: turn,
    commands.SetKnob: set_to,
    commands.Save: save,
    commands.Evaluate: evaluate,
    commands.Export: export,
    commands.Stop: stop,
}
