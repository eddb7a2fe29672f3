"""The user's own file and what the screen keeps, damaged by the thousand: one line, or as good as none."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import fuzz
from tui_gan.ui import memory, preferences
from tui_gan.ui.keys import FIXED, KEYS

OWN = (
    b'theme = "light"\nascii = true\npixels = false\n[keys]\nhelp = "F1"\nstep = "\xc3\xa4"\nsave = "*"\nquit = "Q"\n',
    "\n".join(["[keys]", *(f"{key.name} = '{preferences.written(key.key)}'" for key in KEYS if key.name not in FIXED)]).encode(),
)
KEPT = (
    json.dumps({"light": None, "runs": {"/runs/one": ["curves", None], "/runs/two": ["layers", "losses"]}}).encode(),
    json.dumps({"light": True, "runs": {f"/runs/{number}": ["overview", "quality"] for number in range(9)}}).encode(),
)
PIECES = (
    *fuzz.PIECES,
    b"0x" + b"f" * 5000,
    b"1" * 5000,
    b"[keys]\n",
    b"{",
    b'{"a":' * 2000,
    b"null",
    b"true",
    b"\\ud800",
    b"\xef\xbb\xbf",
    b"1979-05-27",
)


def own(folder: Path) -> Callable[[bytes], object]:
    def read(data: bytes) -> None:
        path = folder / "config.toml"
        path.write_bytes(data)
        assert len(preferences.read(path).keys) == len(KEYS)

    return read


def kept(folder: Path) -> Callable[[bytes], object]:
    """What is recalled can be begun with, changed and kept, and nothing of it is an error."""

    def read(data: bytes) -> None:
        path = folder / "screen.json"
        path.write_bytes(data)
        found = memory.recall(path)
        assert all(isinstance(found.of(run).view, str) for run in (None, *found.runs))
        after = found.after("/runs/three", memory.Memory("curves", None, True))
        memory.keep(path, after)
        assert memory.recall(path) == after

    return read


@pytest.mark.parametrize("count", fuzz.counts(300))
@pytest.mark.parametrize(("read", "wholes"), [(own, OWN), (kept, KEPT)], ids=["own", "kept"])
def test_a_damaged_file_of_the_user_or_the_screen_is_no_end(read, wholes: tuple[bytes, ...], count: int, tmp_path: Path) -> None:
    tally = fuzz.check(read(tmp_path), wholes, count, seed=count, pieces=PIECES)
    assert tally.taken > count / 30
    assert (tally.refused > count / 15) is (read is own)
