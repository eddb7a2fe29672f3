"""The numbers that PyTorch makes of the words of its generator on the CPU (mt19937), of many streams at once.

A call for a few numbers takes microseconds and a word some nanoseconds, so that the words of many steps are asked for in one call.
"""

import functools
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

# So many words of each of some streams, int64 (streams, count) in 0 .. 2^32 - 1; the streams stand behind them then.
Words = Callable[[int], Tensor]
# What one step draws from a stream.
Step = Callable[[torch.Generator], Sequence[Tensor]]
# From so many normals on they are made in blocks of 16, one word or pair of words each.
BLOCK = 16
# Below this range a whole number is the remainder of one word.
ONE_WORD = 2**28
# What draws from torch's default stream and is made here.
MADE = (torch.rand, torch.randn, torch.randint)


class UnlikeError(Exception):
    """Numbers that are not made here as PyTorch makes them."""


class _Made(TorchFunctionMode):
    """Makes what is asked of a stream from words in their order, or, without any, counts the words that it takes.

    Args:
        default: the stream is torch's default one.
    """

    def __init__(self, words: Tensor | None, default: bool = False) -> None:
        super().__init__()
        self.words, self.taken, self.default = words, 0, default

    def __torch_function__(self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None) -> Any:
        named = kwargs or {}
        if (named.get("generator") is None) != (self.default and func in MADE):
            return func(*args, **named)
        rest = {name: each for name, each in named.items() if name not in ("generator", "device")}
        if func is torch.randint:
            low, high, size = args if len(args) == 3 else (0, *args)
            made = self._below(high - low, math.prod(size))
            return torch.zeros(size, dtype=torch.int64) if made is None else made.reshape(size) + low
        if func not in (torch.rand, torch.randn) or set(rest) - {"dtype"}:
            raise UnlikeError(f"{getattr(func, '__name__', func)} is not made of words")
        like = torch.zeros(*args, **rest)
        make = self._even if func is torch.rand else self._normal
        made = make(like.numel(), like.dtype)
        return like if made is None else made.reshape(like.shape)

    def _take(self, count: int) -> Tensor | None:
        start, self.taken = self.taken, self.taken + count
        return None if self.words is None else self.words[start : self.taken]

    def _below(self, top: int, count: int) -> Tensor | None:
        if top >= ONE_WORD:
            raise UnlikeError("whole numbers of a range of several words")
        words = self._take(count)
        return None if words is None else words % top

    def _even(self, count: int, dtype: torch.dtype) -> Tensor | None:
        words = self._take(count * _words(dtype))
        return None if words is None else even(words, dtype)

    def _normal(self, count: int, dtype: torch.dtype) -> Tensor | None:
        if count < BLOCK:
            if count % 2:
                raise UnlikeError("an odd number of normals, of which the generator keeps one")
            words = self._take(2 * count)
            return None if words is None else few_normals(words).to(dtype)
        rest = BLOCK if count % BLOCK else 0
        words = self._take((count + rest) * _words(dtype))
        return None if words is None else normals(even(words, dtype), count)


def even(words: Tensor, dtype: torch.dtype) -> Tensor:
    """U(0, 1) of words, as many as there are mantissas in them."""
    if dtype == torch.float32:
        return (words & (2**24 - 1)).float() * 2.0**-24
    return (((words[0::2] << 32) | words[1::2]) & (2**53 - 1)).double() * 2.0**-53


