"""Keys: every key of the screen, made from KNOBS, PANELS and one short table."""

import dataclasses
from collections.abc import Iterable

from textual.binding import Binding

from tui_gan.contract.commands import Command, Evaluate, Export, Save, Step, TogglePause
from tui_gan.contract.knobs import KNOBS, Knob
from tui_gan.ui.draw.words import Item
from tui_gan.ui.panels import PANELS


@dataclasses.dataclass(frozen=True)
class Key:
    """One key.

    Attributes:
        key: Textual's name of the key.
        shown: what the user reads for it.
        action: the app's action, as Textual writes it.
        label: a word or two for the footer.
        help: one sentence.
        priority: whether it also works in the help and in the command palette.
    """

    key: str
    shown: str
    action: str
    label: str
    help: str
    priority: bool = False


COMMANDS: dict[str, Command] = {"pause": TogglePause(), "step": Step(1), "save": Save(), "evaluate": Evaluate(), "export": Export()}

ACTIONS = (
    Key("space", "space", "obey('pause')", "pause", "pause, and go on"),
    Key("question_mark", "?", "help", "help", "show this help; Escape closes it"),
    Key("q", "q", "leave", "quit", "save the run and quit, as ctrl+c does; once more: leave the screen at once"),
    Key("s", "s", "obey('step')", "step", "pause, and train one step"),
    Key("c", "c", "obey('save')", "save", "write a checkpoint now"),
    Key("e", "e", "obey('evaluate')", "evaluate", "measure the metrics now"),
    Key("x", "x", "obey('export')", "export", "write the generator alone into the run directory"),
    Key("z", "z", "maximise", "zoom", "zoom the focused panel, and back"),
    Key("ctrl+p", "^p", "command_palette", "palette", "find any action by its name"),
    Key("T", "T", "theme", "theme", "switch between the dark and the light theme"),
    Key("ctrl+c", "^c", "leave", "quit", "the same as q", priority=True),
    Key("escape", "esc", "restore", "restore", "close the help, or restore a panel that was zoomed"),
)


def knob_keys(knob: Knob) -> list[Key]:
    """The keys of one knob: one key turns it on, a pair lowers and raises it."""
    keys = knob.keys.split()
    if len(keys) == 1:
        return [Key(keys[0], keys[0], f"turn('{knob.name}', 1)", knob.label, knob.help)]
    ways = ((keys[0], -1, "lower"), (keys[1], 1, "raise"))
    return [Key(key, key, f"turn('{knob.name}', {way})", knob.label, f"{word} the {knob.help}") for key, way, word in ways]


def panel_keys() -> list[Key]:
    """A digit for each panel, which zooms it."""
    return [
        Key(str(number), str(number), f"maximise('{name}')", name, f"zoom the panel {name}, and take it back")
        for number, name in enumerate(PANELS, 1)
    ]


def all_keys() -> list[Key]:
    """Every key once.

    Raises:
        ValueError: two actions want the same key.
    """
    return distinct([*ACTIONS, *(key for knob in KNOBS.values() for key in knob_keys(knob)), *panel_keys()])


def distinct(keys: Iterable[Key]) -> list[Key]:
    """Return the keys in a list.

    Raises:
        ValueError: two actions want the same key.
    """
    seen: dict[str, Key] = {}
    for key in keys:
        if key.key in seen:
            raise ValueError(f"the key {key.shown!r} is taken twice: {seen[key.key].action} and {key.action}")
        seen[key.key] = key
    return list(seen.values())


KEYS = all_keys()


def bindings() -> list[Binding]:
    """What Textual needs to know."""
    return [Binding(key.key, key.action, key.label, show=False, priority=key.priority) for key in KEYS]


def help_lines() -> list[tuple[str, str]]:
    """Every key and what it does, a knob's two keys and the panels' digits in one line each."""
    lines = [(key.shown, key.help) for key in ACTIONS if key.key != "ctrl+c"]
    for knob in KNOBS.values():
        keys = knob_keys(knob)
        lines.append((" ".join(key.shown for key in keys), keys[0].help if len(keys) == 1 else f"lower, raise: {knob.help}"))
    digits = panel_keys()
    zoomed = ", ".join(key.label for key in digits)
    lines.append((f"{digits[0].shown} .. {digits[-1].shown}", f"zoom {zoomed}; samples are there on a line alone"))
    lines.append(("tab", "focus the next panel; in the knobs, arrows choose one and turn it"))
    lines.append(("mouse", "click a key below or a knob; double-click a panel to zoom it"))
    return lines


def footer_items() -> list[Item]:
    """The footer, the most needed first; a knob's two keys stand together."""
    items = [Item(((key.shown, key.action),), key.label) for key in ACTIONS if key.key not in ("ctrl+c", "escape")]
    for knob in KNOBS.values():
        items.append(Item(tuple((key.shown, key.action) for key in knob_keys(knob)), knob.label))
    return items
