"""The front end for screen readers: what happens, as sentences, one a line; and commands typed as words."""

import contextlib
import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence

from tui_gan.contract import commands
from tui_gan.contract.errors import nearest, quoted
from tui_gan.contract.knobs import KNOBS
from tui_gan.contract.news import advised, fresh
from tui_gan.contract.outer import tell
from tui_gan.contract.settings import SETTINGS
from tui_gan.contract.snapshot import Event, EventKind, Series, Snapshot, Status
from tui_gan.contract.values import read_value

GLANCE, LOOK_EVERY, SAY_EVERY = 0.05, 0.5, 15.0
# Digits of a number that is typed.
LONGEST = 12
STATES: dict[Status, str] = {
    Status.LOADING: "Loading PyTorch.",
    Status.RUNNING: "Training {preset} on {device}.",
    Status.PAUSED: "Paused at step {step:,}.",
    Status.FINISHED: "The run has finished.",
    Status.FAILED: "The run has failed at step {step:,}.",
}
PREFIXES: dict[EventKind, str] = {"warning": "Warning: ", "error": "Error: ", "note": "Note: "}
LOSSES = {"discriminator_loss": "D's loss", "generator_loss": "G's"}
WORDS: dict[str, commands.Command] = {
    "pause": commands.Pause(),
    "go": commands.Resume(),
    "slow": commands.SlowMotion(),
    "save": commands.Save(),
    "evaluate": commands.Evaluate(),
    "export": commands.Export(),
    "undo": commands.Undo(),
    "redo": commands.Redo(),
    "quit": commands.Stop(),
}
# What can be asked of a run, and what only makes sense in a conversation.
HELP = (
    "pause: stop training. go: continue. step 5: train five steps. slow: show the next sub-step of a step.",
    "status: report step, losses and metrics. events: repeat the last five.",
    "knobs: list all knobs. A knob and a value set it, such as: k_steps 3, or by its key: k 3.",
    "objective hinge, or set objective hinge: change a setting. undo, redo: undo a change, redo it.",
    "note TEXT: write a text at this step, into the log and on the curves.",
    "save: write a checkpoint. evaluate: compute the metrics. export: write the generator.",
)
TALKING = (
    "Type a command and press Enter.",
    "every 30: report every 30 seconds; every 0: never. quit: save and quit. detach: leave; the run trains on.",
)
# Each knob by its name and by the key that lowers it.
KNOB_WORDS = {word: name for name, knob in KNOBS.items() for word in (name, knob.keys.split()[0])}
# What is typed for the actions that advice names.
TYPED = {
    "pause": "'go'",
    "save": "'save'",
    "quit": "'quit'",
    "more_steps": "type 'set steps N' ('quit' leaves)",
    **{f"{name}_lower": f"'{name}'" for name in KNOBS},
}
SWITCHES = {"on": True, "off": False}


