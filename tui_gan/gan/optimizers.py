"""Optimisers: how gradients move weights, and how that changes over the steps."""

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.optim.adam import adam as adam_
from torch.optim.sgd import sgd as sgd_

from tui_gan.contract.config import Optimizer
from tui_gan.gan.values import Scalar

# Of Adam, in torch and in TensorFlow alike.
EPSILON = 1e-8
# Sizes of a weight that stands in for a larger one; each tells which of its axes is meant.
SIZES = (2, 3, 5, 7, 11)

# What an optimiser keeps of each weight that it has moved, by name, by the place of the weight among those of its network.
Moments = dict[int, dict[str, Tensor]]


class Moved(NamedTuple):
    """The weights of a network that take part in an update, with all that the update reads and changes of them.

    Attributes:
        weights: changed in place; `gradients` by each of them.
        moments: of each of them, by name, changed in place; empty where a weight is moved for the first time.
        moments_of_all: of the weights of the network, also of those that take no part.
        rate: the learning rate; `momentum` as it is at this step.
        keeps: whether velocities are kept where momentum is 0 too, since it was something else or will be.
        fused: whether the device has the fused kernels, which take one trip through Python where the others take several.
    """

    weights: list[Tensor]
    gradients: list[Tensor]
    moments: list[dict[str, Tensor]]
    moments_of_all: Moments
    rate: float
    momentum: float
    keeps: bool
    beta1: float
    beta2: float
    fused: bool

    def kept(self, name: str, first: Callable[[Tensor], Tensor] = torch.zeros_like) -> list[Tensor]:
        """What is kept of each weight under a name; of one that is moved for the first time `first` of it."""
        for weight, moments in zip(self.weights, self.moments, strict=True):
            if name not in moments:
                moments[name] = first(weight)
        return [moments[name] for moments in self.moments]

    def counts(self, on_device: bool) -> list[Tensor]:
        """How many updates each weight has had, float32 (), on the CPU or where the weight is."""
        for weight, moments in zip(self.weights, self.moments, strict=True):
            where = weight.device if on_device else torch.device("cpu")
            if "step" not in moments:
                moments["step"] = torch.zeros((), device=where)
            elif moments["step"].device != where:
                moments["step"] = moments["step"].to(where)
        return [moments["step"] for moments in self.moments]


def adam(moved: Moved) -> None:
    """Adam (Kingma & Ba 2014, arXiv:1412.6980): theta -= lr m^ / (sqrt(v^) + 1e-8); `momentum` is unread."""
    _adam(moved, EPSILON, moved.fused)


def adam_hat(moved: Moved) -> None:
    """Adam as TensorFlow and Blocks have it: theta -= lr sqrt(1 - beta2^t) / (1 - beta1^t) m / (sqrt(v) + 1e-8); `momentum` is unread.

    The form at the end of section 2 of Kingma & Ba (2014), whose epsilon is that of `adam` times sqrt(1 - beta2^t). torch divides by
    sqrt(v) / sqrt(1 - beta2^t) + eps, which with eps = 1e-8 / sqrt(1 - beta2^t) is the same as to scale lr and to divide by
    sqrt(v) + 1e-8. t counts the updates of the weights that have taken part longest.
    """
    done = max((float(moments["step"]) for moments in moved.moments_of_all.values() if moments), default=0.0)
    # A count that the fused kernels keep on a GPU would have to be waited for.
    _adam(moved, EPSILON / math.sqrt(1 - moved.beta2 ** (done + 1)), moved.fused and moved.weights[0].device.type == "cpu")


def _adam(moved: Moved, epsilon: float, fused: bool) -> None:
    adam_(
        moved.weights,
        moved.gradients,
        moved.kept("exp_avg"),
        moved.kept("exp_avg_sq"),
        [],
        moved.counts(on_device=fused),
        fused=fused,
        amsgrad=False,
        beta1=moved.beta1,
        beta2=moved.beta2,
        lr=moved.rate,
        weight_decay=0.0,
        eps=epsilon,
        maximize=False,
    )


