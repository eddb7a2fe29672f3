"""Two stages and conditioning augmentation (StackGAN, Zhang et al. 2016, arXiv:1612.03242).

A first stage makes images of half the side, of the class and z; a second one is given each of them and the class again, and makes it
whole. D has a network for either. What is trained is a row of numbers: the pixels of the second stage's image, and behind them those of
the first's.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, interpolate

from tui_gan.contract.network import Network
from tui_gan.gan.networks.discriminator import Discriminator, Judges
from tui_gan.gan.networks.layers import started

Shape = tuple[int, ...]


class Augmentation(nn.Module):
    """(B, Z + K) -> (B, Z): in place of the first A numbers of z, noise, a point c of a Gaussian around the embedding of the class.

    c = m + s e with mean m and standard deviation s, both linear in the class (s in its logarithm), and e the first A numbers of z, which
    are normal. So the noise is a part of the latent, and whatever takes latents has it.
    """

    def __init__(self, network: Network, dim: int, latent_dim: int, classes: int) -> None:
        super().__init__()
        self.dim, self.latent_dim = dim, latent_dim
        self.embedding = nn.Linear(classes, 2 * dim)
        started(self, network)

    def forward(self, latents: Tensor) -> Tensor:
        """Augment."""
        mean, log_sd = self._gaussian(latents)
        return torch.cat((mean + log_sd.exp() * latents[:, : self.dim], latents[:, self.dim : self.latent_dim]), 1)

    def divergence(self, latents: Tensor) -> Tensor:
        """KL(N(m, s^2) || N(0, 1)) in nats, the mean over the classes of latents (B, Z + K) and over the A coordinates, ().

        The mean over coordinates in place of their sum is that of the source's code.
        """
        mean, log_sd = self._gaussian(latents)
        return (0.5 * (mean.square() + (2 * log_sd).exp() - 1) - log_sd).mean()

    def _gaussian(self, latents: Tensor) -> tuple[Tensor, Tensor]:
        mean, log_sd = self.embedding(latents[:, self.latent_dim :]).chunk(2, 1)
        return mean, log_sd


class Augmented(nn.Sequential):
    """A generator of one stage behind an augmentation, its first layer."""

    def divergence(self, latents: Tensor) -> Tensor:
        """That of the augmentation."""
        divergence: Tensor = self[0].divergence(latents)  # type: ignore[operator]
        return divergence


class Staged(nn.Sequential):
    """A generator of two stages, (B, Z + K) -> (B, *X), whose samples are those of the second.

    Args:
        augmentation: what brings the class, None where both stages are given it as it is.
        first: (B, Z), or (B, Z + K) -> (B, *X'), images of half the side.
        second: the numbers of the class (B, A) or (B, K), and behind them those of the first stage's image -> (B, *X).
    """

    augmentation: Augmentation | None
    first: nn.Sequential
    second: nn.Sequential

    def __init__(self, augmentation: Augmentation | None, first: nn.Sequential, second: nn.Sequential, latent_dim: int) -> None:
        super().__init__()
        self.latent_dim = latent_dim
        for name, part in (("augmentation", augmentation), ("first", first), ("second", second)):
            self.add_module(name, part)

    def forward(self, x: Tensor) -> Tensor:
        """Generate samples."""
        return self.both(x)[1]

    def both(self, latents: Tensor) -> tuple[Tensor, Tensor]:
        """The images of the first stage (B, *X') and of the second (B, *X)."""
        given = latents if self.augmentation is None else self.augmentation(latents)
        of_class = given[:, self.latent_dim :] if self.augmentation is None else given[:, : self.augmentation.dim]
        small = self.first(given)
        return small, self.second(torch.cat((of_class, small.flatten(1)), 1))

    def trained(self, latents: Tensor) -> Tensor:
        """What is trained, rows of the numbers of both stages."""
        small, whole = self.both(latents)
        return torch.cat((whole.flatten(1), small.flatten(1)), 1)

    def divergence(self, latents: Tensor) -> Tensor:
        """That of the augmentation."""
        assert self.augmentation is not None, "it is asked of an augmentation alone"
        return self.augmentation.divergence(latents)


class First(nn.Module):
    """The first stage of a generator as one of its own, (B, Z + K) -> (B, *X): its images in the size of the second's."""

    def __init__(self, generator: nn.Module) -> None:
        super().__init__()
        assert isinstance(generator, Staged)
        self.generator = generator

    def forward(self, x: Tensor) -> Tensor:
        """Generate them."""
        return enlarged(self.generator.both(x)[0])


class StagedDiscriminator(Judges):
    """A discriminator for either stage; as a function of images (B, *X) it is that of the second.

    Args:
        shape: X, and (C, H/2, W/2) of the first stage.
    """

    first: Discriminator
    second: Discriminator

    def __init__(self, first: Discriminator, second: Discriminator, shape: Shape) -> None:
        super().__init__(first=first, second=second)
        self.shape = shape

    def trained(
        self, x: Tensor, minibatch: bool = False, company: Tensor | None = None, batches: int = 1, classes: Tensor | None = None
    ) -> Tensor:
        """Judge rows of both stages, (B, 2): the logit of the second, and that of the first."""
        assert company is None, "who trains judges among the batch itself"
        parts = zip((self.second, self.first), split(x, self.shape), strict=True)
        return torch.cat([judge(part, minibatch, None, batches, classes) for judge, part in parts], 1)

    def features(self, x: Tensor, classes: Tensor | None = None) -> Tensor:
        """Hidden units of rows of both stages before the logits, side by side, (B, F + F')."""
        parts = zip((self.second, self.first), split(x, self.shape), strict=True)
        return torch.cat([judge.features(part, classes) for judge, part in parts], 1)


def halved(shape: Shape) -> Shape:
    """The shape of the first stage's images."""
    return (shape[0], shape[1] // 2, shape[2] // 2)


def rows_of(images: Tensor) -> Tensor:
    """Real images (B, *X) as rows of both stages: the first has the mean of each 2x2 pixels."""
    return torch.cat((images.flatten(1), avg_pool2d(images, 2).flatten(1)), 1)


def split(rows: Tensor, shape: Shape) -> tuple[Tensor, Tensor]:
    """Rows of both stages as the images of the second (B, *X) and of the first."""
    count = shape[0] * shape[1] * shape[2]
    return rows[:, :count].reshape(-1, *shape), rows[:, count:].reshape(-1, *halved(shape))


def enlarged(images: Tensor) -> Tensor:
    """Images of the first stage in the size of the second, bilinear."""
    return interpolate(images, scale_factor=2.0, mode="bilinear", align_corners=False)
