"""What panels say of a run in the plane, letter by letter, where that differs from a run on the line."""

import pytest

DISTRIBUTION = """
╭─ plane ────────── ⠶ real ⠶ generated ⠶ both ▒▒ D(x) ─╮
│               │      ▄ ⢀⡠⣄▄          1               │
│              2┤  ▄⢀⣤⣄▄⠘⢿⣿⡷▄⣠⣦⣄▄                      │
│               │   ⠐⣿⣟⠗▀▀▀▀ ⠺⣿⠿⠁                      │
│               │▄▄⣠⣀⡄  ▀  ▀  ⢀⣀⡤⢄▄                    │
│              0┤ ⠐⣾⣿⡇        ⠠⢿⣿⡏     .5              │
│               │ ▀▀⠈▄▄▄ ▄▄ ▄▄▄⠈⠐▀                     │
│               │   ⢀⣶⡧▄▄▄▄▄▄⢴⣿⡂                       │
│             -2┤   ▀⠈▀▀⠠⢿⡿ ▀⠈⠃▀                       │
│               │    ▀▀ ▀▀▀▀ ▀▀        0               │
│                ───┬─────┬─────┬──                    │
│                   -2    0     2                      │
╰──────────────────────────────────────────────────────╯
"""
LAYERS = """
╭─ layers ── R ⠶ real  F ⠶ generated  H ▒ D(x)  M ⠒ map  A → arrows ─╮
│                     │       ▄ ⢀⢀⡄▄           1                     │
│                    2┤  ▄ ⢀⣀⡀⡎⠌⣾⣷⣿⠙⢀⣠⣀ ▄                            │
│                     │   ▄⣽⣿⣿⣂⠖⠈↓⠁⠤⢸⣿⣿⠗                             │
│                     │ ▄  ⠈⠉↘↘↘↓↓▀↙↙⠙⠁⠁⢀▄                           │
│                     │ ⢀⣾⣾⣾→⣤→↘   ←←⣒⢲⣼⣾⡆     .5                    │
│                    0┤ ▀⠹⠻⠻⠛→→     ←←⠉⠟⡛⠁                           │
│                     │▀   ⢀⢀▄▄▄  ▄▄⢀⢀⡀ ⡎ ▀                          │
│                     │ ▀  ⠼⡿⠃⡴⠦⣀⣀⠴⠒⠘⣿⠯⠚ ▀                           │
│                   -2┤  ▀▀▀▀⠰⢇⠠⢿⠿⣀⣠⠤⠈▀▀▀                            │
│                     │     ▀▀ ▀▀▀▀ ▀▀         0                     │
│                      ───┬──────┬─────┬───                          │
│                         -2     0     2                             │
╰────────────────────────────────────────────────────────────────────╯
"""
GALLERY = """
╭─ samples ──────────── ⠶ real ⠶ generated ⠶ both ▒▒ D(x) ─╮
│                  │    ▄▄ ⣠⡠⣄▄▄        1                  │
│                 2┤   ⢠⣶⣄⠐⠿⠿⠇⠠⣴⣶⡀                         │
│                  │   ⠙⠿⠛⠁    ⠻⠟⠃                         │
│                  │ ⢐⣶⣾▄      ▄⢲⣶⣧     .5                 │
│                 0┤ ⠈⠛⠟  ▄  ▄  ⠙⠻⠃                        │
│                  │   ⢠⣤⡀▄▄▄▄▄⣤⡤                          │
│                -2┤ ▀▀⠉⠉▀⢀⣶⣶ ▀⠻⠁▀▀                        │
│                  │   ▀▀▀▀⠈▀▀▀▀▀       0                  │
│                   ────────┬───────                       │
│                           0                              │
│0 ┴─┴─┴─┴─┴─┴─┴─┴─┴─┴─┴──┴─┴─┴─┴─┴─┴─┴─┴─┴─┴ 2,000  ● live│
╰──────────────────────────────────────────────────────────╯
"""
QUALITY = """
╭─ quality ────────────────────────────────── 5 modes found ─╮
│modes found 5                 near a mode 0.83              │
│5┤                ⢀⣀⣀⠤⠤⠤⠒⠒⠒⠉⠁ 1┤⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⣀⣀⣀⣀⡀│
│ │       ⣀⡠⠤⠔⠒⠒⠊⠉⠉⠁            │         ⢀⣀⣀⡠⠤⠤⠔⠒⠒⠊⠉⠉⠉⠉     │
│ │ ⣀⡠⠤⠒⠊⠉                      │ ⢀⣀⡠⠤⠔⠒⠊⠉⠁                  │
│0┤⠉                           0┤⠉⠁                          │
│  500                   2.02k   500                    2.02k│
│reverse KL 0.5                sliced W1 0.3                 │
│  2┤⠉⠒⠢⠤⣀⡀                      1┤⠉⠒⠒⠤⢄⣀⡀                   │
│   │     ⠈⠉⠒⠢⠤⣀⣀                 │      ⠈⠉⠒⠒⠢⠤⢄⣀⣀           │
│   │            ⠉⠉⠒⠢⠤⢄⣀          │               ⠉⠉⠒⠒⠒⠤⠤⠤⣀⣀⡀│
│0.5┤                   ⠉⠑⠒⠤⢄⡀ 0.2┤                          │
│    500                 2.02k     500                  2.02k│
╰────────────────────────────────────────────────────────────╯
"""
EXPLAIN = """
╭─ explain ──────────────────────────────────────────────────────────────╮
│ WHAT YOU SEE                                                           │
│ ────────────────────────────────────────────────────────────────────── │
│ Points of one colour are real, those of the other are generated from   │
│ fixed noise vectors. Brighter shading means larger D(x). The colour    │
│ scale adapts to the range of D(x); read its limits before you compare. │
│ D(x) is the discriminator's estimated probability that x is real. For  │
│ a fixed G the optimal discriminator is D*(x) = p(x) / (p(x) + q(x)),   │
│ ▼ more below                                                           │
╰────────────────────────────────────────────────────────────────────────╯
"""
SAID = {
    "distribution": (DISTRIBUTION, "discriminator fake real"),
    "layers": (LAYERS, "discriminator fake generator key real"),
    "gallery": (GALLERY, "discriminator fake good real"),
    "quality": (QUALITY, "fake"),
    "explain": (EXPLAIN, "discriminator fake generator key real"),
}


@pytest.mark.parametrize("name", SAID)
def test_what_a_panel_says_of_a_plane(other, said, name: str) -> None:
    assert said(name, other("plane"), *SAID[name]) == SAID[name]
