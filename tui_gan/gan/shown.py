"""What the discriminator is shown of real and generated samples, and given beside them, and what it says of both."""

from collections.abc import Sequence

import torch
from torch import Tensor

from tui_gan.gan import augment
from tui_gan.gan.game import Game
from tui_gan.gan.networks.staged import rows_of
from tui_gan.gan.values import Draws, Hyper, Network, Program


def discriminator_input(game: Game, samples: Tensor, noise: Tensor | None, change: Tensor | None, hyper: Hyper) -> Tensor:
    """Samples (N, *X) as the discriminator is shown them: augmented, with instance noise, and packed, (B, packing X1, ...).

    Penalties of gradients are by what is returned, so that they bound D where it judges, and not D of the augmentation.
    """
    packing = game.config.packing
    samples = augment.augmented(game.config.augment, samples, change, hyper.augment_probability)
    if noise is not None:
        samples = samples + hyper.noise_sd * noise
    if packing > 1:
        samples = samples.reshape(len(samples) // packing, packing * samples.shape[1], *samples.shape[2:])
    return samples


def real_input(game: Game, draws: Draws, hyper: Hyper) -> Tensor:
    """The real samples of an update as the discriminator is shown them."""
    assert draws.real is not None, "they are drawn"
    return discriminator_input(game, trained(game, draws.real), draws.real_noise, draws.real_change, hyper)


def trained(game: Game, real: Tensor) -> Tensor:
    """Real samples as the generator makes them: of two stages rows of both."""
    return rows_of(real) if game.config.stages > 1 else real


def fake_input(game: Game, fake: Tensor, draws: Draws, hyper: Hyper) -> Tensor:
    """The generated samples (N, *X) of an update as the discriminator is shown them."""
    return discriminator_input(game, fake, draws.fake_noise, draws.fake_change, hyper)


def coded(game: Game, fake: Tensor, draws: Draws) -> Tensor:
    """Generated samples, as the discriminator is shown them, as it reads codes off them: augmented again, by what no code is to choose.

    They have no more information of their codes than before, so that a lower bound of it is one of theirs. Ojha et al. 2020,
    arXiv:1910.01112, have the code invariant to transformations of real images, where here it is of generated ones.
    """
    return augment.augmented(game.config.information.augment, fake, draws.code_change, 1.0)


# What the discriminator is given beside real and beside generated samples, (B, packing K) each, or None.
Beside = tuple[Tensor | None, Tensor | None]


def beside_of(game: Game, draws: Draws, inferred: Tensor | None) -> Beside:
    """The classes of the samples, which are those of the latents; or the codes that were inferred of real samples, and the latents."""
    config = game.config
    if inferred is not None:
        return inferred.reshape(-1, config.packing * config.latent_dim), draws.latents.reshape(-1, config.packing * config.latent_dim)
    if not config.classes:
        return None, None
    classes = draws.latents[:, config.latent_dim :].reshape(-1, config.packing * config.classes)
    return classes, classes


def inferred_by(generator: Network, draws: Draws) -> Tensor | None:
    """The codes of the real samples, as they are neither augmented nor with instance noise; None without an inference network."""
    return None if generator.encode is None or draws.real is None else generator.encode(draws.real, draws.code_noise)


def of_rows(game: Game, network: Network, real: Tensor, fake: Tensor, beside: Beside) -> tuple[Network, Tensor, Tensor, Beside]:
    """With an inference network, D as a function of rows of samples and latents, and these rows, (B, X + Z), in place of both.

    Penalties are then with respect to both: with respect to the sample alone nothing bounds the gradient of D along the latent.
    """
    codes, latents = beside
    if game.config.inference == "none" or codes is None or latents is None:
        return network, real, fake, beside
    shape, numbers, judge = real.shape[1:], real[0].numel(), network.of

    def of(rows: Tensor, minibatch: bool = False, company: Tensor | None = None, batches: int = 1, _: Tensor | None = None) -> Tensor:
        logits: Tensor = judge(rows[:, :numbers].reshape(-1, *shape), minibatch, company, batches, rows[:, numbers:])
        return logits

    of_real, of_fake = torch.cat((real.flatten(1), codes), 1), torch.cat((fake.flatten(1), latents), 1)
    return network._replace(of=of), of_real, of_fake, (None, None)


def judged(game: Game, network: Network, batches: Sequence[Tensor], beside: Beside, draws: Draws, program: Program) -> Sequence[Tensor]:
    """Logits of each batch, real, fake and maybe shifted real, judged apart where the discriminator would mix real and fake."""
    of_real, of_fake = beside
    given = [of_fake if place == 1 else of_real for place in range(len(batches))]
    if draws.seed is not None:
        return _judged_alike(network, batches, given, draws.seed, program)
    if not game.judges_alone:
        return [network.of(batch, program.minibatch, None, 1, classes) for batch, classes in zip(batches, given, strict=True)]
    # But for the minibatch features a sample does not know its batch, and one pass is quicker than three.
    every = torch.cat([each for each in given if each is not None]) if of_fake is not None else None
    return torch.split(network.of(torch.cat(tuple(batches)), program.minibatch, None, len(batches), every), len(batches[0]))


def _judged_alike(
    network: Network, batches: Sequence[Tensor], given: Sequence[Tensor | None], seed: int, program: Program
) -> Sequence[Tensor]:
    """Logits of each batch, real, fake and others, where dropout leaves out the same units for the others as for the real ones."""
    logits = []
    for place, (batch, classes) in enumerate(zip(batches, given, strict=True)):
        # The difference of two judgements is to be that of the samples, not of two networks.
        torch.manual_seed(seed + (place == 1))
        logits.append(network.of(batch, program.minibatch, None, 1, classes))
    return logits
