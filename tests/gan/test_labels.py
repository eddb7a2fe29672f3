"""Few labels: which images are labelled, what D lowers beside the objective, each product, and a classifier of the labels alone."""

from typing import Any

import msgspec
import numpy as np
import pytest
import torch
from scipy.special import logsumexp
from torch.utils._pytree import tree_flatten

from tests.gan.engines.test_whole import check_agreement, doubled, in_double
from tests.gan.resuming import check_resumed
from tui_gan.contract.config import Config, Information, Noise, Optimizer
from tui_gan.contract.errors import UsageError
from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.contract.network import Network
from tui_gan.gan import labels
from tui_gan.gan.compatibility import check
from tui_gan.gan.datasets import DATASETS, Dataset, Images, fixed, of_images
from tui_gan.gan.engines import many
from tui_gan.gan.engines.compiled import Given, form
from tui_gan.gan.engines.shared import Across, shared
from tui_gan.gan.orders import ORDERS
from tui_gan.gan.trainer import Trainer
from tui_gan.session.measuring import classified_by, evaluated

CLASSES = 8
KNOBS = Knobs(device="cpu", batch_size=6, generator_lr=0.01, discriminator_lr=0.02)


def ring(count: int = 160) -> Dataset:
    return fixed(DATASETS["ring"](True), count, 0)


def few(config: Config, **changes: Any) -> Config:
    base: dict[str, Any] = {
        "dataset": "ring",
        "training": 160,
        "labels": 16,
        "latent_dim": 2,
        "stratified": False,
        "generator": Network(widths=(5,), activation="tanh"),
        "discriminator": Network(widths=(7,), activation="tanh", outputs=CLASSES),
        "fixed_latents": 32,
        "metrics": ("modes", "reverse_kl"),
        "metric": "reverse_kl",
    }
    return msgspec.structs.replace(config, **{**base, **changes})


def trainer_of(config: Config, **changes: Any) -> Trainer:
    return Trainer(few(config, **changes), ring(), "cpu")


def stripes(config: Config) -> tuple[Config, Dataset]:
    """Images of four pixels with one of four bright, which names their class."""
    stream = torch.Generator().manual_seed(0)
    bright = torch.arange(80) % 4
    images = torch.randint(0, 60, (80, 1, 2, 2), generator=stream, dtype=torch.uint8)
    images.view(80, 4)[torch.arange(80), bright] = 220
    truth = Images(images, images[:40], bright, bright[:40], names=tuple("abcd"))
    mine = few(
        config,
        labels=8,
        training=0,
        discriminator=Network(widths=(16,), outputs=4),
        generator=Network(widths=(5,), output="tanh"),
        metrics=("test_errors", "labels_alone"),
        metric="test_errors",
        evaluated=100,
    )
    return mine, of_images(truth, True)


def test_as_many_of_each_class_are_labelled_and_the_seed_alone_says_which(config: Config) -> None:
    dataset = ring()
    assert dataset.classes is not None
    rows = labels.chosen(few(config), dataset)
    assert len(rows.unique()) == 16
    assert dataset.classes.of_rows(rows).tolist() == [number for number in range(CLASSES) for _ in range(2)]
    assert torch.equal(rows, labels.chosen(few(config, generator=Network(widths=(9,))), dataset))
    assert not torch.equal(rows, labels.chosen(few(config, seed=1), dataset))
    # More labels are those of fewer, and others.
    assert {*rows.tolist()} < {*labels.chosen(few(config, labels=32), dataset).tolist()}


