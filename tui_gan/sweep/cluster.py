"""Processes by submitit: jobs of a SLURM cluster, or, by the same calls, processes of this machine."""

import contextlib
import io
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from tui_gan.contract.errors import UsageError, choose, first_line, quoted

# Minutes after which submitit ends a process of this machine; it has no word for never.
MINUTES = 60 * 24 * 365
# Seconds for an answer of the cluster.
ANSWER = 60.0


class Backend:
    """Where jobs run.

    Attributes:
        every: seconds between two questions after its jobs, which a cluster answers for everybody; `listen` between two looks at
            what they have written.
        grace: seconds after the end of a job in which what it wrote may not be seen yet, over a network.
    """

    every, listen, grace = 0.2, 0.2, 0.0

    def __init__(self, folder: Path, options: Mapping[str, Any]) -> None:
        import submitit

        self._executor: Any = submitit.LocalExecutor(folder)
        self._executor.update_parameters(timeout_min=MINUTES)

    def submit(self, function: Callable[..., None], *arguments: object) -> Any:
        """Have a function called by a job, which submitit's object stands for."""
        # Of Ctrl+C on the terminal this process alone is to learn, which asks the others to save; a mask passes to children.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        # Whoever reads what this process prints must not wait for jobs that outlive it.
        with contextlib.suppress(OSError):
            os.set_inheritable(1, False)
            os.set_inheritable(2, False)
        try:
            return self._executor.submit(function, *arguments)
        finally:
            with contextlib.suppress(OSError):
                os.set_inheritable(1, True)
                os.set_inheritable(2, True)
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def gone(self, jobs: Collection[Any]) -> set[str]:
        """Which jobs have come to an end, whatever it was, by their names."""
        return {job.job_id for job in jobs if job.done()}

    def cancel(self, job: Any) -> None:
        """End a job that may not have begun."""

    @staticmethod
    def cores(workers: int) -> int:
        """How many a job may take; 0 where the system says."""
        return max(1, (os.cpu_count() or 1) // workers)


class Slurm(Backend):
    """A SLURM cluster, by its own commands: its memory of jobs that ended (`sacct`) need not be kept."""

    every, listen, grace = 5.0, 2.0, 15.0

    def __init__(self, folder: Path, options: Mapping[str, Any]) -> None:
        import submitit

        self._executor: Any = submitit.SlurmExecutor(folder)
        known = self._executor._valid_parameters()
        named = {"job_name": "tui-gan", "time": None, **{name: value for name, value in options.items() if name in known}}
        others = {name.replace("_", "-"): value for name, value in options.items() if name not in known}
        self._executor.update_parameters(**named, additional_parameters=others)

    def submit(self, function: Callable[..., None], *arguments: object) -> Any:
        """Have a function called by a job.

        Raises:
            UsageError: SLURM refuses it.
        """
        try:
            # submitit prints what it also raises.
            with contextlib.redirect_stderr(io.StringIO()):
                return self._executor.submit(function, *arguments)
        except RuntimeError as error:
            lines = [line for line in str(error).splitlines() if "error" in line] or [first_line(error)]
            raise UsageError(f"SLURM refuses the job: {lines[0].removeprefix('sbatch: error: ')}") from None

    def gone(self, jobs: Collection[Any]) -> set[str]:
        """Which jobs have come to an end, whatever it was, by their names; none while the cluster does not answer."""
        names = [job.job_id for job in jobs]
        queued = _said(["squeue", "--noheader", "--format=%A", f"--user={os.getuid()}"])
        return set() if queued is None else set(names) - set(queued.split())

    def cancel(self, job: Any) -> None:
        """End a job that may not have begun."""
        _said(["scancel", job.job_id])

    @staticmethod
    def cores(workers: int) -> int:
        """How many a job may take; 0 where the system says."""
        return 0


BACKENDS: dict[str, type[Backend]] = {"local": Backend, "slurm": Slurm}


def options_of(texts: Sequence[str]) -> dict[str, Any]:
    """Read options of SLURM, `partition=gpu,time=60`, into the names and values that submitit takes.

    Raises:
        UsageError: one is not KEY=VALUE.
    """
    options: dict[str, Any] = {}
    for pair in (pair for text in texts for pair in re.split(r",(?=[A-Za-z_-]+=)", text)):
        name, sign, value = pair.partition("=")
        if not (sign and value and re.fullmatch(r"[A-Za-z][A-Za-z_-]*", name)):
            raise UsageError(f"--slurm takes KEY=VALUE, such as partition=gpu,time=60, not {quoted(pair)}")
        options[name.replace("-", "_")] = int(value) if value.isdecimal() else value
    return options


def check(name: str, options: Sequence[str]) -> None:
    """Check that there is such a backend here.

    Raises:
        UsageError: there is not.
    """
    choose(BACKENDS, name, "backend")
    if options and name != "slurm":
        raise UsageError("--slurm is for --backend slurm")
    options_of(options)
    try:
        import submitit  # noqa: F401
    except ImportError:
        raise UsageError(f"--backend {name} needs submitit: pip install 'tui-gan[slurm]'") from None
    if name == "slurm" and not (shutil.which("sbatch") and shutil.which("srun") and shutil.which("squeue")):
        raise UsageError(
            "--backend slurm needs SLURM's sbatch, srun and squeue on the PATH; --backend local takes processes of this machine"
        )


def made(name: str, folder: Path, options: Sequence[str]) -> Backend:
    """The backend of this name, which writes its logs and what it hands over into a folder.

    Raises:
        UsageError: submitit does not take an option.
    """
    # A job calls what it finds here.
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        return BACKENDS[name](folder, options_of(options))
    except (ValueError, TypeError, RuntimeError) as error:
        raise UsageError(f"--slurm: {first_line(error)}") from None


def cores_here() -> int:
    """How many cores the system lets this process have."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    given = os.environ.get("SLURM_CPUS_ON_NODE", "")
    return min(allowed, int(given)) if given.isdecimal() and int(given) else allowed


def _said(command: Sequence[str]) -> str | None:
    """What a command of the cluster says; None where it fails, as while its controller is being restarted."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=ANSWER)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
