"""The discriminator of AYLIEN's `gan-intro` (2016), whose minibatch features take the place of its third hidden layer."""

import math

import torch
from torch import Tensor, nn

from tui_gan.contract.config import Minibatch
from tui_gan.contract.errors import UsageError
from tui_gan.contract.network import Network
from tui_gan.gan.minibatch import normal_
from tui_gan.gan.networks.layers import activation, started

PROJECTION_SD = 0.02
NOT_IN_IT = ("norm", "spectral", "dropout", "input_dropout", "fourier", "outputs", "last_sparse", "sigmoid_bias")


class AylienDiscriminator(nn.Module):
    """(B, 1) -> (B, 1) logits: three hidden layers, or two and minibatch features beside them. Both branches are held, one is used.

    o(h_i)_b = sum over all j of the batch, i included, of exp(-|M_i,b - M_j,b|_1 - [i = j] self_distance), with M = h T + c.
    """

    judges_alone, virtual = True, False

    def __init__(self, network: Network, minibatch: Minibatch, shape: tuple[int, ...]) -> None:
        super().__init__()
        if len(network.widths) != 3 or len(shape) != 1:
            raise UsageError("the network aylien has three hidden layers and judges rows of numbers")
        plain = Network(kind="aylien", widths=network.widths, activation=network.activation)
        if any(getattr(network, name) != getattr(plain, name) for name in NOT_IN_IT):
            raise UsageError("the network aylien has no normalisation, dropout or Fourier features, and one output; choose 128x3, say")
        first, second, third = network.widths
        self.kernels, self.dim, self.self_distance = minibatch.kernels, minibatch.dim, minibatch.self_distance
        self.body = nn.Sequential(
            nn.Linear(shape[0], first), activation(network.activation), nn.Linear(first, second), activation(network.activation)
        )
        self.third = nn.Sequential(nn.Linear(second, third), activation(network.activation))
        self.logit = nn.Linear(third, 1)
        self.minibatch_logit = nn.Linear(second + minibatch.kernels, 1)
        self.projection = nn.Linear(second, minibatch.kernels * minibatch.dim)
        started(self, network)
        normal_(self.projection.weight, PROJECTION_SD)

    def features(self, x: Tensor, classes: None = None) -> Tensor:
        """Hidden units that both branches share, (B, F)."""
        return self.body(x)  # type: ignore[no-any-return]

    def forward(
        self,
        x: Tensor,
        minibatch: bool = False,
        company: Tensor | None = None,
        batches: int = 1,
        classes: None = None,
        of_company: None = None,
    ) -> Tensor:
        """Judge samples.

        Args:
            x: (B, F), of `batches` of equal size that follow each other.
            company: the others among which each is judged, in place of its own batch: (C, F), or (B, C, F) for each its own.
        """
        return self.logits(self.features(x), minibatch, None if company is None else self.features(company), batches)

    def logits(self, hidden: Tensor, minibatch: bool = False, company: Tensor | None = None, batches: int = 1) -> Tensor:
        """Logits (B, 1) from the shared hidden units (B, F) of so many batches, and those of the company."""
        if not minibatch:
            return self.logit(self.third(hidden))  # type: ignore[no-any-return]
        closeness = [self.closeness(batch, company) for batch in hidden.chunk(batches)]
        return self.minibatch_logit(torch.cat((hidden, torch.cat(closeness)), 1))  # type: ignore[no-any-return]

    def closeness(self, hidden: Tensor, company: Tensor | None = None) -> Tensor:
        """The minibatch features, (B, kernels)."""
        projected = self.projection(hidden).view(len(hidden), self.kernels, 1, self.dim)
        if company is not None:
            others = self.projection(company).unflatten(-1, (self.kernels, self.dim)).transpose(-3, -2)
            return torch.exp(-(projected - others).abs().sum(3)).sum(2) + math.exp(-self.self_distance)
        distance = (projected - projected.permute(2, 1, 0, 3)).abs().sum(3)
        return torch.exp(-distance - self.self_distance * torch.eye(len(hidden), device=hidden.device)[:, None]).sum(2)

    def active(self, minibatch: bool) -> list[nn.Parameter]:
        """The parameters that take part with the minibatch features on or off."""
        parts = [self.body, *([self.projection, self.minibatch_logit] if minibatch else [self.third, self.logit])]
        return [each for part in parts for each in part.parameters()]


def aylien_discriminator(network: Network, minibatch: Minibatch, shape: tuple[int, ...], classes: int = 0) -> AylienDiscriminator:
    """(B, 1) -> (B, 1)."""
    if classes:
        raise UsageError("the network aylien takes no class; choose 128x3, say")
    return AylienDiscriminator(network, minibatch, shape)
