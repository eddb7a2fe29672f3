"""The diagnosis of a run as it stands, and the floors of its metrics, which a thread of their own computes."""

import threading
import time

from tui_gan.contract.diagnosis import Diagnosis, Floor
from tui_gan.gan.datasets import Dataset, Images, Plane
from tui_gan.gan.diagnosis import diagnosis, judged
from tui_gan.gan.metrics.floors import draws, summary
from tui_gan.gan.trainer import Trainer
from tui_gan.session.observe import as_measured

# Seconds after which the first floor is computed: the first pictures come first.
DELAY = 2.0
# Seconds that an end of the run waits for a draw that is under way.
PATIENCE = 5.0
# Of the fixed latents in the plane, where metrics take longer: the usual number of samples for modes.
IN_THE_PLANE = 2_500

Known = dict[str, Floor]


class Floors:
    """What a perfect generator gets, by data, metrics and sample size; each computed once, aside, so that no step waits for it."""

    def __init__(self, delay: float = DELAY) -> None:
        self._from = time.perf_counter() + delay
        # The data set is kept along, so that no other can take its place under the same id.
        self._known: dict[tuple[int, tuple[str, ...], int], tuple[Dataset, Known]] = {}
        self._thread: threading.Thread | None = None
        self._ended = threading.Event()
        self._asked: set[tuple[int, tuple[str, ...], int]] = set()

    @property
    def waiting(self) -> bool:
        """Whether some have been asked for that are not known yet."""
        return any(key not in self._known for key in self._asked)

    def of(self, dataset: Dataset, names: tuple[str, ...], count: int) -> Known:
        """Those that are known; the first call for others begins to compute them, unless that is still done for others."""
        key = (id(dataset), names, count)
        # Of data that the run has left nobody asks any longer.
        self._asked = {asked for asked in self._asked if asked[0] == id(dataset)} | {key}
        if key in self._known:
            return self._known[key][1]
        if not self._busy and time.perf_counter() >= self._from and not self._ended.is_set():
            self._thread = threading.Thread(target=self._compute, args=(key, dataset), name="floors", daemon=True)
            self._thread.start()
        return {}

    @property
    def _busy(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def close(self) -> None:
        """Compute no more."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(PATIENCE)

    def _compute(self, key: tuple[int, tuple[str, ...], int], dataset: Dataset) -> None:
        measured = []
        try:
            for each in draws(dataset, *key[1:]):
                measured.append(each)
                if self._ended.is_set():
                    return
            self._known[key] = dataset, summary(measured)
        except Exception:
            # What a metric lacks, such as images or memory, is told where it is measured; without a floor nothing is claimed.
            self._known[key] = dataset, {}


def floors(trainer: Trainer, known: Floors) -> Known:
    """The floors of the metrics that the run measures, at the number of samples that it measures them on."""
    return known.of(trainer.dataset, trainer.config.metrics, trainer.config.evaluated)


def diagnosed(trainer: Trainer, known: Floors) -> Diagnosis | None:
    """The samples of the fixed latents against the data; None of images."""
    truth = trainer.dataset.truth
    if isinstance(truth, Images):
        return None
    latents = trainer.fixed_latents[: IN_THE_PLANE if isinstance(truth, Plane) else None]
    samples = as_measured(trainer.dataset.in_units(trainer.sample(latents)), truth)
    return diagnosis(samples.astype("float64", copy=False), truth, known.of(trainer.dataset, judged(truth), len(samples)))
