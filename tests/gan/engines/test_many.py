"""Many games at once: each as it would be alone."""

import itertools
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import torch
from torch import Tensor

from tests.gan.engines.test_whole import doubled, in_double
from tui_gan.contract.config import Config, Noise, Optimizer, Schedule
from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.contract.network import Network
from tui_gan.gan.datasets import DATASETS, fixed
from tui_gan.gan.engines import compiled, many, members, words
from tui_gan.gan.engines.many import Case, Many
from tui_gan.gan.orders import ORDERS
from tui_gan.gan.trainer import Trainer

COUNT, STEPS = 3, 6
# The scalars of a step are given in float32.
ROUNDED = 1e-6
# What is held of a state beside what the next step depends on.
ASIDE = {"loss_sums", "accuracy_sum", "counts"}

KINDS: dict[str, dict[str, Any]] = {
    "toy": {"stratified": True, "regularizers": {"r1_difference": 1.0}},
    "noise": {"instance_noise": Noise(sd=0.5, steps=10, end=0.1), "regularizers": {"r1": 0.3, "r2": 0.1}, "objective": "relativistic"},
    "packing": {"packing": 2, "objective": "wasserstein", "regularizers": {"gradient_penalty": 0.5}},
    "classes": {"classes": 8, "regularizers": {"r1_difference": 0.3}},
    "terms": {
        "historical_averaging": 0.1,
        "generator_l2": 0.01,
        "feature_matching": 0.5,
        "stratified": True,
        "regularizers": {"adaptive_l2": 0.1, "r1_difference": 1.0},
    },
    "optimism": {"optimizer": Optimizer(kind="optimistic_adam", lookahead_steps=4)},
    "descent": {"optimizer": Optimizer(kind="sgd", momentum=0.5), "schedule": Schedule(kind="hyperbolic", period=10)},
    "grid": {
        "latent": "grid",
        "discriminator": Network(widths=(7,), column_norm=0.4),
        "training": 64,
        "sampling": "epochs",
        "optimizer": Optimizer(kind="sgd", momentum_end=0.9, momentum_steps=4),
        "schedule": Schedule(kind="hyperbolic", period=10),
    },
}
# What is in these is in others too, or takes the longest to trace.
ELSEWHERE = ("toy", "noise", "packing", "descent", "classes", "optimism")


def trainers(config: Config, changes: dict[str, Any], dataset: str, count: int = COUNT) -> list[Trainer]:
    """Of so many seeds, in float64, where rounding does not hide a mistake."""
    metrics = {} if dataset == "gaussian" else {"metrics": ("sliced_w1",), "metric": "sliced_w1"}
    configs = [msgspec.structs.replace(config, seed=seed, **{**metrics, **changes}) for seed in range(count)]
    data = DATASETS[dataset](True)
    return [in_double(Trainer(each, fixed(data, each.training, each.seed) if each.training else data, "cpu")) for each in configs]


def turned(knobs: Knobs, minibatch: bool, k: int = 1) -> list[Knobs]:
    """Knobs that differ in numbers alone."""
    each = [set_knob(knobs, "generator_lr", 1e-3 * (1 + place)) for place in range(COUNT)]
    each[1] = set_knob(each[1], "regularization", 0.3)
    return [set_knob(set_knob(one, "minibatch_discrimination", minibatch), "k_steps", k) for one in each]


def alone(trainer: Trainer, knobs: Knobs, steps: int) -> None:
    """Train in place, on the same numbers in float64."""
    for _ in range(steps):
        hyper, program = trainer.prepared(knobs)
        draws = doubled(trainer.chance.step_in_numbers(knobs, hyper, program))
        made = [each._replace(latents=trainer.game.latents(each.latents)) for each in draws]
        trainer.end([trainer.engine.update(each, hyper, program) for each in made])


def train(population: Many, steps: int, graphs: dict[Case, Any] | None = None) -> None:
    """Train all by the graphs of their steps, in float64; populations of one configuration may share them."""
    graphs = {} if graphs is None else graphs
    first = population.members[0]

    def call_of(case: Case) -> Callable[[list[Tensor]], None]:
        if case not in graphs:
            given, hyper = doubled(population._given_alone(first)), first.game.hyper(first.knobs, population.steps_done)
            graphs[case] = compiled.traced(first.game, population.first.now, given, hyper, case.program, len(population.members))
        count = len(population.tensors)
        return lambda tensors: graphs[case](*tensors[:count], *doubled(tensors[count:]))

    population.train(steps, call_of)


# Each kind with minibatch features, and one without in three; the rest is among the longer checks.
TRAINED = [
    pytest.param(kind, order, minibatch, marks=pytest.mark.slow if kind in ELSEWHERE or (not minibatch and place % 3) else ())
    for place, (kind, order) in enumerate(zip(KINDS, itertools.cycle(ORDERS), strict=False))
    for minibatch in (False, True)
]


