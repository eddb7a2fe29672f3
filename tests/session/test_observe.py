"""From the trainer to numbers: pictures, fixed edges, evaluations."""

import dataclasses
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pytest
import torch

from tui_gan.contract.completion import Completion
from tui_gan.contract.config import Config, Information, Minibatch
from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.contract.network import Network
from tui_gan.contract.snapshot import ImageGrid, Line1D, Plane2D
from tui_gan.gan import sampling
from tui_gan.gan.datasets import DATASETS, Dataset, Images, Line, Plane, of_column, of_columns, of_images
from tui_gan.gan.datasets.dataset import of_labels
from tui_gan.gan.judging import judge
from tui_gan.gan.trainer import Trainer
from tui_gan.session.observe import as_measured, evaluation_seed, generate, observer, predictions
from tui_gan.session.observe.classes import real_of
from tui_gan.session.observe.images import as_bytes
from tui_gan.session.observe.line import LineObserver, density, edges

USERS = np.concatenate([np.linspace(-3, -2, 700), np.geomspace(1, 50, 300)])
LINES = {"gaussian": DATASETS["gaussian"](True), "users": of_column(USERS, True), "raw": DATASETS["gaussian"](False)}
PLANES = {name: make(True) for name, make in DATASETS.items() if isinstance(make(True).truth, Plane)} | {
    "users": of_columns(np.stack((USERS, USERS**2), 1), True),
    "raw": DATASETS["ring"](False),
}
every_line = pytest.mark.parametrize("dataset", LINES.values(), ids=LINES)
every_plane = pytest.mark.parametrize("dataset", PLANES.values(), ids=PLANES)


def trainer_of(config: Config, dataset: Dataset, **changes: Any) -> Trainer:
    metric = "w1" if isinstance(dataset.truth, Line) else "sliced_w1"
    return Trainer(msgspec.structs.replace(config, **{"metrics": (metric,), "metric": metric, **changes}), dataset, "cpu")


@every_line
@pytest.mark.parametrize("gate", [False, True])
def test_a_picture_is_frozen_and_in_units_of_the_data(config: Config, knobs: Knobs, dataset: Dataset, gate: bool) -> None:
    trainer = trainer_of(config, dataset)
    picture = observer(trainer).picture(trainer, set_knob(knobs, "minibatch_discrimination", gate))
    arrays = {name: value for name in picture.__slots__ if isinstance(value := getattr(picture, name), np.ndarray)}
    assert all(not array.flags.writeable and array.dtype == np.float64 and np.isfinite(array).all() for array in arrays.values())
    assert len(picture.real) == len(picture.fake) == len(picture.edges) - 1
    assert (np.diff(picture.edges) > 0).all()
    assert (np.diff(picture.latents) >= 0).all()
    assert picture.axis[0] == picture.edges[0]
    assert picture.axis[-1] == picture.edges[-1]
    assert ((picture.discriminator > 0) & (picture.discriminator < 1)).all()
    assert 0.99 < (picture.real * np.diff(picture.edges)).sum() <= 1 + 1e-9
    with torch.no_grad():
        again = trainer.generator_average(torch.from_numpy(picture.latents.copy()).float()[:, None])[:, 0].double().numpy()
    np.testing.assert_allclose(picture.mapped, again * dataset.scale + dataset.location, rtol=1e-5, atol=1e-6 * dataset.scale.item())


def test_edges_and_real_stay_while_it_trains(config: Config, knobs: Knobs) -> None:
    trainer = trainer_of(config, LINES["gaussian"])
    watching = observer(trainer)
    before = watching.picture(trainer, knobs)
    trainer.step(knobs)
    after = watching.picture(trainer, knobs)
    assert after.edges is before.edges
    assert after.real is before.real
    assert not np.array_equal(after.mapped, before.mapped)


def test_with_minibatch_features_each_point_is_judged_in_fixed_company(config: Config, knobs: Knobs) -> None:
    trainer = trainer_of(config, LINES["gaussian"])
    opened = set_knob(knobs, "minibatch_discrimination", True)
    watching = observer(trainer)
    assert isinstance(watching, LineObserver)
    axis = watching.ground.axis
    whole = watching.verdicts(trainer, opened, axis)
    np.testing.assert_allclose(watching.verdicts(trainer, opened, axis[:5]), whole[:5], rtol=1e-5)


