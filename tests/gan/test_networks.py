"""Networks: what they compute, against numpy and explicit loops, and how many parameters they have."""

import itertools
import math
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pytest
import torch
from torch import nn

from tui_gan.contract.config import Config, Minibatch
from tui_gan.contract.errors import UsageError
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.network import Network
from tui_gan.contract.settings import help_of
from tui_gan.gan.datasets import Images, of_images
from tui_gan.gan.networks import ACTIVATIONS, DISCRIMINATORS, GENERATORS, AnyDiscriminator, build, parameters
from tui_gan.gan.networks.dcgan import halvings
from tui_gan.gan.networks.discriminator import Discriminator
from tui_gan.gan.networks.layers import Maxout
from tui_gan.gan.trainer import Trainer

IN_NUMPY: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "leaky_relu": lambda x: np.where(x > 0, x, 0.2 * x),
    "relu": lambda x: np.maximum(x, 0),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "silu": lambda x: x / (1 + np.exp(-x)),
    "softplus": lambda x: np.logaddexp(0, x),
    "tanh": np.tanh,
}
every_activation = pytest.mark.parametrize("activation", ACTIVATIONS)
either_gate = pytest.mark.parametrize("gate", [False, True])
# Shapes of samples and layers that each kind of network can be built with; mirza needs classes (test_conditional.py), and r3gan has
# tests of its own.
SHAPES = {"mlp": [(1,), (2,), (1, 4, 4), (3, 4, 4)], "dcgan": [(1, 8, 8), (3, 16, 16)], "aylien": [(1,), (2,)], "mirza": [], "r3gan": []}
WIDTHS = {"mlp": (8, 6), "dcgan": (4,), "aylien": (5, 4, 3)}
OPTIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "bn": {"norm": "batch"},
    "slots": {"norm": "batch", "norm_by_slot": True, "norm_bias": False, "norm_epsilon": 1e-3, "norm_momentum": 0.3},
    "vbn": {"norm": "virtual_batch", "norm_epsilon": 1e-3},
    "sn": {"spectral": True},
    "dropout": {"dropout": 0.5, "input_dropout": 0.2},
    "all": {"norm": "virtual_batch", "spectral": True, "dropout": 0.3},
    "two-way": {"outputs": 2},
    "fourier": {"fourier": 3},
    "maxout": {"activation": "maxout", "pieces": 3},
}
NOT_FOR = {"dcgan": {"maxout", "fourier"}, "aylien": set(OPTIONS) - {"plain"}}
DISCRIMINATOR_CASES = [
    (kind, shape, option) for kind in DISCRIMINATORS for shape in SHAPES[kind] for option in OPTIONS if option not in NOT_FOR.get(kind, ())
]
GENERATOR_CASES = [
    (kind, shape, option)
    for kind in GENERATORS
    for shape in SHAPES[kind]
    for option in ("plain", "bn", "slots", "dropout", "maxout", "fourier")
    if option not in NOT_FOR.get(kind, ()) and (kind, option) != ("dcgan", "dropout")
]


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def discriminator_of(kind: str, shape: tuple[int, ...], option: str, **changes: Any) -> AnyDiscriminator:
    network = Network(kind=kind, widths=WIDTHS[kind], **{"activation": "tanh", **OPTIONS[option], **changes})
    made = DISCRIMINATORS[kind](network, Minibatch(kernels=3, dim=2), shape)
    if made.virtual:
        reference = made.get_buffer("reference")
        reference.copy_(torch.randn_like(reference))
    return made


@pytest.mark.parametrize(("kind", "shape", "option"), DISCRIMINATOR_CASES)
@either_gate
def test_a_discriminator_gives_a_logit_for_each_sample_and_all_that_is_active_learns(
    kind: str, shape: tuple[int, ...], option: str, gate: bool
) -> None:
    made = discriminator_of(kind, shape, option)
    x = torch.randn(16, *shape)
    logits = made(x, gate)
    assert logits.shape == (16, 1)
    active = made.active(gate)
    gradients = torch.autograd.grad((logits * torch.randn(16, 1)).sum(), active)
    assert all(gradient.isfinite().all() and gradient.any() for gradient in gradients)
    others = {id(weight) for weight in made.parameters()} - {id(weight) for weight in active}
    unused = [weight for weight in made.parameters() if id(weight) in others]
    found = torch.autograd.grad(made(x, gate).sum(), unused, allow_unused=True) if unused else ()
    assert all(gradient is None for gradient in found)
    assert made.features(x).dim() == 2


