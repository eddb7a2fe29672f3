"""Keys: every key of the screen, made from KNOBS, VIEWS and one short table."""

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Literal

from textual.binding import Binding

from tui_gan.contract import commands
from tui_gan.contract.knobs import KNOBS, Knob
from tui_gan.contract.rules import EXTRAS
from tui_gan.contract.snapshot import Status
from tui_gan.ui.draw.texts.words import Item
from tui_gan.ui.layout import ABSENT, Kind
from tui_gan.ui.unofficial import key_of
from tui_gan.ui.views import VIEWS


@dataclasses.dataclass(frozen=True)
class Key:
    """One key.

    Attributes:
        name: what it is called in the user's file of keys.
        key: Textual's name of the key.
        action: the action, as Textual writes it; of the app, or of the panel in which it works.
        label: a word or two for the footer.
        help: a few words on what it does.
        panel: the panel in which it works; "" everywhere.
        kinds: the kinds of picture for which it means something there; all if there are none.
        extras: what the game has to have for it, any of these (contract/rules.py); nothing if there are none.
        priority: whether it also works in the help and in the command palette.
        in_letters: whether arrows have their names, as plain ASCII has none that are not keys of their own.
    """

    name: str
    key: str
    action: str
    label: str
    help: str
    panel: str = ""
    kinds: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    priority: bool = False
    in_letters: bool = dataclasses.field(default=False, compare=False)

    def works(self, panel: str, kind: str, extras: Collection[str] = EXTRAS) -> bool:
        """Whether it does something in a panel while it shows a kind of picture, "" is any, of a game with these extras."""
        fits = kind in self.kinds or not (kind and self.kinds)
        return self.panel == panel and fits and (not self.extras or any(each in extras for each in self.extras))

    @property
    def symbol(self) -> str:
        """What the user reads for it."""
        if self.in_letters and self.key in ARROWS:
            return self.key
        return SHOWN.get(self.key, self.key.replace("ctrl+", "^"))


ARROWS = {"left": "←", "right": "→", "up": "↑", "down": "↓"}
# Textual's name of each character that is typed with one key.
CHARACTERS = {chr(code): key_of(chr(code)) for code in range(ord("!"), ord("~") + 1)}
SHOWN = {name: character for character, name in CHARACTERS.items()} | {
    "escape": "esc",
    "pageup": "pgup",
    "pagedown": "pgdn",
    **ARROWS,
}
COMMANDS: dict[str, commands.Command] = {
    "pause": commands.TogglePause(),
    "step": commands.Step(1),
    "update_discriminator": commands.UpdateDiscriminator(),
    "update_generator": commands.UpdateGenerator(),
    "slow": commands.SlowMotion(),
    "undo": commands.Undo(),
    "redo": commands.Redo(),
    "save": commands.Save(),
    "evaluate": commands.Evaluate(),
    "free": commands.SetKnob("pace", 0.0),
}

