"""Members of many games at once, and what their next steps draw, each from a stream of its own."""

import dataclasses
import functools
import itertools
from collections.abc import Callable, Sequence
from typing import TypeVar

import torch
from torch import Tensor
from torch.utils._pytree import tree_map

from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs
from tui_gan.gan.chance import Chance, Place, batch, drawn_points, taught
from tui_gan.gan.draws import with_classes
from tui_gan.gan.engines import compiled, stirring, words
from tui_gan.gan.engines.compiled import Given
from tui_gan.gan.engines.twister import Twister
from tui_gan.gan.engines.words import UnlikeError
from tui_gan.gan.game import Game
from tui_gan.gan.latents import numbers
from tui_gan.gan.masks import completes
from tui_gan.gan.orders import Source
from tui_gan.gan.values import Batch, Draws, Hyper, Program

T = TypeVar("T")
# (draws a batch of real samples, stream, shares of the classes) -> all that a step draws.
OfStep = Callable[[Callable[[], Batch], torch.Generator, Sequence[float]], list[Tensor]]


@dataclasses.dataclass(eq=False)
class Member:
    """One of many: its game, with a configuration and data of its own, and where its chance stands."""

    game: Game
    knobs: Knobs
    place: Place

    @property
    def config(self) -> Config:
        """The settings in force."""
        return self.game.config


def kind(member: Member) -> str:
    """What the scalars of its steps depend on."""
    config = member.config
    return repr((member.knobs, [getattr(config, name) for name in config.__struct_fields__ if name != "seed"]))


def hyper(member: Member) -> Hyper:
    """What is in force at its next step."""
    return member.game.hyper(member.knobs, member.place.steps_done)


def program(member: Member) -> Program:
    """The form of its next step."""
    return member.game.program(member.knobs, member.place.steps_done, member.knobs.k_steps)


def given(member: Member, device: str) -> Given:
    """The chance and the scalars of the next step of one; torch's default stream is left anywhere."""
    chance, turned = Chance(member.game, member.place, "cpu"), hyper(member)
    chance.stir()
    draws = chance.step_in_numbers(member.knobs, turned, program(member))
    row = compiled.row(member.game, turned, member.place.steps_done + 1)
    return on(device, Given(draws, torch.tensor(row)))


def on(device: str, drawn: T) -> T:
    """What has been drawn, on a device."""
    moved: T = tree_map(lambda leaf: leaf.to(device) if isinstance(leaf, Tensor) else leaf, drawn)
    return moved


def lessons(members: Sequence[Member], count: int) -> tuple[Tensor, Tensor]:
    """The points of the next steps of the pre-training, and the density there, each from its own stream: (count, members, B, 1).

    On the CPU, where the density is known.
    """
    streams, size = [member.place.stream for member in members], members[0].knobs.batch_size
    try:
        (drawn,) = words.drawn(lambda stream: [drawn_points(size, stream)], words.of_streams(streams), count)
    except UnlikeError:
        drawn = torch.stack([torch.stack([drawn_points(size, each) for _ in range(count)]) for each in streams], 1)
    dataset = members[0].game.dataset
    if all(member.game.dataset is dataset for member in members):
        return taught(dataset, drawn)
    points, density = zip(*(taught(member.game.dataset, drawn[:, place]) for place, member in enumerate(members)), strict=True)
    return torch.stack(points, 1), torch.stack(density, 1)


def drawn(members: Sequence[Member], count: int, device: str, twister: Twister | None) -> list[list[Draws]]:
    """All chance of so many steps of one case, of each in the order in which it would draw alone.

    Args:
        twister: where the streams of the members stand, if they stand there.

    Raises:
        UnlikeError: they do, and a step draws what is not made of words; the streams have not moved.
    """
    game, knobs = members[0].game, members[0].knobs
    config, calls, places = game.config, list[str](), itertools.count()

    def note(kind: str) -> Batch:
        calls.append(kind)
        parts = 2 if kind == "real" and (config.classes or completes(config)) else 1
        return Batch(*(torch.tensor(next(places)) for _ in range(parts)))

    noting = Source(lambda: note("real"), lambda: note("latents").x)
    order = list(game.order(knobs.k_steps, knobs.generator_steps, noting, game.generator_compares))
    size = knobs.batch_size * config.packing

    def of_step(real: Callable[[], Batch], stream: torch.Generator, shares: Sequence[float]) -> list[Tensor]:
        batches = [Batch(numbers(config, size, stream, shares)) if kind == "latents" else real() for kind in calls]
        return [tensor for batch in batches for tensor in batch if tensor is not None]

    try:
        if not by_streams(members):
            raise UnlikeError("what is drawn is not of the streams alone, or of several data sets")
        source = twister.take if twister else words.of_streams([member.place.stream for member in members])
        tensors = words.drawn(lambda stream: of_step(lambda: batch(game, size, stream, device), stream, game.shares), source, count)
    except UnlikeError:
        if twister:
            raise
        tensors = on(device, _one_by_one(members, of_step, count))
    steps = [[_placed(game, draws, [each[step] for each in tensors]) for draws in order] for step in range(count)]
    if not game.stirs:
        return steps
    place, runs = members[0].place, [member.config.seed for member in members]
    seeds = stirring.seeds(runs, place.steps_done, place.pretrained, count)
    return stirring.stirred(game, hyper(members[0]), program(members[0]), steps, seeds, device)


def by_streams(members: Sequence[Member]) -> bool:
    """Whether samples and latents of their steps are drawn of the same data by their streams alone."""
    one = members[0]
    return one.config.sampling != "epochs" and len({id(member.game.dataset) for member in members}) == 1


def _one_by_one(members: Sequence[Member], of_step: OfStep, count: int) -> list[Tensor]:
    """What steps draw, (count, members, ...) of each tensor; of one member after another, so that its stream is near the processor."""
    alone = []
    for member in members:
        real = functools.partial(Chance(member.game, member.place, "cpu").batch, member.knobs)
        steps = [of_step(real, member.place.stream, member.game.shares) for _ in range(count)]
        alone.append([torch.stack(column) for column in zip(*steps, strict=True)])
    return [torch.stack(column, 1) for column in zip(*alone, strict=True)]


def _placed(game: Game, draws: Draws, stacked: Sequence[Tensor]) -> Draws:
    """With the batches, each (members, ...), in place of their numbers."""

    def at(place: Tensor | None) -> Tensor | None:
        return None if place is None else stacked[int(place)]

    y = at(draws.y)
    # Behind the members come the numbers of latents, which have one axis more.
    return with_classes(game, draws._replace(latents=stacked[int(draws.latents)], real=at(draws.real), y=None if y is None else y[:, None]))
