"""Options: what the settings in force do, one short text for each that is switched on."""

import math
from collections.abc import Callable, Mapping

from tui_gan.contract import sources
from tui_gan.ui.explain import completion
from tui_gan.ui.explain.reading import Reading
from tui_gan.ui.explain.text import Paragraph

Option = Callable[[Reading], Paragraph | None]


OPTIMISTIC = (
    "Each network moves by twice {} less the one before, which anticipates its opponent's next and damps the rotation of the two around an "
    "equilibrium."
)


def objective(reading: Reading) -> Paragraph | None:
    """The game itself."""
    if reading.snapshot.rules.completes:
        return completion.option(reading)
    traits = reading.snapshot.rules.traits
    return Paragraph(traits.text, traits.source, traits.term) if traits.text else None


def k_steps(reading: Reading) -> Paragraph | None:
    """The number of discriminator updates."""
    k = reading.snapshot.knobs.k_steps
    if reading.settings.get("coordination") == "accuracy":
        now = reading.snapshot.rules.k
        current = f" (now {now})" if now else ""
        return Paragraph(
            f"k{current} adapts to D's accuracy: one more discriminator update per step under 65%, one fewer over 80%, from 1 to {k}.",
            term="adaptive k",
        )
    if k == 1:
        return None
    return Paragraph(f"{k} discriminator updates per step.", sources.GOODFELLOW, f"k = {k}")


def generator_steps(reading: Reading) -> Paragraph | None:
    """The number of generator updates."""
    g = reading.snapshot.knobs.generator_steps
    return Paragraph(f"{g} generator updates per step.", term=f"G steps = {g}") if g > 1 else None


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
    return Paragraph(
        f"Each sample has one of {count:g} classes, and both players are given it: G makes what it is asked for, and D also rejects a good "
        f"sample of another class. In G the class is a part of the input; {how}. Where no class is chosen, D(x) over a line or a plane is "
        "its mean over the classes.",
        sources.MIRZA,
        "conditional GAN",
    )


def named(reading: Reading, key: str) -> str:
    """The augmentations that a setting names, as a list for a sentence."""
    return ", ".join(name.strip() for name in str(reading.settings.get(key, "")).split(",") if name.strip())


def information(reading: Reading) -> Paragraph | None:
    """The codes of InfoGAN."""
    categorical, continuous, weight = (reading.number(f"information.{name}") for name in ("categorical", "continuous", "weight"))
    if not categorical and not continuous:
        return None
    kinds = [f"a categorical one of {categorical:g} values"] if categorical else []
    kinds += [f"{continuous:g} continuous in -1 .. 1"] if continuous else []
    bound = reading.newest("information_bound")
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


def minibatch(reading: Reading) -> Paragraph | None:
    """Minibatch discrimination."""
    if not reading.snapshot.knobs.minibatch_discrimination:
        return None
    return Paragraph(
        "D compares the samples of a minibatch: features of their distances in a hidden layer tell it when generated samples are too much "
        "alike, which counters mode collapse.",
        sources.SALIMANS,
        "minibatch discrimination",
    )


def _weight(reading: Reading, key: str) -> str:
    """The weight of a regularizer, with the factor on all of them; "" for one that is off."""
    weight, factor = reading.number(f"regularizers.{key}"), reading.snapshot.knobs.regularization
    if not weight:
        return ""
    return f"{weight:g}" if factor == 1.0 else f"{weight:g} x {factor:g}"


def _penalty(key: str, term: str, text: str) -> Option:
    def say(reading: Reading) -> Paragraph | None:
        weight = _weight(reading, key)
        return Paragraph(text, sources.source(f"regularizers.{key}"), f"{term}, weight {weight}") if weight else None

    return say


def adaptive_l2(reading: Reading) -> Paragraph | None:
    """L2 with a coefficient that adapts."""
    if not _weight(reading, "adaptive_l2"):
        return None
    now = reading.newest("l2_coefficient")
    current = f" (now {now:.3g})" if math.isfinite(now) else ""
    return Paragraph(
        f"Penalises D's squared weights. The coefficient{current} adapts to D's accuracy: it grows over 80% and shrinks under 65%.",
        term="adaptive L2",
    )


def _setting(key: str, term: str, text: str, least: float = 0.0) -> Option:
    """A setting that is a number, where it is above `least`; {} stands for its value."""

    def say(reading: Reading) -> Paragraph | None:
        value = reading.number(key)
        return Paragraph(text.format(f"{value:g}"), sources.source(key), term.format(f"{value:g}")) if value > least else None

    return say


