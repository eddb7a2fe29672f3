"""The settings of a run: what they may be, and one of them changed while the run trains."""

from collections.abc import Callable, Iterable
from typing import Any

from tui_gan.contract.config import Config
from tui_gan.contract.errors import UsageError
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.network import ACTIVATION_NAMES
from tui_gan.contract.outer import word
from tui_gan.contract.settings import differences, help_of, leaves, names_of, nested, why_not
from tui_gan.contract.snapshot import Setting
from tui_gan.contract.toml import resolve
from tui_gan.contract.values import typed
from tui_gan.gan.datasets import Truth
from tui_gan.gan.latents import LATENTS, asked_of
from tui_gan.gan.metrics import METRICS, applicable
from tui_gan.gan.networks import DISCRIMINATORS, GENERATORS
from tui_gan.gan.objectives import OBJECTIVES
from tui_gan.gan.optimizers import OPTIMIZERS, SCHEDULES
from tui_gan.gan.orders import COORDINATION, ORDERS
from tui_gan.gan.regularizers import REGULARIZERS

# The names that a setting may take.
TABLES: dict[str, Iterable[str]] = {
    "objective": OBJECTIVES,
    "latent": LATENTS,
    "updates": ORDERS,
    "coordination": COORDINATION,
    "optimizer.kind": OPTIMIZERS,
    "schedule.kind": SCHEDULES,
    "generator.kind": GENERATORS,
    "generator.activation": ACTIVATION_NAMES,
    "discriminator.kind": DISCRIMINATORS,
    "discriminator.activation": ACTIVATION_NAMES,
}
# Those that depend on the rest of the configuration and on what is known of the data.
DEPENDENT: dict[str, Callable[[Config, Truth], Iterable[str]]] = {
    "metrics": lambda config, truth: applicable(truth, of=asked_of(config)),
    "metric": lambda config, truth: _judging(config),
    "stop.metric": lambda config, truth: ("", *_judging(config)),
}


def settings(config: Config, truth: Truth) -> tuple[Setting, ...]:
    """Every setting with its value; regularizers that are not named have weight 0."""
    values: dict[str, Any] = {}
    for key, value in leaves(config).items():
        if key == "lazy":
            # After those that the configuration names, which stand before it.
            values |= {f"regularizers.{name}": values.get(f"regularizers.{name}", 0.0) for name in REGULARIZERS}
        values[key] = value
    del values["data_sha256"]
    return tuple(
        Setting(key, value, not why_not(key, value, value), _choices(key, config, truth), help_of(key)) for key, value in values.items()
    )


def changed(config: Config, key: str, value: object) -> Config:
    """The configuration with one setting changed, checked as the command line checks it.

    Raises:
        UsageError: no such setting, no such value, or one that cannot change while the run trains, with what to type instead.
    """
    new, _ = resolve(config, Knobs(), nested(key, value), source="setting")
    for name, (before, after) in differences(config, new).items():
        if why := why_not(name, before, after):
            raise UsageError(f"{name} cannot change while the run trains: {why}; `{anew(config, key, value)}` starts a new run with it")
    return new


def anew(config: Config, key: str, value: object) -> str:
    """What to type for a new run with another value of a setting."""
    return f"tui-gan run {word(value)}" if key == "preset" else f"tui-gan run {word(config.preset)} --set {word(f'{key}={typed(value)}')}"


def _choices(key: str, config: Config, truth: Truth) -> tuple[str, ...]:
    if key in DEPENDENT:
        return tuple(DEPENDENT[key](config, truth))
    return tuple(TABLES.get(key, names_of(key)))


def _judging(config: Config) -> list[str]:
    """The metrics measured live of which less or more is better."""
    return [name for name in config.metrics if METRICS[name].better]
