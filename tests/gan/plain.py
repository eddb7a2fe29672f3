"""A training step written a second time, in plain tensors of float64, without any of the package's code."""

import numpy as np
import torch
from torch import Tensor

from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs

State = dict[str, Tensor]
EPSILON = 1e-8
OF_FEATURES = ("minibatch.projection", "minibatch_logit.weight")


def log_sigmoid(x: Tensor) -> Tensor:
    return -torch.log(1 + torch.exp(-x))


class Plain:
    """The toy GAN on standardised data: a generator with one hidden layer of tanh, a discriminator with two of leaky ReLU.

    It knows minibatch features, packing, instance noise, penalties of the weights and by finite differences, lazy or not, feature
    matching, historical averaging, two objectives, the orders of updates, the optimizers, and the averaged generator.
    """

    def __init__(self, config: Config, state: State) -> None:
        self.config = config
        self.stream = torch.Generator().set_state(state["stream"])
        self.g, self.d = (
            {name.removeprefix(prefix): value.double().requires_grad_() for name, value in state.items() if name.startswith(prefix)}
            for prefix in ("generator.", "discriminator.")
        )
        self.average = {name: value.detach().clone() for name, value in self.g.items()}
        # All that the weights have been, of which historical averaging takes the mean.
        self.been: list[State] = []
        # By the weights themselves, which are compared by identity.
        self.moments: dict[Tensor, tuple[Tensor, Tensor, int]] = {}
        self.last: dict[Tensor, Tensor] = {}
        self.slow = {weight: weight.detach().clone() for weight in (*self.g.values(), *self.d.values())}
        self.coefficient = config.regularizers.get("adaptive_l2", 0.0)
        # Of the generator and the discriminator, in their last updates of each step, without what is added to them.
        self.losses: list[tuple[float, float]] = []
        self.remember()

    def remember(self) -> None:
        self.been.append({name: value.detach().clone() for name, value in {**self.g, **self.d}.items()})

    def generate(self, z: Tensor) -> Tensor:
        hidden = torch.tanh(z @ self.g["0.weight"].T + self.g["0.bias"])
        return hidden @ self.g["2.weight"].T + self.g["2.bias"]

    def hidden(self, x: Tensor) -> Tensor:
        for layer in ("body.0", "body.2"):
            x = x @ self.d[layer + ".weight"].T + self.d[layer + ".bias"]
            x = torch.maximum(x, 0.2 * x)
        return x

    def judge(self, x: Tensor, gate: bool) -> Tensor:
        h = self.hidden(x)
        logits = h @ self.d["logit.weight"].T + self.d["logit.bias"]
        if not gate:
            return logits
        rows = (h @ self.d["minibatch.projection"]).reshape(len(x), self.config.minibatch.dim, self.config.minibatch.kernels)
        closeness = torch.exp(-(rows[:, None] - rows[None]).abs().sum(2))
        features = (closeness.sum(1) - 1) / (len(x) - 1)
        return logits + features @ self.d["minibatch_logit.weight"].T

    def real(self, knobs: Knobs) -> Tensor:
        return torch.randn(knobs.batch_size * self.config.packing, 1, generator=self.stream).double()

    def latents(self, knobs: Knobs) -> Tensor:
        count = knobs.batch_size * self.config.packing
        levels = torch.rand(count, 1, generator=self.stream)
        if self.config.stratified:
            levels = (torch.rand(count, 1, generator=self.stream).argsort(0) + levels) / count
        return torch.special.ndtri(levels.double())

    def shown(self, samples: Tensor, step: int) -> Tensor:
        """With noise whose standard deviation falls linearly to 0, and so many side by side."""
        noise = self.config.instance_noise
        sd = noise.sd * max(0.0, 1 - step / noise.steps) if noise.steps else noise.sd
        if sd:
            samples = samples + sd * torch.randn(samples.shape)
        return torch.stack([torch.cat([*pack]) for pack in samples.split(self.config.packing)])

    def of_d(self, real: Tensor, fake: Tensor, step: int, knobs: Knobs) -> tuple[Tensor, Tensor, Tensor]:
        """All that the discriminator lowers, and the logits of real and of fake samples."""
        config, gate = self.config, knobs.minibatch_discrimination
        real, fake = self.shown(real, step), self.shown(fake, step)
        of_real, of_fake = self.judge(real, gate), self.judge(fake, gate)
        loss = -log_sigmoid(of_real).mean() - log_sigmoid(-of_fake).mean()
        self.of_last_d = loss.item()
        if step % config.lazy == 0:
            loss = loss + config.lazy * knobs.regularization * self.penalties(real, of_real, gate)
        if config.regularizers.get("adaptive_l2"):
            right = ((of_real > 0).double().mean() + (of_fake < 0).double().mean()).item() / 2
            self.coefficient *= 1.01 if right > 0.8 else 1 / 1.01 if right < 0.65 else 1.0
        return loss + self.drift(self.d), of_real, of_fake

    def penalties(self, real: Tensor, of_real: Tensor, gate: bool) -> Tensor:
        regularizers = self.config.regularizers
        heavy = regularizers.get("l2", 0.0) + self.coefficient
        found = heavy / 2 * torch.stack([(value**2).sum() for value in self.part(gate) if value.dim() == 2]).sum()
        if weight := regularizers.get("r1_difference"):
            numbers = real.shape[1]
            ways = torch.randn(real.shape).double() if numbers > 1 else torch.tensor([[(-1.0) ** row] for row in range(len(real))])
            shift = 0.1 * ways / (ways**2).sum(1, keepdim=True) ** 0.5
            slope = (self.judge(real + shift, gate) - of_real) / 0.1
            found = found + weight * numbers / 2 * (slope**2).mean()
        return found

    def of_g(self, of_real: Tensor | None, of_fake: Tensor) -> Tensor:
        loss = -log_sigmoid(of_fake).mean()
        if self.config.objective == "zero_sum":
            assert of_real is not None
            loss = log_sigmoid(of_real).mean() + log_sigmoid(-of_fake).mean()
        self.of_last_g = loss.item()
        return loss

    def matched(self, real: Tensor, fake: Tensor) -> Tensor:
        apart = self.hidden(real).mean(0) - self.hidden(fake).mean(0)
        return self.config.feature_matching * (apart**2).sum()

    def drift(self, weights: State) -> Tensor:
        """How far the weights are from the mean of all that they have been."""
        if not self.config.historical_averaging:
            return torch.zeros((), dtype=torch.float64)
        means = {name: torch.stack([each[name] for each in self.been]).mean(0) for name in weights}
        return self.config.historical_averaging * torch.stack([((weights[name] - means[name]) ** 2).sum() for name in weights]).sum()

    def part(self, gate: bool) -> list[Tensor]:
        """What takes part of the discriminator."""
        return [value for name, value in self.d.items() if gate or name not in OF_FEATURES]

    def moved(self, weight: Tensor, gradient: Tensor, rate: float, step: int) -> Tensor:
        now = weight - self.unmoved(weight, gradient, step) * rate
        if self.config.optimizer.kind.startswith("optimistic"):
            # Daskalakis et al. 2018, algorithm 1.
            last = self.last.get(weight, torch.zeros_like(weight))
            self.last[weight] = (weight - now) / rate
            return now - rate * (self.last[weight] - last)
        return now

    def unmoved(self, weight: Tensor, gradient: Tensor, step: int) -> Tensor:
        """What the rate is multiplied by."""
        settings = self.config.optimizer
        m, v, t = self.moments.get(weight, (torch.zeros_like(weight), torch.zeros_like(weight), 0))
        if settings.kind.endswith("sgd"):
            share = min(step / settings.momentum_steps, 1.0) if settings.momentum_steps else 0.0
            m = (settings.momentum + share * (settings.momentum_end - settings.momentum)) * m + gradient
            self.moments[weight] = (m, v, t)
            return m
        # Kingma and Ba 2015, algorithm 1, or the form at the end of its section 2.
        b1, b2 = settings.beta1, settings.beta2
        m, v, t = b1 * m + (1 - b1) * gradient, b2 * v + (1 - b2) * gradient**2, t + 1
        self.moments[weight] = (m, v, t)
        if settings.kind == "adam_hat":
            return (1 - b2**t) ** 0.5 / (1 - b1**t) * m / (v**0.5 + EPSILON)
        return (m / (1 - b1**t)) / ((v / (1 - b2**t)) ** 0.5 + EPSILON)

    @torch.no_grad()
    def move(self, weights: list[Tensor], gradients: tuple[Tensor, ...], rate: float, step: int) -> None:
        schedule = self.config.schedule
        fading = schedule.period / (schedule.period + step) if schedule.kind == "hyperbolic" else 1.0
        for weight, gradient in zip(weights, gradients, strict=True):
            weight.copy_(self.moved(weight, gradient, rate * fading, step))

    def move_d(self, real: Tensor, z: Tensor, step: int, knobs: Knobs) -> None:
        loss, _, _ = self.of_d(real, self.generate(z).detach(), step, knobs)
        weights = self.part(knobs.minibatch_discrimination)
        self.move(weights, torch.autograd.grad(loss, weights), knobs.discriminator_lr, step)

    def move_g(self, z: Tensor, real: Tensor | None, step: int, knobs: Knobs) -> None:
        fake, of_real = self.shown(self.generate(z), step), None
        loss = torch.zeros((), dtype=torch.float64)
        if self.config.objective == "zero_sum" or self.config.feature_matching:
            real = self.shown(self.real(knobs) if real is None else real, step)
            of_real = self.judge(real, knobs.minibatch_discrimination)
            loss = self.matched(real, fake)
        loss = loss + self.of_g(of_real, self.judge(fake, knobs.minibatch_discrimination)) + self.drift(self.g)
        self.move([*self.g.values()], torch.autograd.grad(loss, [*self.g.values()]), knobs.generator_lr, step)

    def move_both(self, step: int, knobs: Knobs, before: dict[Tensor, Tensor] | None = None) -> None:
        """Both by their gradients at the same weights, maybe from others; what is matched is shown anew."""
        real, z = self.real(knobs), self.latents(knobs)
        fake = self.generate(z)
        loss_of_d, of_real, of_fake = self.of_d(real, fake, step, knobs)
        loss = self.of_g(of_real, of_fake) + self.drift(self.g)
        if self.config.feature_matching:
            loss = loss + self.matched(self.shown(real, step), self.shown(fake, step))
        weights = self.part(knobs.minibatch_discrimination)
        of_d = torch.autograd.grad(loss_of_d, weights, retain_graph=True)
        of_g = torch.autograd.grad(loss, [*self.g.values()])
        with torch.no_grad():
            for weight, value in (before or {}).items():
                weight.copy_(value)
        self.move(weights, of_d, knobs.discriminator_lr, step)
        self.move([*self.g.values()], of_g, knobs.generator_lr, step)

    def step(self, step: int, knobs: Knobs) -> None:
        config, real = self.config, None
        torch.manual_seed(int(np.random.SeedSequence([config.seed, step, 0]).generate_state(1, np.uint64)[0] >> np.uint64(1)))
        together = min(knobs.k_steps, knobs.generator_steps) if config.updates in ("simultaneous", "extragradient") else 0
        for _ in range(knobs.k_steps - together):
            real, z = self.real(knobs), self.latents(knobs)
            self.move_d(real, z, step, knobs)
        for _ in range(knobs.generator_steps - together):
            if config.updates == "same_batch":
                self.move_g(z, real, step, knobs)
            else:
                self.move_g(self.latents(knobs), None, step, knobs)
        for _ in range(together):
            before, coefficient = {weight: weight.detach().clone() for weight in self.slow}, self.coefficient
            if config.updates == "extragradient":
                self.move_both(step, knobs)
                self.coefficient = coefficient
            self.move_both(step, knobs, before)
        if config.optimizer.lookahead_steps and (step + 1) % config.optimizer.lookahead_steps == 0:
            for weight, slow in self.slow.items():
                slow += config.optimizer.lookahead_share * (weight.detach() - slow)
                weight.data.copy_(slow)
        self.remember()
        self.losses.append((self.of_last_g, self.of_last_d))
        decay = min(config.average_decay, (1 + step) / (5 + step))
        for name, value in self.g.items():
            self.average[name] = decay * self.average[name] + (1 - decay) * value.detach()
