"""The window of a picture: what lies outside is counted by its side, and a wider one holds it all."""

from typing import Any

import msgspec
import numpy as np
import pytest
import torch

from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.outside import Outside, outside
from tui_gan.contract.snapshot import ImageGrid, Line1D, Plane2D
from tui_gan.gan.datasets import DATASETS, Dataset, Line, of_column, of_columns
from tui_gan.gan.judging import judge
from tui_gan.gan.trainer import Trainer
from tui_gan.session.observe import observer
from tui_gan.session.observe.images import ImagesObserver
from tui_gan.session.observe.window import widened

SQUARE = np.array([0.0, 0.0]), np.array([1.0, 2.0])
COLUMN = np.r_[np.linspace(0, 1, 996), -50.0, 20.0, 30.0, 40.0]


@pytest.mark.parametrize(("least", "most", "low", "high"), [(0, 1, 0, 1), (-0.1, 1, -0.25, 1), (-2.9, 1.6, -3, 2), (0.2, 271, 0, 301)])
def test_a_wider_window_moves_out_in_round_notches(least: float, most: float, low: float, high: float) -> None:
    samples = np.array([least, most, np.nan, np.inf])[:, None]
    found = widened(np.array([0.0]), np.array([1.0]), samples)
    assert (found[0].item(), found[1].item()) == (low, high)


def test_no_rounding_leaves_a_sample_at_the_very_end_outside() -> None:
    random = np.random.default_rng(0)
    for low, size, notch in zip(
        random.uniform(-9, 9, 300), random.uniform(0.1, 7, 300), random.choice([0.25, 1.5, 3.0, 70.0], 300), strict=True
    ):
        ends = np.array([low]), np.array([low + size])
        samples = np.array([[low - notch * size], [low + size + notch * size]])
        assert outside(samples, *widened(*ends, samples)) == Outside()


@pytest.mark.parametrize("far", [1.0, 30.0, 1e6, 1e30, 3e38])
def test_a_wider_window_holds_every_finite_sample(far: float) -> None:
    points = np.array([[far, 0.0], [0.5, -far], [-np.inf, 3.0], [0.5, 0.5]])
    low, high = widened(*SQUARE, points, np.empty((0, 2)))
    known = points[np.isfinite(points).all(axis=1)]
    assert ((low <= known) & (known <= high)).all()


def trained_away(config: Config, dataset: Dataset, shift: float, **changes: Any) -> Trainer:
    """A trainer whose generator makes samples that lie `shift` to the right of what it would make, in training units."""
    line = isinstance(dataset.truth, Line)
    metric = "w1" if line else "sliced_w1"
    trainer = Trainer(msgspec.structs.replace(config, metrics=(metric,), metric=metric, **changes), dataset, "cpu")
    with torch.no_grad():
        for network in (trainer.generator, trainer.generator_average):
            next(layer for layer in reversed(list(network.modules())) if isinstance(layer, torch.nn.Linear)).bias += shift
    return trainer


def test_a_line_says_what_is_outside_and_holds_it_when_wide(config: Config, knobs: Knobs) -> None:
    trainer = trained_away(config, DATASETS["gaussian"](True), 40.0)
    watching = observer(trainer)
    narrow, wide = watching.picture(trainer, knobs), watching.picture(trainer, knobs, True)
    assert isinstance(narrow, Line1D)
    assert isinstance(wide, Line1D)
    assert (narrow.fake_outside, narrow.real_outside, narrow.wide) == (Outside(right=1.0), Outside(), False)
    assert narrow.fake.sum() == 0
    assert (wide.fake_outside, wide.real_outside, wide.wide) == (Outside(), Outside(), True)
    assert (wide.fake * np.diff(wide.edges)).sum() == pytest.approx(1)
    assert (wide.real * np.diff(wide.edges)).sum() == pytest.approx(1)
    assert wide.edges[0] <= narrow.edges[0] < 4 < narrow.edges[-1] < wide.mapped.min() <= wide.mapped.max() < wide.edges[-1]
    # D is asked over the wide window, and not stretched over it.
    assert (wide.axis[0], wide.axis[-1]) == (wide.edges[0], wide.edges[-1])
    place = int(np.argmin(np.abs(wide.axis - 4.0)))
    asked = torch.tensor([[(wide.axis[place] - 4.0) / 0.5]]).float()
    assert wide.discriminator[place] == pytest.approx(judge(trainer, asked, knobs, asked).item(), rel=1e-4)
    assert watching.picture(trainer, knobs, True).edges is wide.edges
    assert watching.picture(trainer, knobs).edges is narrow.edges


