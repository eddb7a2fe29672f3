"""Dataset: a sampler for training, and what is known of the distribution for metrics and pictures."""

import dataclasses
import functools
import weakref
from collections.abc import Callable, Sequence
from typing import Any, Concatenate, NamedTuple, ParamSpec, TypeVar

import numpy as np
import torch
from torch import Tensor

from tui_gan.contract.errors import UsageError
from tui_gan.contract.snapshot import Floats
from tui_gan.gan.datasets import epochs

# (count, stream, device) -> float32 (count, *shape) in training units, on the device; the draws come from the stream, on the CPU.
Sampler = Callable[[int, torch.Generator, str], Tensor]
# (rows, device) -> float32 (len(rows), *shape), the samples of these rows; rows are int64 on the CPU.
Rows = Callable[[Tensor, str], Tensor]
# Location and scale: a sample x in training units is x * scale + location in units of the data.
Scaling = tuple[Floats, Floats]

# Draws of which the mean is taken where there is no end of samples.
MEAN_OF, PORTION = 50_000, 1_000
MOST_DRAWS = 10_000_000


@dataclasses.dataclass(frozen=True, eq=False)
class Line:
    """A distribution on the real line, in units of the data.

    Attributes:
        quantiles: n -> float64 (n,) exact quantiles at (i + 1/2) / n.
        cdf: float64 (m,) -> float64 (m,), P(x <= each).
        mean, sd: exact.
        density: float64 (m,) -> float64 (m,); None where there is no such thing.
        rows: how many rows of the user's data it is the empirical distribution of; 0 where the distribution is known.
    """

    quantiles: Callable[[int], Floats]
    cdf: Callable[[Floats], Floats]
    mean: float
    sd: float
    density: Callable[[Floats], Floats] | None = None
    rows: int = 0


@dataclasses.dataclass(frozen=True, eq=False)
class Plane:
    """A distribution in the plane, in units of the data.

    Attributes:
        points: n -> float64 (n, 2) real points, the same for the same n, from a stream of their own; of the user's data, at most
            all of it, without repetition.
        modes: float64 (K, 2) centres of a mixture of K equally likely isotropic Gaussians; None where there is no such thing.
        mode_sd: standard deviation of each mode in each coordinate; 0 without modes.
        rows: how many rows of the user's data it is the empirical distribution of; 0 where the distribution is known.
    """

    points: Callable[[int], Floats]
    modes: Floats | None = None
    mode_sd: float = 0.0
    rows: int = 0


class Stacks(NamedTuple):
    """What the channels of stacked images are drawn from, each by itself: grey images, uint8 (N, 1, H, W) and (M, 1, H, W)."""

    train: Tensor
    test: Tensor


@dataclasses.dataclass(frozen=True, eq=False)
class Images:
    """Images, uint8 in 0 .. 255.

    Attributes:
        train, test: (N, C, H, W) and (M, C, H, W); of stacked images, which have no end, some that are the same every time.
        trained: (L, C, H, W), images of `train` that are trained on; None where all are.
        held_out: (K, C, H, W), images of `train` that are not trained on; None where all are.
        train_labels, test_labels: int64 (N,), (M,); None where they are not known.
        names: of the classes, in the order of the labels; () where there are none.
        features: float32 (n, C, H, W) in [0, 1] -> float32 (n, F), penultimate activations of a small classifier of MNIST;
            None where the images are not 28x28 and grey; `classify` to its logits of the ten digits, of stacked images channel by
            channel, from (n, 1, H, W).
        stacks: what stacked images are made of; None of others.
    """

    train: Tensor
    test: Tensor
    train_labels: Tensor | None = None
    test_labels: Tensor | None = None
    features: Callable[[Tensor], Tensor] | None = None
    trained: Tensor | None = None
    held_out: Tensor | None = None
    names: tuple[str, ...] = ()
    classify: Callable[[Tensor], Tensor] | None = None
    stacks: Stacks | None = None


Truth = Line | Plane | Images
T = TypeVar("T", bound="Truth | Dataset")
P = ParamSpec("P")
R = TypeVar("R")


def of_truth(compute: Callable[Concatenate[T, P], R]) -> Callable[Concatenate[T, P], R]:
    """Keep what is computed of a truth or a data set, and of values beside it, for as long as there is that; nobody may change it."""
    kept: weakref.WeakKeyDictionary[T, dict[Any, R]] = weakref.WeakKeyDictionary()

    @functools.wraps(compute)
    def once(truth: T, /, *args: P.args, **kwargs: P.kwargs) -> R:
        mine, asked = kept.setdefault(truth, {}), (args, tuple(kwargs.items()))
        if asked not in mine:
            mine[asked] = compute(truth, *args, **kwargs)
        return mine[asked]

    return once