@dataclasses.dataclass
class Talk:
    """A conversation with a run.

    Attributes:
        handle: the run.
        every: seconds between two sentences on how it goes; 0 for none.
        leaving: the user has said quit; `detached` that the run trains on without the terminal.
    """

    handle: commands.RunHandle
    every: float = SAY_EVERY
    leaving: bool = False
    detached: bool = False

    def answer(self, line: str) -> Sequence[str]:
        """Do what was typed; what there is to say of it at once, since the run's own answer follows."""
        word, rest = first_word(line), "".join(line.replace("=", " ").split(maxsplit=1)[1:]).strip()
        if word in WORDS and rest:
            return (f"Type {word} alone, without {quoted(rest)}.",)
        if word in WORDS:
            self.leaving |= word == "quit"
            self.handle.send(WORDS[word])
            return ("Saving.",) if word == "quit" else ()
        if word in KNOB_WORDS:
            return self._turn(KNOB_WORDS[word], rest)
        if word in ASIDE:
            return ASIDE[word](self, rest)
        if is_setting(word):
            return self._set(f"{word} {rest}")
        return (unknown(word),) if word else ()

    def _turn(self, name: str, value: str) -> Sequence[str]:
        if not value:
            return (knob(self.handle.latest, name),)
        self.handle.send(commands.SetKnob(name, SWITCHES.get(value, read_value(value))))
        return ()

    def _step(self, count: str) -> Sequence[str]:
        if count and not (count.isdecimal() and len(count) <= LONGEST and int(count) > 0):
            return ("Type step and a whole number from 1 on, such as: step 5.",)
        self.handle.send(commands.Step(int(count or 1)))
        return ()

    def _every(self, seconds: str) -> Sequence[str]:
        if not (seconds.isdecimal() and len(seconds) <= LONGEST):
            return ("Type every and a number of seconds, such as: every 30.",)
        self.every = float(seconds)
        return (f"Reporting every {seconds} seconds." if self.every else "Reporting when you type status.",)

    def _set(self, pair: str) -> Sequence[str]:
        key, value = [*pair.split(maxsplit=1), "", ""][:2]
        if not value:
            return ("Type set, a setting and its value, such as: set objective hinge.",)
        self.handle.send(commands.ChangeSetting(key, SWITCHES.get(value, read_value(value))))
        return ()

    def _note(self, text: str) -> Sequence[str]:
        if not text:
            return ("Type note and what is to be remembered at this step.",)
        self.handle.send(commands.Note(text))
        return ()

    def _detach(self, _: str) -> Sequence[str]:
        self.detached = self.leaving = True
        return ()

    def _status(self, _: str) -> Sequence[str]:
        return (state(self.handle.latest), progress(self.handle.latest))

    def _events(self, _: str) -> Sequence[str]:
        return [sentence(event) for event in self.handle.latest.events[-5:]] or ("Nothing has happened yet.",)

    def _knobs(self, _: str) -> Sequence[str]:
        return [knob(self.handle.latest, name) for name in KNOBS]

    def _help(self, _: str) -> Sequence[str]:
        return (TALKING[0], *HELP, *TALKING[1:])


def first_word(line: str) -> str:
    """The word that says what is asked for."""
    return next(iter(line.replace("=", " ").split()), "").lower().replace("-", "_")


def is_setting(word: str) -> bool:
    """Whether this is the TOML key of a setting that is no knob."""
    return word in SETTINGS or word.startswith("regularizers.")


def is_known(word: str) -> bool:
    """Whether a line may begin with this."""
    return word in WORDS or word in KNOB_WORDS or word in ASIDE or is_setting(word)


def unknown(word: str) -> str:
    """That there is no such command, and which may have been meant."""
    return f"Unknown command {quoted(word)}{nearest(word, {**WORDS, **KNOB_WORDS, **ASIDE, **SETTINGS})}; type help for all commands."


ASIDE: Mapping[str, Callable[[Talk, str], Sequence[str]]] = {
    "step": Talk._step,
    "every": Talk._every,
    "set": Talk._set,
    "status": Talk._status,
    "events": Talk._events,
    "note": Talk._note,
    "knobs": Talk._knobs,
    "detach": Talk._detach,
    "help": Talk._help,
}


def watch(handle: commands.RunHandle, wait: Callable[[float], bool], typed: Callable[[], Sequence[str]] = lambda: ()) -> bool:
    """Tell of a run until it ends, or until it is detached; returns whether it is.

    Args:
        wait: waits so many seconds for the end of the run and returns whether it has come.
        typed: the lines that were typed since it was asked last.
    """
    talk, seen = Talk(handle), handle.latest
    handle.send(commands.Watch(()))
    _say([state(seen)])
    looked = said = 0.0
    while not wait(GLANCE):
        looked, said = looked + GLANCE, said + GLANCE
        for line in () if talk.leaving else typed():
            if not talk.leaving:
                _say(talk.answer(line))
            looked = LOOK_EVERY
        if talk.detached:
            return True
        if looked >= LOOK_EVERY:
            looked = 0.0
            handle.request_snapshot()
        if handle.latest is not seen:
            before, seen = seen, handle.latest
            _say(news(before, seen))
            if talk.every and said >= talk.every and seen.status is Status.RUNNING:
                said = 0.0
                _say([progress(seen)])
    if handle.latest is not seen:
        _say(news(seen, handle.latest))
    return False


