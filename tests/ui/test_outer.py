"""What comes from a foreign run is shown, and nothing of it is obeyed: names, events, settings, runs beside it, advice."""

import dataclasses

from tui_gan.contract.snapshot import Setting, Status
from tui_gan.ui.app import TuiGan
from tui_gan.ui.keys import view_keys

ODD = "a\x1b[31mb\x1b]0;t\a\n\tc\x9b2Jd\u202ee\ud800"


def test_no_character_that_a_terminal_obeys_reaches_the_screen(seen, run_of, watch, screen_text) -> None:
    begun = seen(Status.FAILED)
    shown = seen(
        Status.FAILED,
        preset=ODD,
        directory=f"runs/{ODD}",
        device=ODD,
        undo=ODD,
        events=tuple(dataclasses.replace(event, text=ODD) for event in begun.events),
        settings=tuple(Setting(setting.key, ODD, True, (ODD,), ODD) for setting in begun.settings),
        runs=(ODD,),
        overlays={ODD: begun.series},
        failure=f"Traceback\n  {ODD}",
        advice=ODD,
    )
    run = run_of(begun)
    app = TuiGan(run)

    async def body(pilot) -> None:
        # What is new is told over the corner of the picture.
        run.latest = shown
        for key in (*(key.key for key in view_keys()), "y", "question_mark", "escape", "ctrl+p", "escape"):
            await pilot.press(key)
            await pilot.pause(0.15)
            text = screen_text(app)
            assert all(letter.isprintable() or letter == "\n" for letter in text), (key, text)
            seen_odd.add("a?[31mb?]0;t" in text)

    seen_odd: set[bool] = set()
    watch(app, body)
    assert True in seen_odd