def _name(key: str, texts: Mapping[str, tuple[str, str]]) -> Option:
    """A setting that is a name, where its name has a term and a text."""

    def say(reading: Reading) -> Paragraph | None:
        name = str(reading.settings.get(key))
        term, text = texts.get(name, ("", ""))
        return Paragraph(text, sources.source(f"{key}.{name}"), term) if term else None

    return say


def label_smoothing(reading: Reading) -> Paragraph | None:
    """One-sided label smoothing."""
    smoothing = reading.number("label_smoothing")
    if not smoothing:
        return None
    return Paragraph(
        f"D's target for real samples is {1 - smoothing:g} instead of 1, which keeps D from becoming overconfident.",
        sources.SALIMANS,
        f"one-sided label smoothing, {smoothing:g}",
    )


def instance_noise(reading: Reading) -> Paragraph | None:
    """Instance noise, and how it decays."""
    sd, end, steps = (reading.number(f"instance_noise.{name}") for name in ("sd", "end", "steps"))
    if not sd:
        return None
    term = f"instance noise, sd {sd:g} at the start"
    if steps and reading.snapshot.step >= steps:
        return Paragraph(f"The noise on D's inputs has been 0 since step {steps:,.0f}.", sources.SONDERBY, term)
    decay = f" It decays {f'to {end:g}' if end else 'linearly'} by step {steps:,.0f}, and is 0 from then on." if steps else ""
    return Paragraph(
        f"Gaussian noise on D's inputs makes the two distributions overlap, so that D cannot separate them perfectly.{decay}",
        sources.SONDERBY,
        term,
    )


def augment(reading: Reading) -> Paragraph | None:
    """Augmentations, and how often images are augmented."""
    names = named(reading, "augment")
    if not names:
        return None
    target, now = reading.number("augment_target"), reading.newest("augment_probability")
    current = f" (now {now:.2f})" if math.isfinite(now) else ""
    often = (
        f"The probability{current} adapts: it grows while r_t of the training images is over {target:g}, and shrinks while it is under."
        if target
        else f"Each is augmented with probability {reading.number('augment_probability'):g}."
    )
    return Paragraph(
        f"Real and generated images are changed at random before D is shown them ({names}), and G's gradients pass through the change: D "
        f"can learn fewer training images by heart. {often} Gradient penalties are by the augmented image.",
        sources.KARRAS_ADA if target else sources.ZHAO,
        f"adaptive augmentation, r_t at {target:g}" if target else "augmentation",
    )


def overfitting(reading: Reading) -> Paragraph | None:
    """How many training images D calls real."""
    now = reading.newest("overfitting")
    if not math.isfinite(now):
        return None
    kind = "augmented training images" if reading.settings.get("augment") else "training images"
    return Paragraph(
        f"r_t = {now:.2f}: D calls {(1 + now) / 2:.0%} of {kind} real. Near 1 it tells all of them from generated ones, because it knows "
        "them by heart or because G is still poor.",
        sources.KARRAS_ADA,
        "overfitting r_t",
    )


def lazy(reading: Reading) -> Paragraph | None:
    """Regularizers whose gradient is not computed in every step."""
    steps = reading.number("lazy")
    if steps <= 1 or not any(reading.number(key) for key in reading.settings if key.startswith("regularizers.")):
        return None
    text = f"D's regularizers are added once every {steps:g} steps, with {steps:g} times their weight, which saves time."
    if str(reading.settings.get("optimizer.kind")).endswith("sgd"):
        text += f" It overshoots where learning rate x weight x {steps:g} is large."
    else:
        text += " Adam normalises each update, so they act less strongly than in every step."
    return Paragraph(text, sources.KARRAS, f"lazy regularization, every {steps:g} steps")


def lookahead(reading: Reading) -> Paragraph | None:
    """Slow weights."""
    steps, share = reading.number("optimizer.lookahead_steps"), reading.number("optimizer.lookahead_share")
    if not steps:
        return None
    text = f"After every {steps:g} steps the weights of G and D are set to {share:.3g} of the way from where they were before those steps."
    if share < 1:
        text += " That damps the rotation of the two players around an equilibrium."
    return Paragraph(text, sources.source("optimizer.lookahead_steps"), f"lookahead, {steps:g} steps")


