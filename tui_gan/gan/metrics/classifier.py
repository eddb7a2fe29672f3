"""A small classifier of MNIST digits, whose penultimate activations are the feature space of `classifier_frechet`."""

import dataclasses
from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional

from tui_gan.contract.errors import UsageError

SHAPES = {
    "conv1.weight": (16, 1, 5, 5),
    "conv1.bias": (16,),
    "conv2.weight": (32, 16, 5, 5),
    "conv2.bias": (32,),
    "fc1.weight": (64, 512),
    "fc1.bias": (64,),
    "fc2.weight": (10, 64),
    "fc2.bias": (10,),
}


@dataclasses.dataclass(frozen=True, eq=False)
class Classifier:
    """Two 5x5 convolutions, each with ReLU and a 2x2 maximum, 64 features with ReLU, 10 logits: 46,730 parameters.

    Attributes:
        weights: float32 tensors by the names and shapes of `SHAPES`.
    """

    weights: Mapping[str, Tensor]

    def features(self, images: Tensor) -> Tensor:
        """Float32 (n, 1, 28, 28) in [0, 1], white on black, to the activations of the last hidden layer, float32 (n, 64), none below 0."""
        w = self.weights
        hidden = functional.max_pool2d(functional.conv2d(images, w["conv1.weight"], w["conv1.bias"]).relu(), 2)
        hidden = functional.max_pool2d(functional.conv2d(hidden, w["conv2.weight"], w["conv2.bias"]).relu(), 2)
        return functional.linear(hidden.flatten(1), w["fc1.weight"], w["fc1.bias"]).relu()

    def forward(self, images: Tensor) -> Tensor:
        """Float32 (n, 1, 28, 28) in [0, 1] to logits of the digits 0 .. 9, float32 (n, 10)."""
        return functional.linear(self.features(images), self.weights["fc2.weight"], self.weights["fc2.bias"])


def of_weights(weights: Mapping[str, Tensor]) -> Classifier:
    """A classifier of stored weights, in float32 on the device that they are on.

    Raises:
        UsageError: names or shapes are not those of `SHAPES`.
    """
    shapes = {name: tuple(weight.shape) for name, weight in weights.items()}
    if shapes != SHAPES:
        wrong = sorted(name for name in shapes.keys() | SHAPES.keys() if shapes.get(name) != SHAPES.get(name))
        raise UsageError(f"the weights are not those of the digit classifier ({wrong[0]} is missing, unknown or of another shape)")
    return Classifier({name: weight.to(torch.float32) for name, weight in weights.items()})