@pytest.mark.parametrize(("kind", "order", "minibatch"), TRAINED)
def test_each_is_trained_as_it_would_be_alone(config: Config, knobs: Knobs, kind: str, order: str, minibatch: bool) -> None:
    changes = KINDS[kind]
    dataset = "ring" if {"packing", "classes"} & changes.keys() else "gaussian"
    # A graph takes longer to be made than to be followed, and grows with k.
    live = turned(knobs, minibatch, 2 if kind == "optimism" else 1)
    each = trainers(config, {**changes, "updates": order}, dataset)
    population = Many(zip(trainers(config, {**changes, "updates": order}, dataset), live, strict=True), COUNT)
    assert len({many.form(trainer, its) for trainer, its in zip(each, live, strict=True)}) == 1
    train(population, STEPS)
    for place, (trainer, its) in enumerate(zip(each, live, strict=True)):
        alone(trainer, its, STEPS)
        other = population.trainer(place, in_double(Trainer(trainer.config, trainer.dataset, "cpu")))
        found, wanted = other.state(), trainer.state()
        assert found.keys() == wanted.keys()
        for name in found.keys() - ASIDE:
            torch.testing.assert_close(found[name], wanted[name], rtol=ROUNDED, atol=ROUNDED, msg=lambda text, name=name: f"{name}: {text}")


