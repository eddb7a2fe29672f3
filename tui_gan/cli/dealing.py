"""A sweep by several processes: what was asked of them, and what each of them calls."""

import contextlib
import functools
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tui_gan.contract.config import Config
from tui_gan.contract.errors import UsageError

if TYPE_CHECKING:
    from tui_gan.sweep.part import Order, Worker
    from tui_gan.sweep.parts import Parts
    from tui_gan.sweep.plan import Group
    from tui_gan.sweep.results import Results
    from tui_gan.sweep.sweep import Told
    from tui_gan.sweep.watched import Watched

USUAL = 2


class Dealing(NamedTuple):
    """Which backend begins how many processes, with which options of SLURM; "" where this process trains alone."""

    backend: str
    workers: int
    options: list[str]

    def parts(
        self,
        folder: Path,
        groups: "list[Group]",
        results: "Results",
        config: Config,
        engine: str,
        show: "Callable[[Told], None]",
        note: Callable[[str], object],
        stop: threading.Event,
        watched: "Watched | None" = None,
    ) -> "Parts":
        """The processes of a sweep, none of which has begun."""
        from tui_gan.sweep import cluster
        from tui_gan.sweep.parts import Parts
        from tui_gan.sweep.saved import WORKERS

        # Inherited by the processes: what of PyTorch is loaded there before it is told so would take every core in each of them.
        os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"
        backend = cluster.made(self.backend, folder.absolute() / WORKERS, self.options)
        return Parts(folder, groups, results, config.steps, backend, self.workers, engine, work, note, show, stop, watched=watched)


def dealing_of(backend: str, workers: int | None, options: list[str] | None) -> Dealing:
    """What was asked of processes.

    Raises:
        UsageError: there is no such backend here, or what is one's is given without it.
    """
    if backend:
        from tui_gan.sweep import cluster

        cluster.check(backend, options or [])
    elif workers or options:
        raise UsageError(f"{'--workers' if workers else '--slurm'} is for --backend {'local or --backend ' if workers else ''}slurm")
    return Dealing(backend, workers or USUAL, options or [])


def work(order: "Order") -> None:
    """Train a part of a sweep, in a process of its own."""
    from tui_gan.sweep import part

    part.work(order, functools.partial(_train, order))


def _train(order: "Order", worker: "Worker") -> bool:
    from tui_gan.cli.asked import asked_of, axes_of, members
    from tui_gan.sweep import cluster, course, part, plan, saved
    from tui_gan.sweep.portraits import beside
    from tui_gan.sweep.programs import Programs
    from tui_gan.sweep.results import Results
    from tui_gan.sweep.sweep import Sweep

    folder = Path(order.folder)
    asked = asked_of(folder)
    axes = axes_of(asked)
    config, specs, groups, data, *_ = members(asked, axes, here=False)
    chunks = plan.numbered(groups)
    mine = [(number, chunks[number][1]) for number in order.chunks]
    plan.check_size(((1, spec) for _, each in mine for spec in each), data)
    path = part.file_of(folder, order.part, "course")
    rows = saved.rows(path, config.metrics, folder, mine)
    # What a process before this one measured after its last save is measured again.
    course.rewrite(path, config.metrics, rows)
    results = Results(folder, specs, [axis.name for axis in axes], config.metrics, rows, path)
    if order.watched:
        worker.results, worker.portray = results, beside(data.of(config).truth)
    with contextlib.closing(Programs(order.engine, worker.note)) as programs:
        trained = Sweep(
            folder,
            groups,
            data,
            results,
            programs,
            config.steps,
            config.evaluate_every,
            worker.tell,
            worker.stop,
            only=order.chunks,
            cores=order.cores or cluster.cores_here(),
            save_every=order.save_every,
            watched=worker,
        )
        trained.restore()
        ended = trained.train()
    worker.done = trained.done
    return ended
