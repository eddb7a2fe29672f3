"""What the networks start from: their sizes, their distributions of weights, and the data."""

import math
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import torch
from scipy import stats

from tui_gan.contract.config import Config, Minibatch
from tui_gan.contract.errors import UsageError
from tui_gan.contract.network import Network
from tui_gan.gan.beginning import networks
from tui_gan.gan.datasets import DATASETS, Dataset, Images, of_images
from tui_gan.gan.networks import DISCRIMINATORS, GENERATORS, build


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def matrices(init: str, **changes: Any) -> list[torch.nn.Linear]:
    made = GENERATORS["mlp"](Network(widths=(200, 100), init=init, **changes), 50, (60,))
    return [layer for layer in made if isinstance(layer, torch.nn.Linear)]


INITS: dict[str, tuple[dict[str, float], Callable[[int], Any]]] = {
    "normal": ({"init_scale": 0.3}, lambda fan_in: stats.norm(0, 0.3)),
    "he": ({}, lambda fan_in: stats.norm(0, math.sqrt(2 / fan_in))),
    "lecun": ({}, lambda fan_in: stats.norm(0, math.sqrt(1 / fan_in))),
    "uniform": ({"init_scale": 0.05}, lambda fan_in: stats.uniform(-0.05, 0.1)),
    "truncated_normal": ({"init_scale": 0.7}, lambda fan_in: stats.truncnorm(-2, 2, 0, 0.7)),
}


@pytest.mark.parametrize("init", INITS)
def test_weights_start_in_the_distribution_named_and_biases_at_0(init: str) -> None:
    changes, distribution = INITS[init]
    for layer in matrices(init, **changes):
        known = distribution(layer.in_features)
        values = layer.weight.detach().flatten().double().numpy()
        assert stats.kstest(values, known.cdf).pvalue > 1e-4
        low, high = known.support()
        assert low - 1e-6 <= values.min()
        assert values.max() <= high + 1e-6
        assert not layer.bias.any()


def test_he_keeps_the_size_of_what_goes_through_a_transposed_convolution() -> None:
    made = GENERATORS["dcgan"](Network(kind="dcgan", widths=(64,), activation="relu", init="he"), 8, (3, 16, 16))
    convolution = next(layer for layer in made if isinstance(layer, torch.nn.ConvTranspose2d))
    with torch.no_grad():
        inner = convolution(torch.randn(64, convolution.in_channels, 8, 8).relu())[:, :, 1:-1, 1:-1]
    # Of weights with the variance 2 / fan_in it is twice the mean square of the inputs, which is 1/2 (He et al. 2015, arXiv:1502.01852).
    assert inner.var().item() == pytest.approx(1, rel=0.1)


def test_the_last_layer_may_start_in_a_width_of_its_own() -> None:
    scales = [layer.weight.abs().max().item() for layer in matrices("uniform", init_scale=0.05, last_init_scale=0.5)]
    assert scales == pytest.approx([0.05, 0.05, 0.5], rel=0.01)
    made = DISCRIMINATORS["mlp"](Network(widths=(200, 100), init="uniform", init_scale=0.05, last_init_scale=0.5), Minibatch(), (60,))
    assert made.logit.weight.abs().max().item() == pytest.approx(0.5, rel=0.1)


def images() -> Dataset:
    stream = torch.Generator().manual_seed(0)
    train = torch.randint(20, 200, (40, 1, 4, 4), generator=stream, dtype=torch.uint8)
    train[:, :, 0, 0] = 0
    return of_images(Images(train, train[:9]), False)


@pytest.mark.parametrize("output", ["sigmoid", "tanh", "linear"])
def test_a_last_bias_of_the_data_gives_the_mean_image(config: Config, output: str) -> None:
    dataset = images()
    standardized = of_images(dataset.truth, output == "tanh")  # type: ignore[arg-type]
    network = Network(widths=(6,), output=output, output_bias="data", init="uniform", init_scale=1e-4)
    made, _ = networks(msgspec.structs.replace(config, generator=network), standardized)
    mean = dataset.truth.train.float().mean(0) / 255  # type: ignore[union-attr]
    shown = torch.from_numpy(standardized.in_units(made(torch.zeros(1, 1)))[0]).float()
    torch.testing.assert_close(shown, mean, rtol=0, atol=1e-4)