@pytest.mark.parametrize("batch", [2, 12, 64])
def test_ayliens_discriminator_judges_a_point_in_its_batch_of_the_axis(config: Config, knobs: Knobs, batch: int) -> None:
    network = Network(kind="aylien", widths=(8, 8, 8), activation="tanh", init="normal", init_scale=0.3)
    minibatch = Minibatch(kernels=5, dim=3, company=0, self_distance=1.0)
    changes = {"discriminator": network, "minibatch": minibatch, "standardize": False, "latent": "grid"}
    trainer = trainer_of(msgspec.structs.replace(config, **changes), LINES["raw"])
    # So that the features neither vanish nor saturate the sigmoid.
    trainer.discriminator.projection.weight.data.mul_(50)
    trainer.discriminator.minibatch_logit.weight.data[:, 8:].mul_(8 / batch)
    opened = dataclasses.replace(knobs, minibatch_discrimination=True, batch_size=batch)
    watching = observer(trainer)
    assert isinstance(watching, LineObserver)
    # The source's loop, over the batches of its axis.
    axis = torch.linspace(-8, 8, 10_000, dtype=torch.float64).float()[:, None]
    whole = len(axis) // batch * batch
    with torch.no_grad():
        judged = torch.cat([torch.sigmoid(trainer.discriminator(part, True)) for part in axis[:whole].split(batch)])[:, 0].numpy()
    drawn = watching.ground.axis
    within = (drawn > -7.9) & (drawn < 7.9)
    nearest = np.rint((drawn[within] + 8) / 16 * 9_999).astype(int)
    np.testing.assert_allclose(watching.verdicts(trainer, opened, drawn)[within], judged[nearest], atol=5e-3)
    # Among its neighbours it is judged otherwise than among real samples.
    among_real = judge(trainer, watching._asked(drawn)[:, None], opened, watching._company)[:, 0].numpy()
    assert np.abs(among_real[within] - judged[nearest]).max() > 0.02


def test_the_metrics_of_a_grid_are_those_of_the_plain_grid(config: Config) -> None:
    changed = msgspec.structs.replace(config, latent="grid", standardize=False, fixed_latents=64)
    trainer = trainer_of(changed, LINES["raw"])
    found = generate(trainer.averaged(), changed, 7, 500).sort(0).values
    with torch.no_grad():
        expected = trainer.averaged()(torch.linspace(-8, 8, 500)[:, None]).sort(0).values
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(trainer.fixed_latents.sort(0).values, torch.linspace(-8, 8, 64)[:, None])


@every_plane
@pytest.mark.parametrize("packing", [1, 2])
@pytest.mark.parametrize("gate", [False, True])
def test_a_plane_is_frozen_in_one_window(config: Config, knobs: Knobs, dataset: Dataset, packing: int, gate: bool) -> None:
    trainer = trainer_of(config, dataset, packing=packing)
    opened = set_knob(knobs, "minibatch_discrimination", gate)
    watching = observer(trainer)
    picture = watching.picture(trainer, opened)
    assert picture.manifold is picture.arrows is None
    arrays = {name: value for name in picture.__slots__ if isinstance(value := getattr(picture, name), np.ndarray)}
    assert all(not array.flags.writeable and array.dtype == np.float64 and np.isfinite(array).all() for array in arrays.values())
    assert picture.real.shape == picture.fake.shape == (1000, 2)
    assert ((picture.low < picture.real) & (picture.real < picture.high)).all(1).mean() > 0.98
    assert ((picture.discriminator > 0) & (picture.discriminator < 1)).all()
    trainer.step(opened)
    again = watching.picture(trainer, opened)
    assert again.real is picture.real
    assert again.low is picture.low
    assert not np.array_equal(again.fake, picture.fake)
    kept = watching.preview(trainer, opened)
    assert kept["fake"].shape == (4096, 2)
    assert kept["axis"].shape == (2, 48)
    assert np.array_equal(kept["discriminator"], again.discriminator)


