"""Config: the settings of a run that are no knobs."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from tui_gan.contract.completion import Completion
from tui_gan.contract.network import Network, Share

Count = Annotated[int, Meta(ge=1, le=1_000_000_000_000)]
CountOrNone = Annotated[int, Meta(ge=0, le=1_000_000_000_000)]
Weight = Annotated[float, Meta(ge=0.0, le=1e9)]
# Above 0 by more than a thread that rounds the smallest numbers to 0 takes for 0.
LEAST = 1e-9


class Minibatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Minibatch discrimination (Salimans et al. 2016, arXiv:1606.03498)."""

    kernels: Annotated[
        int, Meta(ge=1, le=1024, description="number of kernels of minibatch discrimination, each of which gives D one feature.")
    ] = 5
    dim: Annotated[int, Meta(ge=1, le=1024, description="dimension of the projection of each kernel of minibatch discrimination.")] = 3
    company: Annotated[
        int,
        Meta(
            ge=0,
            le=65_536,
            description="number of other samples of the minibatch with which minibatch discrimination compares each; 0 takes all.",
        ),
    ] = 64
    self_distance: Annotated[
        Weight, Meta(description="minibatch discrimination in the network `aylien`: the distance of a sample to itself.")
    ] = 0.0


class Optimizer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The optimizer of both networks."""

    kind: Annotated[str, Meta(description="optimizer of both networks.")] = "adam"
    beta1: Annotated[Share, Meta(description="decay rate of Adam's first moment, the running mean of the gradient.")] = 0.0
    beta2: Annotated[Share, Meta(description="decay rate of Adam's second moment, the running mean of the squared gradient.")] = 0.99
    momentum: Annotated[Share, Meta(description="momentum of sgd and optimistic_sgd at the start.")] = 0.0
    momentum_end: Annotated[Share, Meta(description="momentum of sgd after `momentum_steps` steps.")] = 0.0
    momentum_steps: Annotated[
        CountOrNone, Meta(description="steps over which the momentum of sgd changes linearly to `momentum_end`; 0 keeps it constant.")
    ] = 0
    momentum_every: Annotated[Count, Meta(description="steps between two changes of the momentum, such as those of an epoch.")] = 1
    lookahead_steps: Annotated[
        CountOrNone,
        Meta(
            description="lookahead: after every so many steps both networks go back part of the way to where they were before them "
            "(Zhang et al. 2019, arXiv:1907.08610; of both players Chavdarova et al. 2021, arXiv:2006.14567); 0 turns it off."
        ),
    ] = 0
    lookahead_share: Annotated[
        float, Meta(ge=LEAST, le=1.0, description="lookahead: the fraction of the way since then that is kept; 1 keeps all of it.")
    ] = 0.5


class Schedule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The factor on both learning rates over steps."""

    kind: Annotated[str, Meta(description="learning-rate schedule of both networks.")] = "constant"
    period: Annotated[
        float,
        Meta(
            ge=LEAST,
            le=1e12,
            description="steps until the next drop (staircase), until half the learning rate (hyperbolic), or until the end of the "
            "decay (cosine, linear).",
        ),
    ] = 1000.0
    factor: Annotated[
        float,
        Meta(ge=LEAST, le=1.0, description="factor on the learning rates, after every period (staircase) or every step (exponential)."),
    ] = 0.95
    floor: Annotated[Share, Meta(description="lower limit of the learning rates, as a fraction of those that the knobs give.")] = 0.0


