"""A state is whole: 2N steps are N, state, load and N, bit for bit, for everything that can be in one; and its form is known before."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import torch
from safetensors.torch import load, save

from tui_gan.contract.config import Config, Minibatch, Noise, Optimizer, Schedule
from tui_gan.contract.errors import UsageError
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.network import Network
from tui_gan.gan.datasets import DATASETS, Dataset, Images, fixed, of_images
from tui_gan.gan.optimizers import OPTIMIZERS
from tui_gan.gan.orders import COORDINATION
from tui_gan.gan.regularizers import REGULARIZERS
from tui_gan.gan.state import COUNTS, forms, size
from tui_gan.gan.trainer import Trainer

Differing = Callable[[dict[str, torch.Tensor], dict[str, torch.Tensor]], set[str]]
NORMS = Network(widths=(6,), norm="batch", dropout=0.2)
DCGAN = Network(kind="dcgan", widths=(3,), norm="batch", output="tanh", activation="relu")
SLOTS = Network(widths=(6, 5), norm="batch", norm_by_slot=True, norm_bias=False, norm_epsilon=1e-4, norm_momentum=0.05)
HAT = Optimizer(kind="adam_hat", beta1=0.9, beta2=0.999)
KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "plain": ("gaussian", {}),
    "dropout": ("gaussian", {"generator": Network(widths=(5,), dropout=0.3), "discriminator": Network(widths=(5,), input_dropout=0.3)}),
    "batch norm": ("ring", {"generator": NORMS, "discriminator": NORMS}),
    "spectral": ("ring", {"discriminator": Network(widths=(5, 4), spectral=True)}),
    "virtual batch norm": ("ring", {"discriminator": Network(widths=(5,), norm="virtual_batch"), "packing": 2}),
    "fourier": ("ring", {"discriminator": Network(widths=(5,), fourier=3)}),
    "sgd": ("gaussian", {"optimizer": Optimizer(kind="sgd")}),
    "momentum": (
        "gaussian",
        {
            "optimizer": Optimizer(kind="sgd", momentum=0.5, momentum_end=0.9, momentum_steps=9),
            "schedule": Schedule(kind="exponential"),
            "updates": "simultaneous",
        },
    ),
    "adam with momentum": ("gaussian", {"optimizer": Optimizer(beta1=0.9, beta2=0.999), "updates": "same_batch"}),
    "lookahead": ("ring", {"optimizer": Optimizer(kind="optimistic_adam", lookahead_steps=3), "updates": "extragradient"}),
    "lookahead after pretraining": ("gaussian", {"optimizer": Optimizer(lookahead_steps=4, lookahead_share=0.2), "pretraining": 7}),
    "adaptive": ("gaussian", {"regularizers": {"adaptive_l2": 0.1, "r1_difference": 1.0}, "lazy": 2}),
    "historical": ("gaussian", {"historical_averaging": 0.5}),
    "coordination": ("ring", {"coordination": "accuracy", "updates": "simultaneous"}),
    "packing": ("ring", {"packing": 3, "objective": "relativistic"}),
    "noise": ("ring", {"instance_noise": Noise(sd=0.5, steps=9), "regularizers": {"gradient_penalty": 1.0}}),
    "pretraining": ("gaussian", {"pretraining": 7}),
    "aylien": (
        "gaussian",
        {"discriminator": Network(kind="aylien", widths=(5, 4, 3), activation="tanh"), "latent": "grid", "minibatch": Minibatch(company=0)},
    ),
    "maxout": ("gaussian", {"discriminator": Network(widths=(4,), activation="maxout", dropout=0.5, outputs=2), "feature_matching": 1.0}),
    "images by momentum": (
        "images",
        {"generator": DCGAN, "discriminator": Network(kind="dcgan", widths=(3,)), "optimizer": Optimizer(kind="sgd", momentum=0.5)},
    ),
    "images in epochs": ("images", {"generator": DCGAN, "discriminator": Network(kind="dcgan", widths=(3,)), "sampling": "epochs"}),
    "fixed draws in epochs": ("ring", {"training": 30, "sampling": "epochs", "updates": "simultaneous", "optimizer": HAT}),
    "adam with epsilon hat": ("gaussian", {"optimizer": HAT, "updates": "same_batch"}),
    "slots": ("ring", {"packing": 2, "generator": SLOTS, "updates": "simultaneous", "training": 50, "optimizer": HAT}),
    "column norm": (
        "gaussian",
        {
            "generator": Network(widths=(5, 4), activation="relu,sigmoid", column_norm=0.5, last_sparse=2, sigmoid_bias=-2.0),
            "discriminator": Network(widths=(4,), activation="maxout", column_norm=0.3),
            "optimizer": Optimizer(kind="sgd", momentum=0.5, momentum_end=0.9, momentum_steps=6, momentum_every=3),
        },
    ),
    "images augmented": (
        "images",
        {"generator": Network(widths=(4,), output="tanh"), "augment": "translation,cutout", "augment_target": 0.1, "augment_images": 99},
    ),
    "images": ("images", {"generator": DCGAN, "discriminator": Network(kind="dcgan", widths=(3,), spectral=True, norm="virtual_batch")}),
}
# Each of what may be in a state alone: penalties in the plane, optimizers with momentum, averages, and how k is set.
KINDS |= {f"{name} lazily": ("ring", {"regularizers": {name: 0.3}, "lazy": 4}) for name in REGULARIZERS}
KINDS |= {f"{name} alone": ("gaussian", {"optimizer": Optimizer(kind=name, beta1=0.5, momentum=0.5)}) for name in OPTIMIZERS}
KINDS |= {
    f"average {decay:g} {share:g}": ("gaussian", {"generator": NORMS, "average_decay": decay, "average_share": share})
    for decay, share in ((0.0, 1.0), (0.9, 1e-3), (0.99999, 1.0))
}
KINDS |= {f"k {name}": ("gaussian", {"coordination": name, "updates": "same_batch"}) for name in COORDINATION}
# Each takes as long as five others, and "images" has convolutions too.
DEAR = ("images by momentum", "images in epochs")
every_kind = pytest.mark.parametrize("kind", [pytest.param(kind, marks=pytest.mark.slow) if kind in DEAR else kind for kind in KINDS])


def images() -> Dataset:
    train = torch.randint(0, 256, (20, 1, 16, 16), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    return of_images(Images(train, train[:5]), True)


def made(config: Config, kind: str, **more: Any) -> Trainer:
    name, changes = KINDS[kind]
    metrics = {"gaussian": "w1", "ring": "sliced_w1", "images": "recall"}[name]
    changed = msgspec.structs.replace(config, metrics=(metrics,), metric=metrics, fixed_latents=64, **{**changes, **more})
    dataset = images() if name == "images" else DATASETS[name](True)
    return Trainer(changed, fixed(dataset, changed.training, changed.seed) if changed.training else dataset, "cpu")


def train(trainer: Trainer, knobs: Knobs, first: int, last: int) -> None:
    """Steps with everything that a run does between them; the minibatch features are on for the second third."""
    for number in range(first, last):
        if trainer.pretrained < trainer.config.pretraining:
            trainer.pretrain_step(knobs)
            continue
        trainer.step(
            Knobs(
                batch_size=knobs.batch_size,
                device="cpu",
                k_steps=3,
                generator_steps=1 + number % 2,
                minibatch_discrimination=4 <= number < 8,
            )
        )
        if number % 3 == 0:
            trainer.coordinate(knobs)
            trainer.clear_losses()


@every_kind
def test_2n_steps_are_n_and_n_bit_for_bit(config: Config, knobs: Knobs, kind: str, differing: Differing) -> None:
    """Up to step 5 from the start, and from there up to step 12."""
    whole = made(config, kind)
    for first, last in ((0, 5), (5, 12)):
        # Through the bytes of a file, as a checkpoint goes.
        kept = save(whole.state())
        train(whole, knobs, first, last)
        other = made(config, kind)
        other.load_state(load(kept))
        assert differing(load(kept), other.state()) == set(), first
        train(other, knobs, first, last)
        assert differing(whole.state(), other.state()) == set(), first


@every_kind
def test_the_forms_of_a_state_are_known_before_it_is_there_and_going_back_undoes_everything(
    config: Config, knobs: Knobs, kind: str, differing: Differing
) -> None:
    trainer, done = made(config, kind), 0
    start = trainer.state()
    for steps in (0, 1, 6):
        train(trainer, knobs, done, steps)
        done = steps
        found = {name: (value.dtype, tuple(value.shape)) for name, value in trainer.state().items()}
        must, begun, may = forms(trainer.config, trainer.dataset.shape)
        assert must.keys() <= found.keys() <= must.keys() | begun.keys() | may.keys(), steps
        assert all(found[name] == {**must, **begun, **may}[name] for name in found), steps
        moved = {name.rpartition(".")[0] for name in found if name.split(".")[0].endswith("_optimizer")}
        assert all((name in found) == (name.rpartition(".")[0] in moved) for name in begun), steps
        assert found["counts"] == (torch.int64, (COUNTS,)), steps
        assert sum(value.nbytes for value in trainer.state().values()) <= size(trainer.config, trainer.dataset.shape), steps
    assert differing(start, trainer.state())
    trainer.load_state(start)
    assert differing(start, trainer.state()) == set()


def test_pretraining_moves_the_discriminator_towards_the_density_alone(config: Config, knobs: Knobs, differing: Differing) -> None:
    trainer = made(config, "pretraining", pretraining=400, standardize=False)
    trainer.dataset = DATASETS["gaussian"](False)
    before = trainer.state()
    opened = Knobs(batch_size=64, device="cpu", discriminator_lr=0.02)
    losses = []
    for _ in range(400):
        trainer.clear_losses()
        trainer.pretrain_step(opened)
        losses.append(trainer.mean_losses()[1].item())
    moved = {name.partition(".")[0] for name in differing(before, trainer.state())}
    assert moved == {"discriminator", "discriminator_optimizer", "stream", "loss_sums", "counts"}
    assert sum(losses[-20:]) < 0.1 * sum(losses[:20])
    assert trainer.steps_done == 0


def begins_where_it_is(trainer: Trainer) -> bool:
    """Whether the running means and the slow weights are the weights."""
    pairs = [(each, kept) for each in trainer.now.players.values() for kept in (each.means, each.slow) if kept]
    return all(torch.equal(*pair) for each, kept in pairs for pair in zip(each.weights, kept, strict=True))


def test_what_follows_the_weights_begins_where_the_game_does(config: Config, knobs: Knobs) -> None:
    trainer = made(config, "pretraining", historical_averaging=1.0, optimizer=Optimizer(lookahead_steps=2))
    before = trainer.state()
    for _ in range(3):
        trainer.pretrain_step(knobs)
    assert not torch.equal(before["discriminator_means.0"], trainer.now.players["D"].means[0])
    assert begins_where_it_is(trainer)


@every_kind
def test_the_networks_of_another_are_taken_over_bit_for_bit_and_all_else_begins_anew(
    config: Config, knobs: Knobs, kind: str, differing: Differing
) -> None:
    parent = made(config, kind)
    train(parent, knobs, 0, 5)
    known = parent.state()
    child, fresh = made(config, kind, seed=7), made(config, kind, seed=7).state()
    child.take_over(known, forms(parent.config, parent.dataset.shape).must)
    found = child.state()
    ours = {name for name in found if name.partition(".")[0] in child.now.modules}
    averaged = {name for name in ours if name.startswith("generator_average.")}
    assert {name for name in ours - averaged if not torch.equal(found[name], known[name])} == set()
    # Where nothing is averaged, what is shown is the trained generator.
    of = "generator_average." if child.config.average_decay else "generator."
    assert all(torch.equal(found[name], known[of + name.removeprefix("generator_average.")]) for name in averaged)
    follow = {name for name in found if "_means." in name or "_slow." in name}
    assert begins_where_it_is(child)
    assert differing(found, fresh) <= ours | follow
    # It trains on from there as a state like any other.
    kept = save(found)
    train(child, knobs, 0, 3)
    other = made(config, kind, seed=7)
    other.load_state(load(kept))
    train(other, knobs, 0, 3)
    assert differing(child.state(), other.state()) == set()


def test_dropout_and_other_activations_take_over_the_same_weights(config: Config) -> None:
    parent = made(config, "plain", discriminator=Network(widths=(5, 4)))
    child = made(config, "plain", seed=7, discriminator=Network(widths=(5, 4), activation="relu", dropout=0.3))
    child.take_over(parent.state(), forms(parent.config, (1,)).must)
    pairs = zip(parent.discriminator.state_dict().values(), child.discriminator.state_dict().values(), strict=True)
    assert all(torch.equal(one, other) for one, other in pairs)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"generator": Network(widths=(5,))}, "generator.0.weight has the shape (6, 1) there, and here (5, 1) is needed"),
        ({"latent_dim": 3}, "generator.0.weight has the shape (6, 1) there, and here (6, 3) is needed"),
        (
            {"generator": Network(widths=(6,), norm="batch")},
            "generator.2.weight has the shape (1, 6) there, and here generator.1.weight has the shape (6,)",
        ),
        ({"packing": 2}, "discriminator.body.0.weight has the shape (8, 1) there, and here (8, 2) is needed"),
        ({"minibatch": Minibatch(kernels=2, dim=2)}, "projection has the shape (7, 6) there, and here (7, 4) is needed"),
        ({"discriminator": Network(widths=(8, 7), fourier=2)}, "and here discriminator.body.0.projection has the shape (1, 2)"),
    ],
    ids=str,
)
def test_networks_of_other_shapes_are_refused_by_the_first_tensor_that_does_not_fit(
    config: Config, changes: dict[str, Any], said: str
) -> None:
    parent, child = made(config, "plain"), made(config, "plain", **changes)
    with pytest.raises(UsageError) as refused:
        child.take_over(parent.state(), forms(parent.config, (1,)).must)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_networks_with_fewer_layers_there_and_here(config: Config) -> None:
    small, large = made(config, "plain", generator=Network(widths=(1,))), made(config, "plain", generator=Network(widths=(1, 1)))
    for parent, child, said in (
        (small, large, "the generator has no further tensor there, and here generator.4.weight has the shape (1, 1)"),
        (large, small, "generator.4.weight has the shape (1, 1) there, and here the generator has no further tensor"),
    ):
        with pytest.raises(UsageError) as refused:
            child.take_over(parent.state(), forms(parent.config, (1,)).must)
        assert str(refused.value) == said