def test_a_sparse_last_layer_has_as_many_weights_a_unit_as_it_says(config: Config) -> None:
    network = Network(widths=(50, 40), activation="relu", init="uniform", init_scale=0.05, last_sparse=7)
    made, _ = networks(msgspec.structs.replace(config, generator=network), images())
    first, second, last = (layer for layer in made if isinstance(layer, torch.nn.Linear))
    assert ((last.weight != 0).sum(1) == 7).all()
    assert last.weight[last.weight != 0].std().item() == pytest.approx(1, abs=0.2)
    # No input is favoured.
    assert (last.weight != 0).sum(0).min() == 0
    assert (last.weight != 0).sum(0).max() < 12
    assert all((layer.weight != 0).all() for layer in (first, second))
    # A layer with fewer inputs takes all of them.
    few, _ = networks(msgspec.structs.replace(config, generator=msgspec.structs.replace(network, widths=(5,))), images())
    assert all((layer.weight != 0).all() for layer in few if isinstance(layer, torch.nn.Linear))


def test_hidden_sigmoids_may_start_with_a_bias_and_nothing_else_does(config: Config) -> None:
    network = Network(
        widths=(5, 4, 3), activation="relu,sigmoid,tanh", output="sigmoid", init="uniform", init_scale=0.05, sigmoid_bias=-2.0
    )
    generator, discriminator = networks(msgspec.structs.replace(config, generator=network, discriminator=network), images())
    biases = [layer.bias.tolist() for layer in generator if isinstance(layer, torch.nn.Linear)]
    assert biases == [[0.0] * 5, [-2.0] * 4, [0.0] * 3, [0.0] * 16]
    biases = [layer.bias.tolist() for layer in discriminator.modules() if isinstance(layer, torch.nn.Linear) and layer.bias is not None]
    assert biases[:4] == [[0.0] * 5, [-2.0] * 4, [0.0] * 3, [0.0]]


def test_the_reference_of_virtual_batch_normalisation_is_data(config: Config) -> None:
    changed = msgspec.structs.replace(config, discriminator=Network(widths=(6,), norm="virtual_batch"), packing=2)
    _, made = networks(changed, DATASETS["gaussian"](True))
    reference = made.get_buffer("reference")
    assert reference.shape == (64, 2)
    assert reference.std().item() == pytest.approx(1, abs=0.2)
    assert len(reference.unique()) == 128


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"generator": Network(kind="mpl")}, "unknown generator 'mpl'; did you mean 'mlp'"),
        ({"discriminator": Network(kind="mpl")}, "unknown discriminator 'mpl'; did you mean 'mlp'"),
        ({"generator": Network(activation="tan")}, "unknown activation 'tan'; did you mean 'tanh'"),
        ({"generator": Network(activation="relu,relu,relu")}, "names 3 activations"),
        ({"generator": Network(norm="virtual_batch")}, "for the discriminator"),
        ({"generator": Network(spectral=True)}, "for the discriminator"),
        ({"generator": Network(outputs=2)}, "for the discriminator"),
        ({"discriminator": Network(kind="aylien", widths=(3, 3, 3), fourier=2)}, "aylien has no normalisation"),
        ({"discriminator": Network(kind="aylien", widths=(3, 3, 3), last_sparse=2)}, "aylien has no normalisation"),
        ({"discriminator": Network(kind="aylien", widths=(3, 3))}, "three hidden layers"),
        ({"discriminator": Network(kind="aylien", widths=(3, 3, 3), norm="virtual_batch")}, "aylien has no normalisation"),
        ({"discriminator": Network(kind="aylien", widths=(3, 3, 3), spectral=True)}, "aylien has no normalisation"),
        ({"discriminator": Network(kind="aylien", widths=(3, 3, 3), activation="maxout")}, "maxout is for"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_network_cannot_have_is_refused_in_one_line(config: Config, changes: dict[str, Network], part: str) -> None:
    with pytest.raises(UsageError, match=part) as caught:
        build(msgspec.structs.replace(config, **changes), (1,))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "changes", [{"dropout": 0.5}, {"output_bias": "data"}, {"activation": "maxout"}, {"fourier": 2}, {"last_sparse": 2}], ids=str
)
def test_what_the_dcgan_generator_has_not_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        GENERATORS["dcgan"](Network(kind="dcgan", widths=(2,), **changes), 3, (1, 8, 8))
