"""A sweep by several processes: the same results as by one, whatever becomes of them."""

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.sweep.small import AXES, EVERY, STEPS, Begin, until
from tui_gan.cli import asked as command
from tui_gan.cli import dealing
from tui_gan.contract.config import Config
from tui_gan.contract.errors import TuiGanError
from tui_gan.contract.sweep import Stage
from tui_gan.session import checkpoint
from tui_gan.sweep import course, part, parts, plan, saved
from tui_gan.sweep.cluster import Backend
from tui_gan.sweep.opening import as_run
from tui_gan.sweep.part import Lease, Order, Status, Worker
from tui_gan.sweep.parts import Parts
from tui_gan.sweep.plan import Data, Spec
from tui_gan.sweep.programs import Programs
from tui_gan.sweep.results import Results
from tui_gan.sweep.sweep import Member, Sweep
from tui_gan.sweep.watched import Watched

NAMES = [axis.name for axis in AXES]


class Paths(NamedTuple):
    stderr: str = "the log"


class Job(NamedTuple):
    job_id: str
    paths: Paths = Paths()


class Here(Backend):
    """Jobs that this process does itself, as soon as they are submitted; each comes to an end as the next of `ends` says."""

    every, listen = 0.0, 0.01

    def __init__(self, config: Config, specs: Sequence[Spec], ends: Sequence[str] = ()) -> None:
        self.config, self.specs, self.ends = config, specs, [*ends]
        self.orders: list[Order] = []

    def submit(self, function: Callable[..., None], *arguments: Any) -> Job:
        (order,) = arguments
        self.orders.append(order)
        end = self.ends.pop(0) if self.ends else "ended"
        worker = Worker(order)
        if end in ("ended", "stopped", "dies"):
            self.train(order, worker, Path(order.folder), STEPS if end == "ended" else 2 * EVERY)
        if end in ("ended", "stopped", "failed"):
            worker.say(end, "no memory" if end == "failed" else "")  # type: ignore[arg-type]
        return Job(str(len(self.orders)))

    def train(self, order: Order, worker: Worker, folder: Path, until: int) -> None:
        groups, data = plan.groups(self.specs, Data()), Data()
        chunks, path = plan.numbered(groups), part.file_of(folder, order.part, "course")
        rows = saved.rows(path, self.config.metrics, folder, [(number, chunks[number][1]) for number in order.chunks])
        course.rewrite(path, self.config.metrics, rows)
        results = Results(folder, self.specs, NAMES, self.config.metrics, rows, path)
        programs = Programs("graph", lambda text: None)
        trained = Sweep(folder, groups, data, results, programs, until, EVERY, worker.tell, worker.stop, order.chunks)
        trained.restore()
        assert trained.train()
        worker.done = trained.done
        if until < STEPS:
            # As a process leaves it that dies while it writes.
            row = course.read(path, self.config.metrics)[-1]
            course.append(path, self.config.metrics, [row._replace(step=STEPS, metrics=dict.fromkeys(self.config.metrics, 0.0))])
            with path.open("a") as file:
                file.write("0,24,")

    def gone(self, jobs: Any) -> set[str]:
        return {job.job_id for job in jobs}


@pytest.fixture
def dealt(specs: list[Spec], config: Config) -> Callable[..., tuple[Parts, list[str]]]:
    """A sweep by two processes, and what it tells."""

    def dealt(folder: Path, backend: Here, workers: int = 2, again: bool = False) -> tuple[Parts, list[str]]:
        folder.mkdir(exist_ok=True)
        groups = plan.groups(specs, Data())
        if again:
            part.revoke(folder)
        rows = saved.gather(folder, config.metrics, [each for _, each in plan.numbered(groups)]) if again else []
        results, told = Results(folder, specs, NAMES, config.metrics, rows), list[str]()
        made = Parts(
            folder, groups, results, STEPS, backend, workers, "graph", print, told.append, lambda told: None, threading.Event(), 0.0
        )
        return made, told

    return dealt


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("whole")


@pytest.fixture
def whole(begin: Begin, place: Path) -> Path:
    """The sweep by one process, which is trained once for all tests."""
    assert (place / "results.csv").exists() or begin(place).train()
    return place


def same(one: Path, other: Path) -> bool:
    return all((one / name).read_bytes() == (other / name).read_bytes() for name in ("results.csv", "course.csv"))


@pytest.mark.parametrize(
    ("ends", "says"),
    [
        pytest.param((), (), marks=pytest.mark.slow),
        (("dies",), ("process 1 of 2 died; its chunks are taken up again from their last save",)),
        (("ended", "stopped"), ("process 2 of 2 (",)),
        (("nothing", "nothing"), tuple(f"process {each} of 2 died; it had saved nothing, and begins anew" for each in (1, 2))),
    ],
)
def test_whatever_becomes_of_them_the_results_are_those_of_one_process(
    dealt: Any, config: Config, specs: list[Spec], whole: Path, tmp_path: Path, ends: tuple[str, ...], says: tuple[str, ...]
) -> None:
    backend = Here(config, specs, ends)
    made, told = dealt(tmp_path / "dealt", backend)
    assert made.train()
    assert made.done == STEPS * len(specs)
    assert same(tmp_path / "dealt", whole)
    assert [text[: len(begun)] for text, begun in zip(told, says, strict=True)] == [*says]
    assert all(("has no time left" in text) == ("stopped" in ends) for text in told)
    assert len(backend.orders) == 2 + len(says)
    # The log of one that died may be wanted.
    assert (tmp_path / "dealt" / "workers").exists() == any("died" in text for text in says)


