"""Network: what a network is built from, as a table of settings or as a short description such as `128x3-maxout5`."""

import re
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from tui_gan.contract.errors import UsageError, nearest, quoted

Width = Annotated[int, Meta(ge=1, le=65_536)]
Share = Annotated[float, Meta(ge=0.0, lt=1.0)]
Positive = Annotated[float, Meta(ge=0.0, le=1e6)]
# Above 0, and at most 1.
Fraction = Annotated[float, Meta(ge=1e-9, le=1.0)]


class Network(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A network."""

    kind: Annotated[str, Meta(description="architecture of the network.")] = "mlp"
    widths: Annotated[
        tuple[Width, ...],
        Meta(
            min_length=1,
            max_length=64,
            description="units of each hidden layer; of `dcgan`, the channels of the layer next to the image, and then the units of "
            "fully connected layers at the other end.",
        ),
    ] = (32, 32)
    activation: Annotated[str, Meta(description="activation function of the hidden layers, or one for each, separated by commas.")] = (
        "leaky_relu"
    )
    pieces: Annotated[int, Meta(ge=2, le=64, description="number of linear functions of each maxout unit.")] = 5
    norm: Annotated[Literal["none", "batch", "virtual_batch"], Meta(description="normalisation of the hidden layers.")] = "none"
    norm_first: Annotated[bool, Meta(description="whether the first hidden layer of `mlp` is normalised like the others.")] = True
    norm_epsilon: Annotated[Fraction, Meta(description="constant that normalisation adds to the variance before the square root.")] = 1e-5
    norm_momentum: Annotated[
        Fraction, Meta(description="weight of the newest minibatch in the running mean and variance of batch normalisation.")
    ] = 0.1
    norm_bias: Annotated[
        bool, Meta(description="whether a layer before batch normalisation has a bias, which the normalisation cancels.")
    ] = True
    norm_by_slot: Annotated[
        bool, Meta(description="whether batch normalisation of the generator takes the statistics of each slot of a pack separately.")
    ] = False
    spectral: Annotated[
        bool,
        Meta(
            description="spectral normalisation: divide each weight matrix by its largest singular value (Miyato et al. 2018, "
            "arXiv:1802.05957); of a convolution the matrix is its kernel as (out, in * height * width), whose singular "
            "values do not bound the norm of the convolution."
        ),
    ] = False
    column_norm: Annotated[
        Positive,
        Meta(
            description="max-norm constraint: after each update the incoming weights of a unit are scaled down to this Euclidean norm"
            " where theirs is larger (Srebro and Shraibman 2005; pylearn2's max_col_norm); 0 sets no limit."
        ),
    ] = 0.0
    dropout: Annotated[
        Share, Meta(description="fraction of the hidden units that dropout sets to 0 in training, and in G when sampled.")
    ] = 0.0
    input_dropout: Annotated[
        Share, Meta(description="fraction of the inputs that dropout sets to 0 in training, and in G when sampled.")
    ] = 0.0
    fourier: Annotated[
        int,
        Meta(
            ge=0,
            le=65_536,
            description="Fourier features: number of random projections of the input whose sines and cosines extend it (Tancik et al."
            " 2020, arXiv:2006.10739); 0 adds none.",
        ),
    ] = 0
    fourier_scale: Annotated[
        Positive, Meta(description="Fourier features: standard deviation of the weights of the random projections.")
    ] = 1.0
    outputs: Annotated[
        int,
        Meta(
            ge=1,
            le=10_000,
            description="outputs of the discriminator; with two, the logit is their difference (a two-way softmax); with `labels` one for "
            "each class, and the logit is their logsumexp.",
        ),
    ] = 1
    output: Annotated[Literal["linear", "sigmoid", "tanh"], Meta(description="output activation of the generator.")] = "linear"
    output_bias: Annotated[
        Literal["zero", "data"],
        Meta(description='initial bias of the generator\'s output layer; with "data" its output begins at the mean of the data.'),
    ] = "zero"
    condition: Annotated[
        Literal["projection", "concat"],
        Meta(
            description="how a discriminator that is given the class takes it: its logit gains the inner product of the hidden units and "
            "a learned vector of the class (projection, Miyato and Koyama 2018, arXiv:1802.05637), or the class is put beside the sample "
            "(concat)."
        ),
    ] = "projection"
    init: Annotated[
        Literal["torch", "normal", "truncated_normal", "uniform", "he", "lecun"],
        Meta(description='initial distribution of the weights, with biases 0; "torch" is PyTorch\'s default, for the biases too.'),
    ] = "torch"
    init_scale: Annotated[
        Positive, Meta(description="standard deviation of the initial weights, or the limit of their uniform distribution.")
    ] = 1.0
    last_init_scale: Annotated[Positive, Meta(description="init_scale of the last layer alone; 0 takes that of the others.")] = 0.0
    last_sparse: Annotated[
        int,
        Meta(
            ge=0,
            le=65_536,
            description="sparse initialisation of a fully connected last layer: so many weights of each unit, at most all, begin as "
            "N(0, 1), or N(0, last_init_scale^2), the others as 0 (Martens 2010); 0 initialises the layer as the others.",
        ),
    ] = 0
    sigmoid_bias: Annotated[float, Meta(ge=-1e3, le=1e3, description="initial bias of hidden sigmoid units.")] = 0.0


ACTIVATION_NAMES = ("relu", "leaky_relu", "sigmoid", "silu", "softplus", "tanh", "maxout")
WORDS: dict[str, dict[str, Any]] = {
    **{name: {"activation": name} for name in ACTIVATION_NAMES},
    "bn": {"norm": "batch"},
    "vbn": {"norm": "virtual_batch"},
    "sn": {"spectral": True},
}
# More digits than any of them may have say nothing but that it is too much.
NUMBER = r"(\d{1,9})"
WIDTHS = re.compile(rf"{NUMBER}(?:x{NUMBER})?")
GRAMMAR = "give widths and options, such as 128x3-maxout5, 400x4-relu-bn, 256,128-leaky_relu-sn-dropout.3, dcgan64 or dcgan64,1024"


def described(text: str) -> dict[str, Any]:
    """Read a short description of a network as a table over a `Network`.

    `WIDTHxLAYERS` or widths with commas between them, or `dcganCHANNELS`, maybe with units behind commas; then, each after a dash: an
    activation (maxout with its number of pieces), `bn`, `vbn`, `sn`, `dropout.5`, `input_dropout.2`, `fourier32`. What is not said is left
    out of the network; its output and the start of its weights stay those of the preset.

    Raises:
        UsageError: it cannot be read; the text says what can.
    """
    first, *options = text.strip().split("-")
    table: dict[str, Any] = {"norm": "none", "spectral": False, "dropout": 0.0, "input_dropout": 0.0, "fourier": 0}
    table |= _sizes(first, text)
    for option in options:
        table |= _option(option, text)
    return table


def _sizes(first: str, text: str) -> dict[str, Any]:
    if re.fullmatch(rf"dcgan{NUMBER}(,{NUMBER}){{0,63}}", first):
        return {"kind": "dcgan", "widths": tuple(map(int, first.removeprefix("dcgan").split(",")))}
    widths: list[int] = []
    for part in first.split(","):
        match = WIDTHS.fullmatch(part)
        if not match or int(match[2] or 1) > 64:
            raise UsageError(f"cannot read the network {quoted(text)} ({GRAMMAR})")
        widths += [int(match[1])] * int(match[2] or 1)
    return {"kind": "mlp", "widths": tuple(widths)}


def _option(option: str, text: str) -> dict[str, Any]:
    if option in WORDS:
        return WORDS[option]
    if match := re.fullmatch(rf"maxout{NUMBER}", option):
        return {"activation": "maxout", "pieces": int(match[1])}
    if match := re.fullmatch(rf"fourier{NUMBER}", option):
        return {"fourier": int(match[1])}
    if match := re.fullmatch(r"(dropout|input_dropout)(0?\.\d+|0)", option):
        return {match[1]: float(match[2])}
    known = [*WORDS, "dropout", "input_dropout", "fourier"]
    raise UsageError(f"cannot read {quoted(option)} in the network {quoted(text)} ({GRAMMAR}){nearest(option, known)}")
