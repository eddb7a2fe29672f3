"""Torch's libraries are loaded while other threads run, and importing torch finds them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tui_gan.session import ahead

# Counts how often another thread comes to run while the libraries are loaded; an import would keep it from running at all.
COUNTS = """
import sys, threading, time
from tui_gan.session.ahead import load_torch
turns, loaded = 0, threading.Event()
def turn():
    global turns
    while not loaded.is_set():
        time.sleep(0.001)
        turns += 1
thread = threading.Thread(target=turn)
sys.setswitchinterval(1000.0)
thread.start()
load_torch()
loaded.set()
thread.join()
print(turns, "torch" in sys.modules, "libtorch_cpu" in open("/proc/self/maps").read())
"""


def test_other_threads_run_while_the_libraries_are_loaded() -> None:
    done = subprocess.run([sys.executable, "-c", COUNTS], capture_output=True, text=True, check=True)
    turns, imported, loaded = done.stdout.split()
    assert (imported, loaded) == ("False", "True")
    assert int(turns) >= 10


@pytest.mark.parametrize("there", [True, False])
def test_what_cannot_be_loaded_is_left_to_the_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "libtorch_global_deps.so").write_bytes(b"no library")
    spec = type("Spec", (), {"origin": str(tmp_path / "__init__.py")})() if there else None
    monkeypatch.setattr(ahead, "find_spec", lambda name: spec)
    monkeypatch.setattr(ahead, "sys", type("Sys", (), {"modules": {}, "platform": "linux"}))
    opened = []

    def dlopen(path: bytes, mode: int) -> None:
        """Opens nothing, as the linker of the system with what is no library."""
        opened.append(Path(os.fsdecode(path)))

    monkeypatch.setattr(ahead.ctypes, "CDLL", lambda name: type("System", (), {"dlopen": staticmethod(dlopen)}))
    ahead.load_torch()
    # The first that cannot be opened ends it.
    assert opened == ([tmp_path / "lib" / "libtorch_global_deps.so"] if there else [])
