"""Discriminator: a body of hidden layers, a logit, and gated minibatch features."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from tui_gan.contract.config import Minibatch
from tui_gan.contract.errors import UsageError
from tui_gan.contract.network import Network
from tui_gan.gan.minibatch import MinibatchDiscrimination
from tui_gan.gan.networks.layers import BATCH_NORMS_1D, REFERENCE, activation, norm, spectral, started

# Units between the hidden units that it shares with the logit and the codes.
RECOGNISER = 128


class Discriminator(nn.Module):
    """(B, *X) -> (B, 1) logits: a body, then a linear layer, to which gated minibatch features may add.

    The minibatch features have an output row of their own: while they are off nothing of theirs is computed, gets a gradient, or is
    moved by the optimiser's momentum, and no shape changes when they are toggled.

    Of a conditional one the logit is f(h) + c . (V h) with h the hidden units and c the class (projection, Miyato and Koyama 2018,
    arXiv:1802.05637), or the class is put beside the sample, flat (concat).

    Args:
        body: (B, *X) -> (B, features), or (B, X + classes) where the class is put beside the sample.
        shape: X; kept samples of it are the reference batch of virtual batch normalisation.
        classes: K, how many numbers say the class; 0 is unconditional.
    """

    reference: Tensor

    def __init__(
        self, network: Network, minibatch: Minibatch, body: nn.Sequential, features: int, shape: tuple[int, ...], classes: int = 0
    ) -> None:
        super().__init__()
        self.body = body
        self.beside = bool(classes) and network.condition == "concat"
        self.projects = bool(classes) and not self.beside
        if self.projects:
            self.of_class = nn.Linear(classes, features, bias=False)
        self.logit = nn.Linear(features, network.outputs)
        self.two_way, self.classifies, self.by_component = network.outputs == 2, False, False
        started(self, network)
        self.minibatch = MinibatchDiscrimination(features, minibatch.kernels, minibatch.dim, minibatch.company)
        self.minibatch_logit = nn.Linear(minibatch.kernels, 1, bias=False)
        if network.spectral:
            spectral(self)
        self.virtual = network.norm == "virtual_batch"
        if self.virtual and self.beside:
            raise UsageError("virtual batch normalisation has a reference batch without classes: set discriminator.condition to projection")
        # Whether a sample's logit is its own affair, so that batches can be judged in one pass.
        self.judges_alone = network.norm != "batch"
        if self.virtual:
            self.register_buffer("reference", torch.zeros(REFERENCE, *shape))

    def recognise(self, network: Network, codes: int) -> None:
        """Let it also say by which codes a sample was made, by a layer of RECOGNISER units of its own (Chen et al. 2016, section 6)."""
        normed = norm(network, RECOGNISER, BATCH_NORMS_1D) if network.norm == "batch" else []
        layers = [nn.Linear(self.logit.in_features, RECOGNISER), *normed, activation("leaky_relu"), nn.Linear(RECOGNISER, codes)]
        self.recogniser = nn.Sequential(*layers)
        started(self.recogniser, Network(init=network.init, init_scale=network.init_scale))

    def codes(self, x: Tensor) -> Tensor:
        """What it takes the codes of samples (B, *X) for, (B, K + C): logits of the categorical one, means of the continuous ones."""
        return self.recogniser(self.features(x))  # type: ignore[no-any-return]

    def let_classify(self) -> None:
        """Let its outputs be the logits of the classes, of which the logit is the logsumexp, that of generated samples being 0.

        A sample is then real with the probability Z / (Z + 1), Z the sum of exp of the logits (Salimans et al. 2016, arXiv:1606.03498,
        section 5).
        """
        self.two_way, self.classifies = False, True

    def classify(self, x: Tensor) -> Tensor:
        """Logits of the classes of samples (B, *X), (B, K)."""
        return self.logit(self.features(x))  # type: ignore[no-any-return]

    def judge_components(self, network: Network, values: int) -> None:
        """Let its outputs be a logit of each value of a sample: whether it was observed (Yoon et al. 2018, arXiv:1806.02920)."""
        self.logit = nn.Linear(self.logit.in_features, values)
        started(self.logit, network)
        if network.spectral:
            spectral(self.logit)
        self.two_way, self.by_component = False, True

    def components(self, x: Tensor, hint: Tensor, minibatch: bool = False, company: Tensor | None = None) -> Tensor:
        """A logit of each value of samples (B, *X), (B, P), given what is told of them, (B, P)."""
        hidden = self.features(x, hint)
        logits: Tensor = self.logit(hidden)
        if minibatch:
            logits = logits + self.minibatch_logit(self.minibatch(hidden, company, 1))
        return logits

    def features(self, x: Tensor, classes: Tensor | None = None) -> Tensor:
        """Hidden units before the logit, (B, F)."""
        if self.beside:
            assert classes is not None, "it is conditional"
            x = torch.cat((x.flatten(1), classes), 1)
        if not self.virtual:
            return self.body(x)  # type: ignore[no-any-return]
        hidden: Tensor = self.body(torch.cat((self.reference, x)))
        return hidden[REFERENCE:]

    def forward(
        self,
        x: Tensor,
        minibatch: bool = False,
        company: Tensor | None = None,
        batches: int = 1,
        classes: Tensor | None = None,
        of_company: Tensor | None = None,
    ) -> Tensor:
        """Judge samples.

        Args:
            x: (B, *X) samples, all real or all fake in each of the `batches` of equal size that follow each other.
            minibatch: whether the minibatch features take part.
            company: (C, *X) samples among which each of `x` is judged, in place of its own batch.
            classes: (B, K) of `x`, and `of_company` (C, K), where it is conditional; where it judges values, (B, 2 P): what it is told of
                each, and 1 where a value enters the mean logit that it returns.
        """
        if self.by_component:
            assert classes is not None, "it is told"
            (hint, where), others = classes.chunk(2, 1), None
            if company is not None and of_company is not None:
                others = self.features(company, of_company.chunk(2, 1)[0])
            logits = self.components(x, hint, minibatch, others)
            return (where * logits).sum(1, keepdim=True) / where.sum(1, keepdim=True).clamp(min=1)
        others = None if company is None else self.features(company, of_company)
        return self.logits(self.features(x, classes), minibatch, others, batches, classes)

    def logits(
        self, hidden: Tensor, minibatch: bool = False, company: Tensor | None = None, batches: int = 1, classes: Tensor | None = None
    ) -> Tensor:
        """Logits (B, 1) from hidden units (B, F) of so many batches, and those of the company."""
        logits: Tensor = self.logit(hidden)
        if self.two_way:
            # The cross-entropy of two softmax outputs is the logistic loss of their difference.
            logits = logits[:, 1:] - logits[:, :1]
        if self.classifies:
            logits = logits.logsumexp(1, keepdim=True)
        if self.projects:
            assert classes is not None, "it is conditional"
            logits = logits + (self.of_class(classes) * hidden).sum(1, keepdim=True)
        if minibatch:
            logits = logits + self.minibatch_logit(self.minibatch(hidden, company, batches))
        return logits

    def active(self, minibatch: bool) -> list[nn.Parameter]:
        """The parameters that take part with the minibatch features on or off."""
        unused = [] if minibatch else [*self.minibatch.parameters(), *self.minibatch_logit.parameters()]
        ids = {id(each) for each in unused}
        return [each for each in self.parameters() if id(each) not in ids]


class Judges(nn.Module):
    """Discriminators that are trained together, by the `trained` of a subclass; the last of them answers whoever looks."""

    virtual = False

    def __init__(self, **judges: Discriminator) -> None:
        super().__init__()
        for name, judge in judges.items():
            self.add_module(name, judge)
        self.judges_alone = all(judge.judges_alone for judge in judges.values())

    def forward(self, *given: Any, **named: Any) -> Tensor:
        """Judge samples (B, *X), as `Discriminator` has it."""
        logits: Tensor = [*self.children()][-1](*given, **named)
        return logits

    def active(self, minibatch: bool) -> list[nn.Parameter]:
        """The parameters that take part with the minibatch features on or off."""
        judges: Iterator[Any] = self.children()
        return [weight for judge in judges for weight in judge.active(minibatch)]
