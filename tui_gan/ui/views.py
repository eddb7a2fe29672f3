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
    "layers": View("layers", ("losses", "knobs"), "real and generated samples, D(x), D*, the map of G, its gradient"),
    "discriminator": View("discriminator", ("losses", "knobs"), "D's outputs and accuracy; norms of weights and gradients"),
    "samples": View("gallery", ("quality", "knobs"), "generated samples: previews, latent walk, nearest training images"),
    "curves": View("curves", ("knobs", "events"), "every series: filter, zoom, read off values, overlay other runs"),
    "knobs": View("settings", ("losses", "events"), "every knob and setting, with exact values, undo and redo"),
    "machine": View("machine", ("knobs", "events"), "where the time of a step goes; CPU, memory, GPU"),
    "explain": View("explain", ("distribution", "losses"), "this run explained in words and numbers; glossary"),
}
