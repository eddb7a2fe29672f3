"""The directory of a run that trains: whether all of it is there, and what is made again when it is not."""

import contextlib
import errno
import os
from pathlib import Path

from tui_gan.session.atomic import copy
from tui_gan.session.rundir import RunDirectory
from tui_gan.session.runlog import RunLog


class Place:
    """A run directory that is made again, under the same path, when somebody moves or deletes it or a part of it."""

    def __init__(self, run: RunDirectory, log: RunLog, data: str) -> None:
        """Keep open what cannot be made anew: the configuration, and the copy of the data, if `data` is the name of one."""
        self.run, self.log = run, log
        files = [run.config] + ([run.path / data] if data and not Path(data).is_absolute() else [])
        # A file that is open can be read when its name has gone.
        self._open = {path: os.open(path, os.O_RDONLY) for path in files if path.is_file()}
        self._working: Path | None = None
        with contextlib.suppress(OSError):
            self._working = Path.cwd()

    def made_again(self) -> str:
        """Make again what is gone from here; returns what had become of it and what is lost, or "" where all is there.

        Raises:
            OSError: it cannot be made again, or another run lies there now.
        """
        run, became = self.run, self.log.gone
        parts = [path for path in (*self._open, run.checkpoints, run.previews) if not path.exists()]
        if not became and not parts:
            return ""
        whole = not run.path.exists()
        self._find_the_way()
        self._check_ours()
        for folder in (run.checkpoints, run.previews):
            folder.mkdir(parents=True, exist_ok=True)
        for path in parts:
            if path in self._open:
                copy(self._open[path], path)
        if became:
            self.log.make_again()
        if not whole:
            names = [path.name for path in parts] + ([run.log.name] if became else [])
            return f"missing from {run.path} and made again: {', '.join(names)}; a checkpoint is saved at once"
        where = "went with it" if became == "moved" else "are lost"
        made = "it was made again with its configuration and log, and a checkpoint is saved at once"
        return f"the run directory {run.path} was {became} while it trained; {made}; earlier checkpoints and previews {where}"

    def close(self) -> None:
        """Close what was kept open."""
        for file in self._open.values():
            os.close(file)
        self._open = {}

    def _find_the_way(self) -> None:
        """Make the working directory again, from which a relative path leads, if it has been deleted."""
        try:
            os.getcwd()
        except FileNotFoundError:
            if self._working and not self.run.path.is_absolute():
                self._working.mkdir(parents=True, exist_ok=True)
                os.chdir(self._working)

    def _check_ours(self) -> None:
        """Refuse a directory with a log and a configuration that are not those of this run."""
        config, file = self.run.config, self._open.get(self.run.config)
        another = file is not None and config.exists() and not os.path.samestat(config.stat(), os.fstat(file))
        if another and self.log.gone and self.run.log.exists():
            raise OSError(errno.EEXIST, "another run lies there now", str(self.run.path))
