"""Where a run is met: a socket in a folder that only its user may enter."""

import contextlib
import hashlib
import os
import stat
import tempfile
from pathlib import Path

from tui_gan.wire import WireError

# An address of this kind ends here, on Linux and on the BSDs.
LONGEST = 103
ONLY_MINE = 0o700


def folder() -> Path:
    """The folder of the sockets of this user, made if it is not there.

    It lies in XDG_RUNTIME_DIR, where there is one, or else in the system's temporary folder.

    Raises:
        WireError: it cannot be made, or is not this user's alone.
    """
    path = _folders()[0]
    try:
        path.mkdir(mode=ONLY_MINE, exist_ok=True)
    except OSError as error:
        raise WireError(f"cannot make {path}, where visitors find the run: {error.strerror or error}") from None
    if why := _unfit(path):
        raise WireError(why)
    return path


def _folders() -> list[Path]:
    """Where the folder may lie, the one for new runs first; whoever was started by cron does not know of the runtime directory."""
    stated = os.environ.get("XDG_RUNTIME_DIR", "")
    base = stated or f"/run/user/{os.getuid()}"
    runtime = [Path(base, "tui-gan")] if os.path.isabs(base) and os.path.isdir(base) and os.stat(base).st_uid == os.getuid() else []
    temporary = [Path(tempfile.gettempdir(), f"tui-gan-{os.getuid()}")]
    return runtime + temporary if stated else temporary + runtime


def _unfit(path: Path) -> str:
    """Why a folder is not this user's alone; "" where it is."""
    try:
        status = path.lstat()
    except OSError as error:
        return f"cannot use {path}, where visitors find the run: {error.strerror or error}"
    if not stat.S_ISDIR(status.st_mode):
        return f"{path} is no folder, or a link to one; remove it, since visitors would find the run there"
    if status.st_uid != os.getuid():
        return f"{path} belongs to another user; remove it, or set XDG_RUNTIME_DIR to a folder of yours"
    if stat.S_IMODE(status.st_mode) & 0o077:
        return f"{path} is open to other users; `chmod 700 {path}` closes it"
    return ""


def address(run: Path) -> Path:
    """The socket of a run, by its directory.

    Raises:
        WireError: as `folder`, or the address would be too long.
    """
    named = hashlib.sha256(os.fsencode(run.resolve())).hexdigest()[:16]
    path = folder() / f"{named}.sock"
    if len(os.fsencode(path)) > LONGEST:
        raise WireError(f"{path} is too long for a socket ({LONGEST} bytes); set XDG_RUNTIME_DIR to a shorter folder")
    return path


def trusted_address(run: Path, said: str) -> Path:
    """Where a run is met that says itself that it is met at `said`; that is believed of a folder of this user's alone.

    Raises:
        WireError: as `address`.
    """
    path = Path(said)
    return path if said and path.parent in _folders() and not _unfit(path.parent) else address(run)


def addresses() -> list[Path]:
    """The sockets of this user, the newest first; not all need have a run."""
    modified = {}
    for place in _folders():
        for path in place.glob("*.sock") if not _unfit(place) else ():
            with contextlib.suppress(OSError):
                modified[path] = path.stat().st_mtime_ns
    return sorted(modified, key=modified.__getitem__, reverse=True)
