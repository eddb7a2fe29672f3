"""Log-likelihood of test images under a Parzen window on generated images."""

import math

import numpy as np
import torch
from torch import Tensor

from tui_gan.gan.datasets.dataset import Images
from tui_gan.gan.metrics.pixels import Pixels, blocks, of_bytes, of_samples, require, rows

SAMPLES = 10_000
VALIDATION = 1_000
SIGMAS = tuple(np.logspace(-1, 0, 10).tolist())
BLOCK = 500


def parzen(samples: Pixels, truth: Images) -> dict[str, float]:
    """Mean log-likelihood of all test images in nats, and its standard error, by a Gaussian at each of the first 10,000 samples.

    LL(x) = ln mean over i of exp(-|x - s_i|^2 / (2 sigma^2)) - d ln(sigma sqrt(2 pi)), with x and the samples s_i in [0, 1]^d. sigma is
    that one of np.logspace(-1, 0, 10) with the largest mean LL of the validation images: the first 1,000 (fewer in a small data set)
    of those held out of the training, which are 50,000 .. 50,999 of MNIST where the first 50,000 are trained on. Where none are held
    out, they are the 1,000 after the first five sixths. parzen is the mean of LL over the n test images, parzen_se their standard
    deviation / sqrt(n).

    The protocol of Goodfellow et al. (2014), arXiv:1406.2661, which reports 225 +- 2 for MNIST. It is kept for that comparison: fewer
    samples lower it, and Theis et al. (2015), arXiv:1511.01844, show how little it says of the samples' quality.
    """
    centres = rows(of_samples(samples, SAMPLES))
    held_out = truth.train[len(truth.train) * 5 // 6 :] if truth.held_out is None else truth.held_out
    validation = held_out[:VALIDATION]
    require(validation, 1, "validation")
    require(truth.test, 1, "test")
    means = log_likelihoods(validation, centres, SIGMAS).mean(0)
    sigma = SIGMAS[int(means.argmax())]
    likelihoods = log_likelihoods(truth.test, centres, (sigma,))[:, 0]
    return {"parzen": float(likelihoods.mean()), "parzen_se": float(likelihoods.std(correction=0)) / math.sqrt(len(likelihoods))}


def log_likelihoods(images: Tensor, centres: Tensor, sigmas: tuple[float, ...]) -> Tensor:
    """LL of n images, uint8, for each sigma, float64 (n, len(sigmas)), each right to about 0.002; `centres` is float32 (N, d)."""
    # Distances are the same from any origin, and float32 loses least of them near the middle.
    middle = centres.mean(0)
    centres = centres - middle
    half = centres.square().sum(1) / 2
    likelihoods = [_of_block(rows(of_bytes(block)) - middle, centres, half, sigmas) for block in blocks(images, BLOCK)]
    return torch.cat(likelihoods)


def _of_block(x: Tensor, centres: Tensor, half: Tensor, sigmas: tuple[float, ...]) -> Tensor:
    """As `log_likelihoods`, of a few images as rows; `half` is half the squared length of each centre."""
    # |x - s|^2 / 2 without |x|^2 / 2, which is the same for all centres and is added in float64.
    gaps = torch.addmm(half, x, centres.T, alpha=-1)
    least = gaps.min(1, keepdim=True).values
    nearest = least[:, 0].double() + x.double().square().sum(1) / 2
    # What is left is small where it counts, so that float32 is enough for the exponentials.
    gaps -= least
    likelihoods = []
    for sigma in sigmas:
        mean = (gaps / -(sigma * sigma)).exp_().mean(1)
        likelihoods.append(mean.log() - nearest / sigma**2 - x.shape[1] * math.log(sigma * math.sqrt(2 * math.pi)))
    return torch.stack(likelihoods, 1)
