"""The journal: numbers that ascend for ever, who asked and what became of it, and files that stay bounded."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tui_gan.contract.commands import ChangeSetting, Note, Request, SetKnob, Step, TurnKnob, Watch
from tui_gan.session import journal
from tui_gan.session.journal import BEFORE, NAME, Journal

Train = Callable[..., Any]


def asked(source: str, command: Any) -> Request:
    return Request(command, source, 1, lambda obeyed, why: None)


def test_each_request_has_a_number_a_source_and_an_outcome_and_a_resume_counts_on(train: Train, resume: Train) -> None:
    script = {
        5: [asked("ann", SetKnob("k_steps", 3)), asked("ann", Watch(("layers",))), TurnKnob("k_steps")],
        10: [
            asked("bob", SetKnob("k_steps", 99)),
            asked("ann", Note("  now\tit turns ")),
            asked("bob", ChangeSetting("objective", "hinge")),
        ],
    }
    ended = train(script=script)
    found = [*journal.lines(ended.directory.path)]
    assert [line.number for line in found] == list(range(1, len(found) + 1))
    requests = [(line.step, line.source, line.text, line.obeyed) for line in found if line.kind == "request"]
    assert requests == [
        (5, "ann", "k_steps 3", True),
        (5, "", "k_steps up", True),
        (10, "bob", "k_steps 99", False),
        (10, "ann", "note   now\tit turns ", True),
        (10, "bob", "objective hinge", True),
    ]
    (refused,) = [line for line in found if not line.obeyed]
    assert "k_steps" in refused.why
    events = [(line.step, line.level, line.text) for line in found if line.kind == "event"]
    assert (5, "change", "k steps: 3 (was 1) (asked by ann)") in events
    assert (10, "note", "now it turns (asked by ann)") in events
    assert [event.text for event in ended.snapshots[-1].events if event.kind == "note"] == ["now it turns (asked by ann)"]
    resume(until=50)
    again = [*journal.lines(ended.directory.path)]
    assert again[: len(found)] == found
    assert [line.number for line in again] == list(range(1, len(again) + 1))
    assert [*journal.lines(ended.directory.path, since=len(found))] == again[len(found) :] != []


@pytest.mark.parametrize("text", ["", "  ", "x" * 201, "a\x1b[2Jb"])
def test_a_note_is_a_text_that_can_be_printed(text: str, train: Train) -> None:
    ended = train(script={5: [Note(text), None]})
    assert "a note is a text of 1 to 200 characters" in ended.snapshots[1].events[-1].text


def test_it_is_bounded_and_goes_on_counting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "LARGEST", 10_000)
    kept = Journal(tmp_path)
    for number in range(2_000):
        kept.add(number, "event", "something happened")
    assert sum((tmp_path / name).stat().st_size for name in (NAME, BEFORE)) < 25_000
    numbers = [line.number for line in journal.lines(tmp_path)]
    assert numbers == list(range(numbers[0], 2_001))
    assert numbers[0] > 1
    Journal(tmp_path).add(0, "request", "save", source="ann")
    assert [*journal.lines(tmp_path)][-1].number == 2_001


def test_damage_costs_itself_and_what_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    kept = Journal(tmp_path)
    kept.add(1, "event", "one")
    with (tmp_path / NAME).open("ab") as file:
        file.write(b"\xff\n{}\n[[[\n" + b"[" * 100_000 + b"\n")
    kept.add(2, "event", "two")
    with (tmp_path / NAME).open("ab") as file:
        file.write(b'{"number":9,"step":1,"kind":"event","text":"torn')
    assert [(line.number, line.text) for line in journal.lines(tmp_path)] == [(1, "one"), (2, "two")]
    (tmp_path / NAME).unlink()
    (tmp_path / NAME).mkdir()
    kept.add(3, "event", "three")
    assert [*journal.lines(tmp_path)] == []


def test_a_line_that_a_killed_run_has_torn_keeps_no_other_from_being_read(tmp_path: Path) -> None:
    Journal(tmp_path).add(1, "event", "one")
    with (tmp_path / NAME).open("ab") as file:
        file.write(b'{"number":2,"step":1,"ki')
    resumed = Journal(tmp_path)
    resumed.add(2, "event", "two")
    resumed.add(3, "event", "three")
    assert [(line.number, line.text) for line in journal.lines(tmp_path)] == [(1, "one"), (2, "two"), (3, "three")]


def test_steps_that_are_asked_for_say_what_became_of_them(train: Train) -> None:
    ended = train(script={5: [asked("ann", Step(3))]}, hold=True)
    (line,) = [line for line in journal.lines(ended.directory.path) if line.text == "step 3"]
    assert line.obeyed
