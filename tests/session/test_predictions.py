"""What the discriminator says: shares, round limits, who is right, and that nobody is judged in company of itself."""

import math
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pytest
import torch
from scipy import stats

from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.gan import company, judging
from tui_gan.gan.datasets import DATASETS
from tui_gan.gan.judging import judge
from tui_gan.gan.objectives import OBJECTIVES
from tui_gan.gan.trainer import Trainer
from tui_gan.session.observe import predictions
from tui_gan.session.observe.predictions import logit_edges, overlap


@pytest.fixture
def build(config: Config) -> Callable[..., Trainer]:
    def build(**changes: Any) -> Trainer:
        return Trainer(msgspec.structs.replace(config, **changes), DATASETS["gaussian"](True), "cpu")

    return build


Build = Callable[..., Trainer]


@pytest.mark.parametrize("gate", [False, True])
@pytest.mark.parametrize("packing", [1, 2])
def test_predictions_are_shares_of_what_d_says(build: Build, knobs: Knobs, gate: bool, packing: int) -> None:
    trainer, opened = build(packing=packing), set_knob(knobs, "minibatch_discrimination", gate)
    found = predictions(trainer, opened)
    assert found.edges.tolist() == pytest.approx(np.linspace(0, 1, 21).tolist())
    beyond = [each.left + each.right for each in (found.real_outside, found.fake_outside)]
    assert [each.sum() for each in (found.real, found.fake)] == pytest.approx([1, 1])
    assert [each.sum() for each in (found.real_logits, found.fake_logits)] == pytest.approx([1 - each for each in beyond])
    assert len(found.real_logits) == len(found.logit_edges) - 1
    assert not found.logit_edges.flags.writeable
    if not gate and packing == 1:
        fake = trainer.sample(trainer.fixed_latents[:256])
        said = judge(trainer, fake, opened, torch.zeros(1, 1))[:, 0].numpy()
        assert (np.histogram(said, 20, (0, 1))[0] / 256).tolist() == found.fake.tolist()
        with torch.no_grad():
            logits = trainer.discriminator(fake)[:, 0].numpy()
        counts, _ = np.histogram(logits, found.logit_edges)
        assert (counts / 256).tolist() == found.fake_logits.tolist()
        assert found.fake_right == (logits < 0).mean()
        assert found.fake_mean == pytest.approx(said.mean())
    assert 0 <= found.overlap <= 1
    with torch.no_grad():
        trainer.discriminator.logit.bias.fill_(torch.nan)
    lost = predictions(trainer, opened)
    assert lost.fake.sum() == lost.fake_logits.sum() == 0
    assert lost.fake_unknown == lost.fake_outside.unknown == lost.real_unknown == lost.real_outside.unknown == 1


def test_the_overlap_is_what_no_threshold_tells_apart() -> None:
    stream = np.random.default_rng(0)
    one, other = stream.standard_normal(300), 0.7 + stream.standard_normal(200)
    assert overlap(one, other) == pytest.approx(1 - stats.ks_2samp(one, other).statistic)
    assert (overlap(one, one), overlap(one, one + 10)) == (1, 0)
    assert math.isnan(overlap(one, np.array([math.nan])))


@pytest.mark.parametrize("name", OBJECTIVES)
def test_right_is_right_by_the_objective(build: Build, knobs: Knobs, name: str) -> None:
    trainer = build(objective=name)
    found, boundary = predictions(trainer, knobs), OBJECTIVES[name].boundary
    if boundary is None:
        assert math.isnan(found.real_right)
        assert math.isnan(found.fake_right)
        return
    with torch.no_grad():
        trainer.discriminator.logit.weight.zero_()
        trainer.discriminator.logit.bias.fill_(boundary + 0.1)
    sure = predictions(trainer, knobs)
    assert (sure.real_right, sure.fake_right) == (1, 0)


def test_with_packing_d_is_right_as_often_as_on_independent_packs(build: Build, knobs: Knobs) -> None:
    trainer = build(packing=2)
    with torch.no_grad():
        for weight in trainer.discriminator.parameters():
            weight.mul_(10)
        stream = torch.Generator().manual_seed(5)
        real = trainer.discriminator(trainer.dataset.sample(8192, stream, "cpu").reshape(-1, 2))
        trainer.discriminator.logit.bias -= real.quantile(0.3)
        fake = trainer.discriminator(trainer.sample(trainer.latents(8192, stream)).reshape(-1, 2))
    found = predictions(trainer, knobs)
    # Of 256 packs a share varies by .03.
    assert found.real_right == pytest.approx(0.7, abs=0.07)
    assert found.fake_right == pytest.approx((fake < 0).double().mean().item(), abs=0.07)


