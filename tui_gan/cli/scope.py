"""A scope of systemd's user manager, in which a detached run outlives the session where logind kills what a session leaves behind."""

import contextlib
import getpass
import os
import shutil
import subprocess
import sys
from pathlib import Path

# Set for a program that has been started inside one.
INSIDE = "TUI_GAN_SCOPE"
LINGERING = Path("/var/lib/systemd/linger")
ANSWERS_WITHIN = 5.0


def lingers() -> bool:
    """Whether the user's manager goes on when the last session has ended; without that, it would end its scopes too."""
    try:
        return (LINGERING / getpass.getuser()).exists()
    except (OSError, KeyError):
        return False


def manager() -> str:
    """The program that has the user's manager make a scope; "" where there is none."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    return (shutil.which("systemd-run") or "") if runtime and os.path.exists(os.path.join(runtime, "systemd")) else ""


def enter() -> None:
    """Begin this program anew inside a scope of its own, where that outlives the session; otherwise go on."""
    systemd_run = manager()
    if os.environ.get(INSIDE) or not systemd_run or not lingers():
        return
    scope = [systemd_run, "--user", "--scope", "--quiet", "--collect"]
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        # Tried with nothing first: a manager that cannot be reached must not cost the run.
        subprocess.run([*scope, "true"], check=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=ANSWERS_WITHIN)
        sys.stdout.flush()
        os.execve(systemd_run, [*scope, "--", sys.executable, "-m", "tui_gan", *sys.argv[1:]], {**os.environ, INSIDE: "1"})
