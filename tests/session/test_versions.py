"""A checkpoint of each version, as the program of that version wrote it: the present one goes on with it, or says what to do.

`N-at-S.safetensors` in checkpoints/ is of format N at step S. `2-first` is of the first program of format 2 (commit 6c76e65), before
windows, arithmetic and many settings; `1` is of commit c3b72dd. Whoever raises FORMAT keeps one of the new format beside them, from the
folder of `test_what_is_written_has_the_form_that_is_kept`.
"""

import dataclasses
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from tests.session.test_checkpoint import altered, expect_unreadable, parts
from tui_gan.contract.commands import SetKnob, TurnKnob
from tui_gan.contract.config import Config, Minibatch, Network
from tui_gan.contract.knobs import Knobs
from tui_gan.session import checkpoint

Resume = Callable[..., Any]
KEPT = Path(__file__).parent / "checkpoints"
# What another processor, and sums in another order, make of eight steps.
ROUNDING = 1e-5
CONFIG = Config(
    preset="toy1d",
    steps=8,
    seed=3,
    threads=1,
    training=64,
    sampling="epochs",
    pretraining=2,
    generator=Network(widths=(4,), activation="tanh"),
    discriminator=Network(widths=(4, 3)),
    minibatch=Minibatch(kernels=2, dim=2),
    regularizers={"r1_difference": 1.0, "adaptive_l2": 0.1},
    historical_averaging=0.1,
    fixed_latents=64,
    evaluated=200,
    metrics=("w1", "sd"),
    log_every=1,
    evaluate_every=4,
    preview_every=4,
)
KNOBS = Knobs(batch_size=8, device="cpu", checkpoint_every=4)
# What is turned before step 4.
TURNED = {1: [TurnKnob("minibatch_discrimination")], 3: [SetKnob("k_steps", 2)]}


def placed(name: str, tmp_path: Path) -> Path:
    """A kept checkpoint in a run directory `run`."""
    path = checkpoint.step_path(tmp_path / "run" / "checkpoints", int(name[-1]))
    path.parent.mkdir(parents=True)
    return Path(shutil.copy(KEPT / f"{name}.safetensors", path))


def differing(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor], close: float) -> set[str]:
    """The names of tensors that differ by more than so much."""
    assert one.keys() == other.keys()
    return {name for name in one if not torch.allclose(one[name].double(), other[name].double(), rtol=close, atol=close)}


def test_the_present_one_is_read_and_gone_on_with_as_before(tmp_path: Path, resume: Resume) -> None:
    about = checkpoint.read_about(placed("2-at-4", tmp_path))
    assert (about.step, about.config, about.met) == (4, CONFIG, 0)
    assert about.window == (pytest.approx((1.683,), abs=1e-3), pytest.approx((6.317,), abs=1e-3))
    assert about.knobs == dataclasses.replace(KNOBS, minibatch_discrimination=True, k_steps=2)
    assert about.knobs.generator_steps == 1
    assert [(event.step, event.kind) for event in about.events if event.kind == "change"] == [(1, "change"), (3, "change")]
    ended = resume("run", 8)
    assert (ended.outcome.status, ended.outcome.step) == ("finished", 8)
    found, wanted = load_file(ended.checkpoint(8)), load_file(KEPT / "2-at-8.safetensors")
    assert differing(found, wanted, ROUNDING) == set()


def test_the_first_of_format_2_is_gone_on_with(tmp_path: Path, resume: Resume) -> None:
    about = checkpoint.read_about(placed("2-first-at-4", tmp_path))
    assert (about.step, about.knobs.k_steps, about.knobs.minibatch_discrimination, about.knobs.pace) == (4, 2, True, 0.0)
    assert (about.config.seed, about.config.generator.widths, about.config.evaluate_every) == (3, (4,), 4)
    assert (about.window, about.began, about.arithmetic.torch) == (None, "", "")
    ended = resume("run", 8)
    assert (ended.outcome.status, ended.outcome.step) == ("finished", 8)
    found, wanted = load_file(ended.checkpoint(8)), load_file(KEPT / "2-first-at-8.safetensors")
    # The mean of the weights is another since, and with it what is measured of it.
    assert {name.partition(".")[0] for name in differing(found, wanted, 1e-5)} <= {"generator_average", "history"}
    assert differing(found, wanted, 1e-3) == set()


def test_what_is_written_has_the_form_that_is_kept(train: Callable[..., Any]) -> None:
    """A tensor more or less, or a name less, is another format, which FORMAT counts."""
    ended = train("run", TURNED, config=CONFIG, knobs=KNOBS)
    for step in (4, 8):
        path = KEPT / f"{checkpoint.FORMAT}-at-{step}.safetensors"
        kept, described = parts(path)
        written, says = parts(ended.checkpoint(step))
        assert {name: (value.dtype, value.shape) for name, value in written.items()} == {
            name: (value.dtype, value.shape) for name, value in kept.items()
        }
        # Historical averaging began before the pre-training then, so that the values are others.
        assert described.keys() <= says.keys()


SAYS = {
    "1-at-4": "has checkpoint format 1, and this tui-gan reads 2; resume it with the tui-gan that wrote it",
    "later": "has checkpoint format 3, and this tui-gan reads 2; resume it with the tui-gan that wrote it, or a newer one",
    "none": "says no checkpoint format, and this tui-gan reads 2; resume it with the tui-gan that wrote it",
}


@pytest.mark.parametrize("version", SAYS)
def test_another_version_and_none_are_one_line_that_says_what_to_do(version: str, tmp_path: Path, resume: Resume) -> None:
    path = placed("1-at-4" if version == "1-at-4" else "2-at-4", tmp_path)
    if version == "later":
        altered(path, lambda _, about: about.update(format=checkpoint.FORMAT + 1, more={"a": 1}))
    if version == "none":
        altered(path, lambda _, about: about.pop("format"))
    for read in (lambda: checkpoint.read(path), lambda: checkpoint.read_about(path), lambda: resume("run", 8)):
        assert expect_unreadable(read) == f"{path} {SAYS[version]}"


def test_what_is_kept_is_small() -> None:
    assert sum(path.stat().st_size for path in KEPT.iterdir()) < 100_000