RUN = (
    Key("pause", "space", "obey('pause')", "pause", "pause or continue"),
    Key("step", "s", "obey('step')", "step", "pause, train one step"),
    Key("train", "t", "train", "train n", "train so many steps, then pause"),
    Key("slow", "n", "obey('slow')", "slow motion", "pause, slow motion: the next sub-step of a step, with its numbers"),
    Key("update_discriminator", "d", "obey('update_discriminator')", "D update", "pause, one discriminator update"),
    Key("update_generator", "f", "obey('update_generator')", "G update", "pause, one generator update"),
    Key("free", "r", "obey('free')", "full speed", "train at full speed: end the pace at which a toy begins"),
    Key("save", "c", "obey('save')", "save", "write a checkpoint now"),
    Key("evaluate", "e", "obey('evaluate')", "evaluate", "compute the metrics now"),
    Key("note", "o", "note", "note", "write a note at this step, into the log and on the curves"),
    Key("export", "x", "export", "export", "export what this view shows into the run directory"),
    Key("detach", "D", "detach", "detach", "detach: leave the screen while the run trains on"),
    Key("quit", "q", "leave", "quit", "save the run and quit, as ctrl+c does; again: leave at once"),
)
CHANGES = (
    Key("undo", "u", "obey('undo')", "undo", "undo the last change of a knob or setting"),
    Key("redo", "U", "obey('redo')", "redo", "redo the change that was undone last"),
    Key("draw", "w", "draw", "draw", "draw a distribution of your own, which becomes the data"),
)
SCREEN = (
    Key("help", "question_mark", "help", "help", "show this help; Escape closes it"),
    Key("zoom", "z", "maximise", "zoom", "zoom the focused panel, and back"),
    Key("next_panel", "Z", "maximise_next", "next panel", "zoom the next panel"),
    Key("wide", "a", "wide", "all samples", "widen the picture to hold every sample, real and generated, and back"),
    Key("copy", "y", "copy", "copy", "copy step, newest values and knobs to the clipboard"),
    Key("palette", "ctrl+p", "command_palette", "palette", "find any action by name"),
    Key("theme", "T", "theme", "theme", "switch between dark and light theme"),
    Key("interrupt", "ctrl+c", "leave", "quit", "the same as q", priority=True),
    Key(
        "suspend",
        "ctrl+z",
        "suspend",
        "suspend",
        "stop and go to the shell; its fg brings screen and training back",
        priority=True,
    ),
    Key("back", "escape", "restore", "restore", "close the help, or restore a zoomed panel"),
)
ACTIONS = (*RUN, *CHANGES, *SCREEN)
# These keys stay what they are, whatever the user's file of keys says; the footer begins with the others' most needed.
FIXED = ("interrupt", "suspend", "back")
FIRST = ("help", "quit")