class Noise(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Instance noise: Gaussian noise on the discriminator's inputs."""

    sd: Annotated[Weight, Meta(description="instance noise: standard deviation at the start, in training units; 0 adds none.")] = 0.0
    steps: Annotated[
        CountOrNone, Meta(description="instance noise: steps over which it decays, after which it is 0; 0 keeps it constant.")
    ] = 0
    end: Annotated[Weight, Meta(description="instance noise: standard deviation to which it decays geometrically; 0 decays linearly.")] = (
        0.0
    )


class Information(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The codes of InfoGAN (Chen et al. 2016, arXiv:1606.03657)."""

    categorical: Annotated[
        int,
        Meta(ge=0, le=1_000, description="InfoGAN: number of values of a categorical code, which D learns to read off samples; 0 is none."),
    ] = 0
    continuous: Annotated[
        int,
        Meta(ge=0, le=1_000, description="InfoGAN: number of continuous codes, uniform on -1 .. 1, which D learns to read off samples."),
    ] = 0
    weight: Annotated[
        Weight,
        Meta(description="InfoGAN: weight of the lower bound of the codes' information, which both players raise."),
    ] = 1.0
    augment: Annotated[
        str,
        Meta(
            description="InfoGAN: augmentations, named as those of `augment`, of the generated images that D reads the codes off, so that "
            "no code chooses what they change; empty for none."
        ),
    ] = ""


class Conditioning(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Conditioning augmentation (StackGAN, Zhang et al. 2016, arXiv:1612.03242)."""

    dim: Annotated[
        int,
        Meta(
            ge=0,
            le=65_536,
            description="conditioning augmentation: so many of the latent's coordinates are the noise of a Gaussian around a learned "
            "embedding of the class, a point of which G is given in place of both; 0 gives G the class as it is.",
        ),
    ] = 0
    weight: Annotated[
        Weight,
        Meta(
            description="conditioning augmentation: weight of the mean KL divergence per coordinate of these Gaussians from N(0, 1) in "
            "the generator's loss."
        ),
    ] = 2.0


class EarlyStop(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Stop when `metric` has been `threshold` or better `evaluations` times in a row."""

    metric: Annotated[str, Meta(description="early stopping: the metric that is monitored, one of `metrics`; none turns it off.")] = ""
    threshold: Annotated[float, Meta(ge=-1e12, le=1e12, description="early stopping: the value that the metric has to reach.")] = 0.0
    evaluations: Annotated[
        int,
        Meta(ge=1, le=1_000_000, description="early stopping: number of evaluations in a row that have to reach the threshold."),
    ] = 3


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything about a run that is no knob; contract/settings.py says what of it may change while it trains."""

    preset: Annotated[str, Meta(description="preset that the run started from.")]
    steps: Annotated[Count, Meta(description="step at which the run finishes.")] = 100_000
    seed: Annotated[int, Meta(ge=0, le=2**63 - 1, description="seed of all random numbers.")] = 0
    threads: Annotated[
        int,
        Meta(
            ge=0,
            le=1024,
            description="CPU threads of PyTorch; 0 takes as many as help, timed at the start, and keeps them when the run is resumed.",
        ),
    ] = 0
    dataset: Annotated[str, Meta(description="data set to learn; unused where `data` is given.")] = "gaussian"
    data: Annotated[str, Meta(description="your own file or folder of data; empty for none.")] = ""
    data_sha256: Annotated[str, Meta(description="SHA-256 checksum of `data`; empty for none.")] = ""
    training: Annotated[
        CountOrNone,
        Meta(
            description="number of training images or rows, the first of the set, or, of a known distribution or of stacked "
            "images, of draws in a fixed training set; 0 takes all, or draws afresh for each batch."
        ),
    ] = 0
    training_skip: Annotated[
        CountOrNone,
        Meta(
            description="number of images or rows at the beginning of the set that are not trained on, as far as that leaves as many "
            "as `training` says."
        ),
    ] = 0
    sampling: Annotated[
        Literal["replacement", "epochs"],
        Meta(
            description="how minibatches are drawn from a finite data set: with replacement, or in epochs, each of which shuffles the"
            " data and goes through it once; the rest of an epoch is the first part of a minibatch that the next one "
            "fills."
        ),
    ] = "replacement"
    size: Annotated[
        int, Meta(ge=0, le=1024, description="side length in pixels to which images are resized; 0 leaves them as they are.")
    ] = 0
    channels: Annotated[
        Literal[0, 1, 3], Meta(description="channels to which images are converted, 1 (grey) or 3 (RGB); 0 leaves them as they are.")
    ] = 0
    black: Annotated[
        float,
        Meta(
            ge=-1e12,
            le=1e12,
            description="value in files of images that becomes black; what lies below is cut off. See `white`.",
        ),
    ] = 0.0
    white: Annotated[
        float,
        Meta(
            ge=-1e12,
            le=1e12,
            description="value in files of images that becomes white, such as 4095 for 12 bits; what lies above is cut off. 0, with "
            "`black` 0, takes that of the files: 255, 65535 for greys of 16 bits, 1 for floats.",
        ),
    ] = 0.0
    standardize: Annotated[
        bool, Meta(description="standardisation: train on (x - mean) / sd and undo it on output; images are scaled to -1 .. 1 instead.")
    ] = True
    contrast: Annotated[
        Weight, Meta(description="global contrast normalisation: each image gets mean 0 and this norm; 0 turns it off.")
    ] = 0.0
    latent_dim: Annotated[int, Meta(ge=1, le=65_536, description="dimension of the latent z.")] = 1
    latent: Annotated[str, Meta(description="prior distribution of the latent z.")] = "normal"
    latent_scale: Annotated[float, Meta(ge=LEAST, le=1e6, description="factor on the latents.")] = 1.0
    stratified: Annotated[bool, Meta(description="stratified sampling of the latents: every minibatch covers each coordinate evenly.")] = (
        True
    )
    classes: Annotated[
        int,
        Meta(
            ge=0,
            le=10_000,
            description="number of classes of a conditional GAN, both of whose players are given the class of each sample (Mirza and "
            "Osindero 2014, arXiv:1411.1784); 0 is unconditional. Of your own images each folder is a class, or the labels of the file say "
            "it; of a table the last column, in numbers.",
        ),
    ] = 0
    stages: Annotated[
        Literal[1, 2],
        Meta(
            description="stages of the generator: 1; 2: a first stage makes images of half the side, a second one is given them and the "
            "class again, and D has a network for either (after StackGAN, Zhang et al. 2016, arXiv:1612.03242). The loss is the mean "
            "over both, which learn at once."
        ),
    ] = 1
    conditioning: Annotated[Conditioning, Meta(description="how the class is given to the generator.")] = Conditioning()
    information: Annotated[Information, Meta(description="codes that samples are to show.")] = Information()
    inference: Annotated[
        Literal["none", "deterministic", "gaussian"],
        Meta(
            description="inference network: none; deterministic: an encoder E learns with G, and D judges pairs of a sample and its "
            "latent (BiGAN, Donahue et al. 2016, arXiv:1605.09782); gaussian: E gives a mean and a standard deviation, by which each code "
            "is drawn (ALI, Dumoulin et al. 2016, arXiv:1606.00704)."
        ),
    ] = "none"
    cycle_consistency: Annotated[
        Weight,
        Meta(
            description="inference network: weight of the mean squared distance of real samples x and G(E(x)), in training units, in the "
            "loss of G and E (cycle consistency, as in ALICE, Li et al. 2017, arXiv:1709.01215); 0 leaves it out."
        ),
    ] = 0.0
    unary: Annotated[
        bool,
        Meta(
            description="inference network: unary term: D also judges samples without their latents, by a second network like the first; "
            "losses are the mean over both (after BigBiGAN, Donahue and Simonyan 2019, arXiv:1907.02544)."
        ),
    ] = False
    labels: Annotated[
        CountOrNone,
        Meta(
            description="few labels: number of training images whose class is known, as many of each class, chosen by the seed; "
            "D also learns to classify them, and its logit is the logsumexp of those of the classes (Salimans et al. 2016, "
            "arXiv:1606.03498); 0 uses no labels."
        ),
    ] = 0
    completion: Annotated[Completion, Meta(description="how images are completed.")] = Completion()
    encoder: Annotated[Network, Meta(description="the networks.")] = Network()
    generator: Annotated[Network, Meta(description="the networks.")] = Network()
    discriminator: Annotated[Network, Meta(description="the networks.")] = Network()
    minibatch: Annotated[Minibatch, Meta(description="the networks.")] = Minibatch()
    packing: Annotated[
        int,
        Meta(
            ge=1,
            le=64,
            description="number of samples that D judges jointly, each minibatch holding so many times batch_size (PacGAN, Lin et al."
            " 2018, arXiv:1712.04086).",
        ),
    ] = 1
    objective: Annotated[str, Meta(description="loss functions of generator and discriminator.")] = "non_saturating"
    adversarial: Annotated[
        Weight, Meta(description="weight of the objective in the generator's loss; 0, beside feature matching, leaves that alone.")
    ] = 1.0
    feature_matching: Annotated[Weight, Meta(description="weight of feature matching in the generator's loss; 0 leaves it out.")] = 0.0
    label_smoothing: Annotated[
        float, Meta(ge=0.0, lt=0.5, description="one-sided label smoothing: D's target for real samples is 1 minus this.")
    ] = 0.0
    instance_noise: Annotated[Noise, Meta(description="noise on real and generated samples before they reach the discriminator.")] = Noise()
    augment: Annotated[
        str,
        Meta(
            description="augmentations of every image that D is shown, real or generated, differentiable for G: any of brightness, "
            "saturation, contrast, affine, translation, cutout, separated by commas; empty for none (DiffAugment, Zhao et al. 2020, "
            "arXiv:2006.10738). Gradient penalties are by the augmented image.",
        ),
    ] = ""
    augment_probability: Annotated[
        float, Meta(ge=0.0, le=1.0, description="probability with which an image is augmented, unread where `augment_target` adapts it.")
    ] = 1.0
    augment_target: Annotated[
        Share,
        Meta(
            description="adaptive augmentation: the probability begins at 0 and follows r_t = E[sign D(x)] of augmented training images, "
            "above 0 where D calls more than half of them real, towards this value, such as .6 (ADA, Karras et al. 2020, "
            "arXiv:2006.06676); 0 turns it off."
        ),
    ] = 0.0
    augment_images: Annotated[
        Count, Meta(description="adaptive augmentation: real images seen while the probability moves from 0 to 1 at most.")
    ] = 500_000
    regularizers: Annotated[
        dict[str, Weight], Meta(description="weight of this regularizer in the discriminator's loss; 0 leaves it out.")
    ] = msgspec.field(default_factory=dict)
    lazy: Annotated[
        int,
        Meta(
            ge=1,
            le=1_000,
            description="lazy regularization: the regularizers are added once in so many steps, with so many times their weight "
            "(after Karras et al. 2020, arXiv:1912.04958); under Adam, which normalises each update, they then act less "
            "strongly. 1 adds them in every step.",
        ),
    ] = 1
    historical_averaging: Annotated[
        Weight, Meta(description="weight of the squared distance of each player's weights from their mean over the run, in its loss.")
    ] = 0.0
    generator_l2: Annotated[
        float,
        Meta(
            ge=-1e3,
            le=1e3,
            description="weight of an L2 penalty, half the sum of the squared weights, in the generator's loss; below 0 it rewards "
            "large ones.",
        ),
    ] = 0.0
    updates: Annotated[str, Meta(description="order of the updates of D and G in a step.")] = "alternating"
    coordination: Annotated[str, Meta(description="how k is set: fixed, or adapted to the discriminator's accuracy.")] = "fixed"
    pretraining: Annotated[
        CountOrNone, Meta(description="pre-training: steps in which D alone learns the density of the data, before the first step.")
    ] = 0
    optimizer: Annotated[Optimizer, Meta(description="how both networks are trained.")] = Optimizer()
    schedule: Annotated[Schedule, Meta(description="how both networks are trained.")] = Schedule()
    average_decay: Annotated[
        Share, Meta(description="decay of the exponential moving average (EMA) of the generator's weights; 0 turns it off.")
    ] = 0.999
    average_share: Annotated[
        float,
        Meta(
            ge=LEAST,
            le=1.0,
            description="longest time constant of the moving average, as a fraction of the steps so far; 1 is the mean of all of them.",
        ),
    ] = 0.25
    metrics: Annotated[tuple[str, ...], Meta(min_length=1, description="metrics that are computed during training.")] = (
        "w1",
        "mean",
        "sd",
        "sd_ratio",
    )
    metric: Annotated[str, Meta(description="metric by which the best checkpoint is kept.")] = "w1"
    evaluated: Annotated[int, Meta(ge=100, le=1_000_000, description="number of generated samples on which the metrics are computed.")] = (
        10_000
    )
    stop: Annotated[EarlyStop, Meta(description="early stopping.")] = EarlyStop()
    evaluate_every: Annotated[
        Count, Meta(description="steps between evaluations of the metrics; the first ones follow each other faster.")
    ] = 500
    evaluate_from: Annotated[
        Count,
        Meta(
            description="step of the first evaluation after step 0; the next are at 3, 10, 30, ... times as many steps, up to "
            "`evaluate_every`."
        ),
    ] = 100
    log_every: Annotated[int, Meta(ge=1, le=100, description="steps between logged losses, each the mean over the steps in between.")] = 50
    preview_every: Annotated[Count, Meta(description="steps between saved previews; the first ones are nearer to each other.")] = 100
    pace_until: Annotated[
        CountOrNone,
        Meta(
            description="step at which the knob `pace` returns to full speed, so that a beginning can be watched; 0 keeps the pace. A"
            " pace that you set yourself stays."
        ),
    ] = 0
    fixed_latents: Annotated[
        int, Meta(ge=4, le=65_536, description="number of latents that stay the same through the run, for its pictures.")
    ] = 4096
    keep: Annotated[int, Meta(ge=1, le=100_000, description="number of checkpoints that are kept, the newest, beside the best.")] = 5
    engine: Annotated[
        Literal["eager", "compiled", "graph", "auto"],
        Meta(
            description="how steps are trained: eager, in PyTorch as it is; compiled, by a program that PyTorch's compiler makes for the "
            "run, on the CPU; graph, by a CUDA graph; auto, by one of these where timing says that it pays. What an engine cannot train, "
            "and what is not ready yet, is trained eagerly, and the run says why."
        ),
    ] = "eager"
    tf32: Annotated[
        bool,
        Meta(
            description="whether an NVIDIA GPU may multiply with 10 bits of mantissa instead of 23 (TF32), which is faster with large "
            "networks; the CPU does not know it."
        ),
    ] = False
    bf16: Annotated[
        bool,
        Meta(
            description="whether the networks compute in bfloat16 (8 bits of mantissa) while they are trained, which is faster with large "
            "networks on a GPU or a CPU that has it; weights, losses and moments stay float32."
        ),
    ] = False
    linger: Annotated[
        float,
        Meta(
            ge=0.0,
            le=1e9,
            description="seconds after which a run without a terminal that is finished, paused or failed, and that nobody visits, is "
            "saved and ended, so that it holds no GPU for nothing.",
        ),
    ] = 3600.0