@pytest.mark.parametrize(("kind", "shape", "option"), DISCRIMINATOR_CASES)
@either_gate
def test_in_company_a_sample_is_judged_whatever_its_batch(kind: str, shape: tuple[int, ...], option: str, gate: bool) -> None:
    made = discriminator_of(kind, shape, option).eval()
    x, company = torch.randn(6, *shape), torch.randn(9, *shape)
    torch.testing.assert_close(made(x, gate, company)[:1], made(x[:1], gate, company), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("kind", "shape", "option"), [case for case in DISCRIMINATOR_CASES if "dropout" not in case[2] and case[2] != "all"]
)
def test_what_judges_alone_does_not_know_the_batch(kind: str, shape: tuple[int, ...], option: str) -> None:
    made = discriminator_of(kind, shape, option)
    x, others = torch.randn(6, *shape), torch.randn(6, *shape)
    with torch.no_grad():
        made(x)
        # Spectral normalisation goes one step on at every call in training.
        made.train(option != "sn")
        alone, among = made(x), made(torch.cat((x[:3], others)))[:3]
    knows_none = torch.allclose(alone[:3], among, rtol=1e-4, atol=1e-5)
    if made.judges_alone:
        assert knows_none
    mixes = any(isinstance(layer, torch.nn.BatchNorm1d | torch.nn.BatchNorm2d) for layer in made.modules())
    assert knows_none != mixes


@pytest.mark.parametrize(("kind", "shape", "option"), GENERATOR_CASES)
@pytest.mark.parametrize("output", ["linear", "sigmoid", "tanh"])
def test_a_generator_maps_latents_to_samples_and_all_of_it_learns(kind: str, shape: tuple[int, ...], option: str, output: str) -> None:
    network = Network(kind=kind, widths=WIDTHS[kind], output=output, **{"activation": "tanh", **OPTIONS[option]})
    made = GENERATORS[kind](network, 5, shape)
    samples = made(torch.randn(16, 5))
    assert samples.shape == (16, *shape)
    gradients = torch.autograd.grad((samples * torch.randn_like(samples)).sum(), list(made.parameters()))
    # A bias before batch normalisation is taken out again.
    assert all(gradient.isfinite().all() and (gradient.any() or option == "bn") for gradient in gradients)
    low, high = {"linear": (-math.inf, math.inf), "sigmoid": (0, 1), "tanh": (-1, 1)}[output]
    assert ((samples >= low) & (samples <= high)).all()


@pytest.mark.parametrize("kind", [kind for kind in DISCRIMINATORS if kind not in ("aylien", "mirza", "r3gan")])
def test_packing_joins_samples_before_they_are_judged(kind: str, config: Config) -> None:
    shape = SHAPES[kind][-1]
    network = Network(kind=kind, widths=WIDTHS[kind])
    _, made = build(msgspec.structs.replace(config, discriminator=network, packing=3), shape)
    assert made(torch.randn(4, 3 * shape[0], *shape[1:])).shape == (4, 1)


def with_activation(config: Config, activation: str) -> Config:
    generator = Network(widths=(5, 4), activation=activation)
    return msgspec.structs.replace(config, latent_dim=3, generator=generator, discriminator=Network(widths=(4, 6), activation=activation))


def weights_of(network: torch.nn.Module) -> dict[str, np.ndarray]:
    return {name: value.double().numpy() for name, value in network.state_dict().items()}


def dense(weights: dict[str, np.ndarray], prefix: str, x: np.ndarray) -> np.ndarray:
    return x @ weights[prefix + ".weight"].T + weights[prefix + ".bias"]


@every_activation
def test_the_mlp_generator_is_layers_of_weights_and_activations(activation: str, config: Config) -> None:
    generator, _ = build(with_activation(config, activation), (2,))
    x = np.random.default_rng(0).normal(size=(7, 3))
    weights, act = weights_of(generator), IN_NUMPY[activation]
    expected = dense(weights, "4", act(dense(weights, "2", act(dense(weights, "0", x)))))
    with torch.no_grad():
        found = generator(torch.from_numpy(x).float())
    assert found.shape == (7, 2)
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-4, atol=1e-5)


