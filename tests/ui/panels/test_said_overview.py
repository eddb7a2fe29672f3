"""What each panel of the overview says of a run on the line, letter by letter."""

import pytest

DISTRIBUTION = """
╭─ distribution ────────── ██ real  ⠒⠒ generated  ╌╌ D(x) ─╮
│                                                     ├1   │
│                                                     │D(x)│
│                        ▂⢀▆▅⠒⠒  ⠑⠒  ⡀                │    │
│                    ⣀⣀⡀▄⠊⠁███▄      ⠈⠑  ⣀⡀           │    │
│⠉⠒  ⡀           ⢀⠔⠊⠉⢀⠔⠈⠉⠒⢄⡀███▆          ⠈  ⠉⠉  ⠉⠉  ⠉├0.5 │
│    ⠈⠒       ⢀⠤⠊⠁   ⠁█████⠘⠢⣀███▂                    │    │
│        ⠢⢄⢀⡠⠔⠁  ⠤⠒▁▅█████████⠑⠤⣀█▅▁                  │    │
│    ⢀⠤⠤⠔⠒⠉⠁ ⠉⠉▁▂▄▆██████████████⠉⠒⠢⠤⠤⢄▁▁             ├0   │
│────────┬─────────────────┬─────────────────┬────────     │
│        2                 4                 6             │
╰──────────────────────────────────────────────────────────╯
"""
LOSSES = """
╭─ losses ─────────────────────────────── G 0.718  D 1.39 ─╮
│      │                       ▼k steps: 2                 │
│      │⠠⡀                     ┊                           │
│2 ln 2┼┈⠈⠢⢄┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈⢀⣀⣀⣀⣀⣀⣀⣀⡀ D│
│      │    ⠉⠒⠤⡀        ⢀⣀⣀⠤⠤⠤⠤⠒⠒⠒⠒⠒⠒⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠁          │
│      │       ⠈⠉⣒⠤⢤⣒⠒⠉⠉⠁      ┊                           │
│     1┤    ⣀⠤⠒⠊⠉    ⠉⠉⠒⠒⠤⠤⣀⣀⣀ ┊                           │
│  ln 2┼┈⡠⠒⠉┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈⠉⠉⠉⠉⠒⠒⠒⠒⠒⠢⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⣀⣀⣀⣀⣀⡀ G│
│      │⠈                      ┊                           │
│      └───────────┬───────────┬────────────┬───────────┬  │
│                 500          1k          1.5k        2k  │
╰──────────────────────────────────────────────────────────╯
"""
SAMPLES = """
╭─ samples ──────────────────────────── 101 fixed latents ─╮
│ │                                         │              │
│6┤                                         │              │
│ │                                ⢀⣀⣀⡤⠤⠴⠒⠒⠉│⣿⣶⣶⡀          │
│4┤                      ⢀⣀⣠⠤⠤⠔⠒⠒⠉⠉⠁        │⣿⣿⣿⠄          │
│ │            ⣀⣀⡠⠤⠤⠒⠒⠒⠉⠉⠁                  │⣿⣿⣿⠂          │
│2┤ ⢀⣀⣀⠤⠤⠤⠒⠒⠊⠉⠉                             │⣿⣿⣿⠅          │
│ │⠉⠁                                       │⠉⠉            │
│  -2.5              z → x               2.5 points        │
╰──────────────────────────────────────────────────────────╯
"""
PREDICTIONS = """
╭─ predictions ─────────── ██ real  ⠒⠒ generated  ▒▒ both ─╮
│     accuracy 77% on generated                 81% on real│
│ 10%│                          ┊       ▂▂▂▃▃▃▂▂           │
│    │        ⣀⣀⡰⠒⠒⠉⠉⠉⠉⠉⠉⠉⠉⠒⠒⠒⠤⠤⢄▂▂▅▅▅██████████▇▇▇▃▃▃     │
│    │     ⢰⠒⠒⠁            ▁▁▁▆▆⠈⠉⠉⠒⠒⠒⣄⣀⡀█████████████▄▄   │
│    │  ⢸⠉⠉⠁             ▅▅▒▒▒▒▒▒▒▒▒▒▒▒▒⠘⠒⠒⣄⣀⡀██████████▃▃▃│
│    │⠉⠉⠁          ▄▄▄▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒⠘⠒⠒⢢⣀⣀████████│
│   0│   ▁▁▃▃▃▅▅▅▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒⠓⠒⠢⠤⠤⢄██│
│     ──────────────────────────┴──────────────────────────│
│     0 generated              0.5                   real 1│
╰──────────────────────────────────────────────────────────╯
"""
QUALITY = """
╭─ quality ─────────────────────── spread as wide as real ─╮
│W1 0.02  floor 0.009         sd ratio 1.02                │
│   1┤⠒⠤⡀                     1.1┤                       ⣀⡀│
│    │  ⠈⠑⠢⣀                    1┤⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⣀⡠⠤⠒⠒⠒⠉⠉⠉⠁⠁│
│    │      ⠉⠢⢄⡀                 │        ⢀⡠⠤⠒⠊⠉           │
│    │         ⠈⠑⠢⢄              │     ⢀⠤⠊⠁                │
│    │             ⠉⠒⠤⢄⡀         │  ⢀⡠⠒⠁                   │
│0.02┤                 ⠈⠉⠒⠢⠤⣀ 0.5┤⡠⠔⠁                      │
│     500               2.02k     500                 2.02k│
╰──────────────────────────────────────────────────────────╯
"""
KNOBS = """
╭─ knobs ────────────────────────────────────╮
│ k steps      ◂   1    ▸ k K 1 .. 20        │
│ G steps      ◂   1    ▸ < > 1 .. 20        │
│ minibatch    ◂  off   ▸ m   on / off       │
│ G lr         ◂ 0.002  ▸ g G 1e-7 .. 10     │
│ D lr         ◂ 0.002  ▸ l L 1e-7 .. 10     │
│ penalty x    ◂   1    ▸ p P 0.0001 .. 10k  │
│ batch        ◂  256   ▸ b B 2 .. 8192      │
│ device       ◂  cpu   ▸ v   cpu cuda       │
│ save every   ◂ 2,000  ▸ i I 1 .. 10M       │
│ pace         ◂  off   ▸ j J 0.1 .. 500, off│
╰────────────────────────────────────────────╯
"""
EVENTS = """
╭─ events ───────────────────────────────╮
│      0 · run runs/toy1d                │
│  1,000 ◆ k steps: 2 (was 1)            │
│  1,500 ▲ the batch is small            │
│  2,000 · checkpoint step-00002000      │
╰────────────────────────────────────────╯
"""
SAID = {
    "distribution": (DISTRIBUTION, "area discriminator discriminator_on_area fake fake_on_area real"),
    "losses": (LOSSES, "discriminator generator mark"),
    "samples": (SAMPLES, "fake"),
    "predictions": (PREDICTIONS, "area discriminator fake fake_on_area real"),
    "quality": (QUALITY, "fake"),
    "knobs": (KNOBS, "key"),
    "events": (EVENTS, "mark warning"),
}


@pytest.mark.parametrize("name", SAID)
def test_what_a_panel_of_the_overview_says(seen, said, name: str) -> None:
    assert said(name, seen(), *SAID[name]) == SAID[name]
