import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_gan.contract.axes import as_text, of_text
from tui_gan.contract.values import read_value, typed


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("-0.5", -0.5),
        ("1e-4", 1e-4),
        (".5", 0.5),
        ("5.", 5.0),
        ("true", True),
        ("hinge", "hinge"),
        ('"a b"', "a b"),
        ("[1, 2]", [1, 2]),
        ("[w1, sd]", ["w1", "sd"]),
        ('["a,b", c, 1]', ["a,b", "c", 1]),
        ("", ""),
        ("a = b", "a = b"),
        ("1 = 2", "1 = 2"),
        ("1" * 5000, "1" * 5000),
        ("0x" + "f" * 5000, "0x" + "f" * 5000),
        ("5\nb = 3", "5\nb = 3"),
        ("[" * 2000 + "]" * 2000, "[" * 2000 + "]" * 2000),
    ],
)
def test_a_value_is_read_as_it_is_typed(text: str, value: object) -> None:
    assert read_value(text) == value
    assert type(read_value(text)) is type(value)


@pytest.mark.parametrize("value", [3, -0.5, 1e-4, 0.123456789, True, False, "hinge", [1, 2], ["w1", "sd"], ""])
def test_what_is_written_is_read_again(value: object) -> None:
    assert read_value(typed(value)) == value


TEXTS = st.text(max_size=12) | st.text(alphabet="a1,\"'[]{}#=\\ \n:", max_size=8)
PARTS = TEXTS | st.integers(-9, 9) | st.booleans() | st.floats(allow_nan=False)


@given(TEXTS | st.lists(PARTS | st.lists(PARTS, max_size=3), max_size=4) | st.dictionaries(TEXTS, PARTS, max_size=3))
def test_a_text_is_in_quotes_where_it_would_be_read_as_something_else(value: object) -> None:
    for read in (read_value(typed(value).strip()), of_text("augment", as_text(value)).values[0]):
        assert read == value
        assert repr(read) == repr(value)


def test_a_tuple_is_written_as_a_list() -> None:
    assert typed((64, 64)) == "[64, 64]"
    assert typed(2e-3) == "0.002"
