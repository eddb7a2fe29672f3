"""Age: of which step a value is that is no longer of now."""

from tui_gan.contract.snapshot import Series
from tui_gan.ui.draw import scale


def age(series: Series) -> str:
    """Such as "at step 3,000"; "" for a value of now."""
    return f"at step {series.steps[-1]:,.0f}" if series.stale and series.steps.size else ""


def briefly(series: Series) -> str:
    """Such as "at 3k"."""
    return f"at {scale.count(float(series.steps[-1]))}" if series.stale and series.steps.size else ""