@pytest.mark.parametrize(("gate", "packing", "size"), [(False, 1, 0), (True, 1, 256), (False, 2, 0), (True, 2, 256)])
@pytest.mark.parametrize(("fixed", "seed"), [(4, 1), (4096, 0), (4096, 1)])
def test_nobody_is_judged_in_company_of_itself(
    build: Build, knobs: Knobs, gate: bool, packing: int, size: int, fixed: int, seed: int
) -> None:
    trainer = build(packing=packing, fixed_latents=fixed, latent_dim=3, seed=seed)
    opened = set_knob(knobs, "minibatch_discrimination", gate)
    state, default = trainer.now.stream.get_state(), torch.random.get_rng_state()
    for make in (company.real, company.fake):
        judged, again = make(trainer, opened, 100), make(trainer, opened, 100)
        assert len(judged.company) == size + (packing - 1) * len(judged.samples)
        assert len(judged.samples) == (min(100, fixed) if make is company.fake else 100)
        assert not torch.isin(judged.samples, judged.company).any()
        assert torch.equal(judged.samples, again.samples)
        assert torch.equal(judged.company, again.company)
    assert torch.equal(state, trainer.now.stream.get_state())
    assert torch.equal(default, torch.random.get_rng_state())


def test_a_sample_that_is_alone_of_its_kind_is_seen_to_be(build: Build, knobs: Knobs) -> None:
    """A collapsed generator gives features near 1; in company of itself alone any sample would."""
    trainer, opened = build(), set_knob(knobs, "minibatch_discrimination", True)
    with torch.no_grad():
        trainer.discriminator.minibatch_logit.weight.fill_(1.0)
        trainer.discriminator.minibatch.projection.mul_(100)
    x, far = torch.tensor([[0.5]]), torch.full((10, 1), -3.0)
    alone = judging.logits(trainer, x, opened, far)
    closed = judging.logits(trainer, x, knobs, far)
    assert alone.item() == pytest.approx(closed.item(), abs=1e-3)


@pytest.mark.parametrize(
    ("logits", "limit"),
    [
        ([0.0, 0.1], 1),
        ([1.0, -1.0], 1),
        ([1.01], 2),
        ([-2.5, 0.0], 5),
        ([7.0], 10),
        ([10.0], 10),
        ([-199.0], 200),
        ([3e4], 5e4),
        ([0.5] * 995 + [70.0] * 5, 1),
        ([0.5] * 900 + [70.0] * 100, 100),
        ([math.nan, math.inf, 3.0], 5),
        ([math.nan], 1),
        ([], 1),
    ],
    ids=str,
)
def test_logits_lie_within_round_limits(logits: list[float], limit: float) -> None:
    edges = logit_edges(np.array(logits))
    assert (edges[0], edges[-1]) == pytest.approx((-limit, limit))
    assert np.diff(edges) == pytest.approx(np.full(20, limit / 10))


def test_logits_outside_the_limits_are_in_no_bin_and_told_by_their_side(
    build: Build, knobs: Knobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = build()
    said = torch.cat((torch.linspace(-0.5, 0.5, 254), torch.tensor([-90.0, 80.0])))[:, None]
    monkeypatch.setattr(judging, "logits_of", lambda *_: said)
    found = predictions(trainer, knobs)
    assert (found.logit_edges[0], found.logit_edges[-1]) == (-1, 1)
    assert (found.real_logits[0], found.real_logits[-1]) == (0, 0)
    assert (found.real_outside.left, found.real_outside.right, found.real_outside.unknown) == (1 / 256, 1 / 256, 0)
    assert found.real_logits.sum() == pytest.approx(254 / 256)
    assert found.real.sum() == pytest.approx(1)


def test_an_infinite_logit_is_no_logit_but_a_sure_verdict(build: Build, knobs: Knobs) -> None:
    trainer = build()
    with torch.no_grad():
        trainer.discriminator.logit.bias.fill_(torch.inf)
    found = predictions(trainer, knobs)
    assert found.real_logits.sum() == found.fake_logits.sum() == 0
    assert found.real_outside.unknown == found.fake_outside.unknown == 1
    assert (found.real[-1], found.fake[-1], found.real_unknown) == (1, 1, 0)