def normals(drawn: Tensor, count: int) -> Tensor:
    """N(0, 1) by blocks (Box and Muller 1958); where the last is not full, the last 16 numbers are made once more of 16 of their own."""
    made = _blocks(drawn[: count // BLOCK * BLOCK])
    return torch.cat((made[: count - BLOCK], _blocks(drawn[count:]))) if count % BLOCK else made


def few_normals(words: Tensor) -> Tensor:
    """N(0, 1), float64, two of each two numbers of two words."""
    drawn = even(words, torch.float64)
    radius, angle = (-2 * torch.log1p(-drawn[1::2])).sqrt(), 2 * math.pi * drawn[0::2]
    return torch.stack((radius * angle.cos(), radius * angle.sin()), 1).flatten()


def drawn(step: Step, words: Words, count: int, default: bool = False) -> list[Tensor]:
    """What so many steps draw from each stream, as (count, streams, ...) of each of its tensors, on the device of the words.

    Args:
        step: what one step draws from a stream and from nothing else.
        default: it draws from torch's default stream instead, whose words these are.

    Raises:
        UnlikeError: a step draws what is not made here; the streams have not moved.
    """
    if not as_pytorch():
        raise UnlikeError("another PyTorch")
    before = torch.get_rng_state() if default else None
    with _Made(None, default) as counting:
        step(torch.Generator())
    if before is not None and not torch.get_rng_state().equal(before):
        torch.set_rng_state(before)
        raise UnlikeError("something else is drawn")
    raw = words(counting.taken * count)
    many = len(raw)

    def made(words: Tensor) -> tuple[Tensor, ...]:
        with _Made(words, default):
            return tuple(step(torch.Generator()))

    tensors = torch.vmap(made)(raw.reshape(many, count, -1).transpose(0, 1).reshape(count * many, -1))
    return [each.reshape(count, many, *each.shape[1:]) for each in tensors]


def of_streams(streams: Sequence[torch.Generator]) -> Words:
    """The next words of streams.

    Raises:
        UnlikeError: an odd number is asked for; the streams have not moved.
    """

    def words(count: int) -> Tensor:
        if count % 2:
            raise UnlikeError("an odd number of words, which come in pairs")
        return _pairs(streams, len(streams), count // 2)

    return words


def of_seeds(seeds: Sequence[int]) -> Words:
    """The first words of streams with these seeds."""

    def words(count: int) -> Tensor:
        stream = torch.Generator()
        return _pairs(map(stream.manual_seed, seeds), len(seeds), -(-count // 2))[:, :count]

    return words


def _pairs(streams: Iterable[torch.Generator], many: int, count: int) -> Tensor:
    """So many pairs of words of each stream, (many, 2 count)."""
    raw = torch.empty(many, count, dtype=torch.int64)
    for row, stream in zip(raw, streams, strict=True):
        row.random_(-(2**63), None, generator=stream)
    return torch.stack(((raw >> 32) & (2**32 - 1), raw & (2**32 - 1)), 2).flatten(1)


@functools.cache
def as_pytorch() -> bool:
    """Whether this PyTorch makes its numbers so."""

    def step(stream: torch.Generator) -> list[Tensor]:
        kinds = [(torch.rand, torch.float32), (torch.rand, torch.float64), (torch.randn, torch.float32), (torch.randn, torch.float64)]
        floats = [make(size, dtype=dtype, generator=stream) for make, dtype in kinds for size in (2, BLOCK, 2 * BLOCK + 6)]
        return [*floats, *(torch.randint(top, (4,), generator=stream) for top in (8, ONE_WORD - 1)), torch.rand(4, generator=stream)]

    real = step(torch.Generator().manual_seed(0))
    with _Made(None) as counting:
        step(torch.Generator())
    raw = torch.empty(counting.taken // 2, dtype=torch.int64).random_(-(2**63), None, generator=torch.Generator().manual_seed(0))
    with _Made(torch.stack(((raw >> 32) & (2**32 - 1), raw & (2**32 - 1)), 1).flatten()):
        made = step(torch.Generator())
    return all(torch.allclose(one, other, rtol=1e-4, atol=1e-5) for one, other in zip(real, made, strict=True))


def _blocks(drawn: Tensor) -> Tensor:
    """Of each 16 even numbers 16 normals: the first half gives the radius, the second the angle."""
    pairs = drawn.reshape(-1, 2, BLOCK // 2)
    radius, angle = (-2 * torch.log(1 - pairs[:, 0])).sqrt(), 2 * math.pi * pairs[:, 1]
    return torch.stack((radius * angle.cos(), radius * angle.sin()), 1).flatten()


def _words(dtype: torch.dtype) -> int:
    return 1 if dtype == torch.float32 else 2
