"""What terminals send, and what they should not, as bytes."""

import random
import tracemalloc

import pytest

from tui_gan.ui.incoming import CROWD, ESCAPE_WAITS, LONGEST_PASTE, PATIENCE, Incoming, Pasted, Typed

SEED = 8
# Answers of terminals to questions that we never ask, and texts that begin sequences.
ANSWERS = (
    b"\x1b[?1;2c",
    b"\x1b[>41;354;0c",
    b"\x1bP!|00000000\x1b\\",
    b"\x1bP>|xterm(354)\x1b\\",
    b"\x1bP1$r0m\x1b\\",
    b"\x1b]11;rgb:0000/2b2b/3636\x1b\\",
    b"\x1b]11;rgb:0000/2b2b/3636\x07",
    b"\x1b]lkKqgG\x1b\\",
    b"\x1b]52;c;a0tnRw==\x07",
    b"\x1b_Gi=31;OK\x1b\\",
    b"\x1b^kKgG\x1b\\",
    b"\x1bXkKgG\x1b\\",
    b"\x1b[12;40R",
    b"\x1b[?25;1$y",
    b"\x1b[4;2$y",
    b"\x1b[8;24;80t",
    b"\x1b[48;0;0;0;0t",
    b"\x1b[0n",
    b"\x1b[M kK",
    b"\x1b[M\xa0\xe9\xff",
    b"\x1b[M\x20\xc3\xa9",
    b"\x1b[32;10;10M",
    b"\x1b[=5h",
    b"\x1b[" + b"1" * 5_000 + b"u",
)
KEYS = "kKgGbBpPlLmMjJ q+-[]\r\t\x7f"


def incoming(*reads: bytes, then_silence: bool = True) -> list[str | Pasted]:
    """What some reads are, and the silence after them."""
    one = Incoming()
    found = [token for read in reads for token in one.feed(read)] + (one.silence() if then_silence else [])
    return [token.text if isinstance(token, Typed) else token for token in found]


def bytewise(data: bytes) -> list[bytes]:
    return [data[at : at + 1] for at in range(len(data))]


@pytest.mark.parametrize("answer", ANSWERS, ids=repr)
def test_an_answer_is_no_keys_however_it_is_split_and_the_key_after_it_is_heard(answer: bytes) -> None:
    for reads in ([answer + b"k"], [answer, b"k"], bytewise(answer + b"k")):
        found = incoming(*reads, then_silence=False)
        assert found[-1] == "k"
        assert all(isinstance(text, str) and text.startswith("\x1b[") for text in found[:-1])


@pytest.mark.parametrize("cut", [answer[:length] for answer in ANSWERS for length in range(3, min(len(answer), 12))], ids=repr)
def test_an_answer_that_is_cut_off_is_no_key_and_holds_nothing_back_for_long(cut: bytes) -> None:
    one = Incoming()
    assert one.feed(cut) == []
    assert one.patience is not None
    assert one.patience <= PATIENCE
    assert one.silence() == []
    assert one.patience is None
    assert one.feed(b"k") == [Typed("k")]


# Every byte that no text in UTF-8 holds where it stands.
@pytest.mark.parametrize(
    "wrong",
    [*(bytes([byte]) for byte in range(0x80, 0x100)), b"\xc3(", b"\xe2\x82", b"\xf0\x9f\x98", b"\xed\xa0\x80", b"\xc0\x80"],
    ids=repr,
)
def test_bytes_that_are_no_text_are_no_keys(wrong: bytes) -> None:
    key = wrong[1:].decode() if wrong == b"\xc3(" else ""
    for reads in ([wrong + b"k"], bytewise(wrong + b"k")):
        assert incoming(*reads) == [*key, "k"]


def test_a_character_is_one_key_however_it_is_split() -> None:
    for text in "äß€😀":
        assert incoming(text.encode()) == incoming(*bytewise(text.encode())) == [text]
    one = Incoming()
    assert one.feed(b"\xc3") == []
    assert one.patience == ESCAPE_WAITS
    assert [*one.silence(), *one.feed(b"\xa4")] == []


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            b"\x1b[A\x1bOA\x1b[1;5A\x1b[3~\x1b[[A\x1b[3$\x1b[107;3u",
            ["\x1b[A", "\x1bOA", "\x1b[1;5A", "\x1b[3~", "\x1b[[A", "\x1b[3$", "\x1b[107;3u"],
        ),
        (b"\x1b[I\x1b[O", ["\x1b[I", "\x1b[O"]),
        # An Escape ends what was not finished, and a control character is heard.
        (b"\x1b[1;\x1b[A", ["\x1b[A"]),
        (b"\x1b[1;\x03", ["\x03"]),
        (b"\x1b]0;title\x03", ["\x03"]),
        (b"\x1b]0;title\x1b[A", ["\x1b[A"]),
        (b"\x1bPq\x18k", ["k"]),
        (b"\x00\x00", ["\x00", "\x00"]),
    ],
)
def test_sequences(data: bytes, expected: list[str]) -> None:
    assert incoming(data) == incoming(*bytewise(data)) == expected


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"k = 3", "k = 3"),
        (b"two\r\nlines\tand \x00 NUL", "two\n\nlines and  NUL"),
        ("ä €".encode(), "ä €"),
        (b"\xff\x1b[A\x1b]0;x\x07\x03", "� [A ]0;x  "),
    ],
)
def test_what_is_pasted_is_one_text_without_control_characters(data: bytes, text: str) -> None:
    whole = b"\x1b[200~" + data + b"\x1b[201~k"
    assert incoming(whole) == incoming(*bytewise(whole)) == [Pasted(text), "k"]


