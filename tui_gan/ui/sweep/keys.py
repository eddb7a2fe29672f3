"""The keys of the screen of a sweep."""

import dataclasses

from tui_gan.ui.draw.texts.words import Item
from tui_gan.ui.keys import Key, distinct, grouped, in_letters

MAP = (
    Key("left", "left", "move(-1, 0)", "cell", "the cell to the left"),
    Key("right", "right", "move(1, 0)", "cell", "the cell to the right"),
    Key("up", "up", "move(0, 1)", "cell", "the cell above"),
    Key("down", "down", "move(0, -1)", "cell", "the cell below"),
    Key("enter", "enter", "enter", "members", "look at the members of the cell; there: pause, and open the chosen one as a run of its own"),
    Key("back", "escape", "map", "back", "back to the map, and close the help"),
    Key("shown", "v", "shown", "show", "show the share that collapsed, the median, the 10th or 90th percentile, or the share that failed"),
    Key("metric", "m", "metric(1)", "metric", "the next metric"),
    Key("metric_before", "M", "metric(-1)", "metric", "the metric before"),
    Key("across", "x", "turn('across')", "axes", "draw another axis across"),
    Key("upward", "y", "turn('down')", "axes", "draw another axis upward"),
    Key("other", "o", "other", "others", "another of the axes that are not drawn, whose value [ and ] change"),
    Key("other_lower", "left_square_bracket", "value(-1)", "others", "the value before of that axis"),
    Key("other_higher", "right_square_bracket", "value(1)", "others", "the next value of that axis"),
)
SWEEP = (
    Key("pause", "space", "pause", "pause", "pause or go on"),
    Key("save", "c", "save", "save", "save now"),
    Key("quit", "q", "leave", "quit", "save and quit, as ctrl+c does; again: leave at once"),
    Key("interrupt", "ctrl+c", "leave", "quit", "the same as q", priority=True),
)
SCREEN = (
    Key("help", "question_mark", "help", "help", "show this help; Escape closes it"),
    Key("theme", "T", "theme", "theme", "switch between dark and light theme"),
    Key("suspend", "ctrl+z", "suspend", "suspend", "stop and go to the shell; its fg brings screen and training back", priority=True),
)
KEYS = distinct([*MAP, *SWEEP, *SCREEN])


def help_groups(ascii_only: bool = False) -> dict[str, list[tuple[str, str]]]:
    """Every key and what it does."""
    named = {"the map": MAP, "the sweep": SWEEP, "the screen": SCREEN}
    return {
        title: [(key.symbol, key.help) for key in (in_letters(keys) if ascii_only else keys) if key.name != "interrupt"]
        for title, keys in named.items()
    }


def footer(inside: bool, others: bool, paused: bool, ascii_only: bool = False) -> list[Item]:
    """The keys that work now.

    Args:
        inside: whether the members of a cell are looked at.
        others: whether there are axes that are not drawn.
    """
    labels = {"pause": "go on" if paused else "pause", "enter": "open as a run" if inside else "members"}
    order = ("pause", "help", "quit", "enter", "back", "left", "right", "up", "down", "shown", "metric", "across", "upward")
    order += (*(("other", "other_lower", "other_higher") if others else ()), "save", "theme")
    skipped = {"shown", "across", "upward", "other", "other_lower", "other_higher"} if inside else {"back"}
    by_name = {key.name: key for key in (in_letters(KEYS) if ascii_only else KEYS)}
    wanted = (by_name[name] for name in order if name not in skipped)
    return grouped(dataclasses.replace(key, label=labels.get(key.name, key.label)) for key in wanted)
