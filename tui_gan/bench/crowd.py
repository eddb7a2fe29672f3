"""Many members of a sweep at once, as one way to train."""

import contextlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from msgspec.structs import replace

from tui_gan.bench.measuring import SOME, Way
from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs
from tui_gan.gan.datasets import Dataset
from tui_gan.sweep import plan
from tui_gan.sweep.chunks import Together, train_at_once
from tui_gan.sweep.programs import Programs


class One(plan.Data):
    """The same data set for all."""

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset

    def of(self, config: Config) -> Dataset:
        """It."""
        return self._dataset


def crowd(config: Config, knobs: Knobs, dataset: Dataset, count: int, engine: str, tell: Callable[[str], object]) -> Way:
    """So many seeds on the device of the knobs, ready to train; the steps of all members count. A compiled program is made first.

    Args:
        engine: graph, which is captured on a GPU, or compiled.
        tell: what is waited for.
    """
    data = One(dataset)
    specs = [plan.Spec(place, {}, replace(config, seed=place), knobs) for place in range(count)]
    (group,) = plan.groups(specs, data)
    if group.alone:
        return Way(lambda: 0, group.alone)
    failures: list[str] = []
    programs = Programs(engine, lambda text: failures.append(text) if "not compiled" in text else tell(text))
    chunks = [Together(group, part, data, programs) for part in plan.chunks(group)]
    pool = ThreadPoolExecutor(max_workers=os.cpu_count() or 1)

    def train() -> int:
        until = chunks[0].steps_done + SOME
        if engine == "compiled":
            train_at_once(chunks, until, lambda: False, pool)
        else:
            for chunk in chunks:
                chunk.train(until, lambda: False)
        return SOME * count

    with contextlib.closing(programs):
        while engine == "compiled" and not failures and not all(programs.compiled(group.form, len(chunk.specs)) for chunk in chunks):
            for chunk in chunks:
                chunk.train(chunk.steps_done + 1, lambda: False)
            programs.wait(10.0)
    return Way(train, failures[0] if failures else "")


def check(count: int, config: Config, knobs: Knobs, dataset: Dataset) -> None:
    """Refuse more members than the memory holds.

    Raises:
        UsageError: there are.
    """
    if count:
        plan.check_size([(count, plan.Spec(0, {}, config, knobs))], One(dataset))
