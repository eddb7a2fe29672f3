"""What the two players lower: the losses of the objective, and what a configuration adds to them."""

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from tui_gan.gan import augment, completion
from tui_gan.gan.game import Game
from tui_gan.gan.latents import codes
from tui_gan.gan.masks import completes
from tui_gan.gan.objectives import accuracy, feature_matching
from tui_gan.gan.regularizers import Judgement, historical_distance
from tui_gan.gan.shown import Beside, beside_of, coded, discriminator_input, fake_input, inferred_by, judged, of_rows, real_input, trained
from tui_gan.gan.values import Draws, Hyper, Network, Program, Seen

# What the term of InfoGAN is called where terms have names.
INFORMATION = "information"
# What the divergence of conditioning augmentation is called.
CONDITIONING = "conditioning"
# What the term is called that keeps G(E(x)) near x.
CYCLE = "cycle_consistency"
# What is added for the labelled images.
LABELS = "labels"
# Terms beside those that the curves have.
FEATURES, WEIGHTS, HISTORY = "feature_matching", "generator_l2", "historical_averaging"


def discriminator_loss(
    game: Game,
    network: Network,
    fake: Tensor,
    draws: Draws,
    coefficients: Mapping[str, Tensor],
    hyper: Hyper,
    program: Program,
    inferred: Tensor | None = None,
) -> tuple[Seen, tuple[Tensor, Tensor]]:
    """The discriminator's loss on real samples and generated ones, with what is added to it; the coefficients that adapt move on.

    Args:
        fake: (N, *X); without the generator's gradient, unless both players move at once.
        inferred: codes of the real samples by the inference network (N, Z), likewise; None where there is none.

    Returns:
        With it the logits (B, 1) of real and of fake samples, with their gradients.
    """
    if completes(game.config):
        return _of_components(game, network, fake, draws, hyper, program)
    assert draws.real is not None, "the discriminator compares"
    real, fake = real_input(game, draws, hyper), fake_input(game, fake, draws, hyper)
    network, real, fake, beside = of_rows(game, network, real, fake, beside_of(game, draws, inferred))
    terms = game.terms if program.due else ()
    if network.slope is None:
        real = _leaf(real) if any(term.at_real for _, term in terms) else real
        fake = _leaf(fake) if any(term.at_fake for _, term in terms) else fake
    extras = {name: term.extra(real, fake, draws.terms.get(name)) for name, term in terms if term.extra}
    real_logits, fake_logits, *others_logits = judged(game, network, (real, fake, *extras.values()), beside, draws, program)
    loss = game.objective.discriminator_loss(real_logits, fake_logits)
    judgement = Judgement(
        lambda x: network.of(x, program.minibatch, None, 1, beside[0]),
        network.matrices,
        real,
        fake,
        real_logits,
        fake_logits,
        slope=network.slope,
        judge_fake=lambda x: network.of(x, program.minibatch, None, 1, beside[1]),
    )
    extra_logits = dict(zip(extras, others_logits, strict=True))
    added = {}
    for name, term in terms:
        factor = coefficients.get(name, hyper.weights[name]) * hyper.regularization * game.config.lazy
        added[name] = factor * term.term(judgement.of(draws.terms.get(name), extra_logits.get(name)))
    if codes(game.config):
        added[INFORMATION] = -hyper.information * information(game, network, coded(game, fake, draws), draws.latents)
    if draws.labelled is not None and draws.labels is not None:
        added[LABELS] = of_labels(network, discriminator_input(game, draws.labelled, draws.labelled_noise, None, hyper), draws.labels)
    regularized = loss
    for weighted in added.values():
        regularized = regularized + weighted
    # Weights that take no part add to it what no gradient is taken of.
    others = _of_history(network, hyper)
    total = sum(others.values(), regularized)
    adapted = _adapted(game, coefficients, (real_logits, fake_logits), hyper, len(draws.real))
    return _seen(total, loss, added, others, (real_logits, fake_logits), adapted), (real_logits, fake_logits)


def _leaf(samples: Tensor) -> Tensor:
    """Samples of which gradients can be taken, in the graph of the generator where they are in it."""
    return samples if samples.requires_grad else samples.detach().requires_grad_()


def _adapted(game: Game, coefficients: Mapping[str, Tensor], logits: tuple[Tensor, Tensor], hyper: Hyper, count: int) -> dict[str, Tensor]:
    """The coefficients that adapt, as they are after an update on `count` real samples."""
    adapted = {
        name: term.adapt(coefficients[name], accuracy(game.objective, *logits), hyper.weights[name])
        for name, term in game.terms
        if term.adapt
    }
    if augment.adapts(game.config):
        assert game.objective.boundary is not None, "checked before"
        heuristic, share = augment.overfitting(logits[0].detach(), game.objective.boundary), count / game.config.augment_images
        adapted[augment.PROBABILITY] = augment.adapted(coefficients[augment.PROBABILITY], heuristic, game.config.augment_target, share)
    return adapted


