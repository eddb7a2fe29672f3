"""Norms: the layers of both players, and how large their weights and gradients are, as bars on logarithmic axes."""

import math
from collections.abc import Sequence

from tui_gan.contract.snapshot import Layer
from tui_gan.ui.draw import scale
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink, Look

Axes = tuple[tuple[int, int], tuple[int, int]]
PARTS = " ▏▎▍▌▋▊▉"
PLAYERS = {"D": Ink.DISCRIMINATOR, "G": Ink.GENERATOR}
# Gradients below the first and above the second of these do not train a layer, or throw it about.
VANISHING, EXPLODING = 1e-6, 1e3
DECADES = 3
NUMBER, SHORTEST, LONGEST = 8, 4, 30
NAMED = 12


def norms(layers: Sequence[Layer], width: int, height: int, look: Look, axes: Axes | None = None, first: int = 0) -> Canvas:
    """Draw a row for each layer below the ends of the axes: name, norm of the weights, norm of the gradient; D before G.

    Args:
        axes: those of a table beside this one; None for such as hold these layers.
        first: so many layers are left out above; fewer where there would be room for them below.
    """
    canvas = Canvas(width, height)
    ordered = sorted(layers, key=lambda layer: layer.player != "D")
    if not ordered or height < 1 or width < NAMED:
        return canvas
    head = 1 if height >= 3 else 0
    named = min(max(len(layer.name) for layer in ordered), max(NAMED, width - 2 - 2 * (NUMBER + 2)))
    bar = min(LONGEST, (width - 2 - named - 2 * (NUMBER + 3)) // 2)
    bar = bar if bar >= SHORTEST else 0
    starts = (named + 4, named + 4 + NUMBER + 1 + bar + 2)
    ends = axes or axes_of(ordered)
    if head:
        canvas.write(2, 0, "layer", Ink.DIM)
        for word, start, (low, high) in zip(("weights", "gradient"), starts, ends, strict=True):
            canvas.write(start + NUMBER - len(word), 0, word, Ink.DIM)
            if bar >= NUMBER:
                left, right = f"1e{low}", f"1e{high}"
                canvas.write(start + NUMBER + 1, 0, left, Ink.FAINT if bar < len(left) + len(right) + 1 else Ink.DIM)
                canvas.write(start + NUMBER + 1 + bar - len(right), 0, right, Ink.DIM)
    rows = ordered[: height - head]
    if len(rows) < len(ordered) and len(rows) > 1:
        count = height - head - 1
        first = min(first, len(ordered) - count)
        rows = ordered[first : first + count]
        hidden = ((first, look.pick("↑", "^")), (len(ordered) - first - count, look.pick("↓", "v")))
        canvas.write(2, height - 1, ", ".join(f"{arrow} {number} more" for number, arrow in hidden if number), Ink.DIM)
    for y, layer in enumerate(rows, head):
        ink = PLAYERS.get(layer.player, Ink.TEXT)
        canvas.write(0, y, layer.player[:1], ink)
        canvas.write(2, y, layer.name if len(layer.name) <= named else layer.name[:named].rsplit(" ", 1)[0], Ink.TEXT)
        for what, start, axis in zip(("weights", "gradients"), starts, ends, strict=True):
            value = getattr(layer, what)
            word, mood = said(value, what == "gradients")
            canvas.write(start + NUMBER - len(word), y, word, mood)
            if bar:
                canvas.write(start + NUMBER + 1, y, bar_text(value, axis, bar, look), ink if mood is Ink.TEXT else mood)
    return canvas


def said(value: float, gradient: bool) -> tuple[str, Ink]:
    """A norm in few letters, and whether it is one to worry about."""
    if math.isnan(value):
        return "-", Ink.DIM
    if math.isinf(value):
        return "inf", Ink.ERROR
    text = scale.short(value, 2)
    if gradient and value > EXPLODING:
        return text, Ink.ERROR
    return text, Ink.WARNING if gradient and value < VANISHING else Ink.TEXT


def worry(layers: Sequence[Layer]) -> tuple[str, Ink] | None:
    """What is wrong with the gradients, in a few words; None where nothing is."""
    known = [layer.gradients for layer in layers if not math.isnan(layer.gradients)]
    exploding, vanishing = sum(value > EXPLODING for value in known), sum(value < VANISHING for value in known)
    if exploding:
        return f"exploding gradient in {_layers(exploding)}", Ink.ERROR
    return (f"vanishing gradient in {_layers(vanishing)}", Ink.WARNING) if vanishing else None


def _layers(number: int) -> str:
    return "1 layer" if number == 1 else f"{number} layers"


def axes_of(layers: Sequence[Layer]) -> Axes:
    """Where the axes of weights and of gradients begin and end, as powers of ten."""
    return decades([layer.weights for layer in layers]), decades([layer.gradients for layer in layers])


def decades(values: Sequence[float]) -> tuple[int, int]:
    """Powers of ten around the values that are numbers above 0, at least DECADES apart."""
    known = [math.log10(value) for value in values if math.isfinite(value) and value > 0]
    low, high = math.floor(min(known, default=-1.0) - 1e-9), math.ceil(max(known, default=1.0) + 1e-9)
    low = min(low, high - DECADES)
    return low, high


def bar_text(value: float, ends: tuple[int, int], width: int, look: Look) -> str:
    """A bar as long as the logarithm of a value says; what is not above 0 has none, what is infinite fills it."""
    if math.isnan(value) or value <= 0:
        return ""
    return filled(1.0 if math.isinf(value) else (math.log10(value) - ends[0]) / (ends[1] - ends[0]), width, look) or look.pick("▏", "#")


def filled(share: float, width: int, look: Look) -> str:
    """A bar over a share of so many cells."""
    share = min(1.0, max(0.0, share))
    if look.ascii_only:
        return "#" * round(share * width)
    whole, part = divmod(round(share * width * 8), 8)
    return "█" * whole + (PARTS[part] if part else "")
