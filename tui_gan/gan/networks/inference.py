"""A generator with an inference network beside it: what codes a sample may have come from (BiGAN and ALI); and who judges both."""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from tui_gan.contract.errors import UsageError
from tui_gan.contract.network import Network
from tui_gan.gan.networks.discriminator import Discriminator, Judges
from tui_gan.gan.networks.layers import OUTPUTS, for_generator, hidden_layers, started


class Inferring(nn.Sequential):
    """A generator (B, Z) -> (B, *X) that holds its encoder, since both lower the same loss and are moved together.

    The encoder is no layer of the sequence, but a part of its weights, averages and states.
    """

    encoder: nn.Sequential

    def __init__(self, generator: nn.Sequential, encoder: nn.Sequential, stochastic: bool) -> None:
        super().__init__(*generator)
        self.add_module("encoder", encoder)
        self.stochastic = stochastic

    def __iter__(self):  # type: ignore[no-untyped-def]
        """The layers of the generator alone."""
        return (layer for name, layer in self._modules.items() if name != "encoder")

    def forward(self, x: Tensor) -> Tensor:
        """Generate samples."""
        for layer in self:
            x = layer(x)
        return x

    def encode(self, x: Tensor, noise: Tensor | None = None) -> Tensor:
        """Codes of samples (B, *X), (B, Z).

        Args:
            noise: (B, Z), standard normal, of a stochastic encoder, whose codes are then mean + sd noise; without it its means. The sd
                lies in 0 .. 1: where all codes together have the variance 1 of a latent, that of each sample's is less.
        """
        codes: Tensor = self.encoder(x)
        if not self.stochastic:
            return codes
        mean, width = codes.chunk(2, 1)
        return mean if noise is None else mean + width.sigmoid() * noise


class UnaryDiscriminator(Judges):
    """A discriminator of pairs of a sample and its latent with one of samples alone beside it, for the unary term of BigBiGAN.

    (Donahue and Simonyan 2019, arXiv:1907.02544.) As a function of samples it is that of pairs.
    """

    alone: Discriminator
    pairs: Discriminator

    def trained(
        self, x: Tensor, minibatch: bool = False, company: Tensor | None = None, batches: int = 1, classes: Tensor | None = None
    ) -> Tensor:
        """Judge samples (B, *X), (B, 2): the logit of each with its latent, and that of it alone."""
        assert company is None, "who trains judges among the batch itself"
        return torch.cat((self.pairs(x, minibatch, None, batches, classes), self.alone(x, minibatch, None, batches)), 1)

    def features(self, x: Tensor, classes: Tensor | None = None) -> Tensor:
        """Hidden units of both before the logits, side by side, (B, F + F)."""
        return torch.cat((self.pairs.features(x, classes), self.alone.features(x)), 1)


def encoder(network: Network, latent_dim: int, shape: tuple[int, ...], stochastic: bool) -> nn.Sequential:
    """(B, *X) -> (B, Z), or (B, 2 Z) where each code has a mean and the logit of a standard deviation: hidden layers and a linear one.

    Raises:
        UsageError: it is not fully connected.
    """
    for_generator(network)
    if network.kind != "mlp":
        raise UsageError("the encoder is fully connected: choose a network such as 128x3")
    flat: list[nn.Module] = [nn.Flatten()] if len(shape) > 1 else []
    last = nn.Linear(network.widths[-1], latent_dim * (2 if stochastic else 1))
    made = nn.Sequential(*flat, *hidden_layers(network, math.prod(shape)), last, *([] if stochastic else OUTPUTS[network.output]()))
    started(made, network)
    return made


def with_encoder(generator: nn.Sequential, network: Network, latent_dim: int, shape: tuple[int, ...], stochastic: bool) -> nn.Sequential:
    """The generator with an encoder beside it."""
    return Inferring(generator, encoder(network, latent_dim, shape, stochastic), stochastic)


def encoded(generator: nn.Module, x: Tensor) -> Tensor:
    """The codes of samples, (B, Z), as somebody who looks is told them: without gradient and chance, and nothing of the encoder moves."""
    assert isinstance(generator, Inferring)
    return _looked_at(generator, generator.encode, x)


def hidden(generator: nn.Module, x: Tensor) -> Tensor:
    """The last hidden units of the encoder, (B, F), likewise."""
    assert isinstance(generator, Inferring)
    layers = [*generator.encoder]
    last = max(place for place, layer in enumerate(layers) if isinstance(layer, nn.Linear))
    return _looked_at(generator, nn.Sequential(*layers[:last]), x)


def _looked_at(generator: Inferring, of: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    trains = generator.encoder.training
    generator.encoder.eval()
    try:
        with torch.no_grad():
            return of(x)
    finally:
        generator.encoder.train(trains)
