"""The trainer: two networks, two optimisers, one step."""

import copy
import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.modules.dropout import _DropoutNd

from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs
from tui_gan.gan import judging, objectives, regularizers, state
from tui_gan.gan.average import SETTLED_ON, follow_, settle_
from tui_gan.gan.beginning import networks
from tui_gan.gan.compatibility import check
from tui_gan.gan.datasets import epochs
from tui_gan.gan.datasets.dataset import Dataset
from tui_gan.gan.latents import LATENTS, LOOKED_AT, draw
from tui_gan.gan.optimizers import SCHEDULES, momentum_at, optimizer_of
from tui_gan.gan.pretraining import density_loss
from tui_gan.gan.regularizers import REGULARIZERS, noise_sd
from tui_gan.gan.state import State
from tui_gan.gan.terms import DiscriminatorLosses, due, with_discriminator_terms, with_generator_terms
from tui_gan.gan.updates import COORDINATION, UPDATES


class Trainer:
    """A generator and a discriminator in training.

    Attributes:
        generator, discriminator: the networks as they are trained.
        generator_average: the generator with exponentially averaged weights; to be used by `averaged`.
        steps_done: steps trained since the beginning; `pretrained` those of the pre-training before it.
        fixed_latents: (config.fixed_latents, Z) latents that stay the same for the whole run.
        coefficients: of the regularizers that adapt theirs, by name, () on the device.
        k: discriminator updates of a step where they follow its accuracy; `coordination` says whether they do.
        drawn: real samples that have been drawn in epochs.
        stirs: whether a step draws from torch's default stream: dropout, instance noise, a regularizer.

    Raises:
        UsageError: choices of the configuration that do not go together, or not with the data.
    """

    def __init__(self, config: Config, dataset: Dataset, device: str) -> None:
        check(config, dataset)
        self.config, self.dataset, self.device = config, dataset, device
        self.objective = objectives.smoothed(objectives.OBJECTIVES[config.objective], config.label_smoothing)
        # Every draw of samples and latents comes from one stream on the CPU, so that it can be saved and survives a change of device.
        self.stream = torch.Generator().manual_seed(config.seed)
        generator, discriminator = networks(config, dataset)
        self.generator, self.discriminator = generator.to(device), discriminator.to(device)
        self.generator_average = copy.deepcopy(self.generator).requires_grad_(False).eval()
        evenly = config.stratified and config.latent_dim == 1
        looked = config.fixed_latents, config.latent_dim
        self.fixed_latents = draw(LOOKED_AT[config.latent], *looked, self.stream, stratified=evenly, scale=config.latent_scale)
        # From a stream of their own, so that looking draws nothing from the one that trains.
        self._settling = self._draw(SETTLED_ON, stratified=False, stream=torch.Generator().manual_seed(config.seed))
        self._settled = False
        self.steps_done = self.pretrained = self.losses_summed = 0
        self.k, self.coordination = 1, COORDINATION[config.coordination]
        self.drawn = 0
        self.loss_sums = torch.zeros(2, device=device)
        self.accuracy_sum = torch.zeros((), device=device)
        self.terms = [(name, REGULARIZERS[name], weight) for name, weight in config.regularizers.items() if weight]
        self.coefficients = {name: torch.tensor(weight, device=device) for name, term, weight in self.terms if term.adapt}
        self._generator_weights: list[Tensor] = list(self.generator.parameters())
        self._discriminator_weights: list[Tensor] = list(self.discriminator.parameters())
        self._average_weights: list[Tensor] = list(self.generator_average.parameters())
        # What takes part with the minibatch features off and on; the others are moved neither by penalties nor by momentum.
        self.active = {gate: self.discriminator.active(gate) for gate in (False, True)}
        self.matrices = {gate: [weight for weight in active if weight.dim() > 1] for gate, active in self.active.items()}
        remembers = config.historical_averaging > 0
        self.generator_means = [weight.detach().clone() for weight in self._generator_weights] if remembers else []
        self.discriminator_means = [weight.detach().clone() for weight in self._discriminator_weights] if remembers else []
        self.generator_optimizer = optimizer_of(config.optimizer, self.generator, device, config.generator.column_norm)
        self.discriminator_optimizer = optimizer_of(config.optimizer, self.discriminator, device, config.discriminator.column_norm)
        self._drops = _has_dropout(self.discriminator)
        self.stirs = self._draws_inside()

    def step(self, knobs: Knobs) -> None:
        """Train one step: the updates of both players in the order of the configuration."""
        self.prepare(knobs, self.steps_done)
        generator_loss, discriminator_loss = UPDATES[self.config.updates](self, knobs)
        self.steps_done += 1
        self._update_averages()
        self.loss_sums += torch.stack((generator_loss, discriminator_loss))
        self.losses_summed += 1

    def pretrain_step(self, knobs: Knobs) -> None:
        """Teach the discriminator the density of the data once, before the game."""
        self.prepare(knobs, self.pretrained)
        loss = density_loss(self, knobs)
        _move(self.discriminator_optimizer, self._discriminator_weights, self._discriminator_gradients(loss, knobs))
        self.pretrained += 1
        self.loss_sums += torch.stack((torch.zeros_like(loss.detach()), loss.detach()))
        self.losses_summed += 1

    def update_discriminator(self, knobs: Knobs, real: Tensor, latents: Tensor) -> Tensor:
        """Move the discriminator once against real samples and those of the latents; returns its loss without penalties, detached."""
        with torch.no_grad():
            fake = self.generator(latents)
        losses = self._discriminator_losses(real, fake, knobs)
        _move(self.discriminator_optimizer, self._discriminator_weights, self._discriminator_gradients(losses.total, knobs))
        return losses.loss.detach()

    def update_generator(self, knobs: Knobs, latents: Tensor, real: Tensor | None = None) -> Tensor:
        """Move the generator once against the discriminator as it stands; returns its loss without added terms, detached."""
        loss, total = self.generator_losses(self.generator(latents), knobs, real)
        _move(self.generator_optimizer, self._generator_weights, torch.autograd.grad(total, self._generator_weights))
        return loss.detach()

    def generator_losses(self, fake: Tensor, knobs: Knobs, real: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """The loss of the generator on a whole batch of its samples (N, *X), and the same with what is added to it.

        Args:
            real: (N, *X), drawn where a loss reads them and none are given.
        """
        fake = self._shown(fake)
        if self.objective.needs_real or self.config.feature_matching:
            seen = self._shown(self.real(knobs) if real is None else real)
            real_logits, fake_logits = self._judged((seen, fake), knobs)
        else:
            seen = fake
            real_logits = fake_logits = self.discriminator(fake, knobs.minibatch_discrimination)
        loss = self.objective.generator_loss(real_logits, fake_logits)
        return loss, self._generator_total(loss, seen, fake)

    def update_both(self, knobs: Knobs, real: Tensor, latents: Tensor) -> tuple[Tensor, Tensor]:
        """Move both players at once by their gradients at the weights as they stand; returns both losses, detached."""
        fake = self.generator(latents)
        losses = self._discriminator_losses(real, fake, knobs)
        generator_loss = self.objective.generator_loss(losses.real_logits, losses.fake_logits)
        total = self._generator_total(generator_loss, self._shown(real), self._shown(fake))
        discriminator_gradients = self._discriminator_gradients(losses.total, knobs, keep=True)
        generator_gradients = torch.autograd.grad(total, self._generator_weights)
        _move(self.discriminator_optimizer, self._discriminator_weights, discriminator_gradients)
        _move(self.generator_optimizer, self._generator_weights, generator_gradients)
        return generator_loss.detach(), losses.loss.detach()

    def prepare(self, knobs: Knobs, done: int) -> None:
        """Set what moves with the steps: learning rates, momentum, and the seed of draws inside the networks."""
        self._settled = False
        schedule, optimizer = self.config.schedule, self.config.optimizer
        factor = SCHEDULES[schedule.kind](done, schedule.period, schedule.factor, schedule.floor)
        self.discriminator_optimizer.param_groups[0]["lr"] = knobs.discriminator_lr * factor
        self.generator_optimizer.param_groups[0]["lr"] = knobs.generator_lr * factor
        if optimizer.momentum_steps:
            span = optimizer.momentum_steps, optimizer.momentum_every
            momentum = momentum_at(done, optimizer.momentum, optimizer.momentum_end, *span)
            for each in (self.discriminator_optimizer, self.generator_optimizer):
                each.param_groups[0]["momentum"] = momentum
        if self.stirs:
            # Seeded anew at every step, torch's own stream needs no place in a checkpoint and no watcher can disturb it.
            seed = np.random.SeedSequence([self.config.seed, self.steps_done, self.pretrained]).generate_state(1, np.uint64)
            torch.manual_seed(int(seed[0] >> np.uint64(1)))

    def follow(self) -> None:
        """Let the averaged generator follow the trained one."""
        config = self.config
        follow_(self._average_weights, self._generator_weights, config.average_decay, config.average_share, self.steps_done)

    def real(self, knobs: Knobs) -> Tensor:
        """A batch of real samples in training units, on the device."""
        count = knobs.batch_size * self.config.packing
        if self.config.sampling == "epochs" and self.dataset.rows:
            rows = epochs.rows(self.drawn, count, self.dataset.count, self.config.seed)
            self.drawn += count
            return self.dataset.rows(rows, self.device)
        return self.dataset.sample(count, self.stream, self.device)

    def latents(self, knobs: Knobs) -> Tensor:
        """A batch of latents on the device."""
        return self._draw(knobs.batch_size * self.config.packing, self.config.stratified).to(self.device)

    def k_steps(self, knobs: Knobs) -> int:
        """Discriminator updates of this step."""
        return min(self.k, knobs.k_steps) if self.coordination.adapts else knobs.k_steps

    def coordinate(self, knobs: Knobs, accuracy: float) -> None:
        """Set k by the discriminator's accuracy since the last time."""
        self.k = self.coordination.k(self.k, knobs.k_steps, accuracy)

    def averaged(self) -> nn.Sequential:
        """The generator with averaged weights, its normalisation settled for them."""
        if not self._settled:
            settle_(self.generator_average, self.generator, self._settling.to(self.device), self.config.average_decay)
            self._settled = True
        return self.generator_average

    def sample(self, latents: Tensor) -> Tensor:
        """Map latents (N, Z) to samples in training units (N, *X) by the averaged generator; changes nothing that is trained."""
        with torch.no_grad():
            return self.averaged()(latents.to(self.device))  # type: ignore[no-any-return]

    def judge(self, x: Tensor, knobs: Knobs, company: Tensor) -> Tensor:
        """Return D(x) in 0 .. 1, shape (N, 1), as the objective has it: near 1 x is called real, near 0 generated; changes nothing.

        Args:
            x: (N, *X).
            company: (C, *X) samples in whose company each x is judged: with minibatch discrimination at most batch_size - 1 of
                them, and with packing the first packing - 1. The network aylien also takes (N, C, *X), for each x its own.
        """
        with torch.no_grad():
            return judging.verdicts(self, judging.logits(self, x, knobs, company), knobs)

    def mean_losses(self) -> Tensor:
        """Mean losses of the generator and the discriminator, (2,), since `clear_losses`; still on the device."""
        return self.loss_sums / max(self.losses_summed, 1)

    def clear_losses(self) -> None:
        """Begin new means."""
        self.loss_sums.zero_()
        self.accuracy_sum.zero_()
        self.losses_summed = 0

    def is_finite(self) -> bool:
        """Whether every weight of both networks is a finite number; waits for the device."""
        weights = (*self.generator.parameters(), *self.discriminator.parameters())
        return bool(torch.stack([weight.detach().isfinite().all() for weight in weights]).all())

    def state(self) -> State:
        """Copy all that the next step depends on, by name, onto the CPU."""
        return {name: value.detach().to("cpu", copy=True) for name, value in state.tensors(self)}

    def load_state(self, found: State) -> None:
        """Put back what `state()` copied; the trainer must come from the same configuration.

        Raises:
            KeyError, RuntimeError: a tensor is missing or has another shape.
        """
        state.load(self, found)
        self._settled = False

    def on(self, device: str) -> "Trainer":
        """Return a trainer in the same state on another device; this one stays as it is, also when the other cannot be made."""
        other = Trainer(self.config, self.dataset, device)
        other.load_state(self.state())
        return other

    def under(self, config: Config, dataset: Dataset | None = None) -> "Trainer":
        """Return a trainer in the same state under another configuration, and maybe with other data; this one stays as it is.

        The mean losses begin anew, so that they are those of one game. Fixed latents of another distribution are drawn anew.

        Raises:
            UsageError: choices that do not go together, or not with the data.
            ValueError: the networks have other weights.
        """
        other = Trainer(config, dataset or self.dataset, self.device)
        other.load_state(state.carried(self, other))
        other.clear_losses()
        return other

    def _discriminator_losses(self, real: Tensor, fake: Tensor, knobs: Knobs) -> DiscriminatorLosses:
        """The discriminator's loss, what is added to it, and the logits of real and of fake samples."""
        real, fake = self._shown(real), self._shown(fake)
        terms = due(self)
        if any(term.at_real for _, term, _ in terms):
            real.requires_grad_()
        if any(term.at_fake for _, term, _ in terms) and not fake.requires_grad:
            fake.requires_grad_()
        shown = (real, fake, *(term.extra(real, fake) for _, term, _ in terms if term.extra))
        logits = self._judged(shown, knobs)
        real_logits, fake_logits = logits[:2]
        loss = self.objective.discriminator_loss(real_logits, fake_logits)
        losses = with_discriminator_terms(loss, self, knobs, shown, logits, terms)
        if self.coordination.adapts:
            self.accuracy_sum += objectives.accuracy(self.objective, real_logits, fake_logits) / self.k_steps(knobs)
        return losses

    def _generator_total(self, loss: Tensor, real: Tensor, fake: Tensor) -> Tensor:
        return with_generator_terms(loss, self, real, fake)

    def _judged(self, batches: tuple[Tensor, ...], knobs: Knobs) -> Sequence[Tensor]:
        """Logits of each batch, real, fake and maybe shifted real, judged apart where the discriminator would mix real and fake."""
        if self._drops and len(batches) > 2:
            return self._judged_alike(batches, knobs)
        if knobs.minibatch_discrimination or not self.discriminator.judges_alone:
            return [self.discriminator(batch, knobs.minibatch_discrimination) for batch in batches]
        # A discriminator that judges each sample by itself does not know its batch, and one pass is quicker than three.
        return self.discriminator(torch.cat(batches)).split(len(batches[0]))  # type: ignore[no-any-return]

    def _judged_alike(self, batches: tuple[Tensor, ...], knobs: Knobs) -> Sequence[Tensor]:
        """Logits of each batch, where dropout leaves out the same units for the shifted samples as for the real ones."""
        seed, found = int(torch.randint(2**62, ())), []
        for place, batch in enumerate(batches):
            # The difference of two judgements is to be that of the samples, not of two networks.
            torch.manual_seed(seed + place % 2)
            found.append(self.discriminator(batch, knobs.minibatch_discrimination))
        return found

    def _shown(self, samples: Tensor) -> Tensor:
        """Samples as the discriminator is shown them: with instance noise, and packed."""
        noise, packing = self.config.instance_noise, self.config.packing
        if noise.sd and (sd := noise_sd(noise.sd, noise.steps, self.steps_done, noise.end)):
            samples = samples + sd * torch.randn_like(samples)
        if packing > 1:
            samples = samples.reshape(len(samples) // packing, packing * samples.shape[1], *samples.shape[2:])
        return samples

    def _draw(self, count: int, stratified: bool, stream: torch.Generator | None = None) -> Tensor:
        config = self.config
        latent = LATENTS[config.latent]
        return draw(latent, count, config.latent_dim, stream or self.stream, stratified=stratified, scale=config.latent_scale)

    def _draws_inside(self) -> bool:
        numbers = math.prod(self.dataset.shape) * self.config.packing
        penalties = any(0 < term.draws <= numbers for _, term, _ in self.terms)
        return self._drops or _has_dropout(self.generator) or self.config.instance_noise.sd > 0 or penalties

    def _update_averages(self) -> None:
        self.follow()
        if self.generator_means:
            regularizers.update_means_(self.generator_means, self._generator_weights, self.steps_done + 1)
            regularizers.update_means_(self.discriminator_means, self._discriminator_weights, self.steps_done + 1)

    def _discriminator_gradients(self, loss: Tensor, knobs: Knobs, keep: bool = False) -> list[Tensor | None]:
        """The gradient by each weight alone; None for those that take no part, which then stay as they are."""
        active = self.active[knobs.minibatch_discrimination]
        gradients = torch.autograd.grad(loss, active, retain_graph=keep)
        if len(active) == len(self._discriminator_weights):
            return list(gradients)
        found: dict[Tensor, Tensor] = dict(zip(active, gradients, strict=True))
        return [found.get(weight) for weight in self._discriminator_weights]


def _has_dropout(network: nn.Module) -> bool:
    return any(isinstance(layer, _DropoutNd) for layer in network.modules())


def _move(optimizer: torch.optim.Optimizer, weights: list[Tensor], gradients: Sequence[Tensor | None]) -> None:
    for weight, gradient in zip(weights, gradients, strict=True):
        weight.grad = gradient
    optimizer.step()
