"""Divergences between distributions over finitely many bins, in nats."""

import numpy as np

from tui_gan.contract.snapshot import Floats


def kullback_leibler(p: Floats, q: Floats) -> float:
    """KL(p || q) = sum of p ln(p / q) over the bins where p > 0; q is nowhere 0 there."""
    there = p > 0
    return float((p[there] * np.log(p[there] / q[there])).sum())


def jensen_shannon(p: Floats, q: Floats) -> float:
    """JS(p, q) = KL(p || m) / 2 + KL(q || m) / 2 with m = (p + q) / 2, from 0 (the same) to ln 2 = 0.693 (nowhere together).

    Lin (1991), Divergence measures based on the Shannon entropy.
    """
    middle = (p + q) / 2
    return max(0.0, (kullback_leibler(p, middle) + kullback_leibler(q, middle)) / 2)
