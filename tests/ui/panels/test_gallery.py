"""The gallery under Textual's pilot: every key, what is sent, and what is shown."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from tui_gan.contract.commands import Browse, Command
from tui_gan.contract.snapshot import Gallery, ImageGrid, Snapshot, frozen
from tui_gan.ui.app import TuiGan
from tui_gan.ui.draw.palette import Look
from tui_gan.ui.keys import footer_items
from tui_gan.ui.panels.gallery import Gallery as Panel
from tui_gan.ui.panels.panel import Frame

KEPT = (0, 500, 1000, 1500, 2000)
VIEW = "4"
# A key, what it asks for, or None, and a word that the screen then shows.
Press = tuple[str, Browse | None, str]


class Browsed:
    """A run that answers what its gallery is asked for."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.asked = Browse()
        self.sent: list[Command] = []
        self.live = snapshot
        self.latest = self.answered()

    def answered(self) -> Snapshot:
        picture, asked = self.live.picture, self.asked
        shown = picture if asked.step is None else dataclasses.replace(picture)
        gallery = Gallery(KEPT, 2000 if asked.step is None else asked.step, None if asked.step is None else shown)
        if asked.walk:
            images = isinstance(picture, ImageGrid)
            way = np.repeat(picture.fake[:1], 17, axis=0) if images else frozen(np.linspace(-1.0, 4.0, 34).reshape(17, 2))
            gallery = dataclasses.replace(gallery, walk=way)
        if asked.nearest:
            gallery = dataclasses.replace(gallery, nearest=picture.real[:16], distances=frozen(np.full(16, 0.25)))
        if asked.stages:
            gallery = dataclasses.replace(gallery, first=picture.fake, distances=frozen(np.full(len(picture.fake), 0.125)))
        return dataclasses.replace(self.live, gallery=gallery)

    def request_snapshot(self) -> None:
        self.latest = self.answered()

    def send(self, command: Command) -> None:
        self.sent.append(command)
        if isinstance(command, Browse):
            self.asked = command

    @property
    def browsed(self) -> list[Browse]:
        return [command for command in self.sent if isinstance(command, Browse)]


@pytest.fixture
def follow(watch, screen_text, until) -> Any:
    """Turn to the gallery of a run and press keys one by one until the screen shows a word; returns what each has sent, or None."""

    def followed(snapshot: Snapshot, presses: Sequence[Press], size: tuple[int, int] = (120, 36)) -> list[Browse | None]:
        run, sent = Browsed(snapshot), []
        app = TuiGan(run)

        async def body(pilot: Any) -> None:
            await pilot.press(VIEW)
            await until(pilot, lambda: "● live" in screen_text(app))
            for key, _, word in presses:
                before = len(run.browsed)
                await pilot.press(key)
                await until(pilot, lambda word=word: word in screen_text(app))
                one, *more = run.browsed[before:] or [None]
                assert more == [], key
                sent.append(one)

        watch(app, body, size)
        return sent

    return followed


IMAGES: list[Press] = [
    ("left", Browse(2000), "samples of step 2,000"),
    ("left", Browse(1500), "samples of step 1,500"),
    ("right", Browse(2000), "samples of step 2,000"),
    ("right", Browse(), "● live"),
    ("right", None, "● live"),
    ("home", Browse(0), "samples of step 0"),
    ("left", None, "○ live"),
    ("N", Browse(0, nearest=True), "generated │ nearest real"),
    ("right", Browse(500, nearest=True), "0.25"),
    ("N", Browse(500), "samples of step 500"),
    ("end", Browse(), "● live"),
]
STAGES: list[Press] = [
    ("S", Browse(stages=True), "stage 1 │ stage 2"),
    ("minus", None, "have a fixed size"),
    ("S", Browse(), "64 fixed latents"),
]
WALK: list[Press] = [
    ("comma", None, "64 fixed latents"),
    ("W", Browse(walk=(0, 1)), "to latent 1"),
    ("full_stop", Browse(walk=(0, 2)), "walk from latent 0 to 2"),
    ("comma", Browse(walk=(1, 2)), "from latent 1"),
    ("comma", Browse(walk=(3, 2)), "from latent 3"),
    ("W", Browse(), "64 fixed latents"),
]
LINE: list[Press] = [
    ("left", Browse(2000), "samples of step 2,000"),
    ("W", Browse(walk=(0, 1)), "x from latent 0 (above) to latent 1 (below)"),
    ("N", None, "images only"),
    ("W", Browse(), "z → x"),
]
PLANE: list[Press] = [
    ("W", Browse(walk=(0, 1)), "walk from latent 0 to 1"),
    ("home", Browse(0), "samples of step 0"),
    ("end", Browse(), "● live"),
]


