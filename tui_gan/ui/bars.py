"""Bars: the header, slow motion, the line of advice, and the footer."""

from typing import ClassVar, Literal

from tui_gan.contract.snapshot import Status
from tui_gan.ui.draw.canvas import Canvas, framed
from tui_gan.ui.draw.palette import Ink
from tui_gan.ui.draw.texts import words
from tui_gan.ui.draw.texts.stages import stages
from tui_gan.ui.keys import BEGIN_AT_ONCE, PAUSES, footer_items
from tui_gan.ui.layout import Kind
from tui_gan.ui.panels.panel import Frame, Part


class Header(Part):
    """Preset, state, step, speed, device and time."""

    quick: ClassVar[bool] = True

    def facts(self, frame: Frame) -> tuple[object, ...]:
        """What the line says."""
        snapshot = frame.snapshot
        speed = (snapshot.step, snapshot.steps, snapshot.steps_per_second, snapshot.seconds)
        return (
            snapshot.preset,
            *speed,
            snapshot.device,
            snapshot.phase,
            snapshot.paced,
            snapshot.knobs.pace,
            frame.leaving,
            len(snapshot.visitors),
        )

    def picture(self, frame: Frame, width: int, height: int) -> Canvas:
        """Draw the line."""
        free = next(key.symbol for key in frame.keys if key.name == "free")
        return words.header(frame.snapshot, frame.leaving, width, frame.look, free)


class Advice(Part):
    """One line on what to do about a failure, an automatic pause, or the end."""

    quick: ClassVar[bool] = True

    def facts(self, frame: Frame) -> tuple[object, ...]:
        """The advice."""
        return (frame.snapshot.advice,)

    def picture(self, frame: Frame, width: int, height: int) -> Canvas:
        """Draw the line."""
        return words.advice(frame.snapshot.advice or "", width, frame.look, calm=frame.snapshot.status is Status.FINISHED)


class Stages(Part):
    """A step in slow motion, below the panels, while there is one."""

    quick: ClassVar[bool] = True

    def facts(self, frame: Frame) -> tuple[object, ...]:
        """The stages so far."""
        return (frame.snapshot.stages,)

    def picture(self, frame: Frame, width: int, height: int) -> Canvas:
        """Draw them in a frame."""
        symbols = {key.name: key.symbol for key in frame.keys}
        notes = ((symbols["slow"], Ink.KEY), (" next  ", Ink.DIM), (symbols["pause"], Ink.KEY), (" continue", Ink.DIM))
        inside = stages(frame.snapshot.stages, max(0, width - 2), max(0, height - 2), frame.look)
        return framed(inside, "one step in slow motion", False, frame.look, notes)


class Footer(Part):
    """The keys that work now; a click on one presses it."""

    quick: ClassVar[bool] = True

    def facts(self, frame: Frame) -> tuple[object, ...]:
        """The panel that they are for, what it shows, and whether it has all the room."""
        return (*self._panel(), self._zoomed(), frame.snapshot.rules.extras, self._labels())

    def picture(self, frame: Frame, width: int, height: int) -> Canvas:
        """Draw the line and remember where it can be clicked."""
        status = frame.snapshot.status
        pauses = BEGIN_AT_ONCE if status is Status.LOADING and frame.begins_paused else PAUSES.get(status, "")
        canvas, self.targets = words.footer(
            footer_items(*self._panel(), frame.keys, self._zoomed(), pauses, frame.snapshot.rules.extras, self._labels()), width
        )
        return canvas

    async def act(self, action: str) -> None:
        """Do what a key of that panel would, or one of the app."""
        panel = self.screen.query(f"#{self._panel()[0]}") if self._panel()[0] else ()
        await self.app.run_action(action, next((each for each in panel if hasattr(each, f"action_{action.partition('(')[0]}")), None))

    def _labels(self) -> dict[str, str]:
        return dict(getattr(self.screen, "labels", {}))

    def _zoomed(self) -> bool:
        return getattr(self.screen, "maximised", None) is not None

    def _panel(self) -> tuple[str, Kind | Literal[""]]:
        return str(getattr(self.screen, "panel", "")), getattr(self.screen, "kind", "")
