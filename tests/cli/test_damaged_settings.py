"""Damaged settings by the thousand: a file of them, pairs and networks as they are typed; each is taken, or refused in one line."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests import fuzz
from tui_gan.cli import settings
from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.toml import read_toml, resolve, to_toml
from tui_gan.contract.values import read_value, typed
from tui_gan.presets import PRESETS

PIECES = (
    *fuzz.PIECES,
    b"0x" + b"f" * 5000,
    b"1" * 5000,
    b"-1",
    b"1e400",
    b"inf",
    b"nan",
    b"true",
    b"1979-05-27T07:32:00Z",
    b"07:32:00",
    b"[knobs]\n",
    b"[[generator]]\n",
    b"{ a = {} }",
    b"~nobody/",
    b"\\u0000",
    b"\\U0010ffff",
    b'"""',
    b"." * 200,
    b"-",
    b"x",
    b"\xef\xbb\xbf",
    b"\xc2\x9b",
    "\u202e".encode(),
)
WRITTEN = tuple(to_toml(preset.config, preset.knobs).encode() for preset in PRESETS.values() if preset.config.preset in ("toy1d", "digits"))
BY_HAND = (
    b'steps = 2_000\nseed = 7\ngenerator = "128x3-maxout5"\ndiscriminator = 64\ndata = "~/numbers.csv"\nmetrics = ["w1", "sd"]\n',
    b'[generator]\nwidths = [8, 8]\nactivation = "tanh, relu"\n[regularizers]\nr1 = 1.0\n[knobs]\nk_steps = 3\npace = 20\ndevice = "cpu"\n',
    b'objective = "hinge"\noptimizer.beta1 = 0.5\nschedule = { kind = "cosine", period = 1e4 }\nstop.metric = "w1"\nsampling = "epochs"\n',
)
PAIRS = (
    b"objective=hinge\nregularizers.r1 = 10\noptimizer.beta1=.5\nk-steps=3",
    b"generator=128x3-maxout5\ndiscriminator=256,128-sn-dropout.3\nmetrics=[w1, sd]",
    b'data=~/numbers.csv\ngenerator.widths=[8, 16]\npace=off\nstratified=false\nmetrics=["w1"]',
    b"instance_noise.sd=1e-3\nseed=9\nknobs.device=cuda:1\nstop.threshold=-.5\nminibatch.kernels=7",
)
NETWORKS = (b"128x3-maxout5", b"400x4-relu-bn", b"256,128-leaky_relu-sn-dropout.3", b"dcgan64-vbn", b"64x2-fourier32-input_dropout.2", b"8")


def same(config: Config, knobs: Knobs, path: Path) -> None:
    """What was taken can be stored, read back and, where it is typed, typed again."""
    path.write_text(to_toml(config, knobs), encoding="utf-8")
    assert resolve(Config(preset="other"), Knobs(), read_toml(path)) == (config, knobs)


def a_file(folder: Path) -> Callable[[bytes], object]:
    def read(data: bytes) -> None:
        path = folder / "c.toml"
        path.write_bytes(data)
        same(*settings.resolved("toy1d", path, {}, {}, {}), folder / "stored.toml")

    return read


def pairs(folder: Path) -> Callable[[bytes], object]:
    def read(data: bytes) -> None:
        table = settings.of_pairs(data.decode(errors="surrogateescape").split("\n"))
        same(*settings.resolved("toy1d", None, table, {}, {}), folder / "stored.toml")

    return read


def a_restart(folder: Path) -> Callable[[bytes], object]:
    base = PRESETS["toy1d"]

    def read(data: bytes) -> None:
        asked = data.decode(errors="surrogateescape").split("\n")
        same(*settings.laid_over(base.config, base.knobs, asked), folder / "stored.toml")

    return read


def networks(folder: Path) -> Callable[[bytes], object]:
    def read(data: bytes) -> None:
        text = data.decode(errors="surrogateescape")
        for options in ({"generator": text}, {"discriminator": text}):
            same(*settings.resolved("toy1d", None, {}, options, {}), folder / "stored.toml")

    return read


def values(folder: Path) -> Callable[[bytes], object]:
    def read(data: bytes) -> None:
        typed(read_value(data.decode(errors="surrogateescape")))

    return read


READERS: Mapping[str, tuple[Callable[[Path], Callable[[bytes], object]], tuple[bytes, ...]]] = {
    "file": (a_file, (*WRITTEN, *BY_HAND)),
    "pairs": (pairs, PAIRS),
    "restart": (a_restart, PAIRS),
    "networks": (networks, NETWORKS),
    "values": (values, (b"[1, 2, [3]]", b'"text"', b"1e-4", b"[w1, sd]", b".5", b"true", b"0x10", b"1979-05-27")),
}


@pytest.mark.parametrize("count", fuzz.counts(150))
@pytest.mark.parametrize("name", READERS)
def test_damaged_settings_are_taken_or_refused_in_one_line(name: str, count: int, tmp_path: Path) -> None:
    read, wholes = READERS[name]
    tally = fuzz.check(read(tmp_path), wholes, count, seed=count, pieces=PIECES)
    assert tally.taken > count / 30
    assert name == "values" or tally.refused > count / 3
