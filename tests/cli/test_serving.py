"""`tui-gan serve` without a browser: what it refuses, each in one line."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.program import Program
from tui_gan.cli import serving
from tui_gan.cli.attaching import FATAL
from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs
from tui_gan.serve.admission import Admission
from tui_gan.serve.tabs import Tabs
from tui_gan.session import rundir


def test_a_port_that_somebody_else_has_is_named(program: Program) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = program("serve", "any", "--port", port)
    assert (done.status, done.out) == (2, "")
    assert f"port {port} is in use; name another by --port" in done.line


@pytest.mark.parametrize("port", [-1, 65536, 10**20])
def test_a_port_is_a_number_of_one(port: int, program: Program) -> None:
    done = program("serve", "mine", f"--port={port}")
    assert done.status == 2
    assert "a port is a number from 1 to 65535" in done.line


def test_a_run_that_is_not_there_or_does_not_train_is_not_served(tmp_path: Path, config: Config, knobs: Knobs, program: Program) -> None:
    done = program("serve", tmp_path / "none", "--port", 0)
    assert done.status == 3
    assert "none" in done.line
    rundir.create(tmp_path / "still", config, knobs)
    done = program("serve", tmp_path / "still", "--port", 0)
    assert done.status == 3
    assert "nothing trains in" in done.line


@pytest.mark.parametrize("missing", ["textual_serve", "aiohttp"])
def test_what_is_not_installed_is_said_with_how_to_install_it(missing: str, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*sys.modules]:
        if name.startswith(("tui_gan.serve", "textual_serve", missing)):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    done = program("serve", "mine")
    assert done.status == 2
    assert f"{missing} is not installed: pip install 'tui-gan[serve]'" in done.line


def served(stands: Callable[[], None]) -> int:
    listening = socket.create_server(("127.0.0.1", 0))
    return asyncio.run(serving._served(Tabs(["true"], "run", Admission(listening.getsockname()[1])), listening, stands))


@pytest.mark.parametrize("number", FATAL)
def test_a_signal_ends_it_and_is_said_by_its_number(number: signal.Signals) -> None:
    # A shell that begins the tests in the background has them ignore SIGINT.
    before = signal.signal(number, signal.SIG_DFL)
    try:
        assert served(lambda: os.kill(os.getpid(), number)) == number
    finally:
        signal.signal(number, before)


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert served(lambda: [os.kill(os.getpid(), number) for number in (signal.SIGHUP, signal.SIGTERM)] and None) == signal.SIGTERM
    finally:
        signal.signal(signal.SIGHUP, before)
