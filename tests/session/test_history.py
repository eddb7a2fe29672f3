"""History: bounded, evenly thinned, and the same whether a run was resumed or not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_gan.session.history import CAPACITY, History


def filled(steps: int, every: int = 1, start: int = 0, history: History | None = None) -> History:
    history = history or History()
    for step in range(start, steps, every):
        history.add("loss", step, float(step) / 7, every)
    return history


def points(history: History) -> list[tuple[float, float]]:
    series = history.series()["loss"]
    return list(zip(series.steps.tolist(), series.values.tolist(), strict=True))


@pytest.mark.parametrize("every", [1, 7, 50])
@pytest.mark.parametrize("count", [1, CAPACITY, CAPACITY + 1, 5 * CAPACITY + 3])
def test_a_series_stays_bounded_even_and_true(count: int, every: int) -> None:
    history = filled(count * every, every)
    found = points(history)
    assert len(found) <= CAPACITY + 1
    assert len(found) >= min(count, CAPACITY // 2)
    assert all(value == step / 7 for step, value in found)
    assert found[0][0] == 0
    assert found[-1][0] == (count - 1) * every
    gaps = np.diff([step for step, _ in found[:-1]])
    assert len(set(gaps)) <= 1


@settings(max_examples=25)
@given(count=st.integers(1, 4000), cut=st.floats(0, 1), every=st.sampled_from([1, 3]))
def test_saving_and_going_on_keeps_the_same_points(count: int, cut: float, every: int) -> None:
    total = count * every
    middle = int(count * cut) * every
    before = filled(middle, every)
    resumed = History.from_arrays({name: array.copy() for name, array in before.arrays().items()})
    assert points(filled(total, every, middle, resumed)) == points(filled(total, every))


def test_arrays_are_small_and_whole() -> None:
    history = filled(5000)
    arrays = history.arrays()
    assert set(arrays) == {"loss.points", "loss.last"}
    assert arrays["loss.points"].nbytes <= 2 * 8 * CAPACITY
    again = History.from_arrays(arrays).arrays()
    assert all(np.array_equal(arrays[name], again[name]) for name in arrays)


@given(count=st.integers(1, 60), cut=st.integers(-5, 70))
def test_cutting_forgets_what_came_later(count: int, cut: int) -> None:
    history = filled(count)
    history.cut(cut)
    assert ([step for step, _ in points(history)] if history.series() else []) == list(range(min(count, cut + 1)))


def test_the_newest_point_shows_though_it_is_off_the_stride() -> None:
    history = History()
    for step in (0, 20, 40):
        history.add("w1", step, 1.0, 20)
    history.add("w1", 47, 2.0)
    assert history.series()["w1"].steps.tolist() == [0, 20, 40, 47]
    history.add("w1", 60, 3.0, 20)
    assert history.series()["w1"].steps.tolist() == [0, 20, 40, 60]


def test_a_step_measured_twice_is_one_point() -> None:
    history = History()
    history.add("w1", 0, 1.0)
    history.add("w1", 0, 1.0)
    assert history.series()["w1"].steps.tolist() == [0]


def test_a_series_is_a_read_only_copy() -> None:
    history = filled(3)
    series = history.series()["loss"]
    history.add("loss", 3, 9.0)
    assert series.steps.tolist() == [0, 1, 2]
    assert not series.values.flags.writeable
