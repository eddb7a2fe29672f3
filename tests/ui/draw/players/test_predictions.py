"""Predictions as exact strings, and the shares in words."""

import dataclasses
import math

import numpy as np
import pytest

from tui_gan.contract.snapshot import Floats, Predictions, frozen
from tui_gan.ui.draw.palette import Look
from tui_gan.ui.draw.players.predictions import common, logits, predictions, ranks_only

UNICODE = """
     accuracy 77% on generated   81% on real
 10%│           ⢀⣀⡀     ┊   ▂▂▃▃▄▄▃▃▁▁      
    │    ⣀⣀⠖⠒⠉⠉⠉⠁ ⠈⠉⠉⠉⠑⠒⠢⠤⢄▇██████████▅▅    
    │  ⡤⠤⠃         ▁▁▅▅▒▒▒⠈⠉⠑⠒⢢⣀⡀███████▇▇  
    │⠒⠒⠁       ▂▂▆▆▒▒▒▒▒▒▒▒▒▒▒▒▒⠘⠒⠤⠤⡀███████
   0│  ▁▁▂▂▄▄▇▇▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒⠉⠉⠒⠒⠤⠤⡀█
     ───────────────────┴───────────────────
     0 generated       0.5            real 1
"""
ASCII = """
     accuracy 77% on generated   81% on real
 10%|           ooo     :       ##          
    |    oooooooo ooooooooo#############    
    |  ooo           %%%%%ooooooo#########  
    |ooo         %%%%%%%%%%%%%%%ooooo#######
   0|      %%%%%%%%%%%%%%%%%%%%%%%%%ooooooo#
     -------------------+-------------------
     0 generated       0.5            real 1
"""
LOGITS = """
 10%│             ⢀⡠⠤⢄⡀                     
    │           ⢠⠜⠁   ⠈⠱⢄▁▄▆▇▆▅▃            
    │         ⢀⡰⠊       ⠘⢢⡀██████▄▁         
    │        ⣀⠎      ▁▃▇▒▒⠘⢢⡀██████▅▂       
   0│   ⢀⠤⠤⠒⠉  ▁▁▂▃▄▆▒▒▒▒▒▒▒⠈⠑⠢⠤⢄█████▅▄▂▂▁▁
     ┬──────────────────┬──────────────────┬
     -5                 0                  5
"""
LOGITS_ASCII = """
 10%|             ooooo                     
    |           ooo   ooo #####             
    |         ooo       ooo#######          
    |        oo        %%%ooo#######        
   0|   ooooo      %%%%%%%%%ooooo#######    
     +------------------+------------------+
     -5                 0                  5
"""
BINS = frozen(np.linspace(0.0, 1.0, 21))


def answers_of(edges: Floats, real: Floats, fake: Floats) -> Predictions:
    return Predictions(edges, real, fake, frozen([-1.0, 0.0, 1.0]), frozen([0.4, 0.6]), frozen([0.7, 0.3]), 0.6, 0.7)


def test_predictions(answers: Predictions, look: Look) -> None:
    assert predictions(answers, 44, 8, look).text() == (ASCII if look.ascii_only else UNICODE).strip("\n")


def test_logits(answers: Predictions, look: Look) -> None:
    assert logits(answers, 44, 7, look).text() == (LOGITS_ASCII if look.ascii_only else LOGITS).strip("\n")


def test_the_shares_are_those_of_the_run_and_not_of_the_bins(answers: Predictions) -> None:
    rows = predictions(dataclasses.replace(answers, real_right=0.125, fake_right=1.0), 44, 8, Look()).text().split("\n")
    assert "accuracy 100% on generated" in rows[0]
    assert "12% on real" in rows[0]


@pytest.mark.parametrize("known", [math.nan, 0.5])
def test_without_a_threshold_there_is_no_accuracy(answers: Predictions, known: float) -> None:
    of_pairs = dataclasses.replace(answers, real_right=known, fake_right=math.nan)
    assert ranks_only(of_pairs)
    assert "accuracy not defined" in predictions(of_pairs, 44, 8, Look()).text()
    assert "accuracy not defined" in predictions(of_pairs, 26, 8, Look()).text()
    assert "nan" not in predictions(of_pairs, 44, 8, Look()).text()


@pytest.mark.parametrize(("fake", "real"), [(0.97, 0.88), (1.0, 1.0), (0.0, 0.03)])
def test_the_shares_are_whole_beside_each_other_at_every_width(answers: Predictions, plain: Look, fake: float, real: float) -> None:
    answers = dataclasses.replace(answers, fake_right=fake, real_right=real)
    wordings = {
        f"accuracy {fake:.0%}{one} {real:.0%}{other}" for one, other in ((" on generated", " on real"), (" generated", " real"), ("", ""))
    }
    seen = {" ".join(predictions(answers, width, 8, plain).text().splitlines()[0].split()) for width in range(28, 70)}
    assert seen == wordings


def test_what_is_common_is_shaded_and_counted(answers: Predictions, plain: Look) -> None:
    same = dataclasses.replace(answers, fake=answers.real)
    apart = dataclasses.replace(answers, fake=frozen(np.where(np.arange(20) < 1, 1.0, 0.0)))
    assert common(dataclasses.replace(answers, overlap=0.25)) == 0.25
    assert "%" in "".join(predictions(same, 44, 8, plain, shares=False).text().split("\n")[1:])
    assert "%" not in "".join(predictions(apart, 44, 8, plain, shares=False).text().split("\n")[1:])


def test_a_sure_discriminator_stands_at_both_ends(plain: Look) -> None:
    sure = np.zeros(20)
    sure[-1] = 1.0
    found = dataclasses.replace(answers_of(BINS, frozen(sure), frozen(sure[::-1])), fake_right=1.0)
    rows = predictions(found, 44, 8, plain).text().split("\n")
    assert "accuracy 100% on generated" in rows[0]
    assert rows[1].startswith("100%|oo")
    assert rows[1].endswith("##")


@pytest.mark.parametrize("size", [(0, 0), (1, 1), (4, 2), (10, 3), (24, 4), (39, 6), (46, 6), (196, 56)])
def test_any_numbers_in_any_size(look: Look, size: tuple[int, int]) -> None:
    for bad in [0.05, np.nan, np.inf, -np.inf]:
        shares = np.full(20, 0.05)
        shares[3] = bad
        strange = dataclasses.replace(
            answers_of(BINS, frozen(shares), frozen(shares)), logit_edges=BINS, real_logits=frozen(shares), fake_logits=frozen(shares)
        )
        for drawn in (predictions(strange, *size, look), logits(strange, *size, look)):
            assert (drawn.width, drawn.height) == size, bad
            assert drawn.text().isascii() or not look.ascii_only, bad


def test_nothing_yet(look: Look) -> None:
    empty = frozen([])
    assert predictions(answers_of(empty, empty, empty), 40, 8, look).text().strip() == ""
    assert predictions(answers_of(BINS, frozen(np.zeros(20)), frozen(np.zeros(20))), 40, 8, look).text().strip()
