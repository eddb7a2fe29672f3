"""Snapshots: frozen, and safe to hand from thread to thread."""

import dataclasses

import numpy as np
import pytest

from tui_gan.contract.knobs import Knobs
from tui_gan.contract.snapshot import Series, Snapshot, Status, frozen


def snapshot() -> Snapshot:
    return Snapshot("toy1d", Status.RUNNING, 1, 2, 0.5, 10.0, "cpu", ("cpu",), Knobs(), "runs/x")


def test_frozen_is_a_read_only_copy() -> None:
    source = np.arange(3, dtype=np.float32)
    array = frozen(source)
    source[0] = 9
    assert array.dtype == np.float64
    assert array.tolist() == [0, 1, 2]
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 1


def test_a_snapshot_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        snapshot().step = 3  # type: ignore[misc]


def test_values_that_hold_arrays_compare_by_identity() -> None:
    one, other = snapshot(), snapshot()
    assert one == one
    assert one != other
    series = Series(frozen([1]), frozen([2]))
    assert series != Series(frozen([1]), frozen([2]))


def test_the_states_are_the_words_on_the_screen() -> None:
    assert all(status.value == status.name == status.name.upper() for status in Status)
