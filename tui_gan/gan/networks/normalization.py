"""Normalisation that torch does not have: batch normalisation by slots, and virtual batch normalisation."""

import torch
from torch import Tensor, nn
from torch.nn.functional import batch_norm
from torch.nn.modules.batchnorm import _BatchNorm


def by_slots(norm: _BatchNorm, slots: int, x: Tensor) -> Tensor:
    """Batch normalisation in training with the statistics of each slot of a pack by itself, as if each went through alone.

    Args:
        x: (B, F, ...) of which the rows s, s + slots, s + 2 slots ... are slot s.

    Returns:
        The same shape. The running mean and variance follow the mean of those of the slots.
    """
    assert norm.running_mean is not None
    assert norm.running_var is not None
    assert norm.num_batches_tracked is not None
    packed = x.reshape(len(x) // slots, slots * x.shape[1], *x.shape[2:])
    mean, variance = norm.running_mean.new_zeros(2, packed.shape[1])
    # With momentum 1 they become those of this batch.
    output = batch_norm(packed, mean, variance, norm.weight.repeat(slots), norm.bias.repeat(slots), True, 1.0, norm.eps)
    norm.num_batches_tracked += 1
    share = 1.0 / float(norm.num_batches_tracked) if norm.momentum is None else norm.momentum
    norm.running_mean.lerp_(mean.view(slots, -1).mean(0), share)
    norm.running_var.lerp_(variance.view(slots, -1).mean(0), share)
    return output.view_as(x)


class SlotBatchNorm1d(nn.BatchNorm1d):
    """BatchNorm1d by `slots` while it trains; a batch that they do not divide, as none of the training, is normalised whole."""

    slots = 1

    def forward(self, x: Tensor) -> Tensor:
        """Normalise (B, F)."""
        return by_slots(self, self.slots, x) if self.training and len(x) % self.slots == 0 else super().forward(x)


class SlotBatchNorm2d(nn.BatchNorm2d):
    """BatchNorm2d likewise."""

    slots = 1

    def forward(self, x: Tensor) -> Tensor:
        """Normalise (B, F, H, W)."""
        return by_slots(self, self.slots, x) if self.training and len(x) % self.slots == 0 else super().forward(x)


class VirtualBatchNorm(nn.Module):
    """Normalises each sample by the statistics of a fixed reference batch together with itself, so that it knows no other sample.

    Salimans et al. 2016, arXiv:1606.03498, section 3.5: y = weight (x - m) / sqrt(v + epsilon) + bias for each feature. The R rows of
    the reference batch take its own mean m_R and variance v_R (divided by the count), any other row with mean m_x and variance v_x
    over its own pixels those of both:

        m = (R m_R + m_x) / (R + 1)
        v = (R v_R + v_x) / (R + 1) + R (m_x - m_R)^2 / (R + 1)^2
    """

    def __init__(self, features: int, reference_size: int, epsilon: float = 1e-5) -> None:
        super().__init__()
        self.features, self.reference_size, self.epsilon = features, reference_size, epsilon
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))

    def forward(self, x: Tensor) -> Tensor:
        """Normalise.

        Args:
            x: (R + B, F) or (R + B, F, H, W); the first R = `reference_size` rows are the reference batch.

        Returns:
            The same shape.
        """
        rows = x.flatten(2) if x.dim() > 2 else x[:, :, None]
        reference, samples = rows.tensor_split((self.reference_size,))
        reference_variance, reference_mean = torch.var_mean(reference, (0, 2), correction=0)
        own_mean = samples.mean(2)
        own_variance = (samples - own_mean[:, :, None]).square().mean(2)
        share = 1 / (self.reference_size + 1)
        mean = reference_mean.lerp(own_mean, share)
        variance = reference_variance.lerp(own_variance, share) + share * (1 - share) * (own_mean - reference_mean).square()
        mean = torch.cat((reference_mean.expand(len(reference), -1), mean))
        variance = torch.cat((reference_variance.expand(len(reference), -1), variance))
        factor = self.weight * (variance + self.epsilon).rsqrt()
        normalised: Tensor = (rows - mean[:, :, None]) * factor[:, :, None] + self.bias[:, None]
        return normalised.view_as(x)
