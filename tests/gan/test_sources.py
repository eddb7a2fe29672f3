"""Published systems, written a second time by hand from their sources; of the package's code they share the order of an epoch alone."""

import math

import msgspec
import numpy as np
import pytest
import torch
from scipy import stats
from torch import Tensor

from tui_gan.contract.knobs import Knobs
from tui_gan.contract.network import Network
from tui_gan.gan.datasets import DATASETS, Images, epochs, fixed, of_images
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
    stream = torch.Generator().set_state(trainer.now.stream.get_state())
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
    assert torch.equal(stream.get_state(), trainer.now.stream.get_state())
    assert_close(trainer.generator, g)
    assert_close(trainer.discriminator, d)
    assert_close(trainer.generator_average, g)


def test_the_toy_of_nips_2016() -> None:
    preset = PRESETS["nips2016"]
    trainer = Trainer(preset.config, DATASETS["correlated"](False), "cpu")
    stream = torch.Generator().set_state(trainer.now.stream.get_state())
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


@pytest.mark.parametrize("name", ["line", "gaussians", "ring", "disjoint"])
def test_gan_lab(name: str) -> None:
    preset = PRESETS[f"ganlab-{name}"]
    config, knobs = preset.config, preset.knobs
    dataset = fixed(DATASETS[config.dataset](False), 12_000, config.seed)
    trainer = Trainer(config, dataset, "cpu")
    assert dataset.rows
    points = dataset.rows(torch.arange(12_000), "cpu").double()
    stream = torch.Generator().set_state(trainer.now.stream.get_state())
    g, d = leaves(trainer.generator), leaves(trainer.discriminator)
    d = d[: len(config.discriminator.widths) * 2 + 2]

    def network(x: Tensor, weights: list[Tensor]) -> Tensor:
        for w, b in zip(weights[:-2:2], weights[1:-2:2], strict=True):
            x = torch.relu(x @ w.T + b)
        return x @ weights[-2].T + weights[-1]

    def generator() -> Tensor:
        u = torch.rand(150, 2, generator=stream).double().numpy()
        noise = u if name in ("line", "ring") else stats.truncnorm(-2, 2, 0.5, 0.25).ppf(u)
        return torch.tanh(network(torch.from_numpy(noise), g))

    def descend(loss: Tensor, weights: list[Tensor], rate: float) -> None:
        with torch.no_grad():
            for weight, gradient in zip(weights, torch.autograd.grad(loss, weights), strict=True):
                weight -= rate * gradient

    drawn = 0
    for _ in range(20):
        trainer.step(knobs)
        for _ in range(knobs.k_steps):
            real = points[epochs.order(12_000, config.seed, drawn // 12_000)[drawn % 12_000 : drawn % 12_000 + 150]]
            drawn += 150
            of_real, of_fake = (torch.sigmoid(network(x, d)) for x in (real, generator().detach()))
            descend(-(0.95 * torch.log(of_real).mean() + torch.log(1 - of_fake).mean()), d, 0.03 if name == "line" else 0.1)
        descend(-torch.log(torch.sigmoid(network(generator(), d))).mean(), g, 0.01 if name == "line" else 0.03)
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
        # Epochs of five steps, over three of which the momentum rises.
        optimizer=msgspec.structs.replace(preset.config.optimizer, momentum_steps=15, momentum_every=5),
        schedule=msgspec.structs.replace(preset.config.schedule, factor=0.9, floor=0.5),
    )
    dataset = of_images(Images(train, train), False)
    trainer = Trainer(config, dataset, "cpu")
    knobs = Knobs(generator_lr=0.1, discriminator_lr=0.1, batch_size=10, device="cpu")
    stream = torch.Generator().set_state(trainer.now.stream.get_state())
    g, d = leaves(trainer.generator), leaves(trainer.discriminator)[:6]
    # pylearn2's init_sigmoid_bias_from_marginals: the logit of the mean over all training images.
    mean = train.double().flatten(1).mean(0) / 255
    torch.testing.assert_close(g[5].detach(), torch.log(mean / (1 - mean)), rtol=0, atol=1e-5)
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
        epoch, place = divmod(step, 5)
        rate, momentum = 0.1 * max(0.5, 0.9**step), 0.5 + 0.2 * min(1.0, epoch / 3)
        real = train.flatten(1).double()[epochs.order(50, 0, epoch)[place * 10 : place * 10 + 10]] / 255
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


class TensorflowAdam:
    """tf.train.AdamOptimizer: lr_t = lr sqrt(1 - beta2^t) / (1 - beta1^t), theta -= lr_t m / (sqrt(v) + 1e-8)."""

    def __init__(self, weights: list[Tensor], rate: float, beta1: float) -> None:
        self.weights, self.rate, self.beta1, self.t = weights, rate, beta1, 0
        self.m, self.v = ([torch.zeros_like(weight) for weight in weights] for _ in range(2))

    def descend(self, gradients: tuple[Tensor, ...]) -> None:
        self.t += 1
        rate = self.rate * math.sqrt(1 - 0.999**self.t) / (1 - self.beta1**self.t)
        with torch.no_grad():
            for weight, gradient, m, v in zip(self.weights, gradients, self.m, self.v, strict=True):
                m.mul_(self.beta1).add_((1 - self.beta1) * gradient)
                v.mul_(0.999).add_(0.001 * gradient**2)
                weight -= rate * m / (v.sqrt() + 1e-8)


def test_aylien_of_july_2017() -> None:
    preset = PRESETS["toy1d-aylien-2017-07"]
    assert preset.config.steps == 5_001
    narrow = msgspec.structs.replace(preset.config.discriminator, init_scale=0.5)
    trainer = Trainer(msgspec.structs.replace(preset.config, discriminator=narrow), DATASETS["gaussian"](False), "cpu")
    knobs = Knobs(generator_lr=1e-3, discriminator_lr=1e-3, batch_size=8, device="cpu")
    stream = torch.Generator().set_state(trainer.now.stream.get_state())
    g, d = leaves(trainer.generator), leaves(trainer.discriminator)
    w = dict(zip([name for name, _ in trainer.discriminator.named_parameters()], d, strict=True))
    used = [w[f"{name}.{part}"] for name in ("body.0", "body.2", "third.0", "logit") for part in ("weight", "bias")]
    players = TensorflowAdam(used, 1e-3, 0.9), TensorflowAdam(g, 1e-3, 0.9)

    def generator(z: Tensor) -> Tensor:
        return torch.log(1 + torch.exp(z @ g[0].T + g[1])) @ g[2].T + g[3]

    def discriminator(x: Tensor) -> Tensor:
        for name in ("body.0", "body.2", "third.0"):
            x = torch.relu(x @ w[f"{name}.weight"].T + w[f"{name}.bias"])
        return torch.sigmoid(x @ w["logit.weight"].T + w["logit.bias"])

    def latents() -> Tensor:
        return (torch.linspace(-8, 8, 8) + torch.rand(8, generator=stream) * 0.01)[:, None].double()

    def log(x: Tensor) -> Tensor:
        return torch.log(torch.clamp(x, min=1e-5))

    for _ in range(20):
        trainer.step(knobs)
        real = (torch.randn(8, 1, generator=stream) * 0.5 + 4).double()
        fake = generator(latents()).detach()
        players[0].descend(torch.autograd.grad((-log(discriminator(real)) - log(1 - discriminator(fake))).mean(), used))
        players[1].descend(torch.autograd.grad(-log(discriminator(generator(latents()))).mean(), g))
    assert_close(trainer.generator, g)
    assert_close(trainer.discriminator, d)


@pytest.mark.parametrize("name", ["ring2d-pacgan", "grid2d-pacgan"])
def test_pacgan_in_the_plane(name: str) -> None:
    preset = PRESETS[name]
    # Wider weights than those of the source, whose gradients would be as small as rounding.
    config = msgspec.structs.replace(
        preset.config,
        generator=msgspec.structs.replace(preset.config.generator, widths=(7, 6), init_scale=0.5),
        discriminator=msgspec.structs.replace(preset.config.discriminator, widths=(4, 3), init_scale=0.5),
    )
    dataset = fixed(DATASETS[config.dataset](False), 100_000, config.seed)
    trainer = Trainer(config, dataset, "cpu")
    assert dataset.rows
    points = dataset.rows(torch.arange(100_000), "cpu").double()
    knobs = Knobs(generator_lr=1e-4, discriminator_lr=1e-4, batch_size=100, device="cpu")
    stream = torch.Generator().set_state(trainer.now.stream.get_state())
    g, d = leaves(trainer.generator), leaves(trainer.discriminator)[:6]
    # No layer before a normalisation has a bias: weight, scale, shift; weight, scale, shift; weight, bias.
    assert [weight.dim() for weight in g] == [2, 1, 1, 2, 1, 1, 2, 1]
    population = [torch.zeros(7).double(), torch.zeros(6).double()]

    def generator(z: Tensor) -> Tensor:
        means = []
        for w, scale, shift in (g[0:3], g[3:6]):
            h = z @ w.T
            means.append(h.mean(0).detach())
            z = torch.relu((h - h.mean(0)) / torch.sqrt(((h - h.mean(0)) ** 2).mean(0) + 1e-4) * scale + shift)
        seen.append(means)
        return z @ g[6].T + g[7]

    def discriminator(x: Tensor) -> Tensor:
        for w, b in ((d[0], d[1]), (d[2], d[3])):
            x = (x @ w.T + b).reshape(len(x), -1, 5).max(2).values
        return x @ d[4].T + d[5]

    players = TensorflowAdam(d, 1e-4, 0.8), TensorflowAdam(g, 1e-4, 0.8)
    for _ in range(5):
        trainer.step(knobs)
        real = points[torch.randint(100_000, (200,), generator=stream)].reshape(100, 4)
        z = torch.special.ndtri(torch.rand(200, 2, generator=stream).clamp(5e-7, 1 - 5e-7)).double()
        seen: list[list[Tensor]] = []
        # The generator maps the latents of each slot by themselves.
        fake = torch.cat([generator(z[0::2]), generator(z[1::2])], 1)
        real_logits, fake_logits = discriminator(real), discriminator(fake)
        softplus = torch.nn.functional.softplus
        of_d = torch.autograd.grad((softplus(-real_logits) + softplus(discriminator(fake.detach()))).mean(), d)
        of_g = torch.autograd.grad((softplus(real_logits) + softplus(-fake_logits)).mean(), g)
        players[0].descend(of_d)
        players[1].descend(of_g)
        population = [0.95 * old + 0.05 * (one + other) / 2 for old, one, other in zip(population, *seen, strict=True)]
    assert_close(trainer.generator, g)
    found = [weight.detach().double() for weight in trainer.discriminator.active(False)]
    torch.testing.assert_close(found, [weight.detach() for weight in d], rtol=0, atol=1e-5)
    running = [layer.running_mean.double() for layer in trainer.generator if isinstance(layer, torch.nn.BatchNorm1d)]
    torch.testing.assert_close(running, population, rtol=0, atol=1e-5)


def test_the_start_of_goodfellow_on_faces() -> None:
    preset = PRESETS["goodfellow-faces"]
    train = torch.randint(0, 256, (30, 1, 4, 4), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    config = msgspec.structs.replace(
        preset.config,
        latent_dim=4,
        generator=msgspec.structs.replace(preset.config.generator, widths=(6, 5), init_scale=0.8, last_sparse=3, column_norm=1.2),
        discriminator=Network(widths=(4, 3), activation="maxout", pieces=5, init="uniform", init_scale=0.8, column_norm=0.9),
        optimizer=msgspec.structs.replace(preset.config.optimizer, momentum_steps=9, momentum_every=3),
    )
    trainer = Trainer(config, of_images(Images(train, train), False), "cpu")
    knobs = Knobs(generator_lr=0.05, discriminator_lr=0.05, batch_size=10, device="cpu")
    stream = torch.Generator().set_state(trainer.now.stream.get_state())
    g, d = leaves(trainer.generator), leaves(trainer.discriminator)[:6]
    assert (g[3] == -2).all()
    assert ((g[4] != 0).sum(1) == 3).all()
    velocities = [torch.zeros_like(weight) for weight in (*g, *d)]

    def generator(z: Tensor) -> Tensor:
        h = torch.sigmoid(torch.relu(z @ g[0].T + g[1]) @ g[2].T + g[3])
        return torch.sigmoid(h @ g[4].T + g[5])

    def discriminator(x: Tensor) -> Tensor:
        for w, b in ((d[0], d[1]), (d[2], d[3])):
            x = (x @ w.T + b).reshape(len(x), -1, 5).max(2).values
        return torch.sigmoid(x @ d[4].T + d[5])

    for step in range(12):
        trainer.step(knobs)
        epoch, place = divmod(step, 3)
        momentum, rate = 0.5 + 0.2 * min(1.0, epoch / 3), 0.05 * (1 / 1.000004) ** step
        real = train.flatten(1).double()[epochs.order(30, 0, epoch)[place * 10 : place * 10 + 10]] / 255
        fake = generator(torch.special.ndtri(torch.rand(10, 4, generator=stream).clamp(5e-7, 1 - 5e-7)).double())
        of_d = torch.autograd.grad(0.5 * (-torch.log(discriminator(real)).mean() - torch.log(1 - discriminator(fake.detach())).mean()), d)
        of_g = torch.autograd.grad(-torch.log(discriminator(fake)).mean(), g)
        with torch.no_grad():
            for weight, gradient, velocity in zip((*g, *d), (*of_g, *of_d), velocities, strict=True):
                velocity.mul_(momentum).add_(gradient)
                weight -= rate * velocity
            for limit, weights in ((1.2, g[::2]), (0.9, d[::2])):
                for weight in weights:
                    for unit in weight:
                        unit *= min(1.0, limit / max(1e-9, float(unit.norm())))
    assert any(float(unit.norm()) > 1.19 for unit in g[4].detach())
    assert_close(trainer.generator, g)
    found = [weight.detach().double() for weight in trainer.discriminator.active(False)]
    torch.testing.assert_close(found, [weight.detach() for weight in d], rtol=0, atol=1e-5)
