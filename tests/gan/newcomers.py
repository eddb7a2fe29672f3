"""What somebody might add to the tables, in the one place each that CONTRIBUTING.md names, and under names that nothing knows."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.optim.adagrad import adagrad as adagrad_
from torch.optim.adam import adam as adam_
from torch.optim.nadam import nadam as nadam_
from torch.optim.rmsprop import rmsprop as rmsprop_

from tui_gan.gan.optimizers import Method, Moved
from tui_gan.gan.orders import Coordination
from tui_gan.gan.regularizers import Judgement, Regularizer


def normal(shape: Sequence[int], device: torch.device) -> Tensor:
    return torch.randn(*shape, device=device)


def scattered(judgement: Judgement) -> Tensor:
    """E C(x + u)^2, u ~ N(0, 1)."""
    assert judgement.drawn is not None
    return judgement.judge(judgement.real + judgement.drawn).square().mean()


def outputs(judgement: Judgement) -> Tensor:
    """E C(x)^2 + E C(G(z))^2."""
    return judgement.real_logits.square().mean() + judgement.fake_logits.square().mean()


def growing(coefficient: Tensor, accuracy: Tensor, initial: float) -> Tensor:
    """3 % more in each update, up to twice the initial one."""
    return (coefficient * 1.03).clamp(max=2 * initial)


REGULARIZERS: dict[str, Regularizer] = {
    "scattered": Regularizer(scattered, draws=1, draw=normal),
    "growing": Regularizer(outputs, adapt=growing),
    "scattered_growing": Regularizer(scattered, adapt=growing, draws=1, draw=normal),
}


def rmsprop(moved: Moved) -> None:
    """It keeps a velocity where there is momentum alone."""
    velocities = moved.kept("momentum_buffer") if moved.momentum else []
    rmsprop_(
        moved.weights,
        moved.gradients,
        moved.kept("square_avg"),
        [],
        velocities,
        moved.counts(on_device=False),
        lr=moved.rate,
        alpha=moved.beta2,
        eps=1e-8,
        weight_decay=0.0,
        momentum=moved.momentum,
        centered=False,
    )


def amsgrad(moved: Moved) -> None:
    adam_(
        moved.weights,
        moved.gradients,
        moved.kept("exp_avg"),
        moved.kept("exp_avg_sq"),
        moved.kept("max_exp_avg_sq"),
        moved.counts(on_device=False),
        amsgrad=True,
        beta1=moved.beta1,
        beta2=moved.beta2,
        lr=moved.rate,
        weight_decay=0.0,
        eps=1e-8,
        maximize=False,
    )


def nadam(moved: Moved) -> None:
    """It keeps a product of momenta, which is a number of each weight."""
    nadam_(
        moved.weights,
        moved.gradients,
        moved.kept("exp_avg"),
        moved.kept("exp_avg_sq"),
        moved.kept("mu_product", lambda weight: torch.ones(())),
        moved.counts(on_device=False),
        beta1=moved.beta1,
        beta2=moved.beta2,
        lr=moved.rate,
        weight_decay=0.0,
        momentum_decay=4e-3,
        eps=1e-8,
    )


def adagrad(moved: Moved) -> None:
    """Its sums do not begin at 0."""
    adagrad_(
        moved.weights,
        moved.gradients,
        moved.kept("sum", lambda weight: torch.full_like(weight, 0.1)),
        moved.counts(on_device=False),
        lr=moved.rate,
        weight_decay=0.0,
        lr_decay=0.0,
        eps=1e-10,
        maximize=False,
    )


OPTIMIZERS: dict[str, Method] = {
    "rmsprop": Method(rmsprop, momentum=True),
    "amsgrad": Method(amsgrad),
    "nadam": Method(nadam),
    "adagrad": Method(adagrad),
}

COORDINATIONS: dict[str, Coordination] = {"up_and_down": Coordination(lambda k, most, accuracy: k % most + 1)}
