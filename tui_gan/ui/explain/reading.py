"""Reading: the numbers of a run that its explanation speaks of, taken from a snapshot once."""

import dataclasses
import functools
import math
from collections.abc import Mapping, Sequence

import numpy as np

from tui_gan.contract.diagnosis import Diagnosis
from tui_gan.contract.logged import LOSSES, changes
from tui_gan.contract.snapshot import Series, Snapshot
from tui_gan.ui.keys import KEYS, Key

# How many modes the data sets have whose modes are known.
MODES = {"ring": 8, "grid": 25}
# The newest points of a loss in which a swing is looked for, and how high it has to be, in nats.
RECENT, SWING = 60, 0.25
NONE = Series(np.empty(0), np.empty(0))


@dataclasses.dataclass(frozen=True, eq=False)
class Reading:
    """What was read; a number that is not known is NaN.

    Attributes:
        keys: those in force.
    """

    snapshot: Snapshot
    keys: Sequence[Key] = KEYS

    def key(self, name: str) -> str:
        """What the user presses for an action, by its name."""
        return next((key.symbol for key in self.keys if key.name == name), "?")

    @functools.cached_property
    def settings(self) -> Mapping[str, object]:
        """The settings in force by their keys, as far as they are told."""
        return {setting.key: setting.value for setting in self.snapshot.settings}

    @property
    def objective(self) -> str:
        """Its name."""
        return self.snapshot.rules.objective

    def number(self, key: str) -> float:
        """A setting that is a number; 0 where it is not told."""
        value = self.settings.get(key, 0.0)
        return float(value) if isinstance(value, int | float) else 0.0

    def newest(self, name: str) -> float:
        """The last value of a series."""
        values = self.snapshot.series.get(name, NONE).values
        return float(values[-1]) if values.size else math.nan

    def present(self, name: str) -> float:
        """The same, where nothing that it depends on has been changed since."""
        return math.nan if self.snapshot.series.get(name, NONE).stale else self.newest(name)

    @property
    def right(self) -> float:
        """The share of real and generated samples alike on which the discriminator is right."""
        said = self.snapshot.predictions
        return math.nan if said is None else (said.real_right + said.fake_right) / 2

    @property
    def verdict_on_real(self) -> float:
        """The mean of D(x) over real samples."""
        said = self.snapshot.predictions
        return math.nan if said is None else said.real_mean

    @property
    def verdict_on_fake(self) -> float:
        """The mean of D(x) over generated samples."""
        said = self.snapshot.predictions
        return math.nan if said is None else said.fake_mean

    @property
    def wanted_modes(self) -> int:
        """How many modes the data has; 0 where that is not known."""
        known = str(self.settings.get("dataset", self.snapshot.preset))
        return next((count for name, count in MODES.items() if known.startswith(name)), 0)

    @property
    def diagnosis(self) -> Diagnosis | None:
        """How the generated samples stand to the data now, as far as that is known."""
        return self.snapshot.diagnosis

    def floor(self, name: str) -> float:
        """What a perfect generator gets of a metric of the run; NaN where that is not known."""
        floor = self.snapshot.floors.get(name)
        return math.nan if floor is None else floor.typical

    @functools.cached_property
    def finite(self) -> bool:
        """Whether the newest losses are numbers."""
        losses = [self.newest(name) for name in LOSSES if name in self.snapshot.series]
        sizes = [self.snapshot.series[name].values.size for name in LOSSES if name in self.snapshot.series]
        return not any(size and not math.isfinite(loss) for size, loss in zip(sizes, losses, strict=True))

    @functools.cached_property
    def swing(self) -> tuple[float, float, float] | None:
        """The lowest and the highest value, and the period in steps, of a generator's loss that goes up and down; None if it does not."""
        series = self.snapshot.series.get("generator_loss", NONE)
        # Losses of before a change of what they depend on are those of another game.
        since = max((step for step, _ in changes(self.snapshot.events)), default=-1)
        steps, values = (part[series.steps > since][-RECENT:] for part in (series.steps, series.values))
        if values.size < RECENT // 2 or not np.isfinite(values).all():
            return None
        smooth = np.convolve(values, np.full(3, 1 / 3), "valid")
        low, high = (float(end) for end in np.quantile(smooth, [0.05, 0.95]))
        above = smooth > (low + high) / 2
        turns = int((above[1:] != above[:-1]).sum())
        # Fewer turns are a drift; of noise, means of three keep a third of the variance.
        if high - low < SWING or not 4 <= turns <= values.size // 4 or smooth.var() < 0.6 * values.var():
            return None
        return low, high, 2 * float(steps[-1] - steps[0]) / turns
