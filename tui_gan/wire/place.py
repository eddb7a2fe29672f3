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
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    mine = os.path.isabs(runtime) and os.path.isdir(runtime) and os.stat(runtime).st_uid == os.getuid()
    path = Path(runtime, "tui-gan") if mine else Path(tempfile.gettempdir(), f"tui-gan-{os.getuid()}")
    try:
        path.mkdir(mode=ONLY_MINE, exist_ok=True)
        found = path.lstat()
    except OSError as error:
        raise WireError(f"cannot make {path}, where visitors find the run: {error.strerror or error}") from None
    if not stat.S_ISDIR(found.st_mode):
        raise WireError(f"{path} is no folder, or a link to one; remove it, since visitors would find the run there")
    if found.st_uid != os.getuid():
        raise WireError(f"{path} belongs to another user; remove it, or set XDG_RUNTIME_DIR to a folder of yours")
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise WireError(f"{path} is open to other users; `chmod 700 {path}` closes it")
    return path


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


def addresses() -> list[Path]:
    """The sockets that lie in the folder, the newest first; not all need have a run.

    Raises:
        WireError: as `folder`.
    """
    found = []
    for path in folder().glob("*.sock"):
        with contextlib.suppress(OSError):
            found.append((path.stat().st_mtime_ns, path))
    return [path for _, path in sorted(found, reverse=True)]
