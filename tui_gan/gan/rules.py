"""What is in force of all that decides what D(x) means and where the losses rest."""

from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.rules import Rules
from tui_gan.gan.latents import codes
from tui_gan.gan.masks import completes
from tui_gan.gan.objectives import OBJECTIVES
from tui_gan.gan.optimizers import SCHEDULES
from tui_gan.gan.orders import COORDINATION
from tui_gan.gan.regularizers import REGULARIZERS, noise_sd


def rules(config: Config, knobs: Knobs, step: int = 0, k: int = 0) -> Rules:
    """The rules of a configuration whose choices go together, at a step of k updates of the discriminator."""
    noise, schedule = config.instance_noise, config.schedule
    weights = {name: weight * knobs.regularization for name, weight in config.regularizers.items() if weight}
    terms = [REGULARIZERS[name] for name in weights]
    extras = {
        "classes": config.classes,
        "codes": codes(config),
        "encoder": config.inference != "none",
        "stages": config.stages > 1,
        "masks": completes(config),
    }
    return Rules(
        objective=config.objective,
        label_smoothing=config.label_smoothing,
        packing=config.packing,
        minibatch_discrimination=knobs.minibatch_discrimination,
        noise=noise_sd(noise.sd, noise.steps, step, noise.end),
        flat=all(term.flat for term in terms),
        regularized=bool(weights),
        bound=sum((weight for name, weight in weights.items() if REGULARIZERS[name].bounds), 0.0),
        spectral=config.discriminator.spectral,
        schedule=SCHEDULES[schedule.kind](step, schedule.period, schedule.factor, schedule.floor),
        k=k if COORDINATION[config.coordination].adapts else 0,
        pairs=bool(config.classes) or config.inference != "none",
        exchanged=config.inference != "none" and not OBJECTIVES[config.objective].needs_real,
        extras=tuple(name for name, is_there in extras.items() if is_there),
        averaged=config.average_decay > 0,
    )
