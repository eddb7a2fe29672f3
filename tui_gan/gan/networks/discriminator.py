"""Discriminator: a body of hidden layers, a logit, and gated minibatch features."""

import torch
from torch import Tensor, nn

from tui_gan.contract.config import Minibatch
from tui_gan.contract.network import Network
from tui_gan.gan.minibatch import MinibatchDiscrimination
from tui_gan.gan.networks.layers import REFERENCE, spectral, started


class Discriminator(nn.Module):
    """(B, *X) -> (B, 1) logits: a body, then a linear layer, to which gated minibatch features may add.

    The minibatch features have an output row of their own: while they are off nothing of theirs is computed, gets a gradient, or is
    moved by the optimiser's momentum, and no shape changes when they are toggled.

    Args:
        body: (B, *X) -> (B, features).
        shape: X; kept samples of it are the reference batch of virtual batch normalisation.
    """

    reference: Tensor

    def __init__(self, network: Network, minibatch: Minibatch, body: nn.Sequential, features: int, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.body = body
        self.logit = nn.Linear(features, network.outputs)
        self.two_way = network.outputs == 2
        started(self, network)
        self.minibatch = MinibatchDiscrimination(features, minibatch.kernels, minibatch.dim, minibatch.company)
        self.minibatch_logit = nn.Linear(minibatch.kernels, 1, bias=False)
        if network.spectral:
            spectral(self)
        self.virtual = network.norm == "virtual_batch"
        # Whether a sample's logit is its own affair, so that batches can be judged in one pass.
        self.judges_alone = network.norm != "batch"
        if self.virtual:
            self.register_buffer("reference", torch.zeros(REFERENCE, *shape))

    def features(self, x: Tensor) -> Tensor:
        """Hidden units before the logit, (B, F)."""
        if not self.virtual:
            return self.body(x)  # type: ignore[no-any-return]
        hidden: Tensor = self.body(torch.cat((self.reference, x)))
        return hidden[REFERENCE:]

    def forward(self, x: Tensor, minibatch: bool = False, company: Tensor | None = None, batches: int = 1) -> Tensor:
        """Judge samples.

        Args:
            x: (B, *X) samples, all real or all fake in each of the `batches` of equal size that follow each other.
            minibatch: whether the minibatch features take part.
            company: (C, *X) samples among which each of `x` is judged, in place of its own batch.
        """
        return self.logits(self.features(x), minibatch, None if company is None else self.features(company), batches)

    def logits(self, hidden: Tensor, minibatch: bool = False, company: Tensor | None = None, batches: int = 1) -> Tensor:
        """Logits (B, 1) from hidden units (B, F) of so many batches, and those of the company."""
        logits: Tensor = self.logit(hidden)
        if self.two_way:
            # The cross-entropy of two softmax outputs is the logistic loss of their difference.
            logits = logits[:, 1:] - logits[:, :1]
        if minibatch:
            logits = logits + self.minibatch_logit(self.minibatch(hidden, company, batches))
        return logits

    def active(self, minibatch: bool) -> list[nn.Parameter]:
        """The parameters that take part with the minibatch features on or off."""
        unused = [] if minibatch else [*self.minibatch.parameters(), *self.minibatch_logit.parameters()]
        ids = {id(each) for each in unused}
        return [each for each in self.parameters() if id(each) not in ids]
