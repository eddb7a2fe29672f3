"""Networks: generators, which map latents to samples, and discriminators, which map samples to logits."""

import math
from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

from tui_gan.contract.config import Config, Minibatch
from tui_gan.contract.errors import UsageError, choose
from tui_gan.contract.network import Network
from tui_gan.gan.latents import codes, width
from tui_gan.gan.masks import completes
from tui_gan.gan.networks.aylien import AylienDiscriminator, aylien_discriminator
from tui_gan.gan.networks.completion import Completing
from tui_gan.gan.networks.dcgan import dcgan_discriminator, dcgan_generator
from tui_gan.gan.networks.discriminator import Discriminator
from tui_gan.gan.networks.inference import UnaryDiscriminator, with_encoder
from tui_gan.gan.networks.layers import ACTIVATIONS
from tui_gan.gan.networks.mirza import mirza_discriminator, mirza_generator
from tui_gan.gan.networks.mlp import mlp_discriminator, mlp_generator
from tui_gan.gan.networks.normalization import SlotBatchNorm1d, SlotBatchNorm2d
from tui_gan.gan.networks.r3gan import r3gan_discriminator, r3gan_generator
from tui_gan.gan.networks.staged import Augmentation, Augmented, Staged, StagedDiscriminator, halved

AnyDiscriminator = Discriminator | AylienDiscriminator | StagedDiscriminator | UnaryDiscriminator
Shape = tuple[int, ...]

# (network, Z, shape of a sample, K classes) -> (B, Z + K) -> (B, *X)
GENERATORS: dict[str, Callable[[Network, int, Shape, int], nn.Sequential]] = {
    "mlp": mlp_generator,
    "dcgan": dcgan_generator,
    "mirza": mirza_generator,
    "r3gan": r3gan_generator,
}
# (network, minibatch, shape of what is judged at once, K classes) -> (B, *X), classes (B, K) -> (B, 1)
DISCRIMINATORS: dict[str, Callable[[Network, Minibatch, Shape, int], AnyDiscriminator]] = {
    "mlp": mlp_discriminator,
    "dcgan": dcgan_discriminator,
    "aylien": aylien_discriminator,
    "mirza": mirza_discriminator,
    "r3gan": r3gan_discriminator,
}


def build(config: Config, shape: Shape) -> tuple[nn.Sequential, AnyDiscriminator]:
    """Build the two networks of a configuration for samples of a shape, their weights drawn from torch's default stream.

    Raises:
        UsageError: a network or an activation that is not in the tables, or that does not go with the data.
    """
    if config.stages > 1 and len(shape) < 3:
        raise UsageError("two stages are of images, and these samples are none: set stages to 1")
    if config.conditioning.dim and not config.classes:
        raise UsageError("conditioning augmentation is of the class, and there is none: set classes, or conditioning.dim to 0")
    generator = _generator(config, shape)
    if config.inference != "none":
        generator = with_encoder(generator, config.encoder, config.latent_dim, shape, config.inference == "gaussian")
    for layer in generator:
        if isinstance(layer, SlotBatchNorm1d | SlotBatchNorm2d):
            layer.slots = config.packing
    judged = (shape[0] * config.packing, *shape[1:])
    # What D is given beside a sample: its class, its latent, or what it is told of its pixels.
    classes = (config.latent_dim if config.inference != "none" or completes(config) else config.classes) * config.packing
    judge = choose(DISCRIMINATORS, config.discriminator.kind, "discriminator")
    discriminator = judge(config.discriminator, config.minibatch, judged, classes)
    if config.stages > 1:
        first = judge(config.discriminator, config.minibatch, halved(judged), classes)
        assert isinstance(first, Discriminator), "it judges images"
        assert isinstance(discriminator, Discriminator), "it judges images"
        return generator, StagedDiscriminator(first, discriminator, judged)
    if config.unary and config.inference != "none":
        alone = judge(config.discriminator, config.minibatch, judged, 0)
        assert isinstance(discriminator, Discriminator), "it judges pairs"
        assert isinstance(alone, Discriminator), "it is as that of pairs"
        return generator, UnaryDiscriminator(alone=alone, pairs=discriminator)
    _learns_more(discriminator, config)
    return generator, discriminator


def _generator(config: Config, shape: Shape) -> nn.Sequential:
    """The generator, of one stage or two, with the class augmented or as it is, or one that completes."""
    made = choose(GENERATORS, config.generator.kind, "generator")
    network, dim, beside = config.generator, config.latent_dim, width(config) - config.latent_dim
    if completes(config):
        return Completing(*made(network, dim, shape, dim))
    augmented = config.conditioning.dim
    augmentation = Augmentation(network, augmented, dim, beside) if augmented else None
    if augmentation:
        beside = 0
    if config.stages == 1:
        generator = made(network, dim, shape, beside)
        return Augmented(augmentation, *generator) if augmentation else generator
    small = halved(shape)
    second = made(network, (augmented or beside) + math.prod(small), shape, 0)
    return Staged(augmentation, made(network, dim, small, beside), second, dim)


def _learns_more(discriminator: AnyDiscriminator, config: Config) -> None:
    """Give a discriminator what it says beside whether a sample is real.

    Raises:
        UsageError: it cannot say it.
    """
    wanted = {"reads no codes": codes(config), "does not judge pixels": completes(config), "does not classify": config.labels}
    missing = next((what for what, asked in wanted.items() if asked), "")
    if not missing:
        return
    if not isinstance(discriminator, Discriminator):
        raise UsageError(f"the network aylien {missing}; choose 128x3, say")
    if count := codes(config):
        discriminator.recognise(config.discriminator, count)
    if completes(config):
        discriminator.judge_components(config.discriminator, config.latent_dim)
    if config.labels:
        discriminator.let_classify()


def parameters(config: Config, shape: Shape) -> dict[str, int]:
    """Count the active parameters: of the generator, and of the discriminator without and with minibatch features."""
    with torch.device("meta"):
        generator, discriminator = build(config, shape)

    def count(weights: Iterable[Tensor]) -> int:
        return sum(weight.numel() for weight in weights)

    return {
        "generator": count(generator.parameters()),
        "discriminator": count(discriminator.active(False)),
        "discriminator_with_minibatch": count(discriminator.active(True)),
    }


__all__ = ["ACTIVATIONS", "DISCRIMINATORS", "GENERATORS", "AnyDiscriminator", "build", "parameters"]
