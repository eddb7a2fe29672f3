"""A scope of systemd's user manager, in which a detached run outlives the session where logind kills what a session leaves behind."""

import contextlib
import os
import shutil
import subprocess
import sys

# Set for a program that has been started inside one.
INSIDE = "TUI_GAN_SCOPE"
ANSWERS_WITHIN = 5.0


def enter() -> None:
    """Begin this program anew inside a scope of its own, where the user has a manager that makes one; otherwise go on."""
    systemd_run, runtime = shutil.which("systemd-run"), os.environ.get("XDG_RUNTIME_DIR", "")
    if os.environ.get(INSIDE) or not systemd_run or not os.path.exists(os.path.join(runtime, "systemd")):
        return
    scope = [systemd_run, "--user", "--scope", "--quiet", "--collect"]
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        # Tried with nothing first: a manager that cannot be reached must not cost the run.
        subprocess.run([*scope, "true"], check=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=ANSWERS_WITHIN)
        sys.stdout.flush()
        os.execve(systemd_run, [*scope, "--", sys.executable, "-m", "tui_gan", *sys.argv[1:]], {**os.environ, INSIDE: "1"})
