"""What each view's own panel says of a run on the line, letter by letter."""

import pytest

LAYERS = """
╭─ layers ───────────── R █ real  F ⠒ generated  H ╌ D(x)  O ╌ D*  M ╱ z to x ─╮
│1.0┤                                                                     ├1   │
│   │                                 ▂▂⣀⣀⣀⠤⠤⠤⠤⠤⠤⣀⣀⢄⣀                     │    │
│   │                          ⣀⣀⣀⢀⡠⠤⠒⠉⠉██▆▃         ⠒⠤⠑⠒⣀⣀               ├0.5 │
│0.5┤⠉⠉  ⠤⢄              ⣀⡠⠔⠊⠉⠉⣀⠔⠊⠉⠉⠑⠒⠤⢄⡀████▄             ⠉⠒⠉⠉  ⠉⠉  ⠉⠉  ⠉│    │
│   │        ⠒⠢  ⡀  ⣀⡠⠔⠊⠉ ⢀⣀⠤⠒⠉▅████████⠈⠑⠢⠤⣀██▅▂              ⠑⠢         │    │
│0.0┤  ⣀⣀  ⣀⡠⠤⠤⠤⠒⠒⠉⠉⣀⠒⠒⠤⠒⠉⠁▄▆████████████████⠉⠉⠒⠒⠤⠤⠤⢄▂▁▁           ⠉⠒  ⠤⠤ ├0   │
│    ┬──────────┬───────────┬──────────┬───────────┬──────────┬──────────┬     │
│    1          2           3          4           5          6          7 x   │
│         ⢀⡤⠚⢁⡴⠋⢀⡜⠁⢀⠏ ⢸  ⢱ ⠈⢧ ⠙⢦⠈⠳⢄⠙⠢⣍⠓⠮⣝⠒⠭⣑⠺⠭⣒⠫⠵⣚⠭⠾⣛⠵⢖⣢⠤⢄⣀                    │
│       ⣠⠔⠋ ⡴⠋ ⢠⠎  ⡼  ⢸  ⠈⡇ ⠈⢳⡀⠈⠳⣄ ⠙⢦⡀⠙⠢⢄⠉⠒⠤⣉⠒⠦⢍⡓⠢⠭⣑⠒⠭⢕⡒⠫⠭⣒⠫⠭⢖⣒⠤⠤⣀⡀            │
│     ⡠⠚⠁ ⡰⠋  ⢰⠋  ⢰⠃  ⢸   ⢸   ⠳⡀ ⠈⠳⡄ ⠉⠲⡄ ⠙⠲⡄⠈⠙⠢⡄⠉⠑⠢⢄⠉⠓⠢⢌⠉⠒⠢⢍⠉⠒⠢⢍⠑⠒⠪⠭⡑⠒⠢⠤⡀      │
│    ──────┬─────────────┬─────────────┬─────────────┬─────────────┬──────     │
│          -2            -1            0             1             2       z   │
╰──────────────────────────────────────────────────────────────────────────────╯
"""
DISCRIMINATOR = """
╭─ discriminator ─────────────────── ██ real  ⠒⠒ generated  ▒▒ both ─╮
│D(x): D's outputs on real and generated samples                     │
│ 10%│                   ⣀⣀⣀         ┊      ▂▂▂▃▃▃▄▄▄▃▃▃▁▁▁▁         │
│    │      ⢀⣀⣀⡰⠒⠒⠊⠉⠉⠉⠉⠉⠉   ⠉⠉⠉⠉⠉⠉⠑⠒⠒⠢⠤⠤⢄▇▇▇████████████████▅▅▅      │
│    │   ⡤⠤⠤⠜               ▁▁▁▅▅▅▒▒▒▒▒▒⠈⠉⠉⠉⠒⠒⠒⣄⣀⣀█████████████▇▇▇   │
│    │⠒⠒⠒⠁            ▂▂▂▆▆▆▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒⠓⠒⠒⠤⠤⠤⢄████████████│
│   0│   ▁▁▁▂▂▂▄▄▄▄▇▇▇▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒⠈⠉⠉⠑⠒⠒⠢⠤⠤⠤⡀██│
│     0 generated                   0.5                        real 1│
│accuracy 81% on real █████████▊──  77% on generated ████████████▍───│
│D classifies most samples correctly      best threshold: 72% correct│
│                                                                    │
│  layer            weights 1e-2        1e1  gradient 1e-3        1e0│
│D linear 1 > 64        4.1 █████████████▏      0.034 ███████▋       │
│D linear 64 > 64       5.6 █████████████▊       0.08 █████████▌     │
│D linear 64 > 1        0.9 █████████▊              -                │
│  ↓ 2 more                                                          │
╰────────────────────────────────────────────────────────────────────╯
"""
GALLERY = """
╭─ samples ───────────────── ██ real  ⠒⠒ generated  ╌╌ D(x) ─╮
│                                                       ├1   │
│                                                       │D(x)│
│                           ▁ ⢀  ⣀⣀                     │    │
│                         ⢀██⠉⠁      ⠑⠢                 │    │
│                    ⢀⣀⣀⡀⠔⠁████▆         ⠤⣀             ├0.5 │
│⠑⠒               ⢀⠤⠊⠁  ⠈⠑⠤⡀████▇            ⠉⠉  ⠉⠉  ⠉⠉ │    │
│    ⠑⢄         ⢠⠔⠁  ⡠⠊████⠈⠱⢄████                      │    │
│        ⡀    ⡠⠊⠁    ▂███████⠈⠑⢄███▂                    │    │
│        ⠈⠑⣀⠤⠋⣀  ⠔⠊ ▅███████████⠑⠢⣀█▅                   │    │
│    ⡠⠤⠤⠔⠒⠉   ▁▁▂▃▅████████████████⠉⠒⠒⠤⠤⢄▁▁             ├0   │
│┬────────┬────────┬────────┬────────┬────────┬────────┬     │
│1        2        3        4        5        6        7     │
│0 ┴─┴─┴─┴──┴─┴─┴─┴─┴─┴──┴─┴─┴─┴─┴─┴─┴──┴─┴─┴─┴ 2,000  ● live│
╰────────────────────────────────────────────────────────────╯
"""
CURVES = """
╭─ curves ──────────────────────────────────────── chart 1 of 3 ─╮
│losses  G 0.718  D 1.39  nats                                   │
│      │                          ▼k steps: 2                    │
│      │⡄                         ┊                              │
│      │⠈⠢⣄                       ┊                              │
│2 ln 2┤⠂⠂⠈⠓⢄⡀⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⠂⣀⣀⣀⣀⣀⣀⣀⡠⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠒D │
│      │     ⠉⠲⢄⡀         ⣀⣀⡤⠤⠤⠖⠒⠒⠚⠉⠉⠉⠉⠁                         │
│      │        ⠉⠓⠦⣀⣠⠤⠖⠒⠉⠉        ┊                              │
│   1.0┤      ⢀⣠⠴⠒⠉⠁⠉⠑⠲⠤⣄⣀        ┊                              │
│      │   ⢀⡤⠚⠉          ⠈⠉⠙⠒⠲⠤⠤⣀⣀⣀                              │
│      │⢀⡤⠚⠁                      ┊⠉⠉⠉⠙⠒⠒⠒⠒⠒⠤⠤⠤⠤⠤⠤⠤⠤⣄⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀G │
│  ln 2┤⠋⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁  │
│      └────────────┬─────────────┬─────────────┬─────────────┬  │
│                  500            1k           1.5k        step  │
│← → or a click: read values off at a step                       │
╰────────────────────────────────────────────────────────────────╯
"""
SETTINGS = """
╭─ knobs and settings ───────────────────────────── 1 of 13 ─╮
│knobs ──────────────────────────────────────────────────────│
│▸k steps         ◂       1        ▸ k K 1 .. 20             │
│ G steps         ◂       1        ▸ < > 1 .. 20             │
│ minibatch       ◂      off       ▸ m   on / off            │
│ G lr            ◂     0.002      ▸ g G 1e-7 .. 10          │
│ D lr            ◂     0.002      ▸ l L 1e-7 .. 10          │
│ penalty x       ◂       1        ▸ p P 0.0001 .. 10k       │
│ batch           ◂      256       ▸ b B 2 .. 8192           │
│ device          ◂      cpu       ▸ v   cpu cuda            │
│ save every      ◂     2,000      ▸ i I 1 .. 10M            │
│ pace            ◂      off       ▸ j J 0.1 .. 500, off     │
│── k_steps ─────────────────────────────────────────────────│
│Discriminator updates per step.                             │
│[Goodfellow et al. 2014, arXiv:1406.2661]                   │
│                                                            │
│u undo  k steps: 2 -> 1                                     │
╰────────────────────────────────────────────────────────────╯
"""
MACHINE = """
╭─ machine ──────────────────────────────────────────────────────────────────╮
│ speed       1030 steps/s                                                   │
│                                                                            │
│ one step    900 us                                                         │
│             ██████████████████████████████████████████████████████████████ │
│ █ data 110 us 12%  █ D 420 us 47%  █ G 290 us 32%  █ other 80.0 us 9%      │
│                                                                            │
│ processor   ━━━━━━━━━━━━━━━━━━━━━────────────────── 1.10 of 2 cores        │
│ memory      ━━───────────────────────────────────── 340 MB of 8.20 GB      │
│ GPU         ━━━━━━━━━━━━━━━━━────────────────────── 43% in use, 51 C, H100 │
│ GPU memory  ━────────────────────────────────────── 2.10 GB of 85.0 GB     │
│ screen      ─────────────────────────────────────── 0.0% of one core       │
│ terminal                                            0 B/s                  │
╰────────────────────────────────────────────────────────────────────────────╯
"""
EXPLAIN = """
╭─ explain ──────────────────────────────────────────────────────────────╮
│ WHAT YOU SEE                                                           │
│ ────────────────────────────────────────────────────────────────────── │
│ The filled area is the density of the real numbers, the outline that   │
│ of the generated ones, and the dashed line is D(x). D(x) is the        │
│ discriminator's estimated probability that x is real. For a fixed G    │
│ the optimal discriminator is D*(x) = p(x) / (p(x) + q(x)), where p is  │
│ the data density and q the density of G. If p = q, D* = 1/2            │
│ everywhere. [Goodfellow et al. 2014, arXiv:1406.2661]                  │
│                                                                        │
│ The run is paused: s trains one step, n shows one in slow motion, d    │
│ and f make one update of D or G alone, and space goes on.              │
│ ▼ more below                                                           │
╰────────────────────────────────────────────────────────────────────────╯
"""
SAID = {
    "layers": (LAYERS, "area discriminator discriminator_on_area fake fake_on_area generator key optimal optimal_on_area real"),
    "discriminator": (DISCRIMINATOR, "area discriminator fake fake_on_area real"),
    "gallery": (GALLERY, "area discriminator discriminator_on_area fake fake_on_area good real"),
    "curves": (CURVES, "discriminator generator mark"),
    "settings": (SETTINGS, "key"),
    "machine": (MACHINE, "discriminator generator real"),
    "explain": (EXPLAIN, "discriminator fake generator key real"),
}


@pytest.mark.parametrize("name", SAID)
def test_what_the_panel_of_a_view_says(seen, said, name: str) -> None:
    assert said(name, seen(), *SAID[name]) == SAID[name]
