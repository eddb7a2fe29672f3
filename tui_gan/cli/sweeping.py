"""A sweep under its screen, with the signals that must not lose it."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tui_gan.cli import own
from tui_gan.cli.locale import speaks_utf8
from tui_gan.contract.axes import Axis
from tui_gan.contract.config import Config
from tui_gan.contract.errors import TuiGanError
from tui_gan.contract.outer import tell, word
from tui_gan.contract.sweep import Stage
from tui_gan.presets import PRESETS

if TYPE_CHECKING:
    from tui_gan.gan.datasets import Truth
    from tui_gan.sweep.parts import Parts
    from tui_gan.sweep.sweep import Sweep, Told
    from tui_gan.sweep.watched import Watched
    from tui_gan.ui.sweep.app import Heatmap
    from tui_gan.ui.sweep.view import View

# (takes how far it is, takes what there is to tell, who looks at it) -> the sweep, and whether it has come to its end.
Trained = Callable[[Callable[["Told"], None], Callable[[str], object], "Watched"], "tuple[Sweep | Parts, bool]"]
# Seconds after which a screen that does not leave when the sweep has been saved ends with the process.
LEAVES_WITHIN = 3.0


def with_screen(
    folder: Path,
    preset: str,
    axes: Sequence[Axis],
    seeds: int,
    config: Config,
    truths: "Sequence[Truth]",
    stop: threading.Event,
    trained: Trained,
) -> "tuple[Sweep | Parts, bool]":
    """Train in a thread of its own under the screen until that is left; returns the sweep, and whether it has come to its end.

    Args:
        truths: what is known of the data of each combination of values.

    Raises:
        TuiGanError: the sweep or the screen has failed.
    """
    import numpy as np

    from tui_gan.sweep.opening import as_run
    from tui_gan.sweep.portraits import alike
    from tui_gan.sweep.watched import Watched
    from tui_gan.ui.sweep.app import Heatmap

    preferences = own.preferences()
    copied = preset not in PRESETS or PRESETS[preset].columns > 0
    opened = partial(as_run, sweep=folder.name, copied=copied)
    elsewhere = np.repeat([not alike(truth, truths[0]) for truth in truths], seeds)
    watched = Watched(preset, axes, seeds, config.metrics, truths[0], config.steps, stop, opened, elsewhere)
    ended_sweeps: list[tuple[Sweep | Parts, bool]] = []

    def train(watched: Watched) -> bool:
        ended_sweeps.append(trained(lambda progress: watched.tell(progress.done, progress.left), watched.note, watched))
        return ended_sweeps[0][1]

    watched.begin(train)
    view: View | None = None
    while True:
        app = Heatmap(watched, view=view, ascii_only=preferences.ascii_only or not speaks_utf8(), light=preferences.light)
        left = threading.Event()
        threading.Thread(target=_leave, args=(app, watched, left), daemon=True).start()
        try:
            app.run()
        finally:
            app.let_go()
            left.set()
        view = app.view
        if not app.opened or app.failure:
            break
        with _heard_by_the_run():
            subprocess.run([sys.executable, "-m", "tui_gan", "resume", app.opened], check=False)
        watched.come_back()
    if app.failure or watched.latest.stage is Stage.FINISHED:
        watched.stop()
        watched.ended.wait()
    if not watched.latest.over:
        tell(f"left before it was saved; `tui-gan sweep --resume {word(folder)}` goes on from where it was saved last", sys.stderr)
        sys.stderr.flush()
        os._exit(1)
    watched.ended.wait()
    if watched.error:
        raise watched.error
    if app.failure:
        raise TuiGanError(f"the screen failed ({type(app.failure).__name__}: {app.failure}); the sweep is saved in {folder}")
    return ended_sweeps[0]


def _leave(app: "Heatmap", watched: "Watched", left: threading.Event) -> None:
    """End the process when a sweep was stopped by a signal and the screen cannot leave by itself."""
    while not left.wait(LEAVES_WITHIN):
        if watched.stopping.is_set() and watched.ended.wait(LEAVES_WITHIN) and not left.wait(LEAVES_WITHIN):
            app.let_go()
            os._exit(128 + signal.SIGHUP)


@contextlib.contextmanager
def _heard_by_the_run() -> Iterator[None]:
    """Leave an interrupt to the run that has the terminal."""
    before = signal.signal(signal.SIGINT, lambda number, frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
