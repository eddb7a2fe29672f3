"""The trainer: two networks, two optimisers, one step."""

import copy
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from tui_gan.contract.config import Config
from tui_gan.contract.errors import choose
from tui_gan.contract.knobs import Knobs
from tui_gan.gan.datasets import Dataset
from tui_gan.gan.latents import LATENTS, draw
from tui_gan.gan.networks import build
from tui_gan.gan.objectives import OBJECTIVES
from tui_gan.gan.regularizers import r1_difference, shifted

FIXED_LATENTS = 4096

State = dict[str, Tensor]


class Trainer:
    """A generator and a discriminator in training.

    Attributes:
        generator, discriminator: the networks as they are trained.
        generator_average: the generator with exponentially averaged weights; what is shown, sampled and exported.
        steps_done: steps trained since the beginning.
        fixed_latents: (FIXED_LATENTS, Z) latents that stay the same for the whole run.
    """

    def __init__(self, config: Config, dataset: Dataset, device: str) -> None:
        self.config, self.dataset, self.device = config, dataset, device
        self.objective = choose(OBJECTIVES, config.objective, "objective")
        self.latent = choose(LATENTS, config.latent, "latent distribution")
        # Every draw comes from one stream on the CPU, so that it can be saved and survives a change of device.
        self.stream = torch.Generator().manual_seed(config.seed)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed)
            generator, discriminator = build(config)
        self.generator, self.discriminator = generator.to(device), discriminator.to(device)
        self.generator_average = copy.deepcopy(self.generator).requires_grad_(False)
        self.fixed_latents = draw(self.latent, FIXED_LATENTS, config.latent_dim, self.stream)
        self.steps_done = 0
        self.loss_sums = torch.zeros(2, device=device)
        self.losses_summed = 0
        self._generator_weights: list[Tensor] = list(self.generator.parameters())
        self._discriminator_weights: list[Tensor] = list(self.discriminator.parameters())
        self._average_weights: list[Tensor] = list(self.generator_average.parameters())
        self.generator_optimizer = self._adam(self.generator)
        self.discriminator_optimizer = self._adam(self.discriminator)

    def step(self, knobs: Knobs) -> None:
        """Train one step: `k_steps` updates of the discriminator, then one of the generator."""
        fading = self._lr_factor()
        self.discriminator_optimizer.param_groups[0]["lr"] = knobs.discriminator_lr * fading
        self.generator_optimizer.param_groups[0]["lr"] = knobs.generator_lr * fading
        for _ in range(knobs.k_steps):
            discriminator_loss = self.update_discriminator(knobs)
        generator_loss = self.update_generator(knobs)
        self.steps_done += 1
        self._update_average()
        self.loss_sums += torch.stack((generator_loss, discriminator_loss))
        self.losses_summed += 1

    def update_discriminator(self, knobs: Knobs) -> Tensor:
        """Move the discriminator once against fresh real and fake samples; returns its loss without penalty, on the device, detached."""
        real = self._real(knobs)
        with torch.no_grad():
            fake = self._fake(knobs)
        weight = self.config.gradient_penalty
        batches = (real, fake, shifted(real)) if weight else (real, fake)
        real_logits, fake_logits, *shifted_logits = self._judged(batches, knobs)
        loss = penalized = self.objective.discriminator_loss(real_logits, fake_logits)
        for logits in shifted_logits:
            penalized = loss + weight * r1_difference(real_logits, logits)
        _descend(self.discriminator_optimizer, self._discriminator_weights, penalized)
        return loss.detach()

    def update_generator(self, knobs: Knobs) -> Tensor:
        """Move the generator once against the discriminator as it stands; returns its loss, on the device, detached."""
        fake_logits = self.discriminator(self._fake(knobs), knobs.minibatch_discrimination)
        loss = self.objective.generator_loss(fake_logits, fake_logits)
        _descend(self.generator_optimizer, self._generator_weights, loss)
        return loss.detach()

    def sample(self, latents: Tensor) -> Tensor:
        """Map latents (N, Z) to samples in training units (N, X) by the averaged generator; changes nothing."""
        with torch.no_grad():
            return self.generator_average(latents.to(self.device))  # type: ignore[no-any-return]

    def judge(self, x: Tensor, knobs: Knobs, company: Tensor) -> Tensor:
        """Return D(x), shape (N, 1): the probability that x, in training units, is real; each judged in the company given."""
        gate = knobs.minibatch_discrimination
        with torch.no_grad():
            logits = self.discriminator(x.to(self.device), gate, company.to(self.device) if gate else None)
            return torch.sigmoid(logits)

    def mean_losses(self) -> Tensor:
        """Mean losses of the generator and the discriminator, (2,), since `clear_losses`; still on the device."""
        return self.loss_sums / max(self.losses_summed, 1)

    def clear_losses(self) -> None:
        """Begin new means."""
        self.loss_sums.zero_()
        self.losses_summed = 0

    def is_finite(self) -> bool:
        """Whether every weight of both networks is a finite number; waits for the device."""
        weights = (*self.generator.parameters(), *self.discriminator.parameters())
        return bool(torch.stack([weight.detach().isfinite().all() for weight in weights]).all())

    def state(self) -> State:
        """Copy all that the next step depends on, by name, onto the CPU."""
        return {name: value.detach().to("cpu", copy=True) for name, value in self._tensors()}

    def load_state(self, state: State) -> None:
        """Put back what `state()` copied; the trainer must come from the same configuration.

        Raises:
            KeyError, RuntimeError: a tensor is missing or has another shape.
        """
        for name, module in self._modules():
            prefix = name + "."
            module.load_state_dict({key[len(prefix) :]: value for key, value in state.items() if key.startswith(prefix)})
        for name, optimizer in self._optimizers():
            _load_optimizer(optimizer, name, state)
        self.stream.set_state(state["stream"])
        self.fixed_latents = state["fixed_latents"].clone()
        self.loss_sums = state["loss_sums"].to(self.device, copy=True)
        self.steps_done, self.losses_summed = (int(count) for count in state["counts"])

    def on(self, device: str) -> "Trainer":
        """Return a trainer in the same state on another device; this one stays as it is, also when the other cannot be made."""
        other = Trainer(self.config, self.dataset, device)
        other.load_state(self.state())
        return other

    def _judged(self, batches: tuple[Tensor, ...], knobs: Knobs) -> Sequence[Tensor]:
        """Logits of each batch, which are judged apart: minibatch features would otherwise mix real and fake."""
        if knobs.minibatch_discrimination:
            return [self.discriminator(batch, True) for batch in batches]
        # A discriminator that judges each sample by itself does not know its batch, and one pass is quicker than three.
        return self.discriminator(torch.cat(batches)).split(knobs.batch_size)  # type: ignore[no-any-return]

    def _real(self, knobs: Knobs) -> Tensor:
        return self.dataset.sample(knobs.batch_size, self.stream).to(self.device)

    def _fake(self, knobs: Knobs) -> Tensor:
        config = self.config
        latents = draw(self.latent, knobs.batch_size, config.latent_dim, self.stream, stratified=config.stratified)
        return self.generator(latents.to(self.device))  # type: ignore[no-any-return]

    def _lr_factor(self) -> float:
        half_life = self.config.lr_half_life
        return 1 / (1 + self.steps_done / half_life) if half_life else 1.0

    @torch.no_grad()
    def _update_average(self) -> None:
        # Early on the average is short, so that the untrained weights of the start do not linger.
        decay = min(self.config.average_decay, (1 + self.steps_done) / (5 + self.steps_done))
        torch._foreach_lerp_(self._average_weights, self._generator_weights, 1 - decay)

    def _adam(self, network: nn.Module) -> torch.optim.Adam:
        betas = (self.config.beta1, self.config.beta2)
        # The fused update takes one trip through Python where the others take several.
        return torch.optim.Adam(network.parameters(), betas=betas, fused=self.device.startswith(("cpu", "cuda")))

    def _modules(self) -> tuple[tuple[str, nn.Module], ...]:
        return (
            ("generator", self.generator),
            ("discriminator", self.discriminator),
            ("generator_average", self.generator_average),
        )

    def _optimizers(self) -> tuple[tuple[str, torch.optim.Optimizer], ...]:
        return ("generator_optimizer", self.generator_optimizer), ("discriminator_optimizer", self.discriminator_optimizer)

    def _tensors(self) -> Iterator[tuple[str, Tensor]]:
        for name, module in self._modules():
            for key, value in module.state_dict().items():
                yield f"{name}.{key}", value
        for name, optimizer in self._optimizers():
            for index, moments in optimizer.state_dict()["state"].items():
                for key, value in moments.items():
                    yield f"{name}.{index}.{key}", value
        yield "stream", self.stream.get_state()
        yield "fixed_latents", self.fixed_latents
        yield "loss_sums", self.loss_sums
        yield "counts", torch.tensor([self.steps_done, self.losses_summed])


def _descend(optimizer: torch.optim.Optimizer, weights: list[Tensor], loss: Tensor) -> None:
    """Move the weights once; the gradient of no other network is computed, and weights that took no part stay as they are."""
    gradients = torch.autograd.grad(loss, weights, allow_unused=True)
    for weight, gradient in zip(weights, gradients, strict=True):
        weight.grad = gradient
    optimizer.step()


def _load_optimizer(optimizer: torch.optim.Optimizer, name: str, state: State) -> None:
    moments: dict[int, dict[str, Any]] = {}
    for key, value in state.items():
        if key.startswith(name + "."):
            _, index, moment = key.split(".")
            moments.setdefault(int(index), {})[moment] = value.clone()
    optimizer.load_state_dict({"state": moments, "param_groups": optimizer.state_dict()["param_groups"]})
