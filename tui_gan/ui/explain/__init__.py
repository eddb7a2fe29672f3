"""Explain: what the reader is looking at, for this run as it stands, in words and with its numbers."""

import dataclasses
from collections.abc import Sequence

from tui_gan.contract.logged import LOGGED
from tui_gan.contract.snapshot import Snapshot
from tui_gan.ui.draw.series.age import age
from tui_gan.ui.explain.glossary import GLOSSARY
from tui_gan.ui.explain.options import options
from tui_gan.ui.explain.players import losses, players
from tui_gan.ui.explain.quality import measures, verdict
from tui_gan.ui.explain.reading import Reading
from tui_gan.ui.explain.stand import doing, seen
from tui_gan.ui.explain.text import Paragraph, Section
from tui_gan.ui.keys import KEYS, Key

NO_OPTIONS = (Paragraph("The settings of the run are not known yet."),)


def explained(snapshot: Snapshot, keys: Sequence[Key] = KEYS) -> tuple[Section, ...]:
    """The whole text; its sections, and the paragraphs of all but the options, keep their places whatever the run does.

    Args:
        keys: those in force.
    """
    reading = Reading(snapshot, keys)
    return (
        Section("What you see", (seen(reading), doing(reading))),
        Section("The players", (players(reading), losses(reading))),
        Section("What is generated", (_dated(measures(reading), snapshot), verdict(reading))),
        Section("What is switched on", options(reading) or NO_OPTIONS),
        *GLOSSARY,
    )


def _dated(said: Paragraph, snapshot: Snapshot) -> Paragraph:
    """What is said of the metrics, with the step at which they were measured where that is not the present one.

    A diagnosis is of the networks as they are, and has metrics of its own.
    """
    if snapshot.diagnosis is not None:
        return said
    measured = [series for name, series in snapshot.series.items() if name not in LOGGED]
    when = {age(series): series.steps[-1] for series in measured if age(series)}
    newest = max(when, key=when.__getitem__, default="")
    return dataclasses.replace(said, text=f"{said.text} The metrics were measured {newest}.") if newest else said


__all__ = ["Paragraph", "Section", "explained"]
