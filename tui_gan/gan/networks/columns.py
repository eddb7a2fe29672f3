"""The column norm constraint: no unit has incoming weights whose Euclidean norm is larger than a limit."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from tui_gan.gan.minibatch import MinibatchDiscrimination

# A weight, and the axis of it along which its units lie.
Matrix = tuple[Tensor, int]


def columns(network: nn.Module) -> list[Matrix]:
    """The weights of a network by which its units read those before them; neither biases nor those of a normalisation.

    Each of the linear functions of which a unit of maxout takes the largest has a norm of its own.
    """
    matrices: list[Matrix] = []
    for layer in network.modules():
        if isinstance(layer, nn.Linear | nn.Conv2d):
            matrices.append((layer.weight, 0))
        elif isinstance(layer, nn.ConvTranspose2d):
            matrices.append((layer.weight, 1))
        elif isinstance(layer, MinibatchDiscrimination):
            matrices.append((layer.projection, 1))
    return matrices


@torch.no_grad()
def limit_columns_(matrices: Sequence[Matrix], limit: float) -> None:
    """Scale the incoming weights w of each unit to w min(1, limit / |w|), as pylearn2's max_col_norm does after each update.

    pylearn2 divides by |w| + 1e-7, so that every norm sinks by 1e-7 there.
    """
    for weight, axis in matrices:
        weight.mul_(_scale(weight, axis, limit))


def limited(weight: Tensor, axis: int, limit: float) -> Tensor:
    """As `limit_columns_`, of one weight, out of place."""
    return weight * _scale(weight, axis, limit)


def _scale(weight: Tensor, axis: int, limit: float) -> Tensor:
    others = [each for each in range(weight.dim()) if each != axis]
    norms: Tensor = torch.linalg.vector_norm(weight, dim=others, keepdim=True)
    return (limit / norms).clamp(max=1.0)
