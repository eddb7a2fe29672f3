"""Views: what the screen is turned to, each with the panel that has the room in it; the digits of the keyboard choose one."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class View:
    """One view.

    Attributes:
        panel: the panel that has the room; "" for the overview, which has an arrangement of its own.
        beside: panels in a column beside it where the screen is wide.
        help: what it shows, in a few words.
    """

    panel: str
    beside: tuple[str, ...]
    help: str


VIEWS: dict[str, View] = {
    "overview": View("", (), "everything at a glance"),
    "layers": View("layers", ("losses", "knobs"), "real and generated, D, the map of G, and where its gradient leads"),
    "discriminator": View("discriminator", ("losses", "knobs"), "what D says of real and of generated samples, and its layers"),
    "samples": View("gallery", ("quality", "knobs"), "what G makes, back through the run, between latents, beside the nearest real"),
    "curves": View("curves", ("knobs", "events"), "every series: filter, zoom, read off, compare with other runs"),
    "knobs": View("settings", ("losses", "events"), "every knob and setting, with exact values, undo and redo"),
    "machine": View("machine", ("knobs", "events"), "where the time of a step goes, and what the run costs"),
    "explain": View("explain", ("distribution", "losses"), "what you are looking at, in words, with the numbers of this run"),
}
