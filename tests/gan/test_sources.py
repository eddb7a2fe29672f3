"""Three published systems, written a second time by hand from their sources, without any of the package's code."""

import math

import msgspec
import numpy as np
import pytest
import torch
from torch import Tensor

from tui_gan.contract.knobs import Knobs
from tui_gan.contract.network import Network
from tui_gan.gan.datasets import DATASETS, Images, of_images
from tui_gan.gan.trainer import Trainer
from tui_gan.presets import PRESETS


def leaves(network: torch.nn.Module) -> list[Tensor]:
    return [weight.detach().double().clone().requires_grad_() for weight in network.parameters()]


def assert_close(network: torch.nn.Module, weights: list[Tensor]) -> None:
    found = [weight.detach().double() for weight in network.parameters()]
    torch.testing.assert_close(found, [weight.detach() for weight in weights], rtol=0, atol=1e-5)


@pytest.mark.parametrize("gate", [False, True])
def test_aylien_of_august_2016(gate: bool) -> None:
    preset = PRESETS["toy1d-aylien-2016-08"]
    # Small weights, so that rounding does not grow in twenty steps of a net that starts with weights of 1.
    narrow = msgspec.structs.replace(preset.config.discriminator, init_scale=0.5)
    config = msgspec.structs.replace(
        preset.config, discriminator=narrow, schedule=msgspec.structs.replace(preset.config.schedule, period=7)
    )
    trainer = Trainer(config, DATASETS["gaussian"](False), "cpu")
    knobs = Knobs(generator_lr=5e-3, discriminator_lr=5e-3, batch_size=12, device="cpu", minibatch_discrimination=gate)
    stream = torch.Generator().set_state(trainer.stream.get_state())
    g, d = leaves(trainer.generator), leaves(trainer.discriminator)
    names = [name for name, _ in trainer.discriminator.named_parameters()]

    def generator(z: Tensor) -> Tensor:
        return torch.log(1 + torch.exp(z @ g[0].T + g[1])) @ g[2].T + g[3]

    def discriminator(x: Tensor) -> Tensor:
        w = dict(zip(names, d, strict=True))
        h = torch.tanh(x @ w["body.0.weight"].T + w["body.0.bias"])
        h = torch.tanh(h @ w["body.2.weight"].T + w["body.2.bias"])
        if not gate:
            h = torch.tanh(h @ w["third.0.weight"].T + w["third.0.bias"])
            return torch.sigmoid(h @ w["logit.weight"].T + w["logit.bias"])
        rows = (h @ w["projection.weight"].T + w["projection.bias"]).reshape(-1, 5, 3)
        # tf.expand_dims(activation, 3) - tf.expand_dims(tf.transpose(activation, [1, 2, 0]), 0), and a big number on the diagonal.
        distances = (rows[:, :, :, None] - rows.permute(1, 2, 0)[None]).abs().sum(2)
        features = torch.exp(-(distances + torch.eye(len(x), dtype=torch.float64)[:, None])).sum(2)
        return torch.sigmoid(torch.cat((h, features), 1) @ w["minibatch_logit.weight"].T + w["minibatch_logit.bias"])

    def latents() -> Tensor:
        return (torch.linspace(-8, 8, 12) + torch.rand(12, generator=stream) * 0.01)[:, None].double()

    def descend(weights: list[Tensor], loss: Tensor, step: int) -> None:
        rate = 0.005 * 0.95 ** (step // 7)
        gradients = torch.autograd.grad(loss, weights, allow_unused=True)
        with torch.no_grad():
            for weight, gradient in zip(weights, gradients, strict=True):
                if gradient is not None:
                    weight -= rate * gradient

    for step in range(20):
        trainer.step(knobs)
        real = (torch.randn(12, 1, generator=stream) * 0.5 + 4).double()
        fake = generator(latents()).detach()
        descend(d, (-torch.log(discriminator(real)) - torch.log(1 - discriminator(fake))).mean(), step)
        descend(g, -torch.log(discriminator(generator(latents()))).mean(), step)
    assert torch.equal(stream.get_state(), trainer.stream.get_state())
    assert_close(trainer.generator, g)
    assert_close(trainer.discriminator, d)
    assert_close(trainer.generator_average, g)


def test_the_toy_of_nips_2016() -> None:
    preset = PRESETS["nips2016"]
    trainer = Trainer(preset.config, DATASETS["correlated"](False), "cpu")
    stream = torch.Generator().set_state(trainer.stream.get_state())
    g, d = leaves(trainer.generator), leaves(trainer.discriminator)[:6]
    root = torch.linalg.cholesky(torch.tensor([[1.0, 0.8], [0.8, 1.0]], dtype=torch.float64))

    def network(w: list[Tensor], x: Tensor) -> Tensor:
        return torch.relu(torch.relu(x @ w[0].T + w[1]) @ w[2].T + w[3]) @ w[4].T + w[5]

    def cost(real: Tensor, z: Tensor, decayed: list[Tensor]) -> Tensor:
        said = torch.cat([network(d, real).log_softmax(1)[:, 1:], network(d, network(g, z)).log_softmax(1)[:, :1]], 1)
        return -said.mean(0).sum() + 0.005 * sum(0.5 * each.square().sum() for each in decayed[::2])

    def descend(weights: list[Tensor], loss: Tensor) -> None:
        with torch.no_grad():
            for weight, gradient in zip(weights, torch.autograd.grad(loss, weights), strict=True):
                weight -= 0.01 * gradient

    for _ in range(3):
        trainer.step(preset.knobs)
        real = 1 + torch.randn(500, 2, generator=stream, dtype=torch.float64) @ root.T
        z = torch.rand(500, 2, generator=stream).double()
        descend(d, cost(real, z, d))
        descend(g, -cost(real, z, g))
    assert_close(trainer.generator, g)
    found = [weight.detach().double() for weight in trainer.discriminator.active(False)]
    torch.testing.assert_close(found, [weight.detach() for weight in d], rtol=0, atol=1e-5)


def test_the_start_of_goodfellow_on_mnist() -> None:
    preset = PRESETS["goodfellow-mnist"]
    train = torch.randint(0, 256, (50, 1, 3, 3), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    config = msgspec.structs.replace(
        preset.config,
        latent_dim=4,
        generator=msgspec.structs.replace(preset.config.generator, widths=(6, 5), init_scale=0.5),
        # Dropout, whose draws are torch's own, is left out of the comparison.
        discriminator=Network(widths=(4, 3), activation="maxout", pieces=5, init="uniform", init_scale=0.5),
        optimizer=msgspec.structs.replace(preset.config.optimizer, momentum_steps=10),
        schedule=msgspec.structs.replace(preset.config.schedule, factor=0.9, floor=0.5),
    )
    dataset = of_images(Images(train, train), False)
    trainer = Trainer(config, dataset, "cpu")
    knobs = Knobs(generator_lr=0.1, discriminator_lr=0.1, batch_size=10, device="cpu")
    stream = torch.Generator().set_state(trainer.stream.get_state())
    g, d = leaves(trainer.generator), leaves(trainer.discriminator)[:6]
    velocities = [torch.zeros_like(weight) for weight in (*g, *d)]

    def generator(z: Tensor) -> Tensor:
        h = torch.relu(torch.relu(z @ g[0].T + g[1]) @ g[2].T + g[3])
        return torch.sigmoid(h @ g[4].T + g[5])

    def discriminator(x: Tensor) -> Tensor:
        for w, b in ((d[0], d[1]), (d[2], d[3])):
            x = (x @ w.T + b).reshape(len(x), -1, 5).max(2).values
        return torch.sigmoid(x @ d[4].T + d[5])

    for step in range(20):
        trainer.step(knobs)
        rate, momentum = 0.1 * max(0.5, 0.9**step), 0.5 + 0.2 * min(1.0, step / 10)
        real = train.flatten(1).double()[torch.randint(50, (10,), generator=stream)] / 255
        z = (2 * torch.rand(10, 4, generator=stream) - 1).double() * math.sqrt(3)
        fake = generator(z)
        of_d = torch.autograd.grad(0.5 * (-torch.log(discriminator(real)).mean() - torch.log(1 - discriminator(fake.detach())).mean()), d)
        of_g = torch.autograd.grad(-torch.log(discriminator(fake)).mean(), g)
        with torch.no_grad():
            for weight, gradient, velocity in zip((*g, *d), (*of_g, *of_d), velocities, strict=True):
                velocity.mul_(momentum).add_(gradient)
                weight -= rate * velocity
    assert np.isfinite(float(trainer.mean_losses().sum()))
    assert_close(trainer.generator, g)
    torch.testing.assert_close(
        [w.detach().double() for w in trainer.discriminator.active(False)], [w.detach() for w in d], rtol=0, atol=1e-5
    )
