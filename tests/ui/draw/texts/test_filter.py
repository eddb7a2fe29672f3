import pytest

from tui_gan.ui.draw.palette import Look
from tui_gan.ui.draw.texts.filter import filter_line, matches


def test_it_shows_its_end_where_it_is_long(look: Look) -> None:
    cursor = look.pick("▏", "_")
    assert filter_line("loss", "2 series", 60, look).text().rstrip() == f"filter loss{cursor}   2 series   Enter keeps, Escape clears"
    assert filter_line("abcdefghij", "0 series", 12, look).text() == f"filter ghij{cursor}"
    assert filter_line("abc", "0 series", 1, look).text() == "f"


@pytest.mark.parametrize(
    ("words", "found"),
    [("", True), ("  ", True), ("R1", True), ("r1 weight", True), ("weight r1", True), ("r1 sd", False), ("1.", False), ("of r", True)],
)
def test_each_word_is_somewhere_in_the_text(words: str, found: bool) -> None:
    assert matches(words, "regularizers.r1 Weight of R1") is found
