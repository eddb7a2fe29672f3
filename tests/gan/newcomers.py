"""What somebody might add to the tables, in the one place each that CONTRIBUTING.md names, and under names that nothing knows."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

from tui_gan.gan.optimizers import Method
from tui_gan.gan.regularizers import Judgement, Regularizer
from tui_gan.gan.updates import Coordination


def scattered(judgement: Judgement) -> Tensor:
    """E C(x + u)^2, u ~ N(0, 1)."""
    return judgement.judge(judgement.real + torch.randn_like(judgement.real)).square().mean()


def outputs(judgement: Judgement) -> Tensor:
    """E C(x)^2 + E C(G(z))^2."""
    return judgement.real_logits.square().mean() + judgement.fake_logits.square().mean()


def growing(coefficient: Tensor, accuracy: Tensor, initial: float) -> Tensor:
    """3 % more in each update, up to twice the initial one."""
    return (coefficient * 1.03).clamp(max=2 * initial)


REGULARIZERS: dict[str, Regularizer] = {
    "scattered": Regularizer(scattered, draws=1),
    "growing": Regularizer(outputs, adapt=growing),
    "scattered_growing": Regularizer(scattered, adapt=growing, draws=1),
}


def made(kind: Callable[..., torch.optim.Optimizer], **settings: Any) -> Method:
    def make(parameters: Iterable[Tensor], *, beta1: float, beta2: float, momentum: float, fused: bool) -> torch.optim.Optimizer:
        return kind(parameters, **settings)

    return Method(make)


def rmsprop(parameters: Iterable[Tensor], *, beta1: float, beta2: float, momentum: float, fused: bool) -> torch.optim.Optimizer:
    """It keeps a velocity where there is momentum alone."""
    return torch.optim.RMSprop(parameters, alpha=beta2, momentum=momentum)


OPTIMIZERS: dict[str, Method] = {
    "rmsprop": Method(rmsprop, momentum=True),
    "amsgrad": made(torch.optim.Adam, amsgrad=True),
    "nadam": made(torch.optim.NAdam),
    "adagrad": made(torch.optim.Adagrad, initial_accumulator_value=0.1),
}

COORDINATIONS: dict[str, Coordination] = {"up_and_down": Coordination(lambda k, most, accuracy: k % most + 1)}