def test_one_that_dies_again_and_again_is_refused_and_the_sweep_goes_on_later(
    dealt: Any, config: Config, specs: list[Spec], whole: Path, tmp_path: Path
) -> None:
    made, told = dealt(tmp_path / "dealt", Here(config, specs, ["dies", "ended", *["nothing"] * 10]))
    with pytest.raises(TuiGanError, match="process 1 of 2 has died 4 times and saved nothing new; its log: the log") as raised:
        made.train()
    assert raised.value.exit_code == 1
    assert len(told) == 1 + parts.TRIES
    assert 2 * EVERY * len(specs) < made.done < STEPS * len(specs)
    again, _ = dealt(tmp_path / "dealt", Here(config, specs), workers=3, again=True)
    assert again.train()
    assert same(tmp_path / "dealt", whole)


def test_one_that_fails_is_told_with_its_reason(dealt: Any, config: Config, specs: list[Spec], tmp_path: Path) -> None:
    made, _ = dealt(tmp_path / "dealt", Here(config, specs, ["failed"]))
    with pytest.raises(TuiGanError, match=r"process 1 of 2 \(\d+ on .*\) failed: no memory; its log: the log"):
        made.train()


def test_a_sweep_goes_on_with_another_number_of_processes(
    begin: Begin, dealt: Any, config: Config, specs: list[Spec], whole: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "dealt"
    made, told = dealt(folder, Here(config, specs, ["stopped", "dies"]))
    made.stop.set()
    assert not made.train()
    assert told == []
    # By one process as far as it likes, by three to the end.
    single = begin(folder, again=True)
    single.stop.set()
    assert not single.train()
    again, _ = dealt(folder, Here(config, specs), workers=3, again=True)
    assert again.done == 2 * EVERY * len(specs)
    assert again.train()
    assert same(folder, whole)


def test_the_chunks_are_dealt_by_what_they_cost(specs: list[Spec]) -> None:
    groups = plan.groups(specs, Data())
    # Four members by themselves, and four together, which take less than one of them.
    assert parts.dealt(groups, range(5), 2) == [[0, 1, 3], [2, 4]]
    assert sorted(parts.dealt(groups, range(5), 9)) == [[0], [1], [2], [3], [4]]
    assert parts.dealt(groups, [3, 1], 1) == [[1, 3]]
    assert parts.dealt(groups, [], 2) == []


def test_a_process_whose_lease_another_has_ends_without_saving(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "workers").mkdir()
    order = Order(str(tmp_path), 0, "mine", (0,), "graph", 1, 60.0)
    lease, worker, left = part.file_of(tmp_path, 0, "lease"), Worker(order), list[int]()
    monkeypatch.setattr(os, "_exit", left.append)
    part.write(lease, Lease("mine"))
    worker._follow()
    assert (left, worker.stop.is_set()) == ([], False)
    part.write(lease, Lease("mine", stop=True))
    worker._follow()
    assert (left, worker.stop.is_set()) == ([], True)
    part.write(part.file_of(tmp_path, 0, "status"), Status("mine", "ended", "here", 1))
    part.revoke(tmp_path)
    worker._follow()
    assert left == [0]
    # A file that is gone once is being replaced.
    lease.unlink()
    Worker(order)._follow()
    assert left == [0]
    worker._follow()
    worker._follow()
    assert left == [0, 0]


@pytest.mark.parametrize(("ends", "state", "why"), [(True, "ended", ""), (False, "stopped", ""), (None, "failed", "ValueError: no")])
def test_its_last_word_is_how_it_ended(tmp_path: Path, ends: bool | None, state: str, why: str) -> None:
    (tmp_path / "workers").mkdir()
    part.write(part.file_of(tmp_path, 0, "lease"), Lease("mine"))
    before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2)}

    def train(worker: Worker) -> bool:
        worker.note("compiled")
        if ends is None:
            raise ValueError("no\nmore")
        os.kill(os.getpid(), signal.SIGUSR2)
        assert worker.stop.wait(10)
        return ends

    try:
        with pytest.raises(ValueError, match="no") if ends is None else contextlib.nullcontext():
            part.work(Order(str(tmp_path), 0, "mine", (0,), "graph", 1, 60.0), train)
    finally:
        for each, action in before.items():
            signal.signal(each, action)
    status = part.status_of(tmp_path, 0, "mine")
    assert status
    assert (status.state, status.why, status.notes, status.process) == (state, why, ("compiled",), os.getpid())
    assert part.status_of(tmp_path, 0, "another") is None


