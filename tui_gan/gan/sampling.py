"""A generator as it is sampled: its normalisation as after training, its dropout as in it, and so many samples at once as memory bears."""

import weakref
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn.modules.dropout import _DropoutNd

# Numbers that a layer may pass on at once where nothing is learned from them, and that an output may have.
PASSED, OUTPUT = 2**24, 2**22
_widest: weakref.WeakKeyDictionary[nn.Module, tuple[int, int]] = weakref.WeakKeyDictionary()


def widest(generator: nn.Module, latents: Tensor) -> tuple[int, int]:
    """The numbers that a generator passes on of one sample where they are most, and those of the sample; found once, by a latent."""
    if generator not in _widest:
        most = [0]

        def look(layer: nn.Module, given: tuple[object, ...], made: object) -> None:
            most.extend(each.numel() for each in (*given, made) if isinstance(each, Tensor))

        hooks = [layer.register_forward_hook(look) for layer in generator.modules()]
        try:
            with torch.no_grad():
                made = generator.eval()(latents[:1].to(next(generator.parameters()).device))
        finally:
            for hook in hooks:
                hook.remove()
        _widest[generator] = max(most), made.numel()
    return _widest[generator]


def at_once(generator: nn.Module, latents: Tensor) -> int:
    """How many samples are made at once; with dropout as many as their numbers alone say, since its units are drawn for all of them."""
    most, output = widest(generator, latents)
    portion = min(65_536, OUTPUT // output)
    return max(1, portion if dropouts(generator) else min(portion, PASSED // most))


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