IN_PANELS = (
    Key("real", "R", "layer('real')", "real", "show or hide the real data", "layers"),
    Key("fake", "F", "layer('fake')", "generated", "show or hide the generated samples", "layers"),
    Key("heat", "H", "layer('heat')", "D(x)", "show or hide D(x)", "layers"),
    Key("optimal", "O", "layer('optimal')", "D*", "show or hide the optimal discriminator D*", "layers", ("line",)),
    Key("map", "M", "layer('map')", "map of G", "show or hide the map from z to G(z)", "layers"),
    Key("arrows", "A", "layer('arrows')", "arrows", "show or hide the direction in which G's loss falls", "layers", ("plane",)),
    Key("closer", "plus", "zoom(1)", "magnify", "zoom in, as the mouse wheel does at the pointer", "layers"),
    Key("farther", "minus", "zoom(-1)", "magnify", "zoom out, at most to the whole window", "layers"),
    Key("whole", "0", "whole", "whole", "show the whole window", "layers"),
    Key("pan_left", "left", "pan(-1, 0)", "pan", "pan left, as dragging does", "layers"),
    Key("pan_right", "right", "pan(1, 0)", "pan", "pan right", "layers"),
    Key("pan_up", "up", "pan(0, 1)", "pan", "pan up", "layers", ("plane",)),
    Key("pan_down", "down", "pan(0, -1)", "pan", "pan down", "layers", ("plane",)),
    Key("layers_up", "up", "scroll(-1)", "table", "scroll the table of layers up", "discriminator"),
    Key("layers_down", "down", "scroll(1)", "table", "scroll the table of layers down", "discriminator"),
    Key("earlier", "left", "scrub(-1)", "look back", "the previous preview, as a click on the timeline; completion: left", "gallery"),
    Key("later", "right", "scrub(1)", "look back", "the next preview; completion: right", "gallery"),
    Key(
        "complete", "C", "complete", "complete", "completion: hide a part of an image, see it completed", "gallery", ("images",), ("masks",)
    ),
    Key(
        "hide",
        "enter",
        "hide",
        "hide",
        "completion: hide or show the pixel at the cursor, as a click does",
        "gallery",
        ("images",),
        ("masks",),
    ),
    Key("mask", "X", "mask", "mask", "completion: the next of the ready-made masks", "gallery", ("images",), ("masks",)),
    Key("walk", "W", "walk", "walk", "latent walk: interpolate between two latents or classes, and back", "gallery"),
    Key("walk_from", "comma", "ends(0)", "other ends", "another start of the walk; completion: the image before", "gallery"),
    Key("walk_to", "full_stop", "ends(1)", "other ends", "another end of the walk; completion: the next image", "gallery"),
    Key("larger", "plus", "resize(1)", "size", "larger images, fewer of them", "gallery", ("images",)),
    Key("smaller", "minus", "resize(-1)", "size", "smaller images, more of them", "gallery", ("images",)),
    Key("nearest", "N", "nearest", "nearest", "show the nearest training image beside each, and back", "gallery", ("images",)),
    Key(
        "class_before",
        "up",
        "of_class(-1)",
        "class",
        "the class before, or all; InfoGAN: the code moved; completion: up",
        "gallery",
        extras=("classes", "codes", "masks"),
    ),
    Key(
        "class_next",
        "down",
        "of_class(1)",
        "class",
        "the next class, or all; InfoGAN: the code moved; completion: down",
        "gallery",
        extras=("classes", "codes", "masks"),
    ),
    Key("infer", "E", "infer", "E(x)", "inference network: real samples x beside G(E(x)), and back", "gallery", extras=("encoder",)),
    Key("stages", "S", "stages", "stages", "two stages: the first one's images beside the second's", "gallery", ("images",), ("stages",)),
    Key("first", "home", "scrub_to('first')", "first", "the first preview", "gallery"),
    Key("live", "end", "scrub_to('live')", "live", "the run as it is now", "gallery"),
    Key("filter", "slash", "filter", "filter", "filter the series as you type", "curves"),
    Key("log", "Y", "rescale", "log y", "y axis: logarithmic, linear, or the default of each chart", "curves"),
    Key("smooth", "S", "smooth", "smooth", "moving average over 5, 20 or 100 points, and back", "curves"),
    Key("overlay", "O", "overlay", "overlay", "overlay the curves of other runs", "curves"),
    Key("zoom_in", "plus", "zoom(1)", "steps", "show half as many steps, around the cursor or up to the newest", "curves"),
    Key("zoom_out", "minus", "zoom(-1)", "steps", "show twice as many steps", "curves"),
    Key("all_steps", "0", "whole", "all", "show all steps; again: remove the cursor", "curves"),
    Key("cursor_left", "left", "cursor(-1)", "cursor", "move the cursor left, to read off values", "curves"),
    Key("cursor_right", "right", "cursor(1)", "cursor", "move the cursor right", "curves"),
    Key("charts_up", "up", "page(-1)", "charts", "the charts above", "curves"),
    Key("charts_down", "down", "page(1)", "charts", "the charts below", "curves"),
    Key("choose_up", "up", "choose(-1)", "choose", "the row above", "settings"),
    Key("choose_down", "down", "choose(1)", "choose", "the row below", "settings"),
    Key("find", "slash", "find", "filter", "filter knobs and settings as you type", "settings"),
    Key("lower", "left", "turn_chosen(-1)", "lower", "decrease the value", "settings"),
    Key("raise", "right", "turn_chosen(1)", "raise", "increase the value", "settings"),
    Key("type", "enter", "type", "type", "type an exact value", "settings"),
    Key("rows_up", "pageup", "choose_page(-1)", "page", "ten rows up", "settings"),
    Key("rows_down", "pagedown", "choose_page(1)", "page", "ten rows down", "settings"),
    Key("restart", "R", "restart", "restart", "save this run, and start a new one with the changed settings", "settings"),
    Key("knob_up", "up", "choose(-1)", "choose", "the knob above", "knobs"),
    Key("knob_down", "down", "choose(1)", "choose", "the knob below", "knobs"),
    Key("knob_lower", "left", "turn_chosen(-1)", "lower", "decrease the value", "knobs"),
    Key("knob_raise", "right", "turn_chosen(1)", "raise", "increase the value", "knobs"),
    Key("read_up", "up", "read(-1)", "read", "scroll up", "explain"),
    Key("read_down", "down", "read(1)", "read", "scroll down", "explain"),
    Key("page_up", "pageup", "read_page(-1)", "page", "a page up", "explain"),
    Key("page_down", "pagedown", "read_page(1)", "page", "a page down", "explain"),
)

