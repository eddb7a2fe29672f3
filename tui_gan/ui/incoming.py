"""Incoming: the bytes that a terminal sends, cut into keys, reports and pasted text; what is cut off, unknown or too much is dropped.

The grammar is that of ECMA-48, as terminals use it. Nothing that arrives raises, is kept without bound, or holds back the keys after it
for longer than PATIENCE.
"""

import codecs
import re
from typing import NamedTuple

ESCAPE = b"\x1b"
# Seconds of silence after which an Escape was the key, and a sequence is cut off.
ESCAPE_WAITS = 0.1
# Seconds of silence after which a text without an end has ended: what a slow line delivers in pieces is not taken for keys.
PATIENCE = 1.0
# So many bytes of a sequence, and of what is pasted, are looked at.
LONGEST_SEQUENCE, LONGEST_PASTE = 64, 100_000
# Nobody types so many keys at once: it is text, from a terminal that does not mark what is pasted.
CROWD = 256

READ = 4096

PASTE_BEGINS, PASTE_ENDS = b"\x1b[200~", b"\x1b[201~"
PLAIN = re.compile(rb"[^\x1b]+")
# A mouse report of the oldest kind: three bytes of any value.
OLD_MOUSE_BEGINS, OLD_MOUSE = b"\x1b[M", re.compile(rb"\x1b\[M...", re.DOTALL)
# The keys whose sequences end before, or after, their grammar does: shifted ones of rxvt, F1 to F5 of the Linux console.
ODD_BEGINS, ODD = b"\x1b[[", re.compile(rb"\x1b\[(?:\d\d?\$|\[[A-E])")
SEQUENCE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|O[0-9;]*[@-~]|\x7f)")
CUT = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*(?=[^ -~])|O[0-9;]*(?=[^0-9;@-~]))")
REST_OF_SEQUENCE = re.compile(rb"[ -?]*[@-~]?")
# What a terminal answers in words: OSC, DCS, APC, PM, SOS; ended by BEL or ST, given up by CAN and SUB.
WORDS = re.compile(rb"\x1b[\]P_^X](?=[^\x00-\x1f]|\Z)")
WORDS_END = re.compile(rb"[\x03\x07\x18\x1a\x1b]")
MOUSE_MOVES = re.compile(r"\x1b\[<(3[2-9]|[45][0-9]|6[0-3]);[^Mm]*[Mm]")


class Typed(NamedTuple):
    """One character, or one whole sequence of a key or a report."""

    text: str


class Pasted(NamedTuple):
    """Text that was pasted, without control characters except for line ends."""

    text: str


Token = Typed | Pasted


