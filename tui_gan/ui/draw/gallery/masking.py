"""Masking: which pixels of which image are hidden, as keys and the mouse change it."""

import dataclasses
from collections.abc import Callable

import numpy as np

from tui_gan.contract.commands import Browse
from tui_gan.ui.draw.gallery.completion import Mask, Spot


def _halves(rows: slice, columns: slice) -> Callable[[Mask], None]:
    """What hides a part whose ends are given in quarters of the sides."""

    def hide(mask: Mask) -> None:
        high, wide = mask.shape
        mask[rows.start * high // 4 : rows.stop * high // 4, columns.start * wide // 4 : columns.stop * wide // 4] = 0

    return hide


def _random(mask: Mask) -> None:
    mask[np.random.default_rng(0).random(mask.shape) < 1 / 2] = 0


WHOLE = slice(0, 4)
# What each hides of a mask of ones, in the order in which a key goes through them.
READY: dict[str, Callable[[Mask], None]] = {
    "right half": _halves(WHOLE, slice(2, 4)),
    "left half": _halves(WHOLE, slice(0, 2)),
    "upper half": _halves(slice(0, 2), WHOLE),
    "lower half": _halves(slice(2, 4), WHOLE),
    "centre": _halves(slice(1, 3), slice(1, 3)),
    "random half": _random,
    "everything": _halves(WHOLE, WHOLE),
    "nothing": lambda mask: None,
}


@dataclasses.dataclass(frozen=True, eq=False)
class Masking:
    """What is asked for.

    Attributes:
        number: of the image.
        mask: its pixels, (H, W), 1 where observed.
        at: the pixel of the cursor.
        ready: the name of the ready-made mask that it began with.
    """

    number: int
    mask: Mask
    at: Spot
    ready: str

    @property
    def named(self) -> str:
        """What is hidden, in words."""
        tall, broad = self.mask.shape
        same = np.array_equal(self.mask, begun(tall, broad, ready=self.ready).mask)
        return f"{self.ready} hidden" if same else "a mask of your own"

    @property
    def wish(self) -> Browse:
        """The request."""
        return Browse(image=self.number, mask="".join(map(str, self.mask.flatten().tolist())))


def begun(tall: int, broad: int, number: int = 0, ready: str = next(iter(READY))) -> Masking:
    """A ready-made mask, with the cursor in the middle."""
    mask = np.ones((tall, broad), dtype=np.uint8)
    READY[ready](mask)
    return Masking(number, mask, (tall // 2, broad // 2), ready)


def following(now: Masking) -> Masking:
    """The next of the ready-made masks of the same image; the cursor stays."""
    names = [*READY]
    ready = names[(names.index(now.ready) + 1) % len(names)]
    tall, broad = now.mask.shape
    return dataclasses.replace(begun(tall, broad, now.number, ready), at=now.at)


def moved(now: Masking, down: int, across: int) -> Masking:
    """The cursor elsewhere, at most at the edge."""
    tall, broad = now.mask.shape
    return dataclasses.replace(now, at=(max(0, min(tall - 1, now.at[0] + down)), max(0, min(broad - 1, now.at[1] + across))))


def other(now: Masking, by: int, images: int) -> Masking:
    """Another image under the same mask."""
    return dataclasses.replace(now, number=(now.number + by) % images)


def put(now: Masking, at: Spot, observed: bool) -> Masking:
    """A pixel shown or hidden, with the cursor there."""
    mask = now.mask.copy()
    mask[at] = observed
    return dataclasses.replace(now, mask=mask, at=at)


def turned(now: Masking, at: Spot) -> Masking:
    """A pixel hidden that was shown, or shown that was hidden."""
    return put(now, at, not now.mask[at])
