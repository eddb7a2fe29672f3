"""What a search may vary: a knob or a setting, between two numbers or among values."""

import math
from typing import Any, NamedTuple

from tui_gan.contract.axes import SPACINGS, named
from tui_gan.contract.axes import of_text as axis_of_text
from tui_gan.contract.errors import UsageError, quoted
from tui_gan.contract.values import apart, read_value

HOW = "KEY=LOW:HIGH:log, KEY=LOW:HIGH:lin or KEY=V1,V2"


class Range(NamedTuple):
    """A knob or a setting by its TOML key, and where its value is looked for.

    Attributes:
        low, high: both ends included; whole numbers alone where both are `int`.
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
    name, text = named(pair, HOW)
    parts = [part.strip() for part in apart(text, ":")]
    if len(parts) == 1:
        return Range(name, values=axis_of_text(name, text).values)
    if len(parts) != 3 or parts[2] not in SPACINGS:
        raise UsageError(f"--set takes {HOW}, not {quoted(pair)}")
    low, high = _number(pair, parts[0]), _number(pair, parts[1])
    if not low < high:
        raise UsageError(f"--set {name}: the range {quoted(text)} must go from a number to a larger one")
    if parts[2] == "log" and low <= 0:
        raise UsageError(f"--set {name}: a range with log begins above 0, and {quoted(text)} does not")
    return Range(name, low, high, parts[2] == "log")


def _number(pair: str, text: str) -> float:
    """A whole number where it is written as one."""
    value = read_value(text)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise UsageError(f"--set takes {HOW}, not {quoted(pair)}")
    return value