@every_activation
@either_gate
def test_the_mlp_discriminator_adds_its_minibatch_features_when_told(activation: str, gate: bool, config: Config) -> None:
    _, discriminator = build(with_activation(config, activation), (2,))
    x = np.random.default_rng(1).normal(size=(7, 2))
    weights, act = weights_of(discriminator), IN_NUMPY[activation]
    hidden = act(dense(weights, "body.2", act(dense(weights, "body.0", x))))
    expected = dense(weights, "logit", hidden)
    if gate:
        features = discriminator.minibatch(torch.from_numpy(hidden).float()).detach().double().numpy()
        expected = expected + features @ weights["minibatch_logit.weight"].T
    with torch.no_grad():
        found = discriminator(torch.from_numpy(x).float(), gate)
    assert found.shape == (7, 1)
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-4, atol=1e-5)


def test_each_layer_may_have_an_activation_of_its_own(config: Config) -> None:
    generator, _ = build(with_activation(config, "relu, sigmoid"), (2,))
    assert [type(layer).__name__ for layer in generator] == ["Linear", "ReLU", "Linear", "Sigmoid", "Linear"]


def test_maxout_is_the_largest_of_units_that_follow_one_another() -> None:
    x = torch.randn(4, 6)
    expected = [[max(row[3 * unit : 3 * unit + 3]) for unit in range(2)] for row in x.tolist()]
    assert Maxout(3)(x).tolist() == expected
    made = GENERATORS["mlp"](Network(widths=(2,), activation="maxout", pieces=3), 5, (1,))
    assert made[0].weight.shape == (6, 5)
    z = torch.randn(3, 5)
    units = z @ made[0].weight.T + made[0].bias
    torch.testing.assert_close(made(z), torch.stack((units[:, :3].amax(1), units[:, 3:].amax(1)), 1) @ made[2].weight.T + made[2].bias)


def test_the_logistic_loss_of_a_two_way_logit_is_the_cross_entropy_of_a_softmax() -> None:
    made = discriminator_of("mlp", (2,), "two-way")
    x = torch.randn(9, 2)
    outputs = made.logit(made.features(x))
    assert outputs.shape == (9, 2)
    cross_entropy = torch.nn.functional.cross_entropy(outputs, torch.ones(9, dtype=torch.int64))
    torch.testing.assert_close(torch.nn.functional.softplus(-made(x)).mean(), cross_entropy)


@pytest.mark.parametrize(("kind", "shape"), [("mlp", (2,)), ("dcgan", (1, 8, 8))])
@pytest.mark.parametrize("outputs", [1, 2])
def test_spectral_normalisation_makes_the_largest_singular_value_1(kind: str, shape: tuple[int, ...], outputs: int) -> None:
    made = discriminator_of(kind, shape, "sn", outputs=outputs)
    for _ in range(50):
        made(torch.randn(4, *shape), True)
    layers = [layer for layer in made.modules() if isinstance(layer, torch.nn.Linear | torch.nn.Conv2d)]
    matrices = [*(layer.weight.flatten(1) for layer in layers), made.minibatch.projection]
    # Of every matrix that the optimiser moves.
    assert len(matrices) == len([weight for weight in made.parameters() if weight.dim() > 1])
    for matrix in matrices:
        assert torch.linalg.matrix_norm(matrix, 2).item() == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("kind", ["mlp", "dcgan"])
