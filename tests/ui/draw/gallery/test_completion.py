"""A masked image and its completions: where each goes, what is hidden, the cursor; and how keys change a mask."""

import numpy as np
import pytest

from tui_gan.contract.snapshot import Completed, frozen
from tui_gan.ui.draw.gallery import masking
from tui_gan.ui.draw.gallery.completion import completion, layout, pixel_at, veiled
from tui_gan.ui.draw.palette import Look

SIZES = ((118, 33), (78, 20), (60, 14), (40, 10), (20, 5), (8, 4), (3, 2), (1, 1))


def done_of(side: int, channels: int = 1) -> Completed:
    stream = np.random.default_rng(0)
    original = stream.integers(0, 256, (side, side, channels), dtype=np.uint8)
    mask = np.ones((side, side), dtype=np.uint8)
    mask[:, side // 2 :] = 0
    made = stream.integers(0, 256, (12, side, side, channels), dtype=np.uint8)
    return Completed(3, 10, original, mask, made, frozen(stream.random((side, side)) / 2), frozen(stream.random((side, side))), 0.2)


@pytest.mark.parametrize("look", [Look(), Look(ascii_only=True), Look(depth=4)], ids=["colours", "letters", "few"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("side", "channels"), [(8, 1), (28, 1), (32, 3)])
def test_it_is_drawn_at_every_size(side: int, channels: int, size: tuple[int, int], look: Look) -> None:
    done = done_of(side, channels)
    canvas = completion(done, done.mask, (0, side - 1), *size, look, (("X", "next mask"),))
    assert (canvas.width, canvas.height) == size
    if size[0] >= 78:
        for word in ("hidden", "original", "spread", "D: obs"):
            assert word in canvas.text(), word
        assert "complete" in canvas.text()


@pytest.mark.parametrize("side", [8, 28])
@pytest.mark.parametrize("size", SIZES[:4])
def test_nothing_overlaps_and_a_cell_leads_back_to_its_pixel(side: int, size: tuple[int, int]) -> None:
    plan = layout(side, side, 15, *size)
    if plan is None:
        return
    assert plan.width < plan.x
    assert plan.x + plan.columns * (plan.small[0] + 1) - 1 <= size[0]
    mask = np.ones((side, side), dtype=np.uint8)
    found = {pixel_at(x, y, mask, 15, *size) for x in range(size[0]) for y in range(size[1])} - {None}
    assert {column for _, column in found} == {*range(0, side, max(1, side // plan.width))}
    assert pixel_at(0, 0, mask, 15, *size) is None
    assert pixel_at(0, 1, mask, 15, *size) == (0, 0)
    assert pixel_at(plan.width, 1, mask, 15, *size) is None


def test_what_is_hidden_has_one_colour_and_the_cursor_another() -> None:
    done = done_of(8)
    found = veiled(done.original, done.mask, (2, 1), Look())
    hidden = found[done.mask == 0]
    assert (hidden == hidden[0]).all()
    seen = np.repeat(done.original, 3, axis=2)
    same = (found == seen).all(2) | (done.mask == 0)
    assert not same[2, 1]
    same[2, 1] = True
    assert same.all()


def test_ready_made_masks_follow_each_other_and_hide_what_they_say() -> None:
    now, shares = masking.begun(8, 8), {}
    for _ in masking.READY:
        shares[now.ready] = 1 - now.mask.mean()
        assert now.named == f"{now.ready} hidden"
        now = masking.following(now)
    assert now.ready == "right half"
    assert shares.pop("random half") == pytest.approx(0.5, abs=0.15)
    halves = dict.fromkeys(("right half", "left half", "upper half", "lower half"), 0.5)
    assert shares == halves | {"centre": 0.25, "everything": 1.0, "nothing": 0.0}


def test_the_cursor_stays_within_and_turns_the_pixel_it_is_at() -> None:
    now = masking.begun(4, 6)
    assert now.at == (2, 3)
    for _ in range(9):
        now = masking.moved(now, -1, 1)
    assert now.at == (0, 5)
    turned = masking.turned(now, now.at)
    assert now.mask[0, 5] == 0
    assert turned.mask[0, 5] == 1
    assert turned.named == "a mask of your own"
    assert masking.turned(turned, (0, 5)).named == "right half hidden"
    assert masking.following(turned).at == (0, 5)


def test_the_wish_says_image_and_mask_row_by_row() -> None:
    now = masking.other(masking.other(masking.begun(2, 4), -1, 10), -1, 10)
    assert (now.wish.image, now.wish.mask) == (8, "11001100")
