"""The view of knobs: choosing, turning, typing, and leaving for a new run."""

import dataclasses

import pytest
from textual.events import Key

from tests.ui.conftest import SETTINGS
from tui_gan.contract.commands import ChangeSetting, SetKnob, Stop, TurnKnob, Undo
from tui_gan.contract.knobs import KNOBS
from tui_gan.contract.snapshot import Setting, Status
from tui_gan.ui.app import TuiGan
from tui_gan.ui.question import Question

OBJECTIVE, R1, LATENT_DIM = (len(KNOBS) + place for place in range(len(SETTINGS)))


def asked(run) -> list:
    return [command for command in run.sent if isinstance(command, TurnKnob | SetKnob | ChangeSetting | Stop)]


def at(app: TuiGan):
    return app.screen_stack[0].query_one("#settings")


async def turned_to(pilot, until, app: TuiGan, row: int = 0) -> None:
    await pilot.press("6")
    await until(pilot, lambda: at(app).has_focus)
    at(app).action_choose_row(row)


PRESSED = [
    (0, ["right", "left"], [TurnKnob("k_steps", 1), TurnKnob("k_steps", -1)]),
    (0, ["down", "right"], [TurnKnob("generator_steps", 1)]),
    (0, ["up", "up", "right"], [ChangeSetting("regularizers.r1", 2.0)]),
    (OBJECTIVE, ["right"], [ChangeSetting("objective", "hinge")]),
    (OBJECTIVE, ["left"], [ChangeSetting("objective", "wasserstein")]),
    (R1, ["left"], [ChangeSetting("regularizers.r1", 0.5)]),
    (1, ["pagedown", "left"], [ChangeSetting("regularizers.r1", 0.5)]),
    (LATENT_DIM, ["pageup", "right"], [TurnKnob("minibatch_discrimination", 1)]),
    (0, ["enter", "k", "K", "escape", "right"], [TurnKnob("k_steps", 1)]),
    (0, ["enter", "7", "backspace", "3", "enter"], [SetKnob("k_steps", 3)]),
    (2, ["enter", *"on", "enter"], [SetKnob("minibatch_discrimination", True)]),
    (3, ["enter", *"1e", "minus", "4", "enter"], [SetKnob("generator_lr", 1e-4)]),
    (R1, ["enter", *"0.25", "enter"], [ChangeSetting("regularizers.r1", 0.25)]),
    (OBJECTIVE, ["enter", *"hinge", "enter"], [ChangeSetting("objective", "hinge")]),
    (0, ["enter", "q", "space", "q", "ctrl+u", "enter"], []),
    (LATENT_DIM, ["right", "enter", "8", "enter"], []),
]


def test_keys_become_commands(seen, run_of, watch, until) -> None:
    run = run_of(seen())
    app = TuiGan(run)

    async def body(pilot) -> None:
        for row, keys, commands in PRESSED:
            await turned_to(pilot, until, app, row)
            run.sent.clear()
            # As if the run had answered what was pressed before.
            at(app)._on_its_way = ("", None)
            await pilot.press(*keys)
            assert asked(run) == commands, keys

    watch(app, body)
    assert app.failure is None


def test_presses_that_come_faster_than_the_run_answers_all_count(seen, run_of, watch, until) -> None:
    run = run_of(seen())
    app = TuiGan(run)

    async def body(pilot) -> None:
        await turned_to(pilot, until, app, R1)
        run.sent.clear()
        await pilot.press("right", "right", "right", "left")
        first, second, third, last = (command.value for command in asked(run))
        assert first < second < third
        assert last == second
        setting = next(each for each in run.latest.settings if each.key == "regularizers.r1")
        # Once it has answered, its word counts.
        answered = tuple(dataclasses.replace(each, value=last) if each is setting else each for each in run.latest.settings)
        run.latest = dataclasses.replace(run.latest, settings=answered)
        app.screen.query_one("#settings").show(dataclasses.replace(app.screen.frame, snapshot=run.latest))
        app.screen.query_one("#settings").show(dataclasses.replace(app.screen.frame, snapshot=seen()))
        run.sent.clear()
        await pilot.press("right")
        assert [command.value for command in asked(run)] == [first]

    watch(app, body)


def test_a_new_run_is_not_offered_with_a_choice_that_there_is_not(seen, run_of, watch, until, screen_text) -> None:
    fixed = dataclasses.replace(SETTINGS[0], live=False)
    app = TuiGan(run_of(seen(settings=(fixed, *SETTINGS[1:]))))

    async def body(pilot) -> None:
        await turned_to(pilot, until, app)
        at(app).action_choose_row(next(number for number, row in enumerate(at(app)._rows(app.screen.frame)) if row.key == fixed.key))
        await pilot.press("enter", "8", "enter")
        assert at(app).state.asked == ()
        await until(pilot, lambda: f"{fixed.key} is one of" in screen_text(app))
        await pilot.press("enter", *fixed.choices[-1], "enter")
        assert at(app).state.asked == ((fixed.key, fixed.choices[-1]),)

    watch(app, body)


