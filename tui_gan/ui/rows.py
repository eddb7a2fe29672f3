"""Rows: every knob and setting as a row of the view of knobs."""

import dataclasses
from collections.abc import Mapping, Sequence

from tui_gan.contract.knobs import KNOBS
from tui_gan.contract.objectives import TRAITS
from tui_gan.contract.snapshot import Setting, Snapshot
from tui_gan.contract.sources import source
from tui_gan.contract.values import typed
from tui_gan.ui.draw.texts.filter import matches
from tui_gan.ui.draw.texts.words import knob_text, range_text, value_text
from tui_gan.ui.explain.glossary import entry
from tui_gan.ui.keys import KEYS, Key, knob_letters


@dataclasses.dataclass(frozen=True)
class Row:
    """One knob or setting.

    Attributes:
        key: its name as in TOML.
        label: what it is called in its row.
        value: in force, in short; `full` as it would be typed.
        keys: those that turn it, of a knob.
        extent: its range, or its choices with spaces between them.
        help: one sentence.
        meaning: what the name that it is set to means, or the name of a regularizer; "" where there is nothing to say.
        source: the paper behind it, or "".
        group: the heading that it stands under.
        setting: what the run tells of it; None for a knob.
        asked: the value that it is to have in a new run, as it was typed, or "".
    """

    key: str
    label: str
    value: str
    full: str
    keys: str
    extent: str
    help: str
    source: str
    group: str
    setting: Setting | None = None
    asked: str = ""
    meaning: str = ""

    @property
    def fixed(self) -> bool:
        """Whether it needs a new run."""
        return self.setting is not None and not self.setting.live

    @property
    def said(self) -> str:
        """All that it is found by: name, group, value, choices, help and source."""
        return " ".join((self.key, self.label, self.group, self.value, self.full, self.asked, self.extent, self.help, self.source))

    def fits(self, words: str) -> int:
        """How well the name fits a filter that leaves this row: 2 for the name itself, 1 for a part of it, 0 for what is said of it."""
        names = {self.key, self.label, self.key.rpartition(".")[2]}
        return 2 if words.strip().casefold() in {name.casefold() for name in names} else int(matches(words, " ".join(names)))


# What a setting uses a name for, which tells it from the same name elsewhere; by key, or by the last part of it.
USES = {
    "dataset": "data",
    "sampling": "sampling",
    "engine": "engine",
    "latent": "latent",
    "coordination": "k",
    "schedule.kind": "schedule",
    "optimizer.kind": "optimizer",
    "kind": "network",
    "norm": "norm",
    "init": "initialisation",
    "output": "output",
}
KNOB, LIVE, FIXED = "knobs", "settings that change live", "settings that need a restart"


def rows(snapshot: Snapshot, asked: Mapping[str, str], keys: Sequence[Key] = KEYS) -> list[Row]:
    """The knobs, the settings that may change live, and the others, in this order.

    Args:
        asked: the values that settings are to have in a new run.
        keys: those in force.
    """
    letters = knob_letters(keys)
    knob_rows = [
        Row(
            key=knob.name,
            label=knob.label,
            value=knob_text(knob, getattr(snapshot.knobs, knob.name)),
            full=typed(getattr(snapshot.knobs, knob.name)),
            keys=letters[knob.name],
            extent=range_text(knob, snapshot.devices),
            help=knob.help,
            source=source(knob.name),
            group=KNOB,
        )
        for knob in KNOBS.values()
    ]
    # A new run of another preset would be another experiment.
    settings = sorted((setting for setting in snapshot.settings if setting.key != "preset"), key=lambda setting: not setting.live)
    return knob_rows + [_row(setting, asked.get(setting.key, "")) for setting in settings]


def _row(setting: Setting, asked: str) -> Row:
    value = setting.value
    return Row(
        key=setting.key,
        label=setting.key,
        value=_short(value),
        full=typed(value),
        keys="",
        extent=" ".join(setting.choices),
        help=setting.help,
        source=_source(setting.key, value) if "arXiv" not in setting.help else "",
        group=LIVE if setting.live else FIXED,
        setting=setting,
        asked=asked,
        meaning=_meaning(setting),
    )


def _source(key: str, value: object) -> str:
    """The paper behind a setting: of the objective, the one that it is from."""
    traits = TRAITS.get(str(value)) if key == "objective" else None
    return traits.source if traits else source(key)


def _meaning(setting: Setting) -> str:
    """The glossary's entry of a value that is a name, or of a regularizer."""
    table, _, name = setting.key.rpartition(".")
    if table == "regularizers":
        definition = entry(name)
    else:
        named = bool(setting.choices) or setting.key == "dataset"
        definition = entry(str(setting.value), USES.get(setting.key, USES.get(name, ""))) if named else None
    return f"{definition.term}: {definition.text}" if definition else ""


def _short(value: object) -> str:
    if isinstance(value, bool | int | float):
        return value_text(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(typed, value))
    return typed(value) or "-"