def fused_adam_(
    weights: list[Tensor], gradients: list[Tensor], moments: list[dict[str, Tensor]], rate: Tensor, beta1: float, beta2: float
) -> None:
    """`adam` by the fused kernels, in place, with a learning rate () that only the device knows; all have their moments already."""
    adam_(
        weights,
        gradients,
        [each["exp_avg"] for each in moments],
        [each["exp_avg_sq"] for each in moments],
        [],
        [each["step"] for each in moments],
        fused=True,
        amsgrad=False,
        beta1=beta1,
        beta2=beta2,
        lr=rate,
        weight_decay=0.0,
        eps=EPSILON,
        maximize=False,
    )


def sgd(moved: Moved) -> None:
    """Gradient descent with momentum: v = momentum v + gradient, theta -= lr v; the betas and `fused` are unread."""
    # torch's fused update fails where some weights have no velocity yet, as those of a layer that is switched on late.
    velocities: list[Any] = [moments.get("momentum_buffer") for moments in moved.moments]
    sgd_(
        moved.weights,
        moved.gradients,
        velocities,
        weight_decay=0.0,
        momentum=moved.momentum,
        lr=moved.rate,
        dampening=0.0,
        nesterov=False,
        maximize=False,
    )
    for moments, velocity, gradient in zip(moved.moments, velocities, moved.gradients, strict=True):
        if moved.momentum:
            moments["momentum_buffer"] = velocity
        elif velocity is not None:
            velocity.copy_(gradient)
        elif moved.keeps:
            moments["momentum_buffer"] = gradient.clone()


class Pace(NamedTuple):
    """How far an update goes.

    Attributes:
        rate: the learning rate; `momentum` as it is at this step.
    """

    rate: Scalar
    momentum: Scalar
    beta1: float
    beta2: float


# (weight, gradient, moments, pace) -> the weight and its moments after an update.
Step = Callable[[Tensor, Tensor, dict[str, Tensor], Pace], tuple[Tensor, dict[str, Tensor]]]


def adam_moved(weight: Tensor, gradient: Tensor, moments: dict[str, Tensor], pace: Pace) -> tuple[Tensor, dict[str, Tensor]]:
    """`adam` as a function: the weight and its moments after the update."""
    first, second, count = _moments_moved(gradient, moments, pace)
    denominator = second.sqrt() / _correction(pace.beta2, count, weight).sqrt() + EPSILON
    moved = weight - pace.rate / _correction(pace.beta1, count, weight) * first / denominator
    return moved, {"exp_avg": first, "exp_avg_sq": second, "step": count}


def adam_hat_moved(weight: Tensor, gradient: Tensor, moments: dict[str, Tensor], pace: Pace) -> tuple[Tensor, dict[str, Tensor]]:
    """`adam_hat` as a function, of weights that have taken part as long as any."""
    first, second, count = _moments_moved(gradient, moments, pace)
    rate = pace.rate * _correction(pace.beta2, count, weight).sqrt() / _correction(pace.beta1, count, weight)
    return weight - rate * first / (second.sqrt() + EPSILON), {"exp_avg": first, "exp_avg_sq": second, "step": count}


def _moments_moved(gradient: Tensor, moments: dict[str, Tensor], pace: Pace) -> tuple[Tensor, Tensor, Tensor]:
    first = moments["exp_avg"].lerp(gradient, 1 - pace.beta1)
    second = pace.beta2 * moments["exp_avg_sq"] + (1 - pace.beta2) * gradient * gradient
    return first, second, moments["step"] + 1


def _correction(beta: float, count: Tensor, weight: Tensor) -> Tensor:
    """1 - beta^t, which is small at first and so taken in float64."""
    return (1 - beta ** count.double()).to(weight.dtype)


def sgd_moved(weight: Tensor, gradient: Tensor, moments: dict[str, Tensor], pace: Pace) -> tuple[Tensor, dict[str, Tensor]]:
    """`sgd` as a function; without a velocity there is no momentum."""
    if "momentum_buffer" not in moments:
        return weight - pace.rate * gradient, {}
    velocity = pace.momentum * moments["momentum_buffer"] + gradient
    return weight - pace.rate * velocity, {"momentum_buffer": velocity}