@pytest.mark.parametrize(
    ("words", "chosen", "found"),
    [
        # By name, first as a whole and then in part, by help, by value and by choice; a digit is a letter and no view.
        ("r1", "regularizers.r1", 1),
        ("R1", "regularizers.r1", 1),
        ("rate", "generator_lr", 3),
        ("latent dim", "latent_dim", 1),
        ("coordinates", "latent_dim", 1),
        ("hinge", "objective", 1),
        ("0.002", "generator_lr", 2),
        ("1606.03498", "minibatch_discrimination", 1),
    ],
)
def test_a_filter_leaves_what_is_looked_for(seen, run_of, watch, until, screen_text, words: str, chosen: str, found: int) -> None:
    run = run_of(seen())
    app = TuiGan(run)

    async def body(pilot) -> None:
        await turned_to(pilot, until, app)
        run.sent.clear()
        await pilot.press("slash", *words)
        assert [row.key for row in at(app)._matching].count(chosen) == 1
        assert (at(app)._row().key, len(at(app)._matching)) == (chosen, found)
        await until(pilot, lambda: f"filter {words}▏   {found} found" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: f"filter: {words}, Escape clears" in screen_text(app))
        assert app.memory.view == "knobs"
        # Kept, it is cleared by Escape, and what was chosen stays so.
        await pilot.press("escape")
        assert (at(app).state.words, at(app)._row().key, len(at(app)._matching)) == ("", chosen, len(KNOBS) + len(SETTINGS))

    watch(app, body)
    assert asked(run) == []


def test_settings_that_are_not_there_yet_are_not_said_to_be_missing(seen, run_of, watch, until, screen_text) -> None:
    run = run_of(seen(settings=()))
    app = TuiGan(run)

    async def body(pilot) -> None:
        await pilot.press("6")
        await until(pilot, lambda: "loading the settings ..." in screen_text(app))
        await pilot.press("slash", *"lookahead")
        await until(pilot, lambda: "0 found so far" in screen_text(app))
        assert "nothing matches" not in screen_text(app)

    watch(app, body)


def test_what_a_filter_leaves_is_turned_and_typed_as_ever(seen, run_of, watch, until, screen_text) -> None:
    run = run_of(seen())
    app = TuiGan(run)

    async def body(pilot) -> None:
        await turned_to(pilot, until, app)
        run.sent.clear()
        await pilot.press("slash", *"r1", "enter", "right", "enter", *"0.25", "enter", "escape", "slash", *"xyz")
        await until(pilot, lambda: "nothing matches: xyz" in screen_text(app))
        # With nothing there, nothing is turned, typed, or restarted.
        await pilot.press("enter", "left", "enter", "down", "pagedown", "escape")
        assert at(app).state.words == ""
        await pilot.press("slash", *"hin", "escape", "k")

    watch(app, body)
    assert asked(run) == [ChangeSetting("regularizers.r1", 2.0), ChangeSetting("regularizers.r1", 0.25), TurnKnob("k_steps", -1)]


def test_where_the_arrows_end_is_told(seen, run_of, watch, until, screen_text) -> None:
    zero = dataclasses.replace(SETTINGS[1], value=0.0)
    run = run_of(seen(settings=(SETTINGS[0], zero, SETTINGS[2])))
    app = TuiGan(run)

    async def body(pilot) -> None:
        await turned_to(pilot, until, app, R1)
        await pilot.press("left")
        await until(pilot, lambda: "regularizers.r1: the arrows end at 0; Enter types" in screen_text(app))
        assert asked(run) == []
        await pilot.press("right")
        assert asked(run) == [ChangeSetting("regularizers.r1", 1.0)]

    watch(app, body, (80, 24))


def test_a_choice_that_is_refused_can_be_passed(seen, run_of, watch, until) -> None:
    run = run_of(seen())
    app = TuiGan(run)

    async def body(pilot) -> None:
        await turned_to(pilot, until, app, OBJECTIVE)
        for _ in range(2):
            await pilot.press("right")
            # Long after it was asked for, the old one is in force still.
            at(app)._hurried_until = 0.0

    watch(app, body)
    assert asked(run) == [ChangeSetting("objective", "hinge"), ChangeSetting("objective", "wasserstein")]


def test_a_list_is_mended(seen, run_of, watch, until) -> None:
    metrics = Setting("metrics", ("w1", "sd"), True, ("w1", "sd", "ks"), "what is measured")
    run = run_of(seen(settings=(*SETTINGS, metrics)))
    app = TuiGan(run)

    async def body(pilot) -> None:
        await turned_to(pilot, until, app, len(KNOBS) + 2)
        await pilot.press("right", "backspace", *", ks]", "enter")

    watch(app, body)
    assert asked(run) == [ChangeSetting("metrics", ["w1", "sd", "ks"])]