@pytest.mark.parametrize(
    ("kind", "presses", "size"),
    [
        ("images", IMAGES, (120, 36)),
        ("images", WALK, (80, 24)),
        ("images", STAGES, (120, 36)),
        ("line", LINE, (120, 36)),
        ("plane", PLANE, (200, 60)),
    ],
    ids=["back and forward between images", "a walk between images and other ends", "two stages", "a line", "a plane"],
)
def test_each_key_asks_for_what_the_screen_then_shows(seen, other, follow, kind: str, presses: list[Press], size: tuple[int, int]) -> None:
    assert follow(seen() if kind == "line" else other(kind), presses, size) == [wanted for _, wanted, _ in presses]


def test_a_held_key_sends_one_wish_for_each_answer(other, look: Look) -> None:
    panel, sent, run = Panel("gallery"), [], Browsed(other("images"))
    panel.send = sent.append  # type: ignore[method-assign]
    panel._frame = Frame(run.latest, look)
    for _ in range(4):
        panel.action_scrub(-1)
    assert sent == [Browse(2000)]
    assert panel.wish == Browse(500)
    panel._ask(run.answered())
    panel._ask(run.answered())
    assert sent == [Browse(2000), Browse(500)]


def test_a_click_on_the_timeline_goes_there(other, watch, until) -> None:
    run = Browsed(other("images"))
    app = TuiGan(run)

    async def body(pilot: Any) -> None:
        await pilot.press(VIEW)
        panel = app.query_one("#gallery", Panel)
        await until(pilot, lambda: bool(panel.targets))
        target = panel.targets[1]
        await pilot.click(panel, offset=(target.start, target.row))
        await until(pilot, lambda: run.browsed == [Browse(500)])

    watch(app, body)


def test_what_the_panel_depends_on(other, look: Look) -> None:
    panel, run = Panel("gallery"), Browsed(other("images"))
    frame = Frame(run.latest, look)
    assert panel.facts(frame) == panel.facts(Frame(dataclasses.replace(run.latest, step=2001), look))
    run.asked = panel.wish = Browse(500)
    back = Frame(run.answered(), look)
    assert panel.facts(back) != panel.facts(frame)
    # While it looks back, what the run does now changes nothing.
    later = dataclasses.replace(back.snapshot, picture=dataclasses.replace(back.snapshot.picture))
    assert panel.facts(Frame(later, look)) == panel.facts(back)


@pytest.mark.parametrize(
    ("width", "said"),
    [(60, "samples, continuous code 1 of 2 from -2 to 2"), (45, " continuous code 1 of 2, from -2 to 2"), (30, " continuous code 1 of 2 ")],
)
def test_a_continuous_code_is_told_from_the_values_of_the_categorical_one(other, look: Look, width: int, said: str) -> None:
    names = tuple(f"code {number}" for number in range(10))
    shown = other("images")
    moved = dataclasses.replace(shown, gallery=Gallery(KEPT, 2000, shown.picture, classes=names, codes=2, code=0))
    assert said in Panel("gallery").picture(Frame(moved, look), width, 20).text().splitlines()[0]


@pytest.mark.parametrize(("extras", "label"), [(("codes",), "code"), (("classes",), "class"), ((), "")])
def test_the_footer_says_class_of_classes_and_code_of_codes(other, look: Look, extras: tuple[str, ...], label: str) -> None:
    panel, shown = Panel("gallery"), other("images")
    panel._frame = Frame(dataclasses.replace(shown, rules=dataclasses.replace(shown.rules, extras=extras)), look)
    labels = {item.label for item in footer_items("gallery", "images", extras=extras, labels=panel.labels)}
    assert labels & {"class", "code"} == {label} - {""}


def test_nothing_kept_has_no_timeline(other, look: Look) -> None:
    panel = Panel("gallery")
    bare = other("images", gallery=Gallery((), 0))
    assert "live" not in panel.inside(Frame(bare, look), 78, 20).text()
    assert panel.targets == []
    for key in (lambda: panel.action_scrub(-1), lambda: panel.action_scrub_at(3)):
        panel._frame = Frame(bare, look)
        key()
        assert panel.wish == Browse()


def test_images_are_larger_and_smaller_on_demand(imaged, other, run_of, watch, until) -> None:
    app = TuiGan(run_of(other("images", picture=imaged(8))))

    async def body(pilot) -> None:
        await pilot.press(VIEW)
        panel = app.screen.query_one(Panel)
        await until(pilot, lambda: panel.has_focus and panel.size.width > 0)
        for key, sizes in (("minus", [-1, -2, -2]), ("plus", [-1, 0, 1, 2, 3, 3])):
            for larger in sizes:
                await pilot.press(key)
                assert panel.larger == larger
        await pilot.press("N", "minus")
        assert panel.larger == 3

    watch(app, body, (80, 24))
