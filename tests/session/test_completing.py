"""Completions of one image on the screen, of a file, and what a mask may be."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import torch
from PIL import Image

from tui_gan.contract.commands import Browse, Pause, Resume, SlowMotion, Watch
from tui_gan.contract.completion import Completion
from tui_gan.contract.config import Config
from tui_gan.contract.errors import UsageError
from tui_gan.contract.network import Network
from tui_gan.session import completing
from tui_gan.session.observe.images import as_bytes

Train = Callable[..., Any]
WATCH = Watch(("picture", "gallery"))
LEFT = "00001111" * 8


@pytest.fixture
def inpainting(config: Config) -> Config:
    return msgspec.structs.replace(
        config,
        preset="digits-inpaint",
        dataset="digits",
        latent_dim=64,
        stratified=False,
        completion=Completion(masks="half,random", hint=0.0, error=1.0),
        generator=Network(widths=(6,), output="tanh"),
        discriminator=Network(widths=(6,), condition="concat"),
        metrics=("completion_error",),
        metric="completion_error",
        evaluated=100,
        fixed_latents=16,
    )


def test_an_image_is_completed_several_times_and_what_is_observed_stays(train: Train, inpainting: Config) -> None:
    script = {4: [Pause(), WATCH, Browse(image=3, mask=LEFT), None, Browse(image=3, mask="1" * 64), None, Browse(), None, Resume()]}
    ended = train(config=inpainting, script=script)
    half, whole, none = [each.gallery for each in ended.snapshots if each.gallery is not None][-4:-1]
    truth = ended.session.run.trainer.dataset.truth
    assert half.completes
    assert none.completed is None
    done = half.completed
    assert (done.number, done.images) == (3, len(truth.test))
    np.testing.assert_array_equal(done.original[..., 0], truth.test[3, 0])
    np.testing.assert_array_equal(done.mask, np.tile([0, 0, 0, 0, 1, 1, 1, 1], (8, 1)))
    assert done.made.shape == (completing.TIMES, 8, 8, 1)
    assert (np.abs(done.made[:, :, 4:].astype(int) - done.original[:, 4:]) <= 1).all()
    assert done.spread[:, 4:].max() < 1e-6
    assert done.spread[:, :4].min() > 0
    apart = (done.made[..., 0].astype(float) - done.original[..., 0])[:, :, :4] / 255
    assert done.error == pytest.approx(np.sqrt((apart**2).mean()), abs=3e-3)
    assert ((done.observed > 0) & (done.observed < 1)).all()
    assert np.isnan(whole.completed.error)
    assert ended.session.run.trainer.discriminator.training


def test_a_walk_completes_the_image_of_its_first_end_by_latents_between_both(train: Train, inpainting: Config) -> None:
    ended = train(config=inpainting, script={4: [Pause(), WATCH, Browse(walk=(2, 5)), None]})
    walk = next(each.gallery.walk for each in reversed(ended.snapshots) if each.gallery is not None and each.gallery.walk is not None)
    trainer, dim, values = ended.session.run.trainer, 64, 64
    one, other = trainer.fixed_latents[2].double().numpy(), trainer.fixed_latents[5].double().numpy()
    assert not np.array_equal(one[dim:], other[dim:])
    angle = np.arccos(one[:dim] @ other[:dim] / np.linalg.norm(one[:dim]) / np.linalg.norm(other[:dim]))
    t = np.linspace(0, 1, len(walk))[:, None]
    z = (np.sin((1 - t) * angle) * one[:dim] + np.sin(t * angle) * other[:dim]) / np.sin(angle)
    latents = torch.from_numpy(np.concatenate((z, np.tile(one[dim:], (len(walk), 1))), 1)).float()
    made = as_bytes(trainer.dataset.in_units(trainer.sample(latents)))
    assert np.abs(walk.astype(int) - made).max() <= 1
    # What is observed stays what it is.
    mask, observed = one[dim : dim + values] > 0, np.rint((one[dim + values :] + 1) * 127.5)
    assert np.abs(walk.reshape(len(walk), -1) - observed)[:, mask].max() <= 1


def test_watching_a_completion_changes_nothing_of_the_training(train: Train, inpainting: Config, tmp_path: Path) -> None:
    script = {4: [WATCH, Browse(image=0, mask=LEFT), None], 20: [Browse(image=1, mask=LEFT), None]}
    watched, alone = (
        train(name, config=inpainting, script=each).session.run.trainer.state() for name, each in (("one", script), ("other", {}))
    )
    assert all(torch.equal(value, alone[name]) for name, value in watched.items())


def test_what_is_not_there_is_refused(train: Train, inpainting: Config) -> None:
    wishes = {
        Browse(image=299, mask=LEFT): "the images held out are 0 to 298",
        Browse(image=0, mask="01"): "the mask of an image of 8x8 has 64 characters",
        Browse(image=0, mask="2" * 64): "the mask of an image",
    }
    looks = [each for wish in wishes for each in (wish, None)]
    ended = train(config=inpainting, script={4: [Pause(), WATCH, *looks, Resume()]})
    assert [part for part in wishes.values() if not any(part in event.text for event in ended.session.run.events)] == []


def test_a_run_that_completes_nothing_says_so(train: Train, config: Config) -> None:
    ended = train(config=config, script={4: [Pause(), WATCH, Browse(image=0, mask=LEFT), None, Resume()]})
    assert any("this run completes no images" in event.text for each in ended.snapshots for event in each.events)


@pytest.mark.parametrize(
    ("words", "hidden"),
    [
        ("left", [[1, 1, 0, 0]] * 4),
        ("right", [[0, 0, 1, 1]] * 4),
        ("top", [[1] * 4] * 2 + [[0] * 4] * 2),
        ("bottom", [[0] * 4] * 2 + [[1] * 4] * 2),
        ("centre", [[0] * 4, [0, 1, 1, 0], [0, 1, 1, 0], [0] * 4]),
        ("all", [[1] * 4] * 4),
        ("box:1,0,3,2", [[0, 1, 1, 1]] * 2 + [[0] * 4] * 2),
        ("random:0", [[0] * 4] * 4),
        ("random:1", [[1] * 4] * 4),
    ],
)
def test_a_mask_in_words(words: str, hidden: list[list[int]]) -> None:
    np.testing.assert_array_equal(1 - completing.mask_of(words, 4, 4), hidden)


def test_a_random_mask_hides_a_share_and_a_picture_what_is_dark_in_it(tmp_path: Path) -> None:
    assert 1 - completing.mask_of("random:.3", 100, 100).mean() == pytest.approx(0.3, abs=0.02)
    assert not np.array_equal(completing.mask_of("random:.3", 9, 9, 0), completing.mask_of("random:.3", 9, 9, 1))
    levels = np.array([[0, 100, 200], [255, 127, 128]], dtype=np.uint8)
    Image.fromarray(levels).save(tmp_path / "mask.png")
    np.testing.assert_array_equal(completing.mask_of(str(tmp_path / "mask.png"), 2, 3), [[0, 0, 1], [1, 0, 1]])


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("lefty", "cannot read the mask 'lefty'; give left, right"),
        ("random:2", "cannot read the mask"),
        ("random:x", "cannot read the mask"),
        ("box:1,1,4,1", "is not within an image of 4x4"),
        ("box:1,1,0,1", "is not within an image of 4x4"),
        ("box:1,1", "cannot read the mask"),
        ("nowhere.png", "nowhere.png"),
        ("left:1", "cannot read the mask"),
    ],
)
def test_a_mask_that_is_none_is_refused_in_one_line(words: str, part: str) -> None:
    with pytest.raises(UsageError) as refused:
        completing.mask_of(words, 4, 4)
    assert part in str(refused.value)
    assert "\n" not in str(refused.value)


def test_slow_motion_tells_of_pixels_and_completions(train: Train, inpainting: Config) -> None:
    ended = train(config=inpainting, script={4: [*[each for _ in range(8) for each in (SlowMotion(), None)], Resume()]})
    texts = [stage.text for each in ended.snapshots for stage in each.stages]
    assert any("D computes a logit for each pixel of the completions" in text for text in texts)
    assert any("to a completion: observed pixels stay" in text for text in texts)
    assert not any("maps each latent" in text for text in texts)
