"""Gallery: what the generator makes, back through the run, between two latents, and beside the nearest real images."""

import bisect
import dataclasses
from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.binding import BindingType

from tui_gan.contract.commands import Browse
from tui_gan.contract.snapshot import Gallery as Answer
from tui_gan.contract.snapshot import ImageGrid, Line1D, Picture, Plane2D, Snapshot
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.gallery import masking
from tui_gan.ui.draw.gallery.gallery import Exhibit, gallery
from tui_gan.ui.draw.gallery.timeline import timeline
from tui_gan.ui.draw.palette import Ink, Look
from tui_gan.ui.draw.pictures.images import plan
from tui_gan.ui.keys import bindings
from tui_gan.ui.panels.completing import OF_MASKS, Completing, numbers
from tui_gan.ui.panels.distribution import CELLS_A_SECOND, LONGEST, legend, offer, waiting
from tui_gan.ui.panels.panel import Frame, Notes, hint

# From this height on the timeline has a row.
LINED = 3
# Rows that hold no images: the frame, the headings and the timeline.
OTHERS = 4


class Gallery(Completing):
    """The samples of the run as it stands or of a step that was kept, with a timeline; or a walk; or pairs.

    Keys move the wish at once. The run is sent the newest wish alone, and no other before it has answered.
    """

    title: ClassVar[str] = "samples"
    watches: ClassVar[tuple[str, ...]] = ("picture", "gallery")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("gallery")]

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self.larger = 0
        self._asked = Browse()
        self._asked_at: Snapshot | None = None

    def facts(self, frame: Frame) -> tuple[object, ...]:
        """The wish, the steps that are kept, and what is shown, of which each part is a new object when it shows something new."""
        answer = frame.snapshot.gallery
        varies = answer if self.wish.walk or self._in_pairs() or self.masking else None
        of_class = None if answer is None else (answer.of_class, answer.code)
        return (self.wish, self.masking, self.larger, _kept(answer), self._back(answer), of_class, self._picture(frame.snapshot), varies)

    def pause(self, frame: Frame) -> float:
        """Cells with colours of their own are many bytes, so that the larger picture is the slower one."""
        rate = CELLS_A_SECOND.get(type(frame.snapshot.picture))
        return 0.0 if rate is None else min(LONGEST, self.size.area / rate)

    def show(self, frame: Frame) -> None:
        """Draw a frame, and send the wish that had to wait for an answer."""
        super().show(frame)
        self._ask(frame.snapshot)

    @property
    def labels(self) -> Mapping[str, str]:
        """What is of a completion or of a walk while there is one."""
        if self.masking:
            return OF_MASKS
        extras = () if self._frame is None else self._frame.snapshot.rules.extras
        nothing = ["hide", "mask", *(() if self.wish.walk else ("walk_from", "walk_to"))]
        chosen = ("class_before", "class_next")
        if not {"classes", "codes"} & {*extras}:
            nothing += chosen
        return dict.fromkeys(nothing, "") | (dict.fromkeys(chosen, "code") if "codes" in extras and "classes" not in extras else {})

    def heading(self, frame: Frame) -> str:
        """Whose samples these are: of now, or of which step; and whether all of them are shown."""
        step, picture, answer = self._back(frame.snapshot.gallery), self._picture(frame.snapshot), frame.snapshot.gallery
        if self.masking and (done := None if answer is None else answer.completed) is not None:
            return f"image {self.masking.number + 1} of {done.images:,} held out, {self.masking.named}"
        if answer is not None and answer.of_class is not None:
            return f"{self.title} of {answer.classes[answer.of_class]}"
        wide = ", all samples" if isinstance(picture, Line1D | Plane2D) and picture.wide else ""
        return (self.title if step is None else f"{self.title} of step {step:,}") + wide

    def headings(self, frame: Frame) -> Sequence[str]:
        """The one title, or which continuous code moves along the rows, in as many words as there is room for."""
        answer = frame.snapshot.gallery
        if answer is None or answer.code is None:
            return (self.heading(frame),)
        code = f"continuous code {answer.code + 1} of {answer.codes}"
        return (f"{self.title}, {code} from -2 to 2", f"{code}, from -2 to 2", code)

    def dated(self, frame: Frame) -> str:
        """Nothing where a step is looked back at, which the heading names."""
        return super().dated(frame) if self._back(frame.snapshot.gallery) is None else ""

    def inside(self, frame: Frame, width: int, height: int) -> Canvas:
        """Draw what is shown, and the timeline in the lowest row."""
        picture, kept = self._picture(frame.snapshot), _kept(frame.snapshot.gallery)
        if picture is None:
            self.targets = []
            return hint(*waiting(frame, width), height)
        canvas = Canvas(width, height)
        lined = 1 if kept and height >= LINED and not self.masking else 0
        canvas.paste(0, 0, gallery(self._exhibit(frame.snapshot, picture), width, height - lined, frame.look))
        self.targets = []
        if lined:
            row, targets = timeline(kept, None if self.wish.step is None else _place(kept, self.wish.step), width, frame.look)
            canvas.paste(0, height - 1, row)
            self.targets = [dataclasses.replace(each, row=height, start=each.start + 1, end=each.end + 1) for each in targets]
        return canvas

    def notes(self, frame: Frame) -> Notes:
        """The legend of what is shown."""
        picture = self._picture(frame.snapshot)
        if picture is None:
            return ()
        if self.wish.walk and not isinstance(picture, Line1D):
            return _walked(self._ends(frame.snapshot.gallery), picture, frame.look)
        answer = frame.snapshot.gallery
        if self.wish.inferred and answer is not None and answer.again is not None:
            return (("x", Ink.REAL), (frame.look.pick(" │ ", " | "), Ink.FAINT), ("G(E(x))", Ink.FAKE), ("  reconstructed", Ink.DIM))
        if self.wish.stages and answer is not None and answer.first is not None:
            apart = ("  RMS of pixels from its half", Ink.DIM)
            return (("stage 1", Ink.FAKE), (frame.look.pick(" │ ", " | "), Ink.FAINT), ("stage 2", Ink.FAKE), apart)
        if self.masking and answer is not None and answer.completed is not None:
            return numbers(answer.completed, self.masking)
        if self.wish.nearest and isinstance(picture, ImageGrid):
            return (
                ("generated", Ink.FAKE),
                (frame.look.pick(" │ ", " | "), Ink.FAINT),
                ("nearest real", Ink.REAL),
                ("  RMS of pixels", Ink.DIM),
            )
        return (*legend(picture, frame.look, frame.snapshot.rules.completes), *offer(picture, frame))

    def action_scrub(self, by: int) -> None:
        """Go to the kept preview before or after; after the last comes the run as it stands. Of a mask the cursor moves."""
        if self.masking:
            self._mask(masking.moved(self.masking, 0, by))
            return
        kept = self._steps()
        here = len(kept) if self.wish.step is None else _place(kept, self.wish.step)
        there = max(0, here + by)
        if kept:
            self._want(Browse(kept[there] if there < len(kept) else None, nearest=self.wish.nearest))

    def action_scrub_at(self, number: int) -> None:
        """Go to the kept preview of a number."""
        if number < len(kept := self._steps()):
            self._want(Browse(kept[number], nearest=self.wish.nearest))

    def action_scrub_to(self, end: str) -> None:
        """Go to the first kept preview, or to the run as it stands."""
        kept = self._steps()
        self._want(Browse(kept[0] if end == "first" and kept else None, nearest=self.wish.nearest))

    def action_resize(self, by: int) -> None:
        """Show larger images, or smaller ones and more of them."""
        picture = None if self._frame is None else self._picture(self._frame.snapshot)
        if not isinstance(picture, ImageGrid):
            return
        if self.wish.walk or self._in_pairs() or self.masking:
            self.app.notify("the images of a walk, of pairs and of a completion have a fixed size")
            return
        room = self.size.width - 2, 2 * (self.size.height - OTHERS)
        if plan(picture, *room, self.larger) != plan(picture, *room, self.larger + by):
            self.larger += by
            self.redraw()

    def action_of_class(self, by: int) -> None:
        """Ask a conditional generator for the next class, or the one before; before the first and behind the last are all of them.

        Of InfoGAN the next continuous code is moved along the rows, and of a mask the cursor moves.
        """
        if self.masking:
            self._mask(masking.moved(self.masking, by, 0))
            return
        answer = None if self._frame is None else self._frame.snapshot.gallery
        if answer is None or not (answer.classes or answer.codes):
            self.app.notify("that is for conditional generators and InfoGAN, such as digits-conditional and digits-infogan")
            return
        # Of InfoGAN images the continuous codes are gone through, which say more than one code's images.
        moved = answer.codes and isinstance(answer.picture or self._live(), ImageGrid)
        now, count = (self.wish.code, answer.codes) if moved else (self.wish.of_class, len(answer.classes))
        place = (-1 if now is None else now) + by
        wanted = None if place in (-1, count) else place % (count + 1)
        self._want(Browse(code=wanted) if moved else Browse(of_class=wanted, stages=self.wish.stages))

    def _live(self) -> Picture | None:
        return None if self._frame is None else self._frame.snapshot.picture

    def action_walk(self) -> None:
        """Walk between two latents, or two classes, and back."""
        if self.wish.walk or self._latents() < 2:
            self._want(Browse())
        else:
            self._want(Browse(walk=(0, 1)))

    def action_ends(self, end: int) -> None:
        """Walk from, or to, the next latent or class, which is not the one at the other end; of a mask another image."""
        if self.masking and (images := self._images()):
            self._mask(masking.other(self.masking, 2 * end - 1, images))
        if self.wish.walk:
            ends, latents = list(self.wish.walk), self._latents()
            ends[end] = (ends[end] + 1) % latents
            if ends[0] == ends[1]:
                ends[end] = (ends[end] + 1) % latents
            self._want(Browse(walk=(ends[0], ends[1])))
        elif not self.masking:
            self.app.notify(f"that is for a walk: {self._symbols['walk']}")

    def action_nearest(self) -> None:
        """Show the nearest real image beside each generated one, and back."""
        if self._frame is not None and isinstance(self._frame.snapshot.picture, ImageGrid):
            self._want(Browse(self.wish.step, nearest=not self.wish.nearest, of_class=self.wish.of_class))
        else:
            self.app.notify("nearest training images are shown for images only")

    def action_infer(self) -> None:
        """Show real samples with what the inference network makes of them, and back."""
        self._want(Browse(inferred=not self.wish.inferred))

    def action_stages(self) -> None:
        """Show the images of the first of two stages beside those of the second, of the class that is asked for, and back."""
        self._want(Browse(of_class=self.wish.of_class, stages=not self.wish.stages))

    def _in_pairs(self) -> bool:
        return self.wish.nearest or self.wish.inferred or self.wish.stages

    def _want(self, wish: Browse) -> None:
        self.wish = wish
        self.masking = None
        if self._frame is not None:
            self._ask(self._frame.snapshot)
        self.redraw()

    def _ask(self, snapshot: Snapshot) -> None:
        """Send the newest wish, once for each snapshot at most."""
        if self.wish != self._asked and snapshot is not self._asked_at:
            self._asked, self._asked_at = self.wish, snapshot
            self.send(self.wish)

    def _back(self, answer: Answer | None) -> int | None:
        """The step that is looked back at; None for the run as it stands, and until there is an answer."""
        return answer.step if answer is not None and answer.picture is not None and self.wish.step is not None else None

    def _picture(self, snapshot: Snapshot) -> Picture | None:
        answer = snapshot.gallery
        other = answer is not None and (self._back(answer) is not None or answer.of_class is not None or answer.code is not None)
        return answer.picture if answer is not None and other else snapshot.picture

    def _exhibit(self, snapshot: Snapshot, picture: Picture) -> Exhibit:
        """What the run has answered of the wish."""
        answer = snapshot.gallery
        if answer is None:
            return Exhibit(picture, larger=self.larger)
        if self.masking:
            return Exhibit(picture, done=answer.completed, mask=self.masking.mask, at=self.masking.at, keys=self._keys_of_masks())
        if self.wish.walk:
            return Exhibit(picture, answer.walk, self._ends(answer))
        if self.wish.inferred:
            return Exhibit(picture, distances=answer.distances, real=answer.real, again=answer.again, latents=answer.latents)
        if self.wish.stages:
            return Exhibit(picture, distances=answer.distances, first=answer.first)
        if self.wish.nearest:
            return Exhibit(picture, nearest=answer.nearest, distances=answer.distances)
        return Exhibit(picture, larger=self.larger)

    def _steps(self) -> tuple[int, ...]:
        return () if self._frame is None else _kept(self._frame.snapshot.gallery)

    def _ends(self, answer: Answer | None) -> tuple[str, str]:
        """What the walk leads from and to."""
        start, end = self.wish.walk or (0, 0)
        if answer is not None and answer.classes:
            return answer.classes[start], answer.classes[end]
        return f"latent {start}", f"latent {end}"

    def _latents(self) -> int:
        """How many fixed latents, or classes, there are to walk between."""
        answer = None if self._frame is None else self._frame.snapshot.gallery
        if answer is not None and answer.classes:
            return len(answer.classes)
        picture = None if self._frame is None else self._frame.snapshot.picture
        if picture is None:
            return 0
        return int(picture.latents.size) if isinstance(picture, Line1D) else len(picture.fake)


def _walked(ends: tuple[str, str], picture: Picture, look: Look) -> Notes:
    """The legend of a walk."""
    words = f"walk from {ends[0]} to {ends[1].partition(' ')[2]}"
    if isinstance(picture, ImageGrid):
        return ((words, Ink.FAKE),)
    real, walked, heat = look.pick("⠶ real", "x real"), look.pick("⠒⠒ ", "oo ") + words, look.pick("▒▒ D(x)", ".: D(x)")
    return ((real, Ink.REAL), (f"  {walked}", Ink.FAKE), (f"  {heat}", Ink.DISCRIMINATOR))


def _kept(answer: Answer | None) -> tuple[int, ...]:
    return () if answer is None else answer.kept


def _place(kept: tuple[int, ...], step: int) -> int:
    """The number of the kept step that is nearest to `step`, or before it."""
    after = bisect.bisect_left(kept, step)
    near = [number for number in (after - 1, after) if 0 <= number < len(kept)]
    return min(near, key=lambda number: abs(kept[number] - step), default=0)
