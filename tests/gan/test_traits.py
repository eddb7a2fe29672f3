"""What is said of each objective, against its losses, minimised numerically over D."""

import functools
import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch

from tui_gan.contract.objectives import TRAITS
from tui_gan.contract.rules import Rules
from tui_gan.gan.objectives import OBJECTIVES, smoothed

SMOOTHABLE = [name for name, each in OBJECTIVES.items() if each.smoothed_discriminator_loss]
CASES = [(name, 0.0) for name in TRAITS] + [(name, s) for name in SMOOTHABLE for s in (0.1, 0.3)]
# How many real and how many generated samples lie at each of five points.
REAL, FAKE = (4, 3, 1, 2, 2), (1, 3, 4, 2, 2)


def shown(real: tuple[int, ...], fake: tuple[int, ...], output: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Every pair of a real and a generated sample, as outputs of D at the points where they lie."""
    of_real, of_fake = (output[torch.repeat_interleave(torch.arange(len(each)), torch.tensor(each))] for each in (real, fake))
    return of_real.repeat_interleave(len(of_fake))[:, None], of_fake.repeat(len(of_real))[:, None]


@functools.cache
def best(name: str, smoothing: float, real: tuple[int, ...], fake: tuple[int, ...]) -> torch.Tensor:
    """The outputs of D at the points at which its loss is least."""
    objective = smoothed(OBJECTIVES[name], smoothing)
    output = torch.zeros(len(real), dtype=torch.float64, requires_grad=True)
    # Hinge has corners, at which a line search stops; Adam with a falling rate does not.
    optimizer = torch.optim.Adam([output], 0.3)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.97)
    for _ in range(260):
        optimizer.zero_grad()
        objective.discriminator_loss(*shown(real, fake, output)).backward()
        optimizer.step()
        schedule.step()
    return output.detach()


def test_every_objective_is_described() -> None:
    assert TRAITS.keys() == OBJECTIVES.keys()


@pytest.mark.parametrize(("name", "smoothing"), CASES)
def test_the_optimal_discriminator_is_the_one_whose_loss_is_least(name: str, smoothing: float) -> None:
    optimum = Rules(objective=name, label_smoothing=smoothing).optimum
    if optimum is None:
        assert TRAITS[name].why_not
        return
    p, q = np.array(REAL) / sum(REAL), np.array(FAKE) / sum(FAKE)
    drawn = OBJECTIVES[name].verdict(best(name, smoothing, REAL, FAKE), torch.zeros(()))
    assert drawn.numpy() == pytest.approx(optimum.value(p, q, smoothing), abs=2e-3)


def test_d_is_called_a_probability_where_its_reading_says_so() -> None:
    assert {name for name, each in TRAITS.items() if each.probability} == {
        name for name, each in TRAITS.items() if "estimated probability" in each.reading
    }


def test_a_relativistic_optimum_is_the_log_ratio_up_to_a_constant() -> None:
    p, q = np.array(REAL) / sum(REAL), np.array(FAKE) / sum(FAKE)
    apart = best("relativistic", 0.0, REAL, FAKE).numpy() - np.log(p / q)
    assert apart == pytest.approx(np.full(5, apart.mean()), abs=1e-2)


@pytest.mark.parametrize(("name", "smoothing"), CASES)
def test_the_balance_is_what_the_losses_are_where_both_distributions_are_the_same(name: str, smoothing: float) -> None:
    objective = smoothed(OBJECTIVES[name], smoothing)
    balance = Rules(objective=name, label_smoothing=smoothing).balance
    assert balance is not None
    outputs = shown(REAL, REAL, best(name, smoothing, REAL, REAL))
    assert float(objective.discriminator_loss(*outputs)) == pytest.approx(balance.discriminator.value, abs=1e-4)
    if balance.generator is None:
        moved = shown(REAL, REAL, best(name, smoothing, REAL, REAL) + 0.5)
        assert float(objective.discriminator_loss(*moved)) == pytest.approx(balance.discriminator.value, abs=1e-4)
        assert float(objective.generator_loss(*moved)) != pytest.approx(float(objective.generator_loss(*outputs)), abs=1e-2)
    else:
        assert float(objective.generator_loss(*outputs)) == pytest.approx(balance.generator.value, abs=1e-4)


@pytest.mark.parametrize(
    ("smoothing", "wanted"),
    [(0.0, {"ln 2": 0.6931, "2 ln 2": 1.3863}), (0.3, {"1.050": 1.0498, "1.295": 1.2949})],
    ids=["plain", "smoothed"],
)
def test_the_lines_of_the_losses(smoothing: float, wanted: dict[str, float]) -> None:
    assert Rules(label_smoothing=smoothing).references == pytest.approx(wanted, abs=1e-4)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("halved", {"ln 2": 1.0}),
        ("minimax", {"-ln 2": -1.0, "2 ln 2": 2.0}),
        ("zero_sum", {"-2 ln 2": -2.0, "2 ln 2": 2.0}),
        ("relativistic", {"ln 2": 1.0}),
        # -.95 ln(.95 / 1.95) - ln(1 / 1.95) and -ln(.95 / 1.95), in units of ln 2.
        ("weighted", {"1.351": 1.95 * math.log2(1.95) - 0.95 * math.log2(0.95), "0.719": math.log2(1.95 / 0.95)}),
    ],
)
def test_the_lines_are_named_after_their_values(name: str, wanted: dict[str, float]) -> None:
    assert Rules(objective=name).references == pytest.approx({key: count * np.log(2) for key, count in wanted.items()})


def read(name: str) -> float:
    """The number that is written "-2 ln 2", "1/4" or "0"."""
    before, logarithm, _ = name.partition("ln 2")
    return float(Fraction({"": "1", "-": "-1"}.get(before.strip(), before.strip()))) * (math.log(2) if logarithm else 1.0)


@pytest.mark.parametrize(("name", "smoothing"), CASES)
def test_a_level_is_written_as_the_number_that_it_is(name: str, smoothing: float) -> None:
    balance = Rules(objective=name, label_smoothing=smoothing).balance
    assert balance is not None
    for level in filter(None, balance):
        assert read(level.name) == pytest.approx(level.value, abs=6e-4 if "." in level.name else 1e-12)


@pytest.mark.parametrize("changes", [{"packing": 2}, {"minibatch_discrimination": True}, {"objective": "wasserstein"}], ids=str)
def test_no_optimum_is_claimed_of_a_single_sample_where_there_is_none(changes: dict[str, Any]) -> None:
    assert Rules(**changes).optimum is None


def test_a_regularizer_that_keeps_d_from_being_constant_leaves_no_balance() -> None:
    assert Rules(flat=False).balance is None
    assert Rules(flat=False).references == {}


def test_an_objective_without_words_claims_nothing() -> None:
    rules = Rules(objective="of a newcomer")
    assert (rules.optimum, rules.balance, rules.references) == (None, None, {})


@pytest.mark.parametrize("name", TRAITS)
def test_the_gradient_that_is_told_is_that_of_the_generators_loss(name: str) -> None:
    """Where a number is told, it is the gradient with respect to the logit, whose mean D(x) is known."""
    logits = torch.linspace(-3, 1, 9, dtype=torch.float64)[:, None].requires_grad_()
    loss: Callable[..., torch.Tensor] = OBJECTIVES[name].generator_loss
    (gradient,) = torch.autograd.grad(loss(torch.zeros_like(logits), logits) * len(logits), logits)
    mean = float(torch.sigmoid(logits.detach()).mean())
    text, source = TRAITS[name].gradient(mean)
    assert source
    if "mean -" in text:
        assert float(text.partition("(mean ")[2].partition(")")[0]) == pytest.approx(float(gradient.mean()), abs=5e-3)


@pytest.mark.parametrize("name", [name for name in OBJECTIVES if name not in SMOOTHABLE])
def test_an_objective_without_label_smoothing_does_not_speak_of_it(name: str) -> None:
    assert "smoothing" not in " ".join((TRAITS[name].text, TRAITS[name].reading))
