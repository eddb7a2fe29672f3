"""What a sweep consists of: its members, and which of them are moved together."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import psutil
import torch

from tui_gan.contract.config import Config
from tui_gan.contract.errors import UsageError
from tui_gan.contract.knobs import Knobs
from tui_gan.gan import state
from tui_gan.gan.datasets import Dataset
from tui_gan.gan.engines import many
from tui_gan.gan.latents import width
from tui_gan.gan.sampling import PASSED, widest
from tui_gan.gan.trainer import Trainer
from tui_gan.session.sources import dataset_of

# A chunk's numbers that are read at each step should stay near the processor.
NUMBERS, LARGEST = 2**21, 256
# The same on a GPU, which is fast where it has much to do at once.
NUMBERS_ON_GPU, LARGEST_ON_GPU = 2**28, 2**14
# Of a member: its state, the gradients and what lies between, in states.
STATES = 3


class Spec(msgspec.Struct, frozen=True):
    """One member: its place in the results, its seed, the values of its axes, and the settings that they make."""

    place: int
    values: dict[str, Any]
    config: Config
    knobs: Knobs

    @property
    def seed(self) -> int:
        """That of all its chance."""
        return self.config.seed

    @property
    def device(self) -> str:
        """The one that it is trained on: a GPU where its knobs name one."""
        return "cpu" if self.knobs.device == "auto" else self.knobs.device


class Group(msgspec.Struct, frozen=True):
    """Members that are moved together, or, where `alone` says why, one by one.

    Attributes:
        widest: the numbers that a generator of those that are moved together passes on of one sample where they are most.
    """

    form: str
    alone: str
    members: list[Spec]
    widest: int = 0


class Data:
    """The data sets of members; those that differ in their seed alone share one where it does not depend on it."""

    def __init__(self) -> None:
        self._made: dict[bytes, Dataset] = {}

    def of(self, config: Config) -> Dataset:
        """The data set of a configuration.

        Raises:
            UsageError, UnreadableError: it is not there, or cannot be learned from.
        """
        names = ("dataset", "data", "classes", "training", "training_skip", "size", "channels", "black", "white", "standardize", "contrast")
        fields = [getattr(config, name) for name in names]
        key = msgspec.msgpack.encode([*fields, config.seed if config.training and not config.data else 0])
        if key not in self._made:
            self._made[key] = dataset_of(config, Path())[0]
        return self._made[key]


def specs(axes: Iterator[dict[str, Any]], seeds: Sequence[int], resolve: Callable[[dict[str, Any]], tuple[Config, Knobs]]) -> list[Spec]:
    """All members: every combination with every seed, the seeds turning fastest."""
    members: list[Spec] = []
    for values in axes:
        config, knobs = resolve(values)
        members += [
            Spec(len(members) + place, values, msgspec.structs.replace(config, seed=seed), knobs) for place, seed in enumerate(seeds)
        ]
    return members


def check_size(members: Iterable[tuple[int, Spec]], data: Data, here: bool = True) -> str:
    """One line on the memory that members take.

    Args:
        members: how many there are of each.

    Raises:
        UsageError: they are trained here, and the machine has not so much memory.
    """
    count, size, device, known = 0, 0, "cpu", dict[bytes, int]()
    for of_it, one in members:
        # A combination is asked for once, whatever the seeds.
        key = msgspec.msgpack.encode(msgspec.structs.replace(one.config, seed=0))
        if key not in known:
            known[key] = STATES * state.size(one.config, data.of(one.config).shape)
        count, size, device = count + of_it, size + of_it * known[key], one.device
    memory = f"about {size / 1e6:,.0f} MB" if size > 1e6 else "under 1 MB"
    line = f"{count:,} member{'s' * (count != 1)}, {memory}"
    free = _free(device) if here else math.inf
    if size > free:
        place = "this machine" if device == "cpu" else device
        raise UsageError(f"{line}; {place} has {free / 1e6:,.0f} MB of memory free: take fewer seeds or values")
    return line


def _free(device: str) -> int:
    """The memory of a device that is free, in bytes."""
    return torch.cuda.mem_get_info(device)[0] if device.startswith("cuda") else psutil.virtual_memory().available


def groups(members: Sequence[Spec], data: Data) -> list[Group]:
    """The members by the programs of their steps, each combination of values looked at once."""
    by_form: dict[tuple[str, str], Group] = {}
    known: dict[int, tuple[str, str]] = {}
    for spec in members:
        key = id(spec.values)
        if key not in known:
            trainer = Trainer(spec.config, data.of(spec.config), "cpu")
            alone = many.why_not(trainer, spec.knobs)
            known[key] = ("", alone) if alone else (many.form(trainer, spec.knobs), "")
            if known[key] not in by_form:
                most = 0 if alone else widest(trainer.generator_average, torch.zeros(1, width(spec.config)))[0]
                by_form[known[key]] = Group(*known[key], [], most)
        by_form[known[key]].members.append(spec)
    return list(by_form.values())


def chunks(group: Group) -> list[list[Spec]]:
    """The members of a group in parts of nearly equal size whose numbers stay near the processor, or fit a GPU."""
    if group.alone:
        return [[spec] for spec in group.members]
    one = group.members[0]
    budget, largest = (NUMBERS, LARGEST) if one.device == "cpu" else (NUMBERS_ON_GPU, LARGEST_ON_GPU)
    each = max(1, numbers(one, group.widest))
    most = max(1, min(8, PASSED // each), min(largest, budget // each))
    count = math.ceil(len(group.members) / most)
    size = math.ceil(len(group.members) / count)
    return [group.members[start : start + size] for start in range(0, len(group.members), size)]


def numbered(groups: Sequence[Group]) -> list[tuple[Group, list[Spec]]]:
    """The chunks of all groups, each with its group, in the order of their numbers."""
    return [(group, specs) for group in groups for specs in chunks(group)]


def numbers(one: Spec, widest: int) -> int:
    """How many numbers a member passes on in an update, which its time goes with.

    Args:
        widest: those of one sample where they are most, which of images are more than all widths, the channels.
    """
    units = sum(sum(network.widths) for network in (one.config.generator, one.config.discriminator)) + one.config.latent_dim
    return max(units, widest) * one.knobs.batch_size * one.config.packing
