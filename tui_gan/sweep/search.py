"""A search for the settings under which a metric is best, by Optuna, whose journal several processes may share."""

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from msgspec.structs import replace

from tui_gan.contract.config import Config
from tui_gan.contract.errors import UnreadableError, UsageError, choose
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.ranges import Range
from tui_gan.gan.metrics import METRICS
from tui_gan.gan.trainer import Trainer
from tui_gan.session.measuring import measured
from tui_gan.sweep.plan import Data

JOURNAL = "journal.log"


class Trial(NamedTuple):
    """One choice of values and the metric of it; NaN where training failed, or where they do not go together, which `refused` says."""

    number: int
    values: Mapping[str, Any]
    metric: float
    refused: str = ""


class Search:
    """The trials of a directory.

    Args:
        name: of what is searched, beside which the directory may hold others.
        length: what each trial is trained for, in words.

    Raises:
        UsageError: Optuna is not there, the metric has no better, or the directory is of another search.
        UnreadableError: its journal cannot be read.
    """

    def __init__(self, folder: Path, name: str, ranges: Sequence[Range], metric: str, length: str) -> None:
        better = choose(METRICS, metric, "metric").better
        if better is None:
            raise UsageError(f"of {metric} neither less nor more is better; search by another metric")
        try:
            import optuna
            from optuna.storages import JournalStorage
            from optuna.storages.journal import JournalFileBackend
        except ImportError:
            raise UsageError("a search needs Optuna: pip install 'tui-gan[search]'") from None
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self.ranges, self.metric = ranges, metric
        self._failed = optuna.TrialPruned
        # One that was stopped counts for nothing.
        self._ended = (optuna.trial.TrialState.COMPLETE, optuna.trial.TrialState.PRUNED)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if any(folder.iterdir()) and not (folder / JOURNAL).exists():
                raise UsageError(f"{folder} is not empty and holds no search; name another --out")
            storage = JournalStorage(JournalFileBackend(str(folder / JOURNAL)))
            direction = "minimize" if better == "less" else "maximize"
            self._study = optuna.create_study(study_name=name, storage=storage, direction=direction, load_if_exists=True)
            if self._kept("ranges", repr(ranges)) != repr(ranges):
                raise UsageError(f"{folder} holds a search over other ranges; name another --out")
            if (before := self._kept("length", length)) != length:
                raise UsageError(f"{folder} holds trials of {before}, and these would be of {length}; name another --out")
        except OSError as error:
            raise UsageError(f"cannot write in {folder}: {error.strerror or error}") from None
        except (ValueError, KeyError, TypeError) as error:
            raise UnreadableError(f"{folder / JOURNAL} cannot be read: {error}") from None

    def _kept(self, name: str, value: str) -> str:
        """What the directory says of the search by this name, which from the first time on is this value."""
        before = self._study.user_attrs.get(name)
        if before is None:
            self._study.set_user_attr(name, value)
        return value if before is None else str(before)

    @property
    def done(self) -> int:
        """Trials that have ended, by any process."""
        return len(self._study.get_trials(deepcopy=False, states=self._ended))

    def run(self, trials: int, value_of: Callable[[dict[str, Any]], float], tell: Callable[[Trial], None]) -> None:
        """Try until the directory holds so many trials.

        Args:
            value_of: the metric of values by their names; no finite number where training fails, UsageError where they do not go together.
        """

        def objective(trial: Any) -> float:
            values = {each.name: _suggested(trial, each) for each in self.ranges}
            try:
                value, refused = value_of(values), ""
            except UsageError as error:
                value, refused = math.nan, str(error)
            tell(Trial(trial.number, values, value, refused))
            if not math.isfinite(value):
                raise self._failed
            return value

        while self.done < trials:
            self._study.optimize(objective, n_trials=1)

    def best(self) -> Trial | None:
        """The best trial; None where none has a metric."""
        try:
            trial = self._study.best_trial
        except ValueError:
            return None
        values = {each.name: each.values[trial.params[each.name]] if each.values else trial.params[each.name] for each in self.ranges}
        assert trial.value is not None, "it has ended"
        return Trial(trial.number, values, trial.value)


def trained(config: Config, knobs: Knobs, data: Data, metric: str, seeds: int, stopped: Callable[[], bool]) -> float:
    """The mean of a metric over seeds at the end of training; NaN where one fails, or when it is stopped."""
    values = []
    for seed in range(seeds):
        trainer = Trainer(replace(config, seed=seed), data.of(replace(config, seed=seed)), "cpu")
        while trainer.pretrained < config.pretraining:
            trainer.pretrain_step(knobs)
        # The accuracy by which k moves is of steps of the game alone.
        trainer.clear_losses()
        while trainer.steps_done < config.steps:
            if stopped():
                return math.nan
            trainer.step(knobs)
            if trainer.steps_done % config.log_every == 0:
                if not bool(trainer.now.loss_sums.isfinite().all()):
                    return math.nan
                trainer.coordinate(knobs)
                trainer.clear_losses()
        values.append(measured(trainer)[metric])
    return statistics.fmean(values)


def _suggested(trial: Any, each: Range) -> Any:
    if each.values:
        # By its place, since Optuna keeps no lists.
        return each.values[trial.suggest_categorical(each.name, [*range(len(each.values))])]
    if each.whole:
        return trial.suggest_int(each.name, each.low, each.high, log=each.log)
    return trial.suggest_float(each.name, each.low, each.high, log=each.log)
