"""An option: what a setting in force does, said where it is switched on."""

from collections.abc import Callable, Mapping

from tui_gan.contract import sources
from tui_gan.ui.explain.reading import Reading
from tui_gan.ui.explain.text import Paragraph

Option = Callable[[Reading], Paragraph | None]


def named(reading: Reading, key: str) -> str:
    """The augmentations that a setting names, as a list for a sentence."""
    return ", ".join(name.strip() for name in str(reading.settings.get(key, "")).split(",") if name.strip())


def weight_of(reading: Reading, key: str) -> str:
    """The weight of a regularizer, with the factor on all of them; "" for one that is off."""
    weight, factor = reading.number(f"regularizers.{key}"), reading.snapshot.knobs.regularization
    if not weight:
        return ""
    return f"{weight:g}" if factor == 1.0 else f"{weight:g} x {factor:g}"


def penalty(key: str, term: str, text: str) -> Option:
    """A regularizer of the discriminator, with its weight."""

    def say(reading: Reading) -> Paragraph | None:
        weight = weight_of(reading, key)
        return Paragraph(text, sources.source(f"regularizers.{key}"), f"{term}, weight {weight}") if weight else None

    return say


def setting(key: str, term: str, text: str, least: float = 0.0) -> Option:
    """A setting that is a number, where it is above `least`; {} stands for its value."""

    def say(reading: Reading) -> Paragraph | None:
        value = reading.number(key)
        return Paragraph(text.format(f"{value:g}"), sources.source(key), term.format(f"{value:g}")) if value > least else None

    return say


def choice(key: str, texts: Mapping[str, tuple[str, str]]) -> Option:
    """A setting that is a name, where its name has a term and a text."""

    def say(reading: Reading) -> Paragraph | None:
        name = str(reading.settings.get(key))
        term, text = texts.get(name, ("", ""))
        return Paragraph(text, sources.source(f"{key}.{name}"), term) if term else None

    return say
