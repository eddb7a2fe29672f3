"""A generator as it is sampled: dropout is part of its noise, and nothing else is by chance."""

import copy
import dataclasses

import msgspec
import pytest
import torch
from torch import nn

from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.network import Network
from tui_gan.gan import company
from tui_gan.gan import sampling as module
from tui_gan.gan.average import settle_
from tui_gan.gan.datasets import DATASETS
from tui_gan.gan.networks.inference import encoded
from tui_gan.gan.networks.r3gan import r3gan_generator
from tui_gan.gan.sampling import alike, dropouts, sampling
from tui_gan.gan.trainer import Trainer
from tui_gan.session.observe import generated

SHARE, COUNT = 0.3, 20_000
DROPS = Network(widths=(16,), dropout=0.5)


def of_ones() -> nn.Sequential:
    """G(z) = 1 by one hidden unit that dropout may leave out."""
    generator = nn.Sequential(nn.Linear(2, 1), nn.Dropout(SHARE)).requires_grad_(False)
    generator[0].weight.zero_()
    generator[0].bias.fill_(1.0)
    return generator


def made(config: Config, **changes: object) -> Trainer:
    return Trainer(msgspec.structs.replace(config, generator=DROPS, **changes), DATASETS["gaussian"](True), "cpu")


def test_samples_leave_out_the_share_and_the_rest_makes_up_for_it() -> None:
    x = generated(of_ones(), torch.zeros(COUNT, 2))
    assert sorted(x.unique().tolist()) == pytest.approx([0.0, 1 / (1 - SHARE)])
    assert float((x == 0).float().mean()) == pytest.approx(SHARE, abs=4 * (SHARE * (1 - SHARE) / COUNT) ** 0.5)


def test_they_follow_from_the_seed_and_torchs_own_stream_stays_where_it_is() -> None:
    latents, generator = torch.zeros(64, 2), of_ones()
    before = torch.get_rng_state()
    first = generated(generator, latents, 1)
    assert torch.equal(first, generated(generator, latents, 1))
    assert not torch.equal(first, generated(generator, latents, 2))
    assert torch.equal(torch.get_rng_state(), before)
    assert not any(layer.training for layer in generator.modules())


def test_they_are_those_of_plain_torch() -> None:
    latents, generator = torch.zeros(64, 2), of_ones()
    with torch.random.fork_rng():
        torch.manual_seed(5)
        wanted = copy.deepcopy(generator).train()(latents)
    assert torch.equal(generated(generator, latents, 5), wanted)


def test_a_way_through_latents_is_of_one_network() -> None:
    generator = nn.Sequential(nn.Linear(2, 64), nn.Dropout(0.5), nn.Linear(64, 3)).requires_grad_(False)
    x = alike(generator, torch.ones(7, 2))
    assert torch.equal(x, x[:1].expand(7, 3))
    assert not torch.equal(x, generator(torch.ones(7, 2)))
    plain = nn.Sequential(nn.Linear(2, 3)).requires_grad_(False)
    latents = torch.randn(7, 2, generator=torch.Generator().manual_seed(0))
    assert torch.equal(alike(plain, latents), plain(latents))


def test_a_generator_whose_only_noise_is_dropout_has_a_spread(config: Config, knobs: Knobs) -> None:
    trainer = made(config)
    with torch.no_grad():
        trainer.averaged().get_parameter("0.weight").zero_()
        trainer.averaged().get_parameter("0.bias").fill_(1.0)
    samples = trainer.sample(trainer.fixed_latents)
    assert float(samples.std()) > 0.01
    assert torch.equal(samples, trainer.sample(trainer.fixed_latents))
    same = trainer.sample_alike(trainer.fixed_latents[:5])
    torch.testing.assert_close(same, same[:1].expand(5, -1))
    # The company of samples is others of the same generator.
    judged = company.fake(trainer, dataclasses.replace(knobs, minibatch_discrimination=True), 256)
    assert not torch.equal(judged.samples, judged.company)
    assert float(judged.company.std()) > 0.01


def test_looking_changes_nothing_of_the_training(config: Config, knobs: Knobs) -> None:
    looked, alone = made(config), made(config)
    for trainer in (looked, alone):
        for _ in range(3):
            if trainer is looked:
                trainer.sample(trainer.fixed_latents)
                trainer.sample_alike(trainer.fixed_latents[:3])
            trainer.step(knobs)
    found, wanted = looked.state(), alone.state()
    assert all(torch.equal(found[name], wanted[name]) for name in wanted)


def test_an_encoder_leaves_out_none(config: Config) -> None:
    trainer = made(config, inference="deterministic", encoder=DROPS, discriminator=Network(widths=(5,), condition="concat"))
    generator = trainer.averaged()
    inner = [layer for layer in generator.modules() if isinstance(layer, nn.Dropout)]
    assert len(inner) == 2
    assert len(dropouts(generator)) == 1
    with sampling(generator):
        assert [layer.training for layer in inner].count(True) == 1
        codes = encoded(generator, torch.ones(5, 1))
        torch.testing.assert_close(codes, codes[:1].expand(5, -1))


def test_the_statistics_of_the_average_are_those_of_its_samples() -> None:
    """With half of the units left out and the rest doubled the mean is 1 and the variance 1; without, 0."""
    generator = nn.Sequential(nn.Linear(1, 1), nn.Dropout(0.5), nn.BatchNorm1d(1)).requires_grad_(False)
    generator[0].weight.zero_()
    generator[0].bias.fill_(1.0)
    settle_(generator, copy.deepcopy(generator), torch.zeros(COUNT, 1), 0.9)
    assert float(generator[2].running_mean) == pytest.approx(1.0, abs=0.05)
    assert float(generator[2].running_var) == pytest.approx(1.0, abs=0.05)


def test_so_many_samples_are_made_at_once_as_their_hidden_units_have_room(monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network(kind="r3gan", widths=(16, 8))
    images = r3gan_generator(network, 3, (3, 8, 8))
    # Inside of the blocks of 8x8 there are twice as many channels as outside.
    most = 2 * 8 * 8 * 8
    assert module.widest(images, torch.randn(4, 3)) == (most, 3 * 8 * 8)
    monkeypatch.setattr(module, "PASSED", 5 * most)
    assert module.at_once(images, torch.randn(4, 3)) == 5
    monkeypatch.setattr(module, "PASSED", most // 2)
    assert module.at_once(images, torch.randn(4, 3)) == 1
    # The units that are left out are drawn for all samples at once, so that others would be with other portions.
    dropping = torch.nn.Sequential(torch.nn.Linear(3, most), torch.nn.Dropout(0.5), torch.nn.Linear(most, 2))
    assert module.at_once(dropping, torch.randn(4, 3)) == 65_536
    assert not any(layer._forward_hooks for layer in (*images.modules(), *dropping.modules()))
