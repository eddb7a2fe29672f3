"""What of a gallery completes images: a mask, changed by keys and by the mouse, of which the run is asked."""

from textual import events

from tui_gan.contract.commands import Browse
from tui_gan.contract.snapshot import Completed, Gallery, ImageGrid
from tui_gan.ui.draw.gallery import masking
from tui_gan.ui.draw.gallery.completion import FIXED, Spot, pixel_at
from tui_gan.ui.draw.palette import Ink
from tui_gan.ui.keys import KEYS
from tui_gan.ui.panels.panel import Notes, Panel

# What keys do while an image is completed, by their names.
OF_MASKS = {
    **dict.fromkeys(("earlier", "later", "class_before", "class_next"), "cursor"),
    "hide": "hide, show",
    "mask": "next mask",
    **dict.fromkeys(("walk_from", "walk_to"), "other image"),
    "complete": "back",
}


class Completing(Panel):
    """A panel whose wish may be a masked image.

    Attributes:
        wish: what the run is asked for.
        masking: the image and its mask; None where none is asked for.
    """

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self.wish = Browse()
        self.masking: masking.Masking | None = None
        # Whether a stroke of the mouse shows pixels or hides them; None where there is none.
        self._stroke: bool | None = None

    @property
    def _answer(self) -> Gallery | None:
        return None if self._frame is None else self._frame.snapshot.gallery

    @property
    def _symbols(self) -> dict[str, str]:
        """What the user reads for each key, by its name."""
        return {key.name: key.symbol for key in (KEYS if self._frame is None else self._frame.keys)}

    def _keys_of_masks(self) -> tuple[tuple[str, str], ...]:
        """The keys that change a mask, and what they do, in the words of the footer."""
        keys, named = self._symbols, dict[str, list[str]]()
        for name, label in OF_MASKS.items():
            named.setdefault(label, []).append(keys[name])
        # Arrows stand close.
        apart = ["" if len(each) > 2 and all(len(key) == 1 for key in each) else " " for each in named.values()]
        return tuple((space.join(each), label) for space, (label, each) in zip(apart, named.items(), strict=True))

    def _want(self, wish: Browse) -> None:
        """Ask for something else."""
        raise NotImplementedError

    def action_complete(self) -> None:
        """Hide a part of an image and see what the generator makes of it, and back."""
        answer, picture = self._answer, None if self._frame is None else self._frame.snapshot.picture
        if self.masking:
            self._want(Browse())
        elif answer is None or picture is None:
            self.app.notify("nothing is drawn yet")
        elif not answer.completes or not isinstance(picture, ImageGrid):
            self.app.notify("that is for generators that complete images, such as digits-inpaint")
        else:
            self._mask(masking.begun(*picture.fake.shape[1:3]))

    def action_hide(self) -> None:
        """Hide the pixel at the cursor, or show it."""
        if self.masking:
            self._mask(masking.turned(self.masking, self.masking.at))
        else:
            self._say_how()

    def action_mask(self) -> None:
        """The next of the ready-made masks."""
        if self.masking:
            self._mask(masking.following(self.masking))
        else:
            self._say_how()

    def _say_how(self) -> None:
        self.app.notify(f"that is for the completion of an image: {self._symbols['complete']}")

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Hide the pixel under the mouse, or show it, and begin a stroke."""
        if self.masking and (at := self._pixel(event)) is not None:
            self._mask(masking.turned(self.masking, at))
            self._stroke = bool(self.masking.mask[at])
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Go on with the stroke."""
        if self.masking and self._stroke is not None and (at := self._pixel(event)) is not None and at != self.masking.at:
            self._mask(masking.put(self.masking, at, self._stroke))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """End the stroke."""
        if self._stroke is not None:
            self._stroke = None
            self.release_mouse()

    async def on_click(self, event: events.Click) -> None:
        """What a click means elsewhere it does not mean on the pixels of an image."""
        if self._pixel(event) is None:
            await super().on_click(event)

    def _pixel(self, event: events.MouseEvent) -> Spot | None:
        """The pixel of the image that is masked under the mouse."""
        done = None if self._answer is None else self._answer.completed
        if self.masking is None or done is None:
            return None
        room = self.size.width - 2, self.size.height - 2
        return pixel_at(int(event.x) - 1, int(event.y) - 1, self.masking.mask, FIXED + len(done.made), *room)

    def _images(self) -> int:
        done = None if self._answer is None else self._answer.completed
        return 0 if done is None else done.images

    def _mask(self, now: masking.Masking) -> None:
        self._want(now.wish)
        self.masking = now
        self.redraw()


def numbers(done: Completed, now: masking.Masking) -> Notes:
    """The numbers of a completion: how far completions are from the original, and from each other."""
    hidden = now.mask == 0
    if not hidden.any() or (done.mask != now.mask).any():
        return ()
    spread = float(done.spread[hidden].mean())
    return ((f"RMS error {done.error:.2f}", Ink.FAKE), (f"  spread {spread:.2f}", Ink.DIM))
