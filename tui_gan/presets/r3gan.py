"""R3GAN (Huang et al. 2024): a relativistic objective with R1 and R2, and residual networks without normalisation."""

from msgspec.structs import replace

from tui_gan.contract.config import Optimizer, Schedule
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.network import Network
from tui_gan.presets.ours import CIFAR10
from tui_gan.presets.preset import Preset

# Images after which the source's schedules end, at its batch of 512.
STEPS = 39_063
NETWORK = Network(kind="r3gan", widths=(192,) * 4)

CIFAR10_R3GAN = Preset(
    summary="R3GAN on small colour photographs, with networks a quarter as wide as the source's; a GPU is needed.",
    source="Huang et al. 2024, 'The GAN is dead; long live the GAN! A modern baseline GAN', arXiv:2501.05441, and its code R3GAN",
    deviations=(
        "each size of image has 192 channels in place of 768, and the generator 1.6 million weights in place of 20.7 million, which "
        "--set generator.widths=768,768,768,768 and the same of the discriminator bring back; R1 and R2 keep the weight .05, which the "
        "source lets fall to .005, and Adam's beta2 is .99, to which the source's rises from .9; the images are not augmented, and the "
        "averaged generator has a decay of .999; batches of 64, in place of 512"
    ),
    config=replace(
        CIFAR10.config,
        preset="cifar10-r3gan",
        steps=STEPS,
        latent_dim=64,
        generator=NETWORK,
        discriminator=NETWORK,
        objective="relativistic",
        regularizers={"r1": 0.05, "r2": 0.05},
        lazy=1,
        optimizer=Optimizer(beta1=0.0, beta2=0.99),
        schedule=Schedule(kind="cosine", period=STEPS, floor=0.25),
    ),
    knobs=Knobs(generator_lr=2e-4, discriminator_lr=2e-4, batch_size=64, checkpoint_every=1_000),
    with_data=CIFAR10.with_data,
)

R3GAN = (CIFAR10_R3GAN,)
