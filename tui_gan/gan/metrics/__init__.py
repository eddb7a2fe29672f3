"""Metrics of generated samples against the distribution that they imitate."""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui_gan.contract.errors import UsageError, choose
from tui_gan.gan.datasets.dataset import Images, Line, Plane, Truth
from tui_gan.gan.metrics import (
    classes,
    completion,
    fidelity,
    frechet,
    inference,
    labels,
    line,
    manifold,
    nearest,
    parzen,
    plane,
    stacked,
    staged,
)

# Samples in units of the data and the truth to a number, or to a mapping with one for each of the names that share the work. Samples are
# float64 (N,) on the line, float64 (N, 2) in the plane, and float32 (N, C, H, W) in [0, 1] for images, as numpy arrays; all finite.
Way = Callable[[Any, Any], Any]


class Metric(NamedTuple):
    """How samples are measured.

    Attributes:
        ways: for each kind of truth that it is defined for, the function that measures it.
        better: whether less or more of it is better; None where it is only described.
        needs: why it is not defined for a truth of these kinds, or None where it is.
        least: the fewest samples that define it.
        asked: whether it is measured only when asked for by name, because it takes long or needs what may not be there.
        of: what each sample was asked to be of, where it wants to know that, and its ways take an `Asked` in place of the samples; of
            "encoder" they take what an inference network makes of real samples, `Inferred`, of "classifier" what D takes test images for,
            `Classified`, of "stages" an `Asked` of the first stage's images, and of "mask" what a generator completes, `Completed`.
        floor: whether what a perfect generator gets of it is worth telling, and quickly found.
        many: whether its ways also take the samples of M runs at once, (M, N, *X), and give an array (M,) in place of each number.
    """

    ways: Mapping[type, Way]
    better: Literal["less", "more"] | None = "less"
    needs: Callable[[Any], str | None] = lambda truth: None
    least: int = 1
    asked: bool = False
    floor: bool = False
    of: Literal["", "class", "stages", "code", "encoder", "classifier", "mask"] = ""
    many: bool = False


ASKED = {
    "class": "conditional generators, which are asked for a class",
    "stages": "generators of two stages",
    "code": "generators with a categorical code, as of InfoGAN",
    "encoder": "generators with an inference network",
    "mask": "generators that complete images",
    "classifier": "discriminators that learn from labels, while they train",
}

METRICS: dict[str, Metric] = {
    "w1": Metric({Line: line.w1}, floor=True, many=True),
    "ks": Metric({Line: line.ks}, floor=True, many=True),
    "js": Metric({Line: line.js, Plane: plane.js}, floor=True),
    "mean": Metric({Line: line.mean}, None, many=True),
    "sd": Metric({Line: line.sd}, None, many=True),
    "sd_ratio": Metric({Line: line.sd_ratio}, None, many=True),
    "modes": Metric({Plane: plane.by_modes}, "more", plane.without_modes, many=True),
    "hq": Metric({Plane: plane.by_modes}, "more", plane.without_modes, floor=True, many=True),
    "reverse_kl": Metric({Plane: plane.by_modes}, "less", plane.without_modes, floor=True, many=True),
    "mmd": Metric({Plane: plane.mmd}, least=2, floor=True),
    "sliced_w1": Metric({Plane: plane.sliced_w1}, floor=True),
    "parzen": Metric({Images: parzen.parzen}, "more"),
    "parzen_se": Metric({Images: parzen.parzen}, None),
    "precision": Metric({Images: manifold.manifold}, "more", manifold.without_neighbours, least=manifold.LEAST, floor=True),
    "recall": Metric({Images: manifold.manifold}, "more", manifold.without_neighbours, least=manifold.LEAST, floor=True),
    "density": Metric({Images: manifold.manifold}, "more", manifold.without_neighbours, least=manifold.LEAST, floor=True),
    "coverage": Metric({Images: manifold.manifold}, "more", manifold.without_neighbours, least=manifold.LEAST, floor=True),
    "feature_precision": Metric({Images: manifold.by_features}, "more", manifold.without_features, least=manifold.LEAST, floor=True),
    "feature_recall": Metric({Images: manifold.by_features}, "more", manifold.without_features, least=manifold.LEAST, floor=True),
    "feature_density": Metric({Images: manifold.by_features}, "more", manifold.without_features, least=manifold.LEAST, floor=True),
    "feature_coverage": Metric({Images: manifold.by_features}, "more", manifold.without_features, least=manifold.LEAST, floor=True),
    "classifier_frechet": Metric({Images: frechet.classifier_frechet}, "less", frechet.without_features, least=2, floor=True),
    "class_accuracy": Metric(
        {Images: classes.accuracy, Plane: classes.nearest_mode}, "more", classes.without_classes, floor=True, of="class"
    ),
    "class_frechet": Metric({Images: classes.class_frechet}, "less", classes.without_class_features, least=2, of="class"),
    "tstr": Metric({Images: classes.tstr}, "more", classes.without_test_classes, of="class"),
    "first_stage_accuracy": Metric({Images: staged.accuracy}, "more", classes.without_classes, of="stages"),
    "first_stage_frechet": Metric({Images: staged.frechet}, "less", frechet.without_features, least=2, of="stages"),
    "code_accuracy": Metric({Images: classes.code_accuracy, Plane: classes.code_of_mode}, "more", classes.without_classes, of="code"),
    "reconstruction": Metric({Line: inference.error, Plane: inference.error, Images: inference.error}, "less", of="encoder"),
    "reconstruction_ratio": Metric({Line: inference.ratio, Plane: inference.ratio, Images: inference.ratio}, "less", of="encoder"),
    "own_mode": Metric({Plane: inference.own_mode}, "more", plane.without_modes, of="encoder"),
    "encoder_1nn": Metric({Images: inference.accuracy}, "more", inference.without_classes, of="encoder"),
    "encoder_features_1nn": Metric({Images: inference.accuracy_by_features}, "more", inference.without_classes, of="encoder"),
    "test_errors": Metric({Images: labels.errors}, "less", inference.without_classes, of="classifier"),
    "labels_alone": Metric({Images: labels.alone}, None, inference.without_classes, of="classifier"),
    "completion_error": Metric({Images: completion.errors}, "less", completion.without_test, of="mask"),
    "completion_to_mean": Metric({Images: completion.errors}, "less", completion.without_test, of="mask"),
    "completion_to_knn": Metric({Images: completion.errors}, "less", completion.without_test, of="mask"),
    "averaged_to_knn": Metric({Images: completion.errors}, "less", completion.without_test, of="mask"),
    "class_kept": Metric({Images: completion.kept}, "more", completion.without_classes, of="mask"),
    "completion_spread": Metric({Images: completion.spread}, None, completion.without_test, of="mask"),
    "spread_growth": Metric({Images: completion.growth}, "more", completion.without_test, of="mask"),
    "stacked_modes": Metric({Images: stacked.by_triples}, "more", stacked.without_triples, floor=True),
    "stacked_kl": Metric({Images: stacked.by_triples}, "less", stacked.without_triples, floor=True),
    "nearest_train": Metric({Images: nearest.nearest_train}, None, nearest.without_end),
    "kid": Metric({Images: fidelity.inception}, least=2, asked=True),
    "fid": Metric({Images: fidelity.inception}, least=2, asked=True),
}


