"""Rows: every knob and setting as a row of the view of knobs."""

import dataclasses
from collections.abc import Mapping, Sequence

from tui_gan.contract.knobs import KNOBS
from tui_gan.contract.snapshot import Setting, Snapshot
from tui_gan.contract.values import typed
from tui_gan.ui.draw.texts.words import knob_text, range_text, value_text
from tui_gan.ui.explain.sources import source
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

    @property
    def fixed(self) -> bool:
        """Whether it needs a new run."""
        return self.setting is not None and not self.setting.live


KNOB, LIVE, FIXED = "knobs", "settings that change live", "settings of a new run"


def rows(snapshot: Snapshot, asked: Mapping[str, str], keys: Sequence[Key] = KEYS) -> list[Row]:
    """The knobs, the settings that may change live, and the others, in this order.

    Args:
        asked: the values that settings are to have in a new run.
        keys: those in force.
    """
    letters = knob_letters(keys)
    found = [
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
    return found + [_row(setting, asked.get(setting.key, "")) for setting in settings]


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
        source=source(setting.key, value) if "arXiv" not in setting.help else "",
        group=LIVE if setting.live else FIXED,
        setting=setting,
        asked=asked,
    )


def _short(value: object) -> str:
    if isinstance(value, bool | int | float):
        return value_text(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(typed, value))
    return typed(value) or "-"
