"""The chance of a step, drawn before it."""

import torch
from torch import Tensor

from tui_gan.gan import augment
from tui_gan.gan.completion import hinted_of
from tui_gan.gan.game import Game
from tui_gan.gan.latents import codes, paired
from tui_gan.gan.masks import completes
from tui_gan.gan.orders import Source
from tui_gan.gan.values import Draws, Hyper, Program


def drawn(game: Game, source: Source, hyper: Hyper, program: Program) -> list[Draws]:
    """All chance of a step, update by update: samples and latents from the source, the rest from torch's default stream."""
    updates = game.order(program.k, program.g, source, game.generator_compares)
    return [completed(game, with_labels(draws, source), hyper, program) for draws in updates]


def with_classes(game: Game, draws: Draws) -> Draws:
    """With latents of the classes of the real samples, where there are any."""
    return draws if draws.y is None else draws._replace(latents=paired(draws.latents, draws.y, game.config.latent_dim), y=None)


def with_labels(draws: Draws, source: Source) -> Draws:
    """With a batch of labelled images, where the discriminator moves and learns from labels; it is drawn behind all else of the update."""
    if source.labelled is None or "D" not in draws.players:
        return draws
    x, y = source.labelled()
    return draws._replace(labelled=x, labels=y)


def completed(game: Game, draws: Draws, hyper: Hyper, program: Program) -> Draws:
    """One update's samples and latents with its other chance; latents have taken over the classes of real samples."""
    draws = with_classes(game, draws)
    if not game.stirs:
        return draws
    shape, device = (draws.latents.shape[-2], *game.shape), draws.latents.device

    def noise() -> Tensor | None:
        return torch.randn(shape, device=device) if hyper.noise_sd else None

    def change() -> Tensor | None:
        return augment.drawn(game.config.augment, shape[0], device)

    draws = _of_other_games(game, draws, shape[0], device)
    if "D" not in draws.players:
        fake_noise, fake_change = noise(), change()
        draws = draws._replace(fake_noise=fake_noise, fake_change=fake_change)
        return draws if draws.real is None else draws._replace(real_noise=noise(), real_change=change())
    draws = draws._replace(real_noise=noise(), fake_noise=noise(), labelled_noise=noise() if draws.labelled is not None else None)
    draws = draws._replace(real_change=change(), fake_change=change())
    if program.due:
        judged = (shape[0] // game.config.packing, *game.judged)
        if game.drops and any(term.extra for _, term in game.terms):
            draws = draws._replace(seed=int(torch.randint(2**62, ())))
        draws = draws._replace(terms={name: term.draw(judged, device) for name, term in game.terms if term.draw and game.draws(term)})
    if "G" in draws.players and game.config.feature_matching:
        draws = draws._replace(again=(noise(), noise()), change_again=(change(), change()))
    return draws


def _of_other_games(game: Game, draws: Draws, count: int, device: torch.device) -> Draws:
    """What games with completion, an inference network or codes draw of their own."""
    config = game.config
    if completes(config):
        return draws._replace(hinted=hinted_of(config, count, device))
    if config.inference == "gaussian":
        return draws._replace(code_noise=torch.randn(count, config.latent_dim, device=device))
    if codes(config):
        return draws._replace(code_change=augment.drawn(config.information.augment, count, device))
    return draws
