"""Known sets from a hub, through the library `datasets`, which is optional and fetches them from the network."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from tui_gan.data.imageset import Bytes, ImageSet, Labels


class Source(NamedTuple):
    """Where a set lies on the hub, the column of its images, and Pillow's mode for them."""

    repository: str
    column: str
    mode: str


SOURCES = {
    "mnist": Source("ylecun/mnist", "image", "L"),
    "fashion-mnist": Source("zalando-datasets/fashion_mnist", "image", "L"),
    "cifar10": Source("uoft-cs/cifar10", "img", "RGB"),
}


def load(name: str) -> ImageSet:
    """Load a set with its own split; the library keeps what it has fetched.

    Raises:
        ModuleNotFoundError: the library is not installed.
        Exception: whatever the library raises where the network, the disk or the hub fail.
    """
    import datasets

    # Its progress bars would be drawn across the screen.
    datasets.disable_progress_bars()
    source = SOURCES[name]
    both = datasets.load_dataset(source.repository)
    train, train_labels = _half(both["train"], source)
    test, test_labels = _half(both["test"], source)
    return ImageSet(train, test, train_labels, test_labels, (f"loaded from the hub, {source.repository}",))


def _half(half: Mapping[str, Any], source: Source) -> tuple[Bytes, Labels]:
    images = np.stack([np.asarray(image.convert(source.mode), dtype=np.uint8) for image in half[source.column]])
    planes = images[:, None] if images.ndim == 3 else np.ascontiguousarray(images.transpose(0, 3, 1, 2))
    return planes, np.array(list(half["label"]), dtype=np.int64)
