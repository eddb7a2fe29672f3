"""Trains the small classifier of digits and writes its weights: `python -m assets.make_classifier FOLDER`.

FOLDER holds the four files of MNIST as they are distributed (train-images-idx3-ubyte.gz and so on). The seed is fixed and the work is
done on one thread; the weights are stored as float16, and the accuracy on the 10,000 test images is that of the stored weights.
"""

import gzip
import math
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional

import tui_gan
from tui_gan.gan.metrics.classifier import SHAPES, Classifier, of_weights

TARGET = Path(tui_gan.__file__).parent / "data" / "mnist_classifier.safetensors"
EPOCHS = 8
BATCH = 128
PEAK = 3e-3
WANTED = 0.99


def read(folder: Path, part: str) -> tuple[Tensor, Tensor]:
    """Images, float32 (n, 1, 28, 28) in [0, 1], and labels, int64 (n,), of the part "train" or "t10k"."""
    images = gzip.decompress((folder / f"{part}-images-idx3-ubyte.gz").read_bytes())
    labels = gzip.decompress((folder / f"{part}-labels-idx1-ubyte.gz").read_bytes())
    pixels = np.frombuffer(images, np.uint8, offset=16).reshape(-1, 1, 28, 28)
    return torch.from_numpy(pixels.astype(np.float32) / 255), torch.from_numpy(np.frombuffer(labels, np.uint8, offset=8).astype(np.int64))


def initial(stream: torch.Generator) -> dict[str, Tensor]:
    """He's initialisation: weights normal with variance 2 / fan-in, biases 0."""
    weights = {}
    for name, shape in SHAPES.items():
        spread = math.sqrt(2 / math.prod(shape[1:])) if name.endswith("weight") else 0.0
        weights[name] = (torch.randn(shape, generator=stream) * spread).requires_grad_()
    return weights


def shifted(images: Tensor, stream: torch.Generator) -> Tensor:
    """The batch moved by up to two pixels each way, as one."""
    across, down = torch.randint(0, 5, (2,), generator=stream).tolist()
    return functional.pad(images, (2, 2, 2, 2))[:, :, across : across + 28, down : down + 28]


def train(images: Tensor, labels: Tensor, stream: torch.Generator) -> dict[str, Tensor]:
    """Cross-entropy by Adam, its rate rising over the first tenth of the steps and falling to 0 along a cosine."""
    weights = initial(stream)
    model = Classifier(weights)
    optimizer = torch.optim.Adam(weights.values(), lr=PEAK)
    steps = EPOCHS * (len(images) // BATCH)
    done = 0
    for epoch in range(EPOCHS):
        order = torch.randperm(len(images), generator=stream)
        for batch in order[: len(order) // BATCH * BATCH].split(BATCH):
            progress = done / steps
            optimizer.param_groups[0]["lr"] = PEAK * min(progress / 0.1 + 0.01, 0.5 + 0.5 * math.cos(math.pi * progress))
            optimizer.zero_grad()
            loss = functional.cross_entropy(model.forward(shifted(images[batch], stream)), labels[batch])
            loss.backward()
            optimizer.step()
            done += 1
        print(f"epoch {epoch + 1} / {EPOCHS}: loss of the last batch {float(loss.detach()):.4f}", flush=True)
    return {name: weight.detach() for name, weight in weights.items()}


def accuracy(model: Classifier, images: Tensor, labels: Tensor) -> float:
    """Share of the images whose largest logit is that of their label."""
    with torch.no_grad():
        right = [int((model.forward(part).argmax(1) == of).sum()) for part, of in zip(images.split(1000), labels.split(1000), strict=True)]
    return sum(right) / len(images)


def main() -> None:
    """Train, hold the stored weights against the test images, write."""
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m assets.make_classifier FOLDER")
    torch.set_num_threads(1)
    folder = Path(sys.argv[1])
    stored = {name: weight.half() for name, weight in train(*read(folder, "train"), torch.Generator().manual_seed(0)).items()}
    reached = accuracy(of_weights(stored), *read(folder, "t10k"))
    print(f"accuracy on the test images: {reached:.2%}")
    if reached < WANTED:
        raise SystemExit(f"under {WANTED:.0%}: nothing was written")
    # One entry, because those of several are written in no fixed order.
    save_file(stored, TARGET, metadata={"about": f"digits of MNIST, {reached:.2%} of the test images"})
    TARGET.chmod(0o644)


if __name__ == "__main__":
    main()