def news(before: Snapshot, after: Snapshot) -> list[str]:
    """What has happened between two snapshots."""
    # A run that goes on brings along what was told before.
    sentences = [sentence(event) for event in fresh(before.events, after.events) if before.events or event.step >= before.step]
    if after.status is not before.status and after.status in STATES:
        sentences.append(state(after))
        sentences += [sentence(Event(after.step, advised(after.advice, TYPED)))] if after.advice else []
    elif after.step != before.step and after.status is Status.PAUSED:
        sentences.append(progress(after))
    known = len(before.stages)
    # The parts of another step are all new.
    for stage in after.stages[known if after.stages[:known] == before.stages else 0 :]:
        sentences.append(f"{stage.name}. {stage.text} {', '.join(f'{name} {value}' for name, value in stage.numbers)}.")
    return sentences


def state(snapshot: Snapshot) -> str:
    """What the run does."""
    values = {field.name: getattr(snapshot, field.name) for field in dataclasses.fields(snapshot)}
    return STATES[snapshot.status].format(**values) if snapshot.status in STATES else "The run has stopped."


def progress(snapshot: Snapshot) -> str:
    """Step, losses and metrics, such as "Step 2,000 of 100,000, 1,030 steps a second. D's loss 1.38, G's 0.69. W1 0.02."."""
    where = f"{snapshot.phase[:1].upper()}{snapshot.phase[1:]}" if snapshot.phase else f"Step {snapshot.step:,} of {snapshot.steps:,}"
    speed = f", {snapshot.steps_per_second:,.0f} steps a second" if snapshot.steps_per_second >= 1 else ""
    if snapshot.paced:
        speed = f", paced at {snapshot.knobs.pace:g} steps a second; pace off trains at full speed"
    known = {name: series for name, series in snapshot.series.items() if len(series.values)}
    losses = ", ".join(f"{said} {_number(known[name])}" for name, said in LOSSES.items() if name in known and not known[name].stale)
    said = {name: f"{name[:1].upper()}{name[1:].replace('_', ' ')} {_number(series)}" for name, series in known.items()}
    now = [said[name] for name, series in known.items() if name not in LOSSES and not series.stale]
    # Of which step they are, is said once of all that were measured there.
    steps = sorted({int(series.steps[-1]) for series in known.values() if series.stale})
    old = [
        f"At step {step:,}: " + ", ".join(said[name] for name, series in known.items() if series.stale and series.steps[-1] == step)
        for step in steps
    ]
    return " ".join(f"{part}." for part in (where + speed, losses, *now, *old) if part)


def knob(snapshot: Snapshot, name: str) -> str:
    """A knob and its value."""
    value = getattr(snapshot.knobs, name)
    text = ("on" if value else "off") if isinstance(value, bool) else "off" if KNOBS[name].off(value) else value
    return f"{name} is {text}: {KNOBS[name].help}."


def sentence(event: Event) -> str:
    """An event, as a sentence."""
    text = PREFIXES.get(event.kind, "") + event.text
    # The key of a setting is written as it has to be typed.
    key = re.match(r"\w+[._]\w", text)
    begin = text[:1] if key else text[:1].upper()
    return f"{begin}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}"


def _number(series: Series) -> str:
    return f"{series.values[-1]:.3g}"


def _say(sentences: Sequence[str]) -> None:
    # A reader that has gone away must not end the run.
    with contextlib.suppress(OSError):
        for each in sentences:
            tell(each)
