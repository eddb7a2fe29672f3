"""A server of tmux of its own, and terminals that look at it, for tests."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal import Terminal

# Where it must be there, as in CI, a test fails without it.
needs_tmux = pytest.mark.skipif(
    not (shutil.which("tmux") and shutil.which("tic")) and not os.environ.get("NEEDS_TMUX"), reason="needs tmux and tic"
)
# Terminals as tmux knows them, by what they call themselves; the machine's own table need not have them.
DESCRIBED = (
    "xterm-kitty|stands in for kitty,\n\tTc,\n\tuse=xterm-256color,\nxterm-ghostty|without a word on colours,\n\tuse=xterm-256color,\n"
)


class Tmux:
    """The server; `place` is a folder whose name is short enough for a socket."""

    def __init__(self, place: Path) -> None:
        self.place = place
        (place / "described").write_text(DESCRIBED)
        (place / "conf").touch()
        subprocess.run(["tic", "-x", "-o", place / "terminfo", place / "described"], check=True, capture_output=True)

    @property
    def command(self) -> list[str]:
        """What every call of tmux begins with."""
        return ["tmux", "-S", str(self.place / "socket"), "-f", str(self.place / "conf")]

    def tell(self, *words: str) -> str:
        """Have it do something; returns its answer."""
        return subprocess.run([*self.command, *words], check=True, capture_output=True, text=True).stdout.strip()

    def environment(self, pane: str = "%0") -> dict[str, str]:
        """What a program in a pane finds."""
        return {"PATH": os.environ["PATH"], "TMUX": f"{self.place / 'socket'},1,0", "TMUX_PANE": pane}

    @contextlib.contextmanager
    def seen(self, *words: str, term: str = "xterm-kitty", **environment: str) -> Iterator[Terminal]:
        """A terminal that runs a command of tmux, such as `new` or `attach`."""
        variables = {"TERM": term, "TERMINFO": str(self.place / "terminfo"), **environment}
        opened = Terminal([*self.command, *words], self.place, environment=variables)
        try:
            yield opened
        finally:
            opened.close()


@contextlib.contextmanager
def tmux() -> Iterator[Tmux]:
    """A server that ends at the end."""
    with tempfile.TemporaryDirectory(prefix="tmux") as folder:
        server = Tmux(Path(folder))
        try:
            yield server
        finally:
            subprocess.run([*server.command, "kill-server"], capture_output=True)
