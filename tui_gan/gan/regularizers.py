"""Regularizers: terms that are added to the discriminator's loss."""

from collections.abc import Callable

import torch
from torch import Tensor

DIFFERENCE = 0.1


def r1_difference(judge: Callable[[Tensor], Tensor], real: Tensor, logits: Tensor) -> Tensor:
    """Zero-centred gradient penalty on real samples, R1 (Mescheder et al. 2018, arXiv:1801.04406), by a finite difference.

    1/2 mean of |(D(x + e) - D(x)) / |e||^2, with |e| = DIFFERENCE in training units and alternating sign along the batch; on the
    line it tends to 1/2 E|D'(x)|^2 as e goes to 0, at one more forward pass in place of a second derivative.

    Args:
        judge: x -> logits.
        real: (B, X) real samples.
        logits: (B, 1) their logits.
    """
    shift = torch.full_like(real, DIFFERENCE / real[0].numel() ** 0.5)
    shift[1::2] *= -1
    return 0.5 * ((judge(real + shift) - logits) / DIFFERENCE).square().mean()