SMALL: command.Asked = {
    "preset": "toy1d-aylien-2017-07",
    "axes": {"k_steps": "1,2"},
    "set": ["evaluate_every=20"],
    "seeds": 2,
    "steps": 200,
    "metrics": "w1,sd",
    "data": None,
}


@pytest.mark.slow
def test_under_a_screen_it_rests_a_member_is_opened_and_one_that_is_killed_is_followed_by_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two real processes by submitit, one of them killed with SIGKILL while they rest; the results are those of one process."""
    monkeypatch.chdir(tmp_path)
    axes = command.axes_of(SMALL)
    config, specs, groups, data, *_ = command.members(SMALL, axes)
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        command.make(folder, SMALL)
    names, told, truth = [axis.name for axis in axes], list[str](), data.of(config).truth
    opened = partial(as_run, sweep="two", copied=False)
    watched = Watched(SMALL["preset"], axes, SMALL["seeds"], config.metrics, truth, config.steps, threading.Event(), opened)
    made = dealing.Dealing("local", 2, []).parts(
        two,
        groups,
        Results(two, specs, names, config.metrics),
        config,
        "graph",
        lambda each: watched.tell(each.done, each.left),
        told.append,
        watched.stopping,
        watched,
    )
    watched.toggle_pause()
    watched.begin(lambda watched: made.train())
    until(lambda: watched.latest.stage is Stage.PAUSED and all(each.status for each in made.parts))
    watched.open(3)
    until(lambda: watched.latest.openings == 1)
    assert watched.latest.opened == "runs/two-member-3", watched.latest.note
    about = checkpoint.read_about(checkpoint.step_path(Path("runs/two-member-3/checkpoints"), 0))
    assert (about.metric, about.knobs.k_steps, about.config.seed) == (None, 2, 1)
    status = part.status_of(two, 0, made.parts[0].token)
    assert status
    os.kill(status.process, signal.SIGKILL)
    watched.come_back()
    watched.toggle_pause()
    until(lambda: watched.latest.stage is Stage.FINISHED)
    # Its processes are gone, and its members can still be opened.
    watched.open(0)
    until(lambda: watched.latest.openings == 2)
    assert watched.latest.opened == "runs/two-member-0"
    population = watched.latest.population
    about = checkpoint.read_about(checkpoint.step_path(Path("runs/two-member-0/checkpoints"), config.steps))
    assert about.metric == population.values[0, 0] == made.results.standing[0].metrics["w1"]
    assert all(portrait.any() for portrait in population.portraits)
    watched.stop()
    assert watched.ended.wait(60)
    assert watched.error is None
    programs = Programs("graph", lambda text: None)
    alone = Results(one, specs, names, config.metrics)
    assert Sweep(one, groups, data, alone, programs, config.steps, config.evaluate_every, lambda told: None, threading.Event()).train()
    assert same(one, two)
    # On a busy machine the processes tell that they are tracing, too.
    (line,) = [each for each in told if each.startswith("process")]
    assert line.startswith(f"process 1 of 2 ({status.process} on ")
    assert line.endswith(" died; its chunks are taken up again from their last save")


class Stands:
    """A sweep that counts its saves."""

    def __init__(self) -> None:
        self.saved = 0

    def save(self) -> None:
        self.saved += 1

    def idle(self) -> None:
        raise AssertionError("a process waits by itself")

    def member(self, place: int) -> Member:
        raise AssertionError("members are opened by whoever began the processes")


def test_a_process_rests_and_saves_as_its_lease_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "workers").mkdir()
    lease, worker, sweep = part.file_of(tmp_path, 0, "lease"), Worker(Order(str(tmp_path), 0, "mine", (0,), "graph", 1, 60.0)), Stands()

    def says(asked: Lease) -> None:
        part.write(lease, asked)
        worker._follow()

    # What was asked of the process before it, this one need not do.
    says(Lease("mine", saves=2))
    worker.rest(sweep)
    assert (worker.asks, sweep.saved) == (False, 0)
    says(Lease("mine", saves=3, rest=True, beat=1))
    assert worker.asks
    thread = threading.Thread(target=worker.rest, args=(sweep,), daemon=True)
    thread.start()
    until(lambda: sweep.saved == 1)
    assert thread.is_alive()
    says(Lease("mine", saves=4, rest=True, beat=2))
    until(lambda: sweep.saved == 2)
    assert thread.is_alive()
    says(Lease("mine", saves=4, beat=3))
    thread.join(10)
    assert (thread.is_alive(), worker.asks) == (False, False)
    # Whoever had it rest may be gone.
    says(Lease("mine", saves=4, rest=True, beat=4))
    monkeypatch.setattr(part, "RESTS", 0.0)
    assert not worker.asks


def test_portraits_that_are_not_there_or_damaged_are_none(tmp_path: Path) -> None:
    (tmp_path / "workers").mkdir()
    assert part.portraits_of(tmp_path, 0) == {}
    for content in (b"", b"PK", b"PK\x03\x04" + bytes(60)):
        part.file_of(tmp_path, 0, "portraits").write_bytes(content)
        assert part.portraits_of(tmp_path, 0) == {}
