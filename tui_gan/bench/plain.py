"""The step of a preset as a plain PyTorch loop, as one would write it by hand: what engines are measured against."""

import copy

import torch
from torch import Tensor, nn

from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs
from tui_gan.gan.average import step_towards
from tui_gan.gan.datasets import Dataset
from tui_gan.gan.latents import LATENTS, draw, width
from tui_gan.gan.masks import completes
from tui_gan.gan.networks import build
from tui_gan.gan.objectives import OBJECTIVES
from tui_gan.gan.optimizers import SCHEDULES
from tui_gan.gan.regularizers import DIFFERENCE

OPTIMIZERS = {"adam", "adam_hat"}
REGULARIZERS = {"r1", "r1_difference"}


def why_not(config: Config) -> str:
    """What of a configuration the loop does not have, or ""."""
    beyond = {
        "other optimisers than Adam": config.optimizer.kind not in OPTIMIZERS,
        "other regularizers than R1": not config.regularizers.keys() <= REGULARIZERS,
        "instance noise": config.instance_noise.sd > 0,
        "augmentations": bool(config.augment),
        "packing": config.packing > 1,
        "completion": completes(config),
        "classes or codes": width(config) > config.latent_dim,
        "labels": config.labels > 0,
        "two stages": config.stages > 1,
        "a generator without the objective, or with another weight of it": config.adversarial != 1,
        "an inference network": config.inference != "none",
        "bfloat16": config.bf16,
        "lookahead": config.optimizer.lookahead_steps > 0,
        "other orders of updates": config.updates != "alternating",
        "feature matching": config.feature_matching > 0,
        "historical averaging": config.historical_averaging > 0,
        "a relativistic generator": OBJECTIVES[config.objective].needs_real,
    }
    return next((what for what, is_there in beyond.items() if is_there), "")


class Loop:
    """The plain loop of a configuration."""

    def __init__(self, config: Config, knobs: Knobs, dataset: Dataset, device: str) -> None:
        self.config, self.knobs, self.dataset, self.device = config, knobs, dataset, device
        made = build(config, dataset.shape)
        self.generator, self.discriminator = made[0].to(device), made[1].to(device)
        self.average = copy.deepcopy(self.generator)
        self.averages: list[Tensor] = [weight.detach() for weight in self.average.parameters()]
        self.active: list[nn.Parameter] = list(self.discriminator.active(knobs.minibatch_discrimination))
        betas = config.optimizer.beta1, config.optimizer.beta2
        self.of_generator = torch.optim.Adam(self.generator.parameters(), betas=betas, fused=True)
        self.of_discriminator = torch.optim.Adam(self.active, betas=betas, fused=True)
        self.stream = torch.Generator().manual_seed(config.seed)
        self.objective = OBJECTIVES[config.objective]
        self.steps = 0

    def step(self) -> None:
        """Train one step."""
        config, knobs, schedule = self.config, self.knobs, self.config.schedule
        factor = SCHEDULES[schedule.kind](self.steps, schedule.period, schedule.factor, schedule.floor)
        self.of_discriminator.param_groups[0]["lr"] = knobs.discriminator_lr * factor
        self.of_generator.param_groups[0]["lr"] = knobs.generator_lr * factor
        for _ in range(knobs.k_steps):
            self.update_discriminator(self.dataset.sample(knobs.batch_size, self.stream, self.device), self.latents())
        for _ in range(knobs.generator_steps):
            self.update_generator(self.latents())
        self.steps += 1
        share = step_towards(config.average_decay, config.average_share, self.steps)
        with torch.no_grad():
            torch._foreach_lerp_(self.averages, [weight.detach() for weight in self.generator.parameters()], share)

    def latents(self) -> Tensor:
        """A batch of them."""
        config = self.config
        shape = self.knobs.batch_size, config.latent_dim
        drawn = draw(LATENTS[config.latent], *shape, self.stream, stratified=config.stratified, scale=config.latent_scale)
        return drawn.to(self.device)

    def update_discriminator(self, real: Tensor, latents: Tensor) -> None:
        """One update of the discriminator."""
        with torch.no_grad():
            fake = self.generator(latents)
        loss = self._discriminator_loss(real, fake)
        self.of_discriminator.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.of_discriminator.step()

    def update_generator(self, latents: Tensor) -> None:
        """One update of the generator."""
        fake = self._judged(self.generator(latents))
        weights = list(self.generator.parameters())
        for weight, gradient in zip(weights, torch.autograd.grad(self.objective.generator_loss(fake, fake), weights), strict=True):
            weight.grad = gradient.contiguous()
        self.of_generator.step()

    def _discriminator_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        config = self.config
        wanted = config.regularizers if self.steps % config.lazy == 0 else {}
        factor = self.knobs.regularization * config.lazy
        real = real.requires_grad_("r1" in wanted)
        of_real, of_fake = self._judged(real), self._judged(fake)
        loss = self.objective.discriminator_loss(of_real, of_fake)
        if "r1" in wanted:
            (slope,) = torch.autograd.grad(of_real.sum(), real, create_graph=True)
            loss = loss + factor * wanted["r1"] * 0.5 * slope.flatten(1).square().sum(1).mean()
        if "r1_difference" in wanted:
            difference = (self._judged(real + self._shift(real)) - of_real) / DIFFERENCE
            loss = loss + factor * wanted["r1_difference"] * 0.5 * real[0].numel() * difference.square().mean()
        return loss

    def _judged(self, samples: Tensor) -> Tensor:
        logits: Tensor = self.discriminator(samples, self.knobs.minibatch_discrimination)
        return logits

    def _shift(self, real: Tensor) -> Tensor:
        if real[0].numel() > 1:
            directions = torch.randn_like(real).flatten(1)
            directions /= torch.linalg.vector_norm(directions, dim=1, keepdim=True)
            return DIFFERENCE * directions.view_as(real)
        shift = torch.full_like(real, DIFFERENCE)
        shift[1::2] *= -1
        return shift
