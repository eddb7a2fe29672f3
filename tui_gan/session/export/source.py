"""What an export is made of: a run as its files stand, or one of its checkpoints."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from safetensors import SafetensorError

from tui_gan.contract.config import Config
from tui_gan.contract.errors import UnreadableError, cut, first_line
from tui_gan.contract.outer import printable
from tui_gan.contract.snapshot import Picture
from tui_gan.gan.trainer import Trainer
from tui_gan.session import checkpoint, previews, rundir
from tui_gan.session import course as logs
from tui_gan.session.course import Course
from tui_gan.session.observe import Observer, observer
from tui_gan.session.rundir import RunDirectory
from tui_gan.session.sources import dataset_of


class Made(NamedTuple):
    """The content of a file, and the step of the run that it shows; with what is to be told of it, "" for nothing."""

    step: int
    content: bytes
    remark: str = ""


@dataclasses.dataclass(frozen=True)
class Source:
    """A run or a checkpoint.

    Attributes:
        name: what the user knows it by.
        run: the run directory; None for a checkpoint that lies in none.
        checkpoint: the newest of the run, or the one that was named; None where there is none yet.
        until: the last step of log and previews that counts, that of a named checkpoint; None for all there are.
    """

    name: str
    run: RunDirectory | None
    checkpoint: Path | None
    until: int | None = None

    @property
    def stored(self) -> Path:
        """The checkpoint.

        Raises:
            UnreadableError: there is none.
        """
        if self.checkpoint is None:
            raise UnreadableError(f"{self.name} holds no checkpoint")
        return self.checkpoint

    @property
    def directory(self) -> RunDirectory:
        """The run directory.

        Raises:
            UnreadableError: the checkpoint lies in none, and its log and previews are not known.
        """
        if self.run is None:
            raise UnreadableError(f"{self.name} lies in no run directory, whose log and previews are needed; name the run")
        return self.run


def source_of(name: str) -> Source:
    """Find what the user names: a run, by its path or its name under `runs/`, or a checkpoint file.

    Raises:
        UnreadableError: there is none, or the checkpoint cannot be read.
    """
    path = Path(name)
    if path.suffix == ".safetensors":
        run = RunDirectory(path.parent.parent)
        inside = path.parent.name == run.checkpoints.name and run.config.is_file()
        return Source(name, run if inside else None, path, checkpoint.read_about(path).step)
    run = rundir.find(name)
    stored = checkpoint.stored(run.checkpoints)
    return Source(str(run.path), run, stored[max(stored)] if stored else None)


def course(source: Source) -> Course:
    """What the log of a run has, up to the step of a named checkpoint.

    Raises:
        UnreadableError: nothing has been logged, the log cannot be read, or the checkpoint lies in no run.
    """
    log = source.directory.log
    try:
        logged = logs.course(log, source.until)
    except OSError as error:
        raise UnreadableError(f"cannot read {log}: {error.strerror or error}") from None
    if not logged.named:
        raise UnreadableError(f"{source.name} has logged no series" + (f"; {logged.left_out}" if logged.left_out else ""))
    return logged


def picture(source: Source) -> tuple[Config, int, Picture]:
    """What the networks of the checkpoint do, with their configuration and their step.

    Raises:
        UsageError, UnreadableError: there is no checkpoint, or it or the data of the run cannot be read.
    """
    tensors, about = checkpoint.read(source.stored)
    dataset, _ = dataset_of(about.config, source.stored.parent.parent)
    trainer = Trainer(about.config, dataset, "cpu")
    try:
        trainer.load_state(tensors)
    except (KeyError, RuntimeError, ValueError, IndexError, TypeError, OverflowError) as error:
        raise UnreadableError(f"{source.stored} is not a state of the networks: {cut(printable(first_line(error)))}") from None
    return about.config, about.step, observer(trainer, about.window).picture(trainer, about.knobs)


def settings(source: Source) -> Config:
    """The configuration that was in force at the checkpoint, or, where there is none, with which the run began.

    Raises:
        UnreadableError: it cannot be read.
    """
    return checkpoint.read_about(source.checkpoint).config if source.checkpoint else rundir.read_config(source.directory)[0]


class Kept(NamedTuple):
    """The previews of a run.

    Attributes:
        config: of the run.
        observer: turns a preview into a picture.
        previews: the steps and files, ascending.
    """

    config: Config
    observer: Observer
    previews: Sequence[tuple[int, Path]]


def kept(source: Source) -> Kept:
    """Look for the previews of a run, which need no checkpoint.

    Raises:
        UsageError, UnreadableError: there are none, or the configuration or the data of the run cannot be read.
    """
    run = source.directory
    stored = [(step, path) for step, path in previews.stored(run.previews) if source.until is None or step <= source.until]
    if not stored:
        raise UnreadableError(f"{source.name} holds no previews")
    about = checkpoint.read_about(source.checkpoint) if source.checkpoint else None
    config = settings(source)
    trainer = Trainer(config, dataset_of(config, run.path)[0], "cpu")
    return Kept(config, observer(trainer, about.window if about else None), stored)


def of_preview(store: Kept, path: Path) -> Picture:
    """The picture that a preview holds.

    Raises:
        FileNotFoundError: the run, which goes on, has just removed it.
        UnreadableError: it cannot be read.
    """
    try:
        return store.observer.kept(previews.read(path))
    except FileNotFoundError:
        raise
    except OSError as error:
        raise UnreadableError(f"cannot read {path}: {error.strerror or error}") from None
    except (SafetensorError, KeyError, ValueError, IndexError) as error:
        raise UnreadableError(f"{path} is not a whole preview: {type(error).__name__}: {cut(printable(first_line(error)))}") from None
