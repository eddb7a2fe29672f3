"""Members in training, and the samples that they are measured on."""

import math
from typing import Any

import msgspec
import pytest
import torch

from tui_gan.contract.config import Config, Network
from tui_gan.contract.knobs import Knobs
from tui_gan.session.observe import evaluation_seed, generate
from tui_gan.sweep import chunks, plan
from tui_gan.sweep.chunks import Alone, Together
from tui_gan.sweep.plan import Data, Spec
from tui_gan.sweep.programs import Programs


def test_a_loss_that_was_not_finite_is_known_after_its_mean_began_anew(config: Config, knobs: Knobs) -> None:
    member = Alone(Spec(0, {}, msgspec.structs.replace(config, coordination="accuracy", log_every=5), knobs), Data())
    member.train(3, lambda: False)
    member.trainer(0).now.loss_sums += math.inf
    member.train(10, lambda: False)
    assert [member.finite(), member.finite()] == [[False], [True]]


@pytest.mark.parametrize(
    "changes",
    [{"generator": Network(widths=(6,), fourier=3)}, {"dataset": "ring", "classes": 8, "training": 20, "metrics": ("hq",), "metric": "hq"}],
    ids=["features of their own", "shares of their own"],
)
def test_each_is_measured_on_the_samples_of_its_run(config: Config, knobs: Knobs, changes: dict[str, Any]) -> None:
    data = Data()
    specs = [Spec(place, {}, msgspec.structs.replace(config, seed=place, evaluated=64, **changes), knobs) for place in range(3)]
    (group,) = plan.groups(specs, data)
    together = Together(group, specs, data, Programs("graph", lambda text: None))
    for place, samples in enumerate(together.samples()):
        alone = together.trainer(place)
        wanted = generate(alone.averaged(), alone.config, evaluation_seed(alone.config, 0), 64, alone.shares)
        torch.testing.assert_close(samples, wanted)


def test_images_are_made_a_few_at_a_time_and_are_the_same(config: Config, knobs: Knobs, monkeypatch: pytest.MonkeyPatch) -> None:
    digits = {"dataset": "digits", "generator": Network(kind="dcgan", widths=(6,)), "discriminator": Network(kind="dcgan", widths=(4,))}
    data, metrics = Data(), {"metrics": ("recall",), "metric": "recall"}
    specs = [Spec(place, {}, msgspec.structs.replace(config, seed=place, evaluated=40, **digits, **metrics), knobs) for place in range(3)]
    (group,) = plan.groups(specs, data)
    # As the generator has them: six channels of 8x8 before the last convolution, or more where it enlarges.
    assert group.widest >= 6 * 4 * 4 > sum(digits["generator"].widths)  # type: ignore[attr-defined]
    together = Together(group, specs, data, Programs("graph", lambda text: None))
    whole, counts, generated = [*together.samples()], list[int](), together.many.generated

    def counted(latents: torch.Tensor, first: int = 0) -> torch.Tensor:
        counts.append(latents.shape[0] * latents.shape[1])
        return generated(latents, first)

    monkeypatch.setattr(together.many, "generated", counted)
    for name in ("PORTION", "PASSED"):
        monkeypatch.setattr(chunks, name, 7 * group.widest)
    for one, other in zip(together.samples(), whole, strict=True):
        torch.testing.assert_close(one, other)
    assert max(counts) == 7
    assert sum(counts) == 3 * 40
