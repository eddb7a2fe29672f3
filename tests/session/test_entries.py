"""The lines of a log: well-typed, or damaged; and a damaged line costs itself alone."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from tui_gan.session import entries
from tui_gan.session.course import course
from tui_gan.session.entries import Command, Line, Metrics, Said, Scalars, left_out, lines
from tui_gan.session.runlog import RunLog

GOOD = {"kind": "scalars", "step": 10, "seconds": 1.0, "generator_loss": 0.5}


def read(content: bytes) -> list[Line]:
    return list(lines(io.BytesIO(content)))


def text(**changes: Any) -> bytes:
    """A line of scalars with other fields; one that is None is left out."""
    return json.dumps({name: value for name, value in {**GOOD, **changes}.items() if value is not None}).encode()


DAMAGED = {
    "not UTF-8": text().replace(b"loss", b"lo\xffs"),
    "not UTF-8 in a value": b'{"kind":"event","step":1,"seconds":0,"text":"\xff"}',
    "half a character": b'{"kind":"event","step":1,"seconds":0,"text":"\\ud800"}',
    "nested deeply": b'{"kind":"scalars","step":1,"x":' + b"[" * 100_000,
    "nested deeply and whole": b'{"kind":"command","step":1,"name":"x","value":' + b"[" * 900 + b"]" * 900 + b"}",
    "a number of 400 digits": text(generator_loss=10**400),
    "a number of 5,000 digits": text().replace(b"0.5", b"5" * 5000),
    "a number beyond 64 bits": text().replace(b"0.5", b"1e400"),
    "no number": text().replace(b"0.5", b"NaN"),
    "step is true": text(step=True),
    "step is a text": text(step="10"),
    "step has a fraction": text(step=10.5),
    "step is a list": text(step=[10]),
    "step beyond all": text(step=10**30),
    "step far below": text(step=-(10**30)),
    "no step": text(step=None),
    "no kind": text(kind=None),
    "another kind": text(kind="scblars"),
    "kind is a list": text(kind=["scalars"]),
    "seconds are a text": text(seconds="1"),
    "seconds below 0": text(seconds=-1.0),
    "a command without a name": text(kind="command"),
    "a command named 3": text(kind="command", name=3),
    "an event that says 3": text(kind="event", text=3),
    "a list": b"[1]",
    "a number": b"3",
    "NULs": bytes(60),
    "a NUL within": text().replace(b"10", b"1\0"),
    "a carriage return within": text().replace(b"scalars", b"sca\rlars"),
    "two glued together": text() * 2,
    "half": text()[:30],
    "nothing": b"",
    "a byte-order mark": b"\xef\xbb\xbf" + text(),
}


@pytest.mark.parametrize("line", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_line_costs_itself_and_is_counted(line: bytes, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    whole = [text(step=step) + b"\n" for step in (5, 10, 15)]
    log.write_bytes(whole[0] + line + b"\n" + whole[1] + whole[2])
    found = course(log)
    assert list(found.named["generator_loss"]) == [5, 10, 15]
    assert found.left_out == "1 damaged line of log.jsonl was left out"
    opened = RunLog(log, step=10)
    opened.close()
    assert opened.damaged == 1
    assert log.read_bytes() == whole[0] + line + b"\n" + whole[1]


def test_every_kind_of_line_is_well_typed() -> None:
    said = {"kind": "event", "step": -3, "seconds": 0, "text": "hello", "level": "warning", "traceback": "x", "more": 1}
    found = [
        text(),
        text(kind="metrics", step=0, w1=float("inf")).replace(b"Infinity", b"null"),
        b'{"kind":"command","step":1,"seconds":2,"name":"data","value":["a",1,2.5,true,null]}',
        json.dumps(said).encode(),
        text() + b"\r",
    ]
    assert [line.entry for line in read(b"".join(each + b"\n" for each in found))] == [
        Scalars(step=10, seconds=1.0, values={"generator_loss": 0.5}),
        Metrics(step=0, seconds=1.0, values={"generator_loss": 0.5, "w1": None}),
        Command(step=1, seconds=2.0, name="data", value=("a", 1, 2.5, True, None)),
        Said(step=-3, text="hello", level="warning", traceback="x"),
        Scalars(step=10, seconds=1.0, values={"generator_loss": 0.5}),
    ]


def test_what_somebody_wrote_between_the_numbers_is_passed_over() -> None:
    (line,) = read(text(mine="text", more=[1], yes=True, table={"a": 1}) + b"\n")
    assert isinstance(line.entry, Scalars)
    assert line.entry.values == {"generator_loss": 0.5}
    (line,) = read(text().replace(b"generator_loss", b"\\u001b[2J") + b"\n")
    assert isinstance(line.entry, Scalars)
    assert line.entry.values == {}


def test_a_torn_end_is_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    for end in (text(), text()[:9], bytes(100)):
        assert [line.entry is None for line in read(text() + b"\n" + end)] == [False]
        monkeypatch.setattr(entries, "LONGEST", 80)


def test_a_line_longer_than_any_costs_itself_and_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "LONGEST", 100)
    content = text(step=5) + b"\n" + text(more="x" * 1000) + b"\n" + bytes(250) + b"\n" + text(step=15) + b"\n"
    found = read(content)
    assert [line.entry and line.entry.step for line in found] == [5, None, None, 15]
    assert found[-1].end == len(content)


def test_the_sentence_counts_them() -> None:
    assert left_out(0) == ""
    assert left_out(3) == "3 damaged lines of log.jsonl were left out"


def test_any_flipped_bit_costs_no_other_line(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    whole = [b'{"kind":"scalars","step":%d,"seconds":1,"loss":%d}\n' % (step, step) for step in (100, 200, 300, 400, 500, 600)]
    content = b"".join(whole)
    for place in range(0, 8 * len(content), 3):
        bent = bytearray(content)
        bent[place // 8] ^= 1 << place % 8
        hit = content[: place // 8].count(b"\n")
        # Without the end of a line, the next one is part of it.
        spared = {*range(len(whole))} - ({hit, hit + 1} if content[place // 8] == 10 else {hit})
        log.write_bytes(bent)
        found = course(log).scalars.get("loss", {})
        wrong = [each for each in spared if found.get(100 * (each + 1)) != 100 * (each + 1)]
        # The step of the one that is hit may have become that of another.
        assert len(wrong) <= 1, f"bit {place} cost the lines {wrong}"
        RunLog(log, step=400).close()
        left = log.read_bytes()
        assert all(whole[each] in left for each in spared if each < 4), f"bit {place} cost another line"
        assert not any(whole[each] in left for each in spared if each > 4), f"bit {place} kept a later line"
