"""The averaged generator alone, usable with torch and nothing of ours."""

from typing import Any

import msgspec
from safetensors.torch import save
from torch import nn

from tui_gan.contract.errors import UsageError
from tui_gan.gan.masks import completes
from tui_gan.gan.networks.layers import Maxout
from tui_gan.gan.networks.normalization import SlotBatchNorm1d, SlotBatchNorm2d
from tui_gan.session import checkpoint
from tui_gan.session.export.source import Made, Source

# The arguments of the layers that generators have, by the names of the attributes that hold them.
ARGUMENTS: dict[type[nn.Module], tuple[str, ...]] = {
    nn.Linear: ("in_features", "out_features"),
    nn.ConvTranspose2d: ("in_channels", "out_channels", "kernel_size", "stride", "padding"),
    nn.Unflatten: ("dim", "unflattened_size"),
    nn.BatchNorm1d: ("num_features", "eps", "momentum"),
    nn.BatchNorm2d: ("num_features", "eps", "momentum"),
    SlotBatchNorm1d: ("num_features", "eps", "momentum"),
    SlotBatchNorm2d: ("num_features", "eps", "momentum"),
    nn.Dropout: ("p",),
    nn.LeakyReLU: ("negative_slope",),
    nn.Softplus: ("beta", "threshold"),
    nn.ReLU: (),
    nn.Sigmoid: (),
    nn.SiLU: (),
    nn.Tanh: (),
    Maxout: ("pieces",),
}
# Over rows of units MaxPool1d takes the largest of each group that follow one another, which is what our own Maxout does.
# Once trained, slots of a pack are normalised as all samples are.
ELSEWHERE: dict[type[nn.Module], str] = {
    Maxout: nn.MaxPool1d.__name__,
    SlotBatchNorm1d: nn.BatchNorm1d.__name__,
    SlotBatchNorm2d: nn.BatchNorm2d.__name__,
}


def safetensors(source: Source) -> Made:
    """The averaged generator of a checkpoint alone, with what is needed to use it.

    The tensors bear the names of a `torch.nn.Sequential`; the header holds, as JSON under "tui_gan":

    - `layers`: for each the name of its class in torch.nn, then its arguments. After `eval()` they are the generator, but for
      Dropout, which stays in `train()`: what it leaves out is part of the noise. Maxout is a MaxPool1d, which over rows of units takes
      the largest of each `pieces`.
    - `latent`, `latent_dim`, `latent_scale`: z is drawn from that distribution in so many coordinates, and multiplied by the scale.
    - `classes`: the names of the classes of a conditional generator, or of the values of the categorical code of InfoGAN, which takes as
      many numbers behind z: 1 in the place of the class, 0 elsewhere; [] of others. `continuous_codes`: how many numbers in -1 .. 1 are
      behind these.
    - `completion`: whether it completes images, of P values each: the layers then take [m x + (1 - m) z, m], with m 1 where a value x is
      observed, and what they give takes the place of the hidden values.
    - `shape` of one sample, and `location` and `scale`, each one number for all coordinates or one for each:
      x = G(z) scale + location in units of the data; images are then cut to 0 .. 1.
    """
    network, about = checkpoint.generator(source.stored)
    if about.config.stages > 1:
        raise UsageError(
            "an exported generator is one sequence of layers, and this one has two stages: take samples of it by tui-gan sample"
        )
    facts = {
        "preset": about.config.preset,
        "step": about.step,
        "layers": [_described(layer) for layer in network],
        "latent": about.config.latent,
        "latent_dim": about.config.latent_dim,
        "latent_scale": about.config.latent_scale,
        "classes": about.classes,
        "continuous_codes": about.config.information.continuous,
        "completion": completes(about.config),
        "shape": about.shape,
        "location": about.location,
        "scale": about.scale,
    }
    weights = {name: value for name, value in network.state_dict().items() if not name.startswith("encoder.")}
    return Made(about.step, save(weights, {checkpoint.KEY: msgspec.json.encode(facts).decode()}))


def _described(layer: nn.Module) -> list[Any]:
    """A layer as the name of its class in torch.nn and its arguments."""
    kind = type(layer)
    if kind not in ARGUMENTS:
        raise UsageError(f"the generator's layer {kind.__name__} is not one of torch.nn, of which an exported generator consists")
    return [ELSEWHERE.get(kind, kind.__name__), *(getattr(layer, name) for name in ARGUMENTS[kind])]
