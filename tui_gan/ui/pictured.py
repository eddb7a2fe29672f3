"""Pictured: an app whose pictures are shown in pixels where the terminal can, by the way that there is at the moment."""

import asyncio
import dataclasses
from collections.abc import Callable, Mapping, Sequence

from textual.driver import Driver
from textual.geometry import Region

from tui_gan.ui.answers import Answer, Answers, learned
from tui_gan.ui.draw.palette import Look, Pixels
from tui_gan.ui.draw.raster import Raster
from tui_gan.ui.laid import Laid, Place
from tui_gan.ui.pixels import Given, Route
from tui_gan.ui.unofficial import Front

# Seconds between two questions to tmux.
GLANCE = 1.0
# What has been drawn over cells goes with the letters.
ERASED = "\x1b[2J"


def closed(answers: Answers) -> Route:
    """No way for pictures in pixels."""
    return Route()


class Pictured(Front):
    """What a terminal has been given in pixels, and what it is given when that changes.

    Args:
        routes: finds the way by which pictures in pixels get to the terminal, by what it has answered.

    Attributes:
        look: how things are drawn now.
    """

    def __init__(self, driver: type[Driver], routes: Callable[[Answers], Route]) -> None:
        self._given, self._laid, self._answers = Given(), Laid(), Answers()
        self._routes, self._route = routes, routes(self._answers)
        self.look = Look()
        super().__init__(driver)

    def pictures(self) -> Mapping[int, Place]:
        """The pictures that are to be seen now, each under its number."""
        return {}

    def draw_again(self) -> None:
        """Draw what is to be seen in a look that has changed."""

    def pictured(self, look: Look) -> Look:
        """The look with pictures in pixels where there is a way for them."""
        # For kitty the number of a picture is a colour of its cells.
        cannot = look.lettered or (self._route.pixels == "kitty" and look.depth != 24)
        pixels: Pixels | None = None if cannot else self._route.pixels
        return dataclasses.replace(look, pixels=pixels)

    def on_mount(self) -> None:
        """Begin to look who looks."""
        if self._route.pane is not None:
            self._looking = asyncio.create_task(self._look_around())

    async def _look_around(self) -> None:
        """See who looks at the pane of tmux, of which tmux does not tell: another terminal has none of the pictures."""
        while True:
            await asyncio.sleep(GLANCE)
            self.take(await asyncio.to_thread(self._routes, self._answers))

    def on_answer(self, event: Answer) -> None:
        """Hear what the terminal can; where tmux is asked again and again, that is enough."""
        self._answers = learned(self._answers, event.text)
        if self._route.pane is None:
            self.take(self._routes(self._answers))

    def take(self, route: Route) -> None:
        """Show pictures by another way from now on, or to another terminal."""
        before = self._route
        if route == before or (route.pane is None and before.pane is not None):
            return
        # Where nobody looks it is not known who will; what is drawn meanwhile is given again.
        nobody = route.pane is not None and not route.pane.clients
        self._route = dataclasses.replace(before, pane=route.pane) if nobody else route
        if (look := self.pictured(self.look)) != self.look:
            self._write(self._given.parting(before))
            self._given.drop()
            self._laid.drop()
            self.look = look
            self.draw_again()
        elif not nobody:
            self._laid.drop()
            self._given.owe()
            self._give()
            self._lay_alone()

    def show_raster(self, raster: Raster, number: int, framed: bool) -> None:
        """Give the terminal a picture in pixels.

        Args:
            framed: whether a frame follows that writes to its cells, after which what is laid over them is drawn anyway.
        """
        if self.look.pixels == "sixel":
            if not framed:
                self.call_later(self._lay_alone)
        else:
            self._given.keep(raster, number)
            self._give()

    def displayed(self, written: Sequence[Region]) -> None:
        """Lay pictures over the frame."""
        self._lay(written)

    def parting(self) -> str:
        """What leaves no picture behind in the terminal."""
        return ERASED if self.look.pixels == "sixel" else self._given.parting(self._route)

    def draw_anew(self) -> None:
        """Draw all of the screen, and give the terminal its pictures again."""
        self._given.owe()
        super().draw_anew()

    def draw_missed(self) -> None:
        """Draw all of the screen, and give the terminal what it has missed; all its pictures each time might make it late without end."""
        self._give()
        super().draw_missed()

    def _give(self) -> None:
        if not self.leave_out():
            self._write(self._given.giving(self._route))

    def _lay_alone(self) -> None:
        if not self.leave_out():
            self._lay()

    def _lay(self, written: Sequence[Region] = ()) -> None:
        """Draw over the cells what is to be seen there and is not; with its frame, also where that alone makes the terminal late."""
        if self.look.pixels == "sixel":
            self._write(self._laid.laying(self.pictures(), written, self._route.answers))

    def _write(self, text: str) -> None:
        if text and self.driver is not None:
            self.driver.write(text)
