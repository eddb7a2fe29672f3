"""Text: what an explanation is made of."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Paragraph:
    """A few sentences.

    Attributes:
        term: what it is about, which stands out before it; "" for nothing.
        source: where the idea is from: author, year, arXiv number.
    """

    text: str
    source: str = ""
    term: str = ""


@dataclasses.dataclass(frozen=True)
class Section:
    """Paragraphs under a heading."""

    title: str
    paragraphs: tuple[Paragraph, ...]
