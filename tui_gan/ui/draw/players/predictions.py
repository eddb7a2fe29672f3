"""Predictions: D's outputs on real and on generated samples, as two histograms over one axis."""

import dataclasses
import math

import numpy as np

from tui_gan.contract.outside import Outside
from tui_gan.contract.snapshot import Floats, Predictions
from tui_gan.ui.draw import axes, marks
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink, Look
from tui_gan.ui.draw.pictures.beyond import Kind, along

TOPS = (0.1, 0.2, 0.5, 1.0)
LEFT = 5
# What the two accuracies are of, in as many words as have room.
WORDINGS = ((" on generated", " on real"), (" generated", " real"), ("", ""))
NO_ACCURACY = "accuracy not defined"
# Shares of samples on which D is right, between which it seems to guess, and an overlap with which it could be right on more.
GUESSING, AHEAD, APART = 0.45, 0.75, 0.5


@dataclasses.dataclass(frozen=True, eq=False)
class Histograms:
    """Shares of real and of generated samples in the same bins.

    Attributes:
        split: the decision threshold; None where there is none.
        beyond: what of both kinds is in none of the bins.
    """

    edges: Floats
    real: Floats
    fake: Floats
    split: float | None
    beyond: tuple[Kind, ...]

    @property
    def top(self) -> float:
        """Where the vertical axis ends: a round share, so that it seldom changes."""
        highest = np.nan_to_num(np.concatenate([self.real, self.fake])).max(initial=0.0)
        return next((step for step in TOPS if step >= highest), 1.0)


