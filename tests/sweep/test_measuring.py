"""Members are measured as runs measure themselves, several at once."""

from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import pytest
import torch
from torch import Tensor

from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs
from tui_gan.gan.trainer import Trainer
from tui_gan.session import measuring as of_runs
from tui_gan.sweep.chunks import Alone
from tui_gan.sweep.measuring import AT_ONCE, measured
from tui_gan.sweep.plan import Data, Spec
from tui_gan.sweep.portraits import alike, beside

RING = Config(preset="ring2d", dataset="ring", evaluated=2_500)


class Made:
    """Members whose samples are given."""

    def __init__(self, members: list[tuple[Config, Tensor]]) -> None:
        self.specs = [Spec(10 + place, {}, config, Knobs()) for place, (config, _) in enumerate(members)]
        self.given = [samples for _, samples in members]

    def samples(self) -> Iterator[Tensor]:
        yield from self.given

    def trainer(self, place: int) -> Trainer:
        raise AssertionError("nothing is to be known beside samples of this game")


def of_ring(count: int, seed: int) -> Tensor:
    return Data().of(RING).sample(count, torch.Generator().manual_seed(seed), "cpu")


def test_a_collapse_is_told_and_a_spread_is_not() -> None:
    real = of_ring(2_500, 1)
    one_mode = real[:1] + 0.01 * torch.randn(2_500, 2, generator=torch.Generator().manual_seed(0))
    found = [*measured(Made([(RING, real), (RING, one_mode), (RING, real * float("nan"))]), Data(), ("modes",))]  # type: ignore[arg-type]
    assert [each.spec.place for each in found] == [10, 11, 12]
    assert [each.collapsed for each in found] == [False, True, False]
    assert (found[0].metrics, found[1].metrics) == ({"modes": 8.0}, {"modes": 1.0})
    assert np.isnan(found[2].metrics["modes"])


def test_members_of_other_data_are_measured_against_their_own() -> None:
    raw = msgspec.structs.replace(RING, standardize=False)
    samples = [of_ring(300, seed) for seed in range(2 * AT_ONCE + 3)]
    configs = [raw if AT_ONCE < place < AT_ONCE + 5 else RING for place in range(len(samples))]
    found = [*measured(Made([*zip(configs, samples, strict=True)]), Data(), ("hq", "modes"))]  # type: ignore[arg-type]
    assert [each.spec.place for each in found] == [10 + place for place in range(len(samples))]
    # In units of the raw ring those that were drawn of the standardized one lie too far out.
    assert [each.metrics["modes"] for each in found] == [0.0 if config is raw else 8.0 for config in configs]
    assert all(list(each.metrics) == ["hq", "modes"] for each in found)


def test_members_of_other_data_have_no_portrait_beside_those_of_the_first() -> None:
    data, grid = Data(), msgspec.structs.replace(RING, dataset="grid")
    raw = msgspec.structs.replace(RING, standardize=False)
    members = [(config, data.of(config).sample(500, torch.Generator().manual_seed(1), "cpu")) for config in (RING, grid, raw)]
    found = [*measured(Made(members), data, ("sliced_w1",), beside(data.of(RING).truth))]  # type: ignore[arg-type]
    ring, of_grid, of_raw = (each.portrait for each in found)
    assert of_grid is None
    assert ring is not None
    assert ring.any()
    # Training units alone are others.
    assert of_raw is not None
    assert np.abs(ring.astype(int) - of_raw).max() < 20
    # Kinds of data are none of each other.
    lines = [data.of(msgspec.structs.replace(RING, dataset=name)).truth for name in ("gaussian", "digits")]
    assert [alike(lines[0], each) for each in (lines[0], lines[1], data.of(RING).truth)] == [True, False, False]


@pytest.mark.parametrize("name", ["classes", "inference"])
def test_what_a_metric_knows_beside_samples_is_that_of_the_run(name: str, config: Config, knobs: Knobs) -> None:
    more: dict[str, Any] = {"classes": 8, "metrics": ("class_accuracy", "hq"), "metric": "hq"}
    if name == "inference":
        judge = msgspec.structs.replace(config.discriminator, condition="concat")
        more = {"inference": "deterministic", "discriminator": judge, "metrics": ("reconstruction", "own_mode"), "metric": "own_mode"}
    made = Alone(Spec(0, {}, msgspec.structs.replace(config, dataset="ring", evaluated=64, **more), knobs), Data())
    made.train(3, lambda: False)
    (found,) = measured(made, Data(), more["metrics"])
    assert found.metrics == of_runs.measured(made.trainer(0))
