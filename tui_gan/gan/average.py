"""The generator with averaged weights: what is shown, sampled and exported."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from tui_gan.gan.sampling import sampling

# Latents on which the averaged generator's activations are measured.
SETTLED_ON = 1024


@torch.no_grad()
def follow_(average: Sequence[Tensor], weights: Sequence[Tensor], decay: float, share: float, steps_done: int) -> None:
    """Move the averaged weights towards the trained ones.

    average = d average + (1 - d) theta with d = min(decay, t / (t + 1 / share)) after t steps. Its time constant 1 / (1 - d) is
    1 / (1 - decay) steps, but early on about a share of those that there are, so that the untrained weights of the start do not
    linger; with share 1, while the decay does not limit it, it is the mean of the t + 1 weights from the start to step t. Decay 0
    keeps a copy.

    Args:
        steps_done: t, of which these weights are the result.
    """
    torch._foreach_lerp_(list(average), list(weights), step_towards(decay, share, steps_done))


@torch.no_grad()
def towards_(ones: Sequence[Tensor], others: Sequence[Tensor], share: Tensor) -> None:
    """Move some tensors towards others by a share () that only the device knows."""
    differences = torch._foreach_sub(list(others), list(ones))
    torch._foreach_mul_(differences, share)
    torch._foreach_add_(list(ones), differences)


def step_towards(decay: float, share: float, steps_done: int) -> float:
    """1 - d: how far the averaged weights go towards the trained ones after t steps."""
    return 1 - (min(decay, steps_done / (steps_done + 1 / share)) if decay else 0.0)


@torch.no_grad()
def settle_(average: nn.Module, trained: nn.Module, latents: Tensor, decay: float) -> None:
    """Give the batch normalisation of the averaged generator its statistics.

    Those of its own activations on `latents`, since averaged weights do not have the activations of any that were averaged
    (Izmailov et al. 2018, arXiv:1803.05407, section 3.2); with decay 0, where it is a copy, those of the trained one.
    """
    if not decay:
        for buffer, other in zip(average.buffers(), trained.buffers(), strict=True):
            buffer.copy_(other)
        return
    # Latents do not go through an encoder, which keeps the statistics of the trained one.
    norms = [layer for name, layer in average.named_modules() if isinstance(layer, _BatchNorm) and not name.startswith("encoder.")]
    for (name, buffer), other in zip(average.named_buffers(), trained.buffers(), strict=True):
        if name.startswith("encoder."):
            buffer.copy_(other)
    for norm in norms:
        norm.reset_running_stats()
        # Without momentum the statistics of one pass are taken as they are.
        norm.momentum = None
    if norms:
        with sampling(average):
            for norm in norms:
                norm.train()
            average(latents)
    average.eval()
