"""Predictions as exact strings, and the shares in words."""

import numpy as np
import pytest

from tui_gan.contract.snapshot import Predictions, frozen
from tui_gan.ui.draw.palette import Look
from tui_gan.ui.draw.predictions import predictions, right

UNICODE = """
     generated 69% right      real 75% right
 10%│           ⢀⣀⡀     ┊   ▂▂▃▃▄▄▃▃▁▁      
    │    ⣀⣀⠖⠒⠉⠉⠉⠁ ⠈⠉⠉⠉⠑⠒⠢⠤⢄▇██████████▅▅    
    │  ⡤⠤⠃         ▁▁▅▅███⠈⠉⠑⠒⢢⣀⡀███████▇▇  
    │⠒⠒⠁       ▂▂▆▆█████████████⠘⠒⠤⠤⡀███████
   0│  ▁▁▂▂▄▄▇▇█████████████████████⠉⠉⠒⠒⠤⠤⣀⣀
     ───────────────────┴───────────────────
     0 generated       0.5            real 1
"""
ASCII = """
     generated 69% right      real 75% right
 10%|           ooo     :       ##          
    |    oooooooo ooooooooo#############    
    |  ooo           #####ooooooo#########  
    |ooo         ###############ooooo#######
   0|      #########################oooooooo
     -------------------+-------------------
     0 generated       0.5            real 1
"""
BINS = frozen(np.linspace(0.0, 1.0, 21))


def test_predictions(answers: Predictions, look: Look) -> None:
    assert predictions(answers, 44, 8, look).text() == (ASCII if look.ascii_only else UNICODE).strip("\n")


def test_a_bin_across_one_half_counts_in_part() -> None:
    assert right(Predictions(frozen([0.0, 0.4, 0.6, 1.0]), frozen([0.1, 0.2, 0.7]), frozen([0.6, 0.4, 0.0]))) == pytest.approx((0.8, 0.8))


def test_a_sure_discriminator_stands_at_both_ends(plain: Look) -> None:
    sure = np.zeros(20)
    sure[-1] = 1.0
    rows = predictions(Predictions(BINS, frozen(sure), frozen(sure[::-1])), 44, 8, plain).text().split("\n")
    assert "generated 100% right" in rows[0]
    assert rows[1].startswith("100%|oo")
    assert rows[1].endswith("##")


@pytest.mark.parametrize("size", [(0, 0), (1, 1), (4, 2), (10, 3), (24, 4), (39, 6), (46, 6), (196, 56)])
@pytest.mark.parametrize("bad", [0.05, np.nan, np.inf, -np.inf])
def test_any_numbers_in_any_size(look: Look, size: tuple[int, int], bad: float) -> None:
    shares = np.full(20, 0.05)
    shares[3] = bad
    drawn = predictions(Predictions(BINS, frozen(shares), frozen(shares)), *size, look)
    assert (drawn.width, drawn.height) == size
    assert drawn.text().isascii() or not look.ascii_only


def test_nothing_yet(look: Look) -> None:
    empty = frozen([])
    assert predictions(Predictions(empty, empty, empty), 40, 8, look).text().strip() == ""
    assert predictions(Predictions(BINS, frozen(np.zeros(20)), frozen(np.zeros(20))), 40, 8, look).text().strip()