def predictions(answers: Predictions, width: int, height: int, look: Look, shares: bool = True) -> Canvas:
    """Draw the real samples' D(x) as a filled area, the generated samples' as an outline, and shade where both are: there D errs.

    Args:
        shares: whether the shares on which D is right stand above.
    """
    above = 1 if shares and height >= 5 and width >= 26 else 0
    below = 2 if height >= 8 else 1 if height >= 3 else 0
    histograms = Histograms(
        answers.edges, answers.real, answers.fake, 0.5, _kinds(Outside(unknown=answers.real_unknown), Outside(unknown=answers.fake_unknown))
    )
    canvas, left = _drawn(histograms, width, height, above, below, look)
    if above and left is not None:
        _shares(canvas, answers, left)
    if below and left is not None:
        columns = width - left
        if below == 2:
            canvas.write(left, height - 2, look.pick("─", "-") * columns, Ink.FAINT)
            canvas.write(left + columns // 2, height - 2, look.pick("┴", "+"), Ink.FAINT)
        _ends(canvas, left, columns, height - 1)
    return canvas


def logits(answers: Predictions, width: int, height: int, look: Look) -> Canvas:
    """Draw the raw outputs of D likewise, over an axis with numbers; what lies beyond its ends is told there."""
    below = 2 if height >= 5 else 0
    known = answers.logit_edges.size > 1 and bool(np.isfinite(answers.logit_edges[[0, -1]]).all())
    if not known:
        return Canvas(width, height)
    low, high = float(answers.logit_edges[0]), float(answers.logit_edges[-1])
    beyond = _kinds(answers.real_outside, answers.fake_outside)
    histograms = Histograms(answers.logit_edges, answers.real_logits, answers.fake_logits, None, beyond)
    canvas, left = _drawn(histograms, width, height, 0, below, look)
    if below and left is not None and high > low:
        axes.x_axis(canvas, low, high, width - left, height - below, look, left)
    return canvas


def ranks_only(answers: Predictions) -> bool:
    """Whether the objective defines differences of logits alone, so that D has no accuracy on single samples."""
    return not (math.isfinite(answers.real_right) and math.isfinite(answers.fake_right))


def common(answers: Predictions) -> float:
    """1 where no threshold on D's output tells the two kinds apart at all, 0 where one tells them all."""
    return answers.overlap


def beside(answers: Predictions) -> str:
    """What D takes most samples for although its answers tell the two kinds apart, "real" or "generated"; "" where that is not so."""
    right = (answers.real_right + answers.fake_right) / 2
    if not GUESSING <= right < AHEAD or not common(answers) < APART:
        return ""
    return "real" if answers.real_right > answers.fake_right else "generated"


def _drawn(histograms: Histograms, width: int, height: int, above: int, below: int, look: Look) -> tuple[Canvas, int | None]:
    """The histograms with their vertical axis, `above` and `below` rows free, and the columns that the axis takes; None: no room."""
    canvas = Canvas(width, height)
    left = LEFT if width >= 24 and height >= 4 else 0
    columns, rows = width - left, height - below - above
    if histograms.edges.size < 2 or columns < 4 or rows < 1:
        return canvas, None
    canvas.paste(left, above, _histograms(histograms, columns, rows, look))
    if left:
        for row in range(above, above + rows):
            canvas.write(left - 1, row, look.pick("│", "|"), Ink.FAINT)
        canvas.write(0, above, f"{histograms.top:.0%}".rjust(left - 1), Ink.DIM)
        canvas.write(left - 2, above + rows - 1, "0", Ink.DIM)
    return canvas, left


def _histograms(histograms: Histograms, columns: int, rows: int, look: Look) -> Canvas:
    """Both histograms without axes, what is common to them shaded, and a line at the decision threshold."""
    canvas = Canvas(columns, rows)
    real = _heights(histograms.edges, histograms.real, columns) / histograms.top
    fine = _heights(histograms.edges, histograms.fake, 2 * columns) / histograms.top
    canvas.lay(marks.area(real, rows, look.pick("", "#")), Ink.AREA)
    both = marks.area(np.minimum(real, fine.reshape(columns, 2).min(axis=1)), rows, "x") > 0
    full = canvas.glyphs == ord(look.pick("█", "#"))
    canvas.lay(np.where(both & full, np.uint32(ord(look.pick("▒", "%"))), np.uint32(0)).astype("<u4"), Ink.FAKE_ON_AREA)
    outline = marks.cells(_outline(fine, 4 * rows), look.pick("", "o"))
    canvas.lay(np.where(full, 0, outline).astype("<u4"), Ink.FAKE)
    canvas.lay(np.where(full, outline, 0).astype("<u4"), Ink.FAKE_ON_AREA)
    if histograms.split is not None:
        at = columns // 2
        middle = np.zeros_like(canvas.glyphs)
        middle[:, at] = np.where(marks.empty(canvas.glyphs[:, at]), ord(look.pick("┊", ":")), 0)
        canvas.lay(middle, Ink.FAINT)
    along(canvas, histograms.beyond, (float(histograms.edges[0]), float(histograms.edges[-1])), look)
    return canvas


def _kinds(real: Outside, fake: Outside) -> tuple[Kind, ...]:
    return Kind("generated", fake, Ink.FAKE), Kind("real", real, Ink.REAL)


def _heights(edges: Floats, shares: Floats, places: int) -> Floats:
    """The share of the bin that each place lies in."""
    middles = edges[0] + (np.arange(places) + 0.5) / places * (edges[-1] - edges[0])
    bins = np.clip(np.searchsorted(edges, middles, side="right") - 1, 0, shares.size - 1)
    heights: Floats = np.clip(np.nan_to_num(shares, posinf=0.0, neginf=0.0), 0.0, 1.0)[bins]
    return heights


def _outline(heights: Floats, dots: int) -> marks.Dots:
    """A line over the bins, without the stretches where they are as good as empty."""
    empty = heights < 0.5 / dots
    lonely = empty & np.concatenate([[True], empty[:-1]]) & np.concatenate([empty[1:], [True]])
    drawn: marks.Dots = marks.line(heights, dots) & ~lonely
    return drawn


def _shares(canvas: Canvas, answers: Predictions, left: int) -> None:
    """On how many of each kind D is right, above the side where they should be."""
    if ranks_only(answers):
        canvas.write(left, 0, NO_ACCURACY, Ink.DIM)
        return
    for generated, real in WORDINGS:
        of_fake, of_real = f"accuracy {answers.fake_right:.0%}{generated}", f"{answers.real_right:.0%}{real}"
        if left + len(of_fake) + 2 + len(of_real) <= canvas.width:
            break
    canvas.write(left, 0, of_fake, Ink.FAKE)
    canvas.write(canvas.width - len(of_real), 0, of_real, Ink.REAL)


def _ends(canvas: Canvas, left: int, columns: int, row: int) -> None:
    """What the ends of the axis mean."""
    low, middle, high = ("0 generated", "0.5", "real 1") if columns >= 30 else ("0", "0.5", "1")
    canvas.write(left, row, low, Ink.DISCRIMINATOR)
    canvas.write(left + columns // 2 - 1, row, middle, Ink.DISCRIMINATOR)
    canvas.write(left + columns - len(high), row, high, Ink.DISCRIMINATOR)