@pytest.mark.parametrize("minibatch", [False, True], ids=["without", "with"])
def test_they_are_taught_the_density_as_each_would_be_alone(
    config: Config, knobs: Knobs, minibatch: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    descent = Optimizer(kind="sgd", momentum=0.5, lookahead_steps=4)
    changes = {"pretraining": STEPS, "optimizer": descent, "schedule": Schedule(kind="hyperbolic", period=3), "historical_averaging": 0.1}
    live = turned(knobs, minibatch)
    monkeypatch.setattr(Many, "_lessons", lambda them, count, lessons=Many._lessons: doubled(lessons(them, count)))
    population = Many(zip(trainers(config, changes, "gaussian"), live, strict=True), COUNT)
    population.pretrain()
    for place, (trainer, its) in enumerate(zip(trainers(config, changes, "gaussian"), live, strict=True)):
        monkeypatch.setattr(trainer.chance, "points", lambda count, points=trainer.chance.points: doubled(points(count)))
        for _ in range(STEPS):
            trainer.pretrain_step(its)
        found = population.trainer(place, in_double(Trainer(trainer.config, trainer.dataset, "cpu")))
        assert found.pretrained == trainer.pretrained == STEPS
        assert torch.equal(found.now.stream.get_state(), trainer.now.stream.get_state())
        for one, other in zip(found.now.players["D"].weights, trainer.now.players["D"].weights, strict=True):
            torch.testing.assert_close(one, other, rtol=ROUNDED, atol=ROUNDED)
        for learner in found.now.players.values():
            for kept in (learner.slow, learner.means):
                assert all(torch.equal(*pair) for pair in zip(learner.weights, kept, strict=True))


def test_they_differ_and_one_that_is_no_number_harms_no_other(config: Config, knobs: Knobs) -> None:
    live = turned(knobs, False)
    population = Many(zip(trainers(config, {}, "gaussian"), live, strict=True), COUNT)
    twin = Many(zip(trainers(config, {}, "gaussian"), live, strict=True), COUNT)
    population.tensors[0][1] = float("nan")
    graphs: dict[Case, Any] = {}
    for each in (twin, population):
        train(each, STEPS, graphs)
    assert population.finite() == [True, False, True]
    for one, other in zip(population.tensors, twin.tensors, strict=True):
        assert torch.equal(one[[0, 2]], other[[0, 2]])
    assert not torch.equal(twin.tensors[0][0], twin.tensors[0][2])


@pytest.mark.slow
def test_a_state_that_is_put_back_goes_on_as_if_it_had_never_been_saved(config: Config, knobs: Knobs) -> None:
    changes = {"instance_noise": Noise(sd=0.5, steps=10, end=0.1), "training": 64, "sampling": "epochs"}
    live = turned(knobs, False)
    one, other = (Many(zip(trainers(config, changes, "gaussian"), live, strict=True), COUNT) for _ in range(2))
    graphs: dict[Case, Any] = {}
    train(one, STEPS, graphs)
    other.load(one.state())
    for each in (one, other):
        train(each, STEPS, graphs)
    assert one.steps_done == other.steps_done == 2 * STEPS
    assert all(torch.equal(mine, theirs) for mine, theirs in zip(one.tensors, other.tensors, strict=True))


@pytest.mark.parametrize("kind", ["toy", *(pytest.param(kind, marks=pytest.mark.slow) for kind in ("grid", "classes"))])
def test_their_numbers_are_the_same_where_streams_are_tensors(config: Config, knobs: Knobs, kind: str) -> None:
    dataset, live = "ring" if kind == "classes" else "gaussian", turned(knobs, False)
    drawing, twisting, again = (Many(zip(trainers(config, KINDS[kind], dataset), live, strict=True), COUNT) for _ in range(3))
    twisting._twists = again._twists = kind != "grid"
    graphs: dict[Case, Any] = {}
    for each in (drawing, twisting):
        train(each, STEPS, graphs)
    again.load(twisting.state())
    for each in (drawing, twisting, again):
        train(each, STEPS, graphs)
    for one in (twisting, again):
        found, wanted = one.state(), drawing.state()
        assert all(torch.equal(found[name], value) for name, value in wanted.items())
        place = COUNT - 1
        streams = [each.trainer(place, trainers(config, KINDS[kind], dataset)[place]).now.stream for each in (one, drawing)]
        assert torch.equal(*(stream.get_state() for stream in streams))


@pytest.mark.slow
def test_what_is_not_made_of_words_is_drawn_by_the_streams(config: Config, knobs: Knobs, monkeypatch: pytest.MonkeyPatch) -> None:
    live = turned(knobs, False)
    drawing, twisting = (Many(zip(trainers(config, {}, "gaussian"), live, strict=True), COUNT) for _ in range(2))
    twisting._twists = True
    graphs: dict[Case, Any] = {}
    for each in (drawing, twisting):
        train(each, 2, graphs)
    assert twisting._twister

    def unlike(*args: Any) -> None:
        raise words.UnlikeError

    monkeypatch.setattr(words, "drawn", unlike)
    for each in (drawing, twisting):
        train(each, 2, graphs)
    assert not twisting._twister
    assert all(torch.equal(one, other) for one, other in zip(drawing.tensors, twisting.tensors, strict=True))


def test_samples_are_those_of_the_averaged_generators_with_features_of_their_own(config: Config, knobs: Knobs) -> None:
    changes = {"generator": Network(widths=(6,), fourier=3), "discriminator": Network(widths=(5,), fourier=2)}
    population = Many(zip(trainers(config, changes, "gaussian"), turned(knobs, False), strict=True), COUNT)
    train(population, 2)
    latents = torch.randn(COUNT, 20, 1, dtype=torch.float64)
    found = [*population.generated(latents[:1]), *population.generated(latents[1:], 1)]
    for place, each in enumerate(trainers(config, changes, "gaussian")):
        torch.testing.assert_close(found[place], population.trainer(place, each).sample(latents[place]))


def test_what_is_taught_or_drawn_otherwise_is_another_form(config: Config, knobs: Knobs) -> None:
    kinds: list[dict[str, Any]] = [{}, {"pretraining": 3}, {"sampling": "epochs"}]
    each = [trainers(config, {"training": 64, **changes}, "gaussian", 1)[0] for changes in kinds]
    assert len({many.form(trainer, knobs) for trainer in each}) == len(kinds)


def test_classes_are_drawn_by_the_shares_of_each_members_own_data(config: Config, knobs: Knobs) -> None:
    changes = {"classes": 8, "training": 20}
    each, live = trainers(config, changes, "ring"), turned(knobs, False)
    assert len({trainer.shares for trainer in each}) == COUNT
    population = Many(zip(trainers(config, changes, "ring"), live, strict=True), COUNT)
    found, twin = population.drawn(2), Many(zip(trainers(config, changes, "ring"), live, strict=True), COUNT)
    for step in found:
        for place, (trainer, its) in enumerate(zip(each, live, strict=True)):
            hyper, program = trainer.prepared(its)
            alone = trainer.chance.step_in_numbers(its, hyper, program)
            draws = members.given(twin.members[place], "cpu").draws
            latents = [tensor[place] for tensor in step if tensor.shape[1:] == alone[0].latents.shape]
            assert all(any(torch.equal(mine, theirs.latents) for mine in latents) for theirs in alone)
            assert all(torch.equal(mine.latents, theirs.latents) for mine, theirs in zip(draws, alone, strict=True))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"generator": Network(widths=(5,), norm="batch")}, "normalisation"),
        ({"discriminator": Network(widths=(5,), spectral=True)}, "normalisation"),
        ({"generator": Network(widths=(5,), dropout=0.5)}, "dropout"),
        ({"coordination": "accuracy"}, "accuracy of D"),
        ({"regularizers": {"r1": 1.0}}, ""),
        ({"regularizers": {"r1_difference": 1.0}}, ""),
    ],
)
def test_what_cannot_be_one_of_many_says_why(config: Config, knobs: Knobs, changes: dict[str, Any], why: str) -> None:
    found = many.why_not(Trainer(msgspec.structs.replace(config, **changes), DATASETS["gaussian"](True), "cpu"), turned(knobs, True)[0])
    assert (why in found) if why else found == ""