class Classes(NamedTuple):
    """The classes of a data set.

    Attributes:
        names: of the K classes, in the order of their numbers 0 .. K - 1.
        shares: of the samples, class by class; they add up to 1.
        sample: as that of the data set, with the number of each sample's class, int64 (count,) on the CPU.
        of_rows: rows -> the numbers of their classes, int64; unread where there is no end of samples.
    """

    names: tuple[str, ...]
    shares: tuple[float, ...]
    sample: Callable[[int, torch.Generator, str], tuple[Tensor, Tensor]]
    of_rows: Callable[[Tensor], Tensor]


@dataclasses.dataclass(frozen=True, eq=False)
class Dataset:
    """What a run learns from.

    Attributes:
        shape: X, the shape of one sample.
        sample: draws in training units.
        location, scale: float64, broadcastable to X; a sample in units of the data is x * scale + location. Images have the unit
            0 (black) .. 1 (white).
        truth: what is known of the distribution.
        count: how many samples there are to learn from; 0 where there is no end of them.
        rows: those of given rows, of 0 .. count - 1; None where there is no end of them.
        classes: of the samples; None where they have none.
    """

    shape: tuple[int, ...]
    sample: Sampler
    location: Floats
    scale: Floats
    truth: Truth
    count: int = 0
    rows: Rows | None = None
    classes: Classes | None = None

    @property
    def scaling(self) -> Scaling:
        """Its location and scale."""
        return self.location, self.scale

    def in_units(self, x: Tensor) -> Floats:
        """Turn samples in training units, (N, *X), into units of the data, float64 (N, *X)."""
        return in_units(x, self.location, self.scale)

    @functools.cached_property
    def mean(self) -> Tensor:
        """The mean sample in training units, float32 X: of all samples that there are, or of MEAN_OF draws, the same every time."""
        if self.rows is None:
            stream = torch.Generator().manual_seed(0)
            parts = [self.sample(PORTION, stream, "cpu").double().sum(0) for _ in range(MEAN_OF // PORTION)]
            return (torch.stack(parts).sum(0) / MEAN_OF).float()
        parts = [self.rows(part, "cpu").double().sum(0) for part in torch.split(torch.arange(self.count), PORTION)]
        return (torch.stack(parts).sum(0) / self.count).float()

    @functools.cached_property
    def ascending(self) -> Floats:
        """On the line, all samples that there are, in ascending order and in units of the data, float64 (count,)."""
        assert self.rows is not None, "they have an end"
        return np.sort(self.in_units(self.rows(torch.arange(self.count), "cpu"))[:, 0])


def in_units(x: Tensor, location: Floats, scale: Floats) -> Floats:
    """x * scale + location as float64."""
    samples: Floats = x.detach().cpu().double().numpy()
    return samples * scale + location


def beside(drawn: Tensor, constant: Tensor) -> Tensor:
    """A constant where the numbers are that have been drawn: streams may be drawn from on a GPU."""
    return constant.to(drawn.device)


def gathered(pool: Tensor, decode: Callable[[Tensor], Tensor] = lambda rows: rows) -> tuple[Sampler, Rows]:
    """A sampler that draws rows of `pool`, (N, ...), with replacement, and the rows themselves: one gather on the device, then `decode`.

    The pool is copied to a device when it is first asked for there.
    """
    places = {"cpu": pool}

    def rows(chosen: Tensor, device: str) -> Tensor:
        if device not in places:
            places[device] = pool.to(device)
        return decode(places[device][chosen.to(device)])

    def sample(count: int, stream: torch.Generator, device: str) -> Tensor:
        return rows(torch.randint(len(pool), (count,), generator=stream), device)

    return sample, rows


def of_labels(labels: Tensor, names: Sequence[str], rows: Rows) -> Classes:
    """The classes of a pool whose rows have these labels, int64 (N,) in 0 .. K - 1; drawn as `gathered` draws."""

    def sample(count: int, stream: torch.Generator, device: str) -> tuple[Tensor, Tensor]:
        chosen = torch.randint(len(labels), (count,), generator=stream)
        return rows(chosen, device), beside(chosen, labels)[chosen]

    shares = torch.bincount(labels, minlength=len(names)).double() / len(labels)
    return Classes(tuple(names), tuple(shares.tolist()), sample, lambda chosen: beside(chosen, labels)[chosen])


def fixed(dataset: Dataset, count: int, seed: int) -> Dataset:
    """The data set with `count` draws in place of draws without end; what is known of the distribution stays.

    Raises:
        UsageError: more draws than MOST_DRAWS.
    """
    if count > MOST_DRAWS:
        raise UsageError(f"training keeps at most {MOST_DRAWS:,} draws of a known distribution, not {count:,}; 0 draws afresh")
    if dataset.classes is None:
        sample, rows = gathered(dataset.sample(count, epochs.stream(seed), "cpu"))
        return dataclasses.replace(dataset, sample=sample, count=count, rows=rows)
    x, y = dataset.classes.sample(count, epochs.stream(seed), "cpu")
    sample, rows = gathered(x)
    return dataclasses.replace(dataset, sample=sample, count=count, rows=rows, classes=of_labels(y, dataset.classes.names, rows))
