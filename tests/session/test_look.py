"""Watching: what is made, when it is made again, what that may cost, and that it changes nothing."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import numpy as np
import pytest
from safetensors.torch import load_file

from tui_gan.contract.commands import (
    WATCHED,
    Browse,
    ChangeSetting,
    Command,
    Glance,
    Left,
    Overlay,
    Pause,
    Request,
    Resume,
    SetKnob,
    Step,
    Undo,
    Watch,
)
from tui_gan.contract.config import Config
from tui_gan.contract.errors import UsageError
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.network import Network
from tui_gan.contract.snapshot import Plane2D, Snapshot, Status
from tui_gan.session import look
from tui_gan.session.look import LOOKING, PARTS, Looker, Part

Train = Callable[..., Any]


@pytest.fixture
def plane(config: Config) -> Config:
    changes: dict[str, Any] = {"preset": "ring2d", "dataset": "ring", "latent_dim": 2, "metrics": ("sliced_w1",), "metric": "sliced_w1"}
    return msgspec.structs.replace(config, evaluated=200, **changes)


def test_nothing_dear_is_made_until_somebody_watches(train: Train, plane: Config) -> None:
    shown = train(config=plane).snapshots[-1]
    assert shown.picture.manifold is shown.picture.arrows is None
    assert shown.predictions is not None
    assert (shown.layers, shown.machine, shown.gallery, shown.runs, shown.overlays) == ((), None, None, (), {})


@pytest.mark.parametrize("paused", [False, True])
def test_what_is_watched_is_in_the_next_snapshot_and_what_is_not_is_no_longer(train: Train, plane: Config, paused: bool) -> None:
    every = Watch(tuple(name for name in WATCHED if name != "settings"))
    pause, go_on = ([Pause()], [Resume()]) if paused else ([], [])
    script = {4: [None], 7: [*pause, every, None, Watch(()), None, Watch(("layers",)), None, *go_on]}
    _, first, all_of_it, nothing, layers, *_ = train(config=plane, script=script).snapshots
    assert isinstance(all_of_it.picture, Plane2D)
    assert all_of_it.picture.manifold.shape == (24, 24, 2)
    assert all_of_it.picture.arrows.shape == (64, 2, 2)
    assert all_of_it.layers
    assert all_of_it.gallery.kept == tuple(range(8))
    assert all_of_it.machine.memory > 0
    assert all_of_it.runs == ()
    assert nothing.picture is all_of_it.picture
    assert nothing.predictions is all_of_it.predictions
    assert (nothing.layers, nothing.machine, nothing.gallery, nothing.runs) == ((), None, None, ())
    assert len(layers.layers) == len(all_of_it.layers)
    assert first.picture is not all_of_it.picture


def test_a_picture_that_nobody_watches_stays_and_is_made_anew_when_somebody_does(train: Train) -> None:
    script = {3: [Pause(), Watch(()), None, Step(5)], 8: [None, Watch(("picture",)), None]}
    ended = train(script=script, hold=True)
    start, before, *stepped, after = ended.snapshots
    assert before.picture is start.picture
    assert all(each.picture is start.picture for each in stepped)
    assert after.picture is not start.picture
    assert not np.array_equal(after.picture.mapped, start.picture.mapped)


def test_a_field_is_drawn_into_a_picture_that_is_watched_with_it(train: Train, plane: Config) -> None:
    ended = train(config=plane, script={3: [Watch(("field",)), None]})
    assert ended.session.looker.watched == {"picture", "field"}
    assert ended.snapshots[1].picture.manifold is not None


@pytest.mark.parametrize(("part", "said"), [("pictures", "unknown part of a snapshot"), ("", "no part of a snapshot is named")])
def test_an_unknown_part_is_refused_in_a_note(train: Train, part: str, said: str) -> None:
    ended = train(script={3: [Watch((part, "layers")), None]})
    assert said in ended.snapshots[1].events[-1].text
    assert ended.snapshots[1].layers == ()
    assert ended.outcome.status == "finished"


NETWORKS: dict[str, dict[str, Any]] = {
    "plain": {},
    "dropout and noise": {"discriminator": Network(widths=(8, 7), dropout=0.3), "instance_noise": {"sd": 0.1}},
    "batch norm": {
        "generator": Network(widths=(6,), norm="batch"),
        "discriminator": Network(widths=(8, 7), norm="batch"),
        "objective": "relativistic",
    },
    "spectral, both at once": {"discriminator": Network(widths=(8, 7), spectral=True), "updates": "simultaneous"},
    "packed": {"packing": 2, "updates": "same_batch", "average_decay": 0.0},
}


@pytest.mark.parametrize("name", [name if name == "batch norm" else pytest.param(name, marks=pytest.mark.slow) for name in NETWORKS])
def test_watching_changes_nothing(train: Train, plane: Config, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Every step is measured, and every snapshot is fresh.
    monkeypatch.setattr("tui_gan.session.machine.EVERY", 0.0)
    monkeypatch.setattr(look, "LOOKING", 1e9)
    changed = msgspec.convert({**msgspec.to_builtins(plane), **msgspec.to_builtins(NETWORKS[name])}, Config)
    knobs = Knobs(batch_size=8, device="cpu", checkpoint_every=10, minibatch_discrimination=True)
    every = tuple(each for each in WATCHED if each != "settings")
    watched = {step: [Watch(every), Browse(walk=(0, 1)), None] for step in range(4)}
    alone = train("alone", config=changed, knobs=knobs, script={0: [Watch(())]}, until=4)
    seen = train("seen", config=changed, knobs=knobs, script=watched, until=4)
    assert seen.snapshots[-1].machine.generator > 0
    one, other = (load_file(ended.checkpoint(4)) for ended in (alone, seen))
    assert [key for key in one if not np.array_equal(one[key], other[key])] == []


def test_what_cannot_be_shown_is_told_once_and_ends_no_training(train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a fault of the program")

    monkeypatch.setitem(look.PARTS, "layers", look.PARTS["layers"]._replace(make=broken))
    ended = train(script={3: [Watch(("layers", "picture")), None], 9: [None]})
    assert (ended.outcome.status, ended.outcome.error) == ("finished", None)
    assert all(each.layers == () for each in ended.snapshots)
    assert ended.snapshots[-1].picture is not None
    (told,) = [event for event in ended.snapshots[-1].events if event.kind == "error"]
    assert told.text == "layers cannot be shown: ZeroDivisionError: a fault of the program"
    assert 'raise ZeroDivisionError("a fault of the program")' in ended.directory.log.read_text().replace('\\"', '"')


class Networks:
    """What a looker asks of a trainer."""

    pretrained = 0


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def perf_counter(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(look, "time", clock)
    return clock


@pytest.fixture
def looker(clock: Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Looker:
    """One whose parts cost a tenth of a second each; `made` counts them."""
    run = SimpleNamespace(step=0, version=0, trainer=Networks(), knobs=Knobs(), files=SimpleNamespace(run=SimpleNamespace(path=tmp_path)))
    looker: Any = Looker(run)  # type: ignore[arg-type]
    looker.made = 0

    def make(looker: Any, viewer: object) -> object:
        looker.made += 1
        clock.now += 0.1
        return object()

    for name in ("picture", "predictions", "layers"):
        monkeypatch.setitem(PARTS, name, Part(make, PARTS[name].facts, PARTS[name].asked))
    return looker  # type: ignore[no-any-return]


def test_what_has_not_changed_is_the_same_object(looker: Looker, clock: Clock) -> None:
    first, again = looker.look(resting=True), looker.look(resting=True)
    assert all(again[name] is first[name] for name in ("picture", "predictions"))
    looker.run.version += 1
    assert looker.look(resting=True)["picture"] is not first["picture"]


def test_looking_stays_under_its_share_of_the_training(looker: Any, clock: Clock) -> None:
    looker.watch(("picture", "predictions", "layers"))
    for _ in range(20_000):
        clock.now += 0.01
        looker.run.trainer.pretrained += 1
        looker.look(resting=False)
    assert 0.9 * LOOKING < 0.1 * looker.made / clock.now < 1.1 * LOOKING


def test_at_rest_what_is_seen_is_always_fresh(looker: Any) -> None:
    for step in range(5):
        looker.run.version += 1
        looker.look(resting=True)
        assert looker.made == 2 * (step + 1)


def test_what_shows_networks_that_are_no_longer_in_force_is_made_anew_at_once(looker: Any) -> None:
    looker.watch(("picture", "predictions", "layers"))
    looker.look(resting=False)
    looker.run.version += 1
    same = looker.look(resting=False)
    looker.run.trainer, looker.run.step = Networks(), 7
    other = looker.look(resting=False)
    assert same["made_at"] == dict.fromkeys(("picture", "predictions", "layers"), 0)
    assert other["made_at"] == dict.fromkeys(("picture", "predictions", "layers"), 7)
    assert all(other[name] is not same[name] for name in ("picture", "predictions", "layers"))
    looker.run.knobs = Knobs(minibatch_discrimination=True)
    assert looker.look(resting=False)["layers"] is not other["layers"]


def test_a_part_keeps_the_step_that_it_is_of(looker: Any) -> None:
    looker.look(resting=False)
    looker.watch(("picture",))
    looker.run.step = 3
    looker.run.version += 1
    assert looker.look(resting=True)["made_at"] == {"picture": 3, "predictions": 0}


def test_after_a_live_change_and_at_rest_everything_is_of_now(train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    # After the first look no other may be taken while the run trains.
    monkeypatch.setattr(look, "LOOKING", 1e-9)
    parts = ("picture", "predictions", "layers", "gallery")
    script = {3: [Watch(parts), None], 9: [None, ChangeSetting("objective", "hinge"), None], 12: [None, Undo(), None], 15: [Pause(), None]}
    _, first, *shown = train(script=script, hold=True).snapshots
    old = {"picture": 0, "predictions": 0, "layers": 3, "gallery": 3}
    assert first.made_at == old
    before, changed, later, undone, paused = shown[:5]
    assert [each.made_at for each in (before, changed)] == [old, dict.fromkeys(parts, 9)]
    assert [each.made_at for each in (later, undone)] == [dict.fromkeys(parts, 9), dict.fromkeys(parts, 12)]
    assert paused.made_at == dict.fromkeys(parts, paused.step)


def test_a_wide_picture_is_made_at_once_and_gone_at_once(train: Train) -> None:
    script = {3: [Watch(("picture", "wide")), None, Watch(("picture",)), None]}
    _, wide, narrow, *_ = train(script=script).snapshots
    assert wide.picture.wide
    assert not narrow.picture.wide
    assert wide.picture.edges[0] <= narrow.picture.edges[0]


def test_what_was_not_seen_is_made_at_once_and_paid_for_by_waiting(looker: Any, clock: Clock) -> None:
    looker.look(resting=False)
    waited = looker.viewers[0].due - clock.now
    assert waited == pytest.approx(0.2 / LOOKING)
    looker.watch(("picture", "layers"))
    looker.run.version += 1
    assert looker.made == 2
    looker.look(resting=False)
    assert looker.made == 3
    assert looker.viewers[0].due == pytest.approx(0.2 + 0.2 / LOOKING + 0.1 / LOOKING)
    # What nobody has watched for a while is out of date.
    looker.watch(("picture", "predictions"))
    looker.look(resting=False)
    assert looker.made == 4
    # The predictions are those of now already.
    clock.now = looker.viewers[0].due
    looker.look(resting=False)
    assert looker.made == 5


def test_each_visitor_has_its_own_window_gallery_and_overlays(train: Train, plane: Config) -> None:
    train("other", config=plane, until=10)
    seen: list[Any] = []
    asked = (Watch(("picture", "wide", "gallery")), Browse(walk=(0, 1)), Overlay(("other",)))
    of_one = [*(Request(command, "one", 1, lambda obeyed, why: None) for command in asked), Glance(1, seen.append)]
    of_other = [Request(Watch(("layers",)), "other", 2, lambda obeyed, why: None), Glance(2, seen.append)]
    ended = train(config=plane, script={12: [*of_one, *of_other, None, Left(1), Left(2)]})
    one, other = seen
    here = ended.snapshots[1]
    assert (one.picture.wide, one.gallery.walk is not None, tuple(one.overlays), one.layers) == (True, True, ("other",), ())
    assert (other.picture, other.gallery, other.overlays, bool(other.layers)) == (None, None, {}, True)
    assert (here.picture.wide, here.gallery, here.overlays, here.layers) == (False, None, {}, ())
    assert [*ended.session.looker.viewers] == [0]


def test_a_run_at_rest_shows_what_a_visitor_has_changed_in_it_and_nothing_of_what_it_looks_at(train: Train) -> None:
    answers: list[bool] = []

    def asked(command: Command) -> Request:
        return Request(command, "one", 1, lambda obeyed, why: answers.append(obeyed))

    pause, look_at, turn = Pause(), asked(Watch(("layers",))), asked(SetKnob("k_steps", 3))
    shown = train(script={5: [pause, look_at, None, turn]}, hold=True).snapshots
    assert answers == [True, True]
    assert [each.knobs.k_steps for each in shown if each.status is Status.PAUSED] == [1, 3]
    # Nor does one that goes on again wait until somebody looks.
    shown = train("again", script={5: [asked(Pause())], 6: [asked(Resume())], 9: []}, hold=True).snapshots
    assert [each.status for each in shown[:3]] == [Status.RUNNING, Status.PAUSED, Status.RUNNING]


def test_what_two_visitors_want_is_made_once_and_both_pay_by_their_own_share(looker: Any, clock: Clock) -> None:
    looker.watch(("picture", "predictions"), 1)
    looker.watch(("layers",), 2)
    first, second = looker.look(resting=False), looker.look(resting=False, visitor=1)
    assert looker.made == 2
    assert all(first[name] is second[name] for name in ("picture", "predictions"))
    assert looker.viewers[0].due == pytest.approx(0.2 + 3 * 0.2 / LOOKING)
    # Another's cost makes nobody else wait.
    looker.run.version += 1
    assert looker.look(resting=False, visitor=2)["made_at"] == {"layers": 0}
    looker.leave(2)
    for _ in range(20_000):
        clock.now += 0.01
        looker.run.trainer.pretrained += 1
        looker.look(resting=False, visitor=clock.now * 100 % 2 < 1)
    assert 0.1 * looker.made / clock.now < 1.1 * LOOKING


def test_an_unknown_part_leaves_what_was_watched(looker: Looker) -> None:
    with pytest.raises(UsageError, match="did you mean 'layers'"):
        looker.watch(("layer",))
    assert looker.watched == {"picture", "predictions"}


def test_every_part_that_is_made_is_a_field_of_a_snapshot() -> None:
    assert PARTS.keys() <= Snapshot.__dataclass_fields__.keys()