def applicable(truth: Truth, by_default: bool = False, of: Collection[str] = ()) -> list[str]:
    """The names of the metrics that are defined for a truth; `by_default` leaves out those that are measured only when asked for.

    Args:
        of: what is known beside samples, as `asked_of` has it.
    """
    names = [name for name, metric in METRICS.items() if _missing(name, metric, truth, of) is None]
    return [name for name in names if not (by_default and METRICS[name].asked)]


def measure(samples: Any, truth: Truth, names: Sequence[str], known: Mapping[str, Any] = MappingProxyType({})) -> dict[str, float]:
    """Measure samples by the named metrics, in the order of the names; what several of them share is done once.

    A generator that diverged has no distance to anything: where samples are not all finite, every metric is nan.

    Args:
        known: what is known beside the samples, by the names of `Metric.of`.

    Raises:
        UsageError: an unknown metric, with the nearest name, one that is not defined for this data, with why, or too few samples.
    """
    for name in names:
        least = choose(METRICS, name, "metric").least
        check_defined(name, truth, known)
        if len(samples) < least:
            raise UsageError(f"{name} needs at least {least} samples; here are {len(samples)}")
    if not np.isfinite(samples).all():
        return dict.fromkeys(names, math.nan)
    return {name: float(value) for name, value in _computed(names, truth, {"": samples, **known}).items()}


def measure_many(samples: NDArray[Any], truth: Truth, names: Sequence[str]) -> list[dict[str, float]]:
    """Measure the samples of M runs, (M, N, *X), each as `measure` does, at once where a metric can.

    Raises:
        UsageError: as `measure` says.
    """
    finite = np.isfinite(samples).reshape(len(samples), -1).all(1)
    at_once = [name for name in names if choose(METRICS, name, "metric").many and _missing(name, METRICS[name], truth, ()) is None]
    columns = {name: np.full(len(samples), math.nan) for name in at_once}
    for name, values in _computed(at_once, truth, {"": samples[finite]}).items():
        columns[name][finite] = values
    others = [name for name in names if name not in columns]
    rows = [measure(each, truth, others) | {name: float(columns[name][place]) for name in at_once} for place, each in enumerate(samples)]
    return [{name: row[name] for name in names} for row in rows]


def _computed(names: Sequence[str], truth: Truth, given: Mapping[str, Any]) -> dict[str, Any]:
    """The named metrics, which are defined for this truth, of what each of them wants to be given."""
    ways = {name: METRICS[name].ways[type(truth)] for name in names}
    of = {way: METRICS[name].of for name, way in ways.items()}
    results = {way: way(given[of[way]], truth) for way in of}
    return {name: results[way][name] if isinstance(results[way], Mapping) else results[way] for name, way in ways.items()}


def check_defined(name: str, truth: Truth, of: Collection[str] = ()) -> None:
    """Check that a metric is defined for a truth.

    Raises:
        UsageError: it is not; the text says why, and which are.
    """
    if missing := _missing(name, METRICS[name], truth, of):
        raise UsageError(f"{missing} (defined: {', '.join(applicable(truth, of=of))})")


def _missing(name: str, metric: Metric, truth: Truth, of: Collection[str]) -> str | None:
    """Why a metric is not defined for a truth, or None."""
    if type(truth) not in metric.ways:
        return f"{name} is not defined for this data"
    if metric.of and metric.of not in of:
        return f"{name} is for {ASKED[metric.of]}"
    reason = metric.needs(truth)
    return None if reason is None else f"{name} is not defined for this data: {reason}"
