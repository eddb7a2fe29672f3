"""Knobs: the live settings in force, each with its keys and range."""

from typing import ClassVar

from textual.binding import BindingType

from tui_gan.contract.knobs import KNOBS
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.texts import words
from tui_gan.ui.keys import bindings, knob_letters
from tui_gan.ui.panels.panel import Frame, Notes, Panel


class Knobs(Panel):
    """A row for each knob; arrows choose and turn one when the panel is focused, a click turns one at any time."""

    title: ClassVar[str] = "knobs"
    quick: ClassVar[bool] = True
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("knobs")]
    chosen = 0

    def facts(self, frame: Frame) -> tuple[object, ...]:
        """The values, and which one is chosen."""
        return (frame.snapshot.knobs, frame.snapshot.devices, self.chosen)

    def inside(self, frame: Frame, width: int, height: int) -> Canvas:
        """Draw the rows and remember where they can be clicked."""
        chosen = self.chosen if self.has_focus else None
        canvas, targets = words.knobs(frame.snapshot, chosen, width, height, frame.look, knob_letters(frame.keys))
        self.targets = [words.Target(target.row + 1, target.start + 1, target.end + 1, target.action) for target in targets]
        return canvas

    def notes(self, frame: Frame) -> Notes:
        """Nothing: the title says it."""
        return ()

    def action_choose(self, by: int) -> None:
        """Choose the knob above or below."""
        self.chosen = (self.chosen + by) % len(KNOBS)
        self.redraw()

    async def action_turn_chosen(self, by: int) -> None:
        """Turn the chosen knob."""
        await self.app.run_action(f"turn('{list(KNOBS)[self.chosen]}', {by})")
