import dataclasses

import pytest

from tui_gan.contract.knobs import KNOBS, Knobs
from tui_gan.contract.snapshot import Event, Status
from tui_gan.ui.draw.palette import Ink, Look
from tui_gan.ui.draw.texts import words
from tui_gan.ui.keys import footer_items


@pytest.mark.parametrize("status", Status)
def test_the_header_says_state_and_step_in_whole_words(seen, look: Look, status: Status) -> None:
    for width in [20, 40, 80, 120, 200]:
        text = words.header(seen(status), False, width, look).text()
        assert len(text) == width, width
        assert status.value in text, width
        assert ("2,000" in text) or ("2k" in text) or width < 24, width
        if width >= 80:
            for part in ("toy1d", "step 2,000 / 100,000", "1030 steps/s", "cpu", "0:01:23"):
                assert part in text, width
        if look.ascii_only:
            assert text.isascii(), width


def test_the_header_fits_great_numbers(seen, look: Look) -> None:
    shown = seen(Status.RUNNING, step=999_999_999, steps=1_000_000_000, seconds=360_000.0, device="cuda:0", steps_per_second=123_456.0)
    text = words.header(shown, False, 80, look).text()
    assert "step 999,999,999 / 1,000,000,000" in text
    assert "123k steps/s" in text


@pytest.mark.parametrize(("width", "parts"), [(120, 5), (80, 2), (56, 2)])
def test_the_header_says_that_a_run_is_paced_and_which_key_ends_that(seen, look: Look, width: int, parts: int) -> None:
    shown = seen(Status.RUNNING, paced=True, knobs=Knobs(pace=40.0), step=152)
    text = words.header(shown, False, width, look, "r").text()
    assert ("paced 40/s, r: full speed" if width >= 80 else "paced 40/s") in text
    assert "step 152 / 100,000" in text
    # What training would do without waiting is not said to be what it does.
    assert "steps/s" not in text
    assert len(text.split(look.pick("·", "|"))) == parts


@pytest.mark.parametrize("width", [0, 1, 5, 10, 15])
def test_the_header_survives_any_width(seen, look: Look, width: int) -> None:
    assert len(words.header(seen(Status.RUNNING), False, width, look).text()) == width


def test_the_header_says_what_is_trained_before_the_game(seen, look: Look) -> None:
    before = {"phase": "pre-training 300 / 1,000", "step": 0}
    running = words.header(seen(Status.RUNNING, **before), False, 120, look).text()
    assert "PRE-TRAINING " in running
    assert "300 / 1,000 " in running
    assert "RUNNING" not in running
    assert "step" not in running.replace("steps/s", "")
    paused = words.header(seen(Status.PAUSED, **before), False, 80, look).text()
    assert "PAUSED" in paused
    assert "pre-training 300 / 1,000" in paused
    for width in (0, 5, 20, 40):
        assert len(words.header(seen(Status.RUNNING, **before), False, width, look).text()) == width


def test_saving_is_said(seen, look: Look) -> None:
    assert "SAVING" in words.header(seen(), True, 80, look).text()


def test_every_state_and_every_kind_of_event_has_its_own_sign() -> None:
    for table in (words.BADGES, words.EVENT_MARKS):
        for column in (0, 1):
            signs = [row[column] for row in table.values()]
            assert len(set(signs)) == len(signs)
        assert all(row[1].isascii() for row in table.values())


def test_knobs(seen, look: Look) -> None:
    canvas, targets = words.knobs(seen(), 1, 46, len(KNOBS) + 2, look)
    rows = canvas.text().split("\n")
    assert [row[1:13].strip() for row in rows[: len(KNOBS)]] == [knob.label for knob in KNOBS.values()]
    assert rows[0].split() == ["k", "steps", look.pick("◂", "<"), "1", look.pick("▸", ">"), "k", "K", "1", "..", "20"]
    assert rows[1].startswith(look.pick("▸", ">"))
    assert len(targets) == 2 * len(KNOBS)
    arrows = {target.row: rows[target.row][target.start : target.end] for target in targets if target.action.endswith("-1)")}
    assert all(look.pick("◂", "<") in text for text in arrows.values())


def test_the_chosen_knob_stays_in_sight(seen, look: Look) -> None:
    assert "save every" in words.knobs(seen(), len(KNOBS) - 1, 46, 3, look)[0].text()


def test_events(seen, look: Look) -> None:
    rows = [row.rstrip() for row in words.events(seen(), 40, 4, look).text().split("\n")]
    assert rows == [
        f"      0 {look.pick('·', '.')} run runs/toy1d",
        f"  1,000 {look.pick('◆', '*')} k steps: 2 (was 1)",
        f"  1,500 {look.pick('▲', '!')} the batch is small",
        f"  2,000 {look.pick('·', '.')} checkpoint step-00002000",
    ]


def test_a_long_event_wraps_and_a_wild_one_is_tamed(seen, look: Look) -> None:
    wild = seen(events=(Event(1, "a \x1b[31m日本 " + "word " * 20, "error"),))
    text = words.events(wild, 30, 8, look).text()
    assert "\x1b" not in text
    assert text.count("word") == 20


def test_a_failure_shows_the_end_of_its_traceback_and_the_advice(seen, look: Look) -> None:
    failed = seen(Status.FAILED, failure="Traceback:\n" + "  line\n" * 50 + "ValueError: boom", advice="try a smaller batch")
    rows = [row.strip() for row in words.events(failed, 40, 8, look).text().split("\n")]
    assert rows[-2:] == ["ValueError: boom", "try a smaller batch"]
    assert words.events(failed, 40, 0, look).height == 0


def test_advice_is_cut_between_words(look: Look) -> None:
    assert words.advice("lower the batch size", 18, look).text().rstrip() == look.pick(" ▲ lower the…", " ! lower the...")


def test_calm_advice_warns_of_nothing(look: Look) -> None:
    drawn = words.advice("finished", 12, look, calm=True)
    assert drawn.text() == " finished   "
    assert {int(ink) for ink in drawn.inks.flatten()} == {Ink.BADGE_CALM}


@pytest.mark.parametrize("width", [0, 3, 10, 40, 80, 120, 400])
def test_the_footer_shows_whole_keys(width: int) -> None:
    canvas, targets = words.footer(footer_items(), width)
    text = canvas.text()
    assert len(text) == width
    assert all(0 <= target.start < target.end <= width for target in targets)
    if width >= 10:
        assert text.startswith(" space ") or not targets
    assert (width < 400) or "save every" in text


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00:00"), (59.9, "0:00:59"), (3661, "1:01:01"), (360_000, "100:00:00")])
def test_clock(seconds: float, text: str) -> None:
    assert words.clock(seconds) == text


def test_values_in_words(seen) -> None:
    texts = [words.value_text(value) for value in dataclasses.astuple(seen().knobs)]
    assert texts[1:3] == ["1", "off"]
    assert words.value_text(1e-7) == "1e-07"
    assert words.value_text(10_000_000) == "10M"
