"""Grids of images in their own pixels, by Pillow alone."""

import math
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tui_gan.contract.snapshot import Bytes
from tui_gan.session.export.pictures import TEXT

# Pixels: between two images, above a grid with a caption, and between two grids.
GAP, CAPTION, APART = 2, 32, 24
FONT_SIZE = 20
# A grid is enlarged by the largest whole factor at which its images take no more than so many pixels across.
WIDTH = 800


def grid(images: Bytes, width: int = WIDTH) -> Image.Image:
    """Images (n, H, W, C) row by row in a grid that is about square, on white."""
    count, high, wide, _ = images.shape
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    factor = max(1, width // (columns * wide))
    right, down = wide * factor + GAP, high * factor + GAP
    sheet = Image.new("RGB", (columns * right - GAP, rows * down - GAP), "white")
    for number, image in enumerate(images):
        enlarged = np.repeat(np.repeat(image, factor, axis=0), factor, axis=1)
        coloured = np.broadcast_to(enlarged, (*enlarged.shape[:2], 3))
        sheet.paste(Image.fromarray(np.ascontiguousarray(coloured)), (number % columns * right, number // columns * down))
    return sheet


def captioned(grids: Sequence[tuple[str, Image.Image]]) -> Image.Image:
    """Grids beside each other, each below its caption."""
    width = sum(sheet.width + APART for _, sheet in grids) - APART
    whole = Image.new("RGB", (width, CAPTION + max(sheet.height for _, sheet in grids)), "white")
    pen, font = ImageDraw.Draw(whole), ImageFont.load_default(FONT_SIZE)
    left = 0
    for caption, sheet in grids:
        pen.text((left, CAPTION // 2), caption, TEXT, font, anchor="lm")
        whole.paste(sheet, (left, CAPTION))
        left += sheet.width + APART
    return whole
