"""A sweep: its members are the runs that they would be alone, and it goes on exactly."""

import itertools
from pathlib import Path

import msgspec
import pytest
import torch

from tests.sweep.small import AXES, EVERY, SEEDS, STEPS, Begin
from tui_gan.contract.config import Config
from tui_gan.contract.errors import UnreadableError, UsageError
from tui_gan.contract.knobs import set_knob
from tui_gan.contract.network import Network
from tui_gan.gan.datasets import DATASETS
from tui_gan.gan.trainer import Trainer
from tui_gan.session.measuring import measured
from tui_gan.sweep import course, plan, saved, sweep
from tui_gan.sweep.chunks import Chunk, Together
from tui_gan.sweep.course import Row
from tui_gan.sweep.plan import Data, Spec
from tui_gan.sweep.results import Results, cells
from tui_gan.sweep.sweep import Told


def test_members_are_the_runs_that_they_would_be_alone(begin: Begin, specs: list[Spec], tmp_path: Path) -> None:
    made = begin(tmp_path / "sweep")
    assert sorted(type(chunk).__name__ for chunk in made.chunks) == ["Alone"] * 4 + ["Together"]
    assert made.train()
    for spec in specs:
        trainer = Trainer(spec.config, DATASETS["gaussian"](True), "cpu")
        for _ in range(STEPS):
            trainer.step(spec.knobs)
        found, wanted = made.results.standing[spec.place].metrics, measured(trainer)
        assert found.keys() == wanted.keys()
        for name, value in wanted.items():
            assert found[name] == pytest.approx(value, abs=1e-3)


