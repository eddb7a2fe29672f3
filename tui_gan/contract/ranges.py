"""What a search may vary: a knob or a setting, between two numbers or among values."""

import math
from typing import Any, NamedTuple

from tui_gan.contract.axes import SPACINGS, of_pair
from tui_gan.contract.errors import UsageError, quoted

HOW = "KEY=LOW:HIGH:log, KEY=LOW:HIGH:lin or KEY=V1,V2"


class Range(NamedTuple):
    """A knob or a setting by its TOML key, and where its value is looked for.

    Attributes:
        low, high: both ends included; whole numbers alone where both are.
        log: whether all ratios are as likely, or all distances.
        values: where it is one of these instead; () where it is a range.
    """

    name: str
    low: float = math.nan
    high: float = math.nan
    log: bool = False
    values: tuple[Any, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether it takes whole numbers alone."""
        return isinstance(self.low, int) and isinstance(self.high, int)


def of_text(pair: str) -> Range:
    """Read `KEY=LOW:HIGH:log`, `KEY=LOW:HIGH:lin` or `KEY=V1,V2`.

    Raises:
        UsageError: it is none of these.
    """
    key, equals, text = pair.partition("=")
    name = ".".join(part.strip().replace("-", "_") for part in key.split("."))
    parts = [part.strip() for part in text.split(":")]
    if not equals or not all(name.split(".")):
        raise UsageError(f"--set takes {HOW}, not {quoted(pair)}")
    if len(parts) == 1:
        return Range(name, values=of_pair(pair).values)
    if len(parts) != 3 or parts[2] not in SPACINGS:
        raise UsageError(f"--set takes {HOW}, not {quoted(pair)}")
    low, high = _number(pair, parts[0]), _number(pair, parts[1])
    if not low < high:
        raise UsageError(f"--set {name}: the range {quoted(text)} must go from a number to a larger one")
    if parts[2] == "log" and low <= 0:
        raise UsageError(f"--set {name}: a range with log begins above 0, and {quoted(text)} does not")
    return Range(name, low, high, parts[2] == "log")


def _number(pair: str, text: str) -> float:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        value = float(text)
    except ValueError:
        raise UsageError(f"--set takes {HOW}, not {quoted(pair)}") from None
    if not math.isfinite(value):
        raise UsageError(f"--set takes {HOW}, not {quoted(pair)}")
    return value
