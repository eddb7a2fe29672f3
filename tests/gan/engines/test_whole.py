"""The step as a function of values against the step in place: from the same state and draws to the same state."""

import copy
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
import pytest
import torch
from torch.utils._pytree import tree_flatten_with_path, tree_map

from tests.stand_in import ALIKE, stand_in, weights_of
from tui_gan.contract.config import Config, Noise, Optimizer
from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.contract.network import Network
from tui_gan.gan.datasets import DATASETS
from tui_gan.gan.engines.whole import Values, Whole, pacing_of, values_of
from tui_gan.gan.objectives import OBJECTIVES
from tui_gan.gan.optimizers import OPTIMIZERS
from tui_gan.gan.orders import ORDERS
from tui_gan.gan.regularizers import REGULARIZERS
from tui_gan.gan.trainer import Trainer
from tui_gan.gan.values import Player
from tui_gan.presets import PRESETS

LIGHT = 300_000


def plain(name: str) -> bool:
    """Whether a preset's networks draw nothing inside, and keep nothing beside their weights."""
    networks = (PRESETS[name].config.generator, PRESETS[name].config.discriminator)
    return not any(each.dropout or each.input_dropout or each.norm == "virtual" or each.spectral for each in networks)


def doubled(tree: Any) -> Any:
    return tree_map(lambda each: each.double() if isinstance(each, torch.Tensor) and each.dtype == torch.float32 else each, tree)


def in_double(trainer: Trainer) -> Trainer:
    """A trainer whose state is float64."""
    now = trainer.now
    for module in now.modules.values():
        module.double()
    for learner in now.players.values():
        learner.means, learner.slow = doubled((learner.means, learner.slow))
    now.coefficients, now.loss_sums, now.accuracy_sum = doubled((now.coefficients, now.loss_sums, now.accuracy_sum))
    trainer.engine = type(trainer.engine)(trainer.game, now)
    return trainer


def both(trainer: Trainer, knobs: Knobs, steps: int = 2) -> tuple[Values, Values, Callable[[], Values]]:
    """The values after so many steps in place, after the last of them as a function, and what gives those after that in float64."""
    for _ in range(steps):
        hyper, program = trainer.prepared(knobs)
        draws = trainer.chance.step(knobs, hyper, program)
        draws = doubled(draws) if trainer.now.loss_sums.dtype == torch.float64 else draws
        before = tree_map(lambda each: each.clone() if isinstance(each, torch.Tensor) else each, values_of(trainer.now))
        trainer.end([trainer.engine.update(each, hyper, program) for each in draws])
    networks = {player: learner.network for player, learner in trainer.now.players.items()}
    whole = Whole(trainer.game, networks, [each.players for each in draws], program)
    pacing = pacing_of(trainer.config, trainer.steps_done)

    def exactly() -> Values:
        exact = Whole(trainer.game, copy.deepcopy(networks), whole.players, program)
        for calls in exact._calls.values():
            calls.double()
        return exact.step(doubled(before), doubled(draws), hyper, pacing)

    return values_of(trainer.now), whole.step(before, draws, hyper, pacing), exactly


def check_agreement(trainer: Trainer, knobs: Knobs, tolerance: float = 1e-10) -> None:
    inplace, function, _ = both(trainer, knobs)
    assert [path for path, _ in tree_flatten_with_path(function)[0]] == [path for path, _ in tree_flatten_with_path(inplace)[0]]
    torch.testing.assert_close(function._asdict(), inplace._asdict(), rtol=tolerance, atol=tolerance)


def trainer_of(config: Config, dataset: str, **changes: Any) -> Trainer:
    metrics = {} if dataset == "gaussian" else {"metrics": ("sliced_w1",), "metric": "sliced_w1"}
    return in_double(Trainer(msgspec.structs.replace(config, **{**metrics, **changes}), DATASETS[dataset](True), "cpu"))


# Any two values meet in one half of their product; the other half is among the longer checks.
in_halves = pytest.mark.parametrize("half", [0, pytest.param(1, marks=pytest.mark.slow)])


def crossed(half: int, first: Sequence[Any], second: Sequence[Any], *turns: int) -> list[tuple[Any, Any]]:
    """Two of the four pairs of two values each: each value once, and the other two pairs at every other turn."""
    turn = (half + sum(turns)) % 2
    return [*zip(first, (second[turn], second[1 - turn]), strict=True)]


def place(name: str, table: Iterable[str]) -> int:
    return [*table].index(name)


@in_halves
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("objective", OBJECTIVES)
def test_every_objective_in_every_order(config: Config, knobs: Knobs, objective: str, order: str, half: int) -> None:
    minibatch = bool((place(objective, OBJECTIVES) + place(order, ORDERS) + half) % 2)
    trainer = trainer_of(config, "gaussian", objective=objective, updates=order)
    check_agreement(trainer, set_knob(set_knob(knobs, "k_steps", 2), "minibatch_discrimination", minibatch))


@in_halves
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("regularizer", REGULARIZERS)
def test_every_regularizer_in_every_order(config: Config, knobs: Knobs, regularizer: str, order: str, half: int) -> None:
    data = (("gaussian", "wasserstein"), ("ring", "non_saturating"))
    for packing, (dataset, objective) in crossed(half, (1, 3), data, place(regularizer, REGULARIZERS), place(order, ORDERS)):
        trainer = trainer_of(config, dataset, objective=objective, regularizers={regularizer: 0.3}, updates=order, packing=packing)
        check_agreement(trainer, set_knob(knobs, "regularization", 0.7))


