"""The networks as they are before the first step."""

import torch
from torch import nn

from tui_gan.contract.config import Config
from tui_gan.gan.datasets.dataset import Dataset
from tui_gan.gan.networks import AnyDiscriminator, build


def networks(config: Config, dataset: Dataset) -> tuple[nn.Sequential, AnyDiscriminator]:
    """The generator and the discriminator, on the CPU, drawn by the seed and fitted to the data where the configuration says so."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        generator, discriminator = build(config, dataset.shape)
    if config.generator.output_bias == "data":
        _show_the_mean(generator, config, dataset)
    if config.discriminator.norm == "virtual_batch":
        reference = discriminator.get_buffer("reference")
        drawn = dataset.sample(len(reference) * config.packing, torch.Generator().manual_seed(config.seed), "cpu")
        reference.copy_(drawn.reshape(reference.shape))
    return generator, discriminator


@torch.no_grad()
def _show_the_mean(generator: nn.Sequential, config: Config, dataset: Dataset) -> None:
    """Let the generator's last bias alone give the mean of the data."""
    last = [layer for layer in generator if isinstance(layer, nn.Linear)][-1]
    mean = dataset.mean.flatten()
    if config.generator.output == "sigmoid":
        mean = torch.logit(mean, eps=1e-7)
    elif config.generator.output == "tanh":
        mean = torch.atanh(mean.clamp(-1 + 1e-6, 1 - 1e-6))
    last.bias.copy_(mean)
