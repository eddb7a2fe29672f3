"""A masked image in the gallery under Textual's pilot: keys and the mouse change it, and the run is asked for what is seen."""

import dataclasses
from typing import Any

import numpy as np

from tui_gan.contract.commands import Browse, Command
from tui_gan.contract.snapshot import Completed, Gallery, Snapshot, frozen
from tui_gan.ui.app import TuiGan
from tui_gan.ui.draw.palette import Look
from tui_gan.ui.panels.gallery import Gallery as Panel
from tui_gan.ui.panels.panel import Frame

SIDE = 8


class Completes:
    """A run that completes what it is asked for."""

    def __init__(self, snapshot: Snapshot, completes: bool = True) -> None:
        self.live, self.completes, self.asked = snapshot, completes, Browse()
        self.browsed: list[Browse] = []
        self.latest = self.answered()

    def answered(self) -> Snapshot:
        done, asked = None, self.asked
        if asked.image is not None:
            mask = np.array([*map(int, asked.mask)], dtype=np.uint8).reshape(SIDE, SIDE)
            image = np.full((SIDE, SIDE, 1), 90, dtype=np.uint8)
            spread = frozen(np.full((SIDE, SIDE), 0.25))
            done = Completed(asked.image, 5, image, mask, np.stack([image] * 12), spread, spread, 0.5)
        gallery = Gallery((0, 500), 500, completes=self.completes, completed=done)
        return dataclasses.replace(self.live, gallery=gallery)

    def request_snapshot(self) -> None:
        self.latest = self.answered()

    def send(self, command: Command) -> None:
        if isinstance(command, Browse):
            self.asked = command
            self.browsed.append(command)


def mask_of(*hidden: tuple[int, int], right: bool = True) -> str:
    return "".join("0" if ((right and column >= 4) != ((row, column) in hidden)) else "1" for row in range(SIDE) for column in range(SIDE))


def test_keys_and_the_mouse_change_what_is_hidden(imaged, other, watch, until, screen_text) -> None:
    run = Completes(other("images", picture=imaged(SIDE)))
    app = TuiGan(run)

    async def body(pilot: Any) -> None:
        await pilot.press("4")
        await until(pilot, lambda: "● live" in screen_text(app))
        panel = app.query_one("#gallery", Panel)

        async def asked(key: str, wish: Browse, word: str) -> None:
            await pilot.press(key)
            await until(pilot, lambda: run.browsed[-1] == wish and word in screen_text(app))

        await asked("C", Browse(image=0, mask=mask_of()), "image 1 of 5 held out, right half hidden")
        await until(pilot, lambda: "RMS error 0.50  spread 0.25" in screen_text(app))
        await asked("enter", Browse(image=0, mask=mask_of((4, 4))), "31 of 64 hidden")
        before = len(run.browsed)
        await pilot.press("up", "left")
        assert panel.masking is not None
        assert panel.masking.at == (3, 3)
        assert len(run.browsed) == before
        await asked("enter", Browse(image=0, mask=mask_of((4, 4), (3, 3))), "32 of 64 hidden")
        await asked("full_stop", Browse(image=1, mask=mask_of((4, 4), (3, 3))), "image 2 of 5")
        await asked("comma", Browse(image=0, mask=mask_of((4, 4), (3, 3))), "image 1 of 5")
        # The first pixel, below the line of text in the frame.
        await pilot.click(panel, offset=(1, 2))
        await until(pilot, lambda: run.browsed[-1].mask == mask_of((4, 4), (3, 3), (0, 0)))
        await asked(
            "X", Browse(image=0, mask=mask_of(*((row, column) for row in range(8) for column in range(4)), right=False)), "left half"
        )
        await asked("C", Browse(), "● live")
        assert panel.masking is None

    watch(app, body, (120, 36))


def test_the_footer_says_what_keys_do_now_and_those_that_do_nothing_say_when(imaged, other, watch, until, screen_text) -> None:
    snapshot = other("images", picture=imaged(SIDE))
    run = Completes(dataclasses.replace(snapshot, rules=dataclasses.replace(snapshot.rules, extras=("masks",))))
    app = TuiGan(run)

    def footer() -> str:
        return str(screen_text(app).splitlines()[-1])

    async def body(pilot: Any) -> None:
        await pilot.press("4")
        await until(pilot, lambda: "look back" in footer())
        assert "complete" in footer()
        assert not any(word in footer() for word in ("hide", "mask", "other ends", "class"))
        await pilot.press("X")
        await until(pilot, lambda: "that is for the completion of an image: C" in screen_text(app))
        await pilot.press("full_stop")
        await until(pilot, lambda: "that is for a walk: W" in screen_text(app))
        await pilot.press("C")
        await until(pilot, lambda: "cursor" in footer())
        assert all(words in footer() for words in ("hide, show", "next mask", "other image", "C back"))
        assert "look back" not in footer()

    watch(app, body, (200, 40))


def test_a_run_that_completes_nothing_is_not_asked(imaged, other, watch, until, screen_text) -> None:
    run = Completes(other("images", picture=imaged(SIDE)), completes=False)
    app = TuiGan(run)

    async def body(pilot: Any) -> None:
        await pilot.press("4")
        await until(pilot, lambda: "● live" in screen_text(app))
        await pilot.press("C")
        await until(pilot, lambda: "digits-inpaint" in screen_text(app))
        assert not any(each.image is not None for each in run.browsed)

    watch(app, body, (120, 36))


def test_numbers_are_told_of_the_mask_that_was_answered_alone(imaged, other, look: Look) -> None:
    panel, run = Panel("gallery"), Completes(other("images", picture=imaged(SIDE)))
    panel.send = run.send  # type: ignore[method-assign]
    panel._frame = Frame(run.latest, look)
    panel.action_complete()
    answered = Frame(run.answered(), look)
    assert "RMS error 0.50" in "".join(text for text, _ in panel.notes(answered))
    panel._frame = answered
    panel.action_hide()
    assert panel.notes(answered) == ()
