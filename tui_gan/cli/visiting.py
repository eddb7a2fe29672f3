"""`tui-gan state`, `tell`, `pause`, `go`, `save` and `stop`: a run that trains in another process, asked from a shell or a script."""

import contextlib
import dataclasses
import json as json_text
import math
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tui_gan.cli.options import run_or_file
from tui_gan.contract.errors import TuiGanError, UnreadableError, UsageError
from tui_gan.contract.outer import printable, tell

if TYPE_CHECKING:
    from tui_gan.contract.commands import Command
    from tui_gan.contract.snapshot import Snapshot
    from tui_gan.wire.client import Visit
    from tui_gan.wire.messages import Answer

Run = Annotated[str, run_or_file("A run that trains in another process, by its directory or its name under runs/.")]
Name = Annotated[
    str | None, typer.Option("--as", help="Your name in the log and on the screen; without it the terminal's.", show_default=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
# Words of the sentences of --plain that make no sense for who asks once.
NOT_HERE = ("every", "quit")


def state(run: Run, json: AsJson = False) -> None:
    """Say what a run is doing."""
    with _visit(run, None, asks=True) as visit:
        if json:
            from tui_gan.contract.commands import Watch

            visit.ask(Watch(("settings",)))
            tell(json_text.dumps(_facts(_newest(visit))))
            return
        from tui_gan import plain

        shown = _newest(visit)
        for sentence in (plain.state(shown), plain.progress(shown)):
            tell(sentence)


def tell_run(
    run: Run,
    command: Annotated[str, typer.Argument(help="What is typed with --plain: 'k 3', 'set objective hinge', 'step 500', save, pause, go.")],
    name: Name = None,
    json: AsJson = False,
) -> None:
    """Ask a run for something, and wait until it is done; exit status 2 where the run refuses."""
    from tui_gan import plain

    word = command.replace("=", " ").split()[:1]
    if not word or (known := word[0].lower().replace("-", "_")) in NOT_HERE:
        raise UsageError("say what the run is to do, such as 'k 3' or save; `tui-gan stop` ends it")
    if known not in (*plain.WORDS, *plain.KNOB_WORDS, *plain.ASIDE):
        raise UsageError(plain.unknown(known).replace("type help", "`tui-gan tell RUN help`"))
    with _visit(run, name) as visit:
        asked = _Asked(visit)
        said = list(plain.Talk(asked).answer(command))
        answer = asked.answer
        if answer is None:
            # A question that the snapshot answers, or a word that lacks something.
            _print(json, obeyed=True, said=said)
            return
        if not answer.obeyed:
            if json:
                _print(json, obeyed=False, said=[answer.why])
                raise typer.Exit(2)
            raise UsageError(answer.why)
        after = _newest(visit)
        _print(json, obeyed=True, said=[*said, *_news(asked.before, after, visit.name)] or [plain.state(after)])


def pause(run: Run, name: Name = None) -> None:
    """Pause a run that trains in another process."""
    tell_run(run, "pause", name)


def go(run: Run, name: Name = None) -> None:
    """Let a paused run train on."""
    tell_run(run, "go", name)


def save(run: Run, name: Name = None) -> None:
    """Let a run write a checkpoint now."""
    tell_run(run, "save", name)


def stop(run: Run, name: Name = None) -> None:
    """Let a run save and end."""
    from tui_gan.contract.commands import Stop

    with _visit(run, name) as visit:
        answer = visit.ask(Stop())
        if not answer.obeyed:
            raise UsageError(answer.why)
        visit.wait()
        tell(visit.ended)


class _Asked:
    """A RunHandle that waits for the outcome of what is sent.

    Attributes:
        before: the snapshot before it was sent.
        answer: the outcome; None where nothing has been sent.
    """

    def __init__(self, visit: "Visit") -> None:
        self._visit = visit
        self.before = self.latest = _newest(visit)
        self.answer: Answer | None = None

    def request_snapshot(self) -> None:
        """Nobody waits for one here."""

    def send(self, command: "Command") -> None:
        self.answer = self._visit.ask(command)


@contextlib.contextmanager
def _visit(run: str, name: str | None, asks: bool = True) -> "Iterator[Visit]":
    from tui_gan.session import rundir
    from tui_gan.wire import WireError, place
    from tui_gan.wire.client import Visit

    found = rundir.find(run)
    try:
        visit = Visit(place.address(found.path), name or _terminal(), asks)
    except WireError as error:
        on = f"`{rundir.resuming(found.path)}` goes on with a run that has ended"
        raise UnreadableError(f"{found.path} cannot be visited: {error}; {on}") from None
    try:
        yield visit
    except WireError as error:
        raise TuiGanError(f"{found.path}: {error}") from None
    finally:
        visit.close()


def _terminal() -> str:
    """The name of the terminal, such as pts/3; that of the process where there is none."""
    for number in range(3):
        with contextlib.suppress(OSError):
            return os.ttyname(number).removeprefix("/dev/")
    return f"process {os.getpid()}"


def _newest(visit: "Visit") -> "Snapshot":
    """A snapshot of after everything that was asked."""
    return visit.look()


def _news(before: "Snapshot", after: "Snapshot", name: str) -> list[str]:
    """What has happened since, as far as this visitor asked for it."""
    from tui_gan import plain
    from tui_gan.contract.news import fresh

    return [plain.sentence(event) for event in fresh(before.events, after.events) if event.text.endswith(f"(asked by {name})")]


def _print(json: bool, obeyed: bool, said: list[str]) -> None:
    if json:
        tell(json_text.dumps({"obeyed": obeyed, "said": said}))
    else:
        for sentence in said:
            tell(sentence)


def _facts(shown: "Snapshot") -> dict[str, Any]:
    series = {name: each for name, each in shown.series.items() if len(each.values)}
    return {
        "run": printable(shown.directory),
        "status": shown.status.value.lower(),
        "step": shown.step,
        "steps": shown.steps,
        "knobs": dataclasses.asdict(shown.knobs),
        "settings": {setting.key: setting.value for setting in shown.settings},
        "metrics": {name: _number(each.values[-1]) for name, each in series.items()},
        "device": shown.device,
        "visitors": list(shown.visitors),
    }


def _number(value: float) -> float | None:
    """A number as JSON has it, which knows none that is not finite."""
    return float(value) if math.isfinite(value) else None
