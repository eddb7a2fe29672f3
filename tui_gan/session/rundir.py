"""The run directory: where a run's files lie, how one is made, found and listed."""

import contextlib
import dataclasses
import datetime
import hashlib
import itertools
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec

from tui_gan.contract.config import Config
from tui_gan.contract.errors import UnreadableError, UsageError, nearest, quoted
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.outer import word
from tui_gan.contract.toml import read_toml, resolve, to_toml
from tui_gan.data.files import fingerprint
from tui_gan.data.tables import READERS
from tui_gan.session import journal, lock
from tui_gan.session.parents import parent_of

RUNS = Path("runs")
DATA_COPIED = 64 * 2**20
# What a run writes into its directory.
OWN = (
    "config.toml",
    "log.jsonl",
    "console.log",
    lock.NAME,
    journal.NAME,
    journal.BEFORE,
    "checkpoints",
    "previews",
    *(f"data{suffix}" for suffix in READERS),
)


@dataclasses.dataclass(frozen=True)
class RunDirectory:
    """A directory with `config.toml`, `log.jsonl`, `checkpoints/`, `previews/` and, with the user's own data, a copy of it.

    Attributes:
        path: of the directory.
        made: the folders that were made for it, the innermost first; empty for a run that was found.
    """

    path: Path
    made: tuple[Path, ...] = dataclasses.field(default=(), compare=False)

    @property
    def config(self) -> Path:
        """The resolved configuration."""
        return self.path / "config.toml"

    @property
    def log(self) -> Path:
        """The log, one JSON object a line."""
        return self.path / "log.jsonl"

    @property
    def checkpoints(self) -> Path:
        """The folder of checkpoints."""
        return self.path / "checkpoints"

    @property
    def previews(self) -> Path:
        """The folder of previews."""
        return self.path / "previews"


def create(out: Path | None, config: Config, knobs: Knobs, copied: bool = True) -> tuple[RunDirectory, Config]:
    """Make the directory of a new run, with its configuration and maybe a copy of its data.

    Args:
        copied: whether data of up to DATA_COPIED bytes is copied; otherwise it is used where it is.

    Returns:
        The directory, and the configuration with `data` as the run finds it.

    Raises:
        UsageError: it holds a run already, or cannot be made, or the data cannot be read.
    """
    config = with_data(config, {})
    if out and not str(out).isprintable():
        # The checkpoint library reads only paths in UTF-8, and a log holds only such text.
        raise UsageError(f"the run directory {quoted(str(out))} holds characters that cannot be printed; name another --out")
    path = out or RUNS / f"{config.preset}-{datetime.datetime.now():%Y%m%d-%H%M%S}"
    made: tuple[Path, ...] = ()
    try:
        made = tuple(folder for folder in (path, *path.parents) if not folder.exists())
        run = RunDirectory(_unused(path)) if out is None else _claimable(path)
        run = dataclasses.replace(run, made=made if out else (run.path, *made))
        # Whoever makes this folder owns the directory, should two have found it free.
        run.checkpoints.mkdir()
    except OSError as error:
        _unmake(made)
        raise _unmakeable(path, error) from None
    try:
        if copied:
            config = _with_copy(run, config)
        run.config.write_text(to_toml(config, knobs), encoding="utf-8")
        run.previews.mkdir()
    except OSError as error:
        discard(run)
        raise _unmakeable(path, error) from None
    return run, config


def resuming(path: Path) -> str:
    """The command that goes on with a run."""
    return f"tui-gan resume {word(path)}"


def anew(run: RunDirectory, config: Config, out: Path | None = None) -> str:
    """The command that begins a run with the configuration file of another, which has the settings `config` or had them."""
    place = f" --out {word(out)}" if out else ""
    return f"tui-gan run {word(config.preset)} --config {word(run.config)}{place}"


def without_checkpoint(run: RunDirectory) -> str:
    """How to begin a run anew that has no checkpoint to go on from; "" where its configuration cannot be read."""
    try:
        config, _ = read_config(run)
    except UnreadableError:
        return ""
    parent = parent_of(run.log)
    begun = f" --from {word(parent.checkpoint)}" if parent else ""
    name = os.path.basename(os.path.abspath(run.path))
    places = (run.path.parent / f"{name}-{number}" for number in itertools.count(2))
    return f"`{anew(run, config, next(place for place in places if not place.exists()))}{begun}` begins it anew"


def going_on(run: RunDirectory, finished: bool = False) -> str:
    """How to go on with a run that nobody trains; one that has finished needs further steps."""
    if any(run.checkpoints.glob("step-*.safetensors")):
        return f"`{resuming(run.path)}{' --steps N' if finished else ''}` goes on with it"
    return without_checkpoint(run) or "it has no checkpoint to go on from"


def discard(run: RunDirectory) -> None:
    """Remove the files of a run that never began, and the folders made for it; whatever else lies there stays."""
    for name in OWN:
        shutil.rmtree(run.path / name, ignore_errors=True)
        (run.path / name).unlink(missing_ok=True)
    _unmake(run.made)


