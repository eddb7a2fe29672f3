"""The many engine: a step of each of many games that differ in numbers alone, in one program."""

import dataclasses
from collections.abc import Callable, Iterable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.func import functional_call, vmap

from tui_gan.contract.knobs import Knobs
from tui_gan.gan.chance import beside
from tui_gan.gan.engines import compiled, members
from tui_gan.gan.engines.compiled import Call, Given, Layout, Lesson
from tui_gan.gan.engines.members import Member
from tui_gan.gan.engines.twister import Twister
from tui_gan.gan.engines.whole import CHANGING
from tui_gan.gan.engines.words import UnlikeError
from tui_gan.gan.optimizers import moments_of
from tui_gan.gan.trainer import Trainer
from tui_gan.gan.values import Draws, Program

# A state by the names of its tensors.
Tensors = dict[str, Tensor]
# Steps of the pre-training whose points are drawn at once.
AT_ONCE = 20


def why_not(trainer: Trainer, knobs: Knobs) -> str:
    """Why a game cannot be one of many, or ""."""
    if trainer.game.coordination.adapts:
        return "k follows the accuracy of D, member by member"
    if trainer.config.labels:
        return "each draws from labelled images of its own"
    networks = [learner.network for learner in trainer.now.players.values()]
    if any(name.rpartition(".")[2] in CHANGING for network in networks for name, _ in network.named_buffers()):
        return "batch or spectral normalisation"
    return compiled.why_not(trainer.game, trainer.now, "cpu")


class Case(NamedTuple):
    """What makes the program of a step of the same games another."""

    program: Program
    noise: bool


def form(trainer: Trainer, knobs: Knobs) -> str:
    """What makes the program of a step another, now or later; members of one form are moved together."""
    begin(trainer, knobs)
    config = trainer.config
    return f"{trainer.called.form(knobs)}\n{config.instance_noise} {config.pretraining} {config.sampling}"


def begin(trainer: Trainer, knobs: Knobs) -> None:
    """Give every weight that takes part the moments of 0 that it has before its first update."""
    program = trainer.game.program(knobs, trainer.steps_done, trainer.k_steps(knobs))
    taking = Layout(trainer.now, program).taking
    for player, learner in trainer.now.players.items():
        for name, value in moments_of(trainer.config.optimizer, learner.weights).items():
            place, _, moment = name.partition(".")
            if int(place) in taking[player]:
                learner.moments.setdefault(int(place), {}).setdefault(
                    moment, torch.zeros(value.shape, dtype=value.dtype, device=trainer.device)
                )


