"""The gallery: kept steps as pictures, walks between latents, nearest training images."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import torch

from tui_gan.contract.commands import Browse, Pause, Resume, Watch
from tui_gan.contract.config import Config, Information
from tui_gan.contract.network import Network
from tui_gan.contract.snapshot import ImageGrid
from tui_gan.gan.datasets import Images, of_images
from tui_gan.gan.latents import LATENTS, between
from tui_gan.gan.trainer import Trainer
from tui_gan.session import gallery, previews
from tui_gan.session.observe import images

Train = Callable[..., Any]
WATCH = Watch(("picture", "gallery"))


@pytest.fixture
def plane(config: Config) -> Config:
    changes: dict[str, Any] = {"preset": "ring2d", "dataset": "ring", "latent_dim": 2, "metrics": ("sliced_w1",), "metric": "sliced_w1"}
    return msgspec.structs.replace(config, evaluated=200, **changes)


@pytest.fixture
def drawing(config: Config) -> Config:
    return msgspec.structs.replace(
        config,
        preset="digits",
        dataset="digits",
        generator=Network(widths=(6,), output="tanh"),
        latent_dim=4,
        stratified=False,
        metrics=("precision", "recall"),
        metric="recall",
        evaluated=100,
        fixed_latents=100,
    )


@pytest.fixture(params=["line", "plane", "images"])
def any_config(request: pytest.FixtureRequest, config: Config, plane: Config, drawing: Config) -> Config:
    return {"line": config, "plane": plane, "images": drawing}[request.param]


def test_a_kept_step_is_the_picture_that_was_shown_then(train: Train, any_config: Config) -> None:
    script = {20: [Pause(), None, Resume()], 35: [WATCH, Browse(step=20), None, Browse(), None]}
    _, then, browsed, live, *_ = train(config=any_config, script=script).snapshots
    assert browsed.gallery.kept == tuple(range(36))
    assert (browsed.gallery.step, live.gallery.step, live.gallery.picture) == (20, 35, None)
    picture = browsed.gallery.picture
    assert type(picture) is type(then.picture)
    for name in picture.__slots__:
        one, other = getattr(picture, name), getattr(then.picture, name)
        if isinstance(one, np.ndarray):
            assert one.dtype == other.dtype
            assert not one.flags.writeable
            # A point that lies at the edge of a bin may change sides by its rounding to float32.
            np.testing.assert_allclose(one, other, rtol=1e-5, atol=0.02 if name == "fake" and one.ndim == 1 else 1e-6)
        elif name not in ("cut", "unknown"):
            assert one == other


@pytest.mark.parametrize(("asked", "found"), [(24, 20), (26, 30), (10**9, 30), (0, 0)])
def test_the_nearest_kept_step_stands_for_one_that_is_not_kept(
    train: Train, monkeypatch: pytest.MonkeyPatch, asked: int, found: int
) -> None:
    monkeypatch.setattr(previews, "early", lambda step: False)
    shown = train(script={35: [WATCH, Browse(step=asked), None]}).snapshots[1]
    assert shown.gallery.step == found
    assert shown.gallery.picture is not None


def test_a_picture_stays_when_its_preview_is_gone(train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previews, "CAPACITY", 3)
    monkeypatch.setattr(previews, "early", lambda step: False)
    script = {15: [WATCH, Browse(step=10), None], 35: [Pause(), None, Resume()]}
    _, first, second, *_ = train(script=script).snapshots
    assert second.gallery.kept == (0, 20)
    assert second.gallery.step == 10
    assert second.gallery.picture is first.gallery.picture


def corrupt(content: bytes) -> bytes:
    return content[: len(content) // 2]


def strange(content: bytes) -> bytes:
    from safetensors.numpy import save

    return save({"fake": np.zeros(3, np.float32), "axis": np.zeros(2, np.float32), "discriminator": np.zeros(2, np.float32)})


def lacking(content: bytes) -> bytes:
    from safetensors.numpy import save

    return save({"other": np.zeros(3, np.float32)})


@pytest.mark.parametrize("spoil", [corrupt, strange, lacking, None])
def test_a_preview_that_cannot_be_read_is_a_note(
    train: Train, any_config: Config, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[bytes], bytes] | None
) -> None:
    read = previews.read

    def spoiled(path: Path) -> Any:
        if spoil is None:
            path.unlink()
        else:
            path.write_bytes(spoil(path.read_bytes()))
        return read(path)

    monkeypatch.setattr(previews, "read", spoiled)
    ended = train(config=any_config, script={25: [WATCH, Browse(step=20), None]})
    shown = ended.snapshots[1]
    assert "cannot read the preview step-00000020.safetensors" in shown.events[-1].text
    assert "\n" not in shown.events[-1].text
    assert shown.gallery.picture is None
    assert ended.outcome.status == "finished"


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        (Browse(walk=(0, 4096)), "fixed latents 0 to 4095"),
        (Browse(walk=(-1, 3)), "fixed latents 0 to 4095"),
        (Browse(nearest=True), "for images only"),
    ],
    ids=str,
)
def test_what_cannot_be_browsed_is_refused(train: Train, asked: Browse, part: str) -> None:
    shown = train(script={5: [WATCH, asked, None]}).snapshots[1]
    assert part in shown.events[-1].text
    assert shown.events[-1].kind == "warning"
    assert (shown.gallery.walk, shown.gallery.nearest) == (None, None)


def test_without_previews_there_is_nothing_to_browse(train: Train, config: Config) -> None:
    pretrained = msgspec.structs.replace(config, pretraining=20)
    shown = train(config=pretrained, script={-10: [WATCH, Browse(step=0), None]}).snapshots[1]
    assert "no preview has been kept yet" in shown.events[-1].text
    assert shown.gallery.kept == ()


@pytest.mark.parametrize("dim", [2, 50])
@pytest.mark.parametrize("latent", LATENTS)
def test_a_walk_leads_from_one_latent_to_the_other(latent: str, dim: int) -> None:
    start, end = torch.randn(2, dim, generator=torch.Generator().manual_seed(3))
    way = between(latent, start, end, 17)
    torch.testing.assert_close(way[0], start)
    torch.testing.assert_close(way[-1], end)
    if latent in ("normal", "sphere"):
        angle = math.acos(torch.cosine_similarity(start, end, dim=0).item())
        # In the middle both have the same share (White 2016).
        torch.testing.assert_close(way[8], math.sin(angle / 2) / math.sin(angle) * (start + end), rtol=1e-4, atol=1e-5)
        around = between(latent, start / start.norm(), end / end.norm(), 17)
        torch.testing.assert_close(around.norm(dim=1), torch.ones(17))
    else:
        torch.testing.assert_close(way[8], (start + end) / 2)


@pytest.mark.parametrize("other", [2.0, -1.0, 1.0])
def test_on_one_line_with_0_a_walk_is_straight(other: float) -> None:
    start = torch.tensor([1.5, -0.5])
    way = between("normal", start, other * start, 5)
    torch.testing.assert_close(way[2], start * (1 + other) / 2)


def test_a_walk_is_what_the_generator_makes_of_it(train: Train, any_config: Config) -> None:
    ended = train(config=any_config, script={40: [WATCH, Browse(walk=(3, 0)), None]}, hold=True)
    shown, trainer = ended.snapshots[-1].gallery, ended.session.run.trainer
    ends = trainer.dataset.in_units(trainer.sample(trainer.fixed_latents[[3, 0]]))
    expected = images.as_bytes(ends) if ends.ndim > 2 else ends
    assert shown.walk.shape == (17, *expected.shape[1:])
    assert shown.walk.dtype == expected.dtype
    assert not shown.walk.flags.writeable
    np.testing.assert_allclose(shown.walk[[0, -1]].astype(float), expected, rtol=1e-4, atol=1e-5 if ends.ndim == 2 else 1)


@pytest.mark.parametrize("training", [0, 200])
def test_the_nearest_images_are_those_of_a_plain_search(train: Train, drawing: Config, training: int) -> None:
    config = msgspec.structs.replace(drawing, training=training)
    script = {9: [WATCH, Browse(nearest=True), None, Pause(), None, Resume()], 35: [Browse(step=20, nearest=True), Pause(), None, Resume()]}
    ended = train(config=config, script=script)
    _, running, resting, kept, *_ = ended.snapshots
    train_images = ended.session.run.trainer.dataset.truth.train[: training or None].numpy().transpose(0, 2, 3, 1)
    for shown, fake, count in (
        (running.gallery, running.picture.fake, 16),
        (resting.gallery, resting.picture.fake, 64),
        (kept.gallery, kept.gallery.picture.fake, 64),
    ):
        assert shown.nearest.shape == (count, 8, 8, 1)
        gaps = (fake[:count, None] / 255.0 - train_images[None] / 255.0) ** 2
        distances = np.sqrt(gaps.mean((2, 3, 4)))
        assert shown.distances == pytest.approx(distances.min(1))
        assert np.array_equal(shown.nearest, train_images[distances.argmin(1)])
        assert not shown.nearest.flags.writeable


@pytest.mark.parametrize(
    ("training", "skip", "first", "last"), [(0, 0, 0, 30), (6, 0, 0, 6), (6, 10, 10, 16), (0, 10, 10, 30), (6, 28, 24, 30)]
)
def test_the_nearest_images_are_looked_for_among_those_that_are_trained_on(
    drawing: Config, training: int, skip: int, first: int, last: int
) -> None:
    levels = np.random.default_rng(0).integers(0, 256, (30, 1, 4, 4), dtype=np.uint8)
    config = msgspec.structs.replace(drawing, training=training, training_skip=skip)
    dataset = of_images(Images(torch.from_numpy(levels), torch.from_numpy(levels[:2])), True, training=training, skip=skip)
    pictures = levels.transpose(0, 2, 3, 1)
    found, distances = gallery.nearest(pictures, Trainer(config, dataset, "cpu"))
    gaps = np.sqrt(np.square(pictures[:, None] / 255.0 - pictures[None, first:last] / 255.0).mean((2, 3, 4)))
    assert np.array_equal(found, pictures[first:last][gaps.argmin(1)])
    assert distances == pytest.approx(gaps.min(1))
    assert np.flatnonzero(distances == 0).tolist() == [*range(first, last)]


@pytest.mark.parametrize(("training", "skip", "first", "last"), [(0, 0, 0, 150), (120, 20, 20, 140)])
def test_with_contrast_the_nearest_images_are_those_of_images_as_they_are_shown(
    drawing: Config, training: int, skip: int, first: int, last: int
) -> None:
    stream = np.random.default_rng(0)
    # Images of different contrast and light, of which the file's are near to others than what is shown of them.
    wide, light = stream.uniform(5, 50, (150, 1, 1, 1)), stream.uniform(60, 190, (150, 1, 1, 1))
    levels = np.clip(light + wide * stream.standard_normal((150, 1, 4, 4)), 0, 255).astype(np.uint8)
    images = Images(torch.from_numpy(levels), torch.from_numpy(levels[:2]))
    mine: dict[str, Any] = {"contrast": 10.0, "generator": Network(widths=(6,))}
    config = msgspec.structs.replace(drawing, training=training, training_skip=skip, **mine)
    trainer = Trainer(config, of_images(images, True, 10.0, training, skip), "cpu")
    centred = (levels - levels.mean((1, 2, 3), keepdims=True)) / 255
    norms = np.sqrt(np.square(centred).sum((1, 2, 3), keepdims=True))
    mean_norm = np.sqrt(np.square(norms[first:last]).mean())
    shown = np.rint((0.5 + centred / norms * mean_norm).clip(0, 1) * 255).astype(np.uint8).transpose(0, 2, 3, 1)
    found, distances = gallery.nearest(shown, trainer)
    gaps = np.sqrt(np.square(shown[:, None] / 255.0 - shown[None, first:last] / 255.0).mean((2, 3, 4)))
    assert np.array_equal(found, shown[first:last][gaps.argmin(1)])
    assert distances == pytest.approx(gaps.min(1))
    assert np.flatnonzero(distances == 0).tolist() == [*range(first, last)]


def test_the_nearest_images_of_a_class_are_those_of_its_samples(train: Train, drawing: Config) -> None:
    mine = msgspec.structs.replace(drawing, classes=10)
    ended = train(config=mine, script={4: [Pause(), WATCH, Browse(of_class=3, nearest=True), None, Resume()]})
    shown = next(each.gallery for each in ended.snapshots if each.gallery is not None and each.gallery.nearest is not None)
    fake, trained_on = shown.picture.fake, ended.session.run.trainer.dataset.truth.train.numpy().transpose(0, 2, 3, 1)
    count = len(shown.nearest)
    distances = np.sqrt(((fake[:count, None] / 255.0 - trained_on[None] / 255.0) ** 2).mean((2, 3, 4)))
    assert shown.of_class == 3
    assert shown.distances == pytest.approx(distances.min(1))
    assert np.array_equal(shown.nearest, trained_on[distances.argmin(1)])


def test_the_nearest_of_a_kept_picture_are_looked_for_once(train: Train, drawing: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    nearest, asked = gallery.nearest, []
    monkeypatch.setattr(gallery, "nearest", lambda *arguments: asked.append(1) or nearest(*arguments))
    script = {9: [WATCH, Browse(step=0, nearest=True), Pause(), None, Resume()], 20: [Pause(), None, Resume()]}
    _, first, second, *_ = train(config=drawing, script=script).snapshots
    assert first.gallery.nearest is second.gallery.nearest
    assert second.gallery.kept == tuple(range(21))
    assert len(asked) <= 2


@pytest.mark.parametrize(("shape", "count"), [((1, 28, 28), 64), ((3, 32, 32), 64), ((3, 64, 64), 16), ((3, 1024, 1024), 1)])
def test_a_preview_of_images_is_bounded(shape: tuple[int, int, int], count: int) -> None:
    class Stand:
        fixed_latents = torch.zeros(100, 2)
        names = ()

        class dataset:
            in_units = staticmethod(lambda samples: samples.numpy())

        def sample(self, latents: torch.Tensor) -> torch.Tensor:
            return torch.zeros(len(latents), *shape)

    trainer: Any = Stand()
    trainer.dataset.shape = shape
    observer = images.ImagesObserver.__new__(images.ImagesObserver)
    kept = observer.preview(trainer, None)  # type: ignore[arg-type]
    assert kept["fake"].shape == (count, *shape[1:], shape[0])
    assert kept["fake"].nbytes <= max(images.KEPT_BYTES, math.prod(shape))


def test_previews_of_sixteen_images_are_shown_too(train: Train, drawing: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "KEPT_BYTES", 16 * 64)
    shown = train(config=drawing, script={15: [WATCH, Browse(step=10, nearest=True), Pause(), None, Resume()]}).snapshots[1]
    assert isinstance(shown.gallery.picture, ImageGrid)
    assert len(shown.gallery.picture.fake) == len(shown.gallery.nearest) == 16


@pytest.fixture(params=["plane", "images"])
def conditional(request: pytest.FixtureRequest, plane: Config, drawing: Config) -> Config:
    of_plane = msgspec.structs.replace(plane, classes=8)
    return {"plane": of_plane, "images": msgspec.structs.replace(drawing, classes=10)}[request.param]


def test_a_class_is_asked_for_and_a_walk_leads_from_one_to_another(train: Train, conditional: Config) -> None:
    script = {4: [Pause(), WATCH, Browse(of_class=3), None, Browse(walk=(2, 5)), None, Browse(), None, Resume()]}
    ended = train(config=conditional, script=script)
    one, walked, live = [each for each in ended.snapshots if each.gallery is not None][-4:-1]
    assert one.gallery.of_class == 3
    assert one.gallery.classes[3] == ("class 3" if conditional.classes == 10 else "mode 3")
    assert walked.gallery.of_class is None
    assert len(walked.gallery.walk) == gallery.WALK
    assert (live.gallery.picture, live.gallery.walk) == (None, None)
    picture = one.gallery.picture
    if isinstance(picture, ImageGrid):
        assert picture.names == ()
        assert len(picture.fake) == 100
        assert one.picture.names == tuple(map(str, range(10)))
        assert set(one.picture.classes[:14]) == set(range(10))
        assert len(one.picture.fake) == len(one.picture.classes) == 100
    else:
        mode = np.array([math.cos(3 * math.pi / 4), math.sin(3 * math.pi / 4)])
        assert np.abs(picture.real - mode).max() < 0.1
        assert not np.array_equal(picture.discriminator, one.picture.discriminator)


@pytest.mark.parametrize(
    ("wish", "part"),
    [(Browse(of_class=8), "its classes are 0 to 7"), (Browse(walk=(0, 8)), "a walk leads from one of the classes 0 to 7 to another")],
)
def test_a_class_that_is_not_there_is_refused(train: Train, plane: Config, wish: Browse, part: str) -> None:
    ended = train(config=msgspec.structs.replace(plane, classes=8), script={4: [Pause(), WATCH, wish, None, Resume()]})
    assert any(part in event.text for each in ended.snapshots for event in each.events)


@pytest.mark.parametrize("kind", ["plane", "images", "line"])
def test_real_samples_are_shown_with_what_the_inference_network_makes_of_them(
    train: Train, kind: str, config: Config, plane: Config, drawing: Config
) -> None:
    before = {"plane": plane, "images": drawing, "line": config}[kind]
    judge = msgspec.structs.replace(before.discriminator, condition="concat")
    mine = msgspec.structs.replace(before, inference="deterministic", discriminator=judge, encoder=Network(widths=(5,)))
    ended = train(config=mine, script={4: [Pause(), WATCH, Browse(inferred=True), None, Browse(), None, Resume()]})
    shown, live = [each.gallery for each in ended.snapshots if each.gallery is not None][-3:-1]
    trainer, real = ended.session.run.trainer, shown.real
    assert live.real is live.again is live.latents is None
    assert len(real) == len(shown.again) == len(shown.latents) == len(shown.distances)
    assert shown.latents.shape[1] == mine.latent_dim
    apart = (shown.again.astype(float) - real).reshape(len(real), -1)
    if kind == "images":
        expected = np.sqrt((apart**2).mean(1)) / 255
        # Pixels are rounded to 256 levels.
        np.testing.assert_allclose(shown.distances, expected, atol=2e-3)
    else:
        np.testing.assert_allclose(shown.distances, np.linalg.norm(apart, axis=1), rtol=1e-6)
    assert trainer.generator.training


def test_without_an_inference_network_that_is_refused(train: Train, plane: Config) -> None:
    ended = train(config=plane, script={4: [Pause(), WATCH, Browse(inferred=True), None, Resume()]})
    assert any("this run has no inference network" in event.text for each in ended.snapshots for event in each.events)


def test_a_code_moves_along_rows_of_images(train: Train, drawing: Config) -> None:
    mine = msgspec.structs.replace(drawing, information=Information(categorical=3, continuous=2))
    ended = train(config=mine, script={4: [Pause(), WATCH, Browse(code=1), None, Browse(code=2), None, Resume()]})
    moved = next(each.gallery for each in ended.snapshots if each.gallery is not None and each.gallery.code == 1)
    assert moved.codes == 2
    assert moved.picture.along
    assert moved.picture.names == ("code 0", "code 1", "code 2")
    assert len(moved.picture.fake) == 36
    assert any("no continuous code 2" in event.text for each in ended.snapshots for event in each.events)


@pytest.mark.parametrize("of_class", [None, 3])
def test_the_first_stages_image_stands_beside_each_of_the_second(train: Train, drawing: Config, of_class: int | None) -> None:
    mine = msgspec.structs.replace(drawing, classes=10, stages=2)
    ended = train(config=mine, script={4: [Pause(), WATCH, Browse(stages=True, of_class=of_class), None, Browse(), None, Resume()]})
    both, live = [each.gallery for each in ended.snapshots if each.gallery is not None][-3:-1]
    assert (live.first, live.distances) == (None, None)
    snapshot = next(each for each in ended.snapshots if each.gallery is both)
    fake = (both.picture or snapshot.picture).fake
    assert both.first.shape == fake.shape
    small = both.first[:, ::2, ::2]
    # Each pixel of the first stage is four.
    assert np.array_equal(both.first, small.repeat(2, axis=1).repeat(2, axis=2))
    half = fake.astype(float).reshape(len(fake), 4, 2, 4, 2, 1).mean((2, 4))
    expected = np.sqrt(((small - half) ** 2).mean((1, 2, 3))) / 255
    np.testing.assert_allclose(both.distances, expected, atol=4e-3)


def test_of_one_stage_that_is_refused(train: Train, drawing: Config) -> None:
    ended = train(config=drawing, script={4: [Pause(), WATCH, Browse(stages=True), None, Resume()]})
    assert any("this run has one stage" in event.text for each in ended.snapshots for event in each.events)
