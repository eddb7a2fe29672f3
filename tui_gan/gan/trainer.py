"""The trainer: a game, its state, the chance of its steps, and the engines that move it."""

import math
from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs
from tui_gan.gan import state
from tui_gan.gan.average import SETTLED_ON, follow_, settle_
from tui_gan.gan.beginning import networks, take_over
from tui_gan.gan.chance import Chance, batch
from tui_gan.gan.compatibility import check
from tui_gan.gan.completion import beside, drawn, held_out
from tui_gan.gan.datasets.dataset import Dataset
from tui_gan.gan.engines.calls import Calls
from tui_gan.gan.engines.compiled import Call
from tui_gan.gan.engines.eager import Eager
from tui_gan.gan.game import game_of
from tui_gan.gan.latents import LATENTS, categories, draw, draw_in_turn, one_hot, paired, with_codes
from tui_gan.gan.masks import completes
from tui_gan.gan.networks import AnyDiscriminator
from tui_gan.gan.networks.inference import encoded
from tui_gan.gan.optimizers import look_ahead_, lookahead
from tui_gan.gan.regularizers import update_means_
from tui_gan.gan.sampling import alike, sampling
from tui_gan.gan.state import Tensors
from tui_gan.gan.values import Batch, Hyper, Player, Program, Report

# Samples of which the information bound is the mean.
JUDGED = 256