class Incoming:
    """Cuts what comes in, however it is split over reads."""

    def __init__(self) -> None:
        self._held = b""
        self._reads = self._ground
        self._pasted: bytearray = bytearray()
        self._crowd = False
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    @property
    def patience(self) -> float | None:
        """Seconds of silence after which `silence` is to be called; None while nothing is waited for."""
        if self._reads != self._ground:
            return PATIENCE
        return ESCAPE_WAITS if self._held or self._crowd or self._decoder.getstate()[0] else None

    def feed(self, data: bytes) -> list[Token]:
        """What is whole by now."""
        return [token for start in range(0, len(data), READ) for token in self._feed(data[start : start + READ])]

    def _feed(self, data: bytes) -> list[Token]:
        self._held += data
        tokens: list[Token] = []
        while self._held and self._reads(tokens):
            pass
        tokens = _without_passed_moves(tokens)
        keys = [token.text for token in tokens if isinstance(token, Typed)]
        if self._crowd or len(keys) > CROWD:
            self._crowd = True
            self._keep("".join(key for key in keys if len(key) == 1).encode())
            return [token for token in tokens if isinstance(token, Pasted)]
        return tokens

    def silence(self) -> list[Token]:
        """What is whole because nothing followed."""
        tokens: list[Token] = []
        if self._reads == self._ground and len(self._held) <= 2:
            self._escape(tokens, self._held)
        self._held, self._crowd, self._reads = b"", False, self._ground
        self._decoder.reset()
        self._end_paste(tokens)
        return tokens

    def _ground(self, tokens: list[Token]) -> bool:
        """Take one thing; returns whether there was one that is whole."""
        held = self._held
        if plain := PLAIN.match(held):
            self._type(tokens, plain[0])
            return self._take(plain.end())
        # An Escape ends a character that was cut off.
        self._decoder.reset()
        if held.startswith(PASTE_BEGINS):
            self._reads = self._paste
            return self._take(len(PASTE_BEGINS))
        if held.startswith(OLD_MOUSE_BEGINS):
            mouse = OLD_MOUSE.match(held)
            return mouse is not None and self._take(mouse.end())
        if match := held != ODD_BEGINS and (ODD.match(held) or SEQUENCE.match(held)):
            tokens += [Typed(match[0].decode("ascii"))] if match.end() <= LONGEST_SEQUENCE else []
            return self._take(match.end())
        if match := CUT.match(held):
            self._escape(tokens, match[0] if match.end() == 2 else b"")
            return self._take(match.end())
        if match := WORDS.match(held):
            # At the end of what came it may be two keys.
            self._reads = self._words if len(held) > 2 else self._ground
            return len(held) > 2 and self._take(2)
        if len(held) > 1 and held[1:2] not in (b"[", b"O"):
            self._escape(tokens, ESCAPE)
            return self._take(1)
        if len(held) > LONGEST_SEQUENCE:
            self._reads = self._overlong
            return self._take(2)
        return False

    def _escape(self, tokens: list[Token], held: bytes) -> None:
        """An Escape was the key, and what begins a sequence after it was one too."""
        tokens += [Typed(letter) for letter in held.decode("ascii")]

    def _words(self, tokens: list[Token]) -> bool:
        """Skip to the end; the key for leaving is heard, and another sequence, which ends it too."""
        end = WORDS_END.search(self._held)
        if end is None:
            self._held = b""
            return False
        at = end.start()
        if end[0] == ESCAPE:
            if at + 1 == len(self._held):
                self._held = ESCAPE
                return False
            at += 2 if self._held[at + 1 : at + 2] == b"\\" else 0
        elif end[0] != b"\x03":
            at += 1
        self._reads = self._ground
        return self._take(at)

    def _overlong(self, tokens: list[Token]) -> bool:
        """Skip the rest of a sequence that no terminal sends."""
        rest = REST_OF_SEQUENCE.match(self._held)
        end = rest.end() if rest else 0
        if end < len(self._held) or b"@" <= self._held[-1:] <= b"~":
            self._reads = self._ground
        return self._take(end)

    def _paste(self, tokens: list[Token]) -> bool:
        at = self._held.find(PASTE_ENDS)
        if at < 0:
            # The end may be split over two reads.
            kept = next((n for n in range(len(PASTE_ENDS) - 1, 0, -1) if self._held.endswith(PASTE_ENDS[:n])), 0)
            self._keep(self._held[: len(self._held) - kept])
            self._held = self._held[len(self._held) - kept :]
            return False
        self._keep(self._held[:at])
        self._reads = self._ground
        self._end_paste(tokens)
        return self._take(at + len(PASTE_ENDS))

    def _keep(self, content: bytes) -> None:
        self._pasted += content[: LONGEST_PASTE - len(self._pasted)]

    def _end_paste(self, tokens: list[Token]) -> None:
        text, self._pasted = self._pasted.decode("utf-8", "replace"), bytearray()
        if text := "".join(letter if letter.isprintable() else "\n" if letter in "\r\n" else " " for letter in text if letter != "\0"):
            tokens.append(Pasted(text))

    def _type(self, tokens: list[Token], content: bytes) -> None:
        # What cannot be decoded, and control characters beyond ASCII, are no keys.
        tokens += [
            Typed(letter) for letter in self._decoder.decode(content) if letter < "\x80" or (letter.isprintable() and letter != "\ufffd")
        ]

    def _take(self, count: int) -> bool:
        self._held = self._held[count:]
        return True


def _without_passed_moves(tokens: list[Token]) -> list[Token]:
    """Of moves of the mouse that directly follow each other, the last alone, as they come in heaps where something held up the reading."""
    moves = [MOUSE_MOVES.fullmatch(token.text) if isinstance(token, Typed) else None for token in tokens]
    following = [*moves[1:], None][: len(moves)]
    return [token for token, move, then in zip(tokens, moves, following, strict=True) if not (move and then and move[1] == then[1])]
