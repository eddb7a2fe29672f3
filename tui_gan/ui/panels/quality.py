"""Quality: how far the generated distribution is from the real one."""

from typing import ClassVar

from tui_gan.contract.snapshot import Snapshot
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink
from tui_gan.ui.draw.quality import Gauge, quality
from tui_gan.ui.panels.panel import Notes, Panel, View, hint

GAUGES = {
    "w1": Gauge("W1 distance", logarithmic=True, ink=Ink.FAKE),
    "sd_ratio": Gauge("sd ratio", wanted=1.0, ink=Ink.FAKE),
}
NEAR = 0.05


class Quality(Panel):
    """W1 and the ratio of standard deviations over steps."""

    title: ClassVar[str] = "quality"
    slow_seconds: ClassVar[float] = 0.5

    def facts(self, view: View) -> tuple[object, ...]:
        """Lengths and newest values."""
        series = view.snapshot.series
        return tuple((series[name].steps.size, series[name].steps[-1:].tolist()) for name in GAUGES if name in series)

    def inside(self, view: View, width: int, height: int) -> Canvas:
        """Draw the charts."""
        series = view.snapshot.series
        if not any(name in series and series[name].steps.size for name in GAUGES):
            return hint("not measured yet: press e" if width > 26 else "", width, height)
        return quality([(gauge, series.get(name)) for name, gauge in GAUGES.items()], width, height, view.look)

    def notes(self, view: View) -> Notes:
        """The spread in words."""
        return ((text, Ink.DIM),) if (text := spread(view.snapshot)) else ()


def spread(snapshot: Snapshot) -> str:
    """Whether the generated points spread as the real ones do, in words."""
    series = snapshot.series.get("sd_ratio")
    if series is None or not series.values.size:
        return ""
    ratio = float(series.values[-1])
    if abs(ratio - 1.0) <= NEAR:
        return "spread as wide as real"
    return "spread too narrow" if ratio < 1.0 else "spread too wide" if ratio > 1.0 else ""
