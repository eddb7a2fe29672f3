"""Exports: the averaged generator alone, usable with torch and nothing of ours."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file

from tui_gan.contract.config import Config, Network
from tui_gan.contract.errors import UnreadableError
from tui_gan.gan.networks import ACTIVATIONS
from tui_gan.session import checkpoint
from tui_gan.session.export import EXPORTERS, safetensors

Train = Callable[..., Any]


def rebuilt(path: Path) -> tuple[torch.nn.Sequential, dict[str, Any]]:
    """The network as a stranger would build it, from the file alone."""
    with safe_open(path, framework="pt") as file:
        about = json.loads(file.metadata()["tui_gan"])
    network = torch.nn.Sequential(*(getattr(torch.nn, name)(*arguments) for name, *arguments in about["layers"]))
    network.load_state_dict(load_file(path))
    return network, about


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_plain_pytorch_gets_the_same_samples(train: Train, config: Config, activation: str, tmp_path: Path) -> None:
    changed = msgspec.structs.replace(config, latent_dim=2, generator=Network(widths=(5, 4), activation=activation))
    ended = train(config=changed, until=5)
    network, about = rebuilt(safetensors(ended.checkpoint(5), tmp_path / "generator.safetensors"))
    own, described = checkpoint.generator(ended.checkpoint(5))
    z = torch.randn(20, 2, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        assert torch.equal(network(z), own(z))
    assert {name: about[name] for name in ("preset", "step", "latent", "latent_dim")} == {
        "preset": "toy1d",
        "step": 5,
        "latent": changed.latent,
        "latent_dim": 2,
    }
    assert (about["location"], about["scale"]) == (described.location, described.scale) == (4.0, 0.5)


@pytest.mark.parametrize("exporter", EXPORTERS.values(), ids=EXPORTERS)
def test_an_export_goes_to_a_file_or_into_a_directory(train: Train, exporter: Callable[[Path, Path], Path], tmp_path: Path) -> None:
    source = train(until=5).checkpoint(5)
    inside = exporter(source, tmp_path)
    named = exporter(source, tmp_path / "named.bin")
    assert inside.parent == tmp_path
    assert "00000005" in inside.name
    assert named.name == "named.bin"
    assert inside.read_bytes() == named.read_bytes()


@pytest.mark.parametrize("exporter", EXPORTERS.values(), ids=EXPORTERS)
def test_what_is_no_checkpoint_is_not_exported(exporter: Callable[[Path, Path], Path], tmp_path: Path) -> None:
    (tmp_path / "x.safetensors").write_bytes(b"nothing")
    with pytest.raises(UnreadableError):
        exporter(tmp_path / "x.safetensors", tmp_path / "out.safetensors")
    assert not (tmp_path / "out.safetensors").exists()
