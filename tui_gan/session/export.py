"""Exporters: what a run can be turned into for use elsewhere."""

from collections.abc import Callable
from pathlib import Path

import msgspec
from safetensors.torch import save
from torch import nn

from tui_gan.session import checkpoint


def safetensors(source: Path, target: Path) -> Path:
    """Write the averaged generator of a checkpoint alone, with what is needed to use it.

    The tensors bear the names of a `torch.nn.Sequential`; the header holds, as JSON under "tui_gan", its `layers` (names and
    arguments of torch.nn), the `latent` distribution and `latent_dim`, and the `location` and `scale` for x = G(z) scale + location.

    Args:
        source: a checkpoint.
        target: the file to write, or a directory, in which it is named generator-STEP.safetensors.

    Returns:
        The file written.
    """
    network, about = checkpoint.generator(source)
    path = target / f"generator-{about.step:08}.safetensors" if target.is_dir() else target
    facts = {
        "preset": about.config.preset,
        "step": about.step,
        "layers": [_described(layer) for layer in network],
        "latent": about.config.latent,
        "latent_dim": about.config.latent_dim,
        "location": about.location,
        "scale": about.scale,
    }
    content = save(dict(network.state_dict()), {checkpoint.KEY: msgspec.json.encode(facts).decode()})
    checkpoint.write_atomically(path, content)
    return path


def _described(layer: nn.Module) -> list[str | int | float]:
    """A layer as the name of its class in torch.nn and its arguments."""
    if isinstance(layer, nn.Linear):
        return ["Linear", layer.in_features, layer.out_features]
    if isinstance(layer, nn.LeakyReLU):
        return ["LeakyReLU", layer.negative_slope]
    return [type(layer).__name__]


EXPORTERS: dict[str, Callable[[Path, Path], Path]] = {"safetensors": safetensors}