def test_a_cell_of_the_heat_map_is_d_at_its_middle(config: Config, knobs: Knobs) -> None:
    dataset = PLANES["correlated"]
    trainer = trainer_of(config, dataset)
    picture = observer(trainer).picture(trainer, knobs)
    row, column = 40, 7
    x, y = (picture.low + (picture.high - picture.low) * (np.array([column, row]) + 0.5) / 48).tolist()
    point = torch.from_numpy((np.array([[x, y]]) - dataset.location) / dataset.scale).float()
    assert judge(trainer, point, knobs, point).item() == pytest.approx(picture.discriminator[row, column], rel=1e-4)


@pytest.mark.parametrize(
    "values",
    [
        np.array([0.0, 1.0]),
        np.r_[np.zeros(100_000), 1.0],
        np.r_[np.zeros(99_000), 1e6, np.full(1000, 1e-9)],
        1.7e9 + np.linspace(0, 1, 50),
        np.linspace(-1, 1, 9) * 1e-6,
        np.linspace(-1, 1, 9) * 1e140,
    ],
    ids=["two values", "one outlier", "far outlier", "far away", "tiny", "vast"],
)
def test_edges_hold_for_data_of_any_shape(values: np.ndarray) -> None:
    truth = of_column(values, True).truth
    assert isinstance(truth, Line)
    bins = edges(truth)
    assert (np.diff(bins) > 0).all()
    assert np.isfinite(density(truth.quantiles(1000), bins)).all()


def test_density_counts_what_lies_outside_or_is_no_number_in_the_total() -> None:
    bins = np.linspace(0, 1, 5)
    samples = np.array([0.1, 0.1, 0.6, 5.0, -5.0, np.nan, np.inf, 0.9])
    found = density(samples, bins)
    assert (found * np.diff(bins) * len(samples)).round(9).tolist() == [2, 0, 1, 1]


OTHER_GAMES: dict[str, dict[str, Any]] = {
    "completion": {"completion": Completion(masks="half"), "latent_dim": 64},
    "inference": {"inference": "deterministic", "encoder": Network(widths=(3,)), "latent_dim": 3},
}


@pytest.mark.parametrize("changes", OTHER_GAMES.values(), ids=OTHER_GAMES)
def test_real_images_are_of_the_data_and_have_no_class_where_d_is_given_something_else(
    config: Config, knobs: Knobs, changes: dict[str, Any]
) -> None:
    levels = torch.from_numpy(np.random.default_rng(0).integers(0, 256, (30, 1, 8, 8), dtype=np.uint8))
    dataset = of_images(Images(levels, levels[:5], torch.arange(30) % 3, torch.arange(5) % 3, names=("a", "b", "c")), True)
    networks = {"generator": Network(widths=(3,), output="tanh"), "discriminator": Network(widths=(3,), condition="concat")}
    plain: dict[str, Any] = {"metrics": ("recall",), "metric": "recall", "stratified": False, "fixed_latents": 16, **networks}
    trainer = Trainer(msgspec.structs.replace(config, **plain, **changes), dataset, "cpu")
    watching = observer(trainer)
    picture = watching.picture(trainer, knobs)
    assert isinstance(picture, ImageGrid)
    known = {image.tobytes() for image in levels.numpy().transpose(0, 2, 3, 1)}
    assert [image.tobytes() in known for image in picture.real] == [True] * 16
    assert picture.of_real == ()
    trainer.step(knobs)
    assert np.array_equal(observer(trainer).real, picture.real)  # type: ignore[attr-defined]
    assert predictions(trainer, knobs).of_classes == ()


@pytest.mark.parametrize("packing", [1, 2])
def test_d_is_seen_in_the_plane_with_the_codes_of_the_present_encoder(config: Config, knobs: Knobs, packing: int) -> None:
    changes = {"inference": "deterministic", "encoder": Network(widths=(3,)), "discriminator": Network(widths=(7,), condition="concat")}
    trainer = trainer_of(config, PLANES["ring"], latent_dim=2, packing=packing, **changes)
    before = observer(trainer)
    trainer.step(knobs)
    one, other = (each.picture(trainer, knobs) for each in (before, observer(trainer)))
    assert isinstance(one, Plane2D)
    assert isinstance(other, Plane2D)
    np.testing.assert_array_equal(one.discriminator, other.discriminator)