@in_halves
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("order", ORDERS)
def test_everything_at_once(config: Config, knobs: Knobs, order: str, optimizer: str, half: int) -> None:
    """Terms of both players, noise, lazy regularizers, means, a limit of columns, momentum that moves, and the accuracy."""
    changes: dict[str, Any] = {
        "regularizers": {"l2": 0.01, "adaptive_l2": 0.02, "r1": 0.1, "r2": 0.1, "r1_difference": 0.1, "gradient_penalty": 0.2},
        "packing": 2,
        "lazy": 1,
        "feature_matching": 1.0,
        "label_smoothing": 0.1,
        "instance_noise": Noise(sd=0.3, steps=10),
        "historical_averaging": 0.1,
        "generator_l2": 0.01,
        "coordination": "accuracy",
        "optimizer": Optimizer(
            kind=optimizer,
            momentum=0.5,
            momentum_end=0.9,
            momentum_steps=10 if OPTIMIZERS[optimizer].momentum else 0,
            lookahead_steps=2,
        ),
        "generator": Network(widths=(6,), activation="maxout", pieces=2, column_norm=0.4),
        "discriminator": Network(widths=(7, 5), outputs=2, column_norm=0.3),
        "average_decay": 0.9,
    }
    turns = (place(order, ORDERS), place(optimizer, OPTIMIZERS))
    for minibatch, dataset in crossed(half, (False, True), ("gaussian", "ring"), *turns):
        trainer = trainer_of(config, dataset, updates=order, **changes)
        check_agreement(trainer, set_knob(set_knob(knobs, "minibatch_discrimination", minibatch), "k_steps", 2))


@in_halves
@pytest.mark.parametrize("regularizers", [{}, {"l2": 0.1, "gradient_penalty": 0.5}, {"r1_difference": 0.3}], ids=str)
@pytest.mark.parametrize("order", ORDERS)
def test_spectral_normalisation_goes_on_at_every_call_of_the_discriminator(
    config: Config, knobs: Knobs, regularizers: dict[str, float], order: str, half: int
) -> None:
    changes = {"discriminator": Network(widths=(7, 5), spectral=True), "regularizers": regularizers, "feature_matching": 0.5}
    for minibatch, packing in crossed(half, (False, True), (1, 2), len(regularizers), place(order, ORDERS)):
        trainer = trainer_of(config, "ring", updates=order, packing=packing, **changes)
        vectors = {name: each.clone() for name, each in trainer.discriminator.named_buffers() if name.endswith("_u")}
        check_agreement(trainer, set_knob(set_knob(knobs, "minibatch_discrimination", minibatch), "k_steps", 2))
        now = dict(trainer.discriminator.named_buffers())
        assert any(not torch.equal(now[name], each) for name, each in vectors.items())


@in_halves
@pytest.mark.parametrize("packing", [1, 2])
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("of", ["generator", "discriminator", "both"])
def test_batch_normalisation_counts_every_call_of_a_network_once(
    config: Config, knobs: Knobs, of: str, order: str, packing: int, half: int
) -> None:
    networks = {
        "generator": Network(widths=(6, 5), norm="batch", norm_by_slot=packing > 1),
        "discriminator": Network(widths=(7, 5), norm="batch"),
    }
    chosen = networks if of == "both" else {of: networks[of]}
    for minibatch, feature_matching in crossed(half, (False, True), (0.0, 1.0), len(of), place(order, ORDERS), packing):
        trainer = trainer_of(config, "ring", updates=order, packing=packing, regularizers={}, feature_matching=feature_matching, **chosen)
        # The gradient of a bias before it is rounding alone, which Adam divides by its own size and 1e-8.
        check_agreement(trainer, set_knob(set_knob(knobs, "minibatch_discrimination", minibatch), "k_steps", 2), tolerance=1e-7)


# Of those for clothes only the data are others than of those for digits.
@pytest.fixture(params=[ALIKE[name] for name in PRESETS if plain(name) and not name.startswith("fashion")])
def preset(request: pytest.FixtureRequest) -> tuple[Config, Knobs]:
    """Those whose steps are functions, without what takes long."""
    if weights_of(request.param) > LIGHT:
        pytest.skip("it takes long")
    return PRESETS[request.param].config, PRESETS[request.param].knobs


@pytest.mark.parametrize("minibatch", [False, True], ids=["without", "with"])
def test_every_preset(preset: tuple[Config, Knobs], minibatch: bool) -> None:
    config, knobs = preset
    check_agreement(in_double(Trainer(config, stand_in(config), "cpu")), set_knob(knobs, "minibatch_discrimination", minibatch), 1e-7)


@in_halves
def test_in_float32_both_agree_to_rounding(preset: tuple[Config, Knobs], half: int) -> None:
    """To 1e-5, or as near to float64 as the step in place is; without weights whose gradients are rounding alone, which Adam divides."""
    config, knobs = preset
    minibatch = bool((place(config.preset, PRESETS) + half) % 2)
    turned = set_knob(knobs, "minibatch_discrimination", minibatch)
    inplace, function, exactly = both(Trainer(config, stand_in(config), "cpu"), turned, steps=12)
    found = (inplace, function, exactly())
    for player in ("D", "G"):
        for number, each in enumerate(zip(*(values.weights[player] for values in found), strict=True)):
            one, other, exact = (weight.detach()[told(found[2], player)[number]] for weight in each)
            of_rounding = torch.linalg.vector_norm(one - exact)
            assert torch.linalg.vector_norm(other - exact) <= 1e-5 * torch.linalg.vector_norm(exact) + 4 * of_rounding


def told(values: Values, player: Player) -> list[torch.Tensor]:
    """Of which numbers of each weight a gradient has told more than rounding."""
    pairs = zip(values.moments[player], values.weights[player], strict=True)
    sizes = [kept.get("exp_avg_sq", torch.ones_like(weight)) for kept, weight in pairs]
    most = max(float(each.detach().max()) for each in sizes)
    return [each > 1e-12 * most for each in sizes]
