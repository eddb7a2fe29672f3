import pytest

from tui_gan.contract.snapshot import Setting
from tui_gan.ui.turning import turned


@pytest.mark.parametrize(
    ("value", "lower", "higher"),
    [
        (True, False, False),
        (0, 0, 1),
        (1, 0, 2),
        (3, 2, 4),
        (256, 128, 512),
        (0.0, -0.001, 0.001),
        (0.001, 0.0, 0.002),
        (0.3, 0.2, 0.5),
        (10.0, 5.0, 20.0),
        (-0.005, -0.01, -0.002),
        (-0.001, -0.002, 0.0),
    ],
)
def test_one_notch(value: object, lower: object, higher: object) -> None:
    setting = Setting("key", value, True, (), "")
    assert turned(setting, value, -1) == lower
    assert turned(setting, value, 1) == higher


def test_a_name_is_followed_by_the_next() -> None:
    setting = Setting("objective", "hinge", True, ("minimax", "hinge", "wasserstein"), "")
    assert [turned(setting, value, 1) for value in ("minimax", "wasserstein", "no such")] == ["hinge", "minimax", "minimax"]
    assert turned(setting, "minimax", -1) == "wasserstein"


@pytest.mark.parametrize("value", ["text", (1, 2), [1], None])
def test_what_has_to_be_typed(value: object) -> None:
    assert turned(Setting("key", value, True, (), ""), value, 1) is None


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan"), 1e300])
def test_strange_numbers_stay_numbers(value: float) -> None:
    assert isinstance(turned(Setting("key", value, True, (), ""), value, 1), float)
