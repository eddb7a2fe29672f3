"""Messages as bytes: four bytes of length, the most significant first, then MessagePack."""

import functools
import struct
from typing import Any

import msgspec
import numpy as np

from tui_gan.contract.errors import cut
from tui_gan.contract.outer import printable
from tui_gan.wire import WireError

LENGTH = struct.Struct(">I")
# Bytes of a message. What a visitor says is short; a snapshot of images is not.
FROM_VISITOR, FROM_RUN = 2**20, 2**26
# Bytes of memory that a byte of a message takes at most while it is read, and those that any message may take.
GROWTH, LITTLE = 80, 2**16

Content = bytes | msgspec.Raw


def packed(message: Any) -> bytes:
    """A message as the bytes that are sent; a name of a file that is no Unicode goes as it would be shown."""
    try:
        content = _ENCODER.encode(message)
    except UnicodeEncodeError:
        content = _ENCODER.encode(_unicode(msgspec.to_builtins(message, builtin_types=(bytes,), enc_hook=_plain)))
    return LENGTH.pack(len(content)) + content


def unpacked(content: Content, kind: Any) -> Any:
    """What bytes say, which must be of this declared type.

    Raises:
        WireError: they say something else; in one line, whatever they hold.
    """
    try:
        return _decoder(kind).decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WireError(f"not what was to be said: {cut(printable(error))}") from None


@functools.cache
def _decoder(kind: Any) -> msgspec.msgpack.Decoder[Any]:
    return msgspec.msgpack.Decoder(kind)


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


def _unicode(value: Any) -> Any:
    """Plain values with every text in them such that it has bytes."""
    if isinstance(value, str):
        return value.encode(errors="backslashreplace").decode()
    if isinstance(value, dict):
        return {_unicode(key): _unicode(each) for key, each in value.items()}
    return [_unicode(each) for each in value] if isinstance(value, list | tuple) else value


def _plain(value: object) -> object:
    """A number of numpy as one of Python; arrays never come here whole."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} has no place in a message")


_ENCODER = msgspec.msgpack.Encoder(enc_hook=_plain)