# The painter is a screen of its own, on which no other key works.
IN_PAINTER = (
    Key("paint_learn", "enter", "learn", "learn it", "train on what is drawn from the next step on", "painter"),
    Key("paint_leave", "escape", "leave", "cancel", "close without changing anything", "painter"),
    Key("paint_left", "left", "move(-1, 0)", "move", "move the brush to the left", "painter"),
    Key("paint_right", "right", "move(1, 0)", "move", "move the brush to the right", "painter"),
    Key("paint_up", "up", "move(0, 1)", "height", "raise the bar, or move the brush up", "painter"),
    Key("paint_down", "down", "move(0, -1)", "height", "lower the bar, or move the brush down", "painter"),
    Key("paint_fill", "space", "fill", "fill, empty", "fill or empty the cells under the brush", "painter"),
    Key("paint_larger", "plus", "brush(1)", "brush", "take a larger brush", "painter"),
    Key("paint_smaller", "minus", "brush(-1)", "brush", "take a smaller brush", "painter"),
    Key("paint_bump", "g", "begin('bump')", "one bump", "start from one bump", "painter"),
    Key("paint_bumps", "2", "begin('bumps')", "two bumps", "start from two bumps", "painter"),
    Key("paint_uniform", "u", "begin('uniform')", "uniform", "start from the uniform distribution", "painter"),
    Key("paint_real", "r", "begin('real')", "the data now", "start from the present data", "painter"),
    Key("paint_empty", "e", "begin('empty')", "empty", "start from an empty drawing", "painter"),
)


def knob_keys(knob: Knob) -> list[Key]:
    """The keys of one knob: one key turns it on, a pair lowers and raises it."""
    keys = [CHARACTERS[character] for character in knob.keys.split()]
    if len(keys) == 1:
        return [Key(knob.name, keys[0], f"turn('{knob.name}', 1)", knob.label, knob.help)]
    directions = ((keys[0], -1, "lower"), (keys[1], 1, "raise"))
    return [
        Key(f"{knob.name}_{word}", key, f"turn('{knob.name}', {by})", knob.label, f"{word} the {knob.help}") for key, by, word in directions
    ]


def view_keys() -> list[Key]:
    """A digit for each view."""
    return [Key(name, str(number), f"view('{name}')", name, view.help) for number, (name, view) in enumerate(VIEWS.items(), 1)]


def distinct(keys: Iterable[Key]) -> tuple[Key, ...]:
    """Return the keys.

    Raises:
        ValueError: two actions that can be meant at once want the same key, or two have the same name.
    """
    listed = tuple(keys)
    for number, key in enumerate(listed):
        for other in listed[:number]:
            if key.key == other.key and (key.panel == other.panel or "" in (key.panel, other.panel)):
                raise ValueError(f"the key {key.symbol!r} is taken twice: by {other.name} and by {key.name}")
            if key.name == other.name:
                raise ValueError(f"two actions have the name {key.name!r}")
    return listed


KEYS = distinct([*ACTIONS, *(key for knob in KNOBS.values() for key in knob_keys(knob)), *view_keys(), *IN_PANELS])
PAINTER_KEYS = distinct(IN_PAINTER)


def in_force(chosen: Mapping[str, str]) -> tuple[Key, ...]:
    """KEYS with other keys for some of their names.

    Raises:
        ValueError: see `distinct`.
    """
    return distinct(dataclasses.replace(key, key=chosen.get(key.name, key.key)) for key in KEYS)


def in_letters(keys: Iterable[Key]) -> tuple[Key, ...]:
    """The keys as plain ASCII names them."""
    return tuple(dataclasses.replace(key, in_letters=True) for key in keys)


def bindings(panel: str = "") -> list[Binding]:
    """What Textual needs to know of the keys of a panel, or of those that work everywhere."""
    return [
        Binding(key.key, key.action, key.label, show=False, priority=key.priority, id=key.name)
        for key in (*KEYS, *PAINTER_KEYS)
        if key.panel == panel
    ]


def knob_letters(keys: Sequence[Key] = KEYS) -> dict[str, str]:
    """The keys that turn each knob, by its name."""
    return {name: " ".join(key.symbol for key in keys if key.action.startswith(f"turn('{name}'")) for name in KNOBS}


