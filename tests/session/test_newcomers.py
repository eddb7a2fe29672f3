"""A run of what somebody has added to the tables: saved, resumed and changed live as any other."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import torch
from safetensors.torch import load_file

from tests.gan import newcomers
from tests.logs import log_of
from tui_gan.contract.commands import ChangeSetting, Redo, Undo
from tui_gan.contract.config import Config, Optimizer
from tui_gan.gan.optimizers import OPTIMIZERS
from tui_gan.gan.orders import COORDINATION
from tui_gan.gan.regularizers import REGULARIZERS
from tui_gan.session import checkpoint

Train = Callable[..., Any]


@pytest.fixture(autouse=True)
def _in_the_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    for table, found in (
        (REGULARIZERS, newcomers.REGULARIZERS),
        (OPTIMIZERS, newcomers.OPTIMIZERS),
        (COORDINATION, newcomers.COORDINATIONS),
    ):
        for name, each in found.items():
            monkeypatch.setitem(table, name, each)


@pytest.fixture
def new(config: Config) -> Config:
    return msgspec.structs.replace(
        config,
        steps=30,
        regularizers={"growing": 0.3, "scattered": 0.2},
        optimizer=Optimizer(kind="rmsprop", momentum=0.5),
        coordination="up_and_down",
    )


@pytest.mark.parametrize("half", [1, 7, 15])
def test_2n_steps_are_n_and_save_and_load_and_n_across_changes(train: Train, resume: Train, new: Config, half: int) -> None:
    script: dict[int, list[Any]] = {
        4: [ChangeSetting("regularizers.scattered_growing", 0.1)],
        12: [ChangeSetting("optimizer.momentum", 0.0), ChangeSetting("regularizers.growing", 0.5)],
    }
    whole = train("whole", script, config=new, until=30)
    train("halves", {step: sent for step, sent in script.items() if step < half}, config=new, until=half)
    halves = resume("halves", 30, {step: sent for step, sent in script.items() if step >= half})
    one, other = (load_file(each.checkpoint(30)) for each in (whole, halves))
    assert one.keys() == other.keys()
    assert [name for name in one if not torch.equal(one[name], other[name])] == []
    assert checkpoint.read_about(halves.checkpoint(30)).config.regularizers["scattered_growing"] == 0.1


def test_its_coefficient_is_logged_kept_and_taken_back(train: Train, new: Config) -> None:
    """It grows by 3 % in each of k = 1 updates up to step 5, and begins anew where it is changed."""
    fixed = msgspec.structs.replace(new, coordination="fixed", log_every=5)
    script = {10: [ChangeSetting("regularizers.growing", 0.01), ChangeSetting("log_every", 2)], 16: [Undo(), Undo(), Redo()]}
    ended = train(script=script, config=fixed, until=20)
    logged = {entry["step"]: entry["growing"] for entry in log_of(ended.directory.log) if entry["kind"] == "scalars"}
    expected = {5: 0.3 * 1.03**5, 10: 0.3 * 1.03**10, 12: 0.01 * 1.03**2, 14: 0.01 * 1.03**4, 16: 0.01 * 1.03**6, 20: 0.01 * 1.03**10}
    assert {step: logged[step] for step in expected} == pytest.approx(expected, rel=1e-5)
    # Taken at the new interval in the curves too, as the losses are.
    series = ended.session.run.history.series()
    assert series["growing"].steps.tolist() == series["generator_loss"].steps.tolist()
    assert series["growing"].steps.tolist()[:4] == [5, 10, 12, 14]
