"""A SLURM cluster of this one node for a test: munge, the controller and the daemon of the node, on ports of their own."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

NEEDED = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "sinfo", "scancel")
# Seconds until the node must be ready.
READY = 60.0

CONFIGURATION = """
ClusterName=one
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
SlurmctldPort={first}
SlurmdPort={second}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
AccountingStorageType=accounting_storage/none
MpiDefault=none
ReturnToService=2
KillWait=30
NodeName={host} NodeAddr=127.0.0.1 CPUs={cores} State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def why_not() -> str:
    """Why no cluster can be started here; "" where one can."""
    if os.geteuid() != 0:
        return "only root starts the daemons of SLURM"
    path = os.environ["PATH"] + os.pathsep + "/usr/sbin"
    lacking = [name for name in NEEDED if not shutil.which(name, path=path)]
    return f"{', '.join(lacking)} not installed: apt-get install slurm-wlm munge" if lacking else ""


@contextlib.contextmanager
def cluster(folder: Path) -> Iterator[dict[str, str]]:
    """A cluster whose files lie in a folder; the variables by which commands find it."""
    for name in ("state", "spool"):
        (folder / name).mkdir()
    key = folder / "munge.key"
    key.write_bytes(os.urandom(128))
    key.chmod(0o600)
    # munge trusts no directory that others may write to.
    folder.chmod(0o755)
    host, (first, second) = socket.gethostname().partition(".")[0], _ports(2)
    configuration = folder / "slurm.conf"
    configuration.write_text(CONFIGURATION.format(host=host, folder=folder, first=first, second=second, cores=os.cpu_count()))
    path = os.environ["PATH"] + os.pathsep + "/usr/sbin"
    environment = {**os.environ, "PATH": path, "SLURM_CONF": str(configuration)}
    names = {f"--{name}-file={folder}/munge.{name}" for name in ("key", "pid", "log", "seed")}
    commands = [
        ["munged", "--foreground", "--force", f"--socket={folder}/munge.socket", *sorted(names)],
        ["slurmctld", "-D"],
        ["slurmd", "-D"],
    ]
    daemons: list[subprocess.Popen[bytes]] = []
    try:
        for command in commands:
            with (folder / f"{command[0]}.said").open("wb") as said:
                daemons.append(subprocess.Popen(command, env=environment, stdout=said, stderr=said, stdin=subprocess.DEVNULL))
            while command[0] == "munged" and not (folder / "munge.socket").exists() and daemons[0].poll() is None:
                time.sleep(0.05)
        _wait(folder, environment, daemons)
        yield {"PATH": path, "SLURM_CONF": str(configuration)}
    finally:
        for daemon in reversed(daemons):
            daemon.send_signal(signal.SIGTERM)
            try:
                daemon.wait(20)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()


def _wait(folder: Path, environment: dict[str, str], daemons: list[subprocess.Popen[bytes]]) -> None:
    end = time.monotonic() + READY
    while time.monotonic() < end and all(daemon.poll() is None for daemon in daemons):
        said = subprocess.run(["sinfo", "--noheader", "--format=%T"], env=environment, capture_output=True, text=True)
        if said.stdout.strip() == "idle":
            return
        time.sleep(0.2)
    raise RuntimeError("\n".join((folder / f"{name}.said").read_text()[-2000:] for name in ("munged", "slurmctld", "slurmd")))


def _ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
