import pytest

from tests.ui.conftest import STAGES
from tui_gan.ui.draw.palette import Look
from tui_gan.ui.draw.texts.stages import stages


def test_the_newest_stands_in_full_below_the_earlier(plain: Look) -> None:
    assert [line.rstrip() for line in stages(STAGES, 60, 4, plain).text().split("\n")] == [
        ". D 1/1: latents  count 256 | mean 0.01 | sd 0.99",
        "> D 1/1: samples. G turns them into samples.",
        "  mean 3.41 | sd 0.70",
        "",
    ]


def test_what_does_not_fit_is_left_out_whole(plain: Look) -> None:
    assert [line.rstrip() for line in stages(STAGES, 30, 2, plain).text().split("\n")] == [
        "> D 1/1: samples. G turns them",
        "  mean 3.41 | sd 0.70",
    ]
    assert stages(STAGES, 18, 3, plain).text().split("\n")[-1].rstrip() == "  mean 3.41"


@pytest.mark.parametrize("size", [(0, 0), (1, 1), (5, 2), (200, 10)])
def test_any_size_and_number(look: Look, size: tuple[int, int]) -> None:
    for count in [0, 1, 2, 20]:
        drawn = stages((STAGES * 10)[:count], *size, look)
        assert (drawn.width, drawn.height) == size, count
        assert not look.ascii_only or drawn.text().isascii(), count
