"""What a sweep was asked for, as it was typed and as its directory keeps it, and the members that it comes to."""

import json as json_text
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NotRequired, TypedDict

from tui_gan.cli import settings
from tui_gan.cli.options import named
from tui_gan.contract.axes import Axis, combinations, of_pair, of_text
from tui_gan.contract.config import Config
from tui_gan.contract.errors import UnreadableError, UsageError
from tui_gan.contract.knobs import KNOBS, Knobs
from tui_gan.contract.outer import word
from tui_gan.contract.values import typed

if TYPE_CHECKING:
    from tui_gan.sweep.plan import Data, Group, Spec

MOST = 10_000_000
# What the options say alone, and how.
OPTIONS = {"seed": "--seeds says how many seeds there are", "device": "--device says where all members are trained"}
# What is one for all members.
COMMON = {"steps", "metrics", "metric", "evaluated", "evaluate_every", "log_every", "threads", "engine", "preset"}
# Knobs whose presets have other networks with them.
SHAPING = {"minibatch_discrimination"}
# What members do not read, since none is saved, shown, paced or stopped by itself.
UNREAD = {"evaluate_from", "checkpoint_every", "keep", "pace", "pace_until", "preview_every", "linger"}


class Asked(TypedDict):
    """What a sweep was begun with, as it was typed; `data_sha256` are the checksums of its data, by their place."""

    preset: str
    axes: dict[str, str]
    set: list[str]
    seeds: int
    steps: int | None
    metrics: str | None
    data: str | None
    device: NotRequired[str]
    data_sha256: NotRequired[dict[str, str]]


def axes_of(asked: Asked) -> list[Axis]:
    """The axes of a sweep, as they were typed."""
    return [*(of_text(name, text) for name, text in asked["axes"].items()), *map(of_pair, asked["set"])]


def check(axes: Sequence[Axis], asked: Asked) -> None:
    """Check what can be known before anything is loaded.

    Raises:
        UsageError: an axis twice, or what an option says, or more members than can be counted.
    """
    names = [axis.name for axis in axes]
    given = {"steps": asked["steps"], "data": asked["data"], "metrics": asked["metrics"], "metric": asked["metrics"]}
    check_options(names, OPTIONS, given)
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"{name} is given twice; give all its values at once")
        if name in COMMON and len(axes[names.index(name)].values) > 1:
            raise UsageError(f"{name} is the same for all members; give it one value")
        if name.startswith("stop.") or (name in UNREAD and len(axes[names.index(name)].values) > 1):
            raise UsageError(f"{name} changes nothing in a sweep, which trains all members to the end; leave it out")
    members = asked["seeds"] * math.prod(len(axis.values) for axis in axes)
    if members > MOST:
        raise UsageError(f"{members:,} members are more than {MOST:,}; take fewer seeds or values")


def check_options(names: Sequence[str], elsewhere: Mapping[str, str], given: Mapping[str, object]) -> None:
    """Check that --set names nothing that is said elsewhere.

    Args:
        elsewhere: what says a setting that --set may not, in words.
        given: what options have said, by the settings that it is of; None where they have not.

    Raises:
        UsageError: it does.
    """
    for name in names:
        if name in elsewhere:
            raise UsageError(f"{elsewhere[name]}; leave {name} out of --set")
        if given.get(name) is not None:
            raise UsageError(f"{name} is given by an option and by --set; leave one of them out")


class Members(NamedTuple):
    """All members of a sweep, as it was asked for, one line on their memory, and the checksums of their data by their place."""

    config: Config
    specs: "list[Spec]"
    groups: "list[Group]"
    data: "Data"
    memory: str
    data_sha256: dict[str, str]


def members(asked: Asked, axes: Sequence[Axis], here: bool = True) -> Members:
    """The members of a sweep; PyTorch is made ready to train them.

    Args:
        here: whether all are trained on this machine, so that it must have memory for them.

    Raises:
        UsageError: a value that is not allowed, a device that is not there, or not enough memory.
    """
    from tui_gan.session import devices
    from tui_gan.session.rundir import with_data
    from tui_gan.sweep import plan

    checksums = dict(asked.get("data_sha256", {}))

    def resolve(values: dict[str, Any]) -> tuple[Config, Knobs]:
        config, knobs = _resolved(asked, values)
        return with_data(config, checksums), knobs

    first = resolve(next(combinations(axes)))
    if here:
        devices.check(first[1].device)
    data = plan.Data()
    # The other knobs change nothing of what a member has to keep.
    shaping = [axis if axis.name not in KNOBS or axis.name in SHAPING else axis._replace(values=axis.values[:1]) for axis in axes]
    each = asked["seeds"] * math.prod(len(axis.values) for axis in axes) // math.prod(len(axis.values) for axis in shaping)
    memory = plan.check_size(((each, plan.Spec(0, {}, *resolve(values))) for values in combinations(shaping)), data, here)
    ready()
    specs = plan.specs(combinations(axes), range(asked["seeds"]), resolve)
    return Members(first[0], specs, plan.groups(specs, data), data, memory, checksums)


def ready() -> None:
    """Make PyTorch ready to train in this thread, and in those that it begins."""
    import torch

    torch.set_num_threads(1)
    torch.set_flush_denormal(True)


def _resolved(asked: Asked, values: dict[str, Any]) -> tuple[Config, Knobs]:
    """The settings of one combination of values."""
    pairs = [f"{name}={typed(value)}" for name, value in values.items() if name not in asked["axes"]]
    if asked["metrics"] is not None:
        names = named("metrics", asked["metrics"])
        pairs += [f"metrics={typed(names)}", f"metric={names[0]}"]
    options = {"steps": asked["steps"], "data": asked["data"]}
    knobs = {name: values[name] for name in asked["axes"]} | {"device": asked.get("device", "cpu")}
    return settings.resolved(asked["preset"], None, settings.of_pairs(pairs), options, knobs)


def make(folder: Path, asked: Asked) -> None:
    """Make the directory of a new sweep.

    Raises:
        UsageError: it is there and not empty, or cannot be made.
    """
    from tui_gan.session.atomic import replacing

    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            there = (folder / "sweep.json").exists()
            on = f", or go on with `tui-gan sweep --resume {word(folder)}`" if there else ""
            raise UsageError(f"{folder} is not empty; name another --out{on}")
        with replacing(folder / "sweep.json") as partial:
            partial.write_text(json_text.dumps(asked), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot make {folder}: {error.strerror or error}") from None


def asked_of(folder: Path) -> Asked:
    """What a sweep was begun with.

    Raises:
        UnreadableError: the directory holds no sweep.
    """
    import msgspec

    try:
        asked = msgspec.json.decode((folder / "sweep.json").read_bytes(), type=Asked)
        if asked["seeds"] < 1 or (asked["steps"] or 1) < 1:
            raise UnreadableError(f"{folder / 'sweep.json'} asks for {asked['seeds']} seeds and {asked['steps']} steps")
        return asked
    except OSError as error:
        raise UnreadableError(f"{folder} holds no sweep to go on with: {error.strerror or error}") from None
    except msgspec.MsgspecError as error:
        raise UnreadableError(f"{folder / 'sweep.json'} is not what a sweep was begun with: {error}") from None
