"""Keys: every key of the screen, made from KNOBS, VIEWS and one short table."""

import dataclasses
from collections.abc import Iterable

from textual.binding import Binding

from tui_gan.contract import commands
from tui_gan.contract.knobs import KNOBS, Knob
from tui_gan.ui.draw.words import Item
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
        priority: whether it also works in the help and in the command palette.
    """

    name: str
    key: str
    action: str
    label: str
    help: str
    panel: str = ""
    priority: bool = False

    @property
    def shown(self) -> str:
        """What the user reads for it."""
        return SHOWN.get(self.key, self.key.replace("ctrl+", "^"))


SHOWN = {
    "question_mark": "?",
    "escape": "esc",
    "plus": "+",
    "minus": "-",
    "slash": "/",
    "comma": ",",
    "full_stop": ".",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
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
}

ACTIONS = (
    Key("pause", "space", "obey('pause')", "pause", "pause, and go on"),
    Key("help", "question_mark", "help", "help", "show this help; Escape closes it"),
    Key("quit", "q", "leave", "quit", "save the run and quit, as ctrl+c does; once more: leave the screen at once"),
    Key("step", "s", "obey('step')", "step", "pause, and train one step"),
    Key("slow", "n", "obey('slow')", "slow motion", "pause, and show the next sub-step of a step with its numbers"),
    Key("update_discriminator", "d", "obey('update_discriminator')", "D update", "pause, and move the discriminator once"),
    Key("update_generator", "f", "obey('update_generator')", "G update", "pause, and move the generator once"),
    Key("undo", "u", "obey('undo')", "undo", "take back the last change of a knob or setting"),
    Key("redo", "U", "obey('redo')", "redo", "make it again"),
    Key("save", "c", "obey('save')", "save", "write a checkpoint now"),
    Key("evaluate", "e", "obey('evaluate')", "evaluate", "measure the metrics now"),
    Key("export", "x", "export", "export", "write what this view shows into the run directory"),
    Key("copy", "y", "copy", "copy", "copy the figures of this view to the clipboard"),
    Key("draw", "w", "draw", "draw", "draw a distribution of your own, which becomes the data"),
    Key("zoom", "z", "maximise", "zoom", "zoom the focused panel, and back"),
    Key("next_panel", "Z", "maximise_next", "next panel", "zoom the next panel"),
    Key("palette", "ctrl+p", "command_palette", "palette", "find any action by its name"),
    Key("theme", "T", "theme", "theme", "switch between the dark and the light theme"),
    Key("interrupt", "ctrl+c", "leave", "quit", "the same as q", priority=True),
    Key("back", "escape", "restore", "restore", "close the help, or restore a panel that was zoomed"),
)

IN_PANELS = (
    Key("real", "R", "toggle('real')", "real", "show and hide the real data", "layers"),
    Key("fake", "F", "toggle('fake')", "generated", "show and hide what is generated", "layers"),
    Key("heat", "H", "toggle('heat')", "D(x)", "show and hide D(x)", "layers"),
    Key("optimal", "O", "toggle('optimal')", "D*", "show and hide the optimal D* = p / (p + q)", "layers"),
    Key("map", "M", "toggle('map')", "map of G", "show and hide where G sends the latents", "layers"),
    Key("arrows", "A", "toggle('arrows')", "arrows", "show and hide the gradient that G follows", "layers"),
    Key("closer", "plus", "zoom(1)", "closer", "zoom in", "layers"),
    Key("farther", "minus", "zoom(-1)", "farther", "zoom out", "layers"),
    Key("whole", "0", "whole", "whole", "show the whole window again", "layers"),
    Key("pan_left", "left", "pan(-1, 0)", "pan", "move the window to the left", "layers"),
    Key("pan_right", "right", "pan(1, 0)", "pan", "move the window to the right", "layers"),
    Key("pan_up", "up", "pan(0, 1)", "pan", "move the window up", "layers"),
    Key("pan_down", "down", "pan(0, -1)", "pan", "move the window down", "layers"),
    Key("earlier", "left", "scrub(-1)", "earlier", "the kept preview before", "gallery"),
    Key("later", "right", "scrub(1)", "later", "the kept preview after", "gallery"),
    Key("first", "home", "scrub_to('first')", "first", "the first kept preview", "gallery"),
    Key("live", "end", "scrub_to('live')", "live", "the run as it stands", "gallery"),
    Key("walk", "W", "walk", "walk", "walk between two latents", "gallery"),
    Key("walk_from", "comma", "ends(0)", "from", "another latent to walk from", "gallery"),
    Key("walk_to", "full_stop", "ends(1)", "to", "another latent to walk to", "gallery"),
    Key("nearest", "N", "nearest", "nearest", "show the nearest real image beside each", "gallery"),
    Key("filter", "slash", "filter", "filter", "choose series as you type", "curves"),
    Key("log", "Y", "log", "log y", "logarithmic values, and back", "curves"),
    Key("smooth", "S", "smooth", "smooth", "smooth more, and back", "curves"),
    Key("overlay", "O", "overlay", "overlay", "lay another run over this one", "curves"),
    Key("zoom_in", "plus", "zoom(1)", "closer", "zoom in on the steps", "curves"),
    Key("zoom_out", "minus", "zoom(-1)", "farther", "zoom out", "curves"),
    Key("all_steps", "0", "whole", "all", "show all steps", "curves"),
    Key("cursor_left", "left", "cursor(-1)", "cursor", "read values off, to the left", "curves"),
    Key("cursor_right", "right", "cursor(1)", "cursor", "read values off, to the right", "curves"),
    Key("choose_up", "up", "choose(-1)", "choose", "the row above", "settings"),
    Key("choose_down", "down", "choose(1)", "choose", "the row below", "settings"),
    Key("lower", "left", "turn_chosen(-1)", "lower", "turn it down", "settings"),
    Key("raise", "right", "turn_chosen(1)", "raise", "turn it up", "settings"),
    Key("type", "enter", "type", "type", "type an exact value", "settings"),
    Key("knob_up", "up", "choose(-1)", "choose", "the knob above", "knobs"),
    Key("knob_down", "down", "choose(1)", "choose", "the knob below", "knobs"),
    Key("knob_lower", "left", "turn_chosen(-1)", "lower", "turn it down", "knobs"),
    Key("knob_raise", "right", "turn_chosen(1)", "raise", "turn it up", "knobs"),
    Key("read_up", "up", "read(-1)", "read", "read on above", "explain"),
    Key("read_down", "down", "read(1)", "read", "read on below", "explain"),
)


def knob_keys(knob: Knob) -> list[Key]:
    """The keys of one knob: one key turns it on, a pair lowers and raises it."""
    keys = knob.keys.split()
    if len(keys) == 1:
        return [Key(knob.name, keys[0], f"turn('{knob.name}', 1)", knob.label, knob.help)]
    ways = ((keys[0], -1, "lower"), (keys[1], 1, "raise"))
    return [
        Key(f"{knob.name}_{word}", key, f"turn('{knob.name}', {way})", knob.label, f"{word} the {knob.help}") for key, way, word in ways
    ]


def view_keys() -> list[Key]:
    """A digit for each view."""
    return [Key(name, str(number), f"view('{name}')", name, view.help) for number, (name, view) in enumerate(VIEWS.items(), 1)]


def distinct(keys: Iterable[Key]) -> tuple[Key, ...]:
    """Return the keys.

    Raises:
        ValueError: two actions that can be meant at once want the same key, or two have the same name.
    """
    found = tuple(keys)
    for number, key in enumerate(found):
        for other in found[:number]:
            if key.key == other.key and (key.panel == other.panel or "" in (key.panel, other.panel)):
                raise ValueError(f"the key {key.shown!r} is taken twice: by {other.name} and by {key.name}")
            if key.name == other.name:
                raise ValueError(f"two actions have the name {key.name!r}")
    return found


KEYS = distinct([*ACTIONS, *(key for knob in KNOBS.values() for key in knob_keys(knob)), *view_keys(), *IN_PANELS])


def bindings(panel: str = "") -> list[Binding]:
    """What Textual needs to know of the keys of a panel, or of those that work everywhere."""
    return [Binding(key.key, key.action, key.label, show=False, priority=key.priority, id=key.name) for key in KEYS if key.panel == panel]


def help_lines(panel: str = "") -> list[tuple[str, str]]:
    """Every key that works everywhere or in a panel and what it does, a knob's two keys and the digits in one line each."""
    lines = [(key.shown, key.help) for key in IN_PANELS if key.panel == panel]
    lines += [(key.shown, key.help) for key in ACTIONS if key.key != "ctrl+c"]
    for knob in KNOBS.values():
        keys = knob_keys(knob)
        lines.append((" ".join(key.shown for key in keys), keys[0].help if len(keys) == 1 else f"lower, raise: {knob.help}"))
    digits = view_keys()
    lines.append((f"{digits[0].shown} .. {digits[-1].shown}", f"views: {', '.join(key.label for key in digits)}"))
    lines.append(("tab", "focus the next panel"))
    lines.append(("mouse", "click a key below or a knob; double-click a panel to zoom it"))
    return lines


def footer_items(panel: str = "") -> list[Item]:
    """The footer, the most needed first: what works in this panel alone, then everywhere; keys of one label stand together."""
    rest = [key for key in ACTIONS if key.key not in ("ctrl+c", "escape")]
    here = [key for key in IN_PANELS if key.panel == panel]
    items: dict[str, Item] = {}
    for key in [*rest[:2], *here, *rest[2:]]:
        before = items[key.label].parts if key.label in items else ()
        items[key.label] = Item((*before, (key.shown, key.action)), key.label)
    for knob in KNOBS.values():
        items[knob.label] = Item(tuple((key.shown, key.action) for key in knob_keys(knob)), knob.label)
    return list(items.values())
