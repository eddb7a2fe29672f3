"""What tests of every room share: a configuration so small that a step takes a millisecond, and the program in this process."""

import gc
import os
import tempfile

import pytest
import torch
from hypothesis import HealthCheck, settings

from tests.program import Done, Program
from tests.terminal import NOWHERE
from tui_gan import cli
from tui_gan.contract.config import Config, Minibatch, Network
from tui_gan.contract.knobs import Knobs

# A machine that is busy must not fail a property, and what failed once must fail again.
settings.register_profile("calm", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("calm")

# What a developer prefers and how a screen was left must not reach a test, nor a program that a test starts; nor the other way.
os.environ |= NOWHERE
# Nor the runs that he trains; a short path, since a socket has no longer one.
os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", tempfile.gettempdir())
_SOCKETS = tempfile.TemporaryDirectory(prefix="tg-")
os.environ |= {"XDG_RUNTIME_DIR": _SOCKETS.name, "TMPDIR": _SOCKETS.name, "XDG_CACHE_HOME": f"{_SOCKETS.name}/cache"}
tempfile.tempdir = _SOCKETS.name
# What is written is read by the machine that wrote it, so that nothing waits for the disk.
os.fsync = lambda fd: None


@pytest.fixture(autouse=True)
def _arithmetic() -> None:
    """What a run sets for its thread, here that of all tests: to round the smallest numbers to 0, and among how many threads to share."""
    torch.set_flush_denormal(False)
    torch.set_num_threads(1)


@pytest.fixture
def config() -> Config:
    return Config(
        preset="toy1d",
        steps=40,
        threads=1,
        generator=Network(widths=(6,), activation="tanh"),
        discriminator=Network(widths=(8, 7)),
        minibatch=Minibatch(kernels=3, dim=2),
        log_every=5,
        evaluate_every=20,
        preview_every=10,
        keep=2,
    )


@pytest.fixture
def knobs() -> Knobs:
    return Knobs(batch_size=8, device="cpu", checkpoint_every=10)


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Program:
    """Call `tui-gan` with these words."""

    def program(*words: object) -> Done:
        monkeypatch.setattr("sys.argv", ["tui-gan", *map(str, words)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main()
        captured = capfd.readouterr()
        assert "Traceback" not in captured.out + captured.err
        return Done(int(left.value.code or 0), captured.out, captured.err)

    return program


def pytest_collection_finish() -> None:
    """What has been imported by now stays, and is not looked through for garbage again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