CODED: dict[str, tuple[Dataset, dict[str, Any]]] = {
    "line": (LINES["gaussian"], {}),
    "plane": (PLANES["ring"], {}),
    "images": (of_images(Images(*(torch.zeros(6, 1, 4, 4, dtype=torch.uint8) for _ in range(2))), True), {"metrics": ("recall",)}),
}


@pytest.mark.parametrize(("dataset", "changes"), CODED.values(), ids=CODED)
@pytest.mark.parametrize("continuous", [0, 1])
def test_of_a_code_generated_samples_are_shown_alone(
    config: Config, knobs: Knobs, dataset: Dataset, changes: dict[str, Any], continuous: int
) -> None:
    information = Information(categorical=3, continuous=continuous)
    trainer = trainer_of(config, dataset, information=information, fixed_latents=64, **{"metric": "recall"} if changes else {}, **changes)
    watching = observer(trainer)
    latents = trainer.fixed_latents.clone()
    dim = trainer.config.latent_dim
    latents[:, dim : dim + 3] = torch.tensor([0.0, 0.0, 1.0])
    made = dataset.in_units(trainer.sample(latents))
    for picture in (watching.picture(trainer, knobs), watching.picture(trainer, knobs, of_class=2)):
        if isinstance(picture, Line1D):
            expected, known = density(made[:, 0], picture.edges), picture.real.any()
        else:
            expected, known = as_bytes(made) if isinstance(picture, ImageGrid) else made, len(picture.real)
        assert (known > 0) != np.array_equal(picture.fake, expected)
        if not isinstance(picture, ImageGrid):
            # D is not told the code.
            np.testing.assert_array_equal(picture.discriminator, watching.picture(trainer, knobs).discriminator)
            assert picture.real_outside.total < 0.01


@pytest.mark.parametrize("most", [3, 64])
def test_the_real_samples_of_a_class_are_different_rows_of_it_and_of_a_rare_one_its_only_row(config: Config, most: int) -> None:
    values, labels = torch.arange(3000.0)[:, None], torch.zeros(3000, dtype=torch.int64)
    labels[1234], labels[2000:2040] = 1, 2
    dataset = of_column(values[:, 0].double().numpy(), False)
    assert dataset.rows is not None
    dataset = dataclasses.replace(dataset, classes=of_labels(labels, ("most", "one", "some"), dataset.rows))
    trainer = trainer_of(config, dataset, classes=3)
    assert real_of(trainer, 1, most).tolist() == [[1234.0]]
    some = real_of(trainer, 2, most)[:, 0].tolist()
    assert len(some) == len(set(some)) == min(most, 40)
    assert set(some) <= set(range(2000, 2040))
    # Not the first of a table that may be sorted.
    assert real_of(trainer, 0, most).max() > 500
    assert torch.equal(real_of(trainer, 0, most), real_of(trainer, 0, most))


def test_evaluations_depend_on_seed_and_step_alone(config: Config) -> None:
    assert evaluation_seed(config, 500) == evaluation_seed(msgspec.structs.replace(config, steps=7, keep=3), 500)
    seeds = {evaluation_seed(msgspec.structs.replace(config, seed=seed), step) for seed in range(5) for step in range(5)}
    assert len(seeds) == 25
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_generated_samples_depend_on_their_seed_and_touch_no_stream(config: Config) -> None:
    trainer = trainer_of(config, LINES["gaussian"])
    state, default = trainer.now.stream.get_state(), torch.random.get_rng_state()
    one, same, other = (generate(trainer.generator_average, config, seed, 50) for seed in (1, 1, 2))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
    assert torch.equal(state, trainer.now.stream.get_state())
    assert torch.equal(default, torch.random.get_rng_state())
    assert one.shape == (50, 1)
    dataset = trainer.dataset
    assert as_measured(dataset.in_units(one), dataset.truth).tolist() == pytest.approx((one[:, 0].double() * 0.5 + 4).tolist())


