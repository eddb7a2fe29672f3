"""Live changes of settings: in force at their step, all or nothing, logged, taken back, and exact over a save and a load."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import torch
from safetensors.torch import load_file

from tests.logs import log_of
from tui_gan.contract.commands import (
    ChangeSetting,
    Pause,
    Redo,
    Resume,
    Save,
    SetKnob,
    Stop,
    TurnKnob,
    Undo,
    UpdateDiscriminator,
    UpdateGenerator,
    Watch,
)
from tui_gan.contract.config import Config, EarlyStop, Noise, Optimizer
from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.contract.network import Network
from tui_gan.contract.settings import leaves, why_not
from tui_gan.contract.snapshot import Status
from tui_gan.gan.engines.eager import Eager
from tui_gan.gan.objectives import OBJECTIVES
from tui_gan.gan.regularizers import REGULARIZERS
from tui_gan.gan.values import Draws, Report
from tui_gan.session import checkpoint

Train = Callable[..., Any]

CHANGES: dict[int, list[Any]] = {
    3: [ChangeSetting("objective", "least_squares"), ChangeSetting("regularizers.r1", 0.5)],
    7: [ChangeSetting("discriminator.dropout", 0.3), ChangeSetting("regularizers.adaptive_l2", 0.1)],
    9: [ChangeSetting("latent", "uniform"), ChangeSetting("coordination", "accuracy")],
    12: [ChangeSetting("instance_noise.sd", 0.2), Undo(), SetKnob("k_steps", 3)],
    16: [ChangeSetting("log_every", 4), ChangeSetting("evaluate_every", 8), Undo(), Redo()],
    22: [ChangeSetting("discriminator.dropout", 0.0), ChangeSetting("regularizers.adaptive_l2", 0.2)],
    24: [UpdateDiscriminator(), UpdateGenerator(), UpdateDiscriminator(), Resume()],
    26: [ChangeSetting("updates", "simultaneous"), ChangeSetting("stop.metric", "w1"), ChangeSetting("metric", "ks")],
    31: [Undo(), Undo(), Undo()],
}


def commands_in(path: Path) -> list[tuple[int, str, Any]]:
    return [(entry["step"], entry["name"], entry["value"]) for entry in log_of(path) if entry["kind"] == "command"]


def assert_same(one: Path, other: Path) -> None:
    first, second = load_file(one), load_file(other)
    assert first.keys() == second.keys()
    assert [name for name in first if not torch.equal(first[name], second[name])] == []


@pytest.fixture
def config(config: Config) -> Config:
    return msgspec.structs.replace(config, metrics=("w1", "ks", "sd_ratio"))


@pytest.mark.slow
def test_2n_steps_are_n_and_save_and_load_and_n_across_changes(train: Train, resume: Train) -> None:
    whole = train("whole", CHANGES)
    for half in (4, 11, 20, 25, 30):
        name = f"halves-{half}"
        train(name, {step: sent for step, sent in CHANGES.items() if step < half}, until=half)
        # What can be taken back is of one session; a new one changes it by hand.
        by_hand = [ChangeSetting("metric", "w1"), ChangeSetting("stop.metric", ""), ChangeSetting("updates", "alternating")]
        second = resume(name, 40, {step: sent for step, sent in CHANGES.items() if step >= half} | {31: by_hand})
        assert_same(whole.checkpoint(40), second.checkpoint(40))
        assert whole.outcome.metrics == second.outcome.metrics, half
        assert second.session.run.knobs == whole.session.run.knobs, half
        assert second.session.run.config == whole.session.run.config, half
        assert checkpoint.read_about(second.checkpoint(40)).config == whole.session.run.config, half


@pytest.mark.parametrize(
    ("key", "value", "became"),
    [
        ("objective", "hinge", "objective: hinge (was non_saturating)"),
        ("regularizers.r1", 2, "regularizers.r1: 2 (was 0)"),
        ("stop.metric", "w1", "stop.metric: w1 (was none)"),
        ("stratified", False, "stratified: off (was on)"),
        ("metrics", ["w1", "js"], "metrics: w1, js (was w1, ks, sd_ratio)"),
        ("generator.dropout", 0.25, "generator.dropout: 0.25 (was 0)"),
        ("schedule.kind", "cosine", "schedule.kind: cosine (was constant)"),
        ("optimizer.beta1", 0.5, "optimizer.beta1: 0.5 (was 0)"),
        ("minibatch.company", 3, "minibatch.company: 3 (was 64)"),
        ("latent_scale", 2.0, "latent_scale: 2 (was 1)"),
    ],
)
def test_a_change_is_in_force_at_its_step_logged_marked_and_saved(train: Train, key: str, value: Any, became: str) -> None:
    ended = train(script={6: [ChangeSetting(key, value), None]})
    shown = ended.snapshots[1]
    assert [(event.step, event.text) for event in shown.events if event.kind == "change"] == [(6, became)]
    assert commands_in(ended.directory.log) == [(6, key, value)]
    assert shown.undo == f"{key}: {became.partition(': ')[2].partition(' (was')[0]} -> {became.partition('(was ')[2][:-1]}"
    about = checkpoint.read_about(ended.checkpoint(40))
    assert about.config == ended.session.run.config == ended.session.run.trainer.config
    wanted = leaves(about.config)[key]
    assert (list(wanted) if isinstance(wanted, tuple) else wanted) == value


@pytest.mark.parametrize(
    ("key", "value", "part"),
    [
        ("latent_dim", 8, "`tui-gan run toy1d --set latent_dim=8`"),
        ("generator", "128x3-sn", "`tui-gan run toy1d --set generator=128x3-sn`"),
        ("discriminator.widths", [4, 4], "--set 'discriminator.widths=[4, 4]'"),
        ("standardize", False, "--set standardize=false"),
        ("preset", "ring2d", "`tui-gan run ring2d`"),
        ("historical_averaging", 0.1, "the means of the weights are taken from the start of the run"),
        ("optimizer.kind", "sgd", "the state of one optimizer is of no use to another"),
        ("objectiv", "hinge", "did you mean 'objective'"),
        ("objective", "hinges", "did you mean 'hinge'"),
        ("regularizers.r3", 1.0, "unknown regularizer 'r3'"),
        ("label_smoothing", 0.7, "label_smoothing: expected a number < 0.5"),
        ("metrics", ["w1", "modes"], "modes is not defined for this data"),
        ("metric", "js", "not among the metrics that are measured live"),
        ("lazy", "often", "lazy: expected a whole number"),
    ],
)
def test_a_change_that_is_refused_changes_nothing_and_says_why_in_one_line(train: Train, key: str, value: Any, part: str) -> None:
    ended = train("refused", {2: [ChangeSetting(key, value), None]}, until=4)
    shown = ended.snapshots[1]
    assert part in shown.events[-1].text
    assert "\n" not in shown.events[-1].text
    assert (shown.events[-1].kind, shown.status, shown.undo) == ("warning", Status.RUNNING, "")
    assert commands_in(ended.directory.log) == []
    assert_same(ended.checkpoint(4), train("untouched", until=4).checkpoint(4))


def test_two_choices_that_do_not_go_together_are_refused(train: Train, config: Config) -> None:
    batch = msgspec.structs.replace(config, discriminator=Network(widths=(5,), norm="batch"), label_smoothing=0.1)
    ended = train(config=batch, script={6: [ChangeSetting("regularizers.r1", 1.0), None, ChangeSetting("objective", "hinge"), None]})
    assert "judges each sample independently" in ended.snapshots[1].events[-1].text
    assert "label smoothing is not defined" in ended.snapshots[2].events[-1].text
    assert ended.session.run.config == batch
    assert ended.session.run.trainer.game.terms == ()


def test_a_knob_may_be_set_as_a_setting(train: Train) -> None:
    ended = train(script={6: [ChangeSetting("knobs.k_steps", 3), ChangeSetting("batch_size", 4), None]}, until=10)
    assert commands_in(ended.directory.log) == [(6, "k_steps", 3), (6, "batch_size", 4)]
    assert ended.snapshots[1].undo == "batch size: 4 -> 8"


def test_what_is_so_already_is_no_change(train: Train) -> None:
    ended = train(script={6: [ChangeSetting("objective", "non_saturating"), SetKnob("pace", 0.0), Undo(), Redo(), None]})
    assert [event.text for event in ended.snapshots[1].events][-4:] == [
        "no change: objective is non_saturating already",
        "no change: pace is off already",
        "nothing to undo",
        "nothing to redo",
    ]
    assert commands_in(ended.directory.log) == []


def test_changes_are_taken_back_and_made_again_in_order(train: Train) -> None:
    sent = [TurnKnob("k_steps"), ChangeSetting("objective", "hinge"), None, Undo(), None, Undo(), None, Redo(), None]
    sent += [SetKnob("batch_size", 4), None, Redo(), None]
    shown = train(script={6: sent}).snapshots[1:7]
    assert [(each.undo, each.redo) for each in shown] == [
        ("objective: hinge -> non_saturating", ""),
        ("k steps: 2 -> 1", "objective: non_saturating -> hinge"),
        ("", "k steps: 1 -> 2"),
        ("k steps: 2 -> 1", "objective: non_saturating -> hinge"),
        ("batch size: 4 -> 8", ""),
        ("batch size: 4 -> 8", ""),
    ]
    assert [each.knobs.k_steps for each in shown] == [2, 2, 1, 2, 2, 2]


def test_taking_back_at_once_leaves_no_trace_in_the_training(train: Train) -> None:
    changes = [each for sent in CHANGES.values() for each in sent if isinstance(each, ChangeSetting)]
    undone = train("undone", {5: [*changes, *[Undo()] * len(changes)]})
    assert_same(undone.checkpoint(40), train("untouched").checkpoint(40))
    values = commands_in(undone.directory.log)
    assert values[-1] == (5, "objective", "non_saturating")
    assert len(values) == 2 * len(changes)


def coefficient_at(path: Path) -> float:
    return load_file(path)["coefficients.adaptive_l2"].item()


def test_undo_and_redo_bring_back_what_a_change_began_anew(train: Train, config: Config) -> None:
    """The coefficient that had adapted by the change, and that by which it was taken back; not the weights that they began with."""
    adapting = msgspec.structs.replace(config, regularizers={"adaptive_l2": 0.1}, keep=20)
    sent = {
        12: [Save(), ChangeSetting("regularizers.adaptive_l2", 0.5), SetKnob("discriminator_lr", 0.004)],
        19: [Save(), Undo(), Undo()],
        20: [Save()],
        27: [Save(), Redo()],
        28: [Save()],
    }
    ended = train(script=sent, config=adapting, hold=True)
    began, changed, back, on, again = (coefficient_at(ended.checkpoint(step)) for step in (12, 19, 20, 27, 28))
    one_update = {1.01, 1 / 1.01, 1.0}
    assert began != pytest.approx(0.1, rel=1e-3)
    assert changed != pytest.approx(0.5, rel=1e-3)
    assert any(back == pytest.approx(began * each, rel=1e-5) for each in one_update)
    assert any(again == pytest.approx(changed * each, rel=1e-5) for each in one_update)
    assert on != pytest.approx(back, rel=1e-3)


def test_undo_leaves_alone_what_the_change_left_alone(train: Train, config: Config) -> None:
    adapting = msgspec.structs.replace(config, regularizers={"adaptive_l2": 0.1}, keep=20)
    ended = train(script={5: [ChangeSetting("average_share", 0.5)], 20: [Save(), Undo(), Redo(), Undo()]}, config=adapting)
    plain = train("plain", config=adapting)
    assert coefficient_at(ended.checkpoint(40)) == coefficient_at(plain.checkpoint(40))


def test_undo_brings_back_how_often_the_threshold_was_met(train: Train, config: Config) -> None:
    stopping = msgspec.structs.replace(config, evaluate_every=2, stop=EarlyStop(metric="w1", threshold=1e9, evaluations=9))
    ended = train(script={9: [ChangeSetting("stop.threshold", 1e-9)], 13: [Undo()]}, config=stopping, until=40)
    # Five evaluations until step 9 count, those at 10 and 12 do not, and the ninth comes at step 20.
    assert (ended.outcome.status, ended.outcome.step) == ("finished", 20)


def test_undo_brings_back_the_fixed_latents(train: Train) -> None:
    ended = train(script={5: [ChangeSetting("latent", "uniform")], 15: [Undo()]})
    one, other = load_file(ended.checkpoint(40)), load_file(train("plain").checkpoint(40))
    assert torch.equal(one["fixed_latents"], other["fixed_latents"])


@pytest.fixture
def break_loss(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let the discriminator's loss be no number from its n-th update on, for so many updates."""

    def break_loss(update: int, times: int) -> None:
        objective, calls = OBJECTIVES["non_saturating"], 0

        def broken(real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
            nonlocal calls
            calls += 1
            return objective.discriminator_loss(real, fake) * (torch.nan if update <= calls < update + times else 1.0)

        monkeypatch.setitem(OBJECTIVES, "non_saturating", objective._replace(discriminator_loss=broken))

    return break_loss


def test_going_back_keeps_what_was_changed_since_and_logs_it_again(train: Train, break_loss: Callable[..., None]) -> None:
    break_loss(18, 3)
    changes = [ChangeSetting("regularizers.adaptive_l2", 0.1), ChangeSetting("discriminator.dropout", 0.2), TurnKnob("k_steps", 0)]
    ended = train(script={16: changes, 100: [None, Undo(), None, Undo(), Resume(), None]}, hold=True)
    _, back, undone = ended.snapshots[1:4]
    assert (back.status, back.step) == (Status.PAUSED, 10)
    assert back.undo == "discriminator.dropout: 0.2 -> 0"
    assert undone.undo == "regularizers.adaptive_l2: 0.1 -> 0"
    assert commands_in(ended.directory.log)[:3] == [
        (10, "discriminator.dropout", 0.2),
        (10, "regularizers.adaptive_l2", 0.1),
        (10, "discriminator.dropout", 0.0),
    ]
    assert (ended.outcome.status, ended.outcome.step) == ("finished", 40)
    assert checkpoint.read_about(ended.checkpoint(40)).config.regularizers == {}
    steps = [entry["step"] for entry in log_of(ended.directory.log)]
    assert steps == sorted(steps)


@pytest.mark.parametrize("command", [UpdateDiscriminator(), UpdateGenerator()], ids=["D", "G"])
def test_one_update_pauses_moves_one_player_and_leaves_the_step(train: Train, command: Any) -> None:
    ended = train(script={6: [None, command, None]}, hold=True)
    before, after = ended.snapshots[1:3]
    player = "D" if isinstance(command, UpdateDiscriminator) else "G"
    assert (after.status, after.step, before.step) == (Status.PAUSED, 6, 6)
    assert after.events[-1].text.startswith(f"one {player} update: loss ")
    assert after.picture is not before.picture
    assert commands_in(ended.directory.log)[0] == (6, {"D": "update_discriminator", "G": "update_generator"}[player], 1)
    still = load_file(train("still", until=6).checkpoint(6))
    moved = load_file(ended.checkpoint(6))
    changed = {name.partition(".")[0] for name in still if not torch.equal(still[name], moved[name])}
    mine = {"D": {"discriminator", "discriminator_optimizer"}, "G": {"generator", "generator_average", "generator_optimizer"}}[player]
    assert changed - {"history"} == {"stream", *mine}


def test_the_k_that_is_told_is_that_of_the_next_step(train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it follows the accuracy, within a knob that is turned; else the knob itself is told."""
    updates: Counter[int] = Counter()
    update = Eager.update

    def counted(engine: Eager, draws: Draws, *given: Any) -> Report:
        updates[engine.state.steps_done] += "D" in draws.players
        return update(engine, draws, *given)

    monkeypatch.setattr(Eager, "update", counted)
    script: dict[int, list[Any]] = {step: [None] for step in range(30)}
    script[0] = [SetKnob("k_steps", 4), None]
    script[3] = [ChangeSetting("coordination", "accuracy"), None]
    script[22] = [SetKnob("k_steps", 2), None]
    script[27] = [ChangeSetting("coordination", "fixed"), None]
    shown = train(script=script, until=30).snapshots
    told = {each.step: each.rules.k for each in shown if each.step < 30}
    assert [step for step, k in told.items() if not k] == [0, 1, 2, 27, 28, 29]
    assert {step: k for step, k in told.items() if k} == {step: updates[step] for step in range(3, 27)}
    assert {told[3], max(told.values()), told[22]} == {1, 4, 2}


def test_updates_one_by_one_with_dropout_are_exact_over_a_save(train: Train, resume: Train, config: Config) -> None:
    stirred = msgspec.structs.replace(
        config, discriminator=Network(widths=(8,), dropout=0.4), instance_noise=Noise(sd=0.1), coordination="accuracy"
    )
    one, two = [UpdateDiscriminator(), UpdateGenerator()], [UpdateDiscriminator(), UpdateGenerator(), UpdateGenerator()]
    whole = train("whole", {6: [*one, *two, Resume()]}, config=stirred, until=20)
    train("halves", {6: [*one, Save(), Stop()]}, config=stirred)
    halves = resume("halves", 20, {6: [*two, Resume()]})
    assert_same(whole.checkpoint(20), halves.checkpoint(20))
    plain = train("plain", config=stirred, until=20)
    assert not torch.equal(load_file(plain.checkpoint(20))["stream"], load_file(whole.checkpoint(20))["stream"])


def test_looking_between_updates_changes_nothing(train: Train, config: Config) -> None:
    normed = msgspec.structs.replace(config, generator=Network(widths=(6,), norm="batch"), average_decay=0.0)
    one = train("looked", {6: [None, UpdateDiscriminator(), None, UpdateDiscriminator(), None, Save(), Stop()]}, config=normed)
    other = train("unlooked", {6: [UpdateDiscriminator(), UpdateDiscriminator(), Save(), Stop()]}, config=normed)
    assert_same(one.checkpoint(6), other.checkpoint(6))


def test_an_update_that_is_not_finite_goes_back_as_a_step_does(train: Train, break_loss: Callable[..., None]) -> None:
    break_loss(18, 1)
    ended = train(script={17: [UpdateDiscriminator(), None]}, hold=True)
    shown = ended.snapshots[1]
    assert (shown.status, shown.step) == (Status.PAUSED, 10)
    assert "non-finite by step 17" in shown.events[-1].text
    assert ended.session.run.trainer.is_finite()


def test_players_are_not_moved_one_by_one_in_pre_training_or_at_the_end(train: Train, config: Config) -> None:
    taught = msgspec.structs.replace(config, pretraining=4)
    ended = train(script={-2: [UpdateDiscriminator(), None], 40: [UpdateGenerator(), None]}, config=taught, hold=True)
    assert "not during pre-training" in ended.snapshots[1].events[-1].text
    assert ended.snapshots[1].status is Status.RUNNING
    assert "the run has finished" in ended.snapshots[-1].events[-1].text
    assert_same(ended.checkpoint(40), train("plain", config=taught).checkpoint(40))


def test_the_step_at_which_a_run_finishes_is_a_setting(train: Train) -> None:
    ended = train(script={6: [ChangeSetting("steps", 20), None], 20: [None]}, hold=True)
    assert [(each.status, each.steps) for each in ended.snapshots[1:2]] == [(Status.RUNNING, 20)]
    last = ended.snapshots[-1]
    assert (last.status, last.step, last.advice) == (Status.FINISHED, 20, "finished; to go on, {more_steps}")


def test_a_finished_run_goes_on_when_its_steps_are_raised_as_if_it_had_never_stopped(train: Train) -> None:
    raised = train("raised", {40: [None, ChangeSetting("steps", 30), None, ChangeSetting("steps", 60), None], 60: [None]}, hold=True)
    lower, going = (each for each in raised.snapshots if (each.step, each.steps) in ((40, 30), (40, 60)))
    finished = raised.snapshots[-1]
    assert (lower.status, going.status) == (Status.FINISHED, Status.RUNNING)
    assert "the run is at step 40 already" in lower.events[-1].text
    assert (going.steps, going.advice) == (60, None)
    assert (finished.status, finished.step, raised.outcome.status) == (Status.FINISHED, 60, "finished")
    straight = train("straight", {0: [ChangeSetting("steps", 60)]})
    assert_same(raised.checkpoint(60), straight.checkpoint(60))


def test_undo_and_redo_of_steps_finish_and_go_on(train: Train) -> None:
    ended = train(script={40: [ChangeSetting("steps", 60)], 50: [Undo(), None], 52: [Redo()], 60: [None]}, hold=True)
    assert [event.text for event in ended.snapshots[-1].events].count("finished at step 50") == 1
    assert (ended.outcome.status, ended.outcome.step) == ("finished", 60)


def test_settings_are_shown_to_who_watches_them(train: Train) -> None:
    ended = train(script={6: [None, Watch(("settings",)), None, ChangeSetting("objective", "hinge"), None]})
    unseen, seen, then = ended.snapshots[1:4]
    assert unseen.settings == ()
    by_key = {each.key: each for each in seen.settings}
    assert set(leaves(ended.session.run.config)) - {"data_sha256"} <= set(by_key)
    assert {f"regularizers.{name}" for name in REGULARIZERS} <= set(by_key)
    assert (by_key["objective"].value, by_key["objective"].live, by_key["objective"].choices) == ("non_saturating", True, tuple(OBJECTIVES))
    assert not by_key["latent_dim"].live
    assert by_key["stop.metric"].choices == ("", "w1", "ks")
    assert all(each.help for each in seen.settings)
    assert {each.key: each.value for each in then.settings}["objective"] == "hinge"


@pytest.mark.parametrize("key", [key for key in leaves(Config(preset="")) if not why_not(key, 1, 1)])
def test_what_is_called_live_is_live(key: str, config: Config, train: Train) -> None:
    if key == "historical_averaging":
        config = msgspec.structs.replace(config, historical_averaging=0.5)
    if key == "sampling":
        config = msgspec.structs.replace(config, training=500)
    now = leaves(config)[key]
    other = {"objective": "relativistic", "latent": "sphere", "updates": "same_batch", "coordination": "accuracy", "metric": "ks"}
    other |= {"stop.metric": "w1", "schedule.kind": "linear", "metrics": ("w1", "js"), "sampling": "epochs", "engine": "compiled"}
    # Numbers are not augmented, and this names none.
    other |= dict.fromkeys(("augment", "information.augment"), ",")
    value = other.get(key, not now if isinstance(now, bool) else now + 1 if isinstance(now, int) else 0.4)
    ended = train(script={6: [ChangeSetting(key, value), None, Save(), Pause(), Stop()]}, config=config, until=10)
    assert leaves(ended.session.run.config)[key] == value, ended.snapshots[1].events[-1].text
    assert checkpoint.read(ended.checkpoint(6))[1].config == ended.session.run.config


def test_momentum_comes_and_goes(train: Train, resume: Train, config: Config) -> None:
    moved = msgspec.structs.replace(config, optimizer=Optimizer(kind="sgd"))
    script = {5: [ChangeSetting("optimizer.momentum", 0.5)], 15: [ChangeSetting("optimizer.momentum", 0.0)]}
    whole = train("whole", script, config=moved)
    train("halves", script, config=moved, until=20)
    assert_same(whole.checkpoint(40), resume("halves", 40).checkpoint(40))


UNBOUNDED = "nothing bounds the wasserstein critic"


def warnings(shown: Any) -> list[tuple[int, str]]:
    return [(event.step, event.text[: len(UNBOUNDED)]) for event in shown.events if event.kind == "warning"]


@pytest.mark.parametrize("penalty", ["gradient_penalty", "lipschitz_penalty"])
def test_a_critic_that_nothing_bounds_is_warned_of_at_each_change_that_leaves_it_so(train: Train, penalty: str) -> None:
    sent = [
        ChangeSetting("regularizers.r1", 1.0),
        ChangeSetting("objective", "wasserstein"),
        ChangeSetting(f"regularizers.{penalty}", 10.0),
        ChangeSetting("regularizers.r1", 0.0),
        None,
        ChangeSetting(f"regularizers.{penalty}", 0.0),
        None,
    ]
    first, second = train(script={3: sent}).snapshots[1:3]
    assert warnings(first) == [(3, UNBOUNDED)]
    assert warnings(second) == [(3, UNBOUNDED)] * 2


@pytest.mark.parametrize(
    ("changes", "warned"),
    [
        ({"objective": "wasserstein"}, True),
        ({"objective": "wasserstein", "regularizers": {"gradient_penalty": 0.0, "l2": 0.1, "r1": 1.0}}, True),
        ({"objective": "wasserstein", "regularizers": {"gradient_penalty": 10.0}}, False),
        ({"objective": "wasserstein", "regularizers": {"lipschitz_penalty": 10.0}}, False),
        ({"objective": "wasserstein", "discriminator": Network(widths=(8,), spectral=True)}, False),
        *(({"objective": name}, False) for name in OBJECTIVES if name != "wasserstein"),
    ],
    ids=str,
)
def test_a_run_that_begins_with_a_critic_that_nothing_bounds_says_so_once(
    train: Train, resume: Train, config: Config, changes: dict[str, Any], warned: bool
) -> None:
    began = train(config=msgspec.structs.replace(config, **changes), until=10)
    assert warnings(began.snapshots[0]) == [(0, UNBOUNDED)] * warned
    assert warnings(resume("run", 12).snapshots[-1]) == [(0, UNBOUNDED)] * warned


def test_a_run_that_begins_with_a_penalty_that_sees_the_whole_batch_says_so(train: Train, config: Config, knobs: Knobs) -> None:
    together = set_knob(knobs, "minibatch_discrimination", True)
    began = train(config=msgspec.structs.replace(config, regularizers={"r1": 1.0}), knobs=together, until=2)
    assert "r1: with minibatch discrimination" in began.snapshots[0].events[0].text


def test_a_penalty_that_comes_to_see_the_whole_batch_says_so(train: Train, knobs: Knobs) -> None:
    together = set_knob(knobs, "minibatch_discrimination", True)
    ended = train(knobs=together, script={3: [ChangeSetting("regularizers.r1", 1.0), None, ChangeSetting("objective", "hinge"), None]})
    assert (
        "r1: with minibatch discrimination, D's gradient also depends on the other samples of the batch"
        in ended.snapshots[1].events[-1].text
    )
    assert "objective" in ended.snapshots[2].events[-1].text
