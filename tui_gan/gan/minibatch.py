"""Minibatch discrimination (Salimans et al. 2016, arXiv:1606.03498, section 3.2)."""

import torch
from torch import Tensor, nn


def normal_(weight: Tensor, sd: float) -> None:
    """Draw a weight from N(0, sd^2); on "meta" there are no numbers, and torch would load its compiler to draw none."""
    if not weight.is_meta:
        nn.init.normal_(weight, std=sd)


class MinibatchDiscrimination(nn.Module):
    """How close each sample of a batch lies to others, as `kernels` features.

    With M = h T, `dim` numbers for each kernel b: o(h_i)_b = mean over j of exp(-|M_i,b - M_j,b|_1), where j runs over the
    others of the batch, or over the `limit` that follow i in it (cyclically) when there are more. A mean where the paper has
    a sum, so that the features keep their scale when the batch size is turned.
    """

    def __init__(self, features: int, kernels: int, dim: int, limit: int = 0) -> None:
        super().__init__()
        self.kernels, self.dim, self.limit = kernels, dim, limit
        self.projection = nn.Parameter(torch.empty(features, kernels * dim))
        normal_(self.projection, features**-0.5)

    def forward(self, hidden: Tensor, company: Tensor | None = None) -> Tensor:
        """Compute the features.

        Args:
            hidden: (B, F) hidden units of the batch.
            company: (C, F) hidden units of a reference batch; each sample is then judged among these alone.

        Returns:
            (B, kernels), each in 0 .. 1.
        """
        own = self._projected(hidden)
        batch = len(hidden)
        if company is not None:
            return _mean_closeness(own, self._projected(company)[:, :, None])
        others = min(self.limit or batch, batch - 1)
        if others == 0:
            return own.new_zeros(batch, self.kernels)
        # The batch twice in a row, under a sliding window: row i holds the samples i + 1 ... i + others.
        following = torch.cat((own, own), 2)[:, :, 1 : batch + others].unfold(2, others, 1)
        return _mean_closeness(own, following)

    def _projected(self, hidden: Tensor) -> Tensor:
        """(B, F) -> (dim, kernels, B): one plane a dimension, which adds up faster than a sum over a short last axis."""
        return (hidden @ self.projection).view(-1, self.dim, self.kernels).permute(1, 2, 0)


def _mean_closeness(own: Tensor, others: Tensor) -> Tensor:
    """Mean of exp(-L1 distance): (dim, kernels, B) against (dim, kernels, B or 1, C) -> (B, kernels)."""
    distance = sum((mine[:, :, None] - theirs).abs() for mine, theirs in zip(own, others, strict=True))
    return torch.exp(-torch.as_tensor(distance)).mean(2).t()
