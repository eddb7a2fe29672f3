"""The discriminator's view as exact strings: histograms, accuracy in words, and the table of layers."""

import dataclasses
import math

import numpy as np
import pytest

from tui_gan.contract.snapshot import Layer, Predictions, frozen
from tui_gan.ui.draw.palette import Ink, Look
from tui_gan.ui.draw.players.discriminator import STANDING, discriminator
from tui_gan.ui.draw.players.norms import bar_text, decades, filled, norms, said, worry

UNICODE = """
D(x): D's outputs on real and generated samples
 10%│                           ┊        ▁▁▁▂▂▁▁▁
    │           ⡤⠤⠔⠒⠒⠒⠒⠒⠒⠒⠒⠤⠤⢄⣀⣀⡀  ▄▄▄▇▇▇████████▆▆▆▁▁
    │     ⢠⠤⠤⠜⠉⠉              ▃▃⠘⠒⠒⣄⣀⣀████████████████▁▁▁
    │  ⢠⠤⠤⠜                ▆▆▆▒▒▒▒▒▒▒▒⠓⠒⢢⣀⣀⡀█████████████
    │⠤⠤⠜              ▃▃▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒⠸⠤⠤⡀██████████▆▆▆
    │           ▂▂▂▆▆▆▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒⠉⠉⠉⠦⠤⠤⡀███████
   0│   ▁▁▃▃▃▆▆▆▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒⠉⠉⠱⠤⠤⢄██
     ───────────────────────────┴───────────────────────────
     0 generated               0.5                    real 1
accuracy 81% on real ██████▌─  77% on generated █████████▎──
D classifies most samples correctly

  layer            weights 1e-2    1e1  gradient 1e-3    1e0
D linear 1 > 64        4.1 █████████▋      0.034 █████▋
D linear 64 > 64       5.6 ██████████▏      0.08 ███████
D linear 64 > 1        0.9 ███████▏            -
G linear 1 > 64        3.4 █████████▎      0.021 ████▉
G linear 64 > 1        1.2 ███████▋         0.17 ████████▏
"""
ASCII = """
D(x): D's outputs on real and generated samples
 10%|                           :
    |           ooooooooooooooooo  #################
    |     oooooo                oooooo################
    |  oooo                %%%%%%%%%%%oooooo#############
    |ooo                %%%%%%%%%%%%%%%%%%%oooo#############
    |              %%%%%%%%%%%%%%%%%%%%%%%%%%%ooooooo#######
   0|        %%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%oooooo##
     ---------------------------+---------------------------
     0 generated               0.5                    real 1
accuracy 81% on real ######--  77% on generated #########---
D classifies most samples correctly

  layer            weights 1e-2    1e1  gradient 1e-3    1e0
D linear 1 > 64        4.1 ##########      0.034 ######
D linear 64 > 64       5.6 ##########       0.08 #######
D linear 64 > 1        0.9 #######             -
G linear 1 > 64        3.4 #########       0.021 #####
G linear 64 > 1        1.2 ########         0.17 ########
"""
LAYERS = (
    Layer("G", "linear 1 > 64", 3.4, 0.021),
    Layer("G", "linear 64 > 1", 1.2, 0.17),
    Layer("D", "linear 1 > 64", 4.1, 0.034),
    Layer("D", "linear 64 > 64", 5.6, 0.08),
    Layer("D", "linear 64 > 1", 0.9, math.nan),
)


def lines(text: str) -> str:
    """Without what is blank at the right."""
    return "\n".join(row.rstrip() for row in text.split("\n"))


def test_discriminator(answers: Predictions, look: Look) -> None:
    assert lines(discriminator(answers, LAYERS, 60, 19, look).text()) == (ASCII if look.ascii_only else UNICODE).strip("\n")


@pytest.mark.parametrize(
    ("size", "words"),
    [
        ((78, 19), ("D(x):", "81% on real", "77% on generated", "best threshold: 72% correct", "linear 64 > 64", "gradient")),
        ((78, 31), ("D(x):", "logits:", "81% on real", "D classifies most", "linear 1 > 64")),
        ((158, 54), ("D(x):", "logits:", "81% on real", "D classifies most", "linear 1 > 64")),
    ],
)
def test_what_every_size_shows(answers: Predictions, look: Look, size: tuple[int, int], words: tuple[str, ...]) -> None:
    text = discriminator(answers, LAYERS, *size, look).text()
    assert all(word in text for word in words)


