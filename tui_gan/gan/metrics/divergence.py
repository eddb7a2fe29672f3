"""Divergences between distributions over finitely many bins, (..., bins), in nats."""

import numpy as np

from tui_gan.contract.snapshot import Floats


def kullback_leibler(p: Floats, q: Floats) -> Floats:
    """KL(p || q) = sum of p ln(p / q) over the bins where p > 0; q is nowhere 0 there."""
    ratio = np.divide(p, q, out=np.ones(np.broadcast_shapes(p.shape, q.shape)), where=p > 0)
    divergence: Floats = (p * np.log(ratio)).sum(-1)
    return divergence


def jensen_shannon(p: Floats, q: Floats) -> Floats:
    """JS(p, q) = KL(p || m) / 2 + KL(q || m) / 2 with m = (p + q) / 2, from 0 (the same) to ln 2 = 0.693 (nowhere together).

    Lin (1991), Divergence measures based on the Shannon entropy.
    """
    middle = (p + q) / 2
    return np.maximum(0.0, (kullback_leibler(p, middle) + kullback_leibler(q, middle)) / 2)
