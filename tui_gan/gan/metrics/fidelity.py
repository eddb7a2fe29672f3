"""FID and KID through torch-fidelity, an optional library that downloads the weights of its Inception network at first use."""

import torch
from torch import Tensor
from torch.utils.data import Dataset

from tui_gan.contract.errors import UsageError, first_line
from tui_gan.gan.datasets.dataset import Images
from tui_gan.gan.metrics.pixels import Pixels, drawn, of_samples, require

MOST = 10_000
SUBSET = 1_000


class _Bytes(Dataset[Tensor]):
    """Images, uint8 (n, 3, H, W), as torch-fidelity reads them: one tensor an item."""

    def __init__(self, images: Tensor) -> None:
        self.images = images

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> Tensor:
        return self.images[index]


def inception(samples: Pixels, truth: Images) -> dict[str, float]:
    """FID and KID of n generated and n training images in the 2,048 features of Inception v3, by torch-fidelity.

    n is 10,000, or all where there are fewer samples or fewer training images, and at least 2; the first n samples, rounded to 0 .. 255,
    and n training images drawn by a fixed seed; grey images are repeated to three channels.

    - fid: |m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)) of Gaussians fitted to the features. Few images raise it: only values at the same n
      compare, and papers mostly use 50,000.
    - kid: the mean over 100 subsets of min(n, 1,000) images of the unbiased squared MMD with the kernel (a . b / 2048 + 1)^3. Its mean
      does not depend on n, and can be a little below 0.

    Heusel et al. (2017), arXiv:1706.08500; Binkowski et al. (2018), arXiv:1801.01401.

    Raises:
        UsageError: torch-fidelity is not installed, or could not load its weights.
    """
    try:
        import torch_fidelity
    except (ImportError, RuntimeError) as error:  # A torchvision that was built for another torch fails with RuntimeError.
        raise UsageError(f"fid and kid need torch-fidelity, install tui-gan[fidelity] ({first_line(error)})") from error
    count = min(MOST, len(samples), len(truth.train))
    require(truth.train, 2, "training")
    # +1/2, because the conversion to whole numbers cuts off.
    fake = (of_samples(samples, count).clamp(0, 1) * 255 + 0.5).to(torch.uint8)
    real = drawn(truth.train, count).cpu()
    try:
        metrics = torch_fidelity.calculate_metrics(
            input1=_Bytes(_colour(fake)),
            input2=_Bytes(_colour(real)),
            fid=True,
            kid=True,
            kid_subset_size=min(SUBSET, count),
            cuda=torch.cuda.is_available(),
            save_cpu_ram=True,  # Loads in this process: its workers would each start another Python.
            verbose=False,
        )
    except OSError as error:
        raise UsageError(f"torch-fidelity could not load the weights that it downloads at first use: {first_line(error)}") from error
    return {"fid": float(metrics["frechet_inception_distance"]), "kid": float(metrics["kernel_inception_distance_mean"])}


def _colour(images: Tensor) -> Tensor:
    """(n, 1 or 3, H, W) to (n, 3, H, W)."""
    return images.expand(-1, 3, -1, -1)
