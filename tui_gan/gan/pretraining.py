"""What the discriminator may be taught before the game: the density of the data."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn.functional import mse_loss

from tui_gan.contract.knobs import Knobs
from tui_gan.gan.datasets.dataset import Line

if TYPE_CHECKING:
    from tui_gan.gan.trainer import Trainer

# In units of the data (AYLIEN's gan-intro, 2016).
RANGE = (-5.0, 5.0)


def density_loss(trainer: "Trainer", knobs: Knobs) -> Tensor:
    """Mean of (D(d) - p(d))^2 at d ~ U(-5, 5), with p the density of the data."""
    truth = trainer.dataset.truth
    assert isinstance(truth, Line)
    assert truth.density
    low, high = RANGE
    points = low + (high - low) * torch.rand(knobs.batch_size, 1, generator=trainer.stream, dtype=torch.float64)
    wanted = torch.from_numpy(truth.density(points.numpy())).float().to(trainer.device)
    x = torch.from_numpy((points.numpy() - trainer.dataset.location) / trainer.dataset.scale).float().to(trainer.device)
    return mse_loss(torch.sigmoid(trainer.discriminator(x, knobs.minibatch_discrimination)), wanted)
