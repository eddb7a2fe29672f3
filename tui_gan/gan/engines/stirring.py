"""What steps of many games draw from torch's default stream, which each step of each makes ready by a seed of its own."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils._pytree import tree_flatten, tree_map, tree_unflatten

from tui_gan.gan.draws import completed
from tui_gan.gan.engines import words
from tui_gan.gan.engines.twister import WORDS, Twister
from tui_gan.gan.engines.words import UnlikeError
from tui_gan.gan.game import Game
from tui_gan.gan.values import Draws, Hyper, Program

# The constants of NumPy's SeedSequence (O'Neill 2015, seed_seq_fe128).
FIRST_IN, TURN_IN, FIRST_OUT, TURN_OUT = 0x43B0D7E5, 0x931E8875, 0x8B51F9DD, 0x58F38DED
LEFT, RIGHT, POOL, HALF = 0xCA01F9DD, 0x4973F715, 4, np.uint32(16)
# Words that are made at once, of which as many streams as take them: on a CPU few, so that they stay in the cache.
ON_CPU, ON_DEVICE = 2**20, 2**26


def stirred(
    game: Game, hyper: Hyper, program: Program, steps: list[list[Draws]], seeds: NDArray[np.uint64], device: str
) -> list[list[Draws]]:
    """The updates of steps with all that is drawn beside samples and latents.

    Args:
        hyper, program: of a step of one game; what it draws depends on nothing in which the games or the steps differ.
        steps: their updates, of samples and latents (members, ...).
        seeds: (steps, members).
    """
    # Of samples and latents the shape alone is read.
    alone = [
        tree_map(lambda leaf: leaf.new_zeros(leaf.shape[1:], device="cpu") if isinstance(leaf, Tensor) else leaf, each) for each in steps[0]
    ]

    def added() -> list[dict[str, Any]]:
        both = [(draws, completed(game, draws, hyper, program)) for draws in alone]
        return [{name: new for name, old, new in zip(Draws._fields, *pair, strict=True) if new is not old} for pair in both]

    def of_step(_: torch.Generator) -> list[Tensor]:
        return [leaf for leaf in tree_flatten(added())[0] if isinstance(leaf, Tensor)]

    flat = seeds.flatten().tolist()
    with torch.random.fork_rng(devices=[]):
        leaves, spec = tree_flatten(added())
        try:
            drawn = _made(of_step, flat, sum(leaf.numel() for leaf in leaves if isinstance(leaf, Tensor)), device)
        except UnlikeError:
            drawn = [each.to(device) for each in _one_by_one(of_step, flat)]
    drawn = [each.reshape(*seeds.shape, *each.shape[1:]) for each in drawn]

    def of(place: int) -> list[dict[str, Any]]:
        rest = iter(drawn)
        filled: list[dict[str, Any]] = tree_unflatten([next(rest)[place] if isinstance(leaf, Tensor) else leaf for leaf in leaves], spec)
        return filled

    return [[draws._replace(**more) for draws, more in zip(each, of(place), strict=True)] for place, each in enumerate(steps)]


def seeds(run: Sequence[int], steps_done: int, pretrained: int, count: int) -> NDArray[np.uint64]:
    """The seeds of the next `count` steps of runs with these seeds, as `Chance.stir` takes them, (count, runs)."""
    steps = np.arange(steps_done, steps_done + count)
    entropy = np.stack(np.broadcast_arrays(np.array(run)[None], steps[:, None], np.array([[pretrained]])), -1)
    if entropy.max() > 0xFFFFFFFF:
        # Such a number takes two words.
        each = [np.random.SeedSequence(row.tolist()).generate_state(1, np.uint64)[0] for row in entropy.reshape(-1, 3)]
        return np.array(each, dtype=np.uint64).reshape(count, len(run)) >> np.uint64(1)
    return sequenced(entropy.astype(np.uint32)) >> np.uint64(1)


def sequenced(entropy: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """The first number of NumPy's SeedSequence of each entropy of at most four words, (..., words) -> (...)."""
    factor = FIRST_IN

    def hashed(value: NDArray[np.uint32]) -> NDArray[np.uint32]:
        nonlocal factor
        value = value ^ np.uint32(factor)
        factor = factor * TURN_IN & 0xFFFFFFFF
        value = value * np.uint32(factor)
        return value ^ (value >> HALF)

    words = entropy.shape[-1]
    pool = [hashed(entropy[..., place] if place < words else np.zeros_like(entropy[..., 0])) for place in range(POOL)]
    for source in range(POOL):
        for target in range(POOL):
            if source != target:
                mixed = pool[target] * np.uint32(LEFT) - hashed(pool[source]) * np.uint32(RIGHT)
                pool[target] = mixed ^ (mixed >> HALF)
    factor, out = FIRST_OUT, []
    for value in pool[:2]:
        value = value ^ np.uint32(factor)
        factor = factor * TURN_OUT & 0xFFFFFFFF
        value = value * np.uint32(factor)
        out.append((value ^ (value >> HALF)).astype(np.uint64))
    return out[0] | out[1] << np.uint64(32)


def _made(of_step: words.Step, flat: Sequence[int], numbers: int, device: str) -> list[Tensor]:
    """What the streams of these seeds give to a step each, (streams, ...) of each tensor.

    Args:
        numbers: of one step.

    Raises:
        UnlikeError: it is not made of words.
    """
    parts, most = [], max(1, (ON_CPU if device == "cpu" else ON_DEVICE) // max(WORDS, numbers))
    for start in range(0, len(flat), most):
        some = flat[start : start + most]
        source = words.of_seeds(some) if device == "cpu" else Twister.of_seeds(torch.tensor(some, device=device)).take
        parts.append(words.drawn(of_step, source, 1, default=True))
    return [torch.cat(column, 1)[0] for column in zip(*parts, strict=True)]


def _one_by_one(of_step: words.Step, flat: Sequence[int]) -> list[Tensor]:
    """As `_made`, by torch's default stream, which is left anywhere."""
    rows = []
    for seed in flat:
        torch.manual_seed(seed)
        rows.append(of_step(torch.default_generator))
    return [torch.stack(column) for column in zip(*rows, strict=True)]
