"""Messages as bytes: four bytes of length, the most significant first, then MessagePack."""

import struct
from typing import Any

import msgspec
import numpy as np

from tui_gan.wire import WireError

LENGTH = struct.Struct(">I")
# Bytes of a message. What a visitor says is short; a snapshot of images is not.
FROM_VISITOR, FROM_RUN = 2**20, 2**26


def packed(message: Any) -> bytes:
    """A message as the bytes that are sent."""
    content = _ENCODER.encode(message)
    return LENGTH.pack(len(content)) + content


class Incoming:
    """Cuts what arrives, in pieces of any size, into messages.

    Args:
        longest: bytes of the longest message that is taken.
    """

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._kept = bytearray()

    def feed(self, piece: bytes) -> list[bytes]:
        """The messages that are whole by now, in their order.

        Raises:
            WireError: one says that it is longer than the longest; nothing of it is kept.
        """
        self._kept += piece
        messages = []
        while len(self._kept) >= LENGTH.size:
            (length,) = LENGTH.unpack_from(self._kept)
            if length > self._longest:
                self._kept.clear()
                raise WireError(f"a message of {length:,} bytes, where {self._longest:,} are the most")
            end = LENGTH.size + length
            if len(self._kept) < end:
                break
            messages.append(bytes(self._kept[LENGTH.size : end]))
            del self._kept[:end]
        return messages


def _plain(value: object) -> object:
    """A number of numpy as one of Python; arrays never come here whole."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} has no place in a message")


_ENCODER = msgspec.msgpack.Encoder(enc_hook=_plain)