def help_groups(
    panel: str = "", kind: str = "", keys: Sequence[Key] = KEYS, extras: Collection[str] = EXTRAS
) -> dict[str, list[tuple[str, str]]]:
    """Every key that works in a panel or everywhere and what it does, in groups; a knob's two keys in one line."""
    by_name = {key.name: key for key in keys}
    letters = knob_letters(keys)
    knobs = [(letters[knob.name], f"{'lower, raise: ' if ' ' in knob.keys else ''}{knob.help}") for knob in KNOBS.values()]
    here = [(key.symbol, key.help) for key in keys if key.panel and key.works(panel, kind, extras)]
    title = next((f"in the view {name}" for name, view in VIEWS.items() if panel and view.panel == panel), f"in the panel {panel}")
    return {
        **({title: here} if here else {}),
        "views": [(by_name[name].symbol, f"{name}: {view.help}") for name, view in VIEWS.items()],
        "the run": [(by_name[key.name].symbol, key.help) for key in RUN],
        "knobs and changes": [*knobs, *((by_name[key.name].symbol, key.help) for key in CHANGES)],
        "the screen": [
            *((by_name[key.name].symbol, key.help) for key in SCREEN if key.name != "interrupt"),
            ("tab", "focus the next panel"),
            ("mouse", "click a key below or a knob; double-click a panel to zoom it"),
        ],
    }


# What the key that pauses does now; where it does nothing it has no place in the footer.
PAUSES: dict[Status, str] = {
    Status.LOADING: "begin paused",
    Status.RUNNING: "pause",
    Status.PAUSED: "go on",
    Status.FINISHED: "more steps",
}
# In place of the first, once it has been pressed.
BEGIN_AT_ONCE = "begin at once"
# What makes a finished run go on; advice names it.
MORE_STEPS = "raise steps in the knobs view ({knobs}, or {pause})"


def footer_items(
    panel: str = "",
    kind: Kind | Literal[""] = "",
    keys: Sequence[Key] = KEYS,
    zoomed: bool = False,
    pauses: str = PAUSES[Status.RUNNING],
    extras: Collection[str] = EXTRAS,
    labels: Mapping[str, str] = MappingProxyType({}),
) -> list[Item]:
    """The footer, the most needed first: what works in this panel alone, then everywhere; keys of one label stand together.

    Args:
        zoomed: whether a panel has all the room, of which the way back is named first.
        pauses: what the key that pauses does now; "" for nothing.
        extras: what the game has.
        labels: of keys of the panel, by name, that do something else now; "" for nothing.
    """
    by_name = {key.name: key for key in keys}
    back = [dataclasses.replace(by_name["zoom"], label="back")] if zoomed else []
    rest = [by_name[key.name] for key in ACTIONS if key.name not in ("pause", *FIRST, *FIXED, *(key.name for key in back))]
    here = [key for key in keys if key.panel and key.works(panel, kind, extras)]
    here = [dataclasses.replace(key, label=label) for key in here if (label := labels.get(key.name, key.label))]
    views = [dataclasses.replace(by_name[name], label="views") for name, view in VIEWS.items() if view.panel not in ABSENT[kind or "line"]]
    pause = [dataclasses.replace(by_name["pause"], label=pauses)] if pauses else []
    items = _items([*pause, *(by_name[name] for name in FIRST[:1]), *back, *here, *(by_name[name] for name in FIRST[1:]), *views, *rest])
    for knob in KNOBS.values():
        turns = [key for key in keys if key.action.startswith(f"turn('{knob.name}'")]
        items[knob.label] = Item(tuple((key.symbol, key.action) for key in turns), knob.label)
    return list(items.values())


def painter_items(of_line: bool, ascii_only: bool = False) -> list[list[Item]]:
    """Two lines of keys under a painting: what one does, and what one may begin with; bars have a height, cells have none."""
    keys = in_letters(IN_PAINTER) if ascii_only else IN_PAINTER
    named = [key if of_line or key.label != "height" else dataclasses.replace(key, label="move") for key in keys]
    begins = [key.action.startswith("begin") for key in named]
    return [grouped(key for key, begin in zip(named, begins, strict=True) if begin is second) for second in (False, True)]


def grouped(keys: Iterable[Key]) -> list[Item]:
    """Entries of a footer in the order of the keys; keys of one label stand together."""
    return list(_items(keys).values())


def _items(keys: Iterable[Key]) -> dict[str, Item]:
    """Items by their labels."""
    items: dict[str, Item] = {}
    for key in keys:
        before = items[key.label].parts if key.label in items else ()
        items[key.label] = Item((*before, (key.symbol, key.action)), key.label)
    return items
