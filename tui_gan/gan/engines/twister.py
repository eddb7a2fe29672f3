"""The generators of many streams as tensors: mt19937 (Matsumoto and Nishimura 1998), on any device, with the words that PyTorch's has."""

from collections.abc import Sequence
from typing import Self

import torch
from torch import Tensor

WORDS, MIDDLE = 624, 397
UPPER, LOWER, MATRIX = 0x80000000, 0x7FFFFFFF, 0x9908B0DF
MASK, SPREAD = 0xFFFFFFFF, 1812433253
# Where the state that PyTorch gives of a generator has what, in bytes: how many words are left, which is next, and the words.
LEFT, NEXT, STATE = slice(8, 12), slice(16, 24), slice(24, 24 + 8 * WORDS)


class Twister:
    """Streams of which each call takes the same number of words.

    Args:
        words: the state of each, (streams, 624); `following` which of them is next.
    """

    def __init__(self, words: Tensor, following: int) -> None:
        self._words, self._next = words, following

    @classmethod
    def of_streams(cls, streams: Sequence[torch.Generator], device: str) -> Self:
        """Copies of streams that have drawn equally much, on a device.

        Raises:
            ValueError: they have not.
        """
        states = torch.stack([stream.get_state() for stream in streams])
        left = {*states[:, LEFT].contiguous().view(torch.int32).flatten().tolist()}
        if len(left) != 1:
            raise ValueError("streams at different places")
        # Before its first word a generator has one left that it does not give.
        return cls(states[:, STATE].contiguous().view(torch.int64).to(device), WORDS + 1 - left.pop())

    @classmethod
    def of_seeds(cls, seeds: Tensor) -> Self:
        """Streams at the beginning, with these seeds (streams,), of which a generator takes the lower 32 bits."""
        words = [seeds & MASK]
        for place in range(1, WORDS):
            words.append(SPREAD * (words[-1] ^ (words[-1] >> 30)) + place & MASK)
        return cls(torch.stack(words, 1), WORDS)

    def take(self, count: int) -> Tensor:
        """The next words of each stream, int64 (streams, count) in 0 .. 2^32 - 1."""
        parts = []
        while count:
            if self._next == WORDS:
                self._twist()
            part = self._words[:, self._next : self._next + count]
            parts.append(part)
            self._next += part.shape[1]
            count -= part.shape[1]
        words = torch.cat(parts, 1) if parts else self._words[:, :0]
        words = words ^ (words >> 11)
        words = words ^ ((words << 7) & 0x9D2C5680)
        words = words ^ ((words << 15) & 0xEFC60000)
        return words ^ (words >> 18)

    def settle(self, streams: Sequence[torch.Generator]) -> None:
        """Bring the streams to where these are."""
        words = self._words.cpu()
        for stream, mine in zip(streams, words, strict=True):
            state = stream.get_state()
            state[LEFT] = torch.tensor([WORDS + 1 - self._next], dtype=torch.int32).view(torch.uint8)
            state[NEXT] = torch.tensor([self._next]).view(torch.uint8)
            state[STATE] = mine.contiguous().view(torch.uint8)
            stream.set_state(state)

    def _twist(self) -> None:
        old = self._words
        following = old.roll(-1, 1)
        mixed = (old & UPPER) | (following & LOWER)
        # The last of them needs the first of the new words.
        turned = (mixed >> 1) ^ ((mixed & 1) * MATRIX)
        new = torch.empty_like(old)
        ahead = WORDS - MIDDLE
        new[:, :ahead] = old[:, MIDDLE:] ^ turned[:, :ahead]
        new[:, ahead : 2 * ahead] = new[:, :ahead] ^ turned[:, ahead : 2 * ahead]
        new[:, 2 * ahead : -1] = new[:, ahead : MIDDLE - 1] ^ turned[:, 2 * ahead : -1]
        last = (old[:, -1] & UPPER) | (new[:, 0] & LOWER)
        new[:, -1] = new[:, MIDDLE - 1] ^ (last >> 1) ^ ((last & 1) * MATRIX)
        self._words, self._next = new, 0
