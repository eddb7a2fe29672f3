import dataclasses

import numpy as np
import pytest

from tests.ui.conftest import MACHINE
from tui_gan.ui.draw import units
from tui_gan.ui.draw.machine import machine
from tui_gan.ui.draw.palette import Look

SPEEDS = np.linspace(500, 1000, 60)


def lines(look: Look, width: int, height: int, **changes: object) -> list[str]:
    values = {"measured": MACHINE, "speeds": SPEEDS, "speed": 1000.0, "drawing": 0.04, "rate": 12_300.0} | changes
    return [line.rstrip() for line in machine(**values, width=width, height=height, look=look).text().split("\n")]


def test_everything_with_its_unit(plain: Look) -> None:
    drawn = lines(plain, 84, 14)
    assert drawn == [
        "speed       1000 steps/s   last minute 500 .. 1000",
        "      1000 |                                ########################################",
        "         0 |########################################################################",
        "",
        "one step    940 us",
        "            rrrrrrrrdddddddddddddddddddddddddddddddddggggggggggggggggggggggoooooosss",
        "r data 110 us  d D 420 us  g G 290 us  o other 80.0 us  s screen 40.0 us",
        "",
        "processor   ======================.................. 1.10 of 2 cores",
        "memory      ==...................................... 340 MB of 8.20 GB",
        "GPU         =================....................... 43% in use, 51 C, H100",
        "GPU memory  =....................................... 2.10 GB of 85.0 GB",
        "screen      ==...................................... 4.0% of one core",
        "terminal                                             12.3 kB/s",
    ]


def test_without_a_machine_what_the_screen_knows_is_shown(plain: Look) -> None:
    text = "\n".join(lines(plain, 60, 14, measured=None))
    assert "not measured" in text
    assert "12.3 kB/s" in text
    assert "GPU" not in text


def test_two_gpus_have_numbers(plain: Look) -> None:
    two = dataclasses.replace(MACHINE, gpus=MACHINE.gpus * 2)
    text = "\n".join(lines(plain, 80, 20, measured=two))
    assert "GPU 0 " in text
    assert "GPU 1 " in text


@pytest.mark.parametrize("size", [(0, 0), (1, 1), (10, 3), (30, 8), (78, 19), (200, 60)])
def test_any_size_and_any_number(look: Look, size: tuple[int, int]) -> None:
    for bad in [np.nan, np.inf, 0.0, -1.0]:
        gpu = dataclasses.replace(MACHINE.gpus[0], use=bad, memory=bad, memory_total=bad, temperature=bad)
        told = dataclasses.replace(MACHINE, data=bad, discriminator=bad, cpu=bad, memory=bad, memory_total=bad, gpus=(gpu,))
        speeds = np.array([1.0, bad, 3.0])
        drawn = machine(told, speeds, bad, 0.0, 0.0, *size, look)
        assert (drawn.width, drawn.height) == size, bad
        assert not look.ascii_only or drawn.text().isascii(), bad


@pytest.mark.parametrize(
    ("value", "words"), [(2.5, "2.50 s"), (0.42, "420 ms"), (0.0123, "12.3 ms"), (1.1e-4, "110 us"), (9.99e-4, "999 us"), (np.nan, "?")]
)
def test_seconds(value: float, words: str) -> None:
    assert units.seconds(value) == words


@pytest.mark.parametrize(("value", "words"), [(12.0, "12 B"), (1500.0, "1.50 kB"), (3.4e8, "340 MB"), (9.999e8, "1.00 GB"), (np.inf, "?")])
def test_bytes(value: float, words: str) -> None:
    assert units.size(value) == words


def test_a_step_is_not_made_of_the_screen_alone(plain: Look) -> None:
    nothing = dict.fromkeys(("data", "discriminator", "generator", "other"), np.nan)
    text = "\n".join(lines(plain, 84, 14, measured=dataclasses.replace(MACHINE, **nothing)))
    assert "one step    not measured" in text
