"""Minibatch discrimination (Salimans et al. 2016, arXiv:1606.03498, section 3.2)."""

import torch
from torch import Tensor, nn


class MinibatchDiscrimination(nn.Module):
    """How close each sample of a batch lies to the others, as `kernels` features.

    With M = h T, one row of `dim` numbers for each kernel: o(h_i)_b = sum over j != i of exp(-|M_i,b - M_j,b|_1).
    Divided by B - 1, so that the features keep their scale when the batch size is turned.
    """

    def __init__(self, features: int, kernels: int, dim: int) -> None:
        super().__init__()
        self.kernels, self.dim = kernels, dim
        self.projection = nn.Parameter(torch.empty(features, kernels * dim))
        nn.init.normal_(self.projection, std=features**-0.5)

    def forward(self, hidden: Tensor, company: Tensor | None = None) -> Tensor:
        """Compute the features.

        Args:
            hidden: (B, F) hidden units of the batch.
            company: (C, F) hidden units of a reference batch; each sample is then judged among these alone.

        Returns:
            (B, kernels), each in 0 .. 1.
        """
        own = self._projected(hidden)
        others = own if company is None else self._projected(company)
        closeness = torch.exp(-(own[:, None] - others[None]).abs().sum(-1))
        if company is not None:
            return closeness.mean(1)
        # exp(0) = 1 on the diagonal is the sample itself.
        return (closeness.sum(1) - 1) / max(len(hidden) - 1, 1)

    def _projected(self, hidden: Tensor) -> Tensor:
        return (hidden @ self.projection).view(-1, self.kernels, self.dim)
