"""Pixels: whether and how the terminal shows pictures in pixels, the way to it, and which of them it has been given by kitty's protocol."""

import dataclasses
from collections.abc import Mapping

from tui_gan.ui import tmux
from tui_gan.ui.answers import Answers
from tui_gan.ui.draw.palette import Pixels
from tui_gan.ui.draw.raster import Raster, can_show, forgotten, sent
from tui_gan.ui.modes import END

# What tmux calls a terminal's 24-bit colours, by which the cells of a picture name it; and that it draws sixels, as tmux then does.
COLOURS, SIXEL = "RGB", "sixel"
UNASKED = Answers()


@dataclasses.dataclass(frozen=True)
class Route:
    """How pictures in pixels get to the terminal.

    Attributes:
        pixels: how they are shown; None where they are not.
        pane: the pane of tmux that they go through; None where there is no tmux, or it does not answer.
        answers: what the terminal has said, where that decides.
    """

    pixels: Pixels | None = None
    pane: tmux.Pane | None = None
    answers: Answers = UNASKED

    def laid(self, *sequences: str) -> str:
        """Sequences as they are to be written."""
        return "".join(sequences if self.pane is None else map(tmux.through, sequences))


def to_terminal(environment: Mapping[str, str], wanted: bool | None = None, answers: Answers = UNASKED) -> Route:
    """Find the way to the terminal at hand.

    Args:
        wanted: whether the user wants pixels, whatever the terminal says of itself; None leaves that to the terminal.
        answers: what it has said so far.
    """
    if wanted is False:
        return Route()
    sixels = answers.sixel and all(answers.cell)
    if not tmux.inside(environment):
        return _chosen(can_show(environment), sixels, bool(wanted), None, answers)
    pane = tmux.pane(environment)
    if pane is None or not pane.clients:
        return Route(pane=pane)
    # What one terminal could not show would be holes to whoever looks there.
    numbered = all(can_show({"TERM": client.term}) and COLOURS in client.features for client in pane.clients)
    sixels = sixels and all(SIXEL in client.features for client in pane.clients)
    return _chosen(pane.passes and numbered, sixels, pane.passes and bool(wanted), pane, answers)


def _chosen(kitty: bool, sixels: bool, wanted: bool, pane: tmux.Pane | None, answers: Answers) -> Route:
    """The better of two ways, or the one that is wanted although nothing says that it is there."""
    if kitty or not sixels:
        return Route("kitty" if kitty or wanted else None, pane)
    return Route("sixel", pane, answers)


class Given:
    """The pictures that the terminal has, or is to have, each under its number."""

    def __init__(self) -> None:
        self._rasters: dict[int, Raster] = {}
        self._owed: set[int] = set()

    def keep(self, raster: Raster, number: int) -> None:
        """Have the terminal show a picture in place of the one that it has under this number."""
        self._rasters[number] = raster
        self._owed.add(number)

    def owe(self) -> None:
        """Know that the terminal has none of them."""
        self._owed.update(self._rasters)

    def giving(self, route: Route) -> str:
        """What gives it those that it is to have and has not."""
        owed, self._owed = sorted(self._owed), set()
        return "".join(route.laid(*sent(self._rasters[number], number)) for number in owed)

    def parting(self, route: Route) -> str:
        """What takes them away from it."""
        if not self._rasters:
            return ""
        # A picture may have been cut off, in tmux and in the terminal: after an odd Escape tmux takes the first end for content.
        ends = "" if route.pane is None else 2 * END + route.laid(END)
        return ends + route.laid(*(forgotten(number) for number in sorted(self._rasters)))

    def drop(self) -> None:
        """Know of none any more."""
        self._rasters.clear()
        self._owed.clear()
