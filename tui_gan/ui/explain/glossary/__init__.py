"""Glossary: one entry for each term that a reader meets on the screen or in the sources, by subject."""

import re
from collections.abc import Iterable

from tui_gan.ui.explain.glossary import adversarial, architecture, evaluation, laboratory, optimisation
from tui_gan.ui.explain.text import Paragraph, Section

# (term, or terms with commas between them; text; source) by subject. What stands in brackets tells two uses of a word apart.
SUBJECTS = {
    "the two players": adversarial.WORDS,
    "networks": architecture.WORDS,
    "training": optimisation.WORDS,
    "evaluation": evaluation.WORDS,
    "this program": laboratory.WORDS,
}
GLOSSARY = tuple(
    Section(f"Glossary: {subject}", tuple(Paragraph(text, source, term) for term, text, source in words))
    for subject, words in SUBJECTS.items()
)


def spelled(names: Iterable[str]) -> list[str]:
    """Names as they are looked up: without regard to case, underscores and hyphens."""
    return [re.sub(r"[_\s-]+", " ", name).strip().lower() for name in names]


ENTRIES = {name: entry for section in GLOSSARY for entry in section.paragraphs for name in spelled(entry.term.split(","))}


def entry(name: str, use: str = "") -> Paragraph | None:
    """The entry of a name as the screen or the tables spell it, such as "r1_difference", or, with a use, of "grid" as "latent"."""
    (plain, special) = spelled((name, f"{name} ({use})"))
    return ENTRIES.get(special) or ENTRIES.get(plain)