def test_singular_values_stay_near_1_from_step_to_step(config: Config, kind: str) -> None:
    train = torch.randint(0, 256, (40, 1, 8, 8), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    network = Network(kind=kind, widths=WIDTHS[kind], spectral=True)
    changes = {"metrics": ("recall",), "metric": "recall", "fixed_latents": 16, "discriminator": network}
    trainer = Trainer(msgspec.structs.replace(config, **changes), of_images(Images(train, train), True), "cpu")
    knobs = Knobs(device="cpu", batch_size=16, minibatch_discrimination=True, discriminator_lr=1e-3)
    before = trainer.discriminator.minibatch.projection.detach().clone()
    for _ in range(60):
        trainer.step(knobs)
    discriminator = trainer.discriminator.eval()
    layers = [layer for layer in discriminator.modules() if isinstance(layer, torch.nn.Linear | torch.nn.Conv2d)]
    for matrix in (*(layer.weight.flatten(1) for layer in layers), discriminator.minibatch.projection):
        # One step of power iteration a pass follows the weights a little behind.
        assert torch.linalg.matrix_norm(matrix, 2).item() == pytest.approx(1, abs=0.1)
    assert not torch.allclose(discriminator.minibatch.projection, before, rtol=0, atol=0.01)


def test_the_norm_of_a_convolution_may_be_larger_than_the_singular_value_of_its_kernel() -> None:
    made = discriminator_of("dcgan", (1, 8, 8), "sn").eval()
    first = next(layer for layer in made.modules() if isinstance(layer, torch.nn.Conv2d))
    with torch.no_grad():
        first.parametrizations.weight.original.fill_(1.0)
        for _ in range(30):
            first.train()(torch.zeros(1, 1, 8, 8))
        first.eval()
        kernel = torch.linalg.matrix_norm(first.weight.flatten(1), 2)
        pixels = torch.eye(64).view(64, 1, 8, 8)
        whole = (first(pixels) - first(torch.zeros(1, 1, 8, 8))).flatten(1)
    assert kernel.item() == pytest.approx(1, abs=0.01)
    assert torch.linalg.matrix_norm(whole, 2).item() > 1.5
    assert "do not bound the norm of the convolution" in help_of("discriminator.spectral")


@pytest.mark.parametrize("self_distance", [0.0, 1.0])
def test_closeness_in_the_aylien_network_is_that_of_its_code(self_distance: float) -> None:
    network = Network(kind="aylien", widths=(5, 4, 3), activation="tanh", init="normal")
    made = DISCRIMINATORS["aylien"](network, Minibatch(kernels=3, dim=2, self_distance=self_distance), (1,))
    made.projection.weight.data.mul_(50)
    made.projection.bias.data.normal_()
    hidden = torch.randn(6, 4)
    rows = (hidden @ made.projection.weight.T + made.projection.bias).tolist()
    expected = []
    for i, one in enumerate(rows):
        features = []
        for kernel in range(3):
            total = 0.0
            for j, other in enumerate(rows):
                distance = sum(abs(one[2 * kernel + d] - other[2 * kernel + d]) for d in range(2))
                total += math.exp(-distance - (self_distance if i == j else 0))
            features.append(total)
        expected.append(features)
    torch.testing.assert_close(made.closeness(hidden), torch.tensor(expected))
    # Among the others of the batch a sample is as close as in the batch itself.
    others = torch.cat((hidden[:2], hidden[3:]))
    torch.testing.assert_close(made.closeness(hidden[2:3], others), torch.tensor(expected)[2:3])


def test_the_aylien_networks_have_the_parameters_of_their_source() -> None:
    config = Config(
        preset="x",
        generator=Network(widths=(4,), activation="softplus"),
        discriminator=Network(kind="aylien", widths=(8, 8, 8), activation="tanh"),
    )
    assert parameters(config, (1,)) == {"generator": 13, "discriminator": 169, "discriminator_with_minibatch": 237}


def test_the_counts_of_a_small_pair_by_hand(config: Config) -> None:
    assert parameters(config, (1,)) == {
        "generator": (1 * 6 + 6) + (6 + 1),
        "discriminator": (8 + 8) + (8 * 7 + 7) + (7 + 1),
        "discriminator_with_minibatch": (8 + 8) + (8 * 7 + 7) + (7 + 1) + 7 * 3 * 2 + 3,
    }


def test_counting_the_largest_networks_allocates_nothing(config: Config) -> None:
    widest = Network(widths=(65_536,) * 8)
    assert parameters(msgspec.structs.replace(config, generator=widest), (1,))["generator"] > 7 * 65_536**2


@pytest.mark.parametrize(("side", "count", "smallest"), [(8, 1, 4), (28, 2, 7), (32, 3, 4), (48, 3, 6), (64, 4, 4)])
def test_dcgan_halves_the_sides_and_doubles_the_channels(side: int, count: int, smallest: int) -> None:
    shape = (1, side, side)
    assert halvings(shape) == count
    generator = GENERATORS["dcgan"](Network(kind="dcgan", widths=(2,)), 3, shape)
    assert generator(torch.randn(2, 3)).shape == (2, *shape)
    discriminator = DISCRIMINATORS["dcgan"](Network(kind="dcgan", widths=(2,)), Minibatch(kernels=2, dim=2), shape)
    assert discriminator(torch.randn(2, *shape)).shape == (2, 1)
    assert discriminator.logit.in_features == 2 * 2 ** (count - 1) * smallest**2


@pytest.mark.parametrize(
    ("shape", "part"),
    [((1, 45, 45), "45x45 cannot be halved"), ((3, 32, 45), "cannot be halved"), ((1, 6, 6), "cannot be halved"), ((2,), "is for images")],
)
@pytest.mark.parametrize("table", [GENERATORS, DISCRIMINATORS], ids=["generator", "discriminator"])
def test_what_dcgan_cannot_halve_is_refused(shape: tuple[int, ...], part: str, table: dict[str, Any]) -> None:
    network = Network(kind="dcgan", widths=(2,))
    with pytest.raises(UsageError, match=part):
        table["dcgan"](network, *((3, shape) if table is GENERATORS else (Minibatch(), shape)))


@pytest.mark.parametrize("kind", ["mlp", "dcgan"])
def test_without_norm_bias_no_layer_before_batch_normalisation_has_a_bias(kind: str) -> None:
    for norm_bias in (True, False):
        network = Network(kind=kind, widths=WIDTHS[kind], activation="relu", norm="batch", norm_bias=norm_bias)
        shape = SHAPES[kind][-1]
        for module in (GENERATORS[kind](network, 5, shape), discriminator_of(kind, shape, "bn", norm_bias=norm_bias).body):
            layers = [layer for layer in module.modules() if not list(layer.children())]
            for layer, following in itertools.pairwise(layers):
                if isinstance(layer, torch.nn.Linear | torch.nn.Conv2d | torch.nn.ConvTranspose2d):
                    normed = isinstance(following, torch.nn.BatchNorm1d | torch.nn.BatchNorm2d)
                    assert (layer.bias is None) == (normed and not norm_bias)


def test_the_first_hidden_layer_may_go_without_normalisation_and_keeps_its_bias_then() -> None:
    network = Network(widths=(3, 4, 5), activation="relu", norm="batch", norm_first=False, norm_bias=False)
    for module in (GENERATORS["mlp"](network, 5, (2,)), discriminator_of("mlp", (2,), "bn", norm_first=False, norm_bias=False).body):
        layers = [*module]
        normed = [isinstance(following, nn.BatchNorm1d) for layer, following in itertools.pairwise(layers) if isinstance(layer, nn.Linear)]
        hidden = [layer for layer in layers if isinstance(layer, nn.Linear)][: len(normed)]
        assert normed[0] is False
        assert all(normed[1 : len(network.widths)])
        assert hidden[0].bias is not None


def test_dcgan_has_fully_connected_layers_behind_its_convolutions() -> None:
    network, shape = Network(kind="dcgan", widths=(2, 9, 5), norm="batch", activation="relu"), (1, 8, 8)
    generator = GENERATORS["dcgan"](network, 3, shape)
    discriminator = DISCRIMINATORS["dcgan"](network, Minibatch(kernels=2, dim=2), shape)
    assert isinstance(discriminator, Discriminator)
    units = [[each.out_features for each in part if isinstance(each, nn.Linear)] for part in (generator, discriminator.body)]
    # From the latent to the image, and from the image to the logit.
    assert units == [[5, 9, 2 * 4 * 4], [9, 5]]
    assert discriminator.logit.in_features == 5
    assert [sum(isinstance(each, nn.BatchNorm1d) for each in part) for part in (generator, discriminator.body)] == [2, 2]
    samples = generator(torch.randn(6, 3))
    assert samples.shape == (6, *shape)
    assert discriminator(samples).shape == (6, 1)
    plain = DISCRIMINATORS["dcgan"](Network(kind="dcgan", widths=(2,)), Minibatch(kernels=2, dim=2), shape)
    assert isinstance(plain, Discriminator)
    assert plain.logit.in_features == 2 * 4 * 4


@pytest.mark.parametrize("norm", ["none", "batch"])
def test_codes_are_read_by_a_layer_normalised_as_the_others(norm: str) -> None:
    network = Network(kind="dcgan", widths=(2, 5), norm=norm)
    discriminator = DISCRIMINATORS["dcgan"](network, Minibatch(kernels=2, dim=2), (1, 8, 8))
    assert isinstance(discriminator, Discriminator)
    discriminator.recognise(network, 3)
    assert any(isinstance(each, nn.BatchNorm1d) for each in discriminator.recogniser) == (norm == "batch")
    assert discriminator.codes(torch.randn(4, 1, 8, 8)).shape == (4, 3)
