"""A generator as it is sampled: its normalisation as after training, its dropout as in it."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn.modules.dropout import _DropoutNd


@contextmanager
def sampling(generator: nn.Module, seed: int = 0) -> Iterator[None]:
    """While samples are made: dropout leaves out the units of a stream that begins at `seed`, torch's default one is kept.

    The samples that D learns from are made with dropout, so that it is noise of G, beside z or in place of it (Isola et al. 2017,
    arXiv:1611.07004, section 3.1). An encoder's is not.
    """
    generator.eval()
    if not (layers := dropouts(generator)):
        yield
        return
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for layer in layers:
            layer.train()
        try:
            yield
        finally:
            generator.eval()


def dropouts(generator: nn.Module) -> list[nn.Module]:
    """The layers by which a generator leaves out units."""
    return [layer for name, layer in generator.named_modules() if isinstance(layer, _DropoutNd) and "encoder" not in name.split(".")]


def alike(generator: nn.Module, latents: Tensor) -> Tensor:
    """Samples of latents (N, W), (N, *X), all made with the same units, as a function of the latent."""
    # Units are drawn for a whole batch, one row after another.
    parts = torch.split(latents, 1) if dropouts(generator) else (latents,)
    made = []
    for part in parts:
        with torch.no_grad(), sampling(generator):
            made.append(generator(part))
    return torch.cat(made)