def generator_loss(
    game: Game, generator: Network, discriminator: Network, fake: Tensor, draws: Draws, hyper: Hyper, program: Program
) -> Seen:
    """The generator's loss on a whole batch of its samples (N, *X), with what is added to it."""
    if completes(game.config):
        of_values = (_components(game, discriminator, fake, draws, hyper, program),) * 2
        return _with_generator_terms(game, generator, discriminator, (fake, fake), (None, None), draws, of_values, hyper, None)
    inferred = inferred_by(generator, draws)
    real = fake = fake_input(game, fake, draws, hyper)
    beside = beside_of(game, draws, inferred)
    if game.generator_compares:
        assert draws.real is not None, "it compares"
        real = real_input(game, draws, hyper)
        logits = judged(game, discriminator, (real, fake), beside, draws, program)
    else:
        logits = (discriminator.of(fake, program.minibatch, None, 1, beside[1]),) * 2
    return _with_generator_terms(game, generator, discriminator, (real, fake), beside, draws, logits, hyper, inferred)


def generator_loss_at_once(
    game: Game,
    generator: Network,
    discriminator: Network,
    fake: Tensor,
    logits: tuple[Tensor, Tensor],
    draws: Draws,
    hyper: Hyper,
    inferred: Tensor | None = None,
) -> Seen:
    """The generator's loss where both players move at once: from the logits that the discriminator's loss has read.

    Args:
        logits: (B, 1) of real and of fake samples, with the generator's gradient; where values are judged, (N, P) of completions twice.
    """
    samples = (fake, fake)
    if game.config.feature_matching:
        assert draws.real is not None, "both are compared"
        real_again, fake_again = zip(draws.again, draws.change_again, strict=True)
        samples = (
            discriminator_input(game, trained(game, draws.real), *real_again, hyper),
            discriminator_input(game, fake, *fake_again, hyper),
        )
    elif codes(game.config):
        samples = (fake_input(game, fake, draws, hyper),) * 2
    return _with_generator_terms(game, generator, discriminator, samples, beside_of(game, draws, inferred), draws, logits, hyper, inferred)


def information(game: Game, network: Network, fake: Tensor, latents: Tensor) -> Tensor:
    """Mean log Q(c | x) over generated samples (N, *X) of latents (N, W): with H(c), a lower bound of the information that x has of c.

    The categorical code has the probabilities of a softmax, each continuous one a normal density of variance 1 (Chen et al. 2016,
    arXiv:1606.03657, equation 5; the fixed variance is that of their code for MNIST).
    """
    assert network.codes is not None, "it reads codes"
    config, outputs = game.config, network.codes(fake)
    wanted, count = latents[:, config.latent_dim :], config.information.categorical
    log_q = (torch.log_softmax(outputs[:, :count], 1) * wanted[:, :count]).sum(1)
    errors = outputs[:, count:] - wanted[:, count:]
    return (log_q - (0.5 * errors.square() + 0.5 * math.log(2 * math.pi)).sum(1)).mean()


def of_labels(network: Network, labelled: Tensor, labels: Tensor) -> Tensor:
    """Mean cross-entropy -log softmax(l(x))_y of labelled images (B, *X) and their classes, one-hot (B, K), l the logits of the classes.

    It is the supervised part of the loss of Salimans et al. 2016, arXiv:1606.03498, section 5; the unsupervised one is the objective.
    """
    assert network.classify is not None, "it classifies"
    return -(torch.log_softmax(network.classify(labelled), 1) * labels).sum(1).mean()


def density_loss(judge: Network, points: Tensor, density: Tensor, program: Program) -> Tensor:
    """Mean of (D(d) - p(d))^2 over points (N, 1) in training units, with p the density of the data there: what may be taught first."""
    return torch.nn.functional.mse_loss(torch.sigmoid(judge.of(points, program.minibatch)), density)


def in_force(hyper: Hyper, coefficients: Mapping[str, Tensor]) -> Hyper:
    """What is in force in an update, with the probability of augmentations where it adapts."""
    probability = coefficients.get(augment.PROBABILITY)
    return hyper if probability is None else hyper._replace(augment_probability=probability)


