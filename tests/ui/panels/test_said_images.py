"""What panels say of a run on images, letter by letter, where that differs from a run on the line."""

import pytest

DISTRIBUTION = """
╭─ images ────────────────────────── 64 fixed latents  28 × 28 grey ─╮
│generated                                             real          │
│  ▄▄▄▄▄▄▄▄       ▄▄▄▄      ▄▄▄▄▄▄▄▄▄▄    ▄▄▄▄▄▄▄▄         ▄▄▄▄      │
│ ▄▄▄▀▀▀▀▄▄▄     ▄▄▄▄▄▄▄   ▄▄▄▄ ▀▀▀▄▄▄▄  ▄▄▄▀▀ ▀▄▄▄      ▄▄▄▀▀▄▄▄    │
│  ▄ ▄▄▄▄▀▄     ▄▄ ▄▄▄▄▄    ▄▄▀▀ ▄▀▀▄▄   ▄▄▀▀▄ ▀▀▄▄      ▄▀▀▄▀▀▀▄    │
│  ▀▄▀▀▀▀ ▀     ▀▀▀▀▀ ▀▀    ▀▀▄▄▀ ▄▄▀▀   ▀▀▄▄ ▀▄▄▀▀      ▀▄▄▄▀▄▄▀    │
│ ▀▀▀▄▄▄▄▀▀▀    ▀▀▀▀▀▀▀    ▀▀▀▀▄▄▄ ▀▀▀▀  ▀▀▀▄ ▄▄▀▀▀      ▀▀▀▄▄▀▀▀    │
│  ▀▀▀▀▀▀▀▀       ▀▀▀▀      ▀▀▀▀▀▀▀▀▀▀    ▀▀▀▀▀▀▀▀         ▀▀▀▀      │
╰────────────────────────────────────────────────────────────────────╯
"""
GALLERY = """
╭─ samples ───────────────────────── 64 fixed latents  28 × 28 grey ─╮
│generated                                             real          │
│  ▄▄▄▄▄▄▄▄       ▄▄▄▄      ▄▄▄▄▄▄▄▄▄▄    ▄▄▄▄▄▄▄▄         ▄▄▄▄      │
│ ▄▄▄▀▀▀▀▄▄▄     ▄▄▄▄▄▄▄   ▄▄▄▄ ▀▀▀▄▄▄▄  ▄▄▄▀▀ ▀▄▄▄      ▄▄▄▀▀▄▄▄    │
│  ▄ ▄▄▄▄▀▄     ▄▄ ▄▄▄▄▄    ▄▄▀▀ ▄▀▀▄▄   ▄▄▀▀▄ ▀▀▄▄      ▄▀▀▄▀▀▀▄    │
│  ▀▄▀▀▀▀ ▀     ▀▀▀▀▀ ▀▀    ▀▀▄▄▀ ▄▄▀▀   ▀▀▄▄ ▀▄▄▀▀      ▀▄▄▄▀▄▄▀    │
│ ▀▀▀▄▄▄▄▀▀▀    ▀▀▀▀▀▀▀    ▀▀▀▀▄▄▄ ▀▀▀▀  ▀▀▀▄ ▄▄▀▀▀      ▀▀▀▄▄▀▀▀    │
│  ▀▀▀▀▀▀▀▀       ▀▀▀▀      ▀▀▀▀▀▀▀▀▀▀    ▀▀▀▀▀▀▀▀         ▀▀▀▀      │
│0 ┴──┴─┴──┴─┴──┴─┴──┴─┴──┴──┴─┴──┴─┴──┴─┴──┴─┴──┴─┴──┴ 2,000  ● live│
╰────────────────────────────────────────────────────────────────────╯
"""
QUALITY = """
╭─ quality ───────────────────────────────────── recall 50% ─╮
│precision           recall              Frechet distance    │
│0.8                 0.5                 14.2                │
│1┤⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⢀⣀⣀⣀⣀⠤⠤ 1┤⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁⠁ 100┤⠒⠢⠤⣀            │
│ │   ⣀⡠⠔⠒⠒⠉⠉⠁        │         ⣀⣀⡠⠤⠤⠤⠤⠤    │    ⠉⠑⠒⠤⠤⣀⡀     │
│0┤⠔⠒⠉               0┤⠤⠤⠤⠔⠒⠒⠊⠉⠉          10┤          ⠈⠉⠉⠑⠒⠒│
│  500         2.02k   500         2.02k     500        2.02k│
╰────────────────────────────────────────────────────────────╯
"""
EXPLAIN = """
╭─ explain ──────────────────────────────────────────────────────────────╮
│ WHAT YOU SEE                                                           │
│ ────────────────────────────────────────────────────────────────────── │
│ The generated images come from 64 fixed noise vectors, so that you can │
│ watch each change during training; the others are real images of the   │
│ data set. [Goodfellow et al. 2014, arXiv:1406.2661]                    │
│                                                                        │
│ ▼ more below                                                           │
╰────────────────────────────────────────────────────────────────────────╯
"""
SAID = {
    "distribution": (DISTRIBUTION, "fake real"),
    "gallery": (GALLERY, "fake good real"),
    "quality": (QUALITY, "fake"),
    "explain": (EXPLAIN, "fake key real"),
}


@pytest.mark.parametrize("name", SAID)
def test_what_a_panel_says_of_images(other, said, name: str) -> None:
    assert said(name, other("images"), *SAID[name]) == SAID[name]
