"""Words of adversarial training: the two players, their objectives, and what can become of them."""

from tui_gan.contract import sources
from tui_gan.contract.sources import AYLIEN, GOODFELLOW, KAHNG

WORDS = (
    (
        "GAN, generative adversarial network",
        "Two networks trained against each other: a generator that imitates the data, and a discriminator that tells its samples from real "
        "ones.",
        GOODFELLOW,
    ),
    ("generator, G", "The network that maps a latent z to a sample G(z). It learns from gradients that pass through D.", GOODFELLOW),
    ("discriminator, D", "The network that learns to tell real samples from generated ones.", GOODFELLOW),
    (
        "critic",
        "A discriminator whose output is an unbounded score and no probability, as for the Wasserstein objective.",
        sources.ARJOVSKY,
    ),
    ("D(x)", "D's output for a sample x, between 0 (generated) and 1 (real); the objective says how it follows from the logit.", ""),
    ("logit, raw output", "D's output before D(x) is made of it, any real number.", ""),
    (
        "D*, optimal discriminator",
        "The best D for a fixed G. For the original objectives D*(x) = p(x) / (p(x) + q(x)), where p is the data density and q "
        "the density of G; other objectives and label smoothing have other optima.",
        GOODFELLOW,
    ),
    ("p, q", "p is the density of the data, q the density of what G generates.", ""),
    ("latent, z", "Noise vector z drawn from a fixed prior, such as a normal or uniform distribution: the input of G.", GOODFELLOW),
    ("real, generated, fake", "A real sample comes from the data; a generated or fake sample is an output of G.", ""),
    ("map of G, z to x", "The function z -> G(z), which stretches and folds the latent space onto the data.", GOODFELLOW),
    ("arrows", "In the plane: how a small gradient step of G would move each generated point if all were free to move.", ""),
    (
        "discriminative model",
        "A model of p(y | x), the class of a given sample. D is one, with the classes real and generated.",
        sources.NG_JORDAN,
    ),
    ("generative model", "A model of the distribution p(x) of the data, from which new samples can be drawn. G is one.", sources.NG_JORDAN),
    ("adversarial", "Trained against an opponent: D learns to detect G's samples, G learns to deceive D.", GOODFELLOW),
    ("objective", "The pair of losses that D and G minimise.", ""),
    ("minimax", "A game over one value, log D(x) + log(1 - D(G(z))): D maximises it, G minimises it.", GOODFELLOW),
    (
        "non-saturating",
        "G maximises log D(G(z)) instead of minimising log(1 - D(G(z))), which saturates when D is confident.",
        GOODFELLOW,
    ),
    ("saturation", "A function saturates where it is almost constant, so that hardly any gradient passes through it.", ""),
    ("halved", "The non-saturating objective with half of D's loss, as in the code of the source.", GOODFELLOW),
    ("weighted", "The non-saturating objective with the real samples weighted by 0.95 in D's loss.", KAHNG),
    ("zero sum", "G's loss is exactly minus D's loss, so that what one player gains the other loses.", GOODFELLOW),
    (
        "clamped",
        "The non-saturating objective with probabilities clamped to at least 0.00001 before the logarithm; there the gradient is 0.",
        AYLIEN,
    ),
    ("least squares, LSGAN", "D's raw output is fitted to 1 on real and 0 on generated samples, G to an output of 1.", sources.MAO),
    ("hinge", "D's raw output is pushed above 1 on real and below -1 on generated samples, and no further.", sources.LIM_YE),
    (
        "Wasserstein, WGAN",
        "The critic's mean score on real minus that on generated samples is maximised; over all 1-Lipschitz critics its maximum is W1.",
        sources.ARJOVSKY,
    ),
    (
        "relativistic, RpGAN",
        "D scores pairs: by how much a real sample exceeds a generated one. G minimises the reverse.",
        sources.JOLICOEUR,
    ),
    (
        "Nash equilibrium",
        "A state in which no player can improve alone. In the original game it is reached where q = p and D(x) = 1/2 everywhere.",
        GOODFELLOW,
    ),
    (
        "ln 2, 2 ln 2",
        "0.693 and 1.386: G's and D's loss for the non-saturating objective where D(x) = 1/2 everywhere. Other objectives and label "
        "smoothing have other values.",
        GOODFELLOW,
    ),
    ("accuracy", "The share of samples that D classifies correctly; 50% is chance level.", ""),
    (
        "decision threshold",
        "D classifies a sample as real where its raw output is above 0 (1/2 for least squares). Relativistic and Wasserstein "
        "discriminators have no threshold for a single sample.",
        "",
    ),
    ("overlap", "The share that two histograms have in common: 100% where D's outputs on real and generated samples are alike.", ""),
    ("mode", "A peak of a density, such as one Gaussian of a mixture or one kind of digit.", ""),
    ("mode collapse", "G produces only some of the modes of the data or, at worst, the same sample for every z.", sources.SALIMANS),
    ("vanishing gradient", "A gradient so close to 0 that the weights hardly change.", sources.ARJOVSKY_BOTTOU),
    ("exploding gradient", "A gradient so large that an update destroys what has been learned.", ""),
    (
        "oscillation",
        "The losses swing instead of converging: simultaneous or alternating gradient steps can circle an equilibrium.",
        sources.MESCHEDER,
    ),
)
