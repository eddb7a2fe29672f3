"""Short descriptions of networks: what they say, and one line for what cannot be read."""

from typing import Any

import msgspec
import pytest

from tui_gan.contract.config import Config
from tui_gan.contract.errors import UsageError
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.network import ACTIVATION_NAMES, Network, described
from tui_gan.contract.toml import resolve
from tui_gan.gan.networks import ACTIVATIONS

PLAIN = {"norm": "none", "spectral": False, "dropout": 0.0, "input_dropout": 0.0}


@pytest.mark.parametrize(
    ("text", "table"),
    [
        ("128", {"kind": "mlp", "widths": (128,)}),
        ("128x3", {"kind": "mlp", "widths": (128, 128, 128)}),
        ("256,128", {"kind": "mlp", "widths": (256, 128)}),
        ("256x2,64", {"kind": "mlp", "widths": (256, 256, 64)}),
        (" 8x2-tanh ", {"widths": (8, 8), "activation": "tanh"}),
        ("128x3-maxout5", {"widths": (128,) * 3, "activation": "maxout", "pieces": 5}),
        ("128-maxout", {"activation": "maxout"}),
        ("400x4-relu-bn", {"widths": (400,) * 4, "activation": "relu", "norm": "batch"}),
        ("64-vbn", {"norm": "virtual_batch"}),
        ("256,128-leaky_relu-sn-dropout.3", {"activation": "leaky_relu", "spectral": True, "dropout": 0.3}),
        ("64-dropout0.5-input_dropout.2", {"dropout": 0.5, "input_dropout": 0.2}),
        ("64-dropout0", {"dropout": 0.0}),
        ("64-relu-tanh", {"activation": "tanh"}),
        ("dcgan64", {"kind": "dcgan", "widths": (64,)}),
        ("dcgan64,1024,128", {"kind": "dcgan", "widths": (64, 1024, 128)}),
        ("dcgan32-sn-relu", {"kind": "dcgan", "widths": (32,), "spectral": True, "activation": "relu"}),
    ],
)
def test_a_description_is_a_table(text: str, table: dict[str, Any]) -> None:
    found = described(text)
    assert {name: found[name] for name in table} == table
    assert {name: found[name] for name in PLAIN if name not in table} == {name: PLAIN[name] for name in PLAIN if name not in table}
    msgspec.convert(found, Network)


@pytest.mark.parametrize("name", ACTIVATION_NAMES)
def test_every_activation_has_its_word(name: str) -> None:
    assert described(f"8-{name}")["activation"] == name


def test_the_words_are_the_activations_there_are() -> None:
    assert set(ACTIVATION_NAMES) == {*ACTIVATIONS, "maxout"}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ["cannot read the network ''", "128x3-maxout5"]),
        ("x3", ["cannot read the network 'x3'"]),
        ("128x", ["cannot read the network '128x'"]),
        ("128x65", ["cannot read the network '128x65'"]),
        ("128,,3", ["cannot read the network"]),
        ("relu-128", ["cannot read the network"]),
        ("dcgan", ["cannot read the network 'dcgan'"]),
        ("dcgan64x2", ["cannot read the network"]),
        ("dcgan64,", ["cannot read the network"]),
        ("128-rleu", ["cannot read 'rleu' in the network '128-rleu'", "did you mean 'relu'?"]),
        ("128-bm", ["'bm'", "did you mean 'bn'?"]),
        ("128-dropout", ["'dropout'"]),
        ("128-dropout1.5", ["'dropout1.5'"]),
        ("128-", ["cannot read ''"]),
        ("-5", ["cannot read the network"]),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(text: str, parts: list[str]) -> None:
    with pytest.raises(UsageError) as caught:
        described(text)
    assert "\n" not in str(caught.value)
    assert [part for part in parts if part not in str(caught.value)] == []


@pytest.mark.parametrize("text", ["0", "0x3", "65537", "128x0", "128-maxout1", "128-maxout65"])
def test_numbers_out_of_range_are_refused_where_all_settings_are(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        resolve(Config(preset="x"), Knobs(), {"generator": text})
    assert "\n" not in str(caught.value)


def test_a_description_leaves_the_output_and_the_start_of_the_weights() -> None:
    base = Config(
        preset="x",
        generator=Network(kind="dcgan", widths=(64,), output="tanh", init="he", norm="batch", dropout=0.3, activation="relu"),
        discriminator=Network(outputs=2, init="normal", init_scale=0.02),
    )
    config, _ = resolve(base, Knobs(), {"generator": "32x2", "discriminator": "16-sn"})
    assert config.generator == Network(widths=(32, 32), output="tanh", init="he", activation="relu")
    assert config.discriminator == Network(widths=(16,), outputs=2, init="normal", init_scale=0.02, spectral=True)
