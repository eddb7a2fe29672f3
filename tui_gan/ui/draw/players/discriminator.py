"""Discriminator: D's outputs and its accuracy, and the norms of all layers."""

import math
from collections.abc import Callable, Sequence

from tui_gan.contract.snapshot import Layer, Predictions
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink, Look
from tui_gan.ui.draw.players.norms import axes_of, filled, norms
from tui_gan.ui.draw.players.predictions import NO_ACCURACY, beside, common, logits, predictions, ranks_only

# From this width on two things stand side by side.
BROAD = 120
# Rows of a chart: the fewest that are worth a second one, and the most that are of use.
LEAST, MOST = 7, 16
# D's accuracy in words, from the highest down.
STANDING = (
    (0.97, "D separates real from generated almost perfectly"),
    (0.75, "D classifies most samples correctly"),
    (0.55, "D's accuracy is a little above chance level"),
    (0.45, "D's accuracy is at chance level"),
    (-math.inf, "D's accuracy is below chance level"),
)
UNDEFINED = "D's output has no decision threshold for a single sample, so accuracy is not defined"
UNDEFINED_IN_SHORT = (UNDEFINED, "no threshold: accuracy is not defined", NO_ACCURACY)
LOGITS = "logits: D's raw outputs, from which D(x) follows"
OUTPUTS = "D(x): D's outputs on real and generated samples"
# Rows from which a chart has a title, and those that a table may take before it leaves room for charts.
TITLED, FEW = 7, 8
LEAD, SHORTEST = "accuracy ", 6


def discriminator(answers: Predictions, layers: Sequence[Layer], width: int, height: int, look: Look, layer: int = 0) -> Canvas:
    """Draw D(x), below it the accuracy in words, the logits, and the layers from one on, as far as there is room."""
    broad = width >= BROAD
    canvas = Canvas(width, height)
    said = 0 if height < 6 else 1 if height < 14 else 2
    table = _table_rows(layers, height - said, broad)
    charts = height - said - table - (1 if table else 0)
    raw = 0 if broad or charts < 2 * LEAST else min(MOST, charts * 9 // 20)
    first = min(max(MOST, height * 2 // 3), charts - raw)
    half = (width - 2) // 2 if broad else width
    canvas.paste(0, 0, _titled(OUTPUTS, half, first, lambda rows: predictions(answers, half, rows, look, shares=False)))
    if broad:
        canvas.paste(half + 2, 0, _titled(LOGITS, half, first, lambda rows: logits(answers, half, rows, look)))
    _in_words(canvas, answers, first, said, look)
    if raw:
        canvas.paste(0, first + said, _titled(LOGITS, width, raw, lambda rows: logits(answers, width, rows, look)))
    if table:
        canvas.paste(0, first + said + raw + 1, _table(layers, width, height - first - said - raw - 1, broad, look, layer))
    return canvas


def _titled(title: str, width: int, height: int, draw: Callable[[int], Canvas]) -> Canvas:
    """A chart below a line that says what it is, where there are rows enough and the line fits."""
    if height < TITLED:
        return draw(height)
    canvas, short = Canvas(width, height), title.partition(":")[0]
    canvas.write(0, 0, next((text for text in (title, short) if len(text) <= width), ""), Ink.DIM)
    canvas.paste(0, 1, draw(height - 1))
    return canvas


def _table_rows(layers: Sequence[Layer], rows: int, broad: bool) -> int:
    """The rows of the table of layers, its heading included: all it needs, and no more than leave the charts enough."""
    of_d = sum(layer.player == "D" for layer in layers)
    wanted = 1 + (max(of_d, len(layers) - of_d) if broad else len(layers))
    most = rows - LEAST - 1
    return min(wanted, max(most // 2, min(most, FEW))) if layers and most >= 3 else 0


def _table(layers: Sequence[Layer], width: int, height: int, broad: bool, look: Look, first: int) -> Canvas:
    """All layers, those of D at the left of those of G where there is room."""
    if not broad:
        return norms(layers, width, height, look, first=first)
    canvas, half = Canvas(width, height), (width - 2) // 2
    for x, player in ((0, "D"), (half + 2, "G")):
        canvas.paste(x, 0, norms([layer for layer in layers if layer.player == player], half, height, look, axes_of(layers), first))
    return canvas


def _in_words(canvas: Canvas, answers: Predictions, y: int, rows: int, look: Look) -> None:
    """On how many samples of each kind D is right, with bars, and what that means."""
    if ranks_only(answers):
        if rows:
            canvas.write(0, y, next((text for text in UNDEFINED_IN_SHORT if len(text) <= canvas.width), ""), Ink.BOLD)
        if rows > 1:
            canvas.write(0, y + 1, _common(answers), Ink.DIM)
        return
    if rows:
        _accuracy(canvas, answers, y, look)
    if rows > 1:
        standing = next(words for least, words in STANDING if (answers.real_right + answers.fake_right) / 2 >= least)
        if kind := beside(answers):
            standing = f"D separates them, but classifies most of both as {kind}"
        end = canvas.write(0, y + 1, standing, Ink.BOLD) if len(standing) <= canvas.width else 0
        text = _common(answers)
        if end + len(text) + 2 <= canvas.width:
            canvas.write(canvas.width - len(text), y + 1, text, Ink.DIM)


def _accuracy(canvas: Canvas, answers: Predictions, y: int, look: Look) -> None:
    """Two shares in words, each with a bar where there is room for both."""
    half = (canvas.width - 2) // 2
    parts = (("real", answers.real_right, Ink.REAL), ("generated", answers.fake_right, Ink.FAKE))
    words = [f"{share:.0%} on {kind} " for kind, share, _ in parts]
    if half >= len(LEAD + words[0]) + SHORTEST:
        words[0] = LEAD + words[0]
    barred = half >= max(map(len, words)) + SHORTEST
    for x, text, (_, share, ink) in zip((0, half + 2), words, parts, strict=True):
        after = canvas.write(x, y, text, ink)
        if barred:
            canvas.write(after, y, look.pick("─", "-") * (x + half - after), Ink.FAINT)
            canvas.write(after, y, filled(share, x + half - after, look), ink)


def _common(answers: Predictions) -> str:
    return f"best threshold: {1 - common(answers) / 2:.0%} correct" if math.isfinite(common(answers)) else ""
