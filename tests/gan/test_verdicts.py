"""D(x) as each objective has it, against closed forms."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.gan import company, judging
from tui_gan.gan.judging import judge
from tui_gan.gan.objectives import OBJECTIVES
from tui_gan.gan.trainer import Trainer

Build = Callable[..., Trainer]

LOGITS = torch.linspace(-3, 3, 13)[:, None]
ZERO = torch.zeros(())


@pytest.mark.parametrize("name", OBJECTIVES)
def test_a_verdict_lies_in_0_to_1_and_rises_with_the_logit(name: str) -> None:
    found = OBJECTIVES[name].verdict(LOGITS, ZERO)
    assert found.shape == LOGITS.shape
    assert ((found >= 0) & (found <= 1)).all()
    assert (found.diff(dim=0) >= 0).all()


@pytest.mark.parametrize("name", OBJECTIVES)
def test_half_is_where_the_objective_has_its_boundary(name: str) -> None:
    objective, middle = OBJECTIVES[name], torch.tensor(0.7)
    boundary = middle if objective.boundary is None else torch.tensor(objective.boundary)
    assert float(objective.verdict(boundary, middle)) == pytest.approx(0.5)


@pytest.mark.parametrize("name", ["non_saturating", "minimax", "zero_sum", "halved", "clamped", "least_squares"])
@pytest.mark.parametrize("p", [0.1, 0.5, 0.8])
def test_at_its_best_it_is_the_share_of_the_data_in_the_density(name: str, p: float) -> None:
    """Of many samples at one point, a share p real and 1 - p generated, the loss is least at D = p."""
    objective = OBJECTIVES[name]
    logit = torch.zeros((), requires_grad=True)
    optimizer = torch.optim.LBFGS([logit], max_iter=100, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        # Two points far apart in the loss, each weighted by its share.
        real, fake = OBJECTIVES[name].discriminator_loss, objective.discriminator_loss
        far = torch.full((), 1.0 if name == "least_squares" else 50.0)
        gone = torch.full((), 0.0 if name == "least_squares" else -50.0)
        total = p * real(logit, gone) + (1 - p) * fake(far, logit)
        optimizer.zero_grad()
        total.backward()
        return total

    optimizer.step(loss)
    assert float(objective.verdict(logit.detach(), ZERO)) == pytest.approx(p, abs=1e-3)


def test_least_squares_cuts_and_hinge_squashes() -> None:
    assert OBJECTIVES["least_squares"].verdict(torch.tensor([-1.0, 0.25, 2.0]), ZERO).tolist() == [0.0, 0.25, 1.0]
    assert torch.equal(OBJECTIVES["hinge"].verdict(LOGITS, ZERO), torch.sigmoid(LOGITS))


@pytest.mark.parametrize("name", ["wasserstein", "relativistic"])
@pytest.mark.parametrize("gate", [False, True])
def test_a_constant_in_the_logits_changes_no_verdict_of_differences(build_trainer: Build, knobs: Knobs, name: str, gate: bool) -> None:
    trainer = build_trainer(objective=name)
    opened = set_knob(knobs, "minibatch_discrimination", gate)
    for _ in range(5):
        trainer.step(opened)
    x = trainer.chance.batch(knobs).x
    before, state = judge(trainer, x, opened, x), trainer.state()
    trainer.discriminator.logit.bias.data += 7.0
    torch.testing.assert_close(judge(trainer, x, opened, x), before, rtol=0, atol=1e-4)
    trainer.load_state(state)
    assert torch.equal(judge(trainer, x, opened, x), before)


def test_the_middle_lies_between_the_mean_logits(build_trainer: Build, knobs: Knobs) -> None:
    trainer = build_trainer(objective="wasserstein")
    judged = company.real(trainer, knobs, judging.MIDDLE), company.fake(trainer, knobs, judging.MIDDLE)
    with torch.no_grad():
        means = [float(trainer.discriminator(each.samples).mean()) for each in judged]
    assert float(judging.middle(trainer, knobs)) == pytest.approx(sum(means) / 2, abs=1e-5)
    assert float(judging.middle(build_trainer(), knobs)) == 0.0


def test_the_middle_has_nobody_in_company_of_itself(build_trainer: Build, knobs: Knobs, monkeypatch: pytest.MonkeyPatch) -> None:
    trainer, found = build_trainer(objective="wasserstein"), judging.logits

    def logits(trainer: Trainer, x: torch.Tensor, knobs: Knobs, others: torch.Tensor, *given: Any, **named: Any) -> torch.Tensor:
        assert len(others)
        assert not torch.isin(x, others).any()
        return found(trainer, x, knobs, others, *given, **named)

    monkeypatch.setattr(judging, "logits", logits)
    assert judging.middle(trainer, set_knob(knobs, "minibatch_discrimination", True)).isfinite()