def spectral(reading: Reading) -> Paragraph | None:
    """Spectral normalisation of D."""
    if not reading.settings.get("discriminator.spectral"):
        return None
    text = "Each weight matrix of D is divided by its largest singular value, which limits D's Lipschitz constant."
    return Paragraph(text, sources.MIYATO, "spectral normalisation")


def early_stopping(reading: Reading) -> Paragraph | None:
    """The metric that ends training."""
    metric, wanted = reading.settings.get("stop.metric"), reading.number("stop.evaluations")
    if not metric:
        return None
    often = f" in {wanted:g} evaluations in a row" if wanted > 1 else ""
    return Paragraph(f"Training stops when {metric} reaches {reading.number('stop.threshold'):g}{often}.", term="early stopping")


OPTIONS: tuple[Option, ...] = (
    objective,
    classes,
    stages,
    conditioning,
    information,
    inference,
    labels,
    adversarial,
    k_steps,
    generator_steps,
    _name(
        "updates",
        {
            "simultaneous": ("simultaneous updates", "G and D are updated at the same time, by gradients at the same weights."),
            "same_batch": ("same batch", "G is updated on the minibatch that D has just been trained on, not on a fresh one."),
            "extragradient": (
                "extragradient",
                "G and D first extrapolate by one update each, then return and take the gradients found there, on fresh samples, which "
                "damps their rotation around an equilibrium.",
            ),
        },
    ),
    _name(
        "optimizer.kind",
        {
            "optimistic_adam": ("optimistic Adam", OPTIMISTIC.format("Adam's update")),
            "optimistic_sgd": ("optimistic SGD", OPTIMISTIC.format("the update of SGD")),
        },
    ),
    lookahead,
    minibatch,
    _setting("packing", "packing {}", "D judges {} samples jointly (PacGAN), so that it can detect a lack of variety.", 1.0),
    _penalty(
        "r1", "R1", "Gradient penalty: penalises the squared gradient norm of D's output at real samples, which stabilises convergence."
    ),
    _penalty(
        "r1_difference",
        "R1 by finite differences",
        "R1 estimated from the change of D's output over a small shift of each real sample, which stabilises convergence.",
    ),
    _penalty("r2", "R2", "Gradient penalty: penalises the squared gradient norm of D's output at generated samples."),
    _penalty(
        "gradient_penalty",
        "gradient penalty",
        "WGAN-GP: penalises the deviation of D's gradient norm from 1 at random points between real and generated samples.",
    ),
    _penalty(
        "lipschitz_penalty",
        "one-sided gradient penalty",
        "WGAN-LP: penalises D's gradient norm where it exceeds 1, at random points between real and generated samples; smaller norms cost "
        "nothing.",
    ),
    _penalty("l2", "L2", "Penalises D's squared weights (not its biases), which keeps them small."),
    adaptive_l2,
    lazy,
    spectral,
    _name(
        "discriminator.norm",
        {
            "batch": ("batch normalisation in D", "D's hidden units are normalised over the minibatch."),
            "virtual_batch": (
                "virtual batch normalisation",
                "D's hidden units are normalised by the statistics of a fixed reference batch.",
            ),
        },
    ),
    _setting("discriminator.dropout", "dropout {} in D", "A random fraction {} of D's hidden units is set to 0 in each training pass."),
    _setting("generator.dropout", "dropout {} in G", "A random fraction {} of G's hidden units is set to 0 in each training pass."),
    _setting(
        "feature_matching",
        "feature matching, weight {}",
        "G's loss also contains the squared distance between the mean hidden features of D on real and on generated samples.",
    ),
    label_smoothing,
    instance_noise,
    augment,
    overfitting,
    _setting(
        "historical_averaging",
        "historical averaging, weight {}",
        "Each player's loss also contains the squared distance of its weights from their mean over the run, which damps oscillations.",
    ),
    _setting(
        "average_decay",
        "exponential moving average, decay {}",
        "The samples shown and the metrics come from an exponential moving average (EMA) of G's weights, which fluctuates less than the "
        "weights themselves.",
    ),
    _setting(
        "discriminator.fourier",
        "{} Fourier features",
        "D's input is extended by sines and cosines of random projections, which lets it model fine detail.",
    ),
    early_stopping,
)


def options(reading: Reading) -> tuple[Paragraph, ...]:
    """Those that are switched on, in the order of the table."""
    return tuple(paragraph for say in OPTIONS if (paragraph := say(reading)) is not None)