def test_the_logit_is_the_logsumexp_of_the_classes_against_0(config: Config) -> None:
    judge, x = trainer_of(config).discriminator, torch.randn(9, 2)
    hidden = torch.tanh(x @ judge.body[0].weight.T + judge.body[0].bias)
    told = (hidden @ judge.logit.weight.T + judge.logit.bias).detach().double().numpy()
    np.testing.assert_allclose(judge.classify(x).detach().numpy(), told, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(judge(x).detach().numpy(), logsumexp(told, axis=1, keepdims=True), rtol=1e-5)
    # D(x) is what the softmax over all classes and that of generated samples, whose logit is 0, leaves for the classes.
    every = np.exp(np.concatenate((told, np.zeros((9, 1))), 1))
    np.testing.assert_allclose(torch.sigmoid(judge(x))[:, 0].detach().numpy(), 1 - every[:, -1] / every.sum(1), rtol=1e-5)


@pytest.mark.parametrize("updates", ORDERS)
def test_d_lowers_the_cross_entropy_of_labelled_samples_beside_the_objective(config: Config, updates: str) -> None:
    trainer, twin = (in_double(trainer_of(config, updates=updates)) for _ in range(2))
    hyper, program = trainer.prepared(KNOBS)
    draws = doubled(trainer.chance.step(KNOBS, hyper, program))
    first = draws[0]
    assert first.labelled is not None
    assert first.labels is not None
    known = labels.labelled(trainer.config, trainer.dataset, trainer.game.labelled, "cpu")
    assert all((known.x.double() == each).all(1).any() for each in first.labelled)
    assert all(each.labelled is None for each in draws if "D" not in each.players)
    judge = trainer.discriminator
    term = torch.nn.functional.cross_entropy(judge.classify(first.labelled), first.labels.argmax(1))
    expected = torch.autograd.grad(term, judge.active(False))
    plain = twin.engine.update(first._replace(labelled=None, labels=None), hyper, program)
    report = trainer.engine.update(first, hyper, program)
    assert report.seen["D"].terms["labels"].item() == pytest.approx(term.item())
    found = [(one, other) for one, other in zip(report.gradients["D"], plain.gradients["D"], strict=True) if one is not None]
    for (mine, other), own in zip(found, expected, strict=True):
        torch.testing.assert_close(mine, other + own, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("weight", [0.0, 0.3])
def test_the_objective_has_a_weight_in_the_generators_loss(config: Config, weight: float) -> None:
    both, one, other = (
        in_double(trainer_of(config, feature_matching=matching, adversarial=adversarial))
        for matching, adversarial in ((0.7, weight), (0.7, 1.0), (0.0, 1.0))
    )
    hyper, program = both.prepared(KNOBS)
    draws = doubled(both.chance.step(KNOBS, hyper, program))[-1]
    reports = {each: each.engine.update(draws, each.game.hyper(KNOBS, 0), program) for each in (both, one, other)}
    seen = reports[both].seen["G"]
    assert seen.loss == reports[one].seen["G"].loss
    assert seen.others.keys() == {"feature_matching"}
    assert seen.total == pytest.approx(float(weight * seen.loss + seen.others["feature_matching"]))
    for mine, with_it, alone in zip(*(report.gradients["G"] for report in reports.values()), strict=True):
        torch.testing.assert_close(mine, with_it - (1 - weight) * alone, rtol=1e-8, atol=1e-11)


def test_without_labels_a_run_draws_what_it_drew(config: Config) -> None:
    with_labels, without = trainer_of(config), trainer_of(config, labels=0, discriminator=Network(widths=(7,), activation="tanh"))
    drawn = [each.chance.step(KNOBS, *each.prepared(KNOBS)) for each in (with_labels, without)]
    # The labelled samples are drawn behind all else of the first update.
    assert torch.equal(drawn[0][0].real, drawn[1][0].real)
    assert torch.equal(drawn[0][0].latents, drawn[1][0].latents)
    assert drawn[1][0].labelled is None


PRODUCTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "matching alone": {"adversarial": 0.0, "feature_matching": 0.5, "objective": "halved"},
    "penalties": {"regularizers": {"r1": 0.3, "r2": 0.2, "r1_difference": 1.0}, "objective": "relativistic", "adversarial": 0.5},
    "noise": {"instance_noise": Noise(sd=0.5), "feature_matching": 0.5, "updates": "simultaneous", "adversarial": 0.0},
    "extragradient": {"updates": "extragradient", "historical_averaging": 0.1},
    "batch": {
        "generator": Network(widths=(5,), norm="batch"),
        "discriminator": Network(widths=(7,), norm="batch", outputs=CLASSES),
        "optimizer": Optimizer(kind="sgd"),
    },
    "same": {"updates": "same_batch", "generator_l2": 0.1, "sampling": "epochs"},
}


@pytest.mark.parametrize("name", PRODUCTS)
@pytest.mark.parametrize("minibatch", [False, True])
def test_the_step_as_a_function_is_the_step_in_place(config: Config, name: str, minibatch: bool) -> None:
    check_agreement(in_double(trainer_of(config, **PRODUCTS[name])), set_knob(KNOBS, "minibatch_discrimination", minibatch), 1e-8)


def test_a_resumed_run_is_the_same_bit_for_bit(config: Config) -> None:
    check_resumed(lambda: trainer_of(config, instance_noise=Noise(sd=0.5)), KNOBS)


def test_processes_share_the_labelled_samples_and_many_is_refused(config: Config) -> None:
    trainer = trainer_of(config, instance_noise=Noise(sd=0.5))
    hyper, program = trainer.prepared(KNOBS)
    whole = trainer.chance.step(KNOBS, hyper, program)[0]
    parts = [shared(whole, Across(rank, 2, lambda each: None)) for rank in range(2)]
    for name in ("labelled", "labels", "labelled_noise"):
        assert torch.equal(torch.cat([getattr(part, name) for part in parts]), getattr(whole, name)), name
    assert many.why_not(trainer, KNOBS) == "each draws from labelled images of its own"


def test_a_program_is_given_the_labelled_samples_in_the_order_of_a_pytree(config: Config) -> None:
    trainer = trainer_of(config, instance_noise=Noise(sd=0.5), feature_matching=0.5, updates="simultaneous")
    hyper, program = trainer.prepared(KNOBS)
    given = Given(trainer.chance.step_in_numbers(KNOBS, hyper, program), torch.zeros(8))
    leaves = [leaf for leaf in tree_flatten(given)[0] if isinstance(leaf, torch.Tensor)]
    assert [id(each) for each in given.tensors] == [id(each) for each in leaves]
    assert all(each.dtype == torch.float32 for each in leaves)
    told = form(trainer.game, trainer.now, given, program)
    assert "labels: 16" in told
    assert "adversarial: 1.0" in told


def test_the_errors_are_those_on_test_images_and_the_labels_alone_are_learned_once(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labels, "UPDATES", 200)
    mine, dataset = stripes(config)
    trainer = Trainer(mine, dataset, "cpu")
    before = trainer.state(), torch.get_rng_state()
    found = evaluated(trainer).metrics
    assert torch.equal(before[1], torch.get_rng_state())
    assert all(torch.equal(value, trainer.state()[name]) for name, value in before[0].items())
    # Two images of each class tell all of them.
    assert found["labels_alone"] == 0.0
    truth = dataset.truth
    assert isinstance(truth, Images)
    told = trainer.discriminator.classify(truth.test / 127.5 - 1).argmax(1)
    assert found["test_errors"] == pytest.approx((told != truth.test_labels).double().mean().item())
    assert trainer.discriminator.training
    with torch.no_grad():
        trainer.discriminator.logit.weight.zero_()
        trainer.discriminator.logit.bias.copy_(torch.tensor([0.0, 1.0, 0.0, 0.0]))
    assert evaluated(trainer).metrics == {"test_errors": 0.75, "labels_alone": 0.0}
    classified = classified_by(trainer)
    assert classified is not None
    assert classified.alone() is classified.alone()


def test_runs_that_are_measured_in_turn_learn_the_labels_alone_once_each(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labels, "UPDATES", 1)
    learned, learn = list[labels.Recipe](), labels.alone

    def counted(recipe: labels.Recipe, dataset: Dataset) -> Any:
        learned.append(recipe)
        return learn(recipe, dataset)

    monkeypatch.setattr(labels, "alone", counted)
    mine, dataset = stripes(config)
    members = [msgspec.structs.replace(mine, seed=seed) for seed in range(3)]
    found = [[labels.predicted_alone(each, dataset) for each in members] for _ in range(2)]
    assert [recipe.seed for recipe in learned] == [0, 1, 2]
    assert all(one is other for one, other in zip(*found, strict=True))
    # Other data of the same form are learned by themselves.
    labels.predicted_alone(mine, stripes(config)[1])
    assert len(learned) == 4


def test_the_classifier_of_the_labels_alone_knows_its_labels(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labels, "UPDATES", 200)
    mine, dataset = stripes(config)
    recipe = labels.Recipe(mine.discriminator, mine.minibatch, Optimizer(kind="adam"), 0.3, 8, 0)
    network, rows = labels.alone(recipe, dataset), labels.chosen(mine, dataset)
    x, y = labels.labelled(mine, dataset, rows, "cpu")
    assert y is not None
    assert torch.equal(network.classify(x).argmax(1), y.argmax(1))


def test_the_classifier_of_the_labels_alone_keeps_the_limit_of_its_columns(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labels, "UPDATES", 3)
    mine, dataset = stripes(config)
    limited = msgspec.structs.replace(mine.discriminator, column_norm=0.01)
    network = labels.alone(labels.Recipe(limited, mine.minibatch, Optimizer(kind="adam"), 0.3, 8, 0), dataset)
    linear = [layer for layer in (*network.body.modules(), network.logit) if isinstance(layer, torch.nn.Linear)]
    assert len(linear) >= 2
    assert all(layer.weight.norm(dim=1).max() <= 0.01 + 1e-6 for layer in linear)


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"classes": 8}, "labels, classes, the codes of InfoGAN and an inference network"),
    ({"information": Information(categorical=3)}, "labels, classes, the codes of InfoGAN"),
    ({"packing": 2}, "packing judges several jointly"),
    ({"labels": 15}, "set a multiple of 8"),
    ({"labels": 800}, "100 labels of each class are more than"),
    ({"discriminator": Network(widths=(7,))}, "set discriminator.outputs to 8"),
    ({"labels": 0}, "outputs 8 are for classes"),
    ({"adversarial": 0.0}, "feature matching has to take its place"),
    ({"discriminator": Network(kind="aylien", widths=(3, 3, 3), outputs=8)}, "aylien"),
    ({"metrics": ("test_errors", "reverse_kl")}, "test_errors is not defined for this data"),
]


@pytest.mark.parametrize(("changes", "part"), REFUSED)
def test_what_does_not_go_together_is_refused(config: Config, changes: dict[str, Any], part: str) -> None:
    with pytest.raises(UsageError, match=part):
        trainer_of(config, **changes)


def test_data_without_classes_or_without_end_has_no_labels(config: Config) -> None:
    with pytest.raises(UsageError, match="set training"):
        check(few(config), DATASETS["ring"](True))
    with pytest.raises(UsageError, match="this data has none"):
        check(few(config, metrics=("w1",), metric="w1"), DATASETS["gaussian"](True))
    mine, dataset = stripes(config)
    with pytest.raises(UsageError, match="test_errors is for discriminators that learn from labels"):
        check(msgspec.structs.replace(mine, labels=0, discriminator=Network(widths=(7,))), dataset)