class Trainer:
    """A generator and a discriminator in training.

    Attributes:
        now: the state.
        generator, discriminator: the networks as they are trained.
        chance: what the steps draw; `called` the steps by calls of programs.
        generator_average: the generator with exponentially averaged weights; to be used by `averaged`.
        gradients: of the last update of each player, by each of its weights; None for those that took no part.
        shares: of the classes, or of the values of the categorical code, and `names` theirs; () where there are none.
        loads: how often another state has been put into it.

    Raises:
        UsageError: choices of the configuration that do not go together, or not with the data.
    """

    def __init__(self, config: Config, dataset: Dataset, device: str) -> None:
        check(config, dataset)
        self.config, self.dataset, self.device = config, dataset, device
        made = networks(config, dataset)
        self.generator: nn.Sequential = made[0].to(device)
        self.discriminator: AnyDiscriminator = made[1].to(device)
        self.game = game_of(config, dataset, self.generator, self.discriminator)
        stream = torch.Generator().manual_seed(config.seed)
        evenly = config.stratified and config.latent_dim == 1
        known, self.shares = dataset.classes, self.game.shares
        self.names = known.names if config.classes and known else tuple(f"code {number}" for number in range(categories(config)))
        latents = draw_in_turn(config, config.fixed_latents, stream, self.shares, stratified=evenly)
        if completes(config):
            latents = paired(latents, held_out(config, dataset, len(latents), stream), config.latent_dim)
        self.now = state.begun(config, self.generator, self.discriminator, stream, latents, device)
        self.engine = Eager(self.game, self.now)
        self.chance = Chance(self.game, self.now, device)
        self.called = Calls(self.game, self.now)
        self.generator_average = self.now.average
        self._average_weights: list[Tensor] = list(self.now.average.parameters())
        # From a stream of their own, so that looking draws nothing from the one that trains.
        self._settling = self.latents(SETTLED_ON, torch.Generator().manual_seed(config.seed))
        self._settled = False
        self.gradients: dict[Player, list[Tensor | None]] = {}
        self.loads = 0

    @property
    def steps_done(self) -> int:
        """Steps trained since the beginning."""
        return self.now.steps_done

    @property
    def pretrained(self) -> int:
        """Steps of the pre-training before them."""
        return self.now.pretrained

    @property
    def fixed_latents(self) -> Tensor:
        """(config.fixed_latents, W) latents that stay the same for the whole run."""
        return self.now.fixed_latents

    @property
    def coefficients(self) -> dict[str, Tensor]:
        """Of the regularizers that adapt theirs, by name, () on the device."""
        return self.now.coefficients

    def step(self, knobs: Knobs) -> list[Report]:
        """Train one step, the updates in the order of the configuration; of several of a player the last alone has its gradients still."""
        with self.engine.part("other"):
            hyper, program = self.prepared(knobs)
            with self.engine.part("data"):
                updates = self.chance.step(knobs, hyper, program)
            reports: list[Report] = []
            for draws in updates:
                if reports and reports[-1].draws.players == draws.players:
                    # A step of many updates takes no more memory than one of few.
                    reports[-1] = reports[-1]._replace(gradients={})
                reports.append(self.engine.update(draws, hyper, program))
                self.gradients.update(reports[-1].gradients)
            self.end(reports)
        return reports

    def calls(self, knobs: Knobs, most: int, program_of: Callable[[], Call | None]) -> int:
        """Train at most so many steps, each by a call of a program that was made for `form`.

        Args:
            program_of: of the next step; none where it is not to be trained by one.

        Returns:
            How many steps have been trained.
        """
        self._settled = False
        return self.called.train(knobs, most, program_of)

    def end(self, reports: list[Report]) -> None:
        """Take note that the updates of a step are made."""
        now = self.now
        now.steps_done += 1
        if share := lookahead(self.config.optimizer, now.steps_done):
            for learner in now.players.values():
                look_ahead_(learner.slow, learner.weights, share)
        self.follow()
        for learner in now.players.values():
            if learner.means:
                update_means_(learner.means, learner.weights, now.steps_done + 1)
        last = {player: seen.loss for report in reports for player, seen in report.seen.items()}
        now.loss_sums += torch.stack((last["G"], last["D"]))
        now.losses_summed += 1

    def pretrain_step(self, knobs: Knobs) -> None:
        """Teach the discriminator the density of the data once, before the game."""
        now = self.now
        self._settled = False
        self.chance.stir()
        hyper, program = self.game.hyper(knobs, now.pretrained), self.game.program(knobs, now.steps_done, self.k_steps(knobs))
        loss, self.gradients["D"] = self.engine.teach(*self.chance.points(knobs.batch_size), hyper, program)
        now.players["D"].begin_anew()
        now.pretrained += 1
        now.loss_sums += torch.stack((torch.zeros_like(loss), loss))
        now.losses_summed += 1

    def alone(self, player: Player, knobs: Knobs) -> Tensor:
        """One update of one player between two steps, whose count stays; returns its loss, detached."""
        now = self.now
        hyper, program = self.prepared(knobs)
        self.chance.stir_between()
        # It is of whole steps, as whose mean it sets k.
        accuracy_sum = now.accuracy_sum.clone()
        report = self.engine.update(self.chance.update(player, knobs, hyper, program), hyper, program)
        now.accuracy_sum = accuracy_sum
        self.gradients.update(report.gradients)
        if player == "G":
            self.follow()
        return report.seen[player].loss

    def prepared(self, knobs: Knobs) -> tuple[Hyper, Program]:
        """What is in force at this step; torch's default stream is made ready for its chance."""
        self._settled = False
        self.chance.stir()
        step = self.steps_done
        return self.game.hyper(knobs, step), self.game.program(knobs, step, self.k_steps(knobs))

    def follow(self) -> None:
        """Let the averaged generator follow the trained one."""
        config, weights = self.config, self.now.players["G"].weights
        follow_(self._average_weights, weights, config.average_decay, config.average_share, self.now.steps_done)

    def k_steps(self, knobs: Knobs) -> int:
        """Discriminator updates of this step."""
        return self.game.k(knobs, self.now.k)

    def coordinate(self, knobs: Knobs) -> None:
        """Set k by the discriminator's accuracy since the last time, where it follows it; waits for the device."""
        if self.game.coordination.adapts:
            accuracy = float(self.now.accuracy_sum) / max(1, self.now.losses_summed)
            self.now.k = self.game.coordination.k(self.now.k, knobs.k_steps, accuracy)

    def averaged(self) -> nn.Module:
        """The generator with averaged weights, its normalisation settled for them."""
        if not self._settled:
            settle_(self.generator_average, self.generator, self._settling.to(self.device), self.config.average_decay)
            self._settled = True
        return self.generator_average

    def latents(self, count: int, stream: torch.Generator) -> Tensor:
        """Draw latents as the training does, (count, W), their classes in turn."""
        config = self.config
        latents = draw(LATENTS[config.latent], count, config.latent_dim, stream, scale=config.latent_scale)
        if completes(config):
            return paired(latents, drawn(config, self.dataset.sample(count, stream, "cpu"), stream), config.latent_dim)
        return with_codes(config, latents, stream, self.shares)

    def real(self, count: int, stream: torch.Generator) -> Batch:
        """Real samples on the CPU with what the discriminator is given beside them, (count, K): their classes, or their codes by E.

        Where images are completed, completions, of which it judges the observed pixels.
        """
        if completes(self.config):
            latents = self.latents(count, stream)
            return Batch(self.sample(latents).cpu(), beside(self.config, latents, hidden=False))
        x, y = batch(self.game, count, stream, "cpu")
        if self.config.inference != "none":
            return Batch(x, encoded(self.generator, x.to(self.device)).cpu())
        return Batch(x, None if y is None else one_hot(y[:, 0], self.config.classes))

    def sample(self, latents: Tensor, seed: int = 0) -> Tensor:
        """Map latents (N, W) to samples in training units (N, *X) by the averaged generator; changes nothing that is trained.

        Args:
            seed: of its dropout.
        """
        with torch.no_grad(), sampling(generator := self.averaged(), seed):
            return generator(latents.to(self.device))  # type: ignore[no-any-return]

    def sample_alike(self, latents: Tensor) -> Tensor:
        """The same, all with the same units left out by dropout, where latents are a way or a surface."""
        return alike(self.averaged(), latents.to(self.device))

    def information_bound(self) -> float:
        """A lower bound of the information that a sample has of its categorical code, in nats; waits for the device.

        H(c) + mean log Q(c | x) over the averaged generator's samples of the first fixed latents (Chen et al. 2016, arXiv:1606.03657): at
        most ln K, which it reaches where each sample tells its code for certain.
        """
        config = self.config
        latents, count = self.fixed_latents[:JUDGED].to(self.device), config.information.categorical
        with torch.no_grad():
            read = self.discriminator.eval().codes(self.sample(latents))[:, :count]  # type: ignore[operator]
            self.discriminator.train()
        wanted = latents[:, config.latent_dim : config.latent_dim + count]
        return math.log(count) + float((torch.log_softmax(read, 1) * wanted).sum(1).mean())

    def mean_losses(self) -> Tensor:
        """Mean losses of the generator and the discriminator, (2,), since `clear_losses`; still on the device."""
        return self.now.loss_sums / max(self.now.losses_summed, 1)

    def clear_losses(self) -> None:
        """Begin new means."""
        self.now.loss_sums.zero_()
        self.now.accuracy_sum.zero_()
        self.now.losses_summed = 0

    def is_finite(self) -> bool:
        """Whether every weight of both networks is a finite number; waits for the device."""
        weights = [weight for learner in self.now.players.values() for weight in learner.weights]
        return bool(torch.stack([weight.detach().isfinite().all() for weight in weights]).all())

    def state(self) -> Tensors:
        """Copy all that the next step depends on, by name, onto the CPU."""
        return state.copied(self.now, self.config)

    def load_state(self, saved: Tensors) -> None:
        """Put back what `state()` copied; the trainer must come from the same configuration.

        Raises:
            KeyError, RuntimeError: a tensor is missing or has another shape.
        """
        self.loads += 1
        state.load(self.now, self.config, saved)
        self._settled = False

    def take_over(self, tensors: Tensors, order: Iterable[str]) -> None:
        """Begin with the networks of another trainer, by the names of its state; `order` has them as its networks do.

        Raises:
            UsageError: they do not fit.
        """
        self.loads += 1
        take_over(self.now, self.config, tensors, order)
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
        other.load_state(state.carried(self.now, other.now, self.config, config))
        if not config.average_decay:
            other.now.average.load_state_dict(other.generator.state_dict())
        other.clear_losses()
        return other
