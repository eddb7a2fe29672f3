"""What slow motion says of a game: what the players are given beside latents and samples, what each makes of them, and who learns."""

from tui_gan.contract.config import Config
from tui_gan.gan.augment import chosen
from tui_gan.gan.completion import ERROR, OBSERVED
from tui_gan.gan.losses import CONDITIONING, CYCLE, FEATURES, INFORMATION, LABELS
from tui_gan.gan.masks import completes
from tui_gan.gan.rehearsal import Update

# Of terms of the losses that only some games have, what they are.
MEANINGS = {
    INFORMATION: "minus the mean of log Q(c | x)",
    LABELS: "the cross-entropy of the labelled images",
    CONDITIONING: "the KL divergence of the class's Gaussians from N(0, 1)",
    CYCLE: "the squared distance of x and G(E(x))",
    FEATURES: "the squared distance between the mean features of D of real and of generated samples",
    OBSERVED: "the squared error of G on observed pixels",
    ERROR: "the distance of completions from the image",
}
AGAIN = "The {} of D's last update are used again."


def latents(config: Config, update: Update, again: bool) -> str:
    """What G begins with."""
    if again:
        return AGAIN.format("latents")
    if completes(config):
        return "For each image a mask m of its observed pixels is drawn, and noise z from the prior, one number for each pixel."
    text = "A latent z is drawn from the prior for each sample"
    if config.classes:
        return f"{text}, with a class y, {'that of a real sample' if update.real is not None else 'as frequent as in the data'}."
    return f"{text}, with {kinds}." if (kinds := _codes(config)) else f"{text}."


def _codes(config: Config) -> str:
    """The codes of InfoGAN; "" where there are none."""
    categorical, continuous = config.information.categorical, config.information.continuous
    kinds = [f"a categorical code of {categorical:,} values"] if categorical else []
    kinds += [f"{continuous:,} continuous code{'s' * (continuous > 1)} in -1 .. 1"] if continuous else []
    return " and ".join(kinds)


def real(config: Config, update: Update, again: bool) -> str:
    """What D learns from."""
    text = AGAIN.format("real samples") if again else "A minibatch of real samples is drawn from the data."
    if completes(config):
        text += " G is given their observed pixels."
    return text + (f" {update.labelled:,} labelled images are drawn beside it, with their classes." if update.labelled else "")


def generated(config: Config, update: Update) -> str:
    """What G makes, and the encoder."""
    if completes(config):
        return "G maps z, m and the observed pixels to a completion: observed pixels stay, and hidden ones are its own."
    if config.stages > 1:
        given = " (conditioning augmentation: as a point of a Gaussian around its embedding)" if config.conditioning.dim else ""
        return (
            f"Stage 1 of G maps each latent z and its class y{given} to an image of half the side; stage 2 maps that image and y to the "
            "sample G(z, y)."
        )
    beside, symbol = (" and its class y", ", y") if config.classes else (" and its codes c", ", c") if _codes(config) else ("", "")
    text = f"G maps each latent z{beside} to a sample G(z{symbol})."
    if config.inference == "none" or update.real is None:
        return text
    code = "maps each real sample x to a code E(x)" if config.inference == "deterministic" else "draws a code E(x) for each real sample x"
    return f"{text} The encoder E {code}."


def judged(config: Config, update: Update, noise: float) -> str:
    """What D says, and of what.

    Args:
        noise: the standard deviation of instance noise; 0 without.
    """
    if completes(config):
        hint = config.completion.hint
        told = f", where a hint tells it the mask of {hint:.0%} of them" if hint else ""
        return (
            f"D computes a logit for each pixel of the completions{told}; shown are means over observed pixels, real, and hidden ones, "
            "generated."
        )
    judge = "For each stage a network of D" if config.stages > 1 else "D"
    text = f"{judge} computes a logit for {_what(config, update)}"
    names = ", ".join(chosen(config.augment))
    text += f", augmented ({names})" if names else ""
    text += f", with instance noise of sd {noise:.4g}" if noise else ""
    text += ". D(x) follows from it: the higher, the more real they appear to D."
    if config.unary:
        text += " A second network of D computes a logit for each sample alone (unary term); losses are the mean over both."
    if _codes(config):
        text += " D also reads the codes c off the generated samples, as Q(c | x)."
    return text + (" D also classifies the labelled images." if update.labelled else "")


def _what(config: Config, update: Update) -> str:
    compared, packing = update.real_logits is not None, config.packing
    if config.inference != "none":
        pairs = "pairs (x, E(x)), real, and (G(z), z), generated" if compared else "generated pairs (G(z), z)"
        return f"every {packing} {pairs} jointly" if packing > 1 else f"each of the {pairs}"
    kinds = "real and generated" if compared else "generated"
    samples = f"{kinds} images of its stage" if config.stages > 1 else f"{kinds} samples"
    if packing > 1:
        return f"every {packing} {samples}{', with their classes y,' if config.classes else ''} jointly"
    return f"each of the {samples}{', given its class y' if config.classes else ''}"


def losses(config: Config, update: Update) -> str:
    """What each player lowers."""
    names, minimise = list(update.moves), "minimise" if len(_networks(config, update)) > 1 else "minimises"
    text = f"{names[0]}'s loss is computed from the logits; {learners(config, update)} {minimise} it."
    if len(names) > 1:
        text = "The losses are computed from the logits; each player minimises its own."
    if any(move.weight == 0 for move in update.moves.values()):
        text = text.partition(";")[0] + "; that of the objective has weight 0 in G, which minimises the added terms alone."
    terms = dict.fromkeys(name for move in update.moves.values() for name in move.terms)
    meanings = [f"{name.replace('_', ' ')}, {MEANINGS[name]}" for name in terms if name in MEANINGS]
    return text + (f" Added with a weight: {'; '.join(meanings)}." if meanings else "")


def learners(config: Config, update: Update) -> str:
    """Whose weights change: the encoder's with those of G."""
    return " and ".join(_networks(config, update))


def _networks(config: Config, update: Update) -> list[str]:
    return [*update.moves, *(["E"] if config.inference != "none" and "G" in update.moves else [])]
