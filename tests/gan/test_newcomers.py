"""A new regularizer, optimizer or way to set k is exact over a state and a load, though nothing knows its name."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from safetensors.torch import load, save
from torch import nn

from tests.gan import newcomers
from tests.gan.by_hand import discriminator_loss
from tui_gan.contract.config import Optimizer
from tui_gan.contract.knobs import Knobs
from tui_gan.gan.networks import ACTIVATIONS
from tui_gan.gan.optimizers import OPTIMIZERS
from tui_gan.gan.orders import COORDINATION
from tui_gan.gan.regularizers import REGULARIZERS
from tui_gan.gan.state import forms
from tui_gan.gan.trainer import Trainer

Build = Callable[..., Trainer]
CHANGES: dict[str, dict[str, Any]] = {
    **{name: {"regularizers": {name: 0.3}} for name in newcomers.REGULARIZERS},
    "two": {"regularizers": {"growing": 0.2, "adaptive_l2": 0.1, "scattered": 0.1}, "lazy": 2},
    **{f"{name} {m:g}": {"optimizer": Optimizer(kind=name, momentum=m)} for name in newcomers.OPTIMIZERS for m in (0.0, 0.5)},
    **{name: {"coordination": name} for name in newcomers.COORDINATIONS},
}


@pytest.fixture(autouse=True)
def _in_the_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    for table, found in (
        (REGULARIZERS, newcomers.REGULARIZERS),
        (OPTIMIZERS, newcomers.OPTIMIZERS),
        (COORDINATION, newcomers.COORDINATIONS),
    ):
        for name, each in found.items():
            monkeypatch.setitem(table, name, each)


def train(trainer: Trainer, first: int, last: int) -> None:
    for number in range(first, last):
        # The minibatch features join late, so that moments begin at other steps.
        trainer.step(Knobs(batch_size=8, device="cpu", k_steps=3, minibatch_discrimination=number >= 3))
        trainer.coordinate(Knobs(k_steps=3))
        trainer.clear_losses()
        # Whoever else draws from torch's own stream.
        torch.rand(number)


@pytest.mark.parametrize("changes", CHANGES.values(), ids=CHANGES)
def test_2n_steps_are_n_and_n_bit_for_bit(build_trainer: Build, changes: dict[str, Any], differing: Callable[..., set[str]]) -> None:
    whole, first = build_trainer(**changes), build_trainer(**changes)
    train(whole, 0, 8)
    train(first, 0, 2)
    second = build_trainer(**changes)
    second.load_state(load(save(first.state())))
    train(second, 2, 8)
    assert differing(whole.state(), second.state()) == set()
    assert differing(first.state(), second.state()) > {"counts", "stream"}


@pytest.mark.parametrize("changes", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("steps", [0, 2, 5])
def test_the_forms_of_its_state_are_known(build_trainer: Build, changes: dict[str, Any], steps: int) -> None:
    trainer = build_trainer(**changes)
    train(trainer, 0, steps)
    found = {name: (value.dtype, tuple(value.shape)) for name, value in trainer.state().items()}
    must, begun, may = forms(trainer.config, trainer.dataset.shape)
    assert must.keys() <= found.keys() <= must.keys() | begun.keys() | may.keys()
    assert all(found[name] == {**must, **begun, **may}[name] for name in found)


def test_a_coefficient_that_adapts_is_in_the_loss_as_it_stands(build_trainer: Build, knobs: Knobs) -> None:
    """3 % more in each update, of k = 2 in each step."""
    trainer = build_trainer(regularizers={"growing": 0.5})
    for _ in range(4):
        trainer.step(Knobs(batch_size=8, device="cpu", k_steps=2))
    assert trainer.coefficients["growing"].item() == pytest.approx(0.5 * 1.03**8, rel=1e-6)
    losses, (real_logits, fake_logits) = discriminator_loss(trainer, trainer.chance.batch(knobs).x, torch.randn(8, 1), knobs)
    added = 0.5 * 1.03**8 * (real_logits.square().mean() + fake_logits.square().mean())
    assert (losses.total - losses.loss).item() == pytest.approx(added.item(), rel=1e-5)


@pytest.mark.parametrize("layer", [nn.Dropout1d, nn.AlphaDropout, nn.FeatureAlphaDropout])
def test_every_dropout_of_torch_is_seeded(build_trainer: Build, monkeypatch: pytest.MonkeyPatch, layer: type[nn.Module]) -> None:
    assert not build_trainer().game.stirs
    monkeypatch.setitem(ACTIVATIONS, "leaky_relu", lambda: nn.Sequential(nn.LeakyReLU(0.2), layer(0.2)))
    assert build_trainer().game.stirs
