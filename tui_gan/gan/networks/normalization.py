"""Virtual batch normalisation (Salimans et al. 2016, arXiv:1606.03498, section 3.5)."""

import torch
from torch import Tensor, nn

EPSILON = 1e-5


class VirtualBatchNorm(nn.Module):
    """Normalises each sample by the statistics of a fixed reference batch together with itself, so that it knows no other sample.

    y = weight (x - m) / sqrt(v + 1e-5) + bias for each feature. The R rows of the reference batch take its own mean m_R and
    variance v_R (divided by the count), any other row with mean m_x and variance v_x over its own pixels those of both:

        m = (R m_R + m_x) / (R + 1)
        v = (R v_R + v_x) / (R + 1) + R (m_x - m_R)^2 / (R + 1)^2
    """

    def __init__(self, features: int, reference_size: int) -> None:
        super().__init__()
        self.features, self.reference_size = features, reference_size
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))

    def forward(self, x: Tensor) -> Tensor:
        """Normalise.

        Args:
            x: (R + B, F) or (R + B, F, H, W); the first R = `reference_size` rows are the reference batch.

        Returns:
            The same shape.
        """
        rows = x.flatten(2) if x.dim() > 2 else x[:, :, None]
        reference, samples = rows.tensor_split((self.reference_size,))
        reference_variance, reference_mean = torch.var_mean(reference, (0, 2), correction=0)
        own_mean = samples.mean(2)
        own_variance = (samples - own_mean[:, :, None]).square().mean(2)
        share = 1 / (self.reference_size + 1)
        mean = reference_mean.lerp(own_mean, share)
        variance = reference_variance.lerp(own_variance, share) + share * (1 - share) * (own_mean - reference_mean).square()
        mean = torch.cat((reference_mean.expand(len(reference), -1), mean))
        variance = torch.cat((reference_variance.expand(len(reference), -1), variance))
        factor = self.weight * (variance + EPSILON).rsqrt()
        normalised: Tensor = (rows - mean[:, :, None]) * factor[:, :, None] + self.bias[:, None]
        return normalised.view_as(x)
