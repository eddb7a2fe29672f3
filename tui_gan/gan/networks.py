"""Networks: generators, which map latents to samples, and discriminators, which map samples to logits."""

import itertools
from collections.abc import Callable

import torch
from torch import Tensor, nn

from tui_gan.contract.config import Config, Minibatch, Network
from tui_gan.contract.errors import choose
from tui_gan.gan.minibatch import MinibatchDiscrimination

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "leaky_relu": lambda: nn.LeakyReLU(0.2),
    "relu": nn.ReLU,
    "silu": nn.SiLU,
    "softplus": nn.Softplus,
    "tanh": nn.Tanh,
}


def layers(network: Network, inputs: int) -> list[nn.Module]:
    """Fully connected hidden layers, each followed by its activation; the last has widths[-1] units."""
    activation = choose(ACTIVATIONS, network.activation, "activation")
    sizes = (inputs, *network.widths)
    return [layer for a, b in itertools.pairwise(sizes) for layer in (nn.Linear(a, b), activation())]


def mlp_generator(network: Network, latent_dim: int, outputs: int) -> nn.Sequential:
    """(B, Z) -> (B, outputs): hidden layers, then a linear one."""
    return nn.Sequential(*layers(network, latent_dim), nn.Linear(network.widths[-1], outputs))


class MLPDiscriminator(nn.Module):
    """(B, X) -> (B, 1) logits: hidden layers, then a linear one, to which gated minibatch features may add.

    The features have an output row of their own: while they are off nothing of theirs is computed, gets a gradient, or is
    moved by the optimiser's momentum, and no shape changes when they are toggled.
    """

    def __init__(self, network: Network, minibatch: Minibatch, inputs: int) -> None:
        super().__init__()
        width = network.widths[-1]
        self.body = nn.Sequential(*layers(network, inputs))
        self.logit = nn.Linear(width, 1)
        self.minibatch = MinibatchDiscrimination(width, minibatch.kernels, minibatch.dim, minibatch.company)
        self.minibatch_logit = nn.Linear(minibatch.kernels, 1, bias=False)

    def forward(self, x: Tensor, minibatch: bool = False, company: Tensor | None = None) -> Tensor:
        """Judge samples.

        Args:
            x: (B, X) samples, all real or all fake.
            minibatch: whether the minibatch features take part.
            company: (C, X) samples among which each of `x` is judged, in place of its own batch.
        """
        hidden = self.body(x)
        logits: Tensor = self.logit(hidden)
        if minibatch:
            reference = None if company is None else self.body(company)
            logits = logits + self.minibatch_logit(self.minibatch(hidden, reference))
        return logits


GENERATORS = {"mlp": mlp_generator}
DISCRIMINATORS = {"mlp": MLPDiscriminator}


def build(config: Config) -> tuple[nn.Sequential, MLPDiscriminator]:
    """Build the two networks of a configuration, their weights drawn from torch's default stream.

    Raises:
        UsageError: a network or an activation that is not in the tables.
    """
    generator = choose(GENERATORS, config.generator.kind, "generator")(config.generator, config.latent_dim, 1)
    discriminator = choose(DISCRIMINATORS, config.discriminator.kind, "discriminator")(config.discriminator, config.minibatch, 1)
    return generator, discriminator


def parameters(config: Config) -> dict[str, int]:
    """Count the active parameters: of the generator, and of the discriminator without and with minibatch features."""
    with torch.device("meta"):
        generator, discriminator = build(config)

    def count(module: nn.Module) -> int:
        return sum(weight.numel() for weight in module.parameters())

    without = count(discriminator) - count(discriminator.minibatch) - count(discriminator.minibatch_logit)
    return {"generator": count(generator), "discriminator": without, "discriminator_with_minibatch": count(discriminator)}
