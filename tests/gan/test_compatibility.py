"""Which choices are refused and which are doubted: each alone is, and what is next to it is not."""

from typing import Any

import pytest
import torch
from msgspec.structs import replace

from tui_gan.contract.config import Config, EarlyStop, Optimizer
from tui_gan.contract.errors import UsageError
from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.contract.network import Network
from tui_gan.gan.compatibility import check, doubts
from tui_gan.gan.datasets import DATASETS, Dataset, Images, of_column, of_images
from tui_gan.gan.optimizers import OPTIMIZERS
from tui_gan.gan.regularizers import REGULARIZERS
from tui_gan.presets import PRESETS

VIRTUAL = Network(widths=(6,), norm="virtual_batch")
BATCH = Network(widths=(6,), norm="batch")
AYLIEN = Network(kind="aylien", widths=(5, 4, 3))
TANH, SIGMOID = Network(output="tanh"), Network(output="sigmoid")
PAIRS = Network(condition="concat")
PIXELS: dict[str, Any] = {"metrics": ("recall",), "metric": "recall"}


def images(standardize: bool) -> Dataset:
    train = torch.randint(0, 256, (20, 1, 8, 8), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    return of_images(Images(train, train[:5]), standardize)


def of(name: str, config: Config) -> Dataset:
    if name == "images":
        return images(config.standardize)
    if name == "numbers":
        return of_column(torch.linspace(0, 1, 50).double().numpy(), True)
    return DATASETS[name](True)


# (what is chosen, the data, a part of what is said, what makes it good again)
REFUSED: list[tuple[dict[str, Any], str, str, dict[str, Any]]] = [
    *(
        ({"regularizers": {name: 1.0}, "discriminator": BATCH}, "gaussian", f"^{name} needs", {"discriminator": VIRTUAL})
        for name, term in REGULARIZERS.items()
        if term.alone
    ),
    ({"regularizers": {"r1": 1.0}, "discriminator": BATCH}, "gaussian", "^r1 needs", {"regularizers": {"r1": 0.0}}),
    ({"regularizers": {"r1": 1.0}, "discriminator": BATCH}, "gaussian", "^r1 needs", {"regularizers": {"l2": 1.0}}),
    ({"packing": 2, "discriminator": AYLIEN}, "gaussian", "has no packing", {"packing": 1}),
    ({"packing": 2, "discriminator": AYLIEN}, "gaussian", "has no packing", {"discriminator": Network()}),
    ({"packing": 8, "fixed_latents": 7}, "gaussian", "packing 8 needs at least as many fixed_latents; there are 7", {"fixed_latents": 8}),
    ({"packing": 2, "pretraining": 5}, "gaussian", "packing judges several", {"packing": 1}),
    ({"packing": 2, "pretraining": 5}, "gaussian", "packing judges several", {"pretraining": 0}),
    (
        {"discriminator": Network(norm="batch", norm_by_slot=True)},
        "gaussian",
        "norm_by_slot is for",
        {"discriminator": Network(norm="batch")},
    ),
    ({"discriminator": Network(column_norm=1.0, spectral=True)}, "gaussian", "both bound", {"discriminator": Network(column_norm=1.0)}),
    ({"discriminator": Network(column_norm=1.0, spectral=True)}, "gaussian", "both bound", {"discriminator": Network(spectral=True)}),
    (
        {"optimizer": Optimizer(kind="sgd", momentum_end=0.7)},
        "gaussian",
        "needs optimizer.momentum_steps",
        {"optimizer": Optimizer(kind="sgd", momentum_end=0.7, momentum_steps=1)},
    ),
    (
        {"optimizer": Optimizer(kind="sgd", momentum_end=0.7)},
        "gaussian",
        "needs optimizer.momentum_steps",
        {"optimizer": Optimizer(kind="adam", momentum_end=0.7)},
    ),
    (
        {"optimizer": Optimizer(kind="sgd", momentum_end=0.7)},
        "gaussian",
        "needs optimizer.momentum_steps",
        {"optimizer": Optimizer(kind="sgd", momentum=0.7)},
    ),
    ({"sampling": "epochs"}, "gaussian", "epochs need a finite data set", {"sampling": "replacement"}),
    ({"pretraining": 5}, "numbers", "set pretraining to 0", {"pretraining": 0}),
    ({"metric": "ks"}, "gaussian", r"^ks is not among the metrics that are measured live \(w1\)", {"metrics": ("w1", "ks")}),
    ({"stop": EarlyStop(metric="ks")}, "gaussian", "^ks is not among", {"metrics": ("w1", "ks")}),
    ({"metrics": ("w1", "mean"), "metric": "mean"}, "gaussian", "^mean is only descriptive; the best checkpoint", {"metric": "w1"}),
    (
        {"metrics": ("w1", "mean"), "stop": EarlyStop(metric="mean")},
        "gaussian",
        "^mean is only descriptive; early",
        {"stop": EarlyStop(metric="w1")},
    ),
    ({"metrics": ("w1", "recall")}, "gaussian", "recall is not defined for this data", {"metrics": ("w1",)}),
    ({"contrast": 5.0}, "gaussian", "contrast is for images alone", {"contrast": 0.0}),
    ({"generator": TANH}, "gaussian", "^tanh output cannot reach", {"generator": Network()}),
    ({"generator": SIGMOID}, "ring", "^sigmoid output cannot reach", {"generator": Network()}),
    ({"generator": TANH, "contrast": 5.0, **PIXELS}, "images", "^tanh output cannot reach", {"contrast": 0.0}),
    *(
        ({"contrast": 5.0, "inference": "gaussian", "discriminator": PAIRS, **PIXELS}, "images", "^an inference network reads", cure)
        for cure in ({"contrast": 0.0}, {"inference": "none", "discriminator": Network()})
    ),
    ({"generator": SIGMOID, "standardize": True, **PIXELS}, "images", "need tanh or linear", {"standardize": False}),
    ({"generator": SIGMOID, "standardize": True, **PIXELS}, "images", "need tanh or linear", {"generator": TANH}),
    ({"objective": "hinge", "label_smoothing": 0.1}, "gaussian", "label smoothing is not defined", {"label_smoothing": 0.0}),
]


@pytest.mark.parametrize(
    ("name", "output", "standardize", "reached"),
    [
        *((name, "tanh", False, True) for name in DATASETS if name.startswith("ganlab")),
        ("ganlab_ring", "sigmoid", False, True),
        ("ganlab_ring", "tanh", True, False),
        ("ganlab_line", "sigmoid", False, True),
        # Of the wider one a fortieth lies below 0.
        ("ganlab_gaussians", "sigmoid", False, False),
        ("ring", "tanh", False, False),
        ("gaussian", "sigmoid", False, False),
    ],
)
def test_an_output_that_is_bounded_must_reach_nearly_all_of_the_data(
    config: Config, name: str, output: str, standardize: bool, reached: bool
) -> None:
    metric = "w1" if name == "gaussian" else "sliced_w1"
    chosen = replace(config, generator=Network(output=output), standardize=standardize, metrics=(metric,), metric=metric)
    dataset = DATASETS[name](standardize)
    if reached:
        check(chosen, dataset)
        return
    with pytest.raises(UsageError, match="cannot reach the range of this data"):
        check(chosen, dataset)


@pytest.mark.parametrize(("changes", "data", "said", "cure"), REFUSED, ids=lambda value: value if isinstance(value, str) else "")
def test_a_pair_is_refused_in_one_line_and_either_alone_is_not(
    config: Config, changes: dict[str, Any], data: str, said: str, cure: dict[str, Any]
) -> None:
    base = replace(
        config, **({"metrics": ("sliced_w1",), "metric": "sliced_w1"} if data == "ring" else {"metrics": ("w1",), "metric": "w1"})
    )
    chosen = replace(base, **changes)
    with pytest.raises(UsageError, match=said) as caught:
        check(chosen, of(data, chosen))
    assert "\n" not in str(caught.value)
    good = replace(chosen, **cure)
    check(good, of(data, good))


def test_epochs_go_with_data_that_have_an_end(config: Config) -> None:
    chosen = replace(config, metrics=("w1",), metric="w1", sampling="epochs")
    check(chosen, of("numbers", chosen))


def test_data_in_0_to_1_go_with_either_output_and_contrast_with_a_linear_one(config: Config) -> None:
    for changes in ({"generator": SIGMOID, "standardize": False}, {"generator": TANH}, {"contrast": 5.0}, {"generator": Network()}):
        chosen = replace(config, **PIXELS, **changes)
        check(chosen, of("images", chosen))


def said(config: Config, knobs: Knobs) -> list[str]:
    return list(doubts(config, knobs))


def test_an_unbounded_critic_is_doubted_until_something_bounds_it(config: Config, knobs: Knobs) -> None:
    free = replace(config, objective="wasserstein", regularizers={})
    (text,) = said(free, knobs)
    assert text.startswith("nothing bounds the wasserstein critic")
    bounding = {name for name, term in REGULARIZERS.items() if term.bounds}
    assert ", ".join(name for name in REGULARIZERS if name in bounding) in text
    for name in REGULARIZERS:
        assert bool(said(replace(free, regularizers={name: 1.0}), knobs)) is (name not in bounding)
        assert said(replace(free, regularizers={name: 0.0}), knobs) == [text]
    assert said(replace(free, discriminator=Network(spectral=True)), knobs) == []
    assert said(replace(free, objective="hinge"), knobs) == []


def test_a_unary_term_without_an_encoder_is_doubted(config: Config, knobs: Knobs) -> None:
    (text,) = said(replace(config, unary=True), knobs)
    assert text.startswith("unary adds a judge of samples alone to one of pairs")
    assert said(replace(config, unary=True, inference="gaussian"), knobs) == []


def test_cycle_consistency_without_an_encoder_is_doubted(config: Config, knobs: Knobs) -> None:
    assert said(config, knobs) == []
    (text,) = said(replace(config, cycle_consistency=1.0), knobs)
    assert "there is no E: it does nothing here" in text
    assert said(replace(config, cycle_consistency=1.0, inference="gaussian"), knobs) == []


def test_settings_of_another_game_are_doubted(config: Config, knobs: Knobs) -> None:
    for name, group, playing in (
        ("information", {"augment": "affine"}, {"categorical": 3}),
        ("completion", {"error": 3.0}, {"masks": "random"}),
        ("conditioning", {"weight": 3.0}, {"dim": 4}),
    ):
        kind = type(getattr(config, name))
        (text,) = said(replace(config, **{name: kind(**group)}), knobs)
        assert text.startswith(f"nothing here reads {name}.{next(iter(group))}: ")
        assert said(replace(config, **{name: kind(**group, **playing)}), knobs) == []
    assert said(replace(config, augment_target=0.6), knobs) == ["nothing here reads augment_target: augment names no augmentation"]
    for preset in PRESETS.values():
        assert not [text for text in said(preset.config, preset.knobs) if text.startswith("nothing here reads")]


def test_a_gradient_that_depends_on_others_is_doubted_with_minibatch_discrimination(config: Config, knobs: Knobs) -> None:
    opened = set_knob(knobs, "minibatch_discrimination", True)
    doubted = {name for name, term in REGULARIZERS.items() if term.alone or term.extra}
    assert "r1_difference" in doubted
    for name in REGULARIZERS:
        chosen = replace(config, regularizers={name: 1.0})
        assert said(chosen, knobs) == []
        assert [text.partition(":")[0] for text in said(chosen, opened)] == ([name] if name in doubted else [])
    both = replace(config, regularizers={"r1": 1.0, "l2": 1.0, "r1_difference": 1.0})
    (text,) = said(both, opened)
    assert text.startswith("r1 and r1_difference: with minibatch discrimination")


def test_two_ways_to_anticipate_the_opponent_are_doubted_together(config: Config, knobs: Knobs) -> None:
    optimistic = {name: Optimizer(kind=name) for name in OPTIMIZERS if name.startswith("optimistic")}
    assert len(optimistic) == 2
    for name, optimizer in optimistic.items():
        (text,) = said(replace(config, updates="extragradient", optimizer=optimizer), knobs)
        assert text.startswith(f"extragradient and {name} both anticipate")
        assert said(replace(config, optimizer=optimizer), knobs) == []
    assert said(replace(config, updates="extragradient"), knobs) == []
