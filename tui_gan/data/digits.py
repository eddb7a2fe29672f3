"""The small set that comes with the package: 1,797 handwritten digits of 8x8.

They are the test half of "Optical Recognition of Handwritten Digits" by E. Alpaydin and C. Kaynak (1998), UCI Machine Learning
Repository, doi 10.24432/C50P49, licence CC BY 4.0, in the selection that scikit-learn ships. digits.npz holds their ink as it was counted,
0 to 16, and their labels.
"""

import importlib.resources
import io

import numpy as np

from tui_gan.data.imageset import ImageSet, held_first, held_off

INK = 16
# One in so many is held out: a tenth would be too few to measure by.
ONE_IN = 6


def read_digits() -> ImageSet:
    """Read the digits, ink scaled to bytes; every sixth, chosen by a fixed seed, is held out."""
    packed = (importlib.resources.files("tui_gan.data") / "digits.npz").read_bytes()
    with np.load(io.BytesIO(packed), allow_pickle=False) as file:
        ink, labels = file["images"], file["labels"].astype(np.int64)
    held = len(ink) // ONE_IN
    order = held_first(len(ink), held)
    images = np.rint(ink[order, None] * (255 / INK)).astype(np.uint8)
    return held_off(images, labels[order], held, (f"{len(ink):,} images of 8x8, grey, from the package",))
