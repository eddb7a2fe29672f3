"""Glossary: one sentence for each word that a newcomer meets."""

from tui_gan.contract.sources import ARJOVSKY, GOODFELLOW, KYNKAANNIEMI, SALIMANS
from tui_gan.ui.explain.text import Paragraph

WORDS = (
    ("generator, G", "The network that turns latents into samples; it never sees the data, only what D makes of its samples.", ""),
    ("discriminator, D", "The network that says of a sample how likely it is to be real; D(x) is from 0 to 1.", ""),
    ("latent, z", "Random numbers that G starts from; each point of their space becomes one sample G(z).", ""),
    ("real, fake", "A real sample comes from the data, a fake or generated one from G.", ""),
    ("adversarial", "Trained against each other: the better D tells, the more G has to learn, and the other way round.", GOODFELLOW),
    ("minimax", "A game for one value that D makes as large and G as small as it can.", GOODFELLOW),
    ("non-saturating", "G raises log D(G(z)) in place of lowering log(1 - D(G(z))), which is flat where D is sure.", GOODFELLOW),
    ("Nash equilibrium", "A pair of players of whom neither can do better by moving alone; here, G makes the data and D says 1/2.", ""),
    ("mode collapse", "G makes only some of the kinds of samples that the data has; a mode is a peak of its density.", ""),
    ("minibatch discrimination", "D sees how alike the samples of a batch are, so that sameness gives G away.", SALIMANS),
    ("vanishing gradient", "A slope so near 0 that nothing is learned from it, such as that of minimax where D is sure.", ""),
    ("k", "How many times D moves for one move of G.", GOODFELLOW),
    ("gradient", "The direction in the weights in which a loss rises fastest; each player steps against that of its own.", ""),
    ("learning rate", "How far a player moves at each update; too high and it jumps about, too low and it crawls.", ""),
    ("batch", "The samples that one update is computed from; more of them give a steadier direction.", ""),
    ("step, epoch", "A step is k updates of D and one of G; an epoch is as many steps as it takes to see all the data once.", ""),
    ("logit", "D's raw output, any number; its sigmoid 1 / (1 + exp(-logit)) is D(x).", ""),
    ("penalty, regularizer", "A term added to D's loss that keeps D from becoming too steep or too large.", ""),
    (
        "JS divergence",
        "Jensen-Shannon: how far two distributions differ, from 0 to ln 2; minimax lowers it if D is always the best.",
        GOODFELLOW,
    ),
    ("W1", "Wasserstein or earth mover's distance: how far mass has to move, on average, to make one distribution of the other.", ARJOVSKY),
    ("KS", "Kolmogorov-Smirnov: the largest gap between the shares of two samples that lie below the same number.", ""),
    ("Parzen", "The likelihood of real samples under a density made of a small bell around each generated one.", GOODFELLOW),
    ("precision, recall", "The share of generated samples among the real ones, and of real ones among the generated.", KYNKAANNIEMI),
    ("Frechet distance", "How far the means and spreads of real and generated images differ as a classifier sees them; 0 is the same.", ""),
    ("pre-training", "Training of D alone, before the game.", ""),
    ("checkpoint", "A file with all that is needed to go on from a step as if the run had never stopped.", ""),
    ("preset, knob", "A preset is an experiment ready to run; a knob is one of its settings that you can turn while it trains.", ""),
)
GLOSSARY = tuple(Paragraph(text, source, term) for term, text, source in WORDS)