def test_real_samples_outside_are_told_too(config: Config, knobs: Knobs) -> None:
    trainer = trained_away(config, of_column(np.r_[np.linspace(0, 1, 99_950), np.linspace(50, 51, 50)], True), 0.0)
    watching = observer(trainer)
    assert watching.picture(trainer, knobs).real_outside == Outside(right=0.0005)
    assert watching.picture(trainer, knobs, True).real_outside == Outside()
    points = np.r_[np.random.default_rng(0).standard_normal((9_995, 2)), np.full((5, 2), -90.0)]
    plane = trained_away(config, of_columns(points, True), 0.0, latent_dim=2)
    assert observer(plane).picture(plane, knobs).real_outside == Outside(left=0.0005)


def test_a_plane_says_what_is_outside_and_holds_it_when_wide(config: Config, knobs: Knobs) -> None:
    trainer = trained_away(config, DATASETS["ring"](True), torch.tensor([0.0, -30.0]), latent_dim=2)  # type: ignore[arg-type]
    watching = observer(trainer)
    narrow, wide = watching.picture(trainer, knobs), watching.picture(trainer, knobs, True)
    assert isinstance(narrow, Plane2D)
    assert isinstance(wide, Plane2D)
    assert narrow.fake_outside == Outside(below=1.0)
    assert (wide.fake_outside, wide.real_outside, wide.wide) == (Outside(), Outside(), True)
    assert wide.real is narrow.real
    assert ((wide.low <= wide.fake) & (wide.fake <= wide.high)).all()
    assert (wide.low[0], wide.high[0], wide.high[1]) == (narrow.low[0], narrow.high[0], narrow.high[1])
    row, column = 3, 40
    x, y = wide.low + (wide.high - wide.low) * (np.array([column, row]) + 0.5) / 48
    asked = torch.from_numpy((np.array([[x, y]]) - trainer.dataset.location) / trainer.dataset.scale).float()
    assert wide.discriminator[row, column] == pytest.approx(judge(trainer, asked, knobs, asked).item(), rel=1e-4)


@pytest.mark.parametrize("name", ["gaussian", "ring"])
def test_a_kept_preview_says_and_holds_it_likewise_and_knows_d_in_its_own_window_alone(config: Config, knobs: Knobs, name: str) -> None:
    trainer = trained_away(config, DATASETS[name](True), 25.0, latent_dim=2)
    watching = observer(trainer)
    arrays = {key: np.asarray(value, dtype=np.float64) for key, value in watching.preview(trainer, knobs).items()}
    narrow, wide, live = watching.kept(arrays), watching.kept(arrays, True), watching.picture(trainer, knobs, True)
    assert not isinstance(narrow, ImageGrid)
    assert not isinstance(wide, ImageGrid)
    assert (narrow.fake_outside.right + narrow.fake_outside.above, wide.fake_outside) == (1.0, Outside())
    if isinstance(wide, Line1D):
        assert isinstance(live, Line1D)
        assert wide.edges.tolist() == live.edges.tolist()
        assert (wide.axis[0], wide.axis[-1]) == (narrow.edges[0], narrow.edges[-1])
        return
    assert isinstance(live, Plane2D)
    assert wide.low.tolist() == live.low.tolist()
    known = np.isfinite(wide.discriminator)
    middles = wide.low + (wide.high - wide.low) * (np.arange(48)[:, None] + 0.5) / 48
    inside = (middles >= narrow.low) & (middles <= narrow.high)
    assert (known == inside[:, 1][:, None] & inside[:, 0]).all()
    assert known.any()
    assert np.isin(wide.discriminator[known], narrow.discriminator).all()


@pytest.mark.parametrize("name", ["gaussian", "ring"])
@pytest.mark.parametrize("broken", [float("nan"), float("inf"), 3e38])
def test_samples_without_bounds_are_counted_and_break_no_picture(config: Config, knobs: Knobs, name: str, broken: float) -> None:
    trainer = trained_away(config, DATASETS[name](True), broken, latent_dim=2)
    for wide in (False, True):
        picture = observer(trainer).picture(trainer, knobs, wide)
        assert not isinstance(picture, ImageGrid)
        finite = np.isfinite(broken)
        assert picture.fake_outside.unknown == (0 if finite else 1)
        assert picture.fake_outside.right + picture.fake_outside.above == (1 if finite and not wide else 0)


def test_pixels_that_are_cut_or_not_finite_are_counted(config: Config, knobs: Knobs) -> None:
    made = torch.tensor([0.0, 1.0, 1.0005, -0.0005, 1.5, -1.0, torch.nan, torch.inf]).reshape(1, 1, 2, 4)

    class Made:
        fixed_latents = torch.zeros(1, 1)
        names = ()
        dataset = type("Shown", (), {"in_units": staticmethod(lambda x: x.double().numpy())})
        sample = staticmethod(lambda latents: made)

    watching = ImagesObserver.__new__(ImagesObserver)
    watching.real = np.zeros((1, 2, 4, 1), dtype=np.uint8)
    watching.asked = watching.of_real = watching.names = ()
    picture = watching.picture(Made(), knobs)  # type: ignore[arg-type]
    assert (picture.cut, picture.unknown) == (2 / 8, 2 / 8)