def test_one_that_is_stopped_goes_on_exactly(begin: Begin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = begin(tmp_path / "whole")
    assert whole.train()
    looks: list[Told] = []
    monkeypatch.setattr(sweep, "TOLD", 0.0)

    def stop(told: Told) -> None:
        looks.append(told)
        if told.done > 4 * EVERY:
            first.stop.set()

    first = begin(tmp_path / "halved", stop)
    assert not first.train()
    assert 0 < first.done < STEPS * first.members
    assert all(before.done <= after.done for before, after in itertools.pairwise(looks))
    # What was written after the last save is not of what goes on.
    with (tmp_path / "halved" / "course.csv").open("a") as file:
        file.write(",".join(["0", "99", *["1.0"] * len(first.results.metrics), "1", "1"]) + "\n0,100,")
    second = begin(tmp_path / "halved", again=True)
    assert second.done == first.done
    assert second.train()
    assert (tmp_path / "halved" / "results.csv").read_bytes() == (tmp_path / "whole" / "results.csv").read_bytes()
    one, other = (sorted((tmp_path / name / "course.csv").read_text().splitlines()) for name in ("halved", "whole"))
    assert one == other
    for mine, theirs in zip(second.chunks, whole.chunks, strict=True):
        found, wanted = mine.state(), theirs.state()
        assert all(torch.equal(found[name], each) for name, each in wanted.items())


def test_a_member_that_is_no_number_is_marked_and_the_others_go_on(begin: Begin, tmp_path: Path) -> None:
    made = begin(tmp_path / "sweep")
    (together,) = [chunk for chunk in made.chunks if isinstance(chunk, Together)]
    together.many.tensors[0][1] = float("nan")
    assert made.train()
    failed = [standing.failed_at for standing in made.results.standing]
    place = together.specs[1].place
    assert [at for at in failed if at is not None] == [EVERY]
    assert failed[place] == EVERY
    (cell,) = [each for each in cells(made.results, "w1") if each.failed]
    assert (cell.failed, cell.members) == (1, SEEDS)
    assert cell.low == cell.median == cell.high


def test_what_was_saved_of_another_sweep_is_refused(begin: Begin, tmp_path: Path) -> None:
    made = begin(tmp_path / "sweep")
    made.save()
    (tmp_path / "sweep" / "state-0.safetensors").write_bytes(b"nothing")
    with pytest.raises(UnreadableError, match="not a state to go on from"):
        begin(tmp_path / "sweep", again=True)


def test_a_course_that_lacks_what_a_state_counts_on_is_refused(begin: Begin, tmp_path: Path) -> None:
    made = begin(tmp_path / "sweep")
    assert made.train()
    path = tmp_path / "sweep" / "course.csv"
    path.write_bytes(path.read_bytes().replace(b"\r\n0,24,", b"\r\n0,25,"))
    with pytest.raises(UnreadableError, match="lacks member 0 at step 24; delete state-0"):
        begin(tmp_path / "sweep", again=True)


def test_what_was_measured_after_the_last_save_is_measured_again(begin: Begin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that is killed between the rows and the states, of which it has written one, is gone on with exactly."""
    whole = begin(tmp_path / "whole")
    assert whole.train()
    made = begin(tmp_path / "killed", save_every=0.0)
    saved_states: list[int] = []

    def save(path: Path, chunk: Chunk) -> None:
        if len(saved_states) == len(made.chunks) + 1:
            raise KeyboardInterrupt
        saved_states.append(chunk.measured)
        true(path, chunk)

    true = saved.save
    monkeypatch.setattr(saved, "save", save)
    with pytest.raises(KeyboardInterrupt):
        made.train()
    monkeypatch.setattr(saved, "save", true)
    with (tmp_path / "killed" / "course.csv").open("a") as file:
        file.write("0,24,1.0")
    assert saved_states == [EVERY] * len(made.chunks) + [2 * EVERY]
    again = begin(tmp_path / "killed", again=True)
    assert [chunk.measured for chunk in again.chunks] == [2 * EVERY] + [EVERY] * (len(made.chunks) - 1)
    assert again.train()
    for name in ("results.csv", "course.csv"):
        one, other = (sorted((tmp_path / folder / name).read_text().splitlines()) for folder in ("killed", "whole"))
        assert one == other


def test_a_member_that_recovers_is_collapsed_no_longer(specs: list[Spec], tmp_path: Path) -> None:
    results = Results(tmp_path, specs, ["generator_lr", "alone"], ("w1",))
    for step, collapsed in ((8, True), (16, True), (24, False), (32, True)):
        results.add(Row(0, step, {"w1": 1.0}, collapsed, False))
        assert results.standing[0].collapsed_at == {8: 8, 16: 8, 24: None, 32: 32}[step]
    results.write()
    again = Results(tmp_path, specs, ["generator_lr", "alone"], ("w1",), course.read(tmp_path / "course.csv", ("w1",)))
    assert again.standing == results.standing


def test_members_are_counted_and_their_memory_is_told(specs: list[Spec]) -> None:
    assert [spec.place for spec in specs] == [*range(len(AXES[0].values) * len(AXES[1].values) * SEEDS)]
    assert [spec.seed for spec in specs] == [0, 1] * 4
    assert plan.check_size([(1000, specs[0])], Data()).startswith("1,000 members, about ")
    with pytest.raises(UsageError, match="memory free: take fewer"):
        plan.check_size([(10**9, specs[0])], Data())


def test_the_memory_is_that_of_all_members_and_not_of_the_first(specs: list[Spec], monkeypatch: pytest.MonkeyPatch) -> None:
    wide = msgspec.structs.replace(specs[0].config, generator=Network(widths=(2048,) * 4))
    large = [msgspec.structs.replace(specs[0], config=msgspec.structs.replace(wide, seed=seed)) for seed in range(2)]
    mixed = [(2, specs[0]), *((1, each) for each in large)]
    asked, size = list[Config](), plan.state.size
    monkeypatch.setattr(plan.state, "size", lambda config, shape: (asked.append(config), size(config, shape))[1])
    line = plan.check_size(mixed, Data())
    assert line == plan.check_size(mixed[::-1], Data())
    assert line == f"4 members, about {plan.STATES * 2 * (size(specs[0].config, (1,)) + size(wide, (1,))) / 1e6:,.0f} MB"
    assert len(asked) == 2 * 2


def test_chunks_are_of_nearly_one_size(specs: list[Spec]) -> None:
    many = [spec for spec in specs if not spec.values["alone"]] * 1000
    parts = plan.chunks(plan.Group("", "", many))
    assert sum(map(len, parts)) == len(many)
    assert max(map(len, parts)) - min(map(len, parts)) <= len(parts)
    assert max(map(len, parts)) <= plan.LARGEST
    assert [len(part) for part in plan.chunks(plan.Group("", "why", many[:3]))] == [1, 1, 1]


def test_a_gpu_takes_more_at_once(specs: list[Spec]) -> None:
    on_gpu = [msgspec.structs.replace(each, knobs=set_knob(each.knobs, "device", "cuda")) for each in specs if not each.values["alone"]]
    (part,) = plan.chunks(plan.Group("", "", on_gpu * 1000))
    assert plan.LARGEST < len(part) <= plan.LARGEST_ON_GPU
    assert {spec.device for spec in specs} == {"cpu"}
    assert {spec.device for spec in on_gpu} == {"cuda"}


def test_who_is_alone_has_its_reason(specs: list[Spec]) -> None:
    found = plan.groups(specs, Data())
    assert [bool(group.alone) for group in found] == [False, True]
    assert "dropout" in found[1].alone
