"""Regularizers: terms that are added to the discriminator's loss."""

import functools

import torch
from torch import Tensor

DIFFERENCE = 0.1


def shifted(real: Tensor) -> Tensor:
    """Move each of the real samples (B, X) by DIFFERENCE, with alternating sign along the batch."""
    return real + _shift(real.shape, real.dtype, real.device)


def r1_difference(real_logits: Tensor, shifted_logits: Tensor) -> Tensor:
    """Zero-centred gradient penalty on real samples, R1 (Mescheder et al. 2018, arXiv:1801.04406), by a finite difference.

    1/2 mean of ((D(x + e) - D(x)) / |e|)^2 with |e| = DIFFERENCE in training units; on the line it tends to 1/2 E|D'(x)|^2 as e
    goes to 0, for one more forward pass in place of a second derivative.

    Args:
        real_logits: (B, 1) logits of real samples.
        shifted_logits: (B, 1) logits of the same samples after `shifted`.
    """
    return (0.5 / DIFFERENCE**2) * (shifted_logits - real_logits).square().mean()


@functools.lru_cache(maxsize=8)
def _shift(shape: torch.Size, dtype: torch.dtype, device: torch.device) -> Tensor:
    shift = torch.full(shape, DIFFERENCE / shape[1:].numel() ** 0.5, dtype=dtype, device=device)
    shift[1::2] *= -1
    return shift