def test_a_deep_network_says_how_many_layers_found_no_room(answers: Predictions) -> None:
    deep = tuple(Layer(player, f"conv {number}", 1.0, 0.1) for player in "GD" for number in range(12))
    assert "more" in discriminator(answers, deep, 78, 19, Look()).text()
    assert "more" not in discriminator(answers, deep, 158, 54, Look()).text()


@pytest.mark.parametrize(("real", "fake"), [(1.0, 1.0), (0.8, 0.8), (0.6, 0.6), (0.9, 0.1), (0.2, 0.2), (0.0, 0.0)])
def test_the_standing_in_words(answers: Predictions, real: float, fake: float) -> None:
    text = discriminator(dataclasses.replace(answers, real_right=real, fake_right=fake), (), 78, 20, Look()).text()
    assert f"{real:.0%} on real" in text
    assert sum(words in text for _, words in STANDING) == 1


def test_without_a_threshold_there_is_no_accuracy(answers: Predictions) -> None:
    of_pairs = dataclasses.replace(answers, real_right=math.nan, fake_right=math.nan)
    for width in (40, 158):
        text = discriminator(of_pairs, LAYERS, width, 24, Look()).text()
        assert ("accuracy is not defined" if width > 40 else "no threshold: accuracy is not defined") in text
        assert "accuracy 8" not in text


def test_numbers_to_worry_about() -> None:
    assert said(0.5, True) == ("0.5", Ink.TEXT)
    assert said(1e-9, True)[1] is Ink.WARNING
    assert said(1e-9, False)[1] is Ink.TEXT
    assert said(0.0, True) == ("0", Ink.WARNING)
    assert said(1e5, True)[1] is Ink.ERROR
    assert said(math.inf, False) == ("inf", Ink.ERROR)
    assert said(math.nan, True) == ("-", Ink.DIM)
    assert worry(LAYERS) is None
    assert worry((*LAYERS, Layer("D", "x", 1.0, 1e-8))) == ("vanishing gradient in 1 layer", Ink.WARNING)
    assert worry((Layer("D", "x", 1.0, math.inf), Layer("D", "y", 1.0, 1e4))) == ("exploding gradient in 2 layers", Ink.ERROR)


def test_decades_hold_the_numbers() -> None:
    assert decades([0.02, 0.5]) == (-3, 0)
    assert decades([1e-8, 5.0, math.nan, 0.0, math.inf]) == (-9, 1)
    assert decades([]) == (-2, 2)


def test_bars(plain: Look) -> None:
    assert filled(0.5, 8, plain) == "####"
    assert filled(0.5, 3, Look()) == "█▌"
    assert filled(2.0, 3, Look()) == "███"
    assert bar_text(1.0, (-2, 2), 8, plain) == "####"
    assert bar_text(math.inf, (-2, 2), 4, plain) == "####"
    assert bar_text(1e-9, (-2, 2), 4, plain) == "#"
    assert bar_text(0.0, (-2, 2), 4, plain) == bar_text(math.nan, (-2, 2), 4, plain) == ""


@pytest.mark.parametrize("size", [(0, 0), (1, 1), (8, 3), (24, 4), (39, 9), (78, 14), (121, 20), (198, 56)])
def test_any_numbers_in_any_size(look: Look, size: tuple[int, int]) -> None:
    for bad in [0.05, 0.0, -1.0, np.nan, np.inf, -np.inf]:
        shares, edges = np.full(20, 0.05), np.linspace(0.0, 1.0, 21)
        shares[3] = bad
        for limits in (frozen(edges), frozen(np.where(edges > 0.5, bad, edges)), frozen([])):
            strange = Predictions(frozen(edges), frozen(shares), frozen(shares), limits, frozen(shares), frozen(shares), bad, 0.5)
            layers = (*LAYERS, Layer("D", "a layer with a name that is far too long for the table", bad, bad), Layer("", "", bad, bad))
            for drawn in (discriminator(strange, layers, *size, look), norms(layers, *size, look)):
                assert (drawn.width, drawn.height) == size, bad
                assert drawn.text().isascii() or not look.ascii_only, bad
