"""Knobs: the settings that may change while a run trains, each declared once, here.

A line of `Knobs` alone makes the command-line option, the TOML key under `[knobs]`, the key binding, the help
entry and the log entry; a test asks for its row in the README.
"""

import dataclasses
import re
from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from tui_gan.contract.errors import UsageError, choose, quoted
from tui_gan.contract.values import refusal

Turning = Literal["add", "double", "ladder", "limit", "switch", "choice"]
LADDER = (1.0, 2.0, 5.0)
DEVICE = re.compile(r"auto|cpu|mps|cuda(:\d+)?")


@dataclasses.dataclass(frozen=True)
class Knob:
    """How one field of `Knobs` is shown and turned.

    Attributes:
        name: the field's name.
        label: a short name for panels, at most 12 characters.
        keys: the key that lowers it, a space, the key that raises it; one key alone switches.
        turning: add = by one; double = by powers of two; ladder = 1, 2, 5, 10, ...; limit = likewise, and above `high`
            no limit at all, which is written 0; switch = on and off; choice = the next of the values at hand.
        low, high: the range, both ends included; None where there is none.
        help: one sentence.
    """

    name: str
    label: str
    keys: str
    turning: Turning
    low: float | None
    high: float | None
    help: str

    @property
    def option(self) -> str:
        """The command-line option, such as `--k-steps`."""
        return "--" + self.name.replace("_", "-")

    def off(self, value: object) -> bool:
        """Whether a value of it stands for no limit."""
        return self.turning == "limit" and value == 0


def knob(default: Any, *, label: str, keys: str, turning: Turning, help: str, low: float | None = None, high: float | None = None) -> Any:
    """Declare a field of `Knobs`."""
    details = dict(label=label, keys=keys, turning=turning, low=low, high=high, help=help)
    return dataclasses.field(default=default, metadata=details)


@dataclasses.dataclass(frozen=True)
class Knobs:
    """The live settings in force; a turn makes a new value."""

    k_steps: int = knob(1, label="k steps", keys="k K", turning="add", low=1, high=20, help="discriminator updates per step")
    generator_steps: int = knob(1, label="G steps", keys="< >", turning="add", low=1, high=20, help="generator updates per step")
    minibatch_discrimination: bool = knob(
        False, label="minibatch", keys="m", turning="switch", help="minibatch discrimination: let D compare the samples of a batch"
    )
    generator_lr: float = knob(2e-3, label="G lr", keys="g G", turning="ladder", low=1e-7, high=10.0, help="learning rate of the generator")
    discriminator_lr: float = knob(
        2e-3, label="D lr", keys="l L", turning="ladder", low=1e-7, high=10.0, help="learning rate of the discriminator"
    )
    regularization: float = knob(
        1.0,
        label="penalty x",
        keys="p P",
        turning="ladder",
        low=1e-4,
        high=1e4,
        help="factor on the weights of the discriminator's regularizers",
    )
    batch_size: int = knob(
        256, label="batch", keys="b B", turning="double", low=2, high=8192, help="minibatch size, the same for real and generated samples"
    )
    device: str = knob(
        "auto", label="device", keys="v", turning="choice", help="device that trains the networks: auto, cpu, cuda, cuda:N or mps"
    )
    checkpoint_every: int = knob(
        2000, label="save every", keys="i I", turning="ladder", low=1, high=10_000_000, help="steps between checkpoints"
    )
    pace: float = knob(
        0.0,
        label="pace",
        keys="j J",
        turning="limit",
        low=0.1,
        high=500.0,
        help="speed limit in steps per second; 0 for full speed",
    )


KNOBS: dict[str, Knob] = {field.name: Knob(name=field.name, **field.metadata) for field in dataclasses.fields(Knobs)}


def set_knob(knobs: Knobs, name: str, value: Any) -> Knobs:
    """Return `knobs` with one value replaced and checked.

    Raises:
        UsageError: no such knob, a value of the wrong type, or one out of its range.
    """
    if choose(KNOBS, name, "knob").turning == "limit" and value in (False, "off"):
        value = 0.0
    return checked(dataclasses.replace(knobs, **{name: value}))


def turn_knob(knobs: Knobs, name: str, direction: int, devices: Sequence[str] = ("cpu",)) -> Knobs:
    """Return `knobs` with one value a notch lower (`direction` -1) or higher (+1), held inside its range."""
    how = choose(KNOBS, name, "knob")
    value = getattr(knobs, name)
    if how.turning == "switch":
        value = not value
    elif how.turning == "choice":
        value = devices[(devices.index(value) + direction) % len(devices)] if value in devices else devices[0]
    else:
        kind = type(value)
        if how.turning == "limit":
            value = _limit(value, direction, how)
        else:
            value = {"add": _add, "double": _double, "ladder": _rung}[how.turning](value, direction)
            value = max(how.low, min(how.high, value))  # type: ignore[type-var]
        value = kind(value)
    return dataclasses.replace(knobs, **{name: value})


def checked(knobs: Knobs) -> Knobs:
    """Return `knobs` if every value has its type and lies in its range.

    Raises:
        UsageError: with the knob's name and its range.
    """
    try:
        knobs = msgspec.convert(dataclasses.asdict(knobs), Knobs)
    except msgspec.ValidationError as error:
        text, place = refusal(error)
        raise UsageError(f"{place.lstrip('.')}: {text[0].lower()}{text[1:]}") from None
    for how in KNOBS.values():
        value = getattr(knobs, how.name)
        if how.low is None or how.high is None or how.off(value):
            continue
        if not how.low <= value <= how.high:
            none = ", or be 0 for no limit" if how.turning == "limit" else ""
            raise UsageError(f"{how.name} must lie between {how.low:g} and {how.high:g}{none}, not {quoted(value)}")
    if not DEVICE.fullmatch(knobs.device):
        raise UsageError(f"unknown device {quoted(knobs.device)} (known: auto, cpu, cuda, cuda:N, mps)")
    return knobs


def _add(value: float, direction: int) -> float:
    return value + direction


def _double(value: float, direction: int) -> float:
    power = 1
    while power < value:
        power *= 2
    if direction > 0:
        return power * 2 if power == value else power
    return power // 2


def _limit(value: float, direction: int, how: Knob) -> float:
    """The next rung within the range; above its end there is no limit, which is 0."""
    assert how.low is not None
    assert how.high is not None
    if direction > 0:
        return 0.0 if value in (0.0, how.high) else min(how.high, _rung(value, direction))
    return how.high if value == 0.0 else max(how.low, _rung(value, direction))


def _rung(value: float, direction: int) -> float:
    """The next of ..., .1, .2, .5, 1, 2, 5, 10, ... above or below `value`."""
    rungs = [float(f"{rung}e{power}") for power in range(-9, 9) for rung in LADDER]
    if direction > 0:
        return next((rung for rung in rungs if rung > value * (1 + 1e-9)), value)
    return next((rung for rung in reversed(rungs) if rung < value * (1 - 1e-9)), value)
