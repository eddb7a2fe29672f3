"""Options: what the settings in force do, one short text for each that is switched on."""

from tui_gan.ui.explain import completion
from tui_gan.ui.explain.options.discriminator import DISCRIMINATOR
from tui_gan.ui.explain.options.inputs import INPUTS
from tui_gan.ui.explain.options.option import Option
from tui_gan.ui.explain.options.systems import SYSTEMS
from tui_gan.ui.explain.options.updates import UPDATES
from tui_gan.ui.explain.options.weights import WEIGHTS
from tui_gan.ui.explain.reading import Reading
from tui_gan.ui.explain.text import Paragraph


def objective(reading: Reading) -> Paragraph | None:
    """The game itself."""
    if reading.snapshot.rules.completes:
        return completion.option(reading)
    traits = reading.snapshot.rules.traits
    return Paragraph(traits.text, traits.source, traits.term) if traits.text else None


OPTIONS: tuple[Option, ...] = (objective, *SYSTEMS, *UPDATES, *DISCRIMINATOR, *INPUTS, *WEIGHTS)


def options(reading: Reading) -> tuple[Paragraph, ...]:
    """Those that are switched on, in the order of the table."""
    return tuple(paragraph for say in OPTIONS if (paragraph := say(reading)) is not None)