def test_what_is_typed_stands_in_the_last_line(seen, run_of, watch, until, screen_text) -> None:
    app = TuiGan(run_of(seen()))

    async def body(pilot) -> None:
        await turned_to(pilot, until, app)
        await pilot.press("enter", "k", "1", "space", "2")
        await until(pilot, lambda: "k steps = k1 2" in screen_text(app))
        await pilot.press("escape")
        await until(pilot, lambda: "k steps =" not in screen_text(app))
        assert "undo  k steps: 2 -> 1" in screen_text(app)

    watch(app, body, (80, 24))


def test_keys_that_come_faster_than_they_are_answered_are_text_too(seen, run_of, watch) -> None:
    run = run_of(seen())
    app = TuiGan(run)

    async def body(pilot) -> None:
        for key in ("6", "down", "down", "down", "enter", "1", "e", "minus", "4", "k", "backspace", "enter", "down", "right", "u"):
            app.post_message(Key(key, "-" if key == "minus" else key if len(key) == 1 else None))
        for _ in range(4):
            await pilot.pause()

    watch(app, body)
    assert run.commands == [SetKnob("generator_lr", 1e-4), TurnKnob("discriminator_lr", 1), Undo()]
    assert app.memory.view == "knobs"


def test_a_click_turns_and_chooses(seen, run_of, watch, until, screen_text, where) -> None:
    run = run_of(seen())
    app = TuiGan(run)

    async def body(pilot) -> None:
        await turned_to(pilot, until, app)
        await until(pilot, lambda: "◂" in screen_text(app))
        await pilot.click(offset=where(app, " batch ", "◂"))
        await pilot.click(offset=where(app, " device ", "device"))
        await until(pilot, lambda: "▸device" in screen_text(app))

    watch(app, body, (80, 24))
    assert asked(run) == [TurnKnob("batch_size", -1)]


def test_a_setting_that_is_not_live_waits_for_a_new_run(seen, run_of, watch, until, screen_text) -> None:
    run = run_of(seen())
    app = TuiGan(run)

    async def body(pilot) -> None:
        await turned_to(pilot, until, app, LATENT_DIM)
        await pilot.press("enter", "8", "enter")
        await until(pilot, lambda: "restart with: tui-gan run toy1d --set latent_dim=8" in screen_text(app))
        await pilot.press("R")
        await until(pilot, lambda: isinstance(app.screen, Question) and "start a new one with latent_dim=8?" in screen_text(app))
        await pilot.press("n")
        await until(pilot, lambda: not isinstance(app.screen, Question))
        assert app.restart == ()
        await pilot.press("R")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press("y")
        await until(pilot, lambda: not app.is_running)

    watch(app, body)
    assert app.restart == ("latent_dim=8",)
    assert asked(run) == [Stop()]


def test_a_screen_in_a_browser_is_not_left_for_a_new_run(seen, run_of, watch, until, screen_text) -> None:
    run = run_of(seen())
    app = TuiGan(run, begins=False)

    async def body(pilot) -> None:
        app.leave_for(("latent_dim=8",))
        await until(pilot, lambda: "a screen in a browser begins no run" in screen_text(app))

    watch(app, body)
    assert app.restart == ()
    assert asked(run) == []


def test_the_value_in_force_takes_the_wish_back(seen, run_of, watch, until, screen_text) -> None:
    app = TuiGan(run_of(seen()))

    async def body(pilot) -> None:
        await turned_to(pilot, until, app, LATENT_DIM)
        await pilot.press("right")
        await until(pilot, lambda: "--set latent_dim=2" in screen_text(app))
        await pilot.press("left")
        await until(pilot, lambda: "--set" not in screen_text(app))
        await pilot.press("R")
        await pilot.pause()
        assert not isinstance(app.screen, Question)

    watch(app, body)


def test_a_question_is_left_without_harm(seen, run_of, watch, until) -> None:
    run = run_of(seen(Status.PAUSED))
    app = TuiGan(run)
    answers: list[bool | None] = []

    async def body(pilot) -> None:
        for key in ("n", "escape", "q", "y"):
            app.push_screen(Question("Really?"), answers.append)
            await until(pilot, lambda: isinstance(app.screen, Question))
            await pilot.press("space", key)
            await until(pilot, lambda: not isinstance(app.screen, Question))

    watch(app, body)
    assert answers == [False, False, False, True]
    assert asked(run) == []


def test_the_new_value_is_shown_once_it_is_in_force(seen, run_of, watch, until, screen_text) -> None:
    run = run_of(seen())
    app = TuiGan(run)

    async def body(pilot) -> None:
        await turned_to(pilot, until, app)
        run.latest = dataclasses.replace(run.latest, knobs=dataclasses.replace(run.latest.knobs, k_steps=13))
        await until(pilot, lambda: "◂       13       ▸" in screen_text(app))

    watch(app, body)
