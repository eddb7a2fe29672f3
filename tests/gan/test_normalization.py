"""Virtual batch normalisation against one sample at a time, batch normalisation by slots against one slot at a time, written out."""

import msgspec
import pytest
import torch

from tui_gan.contract.config import Config
from tui_gan.contract.errors import UsageError
from tui_gan.contract.network import Network
from tui_gan.gan.datasets import DATASETS
from tui_gan.gan.networks import build
from tui_gan.gan.networks.normalization import SlotBatchNorm1d, SlotBatchNorm2d, VirtualBatchNorm
from tui_gan.gan.trainer import Trainer

Shape = tuple[int, ...]
every_shape = pytest.mark.parametrize("shape", [(3,), (3, 4, 5), (3, 1, 1)], ids=str)
REFERENCE, BATCH = 6, 4


def made(reference_size: int = REFERENCE) -> VirtualBatchNorm:
    norm = VirtualBatchNorm(3, reference_size).double()
    stream = torch.Generator().manual_seed(1)
    for parameter in norm.parameters():
        torch.nn.init.normal_(parameter, generator=stream)
    return norm


def rows(shape: Shape, count: int = REFERENCE + BATCH, seed: int = 0) -> torch.Tensor:
    return 2 + 3 * torch.randn(count, *shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def one_at_a_time(norm: VirtualBatchNorm, x: torch.Tensor) -> torch.Tensor:
    """As in the paper: means and mean squares of the reference batch and of the sample, weighed R : 1."""
    result = torch.empty_like(x)
    for row in range(len(x)):
        for feature in range(x.shape[1]):
            reference, own = x[:REFERENCE, feature], x[row, feature]
            mean, square = reference.mean(), reference.square().mean()
            if row >= REFERENCE:
                mean = (REFERENCE * mean + own.mean()) / (REFERENCE + 1)
                square = (REFERENCE * square + own.square().mean()) / (REFERENCE + 1)
            scale = norm.weight[feature] / torch.sqrt(square - mean**2 + 1e-5)
            result[row, feature] = (own - mean) * scale + norm.bias[feature]
    return result.detach()


@every_shape
def test_it_is_what_one_sample_at_a_time_gives(shape: Shape) -> None:
    norm, x = made(), rows(shape)
    torch.testing.assert_close(norm(x).detach(), one_at_a_time(norm, x))


@every_shape
def test_it_is_the_statistics_of_the_reference_and_the_sample_as_one_batch(shape: Shape) -> None:
    norm, x = made(), rows(shape)
    for row in range(REFERENCE, len(x)):
        together = torch.cat((x[:REFERENCE], x[row : row + 1]))
        expected = torch.nn.functional.batch_norm(together, None, None, norm.weight, norm.bias, training=True, eps=1e-5)[-1]
        torch.testing.assert_close(norm(x)[row], expected)


@every_shape
def test_reference_rows_are_batch_normalised(shape: Shape) -> None:
    norm, x = made(), rows(shape)
    expected = torch.nn.functional.batch_norm(x[:REFERENCE], None, None, norm.weight, norm.bias, training=True, eps=1e-5)
    torch.testing.assert_close(norm(x)[:REFERENCE], expected)
    torch.testing.assert_close(norm(x[:REFERENCE]), expected)


@every_shape
def test_no_sample_knows_another(shape: Shape) -> None:
    norm, x = made(), rows(shape)
    changed = x.clone()
    changed[REFERENCE + 1] += 10
    same = torch.arange(len(x)) != REFERENCE + 1
    assert torch.equal(norm(x)[same], norm(changed)[same])
    assert not torch.isclose(norm(x)[REFERENCE + 1], norm(changed)[REFERENCE + 1]).any()


@every_shape
def test_gradients_are_those_of_finite_differences(shape: Shape) -> None:
    x = rows(shape).requires_grad_()
    assert torch.autograd.gradcheck(made(), (x,), fast_mode=True)
    assert torch.autograd.gradgradcheck(made(), (x,), fast_mode=True)


def test_it_starts_as_the_plain_normalisation_and_keeps_only_weight_and_bias() -> None:
    norm = VirtualBatchNorm(3, REFERENCE)
    assert {name: value.tolist() for name, value in norm.state_dict().items()} == {"weight": [1, 1, 1], "bias": [0, 0, 0]}


def test_a_constant_reference_leaves_finite_values() -> None:
    result = VirtualBatchNorm(3, REFERENCE)(torch.full((REFERENCE + 2, 3), 7.0))
    assert torch.equal(result, torch.zeros_like(result))


def test_a_large_offset_costs_no_digits() -> None:
    norm, x = VirtualBatchNorm(3, REFERENCE), rows((3,)).float()
    torch.testing.assert_close(norm(x + 4096), norm(x), atol=2e-3, rtol=0)


@pytest.mark.parametrize("shape", [(3,), (3, 4, 5)], ids=str)
@pytest.mark.parametrize("slots", [2, 3])
def test_each_slot_is_normalised_as_if_it_were_alone(shape: Shape, slots: int) -> None:
    settings = {"eps": 1e-3, "momentum": 0.05, "dtype": torch.float64}
    kinds = {1: (SlotBatchNorm1d, torch.nn.BatchNorm1d), 3: (SlotBatchNorm2d, torch.nn.BatchNorm2d)}[len(shape)]
    by_slots, whole = kinds[0](3, **settings), kinds[1](3, **settings)
    by_slots.slots = slots
    with torch.no_grad():
        by_slots.weight.copy_(torch.tensor([0.5, -1.0, 2.0]))
        by_slots.bias.copy_(torch.tensor([1.0, 0.0, -3.0]))
    x = rows(shape, slots * 5).requires_grad_()
    found = by_slots(x)
    means, variances = [], []
    for slot in range(slots):
        part = x[slot::slots]
        axes = (0, *range(2, part.dim()))
        mean, variance = part.mean(axes, keepdim=True), part.var(axes, correction=0, keepdim=True)
        scale, shift = (each.view(1, 3, *[1] * (part.dim() - 2)) for each in (by_slots.weight, by_slots.bias))
        torch.testing.assert_close(found[slot::slots], (part - mean) / torch.sqrt(variance + 1e-3) * scale + shift)
        means.append(mean.flatten())
        variances.append(part.var(axes, correction=1))
    torch.testing.assert_close(by_slots.running_mean, 0.05 * torch.stack(means).mean(0))
    torch.testing.assert_close(by_slots.running_var, 0.95 + 0.05 * torch.stack(variances).mean(0))
    # What one slot does leaves the others as they are.
    (gradient,) = torch.autograd.grad(found[0::slots].square().sum(), x)
    assert not gradient[1::slots].any()
    # Once trained there is but one way to normalise.
    whole.load_state_dict(by_slots.state_dict())
    torch.testing.assert_close(by_slots.eval()(x), whole.eval()(x))
    torch.testing.assert_close(by_slots.train()(x[:-1]), whole.train()(x[:-1]))


def test_running_statistics_without_momentum_are_the_mean_of_all_batches() -> None:
    norm = SlotBatchNorm1d(2, momentum=None, dtype=torch.float64)
    norm.slots = 2
    batches = [rows((2,), 8, seed) for seed in range(3)]
    for batch in batches:
        norm(batch)
    torch.testing.assert_close(norm.running_mean, torch.cat(batches).mean(0))


@pytest.mark.parametrize("packing", [1, 2, 4])
def test_a_generator_has_as_many_slots_as_a_pack_and_a_discriminator_none(config: Config, packing: int) -> None:
    network = Network(widths=(4, 3), norm="batch", norm_by_slot=True)
    generator, _ = build(msgspec.structs.replace(config, generator=network, packing=packing), (2,))
    assert [layer.slots for layer in generator if isinstance(layer, SlotBatchNorm1d)] == [packing, packing]
    with pytest.raises(UsageError, match="norm_by_slot is for the generator"):
        Trainer(msgspec.structs.replace(config, discriminator=network), DATASETS["gaussian"](True), "cpu")
