"""A generator that completes: what is observed stays as it is, and a network makes the rest."""

import torch
from torch import Tensor, nn

from tui_gan.gan.completion import completed, parts


class Completing(nn.Sequential):
    """(B, 3 P) latents [z, m, m x] -> (B, *X): m x + (1 - m) G([m x + (1 - m) z, m]) (Yoon et al. 2018, arXiv:1806.02920, section 4).

    Its layers are those of G, which takes 2 P numbers.
    """

    def raw(self, latents: Tensor) -> Tensor:
        """What G itself says of every value, of observed ones too, (B, *X)."""
        noise, mask, seen = parts(latents)
        x = torch.cat((seen + (1 - mask) * noise, mask), 1)
        for layer in self:
            x = layer(x)
        return x

    def forward(self, latents: Tensor) -> Tensor:
        """Complete."""
        raw = self.raw(latents)
        return completed(raw.flatten(1), latents).view_as(raw)