def find(name: str) -> RunDirectory:
    """Find a run by its path, or by its name under `runs/`.

    Raises:
        UnreadableError: there is none.
    """
    try:
        for path in (Path(name), RUNS / name):
            if (path / "config.toml").exists():
                return RunDirectory(path)
        if Path(name).is_dir():
            raise UnreadableError(f"{name} holds no run (no config.toml); `tui-gan runs` lists those there are")
    except OSError as error:
        raise UnreadableError(f"cannot read the run {name}: {error.strerror or error}") from None
    raise UnreadableError(f"no run {quoted(name)}{_like(name)}; `tui-gan runs` lists those there are")


def _like(name: str) -> str:
    """The newest run of a preset that was named in place of a run, or the run with the nearest name."""
    names = [run.path.name for run in listed()]
    # The shortest has nothing but its date after the name.
    newest = max((each for each in names if name and each.startswith(name)), key=lambda each: (-len(each), each), default=None)
    return f"; did you mean {newest!r}?" if newest else nearest(name, names)


def read_config(run: RunDirectory) -> tuple[Config, Knobs]:
    """Read the configuration of a run.

    Raises:
        UnreadableError: it cannot be read, or is not one.
    """
    try:
        table = read_toml(run.config)
        # What is no text is refused where the table is laid over it.
        return resolve(Config(preset=""), Knobs(), table, source=str(run.config))
    except UsageError as error:
        raise UnreadableError(str(error)) from None


def checksum(run: RunDirectory) -> str:
    """What tells the settings in `config.toml` from others, however they are written; "" where they cannot be read."""
    try:
        return hashlib.sha256(to_toml(*read_config(run)).encode()).hexdigest()
    except UnreadableError:
        return ""


def data_path(config: Config, folder: Path) -> Path:
    """Where the user's data of a run or of a sweep lies, and that it is still the same.

    Raises:
        UnreadableError: it is gone or has changed.
    """
    path = folder / config.data
    try:
        same = fingerprint(path) == config.data_sha256
    except UsageError as error:
        raise UnreadableError(f"the data that is learned from: {error}; put it back") from None
    if not same:
        raise UnreadableError(f"{path} is not the data that the run was trained on (its checksum differs)")
    return path


def listed(folder: Path = RUNS) -> Iterator[RunDirectory]:
    """The runs under a folder, in order of their names."""
    return (RunDirectory(path.parent) for path in sorted(folder.glob("*/config.toml")))


def _unmake(folders: tuple[Path, ...]) -> None:
    """Remove those folders that are empty, the innermost first."""
    for folder in folders:
        # One that holds something, or was never made, stays as it is.
        with contextlib.suppress(OSError):
            folder.rmdir()


def _unused(path: Path) -> Path:
    """Make a directory that was not there: `path`, or else `path-2`, `path-3`, ..."""
    number = 1
    candidate = path
    while True:
        try:
            candidate.mkdir(parents=True)
            return candidate
        except FileExistsError:
            number += 1
            candidate = path.with_name(f"{path.name}-{number}")


def _claimable(path: Path) -> RunDirectory:
    """Make the directory that the user named, in which nothing may bear the name of a run's file: that would be lost."""
    if path.exists() and not path.is_dir():
        raise UsageError(f"{path} is a file; --out names a directory")
    path.mkdir(parents=True, exist_ok=True)
    run = RunDirectory(path)
    if any(run.checkpoints.glob("step-*.safetensors")):
        raise UsageError(f"{path} already holds a run; continue it by `{resuming(path)}`, or name another --out")
    if run.config.exists() or run.log.exists() or run.checkpoints.exists():
        cure = without_checkpoint(run) or "name another --out"
        raise UsageError(f"{path} already holds a run, with no checkpoint to go on from; {cure}")
    for name in OWN:
        if (path / name).exists():
            raise UsageError(f"{path} already holds {name}, which a run would overwrite; name another --out")
    return run


def _unmakeable(path: Path, error: OSError) -> UsageError:
    return UsageError(f"cannot make the run directory {path}: {error.strerror or error}; name another with --out")


def with_data(config: Config, checksums: dict[str, str]) -> Config:
    """The configuration with the place of its data for good, and the checksum of what is there.

    Args:
        checksums: those that are known, by the place of the data; one that is not known is added.

    Raises:
        UsageError: the data cannot be read.
    """
    if not config.data:
        return config
    source = Path(config.data)
    place = str(source.resolve())
    if place not in checksums:
        checksums[place] = fingerprint(source)
    return msgspec.structs.replace(config, data=place, data_sha256=checksums[place])


def _with_copy(run: RunDirectory, config: Config) -> Config:
    """The configuration with a copy of its data in the run, if that is a table and not too large."""
    source = Path(config.data)
    if not config.data or source.suffix.lower() not in READERS or source.stat().st_size > DATA_COPIED:
        return config
    copy = run.path / f"data{source.suffix.lower()}"
    shutil.copyfile(source, copy)
    return msgspec.structs.replace(config, data=copy.name)
