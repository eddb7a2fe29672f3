"""What a search may vary, as it is typed."""

import pytest

from tui_gan.contract.errors import UsageError
from tui_gan.contract.ranges import Range, of_text


@pytest.mark.parametrize(
    ("pair", "found"),
    [
        ("generator_lr=1e-4:1e-1:log", Range("generator_lr", 1e-4, 1e-1, log=True)),
        ("k-steps=1:5:lin", Range("k_steps", 1, 5)),
        ("regularizers.r1=0:1.5:lin", Range("regularizers.r1", 0, 1.5)),
        ("objective=hinge,least_squares", Range("objective", values=("hinge", "least_squares"))),
        ('augment="translation,cutout",""', Range("augment", values=("translation,cutout", ""))),
        ('augment="1:2:log"', Range("augment", values=("1:2:log",))),
        ("augment=", Range("augment", values=("",))),
        ("minibatch_discrimination=on,off", Range("minibatch_discrimination", values=(True, False))),
    ],
)
def test_a_range_or_values(pair: str, found: Range) -> None:
    assert repr(of_text(pair)) == repr(found)


def test_a_range_between_whole_numbers_has_whole_numbers_alone() -> None:
    assert of_text("k_steps=1:5:lin").whole
    assert not of_text("k_steps=1.0:5:lin").whole


@pytest.mark.parametrize(
    "pair", ["", "a", "=1:2:log", "a=1,", "a=1:2", "a=1:2:cubic", "a=x:2:log", "a=2:1:lin", "a=0:1:log", "a=1:inf:lin", "a=1,1"]
)
def test_what_is_none_is_one_line(pair: str) -> None:
    with pytest.raises(UsageError) as caught:
        of_text(pair)
    assert str(caught.value).startswith("--set")
    assert "\n" not in str(caught.value)