def test_generating_in_portions_gives_the_same_samples(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    network = trainer_of(config, LINES["gaussian"]).generator_average
    whole = generate(network, config, 3, 1000)
    for name in ("PASSED", "OUTPUT"):
        monkeypatch.setattr(sampling, name, 64)
        torch.testing.assert_close(generate(network, config, 3, 1000), whole)


def test_w1_is_that_of_ten_thousand_samples(train: Callable[..., Any]) -> None:
    ended = train(until=15)
    trainer = ended.session.run.trainer
    assert trainer.config.evaluated == 10_000
    samples = generate(trainer.generator_average, trainer.config, evaluation_seed(trainer.config, 15), 10_000)
    exact = trainer.dataset.truth.quantiles(10_000)
    values = np.sort(trainer.dataset.in_units(samples)[:, 0])
    assert ended.outcome.metrics["w1"] == pytest.approx(np.abs(values - exact).mean(), rel=1e-12)


def test_a_kept_step_has_the_map_of_the_latents_that_it_was_made_of(config: Config, knobs: Knobs) -> None:
    normal = trainer_of(config, LINES["gaussian"])
    before = observer(normal)
    kept = {name: np.asarray(array, np.float64) for name, array in before.preview(normal, knobs).items()}
    then = before.picture(normal, knobs)
    for changes in ({"stratified": False}, {"latent": "uniform"}, {"fixed_latents": 50}):
        now = observer(trainer_of(config, LINES["gaussian"], **changes), before.window)
        picture = now.kept(kept)
        assert isinstance(picture, Line1D)
        np.testing.assert_array_equal(picture.latents, then.latents)
        np.testing.assert_allclose(picture.mapped, then.mapped)
    older = now.kept({name: array for name, array in kept.items() if name != "latents"})
    assert older.latents.size == older.mapped.size == 0
    np.testing.assert_array_equal(older.fake, then.fake)
    with pytest.raises(ValueError, match="reshape"):
        now.kept(kept | {"latents": kept["latents"][1:]})


def test_steps_kept_before_a_drawing_stand_beside_the_data_of_their_time(config: Config, knobs: Knobs) -> None:
    # Uniform on 0 .. 1 and on 2 .. 4: of 8 bins of 0 .. 4 the first two hold all, at density 1, or the last four, at 1/2.
    even = (np.arange(10_000) + 0.5) / 10_000
    before, after = (trainer_of(config, of_column(each, True)) for each in (even, 2 + 2 * even))
    window = (0.0,), (4.0,)
    kept = {name: np.asarray(array, np.float64) for name, array in observer(before, window).preview(before, knobs).items()}
    now = observer(after, window)
    expected = np.repeat([1.0, 0.0], [20, 60])
    for wide in (False, True):
        picture = now.kept(kept, wide)
        assert isinstance(picture, Line1D)
        middles = (picture.edges[1:] + picture.edges[:-1]) / 2
        share = (picture.real * np.diff(picture.edges))[middles < 1.05].sum()
        assert share == pytest.approx(1.0)
        assert not any(dataclasses.astuple(picture.real_outside))
    np.testing.assert_allclose(now.kept(kept).real, expected, atol=0.05)
    np.testing.assert_array_equal(now.kept({name: each for name, each in kept.items() if name != "real"}).real, now.ground.real)
    np.testing.assert_array_equal(observer(before, window).kept(kept).real, observer(before, window).ground.real)
    points = np.stack((even, even[::-1]), 1)
    first, second = (trainer_of(config, of_columns(each, True), latent_dim=2) for each in (points, 2 + 2 * points))
    corners = (0.0, 0.0), (4.0, 4.0)
    stored = {name: np.asarray(array, np.float64) for name, array in observer(first, corners).preview(first, knobs).items()}
    plane = observer(second, corners).kept(stored)
    assert isinstance(plane, Plane2D)
    np.testing.assert_allclose(plane.real, observer(first, corners).real)
    np.testing.assert_allclose(plane.real.sum(1), 1.0)
    older = observer(second, corners).kept({name: each for name, each in stored.items() if name != "real"})
    np.testing.assert_allclose(older.real.sum(1), 6.0)
