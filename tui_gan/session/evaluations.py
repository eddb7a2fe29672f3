"""At which steps the metrics are measured: early ones that thin out, then every so many steps."""

from tui_gan.contract.config import Config
from tui_gan.gan.metrics import METRICS


def due(step: int, config: Config) -> bool:
    """Whether the metrics are measured at a step: at every multiple of `evaluate_every`, and early.

    The steps depend on the settings alone, never on a clock, so that a run that was stopped and resumed measures at the same steps
    as one that was not, and its history is the same bit for bit. Early stopping counts the multiples of `evaluate_every` alone, and
    the best checkpoint is chosen among those that were saved, so that early evaluations decide nothing: they are there to be seen.

    What they cost is bounded by their number, which grows with the logarithm of `evaluate_every`: with the presets' settings all
    evaluations up to `evaluate_every` take about 5 % of the training up to there.
    """
    return step % config.evaluate_every == 0 or early(step, config)


def early(step: int, config: Config) -> bool:
    """Whether a step below `evaluate_every` is 1, 3, 10, 30, 100, ... times `evaluate_from`.

    A metric that is measured only when asked for, such as FID, takes too long to be measured early.
    """
    if step >= config.evaluate_every or any(METRICS[name].asked for name in config.metrics):
        return False
    first = config.evaluate_from
    while first * 10 <= step:
        first *= 10
    return step in (first, 3 * first)
