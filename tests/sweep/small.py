"""A sweep so small that it takes a moment, of members that are moved together and of others that cannot be."""

import time
from collections.abc import Callable
from typing import Any

import msgspec

from tui_gan.contract.axes import Axis, combinations
from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.contract.network import Network
from tui_gan.sweep import plan
from tui_gan.sweep.plan import Spec
from tui_gan.sweep.sweep import Sweep

STEPS, EVERY, SEEDS = 24, 8, 2
AXES = [Axis("generator_lr", (1e-3, 4e-3)), Axis("alone", (False, True))]
DROPPING = Network(widths=(8, 7), dropout=0.5)
Begin = Callable[..., Sweep]


def specs_of(config: Config, knobs: Knobs) -> list[Spec]:
    def resolve(values: dict[str, Any]) -> tuple[Config, Knobs]:
        changes = {"steps": STEPS, "evaluate_every": EVERY, **({"discriminator": DROPPING} if values["alone"] else {})}
        return msgspec.structs.replace(config, **changes), set_knob(knobs, "generator_lr", values["generator_lr"])

    return plan.specs(combinations(AXES), range(SEEDS), resolve)


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 300
    while not true():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.005)
