"""The toy1d preset as a plain PyTorch loop: the same mathematics, and nothing else.

python -m benchmarks.plain STEPS        prints steps per second, the first tenth left out
"""

import math
import sys
import time

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus


def network() -> nn.Sequential:
    """1 -> 32 -> 32 -> 1."""
    return nn.Sequential(nn.Linear(1, 32), nn.LeakyReLU(0.2), nn.Linear(32, 32), nn.LeakyReLU(0.2), nn.Linear(32, 1))


def latents(batch: int) -> Tensor:
    """Normal latents, one in each of `batch` equal slices."""
    levels = torch.rand(batch, 1)
    levels = (torch.rand(batch, 1).argsort(0) + levels) / batch
    return torch.erfinv(2 * levels.clamp(5e-7, 1 - 5e-7) - 1) * math.sqrt(2)


def train(steps: int, batch: int = 256, lr: float = 2e-3, epsilon: float = 0.1) -> float:
    """Train and return the steps per second."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    generator, discriminator, average = network(), network(), network()
    average.load_state_dict(generator.state_dict())
    weights: list[Tensor] = list(generator.parameters())
    averages: list[Tensor] = [weight.detach() for weight in average.parameters()]
    adam_g = torch.optim.Adam(generator.parameters(), betas=(0.0, 0.99), fused=True)
    adam_d = torch.optim.Adam(discriminator.parameters(), betas=(0.0, 0.99), fused=True)
    shift = torch.full((batch, 1), epsilon)
    shift[1::2] *= -1
    start, warm_up = 0.0, steps // 10
    for step in range(steps):
        if step == warm_up:
            start = time.perf_counter()
        adam_d.param_groups[0]["lr"] = adam_g.param_groups[0]["lr"] = lr / (1 + step / 1000)
        real = torch.randn(batch, 1)
        with torch.no_grad():
            fake = generator(latents(batch))
        logits = discriminator(real)
        penalty = 0.5 * ((discriminator(real + shift) - logits) / epsilon).square().mean()
        loss = softplus(-logits).mean() + softplus(discriminator(fake)).mean() + penalty
        adam_d.zero_grad()
        loss.backward()
        adam_d.step()
        gradients = torch.autograd.grad(softplus(-discriminator(generator(latents(batch)))).mean(), weights)
        for weight, gradient in zip(weights, gradients, strict=True):
            weight.grad = gradient
        adam_g.step()
        with torch.no_grad():
            torch._foreach_lerp_(averages, weights, 1 - min(0.999, (2 + step) / (6 + step)))
    return (steps - warm_up) / (time.perf_counter() - start)


if __name__ == "__main__":
    print(train(int(sys.argv[1])))