def optimistic(move: Callable[[Moved], None]) -> Callable[[Moved], None]:
    """An optimiser with optimism: where it moves by theta -= lr u_t, this moves by theta -= lr (2 u_t - u_(t-1)), with u_0 = 0.

    Daskalakis et al. 2018, arXiv:1711.00141: of gradient descent their optimistic mirror descent, of Adam their algorithm 1.
    """

    def moved_(moved: Moved) -> None:
        # At rate -1 from 0 it comes to u_t.
        now = [torch.zeros_like(weight) for weight in moved.weights]
        move(moved._replace(weights=now, rate=-1.0))
        last = moved.kept("last")
        torch._foreach_add_(moved.weights, now, alpha=-2 * moved.rate)
        torch._foreach_add_(moved.weights, last, alpha=moved.rate)
        torch._foreach_copy_(last, now)

    return moved_


def optimistic_moved(moved: Step) -> Step:
    """`optimistic` as a function."""

    def optimistically(weight: Tensor, gradient: Tensor, moments: dict[str, Tensor], pace: Pace) -> tuple[Tensor, dict[str, Tensor]]:
        now, kept = moved(torch.zeros_like(weight), gradient, moments, pace._replace(rate=-1.0))
        return weight - pace.rate * (2 * now - moments["last"]), {**kept, "last": now}

    return optimistically


def lookahead(settings: Optimizer, step: int) -> float:
    """How far the slow weights go towards the weights after step number `step`; 0 after most steps, and without lookahead."""
    return settings.lookahead_share if settings.lookahead_steps and step % settings.lookahead_steps == 0 else 0.0


@torch.no_grad()
def look_ahead_(slow: Sequence[Tensor], weights: Sequence[Tensor], share: float) -> None:
    """Lookahead, in place: slow += share (theta - slow), then theta = slow; nothing where there are no slow weights.

    Zhang et al. 2019, arXiv:1907.08610. Both players do it after the same steps (Chavdarova et al. 2021, arXiv:2006.14567), with all
    that the optimiser keeps left as it is.
    """
    for one, other in zip(slow, weights if slow else (), strict=True):
        one.lerp_(other, share)
        other.copy_(one)


class Method(NamedTuple):
    """How weights are moved.

    Attributes:
        move: moves them in place; what it keeps is kept in their moments alone.
        moved: the same update as a function.
        momentum: whether it reads the momentum of the configuration.
    """

    move: Callable[[Moved], None]
    moved: Step | None = None
    momentum: bool = False


OPTIMIZERS: dict[str, Method] = {
    "adam": Method(adam, adam_moved),
    "adam_hat": Method(adam_hat, adam_hat_moved),
    "sgd": Method(sgd, sgd_moved, momentum=True),
    "optimistic_adam": Method(optimistic(adam), optimistic_moved(adam_moved)),
    "optimistic_sgd": Method(optimistic(sgd), optimistic_moved(sgd_moved), momentum=True),
}


@torch.no_grad()
def move_(
    settings: Optimizer,
    weights: Sequence[Tensor],
    gradients: Sequence[Tensor | None],
    moments: Moments,
    rate: float,
    momentum: float,
    fused: bool = True,
) -> None:
    """Move the weights of a network by their gradients, in place; those without one stay as they are, with their moments.

    Args:
        fused: whether fused kernels are used where the device has them.
    """
    taking = [place for place, gradient in enumerate(gradients) if gradient is not None]
    moved = Moved(
        [weights[place] for place in taking],
        [laid_out(weight, gradient) for weight, gradient in zip(weights, gradients, strict=True) if gradient is not None],
        [moments.setdefault(place, {}) for place in taking],
        moments,
        rate,
        momentum,
        has_momentum(settings),
        settings.beta1,
        settings.beta2,
        fused=fused and weights[0].device.type in ("cpu", "cuda"),
    )
    OPTIMIZERS[settings.kind].move(moved)
    for place in taking:
        if not moments[place]:
            del moments[place]


