"""Members in training, and the samples that they are measured on."""

import math
from typing import Any

import msgspec
import pytest
import torch

from tui_gan.contract.config import Config, Network
from tui_gan.contract.knobs import Knobs
from tui_gan.session.observe import evaluation_seed, generate
from tui_gan.sweep import plan
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
