"""What would end a run that has left its terminal, or keep visitors from it, and the cure; for `tui-gan doctor`."""

import getpass
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tui_gan.cli import scope
from tui_gan.contract.outer import printable

ANSWERS_WITHIN = 5.0
# File systems that lie on another machine.
REMOTE = ("nfs", "cifs", "smb", "sshfs", "fuse.sshfs", "9p", "afs", "lustre", "gpfs", "ceph", "glusterfs", "beegfs")
Finding = tuple[str, str, str | None]


def outliving() -> Iterator[Finding]:
    """What logind does to a run whose session has ended, where visitors find a run, and what runs/ lies on."""
    yield _logind()
    yield _socket()
    yield _runs(Path("runs"))


def _logind() -> Finding:
    name = "detached"
    if (kills := _kills()) is None:
        return (name, "a run outlives its session: no logind here that would end it", None)
    lingers = scope.lingers()
    if not kills:
        return (name, f"a run outlives its session: logind leaves it alone{', and you linger' if lingers else ''}", None)
    if lingers and scope.manager():
        return (name, "a run begun with --detach outlives its session, in a scope of its own; others end with it", None)
    cure = f"loginctl enable-linger {getpass.getuser()}, and begin with --detach; or KillUserProcesses=no in /etc/systemd/logind.conf"
    return (name, "logind ends a run with your last session (KillUserProcesses=yes)", cure)


def _kills() -> bool | None:
    """Whether logind ends what a session leaves behind; None where there is no logind."""
    loginctl = shutil.which("loginctl")
    if not loginctl:
        return None
    asked = [loginctl, "show-user", "--property=KillUserProcesses", "--value"]
    try:
        done = subprocess.run(asked, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=ANSWERS_WITHIN, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() == "yes"


def _socket() -> Finding:
    from tui_gan.wire import WireError, place

    try:
        return ("visitors", f"find a run in {printable(place.folder())}", None)
    except WireError as error:
        return ("visitors", "cannot find a run", str(error))


def _runs(runs: Path) -> Finding:
    kind = _file_system(runs.resolve())
    if kind is None or not kind.startswith(REMOTE):
        return ("runs", f"on this machine{f' ({kind})' if kind else ''}", None)
    cure = "name a local --out: on another machine's disk a save waits for the network, and not all such disks keep two hosts apart"
    return ("runs", f"on another machine's disk ({kind})", cure)


def _file_system(path: Path) -> str | None:
    """The kind of file system that a path lies on, or would."""
    import psutil

    mounts = {Path(each.mountpoint): each.fstype for each in psutil.disk_partitions(all=True)}
    return next((mounts[folder] for folder in (path, *path.parents) if folder in mounts), None)
