import dataclasses
import os
from pathlib import Path

import pytest

from tui_gan.ui.app import TuiGan
from tui_gan.ui.memory import FIRST_TIME, NOTHING, RUNS, Memories, Memory, keep, recall

LEFT = Memories(True, {"/runs/one": ("layers", "losses"), "/runs/two": ("curves", None)})


@pytest.mark.parametrize("memories", [NOTHING, LEFT, Memories(light=False)])
def test_what_is_kept_is_recalled(tmp_path: Path, memories: Memories) -> None:
    path = tmp_path / "deep" / "screen.json"
    keep(path, memories)
    assert recall(path) == memories


def test_a_run_goes_on_as_it_was_left_and_a_new_one_begins_in_the_overview() -> None:
    assert LEFT.of("/runs/one") == Memory("layers", "losses", True)
    assert LEFT.of("/runs/three") == LEFT.of(None) == Memory(light=True)
    assert NOTHING.after("/runs/one", Memory("layers", "losses", True)).after("/runs/two", Memory("curves", None, True)) == LEFT
    # In a directory of the same name another run may begin, and be left in the overview.
    assert LEFT.after("/runs/one", Memory(light=True)).of("/runs/one") == Memory(light=True)


def test_the_runs_left_last_are_remembered() -> None:
    memories = NOTHING
    for number in range(RUNS + 5):
        memories = memories.after(str(number), Memory("curves"))
    memories = memories.after("7", Memory("layers"))
    assert list(memories.runs) == [*(str(number) for number in range(5, RUNS + 5) if number != 7), "7"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "3",
        "null",
        "{}",
        '{"light": 3}',
        '{"more": 1}',
        '{"runs": []}',
        '{"runs": {"/runs/one": []}}',
        '{"runs": {"/runs/one": null}}',
        '{"runs": {"/runs/one": ["no such", null]}}',
        '{"runs": {"/runs/one": ["curves", "no such"]}}',
        '{"runs": {"/runs/one": [[], null]}}',
        '{"view": "curves", "maximised": null, "light": null}',
        "\udcff",
        "[" * 5000,
        '{"runs": ' * 5000,
        "1" * 5000,
        '{"light": 1}',
    ],
)
def test_a_broken_file_is_as_good_as_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "screen.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert recall(path) == NOTHING


def test_a_fifo_in_its_place_is_neither_read_nor_written(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "screen.json")
    assert recall(tmp_path / "screen.json") == NOTHING
    keep(tmp_path / "screen.json", LEFT)
    assert (tmp_path / "screen.json").is_fifo()


def test_a_place_that_cannot_be_read_or_written_is_let_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    keep(tmp_path / "file" / "screen.json", NOTHING)
    assert recall(tmp_path / "file" / "screen.json") == NOTHING
    assert (tmp_path / "file").read_text() == "mine"


def test_the_screen_begins_as_it_was_left(seen, run_of, watch) -> None:
    app = TuiGan(run_of(seen()))
    assert app.memory == FIRST_TIME

    async def leave(pilot) -> None:
        await pilot.press("5", "Z", "T")

    watch(app, leave)
    assert app.memory == Memory("curves", "distribution", light=True)
    again = TuiGan(run_of(seen()), memory=app.memory)

    async def begin(pilot) -> None:
        assert again.screen.maximised == "distribution"
        assert again.screen.panel == "distribution"
        assert again.theme == "tui-gan-light"
        await pilot.press("escape")
        assert again.screen.panel == "curves"
        await pilot.press("T")

    watch(again, begin)
    assert again.memory == Memory("curves")


def test_a_view_that_a_kind_lacks_is_not_shown_and_not_forgotten(seen, other, run_of, watch) -> None:
    app = TuiGan(run_of(other("images")), memory=Memory("layers", "samples"))

    async def body(pilot) -> None:
        assert (app.screen.view, app.screen.maximised, app.focused) == ("overview", None, None)

    watch(app, body)
    assert app.memory == Memory("layers", "samples")


def test_the_theme_of_the_file_is_nothing_to_remember(seen, run_of, watch) -> None:
    app = TuiGan(run_of(seen()), light=True)
    assert app.theme == "tui-gan-light"
    assert app.memory == FIRST_TIME
    dark = TuiGan(run_of(seen()), light=True, memory=dataclasses.replace(FIRST_TIME, light=False))
    assert dark.theme == "tui-gan-dark"
    assert dark.memory == Memory(light=False)
    watch(dark, lambda pilot: pilot.press("T"))
    assert dark.memory == FIRST_TIME