def _with_generator_terms(
    game: Game,
    generator: Network,
    discriminator: Network,
    samples: tuple[Tensor, Tensor],
    beside: Beside,
    draws: Draws,
    logits: Sequence[Tensor],
    hyper: Hyper,
    inferred: Tensor | None,
) -> Seen:
    """The generator's loss with what is added to it.

    Args:
        samples: as the discriminator is shown them; the real ones are read with feature matching alone. Where images are completed the
            first are completions as they are.
        inferred: codes of the real samples (N, Z), with their gradient; None where there are none.
    """
    config, (real, fake), (of_real, of_fake) = game.config, samples, beside
    added = {}
    if completes(config):
        mask = completion.parts(draws.latents).mask
        loss = completion.generator_loss(logits[1], mask)
        added = _completed(game, generator, real, draws)
        logits = completion.mean_over(logits[1], mask), completion.mean_over(logits[1], 1 - mask)
    else:
        loss = game.objective.generator_loss(logits[0], logits[1])
    if codes(config):
        added[INFORMATION] = -hyper.information * information(game, discriminator, coded(game, fake, draws), draws.latents)
    if config.conditioning.dim:
        assert generator.divergence is not None, "it augments"
        added[CONDITIONING] = hyper.conditioning * generator.divergence(draws.latents)
    if config.cycle_consistency and inferred is not None:
        assert draws.real is not None, "it is encoded"
        added[CYCLE] = hyper.cycle_consistency * (draws.real - generator.of(inferred)).square().flatten(1).sum(1).mean()
    total = sum(added.values(), loss)
    if hyper.adversarial != 1:
        # Left out, a loss that is infinite takes no part either.
        total = sum(added.values(), hyper.adversarial * loss if hyper.adversarial else torch.zeros_like(loss))
    others = {}
    if config.feature_matching:
        features = discriminator.features(real, of_real), discriminator.features(fake, of_fake)
        others[FEATURES] = hyper.feature_matching * feature_matching(*features)
    if config.generator_l2:
        others[WEIGHTS] = hyper.generator_l2 * 0.5 * sum((weight.square().sum() for weight in generator.matrices), loss.new_zeros(()))
    others |= _of_history(generator, hyper)
    return _seen(sum(others.values(), total), loss, added, others, logits, {})


def _of_history(network: Network, hyper: Hyper) -> dict[str, Tensor]:
    """The distance of the weights from their running means, where it is a part of the loss."""
    return {HISTORY: hyper.historical_averaging * historical_distance(network.weights, network.means)} if network.means else {}


def _components(game: Game, network: Network, fake: Tensor, draws: Draws, hyper: Hyper, program: Program) -> Tensor:
    """A logit of each value of completions (N, *X), (N, P)."""
    assert network.components is not None, "it judges values"
    assert draws.hinted is not None, "it is drawn"
    hint = completion.hint(completion.parts(draws.latents).mask, draws.hinted)
    return network.components(fake_input(game, fake, draws, hyper), hint, program.minibatch)


def _of_components(
    game: Game, network: Network, fake: Tensor, draws: Draws, hyper: Hyper, program: Program
) -> tuple[Seen, tuple[Tensor, Tensor]]:
    """The discriminator's loss on completions, of whose values it says which were observed; the logits that it returns are (N, P)."""
    mask = completion.parts(draws.latents).mask
    logits = _components(game, network, fake, draws, hyper, program)
    loss, others = completion.discriminator_loss(logits, mask), _of_history(network, hyper)
    means = completion.mean_over(logits, mask), completion.mean_over(logits, 1 - mask)
    return _seen(sum(others.values(), loss), loss, {}, others, means, {}), (logits, logits)


def _completed(game: Game, generator: Network, fake: Tensor, draws: Draws) -> dict[str, Tensor]:
    """What is added to the loss of a generator that completes: its errors, by another completion of the same images too."""
    settings = game.config.completion
    if not settings.observed and not settings.error:
        return {}
    assert draws.real is not None, "it is compared"
    assert generator.raw is not None, "it completes"
    x, mask = draws.real.flatten(1), completion.parts(draws.latents).mask
    latents = completion.other_noise(draws.latents)
    raw, added = generator.raw(latents).flatten(1), {}
    if settings.observed:
        added[completion.OBSERVED] = settings.observed * completion.observed_error(raw, x, mask)
    if settings.error:
        other = completion.completed(raw, latents)
        added[completion.ERROR] = settings.error * completion.completion_error(fake.flatten(1), other, x, settings.spread)
    return added


def _seen(
    total: Tensor,
    loss: Tensor,
    added: Mapping[str, Tensor],
    others: Mapping[str, Tensor],
    logits: Sequence[Tensor],
    coefficients: Mapping[str, Tensor],
) -> Seen:
    terms, beside = ({name: term.detach() for name, term in each.items()} for each in (added, others))
    return Seen(total, loss.detach(), terms, beside, logits[0].detach(), logits[1].detach(), coefficients)