class Many:
    """Games of one form, moved step by step together, each as it would be alone, to rounding.

    Args:
        trainers: one after another, each with its knobs; all of the same form and at the same step. What they hold is copied.
        count: how many.
        device: where they are trained; wherever that is, they draw the same numbers, to rounding.

    Attributes:
        members: in their order.
        tensors: of the states, in the order of `Layout`, each with the members as its first axis, on the device.
        first: the trainer of the first of them on the device, for the shapes and names in it alone.
    """

    def __init__(self, trainers: Iterable[tuple[Trainer, Knobs]], count: int, device: str = "cpu") -> None:
        self.members: list[Member] = []
        self.tensors: list[Tensor] = []
        self.device = device
        for place, (trainer, knobs) in enumerate(trainers):
            begin(trainer, knobs)
            tensors = self._layout(trainer, knobs).of_state()
            if not self.tensors:
                self.tensors = [each.new_empty((count, *each.shape), device=device) for each in tensors]
                first = trainer
            for all_of_them, each in zip(self.tensors, tensors, strict=True):
                all_of_them[place] = each.detach()
            self.members.append(Member(trainer.game, knobs, beside(trainer.now)))
        assert len(self.members) == count
        self.first = first
        if device != "cpu":
            self.first = Trainer(first.config, first.dataset, device)
            begin(self.first, self.members[0].knobs)
        self._done = self.members[0].place.steps_done
        kinds: dict[str, int] = {}
        self._kind = torch.tensor([kinds.setdefault(members.kind(each), len(kinds)) for each in self.members])
        of_kind = {members.kind(each): each for each in reversed(self.members)}
        self._kinds = [of_kind[kind] for kind in kinds]
        self._twister: Twister | None = None
        self._twists = device != "cpu" and members.by_streams(self.members)

    @property
    def steps_done(self) -> int:
        """Steps trained since the beginning."""
        return self.members[0].place.steps_done

    @property
    def case(self) -> Case:
        """That of the next step."""
        return self._case_at(self.steps_done)

    def alike(self, most: int) -> int:
        """How many of the next steps are of one case, at most so many."""
        return next((count for count in range(1, most) if self._case_at(self.steps_done + count) != self.case), most)

    def form(self) -> str:
        """What a program for the next step has to be made for, beside the number of members."""
        member = self.members[0]
        return compiled.form(member.game, self.first.now, self._given_alone(member), members.program(member))

    def traced(self) -> torch.nn.Module:
        """The graph of the next step of all; nothing changes."""
        member, trainer = self.members[0], self.first
        return compiled.traced(
            trainer.game, trainer.now, self._given_alone(member), members.hyper(member), members.program(member), len(self.members)
        )

    def pretrain(self, stopped: Callable[[], bool] = lambda: False) -> None:
        """Teach the discriminators the density of the data before the game, as often as is wanted or until it is stopped."""
        first = self.members[0]
        graph = None
        while (left := first.config.pretraining - first.place.pretrained) > 0 and not stopped():
            for lesson in self._lessons(min(left, AT_ONCE)):
                if graph is None:
                    alone = Lesson(*(each[0] for each in lesson))
                    given = alone, members.hyper(first), members.program(first)
                    graph = compiled.traced(first.game, self.first.now, *given, len(self.members))
                with torch.no_grad():
                    graph(*self.tensors, *lesson.tensors)

    def train(self, steps: int, call_of: Callable[[Case], Call]) -> None:
        """Train so many steps by calls of programs that were made of `traced`."""
        while steps > 0:
            call, count = call_of(self.case), self.alike(steps)
            with torch.no_grad():
                for tensors in self.drawn(count):
                    call(tensors)
            steps -= count

    def drawn(self, count: int) -> list[list[Tensor]]:
        """What the calls of the next steps take, which are of one case; from here on they count as done."""
        given = self._given(count)
        for member in self.members:
            member.place.steps_done = self._done + count
        self._done += count
        return [[*self.tensors, *each.tensors] for each in given]

    def finite(self) -> list[bool]:
        """Whether the losses since `clear_losses` and the weights of each are finite numbers."""
        good = torch.ones(len(self.members), dtype=torch.bool, device=self.device)
        for each in self.tensors:
            if each.is_floating_point():
                good &= each.reshape(len(good), -1).isfinite().all(1)
        return [bool(each) for each in good]

    def generated(self, latents: Tensor, first: int = 0) -> Tensor:
        """Samples in training units, (m, N, *X), of the averaged generators of m members, from latents (m, N, Z).

        Args:
            first: the place of the first of them.
        """
        average = self.first.now.average
        names = [name for name, _ in (*average.named_parameters(), *average.named_buffers())]
        tensors = [*self._of_average(), *self._of_features()]
        stacked = {name: each[first : first + len(latents)] for name, each in zip(names, tensors, strict=True)}

        def of_one(own: Tensors, latents: Tensor) -> Tensor:
            samples: Tensor = functional_call(average, own, (latents,))
            return samples

        with torch.no_grad():
            samples: Tensor = vmap(of_one)(stacked, latents)
        return samples

    def trainer(self, place: int, trainer: Trainer) -> Trainer:
        """A trainer of a member's configuration, brought into the member's state."""
        self._settle()
        member = self.members[place]
        begin(trainer, member.knobs)
        for mine, all_of_them in zip(self._layout(trainer, member.knobs).of_state(), self.tensors, strict=True):
            mine.detach().copy_(all_of_them[place])
        now = trainer.now
        now.stream.set_state(member.place.stream.get_state())
        now.drawn, now.steps_done, now.pretrained = member.place.drawn, member.place.steps_done, member.place.pretrained
        trainer.clear_losses()
        return trainer

    def state(self) -> Tensors:
        """All that the next step depends on, by name, copied."""
        self._settle()
        streams = torch.stack([member.place.stream.get_state() for member in self.members])
        counts = [[member.place.drawn, member.place.steps_done, member.place.pretrained] for member in self.members]
        numbered = {f"tensor.{place}": each.cpu() if each.device.type != "cpu" else each.clone() for place, each in enumerate(self.tensors)}
        return {**numbered, "streams": streams, "counts": torch.tensor(counts)}

    def load(self, saved: Tensors) -> None:
        """Put back what `state()` copied.

        Raises:
            KeyError, RuntimeError: a tensor is missing or has another shape.
        """
        for place, each in enumerate(self.tensors):
            each.copy_(saved[f"tensor.{place}"])
        self._done, self._twister = int(saved["counts"][0, 1]), None
        for member, stream, counts in zip(self.members, saved["streams"], saved["counts"].tolist(), strict=True):
            # A generator takes a tensor of its own, not a row of a larger one.
            member.place.stream.set_state(stream.clone())
            member.place.drawn, member.place.steps_done, member.place.pretrained = counts

    def clear_losses(self) -> None:
        """Begin new sums of losses, which are the last two of the layout."""
        for each in self.tensors[-2:]:
            each.zero_()

    def _of_average(self) -> list[Tensor]:
        """The averaged weights, which come before the coefficients and the two sums at the end of the layout."""
        now = self.first.now
        behind, count = len(now.coefficients) + 2, len(list(now.average.parameters()))
        return self.tensors[-behind - count : -behind]

    def _of_features(self) -> list[Tensor]:
        """What the generators keep beside their weights, fixed, which the averaged ones share; it comes behind all weights."""
        learners = self.first.now.players
        behind = sum(len(learner.weights) for learner in learners.values())
        return self.tensors[behind : behind + len(list(learners["G"].network.buffers()))]

    def _layout(self, trainer: Trainer, knobs: Knobs) -> Layout:
        return Layout(trainer.now, trainer.game.program(knobs, trainer.steps_done, trainer.k_steps(knobs)))

    def _given_alone(self, member: Member) -> Given:
        """Of one member, drawn beside it."""
        place = dataclasses.replace(member.place, stream=torch.Generator().set_state(member.place.stream.get_state()))
        with torch.random.fork_rng(devices=[]):
            return members.given(Member(member.game, member.knobs, place), self.device)

    def _case_at(self, step: int) -> Case:
        first = self.members[0]
        noise = first.game.hyper(first.knobs, step).noise_sd
        return Case(first.game.program(first.knobs, step, first.knobs.k_steps), bool(noise))

    def _given(self, count: int) -> list[Given]:
        """The chance and the scalars of the next steps of all."""
        steps = range(self.steps_done, self.steps_done + count)
        rows = [[compiled.row(kind.game, kind.game.hyper(kind.knobs, step), step + 1) for kind in self._kinds] for step in steps]
        draws = self._drawn(count)
        return [Given(each, torch.tensor(row)[self._kind].to(self.device)) for each, row in zip(draws, rows, strict=True)]

    def _drawn(self, count: int) -> list[list[Draws]]:
        """The chance of the next steps, on the device from words that are made there, as far as numbers are made of words."""
        if self._twists and self._twister is None:
            self._twister = Twister.of_streams([member.place.stream for member in self.members], self.device)
        try:
            return members.drawn(self.members, count, self.device, self._twister)
        except UnlikeError:
            self._settle()
            self._twists = False
            return members.drawn(self.members, count, self.device, None)

    def _settle(self) -> None:
        """Bring the streams of the members to where they stand on the device."""
        if self._twister:
            self._twister.settle([member.place.stream for member in self.members])
            self._twister = None

    def _lessons(self, count: int) -> list[Lesson]:
        """The next steps of the pre-training of all; from here on they count as done."""
        done = self.members[0].place.pretrained
        rows = [
            [compiled.row(kind.game, kind.game.hyper(kind.knobs, step), 0) for kind in self._kinds] for step in range(done, done + count)
        ]
        self._settle()
        points, density = members.on(self.device, members.lessons(self.members, count))
        for member in self.members:
            member.place.pretrained += count
        turned = [torch.tensor(row)[self._kind].to(self.device) for row in rows]
        return [Lesson(at, there, row) for at, there, row in zip(points, density, turned, strict=True)]
