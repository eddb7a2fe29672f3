"""Fuzzing that follows coverage: inputs that reach new branches of a reader are kept and changed further, until one breaks its promise.

`python -m benchmarks.fuzz_atheris visitor 60` lets a reader of READERS have a minute; needs the extra `fuzz`. Whatever breaks is written
into the working directory as `crash-*`, `timeout-*` or `oom-*`, and belongs into a test.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["tui_gan"]):
    from tui_gan.contract.errors import TuiGanError
    from tui_gan.contract.snapshot import Snapshot
    from tui_gan.contract.toml import read_toml
    from tui_gan.data.images import read_images
    from tui_gan.data.tables import read_finite
    from tui_gan.session.course import course
    from tui_gan.wire.changes import changed
    from tui_gan.wire.framing import FROM_VISITOR, Incoming
    from tui_gan.wire.messages import from_run, from_visitor

# Seconds and MB that one input may take.
SECONDS, MEMORY = 2, 2048


def heard(data: bytes) -> None:
    """Read what a visitor says."""
    for content in Incoming(FROM_VISITOR).feed(data):
        from_visitor(content)


def through(name: str, read: Callable[[Path], object]) -> Callable[[bytes], object]:
    """What gives a reader of files bytes."""
    path = Path(tempfile.mkdtemp(), name)

    def given(data: bytes) -> object:
        path.write_bytes(data)
        return read(path)

    return given


READERS: dict[str, Callable[[bytes], object]] = {
    "framing": heard,
    "visitor": from_visitor,
    "run": from_run,
    "change": lambda data: changed(Snapshot, None, data),
    "log": through("log.jsonl", course),
    "configuration": through("config.toml", read_toml),
    "table": through("x.csv", lambda path: read_finite(path, 1)),
    "npy": through("x.npy", lambda path: read_images(path, None, None)),
    "npz": through("x.npz", lambda path: read_images(path, None, None)),
    "idx": through("x-ubyte", lambda path: read_images(path, None, None)),
    "cifar": through("x.bin", lambda path: read_images(path, None, None)),
}


def main(name: str, seconds: str, *more: str) -> None:
    """Fuzz a reader for so many seconds; further words go to libFuzzer, such as a folder of inputs to begin with."""

    def one(data: bytes) -> None:
        try:
            READERS[name](data)
        except TuiGanError as error:
            if "\n" in str(error):
                raise RuntimeError(f"a refusal of several lines: {error!r}") from None

    options = (f"-max_total_time={seconds}", f"-timeout={SECONDS}", f"-rss_limit_mb={MEMORY}", "-seed=1", "-max_len=4096")
    atheris.Setup([sys.argv[0], *options, *more], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