def laid_out(weight: Tensor, gradient: Tensor) -> Tensor:
    """The gradient in the memory layout of its weight, by which alone the fused kernels pair them; second derivatives have others."""
    return gradient if gradient.stride() == weight.stride() else torch.empty_like(weight).copy_(gradient)


def moments_of(settings: Optimizer, weights: Sequence[Tensor]) -> dict[str, Tensor]:
    """All that an optimiser keeps of these weights, by "place.name", on the device "meta".

    It is found by one update of small weights with as many axes, so that no optimiser has to say it.
    """
    stand_ins = [torch.zeros(SIZES[: each.dim()], dtype=each.dtype) for each in weights]
    by_place, momentum = Moments(), max(settings.momentum, settings.momentum_end) if has_momentum(settings) else 0.0
    move_(settings, stand_ins, [torch.zeros_like(each) for each in stand_ins], by_place, 0.0, momentum)
    kept = {}
    for place, moments in by_place.items():
        sizes = dict(zip(SIZES, weights[place].shape, strict=False))
        for name, value in moments.items():
            shape = [sizes.get(size, size) for size in value.shape]
            kept[f"{place}.{name}"] = torch.empty(shape, dtype=value.dtype, device="meta")
    return kept


def named(moments: Moments) -> list[tuple[str, Tensor]]:
    """What is kept of each weight, by "place.name"."""
    return [(f"{place}.{name}", value) for place, kept in moments.items() for name, value in kept.items()]


def constant(step: int, period: float, factor: float, floor: float) -> float:
    """1 at every step; nothing else is read."""
    return 1.0


def hyperbolic(step: int, period: float, factor: float, floor: float) -> float:
    """max(floor, 1 / (1 + t / period)): half after one period, a third after two; `factor` is unread."""
    return max(floor, 1 / (1 + step / period))


def staircase(step: int, period: float, factor: float, floor: float) -> float:
    """max(floor, factor^floor(t / period)); AYLIEN's gan-intro takes .95 every 150 steps."""
    return max(floor, factor ** math.floor(step / period))


def exponential(step: int, period: float, factor: float, floor: float) -> float:
    """max(floor, factor^t); Goodfellow et al. 2014 take 1 / 1.000004 in their code; `period` is unread."""
    return max(floor, factor**step)


def cosine(step: int, period: float, factor: float, floor: float) -> float:
    """max(floor, 1/2 (1 + cos(pi t / period))), 0 from t = period on (Loshchilov & Hutter 2016, arXiv:1608.03983, no restart)."""
    return max(floor, 0.5 * (1 + math.cos(math.pi * min(step / period, 1.0))))


def linear(step: int, period: float, factor: float, floor: float) -> float:
    """max(floor, 1 - t / period), 0 from t = period on; `factor` is unread."""
    return max(floor, 1 - step / period)


SCHEDULES: dict[str, Callable[[int, float, float, float], float]] = {
    "constant": constant,
    "hyperbolic": hyperbolic,
    "staircase": staircase,
    "exponential": exponential,
    "cosine": cosine,
    "linear": linear,
}
"""(step, period > 0 in steps, 0 < factor <= 1, floor >= 0) -> the factor on both learning rates, 1 at step 0, never below the floor."""


def has_momentum(settings: Optimizer) -> bool:
    """Whether momentum is something else than 0 at any step."""
    return bool(settings.momentum or (settings.momentum_steps and settings.momentum_end))


def momentum_at(step: int, start: float, end: float, steps: int, every: int = 1) -> float:
    """Momentum at a step: start + (end - start) min(u / steps, 1), or, at 0 steps, start throughout.

    u is the last multiple of `every` up to the step. Goodfellow et al. 2014 move it from .5 in epoch 1 to .7 in epoch 250 in their
    code, at the end of each epoch.
    """
    return start + (end - start) * min(step // every * every / steps, 1.0) if steps else start
