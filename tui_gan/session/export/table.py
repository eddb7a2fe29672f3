"""All series of a run in one table."""

import csv as comma_separated
import io

from tui_gan.session.export.source import Made, Source, course


def csv(source: Source) -> Made:
    """A table with a row for every step at which anything was measured: `step`, then a column for each series.

    A cell is empty where the series was not measured, and `nan` where it was and is no number; the others are exact.
    """
    logged = course(source)
    series, steps = logged.named, logged.steps
    text = io.StringIO()
    writer = comma_separated.writer(text, lineterminator="\n")
    writer.writerow(["step", *series])
    writer.writerows([step, *(values.get(step, "") for values in series.values())] for step in steps)
    return Made(steps[-1], text.getvalue().encode(), logged.left_out)
