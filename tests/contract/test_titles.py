from tui_gan.contract.titles import TITLES, title_of
from tui_gan.gan.metrics import METRICS


def test_every_metric_has_a_title() -> None:
    assert METRICS.keys() <= TITLES.keys()


def test_axes_are_headed_by_name_and_unit_or_in_full() -> None:
    assert title_of("w1").heading == "W1 distance (data units)"
    assert title_of("kid").heading == "KID"
    assert title_of("hq").heading == "share of samples near a mode"
    assert title_of("a_metric_of_yours").heading == "a metric of yours"
