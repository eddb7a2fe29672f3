"""Bounded history of scalars: a run of any length keeps the same memory."""

import itertools
import math
from collections.abc import Iterable

import numpy as np

from tui_gan.contract.outer import printable
from tui_gan.contract.snapshot import Floats, Series, frozen

CAPACITY = 1024
# Up to here every step is a number of its own in 64 bits.
LATEST = 2**53
# No run measures more in units of data, and the arithmetic of axes has its ends.
FARTHEST = 1e200


class History:
    """Named scalars over steps, at most CAPACITY points each.

    A full series drops every second point and from then on keeps only steps on its doubled stride, so which points are kept
    depends on the steps alone and a resumed run keeps the same ones. Points that are nearer to each other are kept until then.
    """

    def __init__(self) -> None:
        self._points: dict[str, tuple[list[int], list[float]]] = {}
        self._strides: dict[str, int] = {}
        self._last: dict[str, tuple[int, float]] = {}

    def add(self, name: str, step: int, value: float, every: int = 1, early: bool = False) -> None:
        """Append one point; `every` is the interval at which the series is taken, and an `early` point is one between."""
        self._last[name] = (step, value)
        stride = self._strides.setdefault(name, every)
        if step % stride and not early:
            return
        steps, values = self._points.setdefault(name, ([], []))
        if steps and steps[-1] == step:
            return
        steps.append(step)
        values.append(value)
        # Once, unless the points that are there were taken at another interval.
        while len(self._points[name][0]) > CAPACITY:
            stride = self._strides[name] = stride * 2
            kept = [(s, v) for s, v in zip(*self._points[name], strict=True) if s % stride == 0]
            self._points[name] = ([s for s, _ in kept], [v for _, v in kept])

    def retime(self, names: Iterable[str], before: int, every: int) -> None:
        """Take these series every so many steps from now on, in place of `before`; what they hold stays until they are full."""
        for name in self._strides.keys() & set(names):
            self._strides[name] = max(1, self._strides[name] // before) * every

    def cut(self, step: int) -> None:
        """Forget every point after `step`."""
        for name, (steps, values) in self._points.items():
            kept = sum(1 for each in steps if each <= step)
            self._points[name] = (steps[:kept], values[:kept])
        for name, (last, _) in list(self._last.items()):
            steps, values = self._points.get(name, ([], []))
            if last > step and steps:
                self._last[name] = (steps[-1], values[-1])
            elif last > step:
                del self._last[name]

    def series(self) -> dict[str, Series]:
        """Copy every series, the newest point included, for a snapshot."""
        return {name: _series(*self._with_last(name)) for name in self._last}

    def last(self, name: str) -> tuple[int, float] | None:
        """The step and the value of the newest point; None where there is none."""
        return self._last.get(name)

    def arrays(self) -> dict[str, Floats]:
        """The whole state as arrays by name, for a checkpoint."""
        arrays: dict[str, Floats] = {}
        for name, last in self._last.items():
            steps, values = self._points.get(name, ([], []))
            arrays[f"{name}.points"] = np.array([steps, values], dtype=np.float64)
            arrays[f"{name}.last"] = np.array([*last, self._strides[name]], dtype=np.float64)
        return arrays

    @classmethod
    def from_arrays(cls, arrays: dict[str, Floats]) -> "History":
        """Undo `arrays()`.

        Raises:
            KeyError, ValueError, TypeError: they are not what `arrays()` gives.
        """
        history = cls()
        for name in dict.fromkeys(key.rpartition(".")[0] for key in arrays):
            steps, values = arrays[f"{name}.points"].tolist()
            step, value, stride = arrays[f"{name}.last"].tolist()
            if not name.isidentifier() or not stride >= 1 or len(steps) > CAPACITY:
                raise ValueError(f"the history of {printable(name)} has stride {stride} and {len(steps)} points")
            if not all(-LATEST <= each <= LATEST and each == int(each) for each in (*steps, step, stride)):
                raise ValueError(f"the history of {name} has steps that are none")
            if not all(earlier < later for earlier, later in itertools.pairwise(steps)) or (steps and steps[-1] > step):
                raise ValueError(f"the steps of the history of {name} do not ascend")
            if any(FARTHEST < abs(each) < math.inf for each in (*values, value)):
                raise ValueError(f"the history of {name} has values beyond {FARTHEST:g}")
            history._points[name] = ([int(each) for each in steps], values)
            history._last[name] = (int(step), value)
            history._strides[name] = int(stride)
        return history

    def _with_last(self, name: str) -> tuple[list[float], list[float]]:
        steps, values = self._points.get(name, ([], []))
        step, value = self._last[name]
        if steps and steps[-1] >= step:
            return [*steps], values
        return [*steps, step], [*values, value]


def _series(steps: list[float], values: list[float]) -> Series:
    return Series(frozen(steps), frozen(values))
