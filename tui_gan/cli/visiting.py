"""`tui-gan state`, `tell`, `pause`, `go`, `save` and `stop`: a run that trains in another process, asked from a shell or a script."""

import contextlib
import dataclasses
import json as json_text
import math
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tui_gan.cli.options import run_or_file
from tui_gan.contract.errors import TuiGanError, UnreadableError, UsageError
from tui_gan.contract.outer import printable, tell

if TYPE_CHECKING:
    from tui_gan.contract.commands import Command
    from tui_gan.contract.snapshot import Snapshot
    from tui_gan.session.lock import Holder
    from tui_gan.wire.client import Visit
    from tui_gan.wire.messages import Answer

Run = Annotated[str, run_or_file("A run that trains in another process, by its directory or its name under runs/.")]
Name = Annotated[
    str | None, typer.Option("--as", help="Your name in the log and on the screen; without it the terminal's.", show_default=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
RunOrAll = Annotated[
    str, run_or_file("A run that trains in another process, by its directory or its name under runs/.", show_default=False)
]
All = Annotated[bool, typer.Option("--all", help="Every run of yours that trains on this machine.")]
# Words of --plain that make no sense for who asks once, with what does the same here; and those that only tell something.
NOT_HERE = {
    "every": "`tui-gan state` reports on a run once, `tui-gan events --follow` as long as it trains",
    "quit": "`tui-gan stop` saves and ends a run",
    "detach": "a run trains on when whoever asks it has gone",
}
TELLING = ("status", "events", "knobs")


def state(run: Run, json: AsJson = False) -> None:
    """Say what a run is doing."""
    from tui_gan import plain
    from tui_gan.contract.commands import Watch
    from tui_gan.contract.snapshot import Status

    with visited(run) as visit:
        snapshot = visit.look()
        if json:
            if snapshot.status is not Status.LOADING:
                visit.ask(Watch(("settings",)))
                snapshot = visit.look()
            tell(json_text.dumps(facts(snapshot)))
        else:
            for sentence in (plain.state(snapshot), plain.progress(snapshot)):
                tell(sentence)


def tell_run(
    run: Run,
    command: Annotated[str, typer.Argument(help="What is typed with --plain: 'k 3', 'objective hinge', 'step 500', save; or help.")],
    visitor: Name = None,
    json: AsJson = False,
) -> None:
    """Ask a run for something, and wait until it is done; exit status 2 where the run refuses."""
    from tui_gan import plain

    word = plain.first_word(command)
    if not word:
        raise UsageError("say what the run is to do, such as 'k 3' or save; `tui-gan stop` ends it")
    if word in NOT_HERE:
        raise UsageError(f"{word} is only for a conversation, with --plain; {NOT_HERE[word]}")
    if not plain.is_known(word):
        raise UsageError(plain.unknown(word).replace("type help", "`tui-gan tell RUN help`"))
    if word == "help":
        _print(json, plain.HELP)
        return
    try:
        said = _asked(run, visitor, command)
    except UsageError as error:
        if not json:
            raise
        _print(json, (str(error),), obeyed=False)
        raise typer.Exit(2) from None
    _print(json, said)


def _asked(run: str, name: str | None, command: str) -> Sequence[str]:
    """Ask a run for something; returns what it says of it, when it is done.

    Raises:
        UsageError: it is refused.
    """
    from tui_gan import plain
    from tui_gan.contract.news import fresh

    word = plain.first_word(command)
    with visited(run, name) as visit:
        asked = _Asked(visit)
        said = plain.Talk(asked).answer(command)
        if asked.answer is None and word not in (*TELLING, *plain.KNOB_WORDS):
            raise UsageError(" ".join(said))
        if asked.answer and not asked.answer.obeyed:
            raise UsageError(asked.answer.why)
        if asked.answer:
            after = visit.look()
            replies = [event for event in fresh(asked.latest.events, after.events) if event.text.endswith(f"(asked by {visit.name})")]
            said = [plain.sentence(event) for event in replies] or [plain.state(after)]
        return said


def pause(run: RunOrAll = "", visitor: Name = None, all: All = False) -> None:
    """Pause a run that trains in another process."""
    _ask_each(run, all, visitor, "pause")


def go(run: RunOrAll = "", visitor: Name = None, all: All = False) -> None:
    """Let a paused run train on."""
    _ask_each(run, all, visitor, "go")


def save(run: RunOrAll = "", visitor: Name = None, all: All = False) -> None:
    """Let a run write a checkpoint now."""
    _ask_each(run, all, visitor, "save")


def stop(run: RunOrAll = "", visitor: Name = None, all: All = False) -> None:
    """Let a run save and end."""
    _ask_each(run, all, visitor, "stop")


def _ask_each(run: str, every: bool, name: str | None, word: str) -> None:
    """Ask one run, or all that train, which one that refuses does not keep from the others.

    Raises:
        UsageError: none or both are named, or some have refused.
    """
    if bool(run) == every:
        raise UsageError(f"tui-gan {word} takes a run, or --all for every run of yours that trains")
    refused = []
    for each in living() if every else [run]:
        try:
            said = _stopped(each, name) if word == "stop" else _asked(each, name, word)
            for sentence in said:
                tell(f"{printable(each)}: {sentence}" if every else sentence)
        except TuiGanError as error:
            refused.append(error if not every else UsageError(f"{each}: {error}"))
    if refused:
        raise refused[0] if not refused[1:] else UsageError("; ".join(map(str, refused)))


def _stopped(run: str, name: str | None) -> list[str]:
    from tui_gan.contract.commands import Stop

    with visited(run, name) as visit:
        answer = visit.ask(Stop())
        visit.wait()
        if not answer.obeyed:
            raise UsageError(answer.why)
        return [visit.ended]


class _Asked:
    """A RunHandle that waits for the outcome of what is sent.

    Attributes:
        latest: the snapshot before it was sent.
        answer: the outcome; None where nothing has been sent.
    """

    def __init__(self, visit: "Visit") -> None:
        self._visit = visit
        self.latest = visit.look()
        self.answer: Answer | None = None

    def request_snapshot(self) -> None:
        """Nobody waits for one here."""

    def send(self, command: "Command") -> None:
        self.answer = self._visit.ask(command)


@contextlib.contextmanager
def visited(run: str, name: str | None = None, asks: bool = True) -> "Iterator[Visit]":
    """A visit to a run that trains in another process.

    Raises:
        UnreadableError: there is no such run, or nobody trains in it.
        TuiGanError: the run refuses the visitor, or has ended meanwhile.
    """
    from tui_gan.session import lock, rundir
    from tui_gan.wire import AbsentError, WireError, place
    from tui_gan.wire.client import Visit
    from tui_gan.wire.messages import unfit

    if name is not None and (why := unfit(name)):
        raise UsageError(f"--as: {why}")
    directory = rundir.find(run)
    try:
        holder = lock.read(directory.path)
        address = place.trusted_address(directory.path, holder.socket if holder else "")
        with contextlib.closing(Visit(address, terminal_name() if name is None else name, asks)) as visit:
            yield visit
    except AbsentError:
        how = rundir.going_on(directory, finished=holder is not None and holder.ended == "finished")
        raise UnreadableError(f"nothing trains in {directory.path}: {became(holder, directory.path)}; {how}") from None
    except WireError as error:
        raise TuiGanError(f"{directory.path}: {error}") from None


def terminal_name() -> str:
    """The name of the terminal, such as pts/3; that of the process where there is none."""
    for number in range(3):
        with contextlib.suppress(OSError):
            return os.ttyname(number).removeprefix("/dev/")
    return f"process {os.getpid()}"


def became(holder: "Holder | None", run: Path) -> str:
    """What has become of a run that cannot be visited."""
    from tui_gan.session import lock

    if holder is None:
        return "it has ended"
    if lock.is_alive(holder, run):
        return f"{holder.named} does, where nobody can visit it"
    return f"it has {holder.ended} at step {holder.step:,}" if holder.ended else f"it has crashed ({holder.named} is gone)"


def living() -> list[str]:
    """The run directories of the runs of this user that train on this machine, the newest first."""
    from tui_gan.wire import WireError, place
    from tui_gan.wire.client import Visit

    directories = []
    for address in place.addresses():
        with contextlib.suppress(WireError), contextlib.closing(Visit(address, terminal_name(), asks=False)) as visit:
            directories.append(visit.welcome.run)
    return directories


def newest() -> str:
    """The run directory of the run of this user that has begun last of those that train now.

    Raises:
        UnreadableError: none trains.
    """
    if runs := living():
        return runs[0]
    raise UnreadableError(
        "no run of yours trains on this machine; `tui-gan runs` lists those there are, and `tui-gan resume` goes on with one"
    )


def _print(json: bool, said: Iterable[str], obeyed: bool = True) -> None:
    if json:
        tell(json_text.dumps({"obeyed": obeyed, "said": [*said]}))
    else:
        for sentence in said:
            tell(sentence)


def facts(snapshot: "Snapshot") -> dict[str, Any]:
    """What a run is doing, as `--json` prints it."""
    settings: dict[str, Any] = {setting.key: setting.value for setting in snapshot.settings}
    newest = {name: (each.steps[-1], each.values[-1]) for name, each in snapshot.series.items() if len(each.values)}
    metrics = {name: newest[name] for name in settings.get("metrics", ()) if name in newest}
    return {
        "run": printable(snapshot.directory),
        "status": snapshot.status.value.lower(),
        "step": snapshot.step,
        "steps": snapshot.steps,
        "knobs": dataclasses.asdict(snapshot.knobs),
        "settings": settings,
        "metrics": {name: _number(value) for name, (_, value) in metrics.items()},
        "measured": max((int(step) for step, _ in metrics.values()), default=None),
        "losses": {name: _number(newest[name][1]) for name in ("generator_loss", "discriminator_loss") if name in newest},
        "steps_per_second": round(snapshot.steps_per_second, 1),
        "device": snapshot.device,
        "visitors": list(snapshot.visitors),
    }


def _number(value: float) -> float | None:
    """A number as JSON has it, which knows none that is not finite."""
    return float(value) if math.isfinite(value) else None
