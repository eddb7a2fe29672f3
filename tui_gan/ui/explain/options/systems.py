"""What the players are given beside samples and noise, and learn beside the game: classes, codes, stages, latents, labels."""

import math

from tui_gan.contract import sources
from tui_gan.contract.snapshot import Line1D, Plane2D
from tui_gan.ui.explain.options.option import Option, named
from tui_gan.ui.explain.reading import Reading
from tui_gan.ui.explain.text import Paragraph


def classes(reading: Reading) -> Paragraph | None:
    """What the players are given of the class."""
    count = reading.number("classes")
    if not count:
        return None
    how = (
        "in D its logit gains the inner product of the hidden units and a learned vector of the class (projection)"
        if reading.settings.get("discriminator.condition") == "projection"
        else "in D it is a part of the input"
    )
    over = {Line1D: "line", Plane2D: "plane"}.get(type(reading.snapshot.picture))
    mean = f" Where no class is chosen, D(x) over the {over} is its mean over the classes." if over else ""
    return Paragraph(
        f"Each sample has one of {count:g} classes, and both players are given it: G makes what it is asked for, and D also rejects a good "
        f"sample of another class. In G the class is a part of the input; {how}.{mean}",
        sources.MIRZA,
        "conditional GAN",
    )


def information(reading: Reading) -> Paragraph | None:
    """The codes of InfoGAN."""
    categorical, continuous, weight = (reading.number(f"information.{name}") for name in ("categorical", "continuous", "weight"))
    if not categorical and not continuous:
        return None
    kinds = [f"a categorical one of {categorical:g} values"] if categorical else []
    kinds += [f"{continuous:g} continuous in -1 .. 1"] if continuous else []
    bound = reading.present("information_bound")
    now = f" The bound of the categorical code is {bound:.2f} of at most {math.log(categorical):.2f} nats." if math.isfinite(bound) else ""
    names = named(reading, "information.augment")
    changed = f" They are read off augmented samples ({names}), so that none chooses what that changes." if names else ""
    return Paragraph(
        f"G is given codes beside z ({' and '.join(kinds)}), and D also reads them off its samples: both players raise a lower bound of "
        f"the information that a sample has of its codes, with weight {weight:g}, so that codes come to mean something without labels."
        f"{changed}{now}",
        sources.CHEN,
        "InfoGAN",
    )


def stages(reading: Reading) -> Paragraph | None:
    """The stages of the generator."""
    if reading.settings.get("stages") != 2:
        return None
    return Paragraph(
        "G has two stages, after StackGAN: the first makes images of half the side from the class and z, the second one is given each of "
        "them and the class again, and makes it whole. D has a network for either; losses are the mean over both stages, which learn at "
        "once. D(x) in pictures is that of the second.",
        sources.ZHANG_STACKGAN,
        "stage",
    )


def conditioning(reading: Reading) -> Paragraph | None:
    """Conditioning augmentation."""
    dim, weight = reading.number("conditioning.dim"), reading.number("conditioning.weight")
    if not dim:
        return None
    return Paragraph(
        f"In place of the class G is given a point of a Gaussian of {dim:g} coordinates around a learned embedding of it, whose noise is "
        f"the first {dim:g} numbers of z. G's loss holds the mean KL divergence of these Gaussians from N(0, 1) per coordinate, with "
        f"weight {weight:g}: the heavier, the more the classes overlap.",
        sources.ZHANG_STACKGAN,
        "conditioning augmentation",
    )


def inference(reading: Reading) -> Paragraph | None:
    """The inference network."""
    kind = reading.settings.get("inference")
    if kind not in ("deterministic", "gaussian"):
        return None
    exchanged = (
        " G and E lower D's loss with the two kinds of pairs exchanged, which does not vanish where D tells them apart."
        if reading.snapshot.rules.exchanged
        else ""
    )
    drawn = " It gives each code a mean and a standard deviation, by which it is drawn." if kind == "gaussian" else ""
    weight = reading.number("cycle_consistency")
    cycle = f" The loss of G and E also holds the mean squared distance of x and G(E(x)), weight {weight:g} (cycle consistency)."
    unary = (
        " A second network of D judges x alone against G(z) (unary term); losses are the mean over both."
        if reading.settings.get("unary")
        else ""
    )
    return Paragraph(
        f"An encoder E learns with G to infer latents: D judges pairs (x, E(x)) of real samples against (G(z), z), and where it cannot "
        f"tell them apart, E inverts G.{drawn}{exchanged}{unary}{cycle if weight else ''} D(x) in pictures is D(x, E(x)); gradient "
        "penalties are taken with respect to both, the sample and its latent.",
        sources.DUMOULIN if kind == "gaussian" else sources.DONAHUE,
        "inference network",
    )


def labels(reading: Reading) -> Paragraph | None:
    """The labels of a few images."""
    count = reading.number("labels")
    if not count:
        return None
    wrong, alone = reading.newest("test_errors"), reading.newest("labels_alone")
    now = (
        f" It is wrong on {wrong:.1%} of the test images, and on {alone:.1%} where it is trained on the labelled images alone."
        if math.isfinite(wrong) and math.isfinite(alone)
        else ""
    )
    return Paragraph(
        f"D also learns to classify, by the labels of {count:,.0f} training images; of all others it only learns that they are real. Its "
        "logit is the logsumexp of those of the classes, that of generated samples being 0, so that real images without labels shape its "
        f"classes too.{now}",
        sources.SALIMANS,
        "few labels",
    )


def adversarial(reading: Reading) -> Paragraph | None:
    """The weight of the objective in the generator's loss."""
    weight = reading.settings.get("adversarial", 1.0)
    if weight == 1:
        return None
    text = (
        f"The objective enters G's loss with weight {weight:g}; the curves show it without the weight."
        if weight
        else "G does not lower the loss of the objective, which the curves still show: feature matching takes its place."
    )
    return Paragraph(text, sources.SALIMANS, "G without the objective" if not weight else f"objective, weight {weight:g} in G")


SYSTEMS: tuple[Option, ...] = (
    classes,
    stages,
    conditioning,
    information,
    inference,
    labels,
    adversarial,
)
