"""What the discriminator says of real and of generated samples."""

import numpy as np
import torch

from tui_gan.contract.knobs import Knobs
from tui_gan.contract.snapshot import Floats, Predictions, frozen
from tui_gan.gan.trainer import Trainer

BINS = 20
JUDGED = 256
EDGES = frozen(np.linspace(0.0, 1.0, BINS + 1))


def predictions(trainer: Trainer, knobs: Knobs) -> Predictions:
    """Histograms of D(x) on JUDGED real samples, the same for the whole run, and on the samples of the fixed latents."""
    real = trainer.dataset.sample(JUDGED, torch.Generator().manual_seed(1), "cpu")
    fake = trainer.sample(trainer.fixed_latents[:JUDGED])
    # With minibatch discrimination or packing each is judged in the company of its own kind.
    return Predictions(EDGES, *(_shares(trainer.judge(each, knobs, each)[:, 0].cpu().numpy()) for each in (real, fake)))


def _shares(verdicts: Floats) -> Floats:
    counts, _ = np.histogram(verdicts, BINS, (0.0, 1.0))
    return frozen(counts / max(1, counts.sum()))
