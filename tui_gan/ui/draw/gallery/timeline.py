"""Timeline: the steps whose previews were kept, and which of them is shown."""

import itertools
from collections.abc import Sequence

from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink, Look
from tui_gan.ui.draw.texts.words import Target

SHORTEST, LABELLED = 8, 34


def timeline(kept: Sequence[int], chosen: int | None, width: int, look: Look) -> tuple[Canvas, list[Target]]:
    """One line: a tick for each kept step, a bullet at the one that is shown, and "live" at the end; and where it can be clicked.

    Args:
        kept: ascending steps.
        chosen: the number of a kept step; None for the run as it stands.
    """
    canvas = Canvas(width, 1)
    if not kept or width < SHORTEST:
        return canvas, []
    live = f"{look.pick('●' if chosen is None else '○', '*' if chosen is None else 'o')} live"
    first, last = (f"{kept[0]:,} ", f" {kept[-1]:,}") if width >= LABELLED else ("", "")
    left, end = len(first), width - len(live) - 2
    columns = end - left - len(last)
    places = [left + round(number / max(1, len(kept) - 1) * (columns - 1)) for number in range(len(kept))] if columns > 1 else []
    canvas.write(0, 0, first, Ink.DIM)
    canvas.write(left, 0, look.pick("─", "-") * columns, Ink.FAINT)
    here = None if chosen is None or not places else places[max(0, min(chosen, len(places) - 1))]
    for x in places:
        canvas.write(x, 0, look.pick("┴", "+"), Ink.DIM if here is None or x <= here else Ink.FAINT)
    if here is not None:
        canvas.write(here, 0, look.pick("●", "O"), Ink.KEY)
    canvas.write(end - len(last), 0, last, Ink.DIM)
    canvas.write(end + 2, 0, live, Ink.GOOD if chosen is None else Ink.DIM)
    cuts = [left, *((one + other + 1) // 2 for one, other in itertools.pairwise(places)), left + columns]
    targets = [Target(0, start, stop, f"scrub_at({number})") for number, (start, stop) in enumerate(itertools.pairwise(cuts))]
    targets = [target for target in targets if places and target.start < target.end]
    return canvas, [*targets, Target(0, end + 1, width, "scrub_to('live')")]
