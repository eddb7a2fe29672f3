import pytest

from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.notches import ANY, range_of
from tui_gan.contract.settings import leaves, names_of, nested
from tui_gan.contract.snapshot import Setting
from tui_gan.contract.toml import resolve
from tui_gan.ui.turning import turned

WEIGHTS = {f"regularizers.{name}": 0.0 for name in ("l2", "adaptive_l2", "r1_difference", "r1", "r2", "gradient_penalty")}
NUMBERS = [key for key, value in (leaves(Config(preset="toy1d")) | WEIGHTS).items() if range_of(key) is not ANY]


def beside(key: str, value: object, way: int) -> object:
    return turned(Setting(key, value, True, names_of(key), ""), value, way)


@pytest.mark.parametrize(
    ("key", "value", "lower", "higher"),
    [
        ("stratified", True, False, False),
        # What is off goes on at what does something, and off again below a tenth of it.
        ("regularizers.r1", 0.0, 0.0, 1.0),
        ("regularizers.r1", 1.0, 0.5, 2.0),
        ("regularizers.r1", 0.3, 0.2, 0.5),
        ("regularizers.r1", 0.1, 0.0, 0.2),
        ("regularizers.r1", 0.003, 0.0, 0.005),
        ("regularizers.r1", 1e9, 5e8, 1e9),
        ("regularizers.gradient_penalty", 0.0, 0.0, 10.0),
        ("regularizers.l2", 0.0, 0.0, 0.005),
        ("regularizers.l2", 0.0005, 0.0, 0.001),
        ("feature_matching", 0.0, 0.0, 1.0),
        ("generator_l2", 0.0, -0.005, 0.005),
        ("generator_l2", -0.005, -0.01, -0.002),
        ("generator_l2", -0.0005, -0.001, 0.0),
        ("generator_l2", -1e3, -1e3, -500.0),
        ("instance_noise.sd", 0.0, 0.0, 0.1),
        ("label_smoothing", 0.0, 0.0, 0.05),
        ("label_smoothing", 0.12, 0.1, 0.15),
        ("label_smoothing", 0.45, 0.4, 0.45),
        ("discriminator.dropout", 0.3, 0.2, 0.4),
        ("discriminator.dropout", 0.9, 0.8, 0.9),
        ("optimizer.beta1", 0.0, 0.0, 0.5),
        ("optimizer.beta1", 0.5, 0.0, 0.8),
        ("optimizer.beta2", 0.99, 0.98, 0.995),
        ("optimizer.beta2", 0.95, 0.9, 0.98),
        ("optimizer.beta2", 0.999999, 0.999998, 0.999999),
        ("average_decay", 0.999, 0.998, 0.9995),
        ("average_share", 0.25, 0.2, 0.5),
        ("average_share", 1.0, 0.5, 1.0),
        ("schedule.factor", 0.95, 0.9, 0.98),
        ("schedule.factor", 0.999999, 0.999998, 1.0),
        ("schedule.period", 0.1, 0.05, 0.2),
        ("schedule.period", 1000, 500.0, 2000.0),
        ("latent_scale", 1.0, 0.5, 2.0),
        ("steps", 100_000, 50_000, 200_000),
        ("steps", 40_001, 20_000, 50_000),
        ("evaluate_every", 500, 200, 1000),
        ("log_every", 50, 20, 100),
        ("log_every", 100, 50, 100),
        ("instance_noise.steps", 0, 0, 1000),
        ("instance_noise.steps", 100, 0, 200),
        ("instance_noise.steps", 3600, 2000, 5000),
        ("lazy", 1, 1, 2),
        ("lazy", 8, 4, 16),
        ("lazy", 1000, 512, 1000),
        ("seed", 41, 40, 42),
        ("packing", 2, 1, 3),
        ("minibatch.company", 0, 0, 64),
        ("minibatch.company", 64, 32, 128),
        ("minibatch.company", 8, 0, 16),
        ("keep", 5, 2, 10),
        ("channels", 0, 3, 1),
        ("discriminator.norm", "none", "virtual_batch", "batch"),
    ],
)
def test_one_notch(key: str, value: object, lower: object, higher: object) -> None:
    found = [beside(key, value, way) for way in (-1, 1)]
    assert found == [lower, higher]
    assert [type(each) for each in found] == [type(lower), type(higher)]


def test_every_number_goes_through_its_whole_range_in_a_bearable_number_of_notches_and_back() -> None:
    for key in NUMBERS:
        start = (leaves(Config(preset="toy1d")) | WEIGHTS)[key]
        # One at a time, such as seeds, that is without end.
        most = 120
        up = [start]
        while len(up) < most and (found := beside(key, up[-1], 1)) != up[-1]:
            up.append(found)
        down = [up[-1]]
        while len(down) < 2 * most and (found := beside(key, down[-1], -1)) != down[-1]:
            down.append(found)
        assert up == sorted(up), key
        assert down == sorted(down, reverse=True), key
        # What 0 leaves out can be left out again.
        if range_of(key).low == 0:
            assert down[-1] == 0, key
        for value in {*up[::7], *down[::7], up[-1], down[-1]}:
            resolve(Config(preset="toy1d"), Knobs(), nested(key, value))


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
