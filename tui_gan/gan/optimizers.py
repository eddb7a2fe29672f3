"""Optimisers, and how their settings move over the steps."""

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from tui_gan.contract.config import Optimizer
from tui_gan.gan.networks.columns import columns, limit_columns_

# Of Adam, in torch and in TensorFlow alike.
EPSILON = 1e-8
# Elements of a weight that is updated sooner than its form is derived.
SMALL = 65536


def adam(parameters: Iterable[Tensor], *, beta1: float, beta2: float, momentum: float, fused: bool) -> torch.optim.Optimizer:
    """Adam (Kingma & Ba 2014, arXiv:1412.6980): theta -= lr m^ / (sqrt(v^) + 1e-8); `momentum` is unread."""
    # The fused update takes one trip through Python where the others take several.
    return torch.optim.Adam(parameters, betas=(beta1, beta2), fused=fused)


class EpsilonHat(torch.optim.Adam):
    """Adam with epsilon beside the root of the raw second moment, whose update would be theta -= lr m^ / (sqrt(v^) + 1e-8) else.

    torch divides by sqrt(v) / sqrt(1 - beta2^t) + eps, which with eps = 1e-8 / sqrt(1 - beta2^t) is the same as to scale lr and to
    divide by sqrt(v) + 1e-8. t counts the updates of the weights that have taken part longest.
    """

    def step(self, closure: Any = None) -> Any:
        """Move the weights."""
        group = self.param_groups[0]
        done = max((float(moments["step"]) for moments in self.state.values()), default=0.0)
        group["eps"] = EPSILON / math.sqrt(1 - group["betas"][1] ** (done + 1))
        return super().step(closure)


def adam_hat(parameters: Iterable[Tensor], *, beta1: float, beta2: float, momentum: float, fused: bool) -> torch.optim.Optimizer:
    """Adam as TensorFlow and Blocks have it: theta -= lr sqrt(1 - beta2^t) / (1 - beta1^t) m / (sqrt(v) + 1e-8); `momentum` is unread.

    The form at the end of section 2 of Kingma & Ba (2014), whose epsilon is that of `adam` times sqrt(1 - beta2^t).
    """
    weights = list(parameters)
    # A count that the fused kernels keep on a GPU would have to be waited for.
    return EpsilonHat(weights, betas=(beta1, beta2), fused=fused and weights[0].device.type == "cpu")


def sgd(parameters: Iterable[Tensor], *, beta1: float, beta2: float, momentum: float, fused: bool) -> torch.optim.Optimizer:
    """Gradient descent with momentum: v = momentum v + gradient, theta -= lr v; the betas and `fused` are unread."""
    # torch's fused update fails where some weights have no velocity yet, as those of a layer that is switched on late.
    return torch.optim.SGD(parameters, momentum=momentum)


class Method(NamedTuple):
    """How weights are moved.

    Attributes:
        make: (parameters, *, beta1, beta2, momentum, fused); `fused` says whether the device has the fused kernels (cpu and cuda do).
        momentum: whether it reads the momentum of the configuration.
    """

    make: Callable[..., torch.optim.Optimizer]
    momentum: bool = False


OPTIMIZERS: dict[str, Method] = {"adam": Method(adam), "adam_hat": Method(adam_hat), "sgd": Method(sgd, momentum=True)}


def optimizer_of(settings: Optimizer, network: nn.Module, device: str, column_norm: float = 0.0) -> torch.optim.Optimizer:
    """The optimizer of a network on a device, whose updates end with `limit_columns_` where there is a limit."""
    make, fused = OPTIMIZERS[settings.kind].make, device.startswith(("cpu", "cuda"))
    optimizer = make(network.parameters(), beta1=settings.beta1, beta2=settings.beta2, momentum=settings.momentum, fused=fused)
    if column_norm:
        matrices = columns(network)
        optimizer.register_step_post_hook(lambda *_: limit_columns_(matrices, column_norm))
    return optimizer


def moments(settings: Optimizer, network: nn.Module, momentum: float) -> dict[str, Tensor]:
    """All that an optimizer with this momentum keeps of the weights of a network, by "index.name", on the device "meta".

    It is found by one update, so that no optimizer has to say it.
    """
    # On "meta" the update of a weight takes milliseconds, whatever its size, and no memory.
    weights = [nn.Parameter(torch.zeros_like(each, device="cpu" if each.numel() <= SMALL else "meta")) for each in network.parameters()]
    make = OPTIMIZERS[settings.kind].make
    optimizer = make(weights, beta1=settings.beta1, beta2=settings.beta2, momentum=momentum, fused=False)
    for weight in weights:
        weight.grad = torch.zeros_like(weight)
    optimizer.step()
    return {name: value.to("meta") for name, value in kept(optimizer)}


def kept(optimizer: torch.optim.Optimizer) -> Iterator[tuple[str, Tensor]]:
    """What an optimizer keeps of each weight that it has moved, by "index.name"."""
    for index, found in optimizer.state_dict()["state"].items():
        yield from ((f"{index}.{name}", value) for name, value in found.items() if isinstance(value, Tensor))


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


def momentum_at(step: int, start: float, end: float, steps: int, every: int = 1) -> float:
    """Momentum at a step: start + (end - start) min(u / steps, 1), or, at 0 steps, start throughout.

    u is the last multiple of `every` up to the step. Goodfellow et al. 2014 move it from .5 in epoch 1 to .7 in epoch 250 in their
    code, at the end of each epoch.
    """
    return start + (end - start) * min(step // every * every / steps, 1.0) if steps else start
