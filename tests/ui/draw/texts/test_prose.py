import pytest

from tui_gan.ui.draw.palette import Ink, Look
from tui_gan.ui.draw.texts import prose
from tui_gan.ui.explain import Paragraph, Section

TEXT = (Section("Words", (Paragraph("What is real (D) and what G, sees.", "Sønderby et al. 2016", "latent, z"),)),)


def plain(line: prose.Line) -> str:
    return "".join(text for text, _ in line)


def test_a_paragraph_is_wrapped_with_its_term_first_and_its_source_last() -> None:
    assert [plain(line) for line in prose.lines(TEXT, 24, Look())] == [
        "WORDS",
        "─" * 24,
        "latent, z: What is real",
        "(D) and what G, sees.",
        "[Sønderby et al. 2016]",
    ]
    assert [plain(line) for line in prose.lines(TEXT, 24, Look(ascii_only=True))][-1] == "[Sonderby et al. 2016]"


def test_words_have_the_colour_of_their_role() -> None:
    inks = {text.strip(): ink for line in prose.lines(TEXT, 24, Look()) for text, ink in line}
    assert inks["latent, z:"] is Ink.BOLD
    assert inks["real"] is Ink.REAL
    assert inks["D"] is Ink.DISCRIMINATOR
    assert not any("D" in text and len(text) > 1 for text, ink in inks.items() if ink is Ink.DISCRIMINATOR)
    assert inks["G"] is Ink.GENERATOR
    assert inks["[Sønderby et al. 2016]"] is Ink.DIM


@pytest.mark.parametrize("width", [5, 9, 24, 200])
def test_no_line_is_longer_than_its_column(look: Look, width: int) -> None:
    lines = [plain(line) for line in prose.lines(TEXT, width, look)]
    assert max(map(len, lines)) <= width
    assert not look.ascii_only or all(line.isascii() for line in lines)


def test_a_page_fills_one_column_after_the_other() -> None:
    number, wide = prose.columns(130)
    assert (number, wide) == (2, 63)
    lines: list[prose.Line] = [((f"line {place}", Ink.TEXT),) for place in range(5)]
    assert prose.page(lines, 1, 130, 2, Look()).text().split() == ["line", "1", "line", "3", "line", "2", "line", "4"]
    assert prose.columns(200)[0] == 3
    assert prose.columns(10) == (1, 10)
    assert prose.columns(110) == (1, 92)