def test_a_paste_without_an_end_has_ended_after_a_silence_and_is_not_kept_without_bound() -> None:
    one = Incoming()
    assert one.feed(b"\x1b[200~k") == []
    assert one.patience == PATIENCE
    assert one.silence() == [Pasted("k")]
    assert one.feed(b"q") == [Typed("q")]
    (pasted,) = Incoming().feed(b"\x1b[200~" + b"k" * 1_000_000 + b"\x1b[201~")
    assert pasted == Pasted("k" * LONGEST_PASTE)


@pytest.mark.parametrize("begins", [b"\x1b]0;", b"\x1bP", b"\x1b_G", b"\x1b[", b"\x1bO", b"\x1b[200~", b"\x1b[<", b""])
def test_megabytes_without_an_end_take_no_memory_and_turn_nothing(begins: bytes) -> None:
    one = Incoming()
    part = b"1" * 4096
    one.feed(begins + part)
    tracemalloc.start()
    for _ in range(100):
        assert one.feed(part) == []
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000
    assert all(isinstance(token, Pasted) for token in one.silence())
    assert one.feed(b"q") == [Typed("q")]


def test_more_keys_than_anybody_types_at_once_are_text_until_a_silence() -> None:
    one = Incoming()
    assert len(one.feed(b"k" * CROWD)) == CROWD
    assert one.feed(b"\x03k\n" * CROWD) == []
    assert one.patience == ESCAPE_WAITS
    assert one.feed(b"\x1b[Aq") == []
    (pasted,) = one.silence()
    assert isinstance(pasted, Pasted)
    assert pasted.text.count("k") == CROWD
    assert one.feed(b"q") == [Typed("q")]


def test_moves_of_the_mouse_in_one_heap_are_the_last_of_them_and_buttons_stay() -> None:
    moves = [f"\x1b[<35;{x};1M" for x in range(1, 50)]
    found = incoming("".join([*moves[:20], "\x1b[<0;9;9M", "\x1b[<32;10;9M", "\x1b[<32;11;9M", "\x1b[<0;9;9m", *moves[20:]]).encode())
    assert found == [moves[19], "\x1b[<0;9;9M", "\x1b[<32;11;9M", "\x1b[<0;9;9m", moves[-1]]


@pytest.mark.parametrize("number", [300, pytest.param(20_000, marks=pytest.mark.slow)])
def test_whatever_comes_is_cut_the_same_however_it_is_split_and_the_next_key_is_heard(number: int) -> None:
    chance = random.Random(SEED)
    pieces = [
        *ANSWERS,
        b"\x1b",
        b"\x1b[",
        b"\x1bO",
        b"\x1b]",
        b"\x1bP",
        b"\x1b[200~",
        b"\x1b[201~",
        b"\x1b\\",
        b"\x07",
        "ä".encode(),
        KEYS.encode(),
    ]
    for _ in range(number):
        count = chance.randrange(20)
        data = b"".join(chance.choice(pieces) if chance.random() < 0.5 else chance.randbytes(chance.randrange(8)) for _ in range(count))[
            :CROWD
        ]
        at = sorted(chance.randrange(len(data) + 1) for _ in range(3))
        split = [data[start:end] for start, end in zip([0, *at], [*at, len(data)], strict=True)]
        whole, parted = incoming(data), incoming(*split)
        assert _without_moves(whole) == _without_moves(parted), data
        one = Incoming()
        one.feed(data)
        one.silence()
        assert one.feed(b"k") == [Typed("k")], data


def _without_moves(found: list[str | Pasted]) -> list[str | Pasted]:
    """Only those that follow each other at once are left out."""
    return [token for token in found if not (isinstance(token, str) and token.startswith("\x1b[<"))]
