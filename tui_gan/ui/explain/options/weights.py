"""What else the weights follow: other losses, means over time, and the end of training."""

from tui_gan.ui.explain.options.option import Option, setting
from tui_gan.ui.explain.reading import Reading
from tui_gan.ui.explain.text import Paragraph


def early_stopping(reading: Reading) -> Paragraph | None:
    """The metric that ends training."""
    metric, wanted = reading.settings.get("stop.metric"), reading.number("stop.evaluations")
    if not metric:
        return None
    often = f" in {wanted:g} evaluations in a row" if wanted > 1 else ""
    return Paragraph(f"Training stops when {metric} reaches {reading.number('stop.threshold'):g}{often}.", term="early stopping")


WEIGHTS: tuple[Option, ...] = (
    setting(
        "generator.dropout",
        "dropout {} in G",
        "A random fraction {} of G's hidden units is set to 0, in training and where G is sampled: it is part of G's noise.",
    ),
    setting(
        "feature_matching",
        "feature matching, weight {}",
        "G's loss also contains the squared distance between the mean hidden features of D on real and on generated samples.",
    ),
    setting(
        "historical_averaging",
        "historical averaging, weight {}",
        "Each player's loss also contains the squared distance of its weights from their mean over the run, which damps oscillations.",
    ),
    setting(
        "average_decay",
        "exponential moving average, decay {}",
        "The samples shown and the metrics come from an exponential moving average (EMA) of G's weights, which fluctuates less than the "
        "weights themselves.",
    ),
    early_stopping,
)
