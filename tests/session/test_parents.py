"""A run that begins with the networks of another: exact, told, and in need of nothing but its own directory."""

import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import torch
from safetensors.torch import load_file

from tests.logs import log_of
from tests.session.test_exactness import TURNS, after, assert_same, before
from tui_gan.contract.commands import Stop
from tui_gan.contract.config import Config, Network
from tui_gan.contract.errors import UnreadableError, UsageError
from tui_gan.session import checkpoint
from tui_gan.session.parents import Parent, parent_of

Train = Callable[..., Any]


@pytest.fixture
def parent(train: Train) -> Parent:
    return Parent(train("parent", until=20).checkpoint(20), 20)


def of_networks(path: Path) -> dict[str, torch.Tensor]:
    return {
        name: value for name, value in load_file(path).items() if name.startswith(("generator.", "discriminator.", "generator_average."))
    }


def test_it_begins_with_the_networks_and_nothing_else_of_its_parent(train: Train, parent: Parent) -> None:
    child = train("child", parent=parent, until=0)
    own, others = of_networks(child.checkpoint(0)), of_networks(parent.checkpoint)
    assert own.keys() == others.keys()
    assert all(torch.equal(own[name], others[name]) for name in own)
    alone = load_file(train("alone", until=0).checkpoint(0))
    state = load_file(child.checkpoint(0))
    assert {name for name in alone if not name.startswith("history.") and not torch.equal(alone[name], state[name])} <= own.keys()
    assert not any("optimizer" in name for name in state)


@pytest.mark.parametrize("half", [20, *(pytest.param(half, marks=pytest.mark.slow) for half in (23, 1))])
def test_2n_steps_are_n_and_n_without_the_parent(train: Train, resume: Train, parent: Parent, half: int) -> None:
    whole = train("whole", TURNS, parent=parent)
    train("halves", before(TURNS, half), parent=parent, until=half)
    shutil.rmtree(parent.checkpoint.parent.parent)
    assert_same(whole.checkpoint(40), resume("halves", 40, after(TURNS, half)).checkpoint(40))


def test_its_log_says_first_where_it_comes_from_and_its_events_too(train: Train, resume: Train, parent: Parent) -> None:
    child = train("child", parent=parent, until=7)
    first = log_of(child.directory.log)[0]
    assert (first["kind"], first["name"], first["value"], first["step"]) == ("command", "from", [str(parent.checkpoint), 20], 0)
    (said,) = [event.text for event in child.session.run.events if "networks" in event.text]
    assert said == f"begins with the networks of {parent.name} at step 20; optimizers, random numbers and counts begin anew"
    again = resume("child", 12)
    assert parent_of(child.directory.log) == parent
    assert [event.text for event in again.session.run.events].count(said) == 1
    assert parent_of(parent.checkpoint.parent.parent / "log.jsonl") is None


def test_before_a_pretraining_it_is_told_too(train: Train, resume: Train, parent: Parent, config: Config) -> None:
    taught = msgspec.structs.replace(config, pretraining=30)
    child = train("child", {-10: [Stop()]}, parent=parent, config=taught)
    assert log_of(child.directory.log)[0]["step"] == -30
    whole = train("whole", parent=parent, config=taught)
    assert_same(whole.checkpoint(40), resume("child", 40).checkpoint(40))
    assert parent_of(child.directory.log) == parent


def test_networks_that_do_not_fit_are_refused_with_what_is_there_and_what_is_needed(train: Train, parent: Parent, config: Config) -> None:
    other = msgspec.structs.replace(config, generator=Network(widths=(9,)))
    with pytest.raises(UsageError) as refused:
        train("child", parent=parent, config=other)
    assert str(refused.value) == (
        f"the networks of {parent.name} at step 20 do not fit those of this run: generator.0.weight has the shape (6, 1) there, and here "
        "(9, 1) is needed"
    )


def test_weights_that_are_no_numbers_are_refused(train: Train, parent: Parent) -> None:
    tensors, about = checkpoint.read(parent.checkpoint)
    tensors["discriminator.body.0.bias"][0] = math.nan
    checkpoint.write(parent.checkpoint, tensors, about)
    with pytest.raises(UnreadableError, match="weights that are no finite numbers"):
        train("child", parent=parent)


def test_data_in_other_units_are_told(train: Train, parent: Parent, config: Config) -> None:
    def warned(**changes: Any) -> bool:
        ended = train(f"child{len(changes)}", parent=parent, until=0, config=msgspec.structs.replace(config, **changes))
        return any("of another mean or scale" in event.text for event in ended.session.run.events if event.kind == "warning")

    assert (warned(), warned(standardize=False)) == (False, True)


def test_a_log_that_begins_otherwise_or_is_damaged_has_no_parent(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    assert parent_of(log) is None
    for content in (
        "",
        "torn",
        "\0\n",
        '{"kind":"event","step":0,"text":"from"}\n',
        '{"kind":"command","step":0,"name":"from","value":["x"]}\n',
        '{"kind":"command","step":0,"name":"from","value":[3,"x"]}\n',
        '{"kind":"event","step":0,"text":""}\n{"kind":"command","step":0,"name":"from","value":["x",3]}\n',
    ):
        log.write_text(content)
        assert parent_of(log) is None, content
    log.write_text('{"kind":"command","step":0,"name":"from","value":["x",3]}\n')
    assert parent_of(log) == Parent(Path("x"), 3)
