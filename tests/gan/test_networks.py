"""Networks: what they compute, against numpy, and how many parameters they have."""

import msgspec
import numpy as np
import pytest
import torch

from tui_gan.contract.config import Config, Network
from tui_gan.contract.errors import UsageError
from tui_gan.gan.networks import ACTIVATIONS, DISCRIMINATORS, GENERATORS, build, parameters
from tui_gan.presets import PRESETS

IN_NUMPY = {
    "leaky_relu": lambda x: np.where(x > 0, x, 0.2 * x),
    "relu": lambda x: np.maximum(x, 0),
    "silu": lambda x: x / (1 + np.exp(-x)),
    "softplus": lambda x: np.logaddexp(0, x),
    "tanh": np.tanh,
}
every_activation = pytest.mark.parametrize("activation", ACTIVATIONS)


def with_activation(config: Config, activation: str) -> Config:
    generator = Network(widths=(5, 4), activation=activation)
    return msgspec.structs.replace(config, latent_dim=3, generator=generator, discriminator=Network(widths=(4, 6), activation=activation))


def weights_of(network: torch.nn.Module) -> dict[str, np.ndarray]:
    return {name: value.double().numpy() for name, value in network.state_dict().items()}


def dense(weights: dict[str, np.ndarray], prefix: str, x: np.ndarray) -> np.ndarray:
    return x @ weights[prefix + ".weight"].T + weights[prefix + ".bias"]


@every_activation
def test_the_mlp_generator_is_layers_of_weights_and_activations(activation: str, config: Config) -> None:
    generator, _ = build(with_activation(config, activation))
    x = np.random.default_rng(0).normal(size=(7, 3))
    weights, act = weights_of(generator), IN_NUMPY[activation]
    expected = dense(weights, "4", act(dense(weights, "2", act(dense(weights, "0", x)))))
    with torch.no_grad():
        found = generator(torch.from_numpy(x).float())
    assert found.shape == (7, 1)
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-4, atol=1e-5)


@every_activation
@pytest.mark.parametrize("gate", [False, True])
def test_the_mlp_discriminator_adds_its_minibatch_features_when_told(activation: str, gate: bool, config: Config) -> None:
    _, discriminator = build(with_activation(config, activation))
    x = np.random.default_rng(1).normal(size=(7, 1))
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


@pytest.mark.parametrize("kind", GENERATORS)
def test_every_generator_maps_latents_to_samples(kind: str, config: Config) -> None:
    changed = msgspec.structs.replace(config, latent_dim=3, generator=Network(kind=kind, widths=(4,)))
    generator, _ = build(changed)
    assert generator(torch.zeros(5, 3)).shape == (5, 1)


@pytest.mark.parametrize("kind", DISCRIMINATORS)
@pytest.mark.parametrize("gate", [False, True])
def test_every_discriminator_maps_samples_to_logits(kind: str, gate: bool, config: Config) -> None:
    _, discriminator = build(msgspec.structs.replace(config, discriminator=Network(kind=kind, widths=(4,))))
    x = torch.randn(5, 1, generator=torch.Generator().manual_seed(0))
    assert discriminator(x, gate).shape == (5, 1)
    company = torch.randn(9, 1, generator=torch.Generator().manual_seed(1))
    together, alone = discriminator(x, gate, company), discriminator(x[:1], gate, company)
    torch.testing.assert_close(together[:1], alone)


@pytest.mark.parametrize("preset", PRESETS)
def test_parameters_are_counted_without_building_them(preset: str) -> None:
    config = PRESETS[preset].config
    generator, discriminator = build(config)
    sizes = {name: weight.numel() for name, weight in discriminator.named_parameters()}
    extra = sum(size for name, size in sizes.items() if name.startswith("minibatch"))
    assert extra > 0
    assert parameters(config) == {
        "generator": sum(weight.numel() for weight in generator.parameters()),
        "discriminator": sum(sizes.values()) - extra,
        "discriminator_with_minibatch": sum(sizes.values()),
    }


def test_the_counts_of_a_small_pair_by_hand(config: Config) -> None:
    assert parameters(config) == {
        "generator": (1 * 6 + 6) + (6 + 1),
        "discriminator": (8 + 8) + (8 * 7 + 7) + (7 + 1),
        "discriminator_with_minibatch": (8 + 8) + (8 * 7 + 7) + (7 + 1) + 7 * 3 * 2 + 3,
    }


def test_counting_the_largest_networks_allocates_nothing(config: Config) -> None:
    widest = Network(widths=(65_536,) * 8)
    assert parameters(msgspec.structs.replace(config, generator=widest))["generator"] > 7 * 65_536**2


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"generator": Network(kind="mpl")}, "unknown generator 'mpl'; did you mean 'mlp'"),
        ({"discriminator": Network(kind="mpl")}, "unknown discriminator 'mpl'; did you mean 'mlp'"),
        ({"generator": Network(activation="tan")}, "unknown activation 'tan'; did you mean 'tanh'"),
    ],
    ids=str,
)
def test_an_unknown_name_is_refused_with_the_nearest(config: Config, changes: dict[str, Network], part: str) -> None:
    with pytest.raises(UsageError, match=part):
        build(msgspec.structs.replace(config, **changes))
