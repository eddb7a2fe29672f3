"""Data drawn while the run trains: in force at the next step, exact over a save and a load, and refused where they are none."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from tests.logs import log_of
from tui_gan.contract.commands import ChangeSetting, DrawData, Pause, Redo, Resume, Save, Undo
from tui_gan.contract.config import Config, EarlyStop
from tui_gan.contract.network import Network
from tui_gan.contract.snapshot import Status
from tui_gan.data.files import fingerprint
from tui_gan.gan.trainer import Trainer
from tui_gan.session import checkpoint
from tui_gan.session.drawing import SAMPLES, samples
from tui_gan.session.sources import dataset_of

Train = Callable[..., Any]

BARS = DrawData(((0.0, 3.0, 0.0, 0.0, 1.0),))
SQUARE = DrawData(((0.0, 0.0, 1.0), (2.0, 0.0, 1.0)))


def assert_same(one: Path, other: Path) -> None:
    first, second = load_file(one), load_file(other)
    assert first.keys() == second.keys()
    assert [name for name in first if not torch.equal(first[name], second[name])] == []


@pytest.fixture
def plane(config: Config) -> Config:
    return msgspec.structs.replace(
        config, dataset="ring", latent_dim=2, stratified=False, metrics=("modes", "hq", "sliced_w1"), metric="hq", evaluated=500
    )


def test_samples_fall_evenly_into_the_cells_by_their_weight() -> None:
    weights = np.array([[0.0, 3.0, 0.0], [1.0, 0.0, 4.0]])
    drawn = samples(weights, ((-1.0, 10.0), (2.0, 14.0)), np.random.default_rng(0))
    counts, _, _ = np.histogram2d(drawn[:, 1], drawn[:, 0], bins=(2, 3), range=((10, 14), (-1, 2)))
    assert np.abs(counts - SAMPLES * weights / 8).max() <= 2
    inside = drawn[(drawn[:, 0] < 1) & (drawn[:, 1] < 12)]
    assert inside.min(axis=0) == pytest.approx([0, 10], abs=0.01)
    assert inside.max(axis=0) == pytest.approx([1, 12], abs=0.01)
    assert inside.mean(axis=0) == pytest.approx([0.5, 11], abs=0.05)


def test_a_training_set_of_a_drawing_is_of_all_its_cells(tmp_path: Path, config: Config) -> None:
    np.save(tmp_path / "drawn.npy", samples(np.array([[3.0, 0.0, 1.0]]), ((0.0,), (3.0,)), np.random.default_rng(0)))
    for skip in (0, 9_500):
        path = tmp_path / "drawn.npy"
        changes = {"data": path.name, "data_sha256": fingerprint(path), "training": 400, "training_skip": skip}
        dataset, _ = dataset_of(msgspec.structs.replace(config, **changes), tmp_path)
        assert dataset.rows is not None
        left = (dataset.in_units(dataset.rows(torch.arange(400), "cpu")) < 1).mean()
        # Within three standard deviations of a share of 400.
        assert (dataset.count, left) == (400, pytest.approx(0.75, abs=0.065))


def test_a_run_learns_from_what_was_drawn_in_the_window_of_before(train: Train) -> None:
    ended = train(script={12: [Pause(), None, BARS, None, Resume()]})
    before, after = ended.snapshots[1:3]
    assert np.array_equal(before.picture.edges, after.picture.edges)
    low, high = before.picture.edges[[0, -1]]
    assert after.events[-1].text == "data: drawn-12.npy (was gaussian)"
    assert (after.status, after.step, after.undo) == (Status.PAUSED, 12, "data: drawn-12.npy -> gaussian")
    drawn = np.load(ended.directory.path / "drawn-12.npy")
    assert drawn.shape == (SAMPLES, 1)
    width = (high - low) / 5
    assert np.histogram(drawn, 5, (low, high))[0].tolist() == pytest.approx([0, 7500, 0, 0, 2500], abs=2)
    assert after.picture.real[after.picture.edges[:-1] < low + width].sum() == 0
    about = checkpoint.read_about(ended.checkpoint(40))
    assert (about.config.data, about.location[0]) == ("drawn-12.npy", pytest.approx(drawn.mean()))
    assert about.scale[0] == pytest.approx(drawn.std())
    entry = next(entry for entry in log_of(ended.directory.log) if entry["kind"] == "command" and entry["name"] == "data")
    assert (entry["step"], entry["value"]) == (12, "drawn-12.npy")


def test_drawing_moves_neither_networks_nor_streams(train: Train) -> None:
    drawn = train("drawn", {12: [BARS, Save()]}, until=14).checkpoint(12)
    plain = train("plain", {12: [Save()]}, until=14).checkpoint(12)
    one, other = load_file(drawn), load_file(plain)
    differ = {name for name in one if not torch.equal(one[name], other[name])}
    assert {name for name in differ if not name.startswith("history.")} <= {"loss_sums", "counts"}


@pytest.mark.parametrize("half", [12, 15, 20, 33])
def test_2n_steps_are_n_and_save_and_load_and_n_across_drawings(train: Train, resume: Train, half: int) -> None:
    script = {11: [BARS], 14: [ChangeSetting("objective", "hinge")], 19: [DrawData(((1.0, 1.0),))]}
    whole = train("whole", script)
    train("halves", {step: sent for step, sent in script.items() if step < half}, until=half)
    second = resume("halves", 40, {step: sent for step, sent in script.items() if step >= half} | {39: [None]})
    assert_same(whole.checkpoint(40), second.checkpoint(40))
    assert whole.outcome.metrics == second.outcome.metrics
    assert np.array_equal(whole.snapshots[0].picture.edges, second.snapshots[-1].picture.edges)


def test_a_drawing_is_taken_back_and_made_again(train: Train) -> None:
    ended = train(script={12: [BARS, Undo(), None, Redo(), DrawData(((1.0, 1.0),)), None]})
    undone, drawn = ended.snapshots[1:3]
    assert undone.redo == "data: gaussian -> drawn-12.npy"
    assert drawn.undo == "data: drawn-12-2.npy -> drawn-12.npy"
    assert drawn.events[-1].text == "data: drawn-12-2.npy (was drawn-12.npy)"
    plain = train("plain")
    untouched = train("untouched", {12: [BARS, Undo()]})
    first, second = load_file(plain.checkpoint(40)), load_file(untouched.checkpoint(40))
    networks = [name for name in first if name.startswith(("generator", "discriminator", "stream"))]
    assert [name for name in networks if not torch.equal(first[name], second[name])] == []


def test_early_stopping_counts_anew_on_other_data_and_as_before_when_they_are_back(train: Train, config: Config) -> None:
    stopping = msgspec.structs.replace(config, evaluate_every=4, stop=EarlyStop(metric="w1", threshold=1e9, evaluations=30))
    alone, drawn, back = (
        train(name, config=stopping, script=script).session.run.streak
        for name, script in {"alone": {}, "drawn": {18: [BARS]}, "back": {18: [BARS], 19: [Undo()]}}.items()
    )
    assert (alone - drawn, back) == (alone - 6, alone)


def test_metrics_that_need_what_a_drawing_has_not_are_left_out(train: Train, plane: Config) -> None:
    stopping = msgspec.structs.replace(plane, stop=EarlyStop(metric="hq", threshold=2.0))
    ended = train(config=stopping, script={12: [Pause(), SQUARE, None, Undo(), None, Resume()]})
    drawn, undone = ended.snapshots[1:3]
    assert [event.text for event in drawn.events if event.kind == "change"] == [
        "data: drawn-12.npy (was ring)",
        "metrics: sliced_w1 (was modes, hq, sliced_w1)",
        "metric: sliced_w1 (was hq)",
        "stop.metric: none (was hq)",
    ]
    assert drawn.picture.low.tolist() == undone.picture.low.tolist()
    quarter = (drawn.picture.high - drawn.picture.low) / (3, 2)
    cells = np.floor((drawn.picture.real - drawn.picture.low) / quarter).astype(int)
    assert {tuple(cell) for cell in cells.tolist()} == {(2, 0), (0, 1), (2, 1)}
    assert ended.session.run.config == stopping
    assert ended.outcome.status == "finished"


def test_a_drawing_where_no_metric_is_left_takes_those_that_are_defined(train: Train, plane: Config) -> None:
    modes = msgspec.structs.replace(plane, metrics=("modes", "hq"))
    ended = train(config=modes, script={12: [SQUARE]}, until=20)
    assert ended.session.run.config.metrics == ("js", "mmd", "sliced_w1")
    assert set(ended.outcome.metrics) == {"js", "mmd", "sliced_w1"}


def test_a_drawing_after_pre_training_ends_what_there_is_of_it(train: Train, resume: Train, config: Config) -> None:
    taught = msgspec.structs.replace(config, pretraining=10)
    early = train("early", {-5: [BARS, None]}, config=taught, until=2)
    assert "not during pre-training" in early.snapshots[1].events[-1].text
    whole = train("whole", {0: [BARS]}, config=taught, until=20)
    train("halves", {0: [BARS]}, config=taught, until=10)
    assert_same(whole.checkpoint(20), resume("halves", 20).checkpoint(20))
    assert whole.session.run.position == 20


@pytest.mark.parametrize(
    ("weights", "part"),
    [
        (((0.0, 0.0),), "no cell has any weight"),
        (((1.0, -1.0),), "finite weight of 0 or more"),
        (((1.0, float("nan")),), "finite weight of 0 or more"),
        (((1.0, float("inf")),), "finite weight of 0 or more"),
        (((1.0,), (1.0,)), "one row of cells, not 2"),
        (((1.0, 2.0), (1.0,)), "rows of different lengths"),
        ((), "shape (0,)"),
        (((),), "shape (1, 0)"),
    ],
)
def test_what_is_no_drawing_is_refused_and_changes_nothing(train: Train, weights: Any, part: str) -> None:
    ended = train("refused", {3: [DrawData(weights), None]}, until=5)
    assert part in ended.snapshots[1].events[-1].text
    assert "\n" not in ended.snapshots[1].events[-1].text
    assert list(ended.directory.path.glob("drawn*")) == []
    assert_same(ended.checkpoint(5), train("plain", until=5).checkpoint(5))


def test_tiny_and_huge_weights_are_weights(train: Train) -> None:
    ended = train(script={3: [DrawData(((1e308, 1e308),)), DrawData(((1e-308, 3e-308),)), None]}, until=5)
    assert "drawn-3-2.npy" in ended.snapshots[1].events[-1].text


def test_nothing_stays_of_a_drawing_with_which_the_settings_do_not_go(train: Train, plane: Config) -> None:
    tanh = Network(widths=(6,), output="tanh")
    metrics = {"metrics": ("sliced_w1",), "metric": "sliced_w1"}
    bounded = msgspec.structs.replace(plane, dataset="ganlab_ring", generator=tanh, standardize=False, **metrics)
    ended = train(config=bounded, script={3: [DrawData(((1.0,),)), None]}, until=5)
    assert "tanh" in ended.snapshots[1].events[-1].text
    assert list(ended.directory.path.glob("drawn*")) == []


def test_what_is_drawn_has_no_classes(train: Train, plane: Config) -> None:
    ended = train(config=msgspec.structs.replace(plane, classes=8), script={3: [SQUARE, None]}, until=5)
    assert "what is drawn has no classes" in ended.snapshots[1].events[-1].text


def test_images_are_not_drawn(train: Train, config: Config) -> None:
    images = msgspec.structs.replace(config, preset="digits", dataset="digits", metrics=("recall",), metric="recall", evaluated=200)
    ended = train(config=images, script={3: [SQUARE, None]}, until=5)
    assert "these are images" in ended.snapshots[1].events[-1].text


def test_going_back_across_a_drawing_keeps_it(train: Train, resume: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    step, spoilt = Trainer.step, []

    def breaks(trainer: Trainer, knobs: Any) -> None:
        step(trainer, knobs)
        if trainer.steps_done == 18 and not spoilt:
            spoilt.append(18)
            trainer.now.loss_sums.fill_(torch.nan)

    monkeypatch.setattr(Trainer, "step", breaks)
    ended = train(script={14: [BARS], 100: [None, Resume()]}, hold=True, until=30)
    back = ended.snapshots[1]
    assert (back.step, back.status, back.undo) == (10, Status.PAUSED, "data: drawn-14.npy -> gaussian")
    named = [(entry["step"], entry["value"]) for entry in log_of(ended.directory.log) if entry.get("name") == "data"]
    assert named == [(10, "drawn-14.npy")]
    assert checkpoint.read_about(ended.checkpoint(30)).config.data == "drawn-14.npy"
    assert resume("run", 40).outcome.status == "finished"


def test_a_drawing_that_has_changed_since_is_not_gone_on_with(train: Train, resume: Train) -> None:
    ended = train(script={3: [BARS]}, until=5)
    np.save(ended.directory.path / "drawn-3.npy", np.ones((10, 1)))
    with pytest.raises(checkpoint.UnreadableError, match="is not the data that the run was trained on"):
        resume("run", 10)
