"""Filter: which texts the words of a filter leave, and the line in which they are typed."""

from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink, Look


def matches(words: str, text: str) -> bool:
    """Whether each of the words is in a text, in capitals or not."""
    folded = text.casefold()
    return all(word in folded for word in words.casefold().split())


def filter_line(words: str, left: str, width: int, look: Look) -> Canvas:
    """The words typed so far, and what they leave, such as "2 series"."""
    canvas = Canvas(width, 1)
    start = canvas.write(0, 0, "filter ", Ink.KEY)
    typed = words[-max(0, width - start - 1) :] if width > start + 1 else ""
    x = canvas.write(canvas.write(start, 0, typed, Ink.BOLD), 0, look.pick("▏", "_"), Ink.KEY)
    for text in (left, "Enter keeps, Escape clears"):
        if x + 3 + len(text) <= width:
            x = canvas.write(x + 3, 0, text, Ink.DIM)
    return canvas
