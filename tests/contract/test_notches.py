import pytest

from tui_gan.contract.config import Config
from tui_gan.contract.notches import ANY, NOTCHES, Range, notch_of, range_of
from tui_gan.contract.settings import leaves


def test_every_notch_is_that_of_a_setting() -> None:
    keys = {*leaves(Config(preset="toy1d", regularizers={"l2": 1.0, "adaptive_l2": 1.0, "gradient_penalty": 1.0}))}
    groups = {key.partition(".")[0] for key in keys if "." in key}
    assert NOTCHES.keys() <= keys | groups
    assert all(range_of(key) is not ANY for key in NOTCHES.keys() - groups)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("regularizers.r1", Range(0.0, 1e9)),
        ("label_smoothing", Range(0.0, 0.5, open=True)),
        ("lazy", Range(1, 1000, whole=True)),
        ("discriminator.dropout", Range(0.0, 1.0, open=True)),
        ("generator_l2", Range(-1e3, 1e3)),
        ("objective", ANY),
        ("generator.widths", ANY),
        ("no.such", ANY),
    ],
)
def test_the_range_is_that_of_the_type(key: str, expected: Range) -> None:
    assert range_of(key) == expected


def test_a_regularizer_that_is_not_named_is_turned_as_regularizers_are() -> None:
    assert notch_of("regularizers.another") == NOTCHES["regularizers"]
