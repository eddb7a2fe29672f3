"""The generator with averaged weights: what is shown, sampled and exported."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

# Latents on which the averaged generator's activations are measured.
SETTLED_ON = 1024


@torch.no_grad()
def follow_(average: Sequence[Tensor], weights: Sequence[Tensor], decay: float, share: float, steps_done: int) -> None:
    """Move the averaged weights towards the trained ones.

    average = d average + (1 - d) theta with d = min(decay, (1 + t) / (1 + 1 / share + t)) at step t. It reaches back over
    1 / (1 - decay) steps, but early on over a share of those that there are, so that the untrained weights of the start do not
    linger; with share 1 and no limit by the decay it is the mean of all steps. Decay 0 keeps a copy.
    """
    shortened = min(decay, (1 + steps_done) / (1 + 1 / share + steps_done)) if decay else 0.0
    torch._foreach_lerp_(list(average), list(weights), 1 - shortened)


@torch.no_grad()
def settle_(average: nn.Module, trained: nn.Module, latents: Tensor, decay: float) -> None:
    """Give the batch normalisation of the averaged generator its statistics.

    Those of its own activations on `latents`, since averaged weights do not have the activations of any that were averaged
    (Izmailov et al. 2018, arXiv:1803.05407, section 3.2); with decay 0, where it is a copy, those of the trained one.
    """
    norms = [layer for layer in average.modules() if isinstance(layer, _BatchNorm)]
    if not decay:
        for own, other in zip(average.buffers(), trained.buffers(), strict=True):
            own.copy_(other)
        return
    for norm in norms:
        norm.reset_running_stats()
        # Without momentum the statistics of one pass are taken as they are.
        norm.momentum = None
        norm.train()
    if norms:
        average(latents)
    average.eval()
