"""Exports: the averaged generator alone, usable with torch and nothing of ours."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file

from tui_gan.contract.config import Config, Information
from tui_gan.contract.errors import UnreadableError
from tui_gan.contract.network import ACTIVATION_NAMES, Network
from tui_gan.gan.latents import LATENTS, draw
from tui_gan.gan.networks import ACTIVATIONS
from tui_gan.session import checkpoint
from tui_gan.session.export import EXPORTERS, Source, source_of, write
from tui_gan.session.export.generator import safetensors
from tui_gan.session.samples import of_checkpoint

Train = Callable[..., Any]
COUNT = 20

DIGITS: dict[str, Any] = {"dataset": "digits", "metrics": ("precision",), "metric": "precision", "evaluated": 100, "fixed_latents": 64}
PLANE: dict[str, Any] = {"dataset": "ring", "metrics": ("sliced_w1",), "metric": "sliced_w1", "evaluated": 100}
SMALL = Network(widths=(5,))


def mlp(activation: str, **changes: Any) -> Network:
    return Network(widths=(5, 4), activation=activation, **changes)


# What is changed of the small configuration on the line.
GENERATORS: dict[str, dict[str, Any]] = {
    **{name: {"generator": mlp(name)} for name in dict.fromkeys((*ACTIVATIONS, *ACTIVATION_NAMES))},
    "mixed": {"generator": mlp("maxout,sigmoid", pieces=3)},
    "batch norm": {"generator": mlp("relu", norm="batch")},
    "dropout": {"generator": mlp("relu", dropout=0.3, input_dropout=0.2)},
    "latents": {"latent": "uniform", "latent_scale": 3**0.5, "standardize": False},
    "plane": {**PLANE, "generator": mlp("relu")},
    "images": {**DIGITS, "standardize": False, "generator": mlp("leaky_relu", norm="batch", output="sigmoid")},
    "contrast": {**DIGITS, "contrast": 55.0, "generator": mlp("relu,sigmoid"), "discriminator": SMALL},
    "dcgan": {**DIGITS, "generator": Network(kind="dcgan", widths=(3,), activation="relu", norm="batch", output="tanh")},
    "dcgan without norm": {**DIGITS, "generator": Network(kind="dcgan", widths=(3,), activation="silu")},
}


def exported(source: Path, folder: Path) -> Path:
    return write(source_of(str(source)), "safetensors", out=folder / "generator.safetensors")


def rebuilt(path: Path) -> tuple[torch.nn.Sequential, dict[str, Any]]:
    """The network as a stranger would build it, from the file alone."""
    with safe_open(path, framework="pt") as file:
        about = json.loads(file.metadata()["tui_gan"])
    network = torch.nn.Sequential(*(getattr(torch.nn, name)(*arguments) for name, *arguments in about["layers"]))
    network.load_state_dict(load_file(path))
    network.eval()
    for layer in network:
        layer.train(isinstance(layer, torch.nn.Dropout))
    return network, about


@pytest.mark.parametrize("name", GENERATORS)
def test_plain_pytorch_gets_the_very_samples_of_the_run(train: Train, config: Config, name: str, tmp_path: Path) -> None:
    changed = msgspec.structs.replace(config, **{"latent_dim": 2, **GENERATORS[name]})
    source = train(config=changed, until=5).checkpoint(5)
    network, about = rebuilt(exported(source, tmp_path))
    latent = LATENTS[about["latent"]]
    z = draw(latent, COUNT, about["latent_dim"], torch.Generator().manual_seed(7), scale=about["latent_scale"])
    with torch.random.fork_rng():
        torch.manual_seed(7)
        made = network(z).detach().double().numpy()
    x = made * np.array(about["scale"]) + np.array(about["location"])
    own = of_checkpoint(source, 7, COUNT)[0]
    assert list(x.shape) == [COUNT, *about["shape"]]
    x = np.clip(x, 0, 1).astype(np.float32) if len(about["shape"]) > 1 else x
    assert x.reshape(own.shape).tolist() == own.tolist()


def test_the_facts_say_what_was_learned(train: Train, config: Config, tmp_path: Path) -> None:
    source = train(config=msgspec.structs.replace(config, latent_dim=2, latent_scale=1.5), until=5).checkpoint(5)
    _, about = rebuilt(exported(source, tmp_path))
    assert about.pop("layers") == [["Linear", 2, 6], ["Tanh"], ["Linear", 6, 1]]
    assert about == {
        "preset": "toy1d",
        "step": 5,
        "latent": config.latent,
        "latent_dim": 2,
        "latent_scale": 1.5,
        "classes": [],
        "continuous_codes": 0,
        "completion": False,
        "shape": [1],
        "location": [4.0],
        "scale": [0.5],
    }


@pytest.mark.parametrize(
    ("changes", "wide"),
    [
        ({**PLANE, "classes": 8, "latent_dim": 3}, 11),
        ({**PLANE, "information": Information(categorical=4, continuous=2), "latent_dim": 3}, 9),
        ({**PLANE, "inference": "gaussian", "discriminator": Network(widths=(4,), condition="concat"), "latent_dim": 3}, 3),
    ],
    ids=["conditional", "codes", "inference"],
)
def test_the_header_says_what_stands_behind_the_latent(
    train: Train, config: Config, changes: dict[str, Any], wide: int, tmp_path: Path
) -> None:
    source = train(config=msgspec.structs.replace(config, **{"generator": mlp("relu"), **changes}), until=5).checkpoint(5)
    network, about = rebuilt(exported(source, tmp_path))
    assert about["latent_dim"] + len(about["classes"]) + about["continuous_codes"] == wide
    trained, _ = checkpoint.generator(source)
    z = torch.randn(5, wide)
    torch.testing.assert_close(network(z), trained(z))


def test_it_bears_the_step_of_its_checkpoint(train: Train) -> None:
    source = train(until=5).checkpoint(5)
    made = safetensors(Source("mine", None, source))
    assert made.step == 5
    assert made.content == write(source_of(str(source)), "safetensors").read_bytes()


def test_what_is_no_checkpoint_is_not_exported(tmp_path: Path) -> None:
    (tmp_path / "x.safetensors").write_bytes(b"nothing")
    for to in EXPORTERS:
        with pytest.raises(UnreadableError):
            write(Source("x", None, tmp_path / "x.safetensors"), to, out=tmp_path / f"out.{to}")
    assert not list(tmp_path.glob("out.*"))
