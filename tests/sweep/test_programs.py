"""Programs of many: graphs at once, compiled ones when they are ready."""

import dataclasses
from pathlib import Path

import msgspec
import pytest
import torch
from torch import Tensor

from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.gan.engines.compiled import Call
from tui_gan.session import making as session_making
from tui_gan.session import programs as session_programs
from tui_gan.session.making import Request
from tui_gan.sweep import plan, programs
from tui_gan.sweep.chunks import Together
from tui_gan.sweep.plan import Data, Spec
from tui_gan.sweep.programs import PAYS, Programs

COUNT = 3


class Made:
    """What stands in for the compiler: it is over when it is told so, and its program is counted."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.over, self.failed = False, ""
        self.calls: list[int] = []
        self.there: set[Path] = set()

    def begin(self, request: Request, place: Path) -> "Made":
        self.requests.append(request)
        self.place = place
        return self

    def close(self) -> None:
        if self.over and not self.failed:
            self.there.add(self.place)

    def load(self, path: Path) -> Call | None:
        def call(tensors: list[Tensor]) -> None:
            self.calls.append(len(tensors))

        return call if path in self.there else None


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Made:
    made = Made()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(programs, "Making", made.begin)
    monkeypatch.setattr(programs, "SLOW", 60.0)
    monkeypatch.setattr(session_programs, "load", made.load)
    return made


def begun(config: Config, knobs: Knobs, wanted: Programs) -> Together:
    specs = [Spec(place, {}, msgspec.structs.replace(config, seed=place), knobs) for place in range(COUNT)]
    (group,) = plan.groups(specs, Data())
    return Together(group, specs, Data(), wanted)


@pytest.mark.slow
def test_on_another_device_each_chunk_has_the_step_that_was_captured_of_it(config: Config, knobs: Knobs, made: Made) -> None:
    wanted = Programs("auto", str)
    wanted.left = 1e9
    there = dataclasses.replace(knobs, device="meta")
    chunks = [begun(config, there, wanted) for _ in range(2)]
    for chunk in chunks:
        chunk.train(4, lambda: False)
    assert [chunk.steps_done for chunk in chunks] == [4, 4]
    assert all(each.is_meta for chunk in chunks for each in chunk.many.tensors)
    assert not made.requests
    assert {key[0] for key in wanted._replayed} == {id(chunk.many) for chunk in chunks}
    assert not wanted.compiled(chunks[0].group.form, COUNT)


def test_a_graph_serves_until_the_program_is_there(config: Config, knobs: Knobs, made: Made) -> None:
    told: list[str] = []
    wanted = Programs("compiled", told.append)
    chunk = begun(config, knobs, wanted)
    form, before = chunk.group.form, [each.clone() for each in chunk.many.tensors]
    chunk.train(2, lambda: False)
    assert (len(made.requests), made.calls, wanted.compiled(form, COUNT)) == (1, [], False)
    assert not torch.equal(before[0], chunk.many.tensors[0])
    (request,) = made.requests
    assert (request.members, request.step, request.k, request.config.seed) == (COUNT, 0, knobs.k_steps, 0)
    made.over = True
    chunk.train(4, lambda: False)
    assert len(made.calls) == 2
    assert wanted.compiled(form, COUNT)
    assert not wanted.compiled(form, COUNT + 1)
    assert told == ["compiling the step, a minute or two; until then it is trained as a graph", "the compiled step is in use"]
    # Another sweep of as many finds it at once.
    again = begun(config, knobs, Programs("compiled", told.append))
    again.train(1, lambda: False)
    assert (len(made.requests), len(made.calls), len(told)) == (1, 3, 2)


def test_that_a_step_is_traced_is_told_where_it_takes_long(
    config: Config, knobs: Knobs, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    begun(config, knobs, Programs("graph", told.append)).train(1, lambda: False)
    assert told == []
    monkeypatch.setattr(programs, "SLOW", 0.0)
    begun(config, knobs, Programs("graph", told.append)).train(1, lambda: False)
    assert told == ["tracing the step, once for all members that differ in numbers alone", "the step is traced"]


def test_one_that_cannot_be_made_is_told_once_and_the_graph_goes_on(config: Config, knobs: Knobs, made: Made) -> None:
    told: list[str] = []
    made.over, made.failed = True, "no compiler"
    chunk = begun(config, knobs, Programs("compiled", told.append))
    for until in (2, 4, 6):
        chunk.train(until, lambda: False)
    assert chunk.steps_done == 6
    assert len(made.requests) == 1
    assert told[1:] == ["the step is not compiled: no compiler"]


def test_one_that_is_there_makes_room_for_the_next_whoever_trains(config: Config, knobs: Knobs, made: Made) -> None:
    wanted = Programs("compiled", lambda text: None)
    first, second = begun(config, knobs, wanted), begun(config, set_knob(knobs, "k_steps", 2), wanted)
    for chunk in (first, second):
        chunk.train(1, lambda: False)
    assert [request.k for request in made.requests] == [knobs.k_steps]
    made.over = True
    second.train(2, lambda: False)
    assert [request.k for request in made.requests] == [knobs.k_steps, 2]


@pytest.mark.parametrize(("engine", "left", "asked"), [("auto", PAYS / 2, 0), ("auto", 2 * PAYS, 1), ("graph", 2 * PAYS, 0)])
def test_it_is_made_where_the_time_that_is_left_pays_for_it(
    config: Config, knobs: Knobs, made: Made, engine: str, left: float, asked: int
) -> None:
    wanted = Programs(engine, lambda text: None)
    wanted.left = left
    begun(config, knobs, wanted).train(2, lambda: False)
    assert len(made.requests) == asked


@pytest.mark.slow
def test_the_program_of_the_compiler_does_what_the_graph_does(
    config: Config, knobs: Knobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    chunks = {}
    for engine in ("graph", "compiled"):
        told: list[str] = []
        wanted = Programs(engine, told.append)
        chunks[engine] = begun(config, knobs, wanted)
        if engine == "compiled":
            # A step by the graph, at which it is asked for.
            chunks[engine].train(1, lambda: False)
            wanted.wait(300.0)
        chunks[engine].train(6, lambda: False)
        wanted.close()
    assert told[1:] == ["the compiled step is in use"]
    for one, other in zip(chunks["graph"].many.tensors, chunks["compiled"].many.tensors, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


def test_the_request_is_what_the_maker_checks(config: Config, knobs: Knobs, made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    """The maker, in this process and without the compiler, traces a program of the form that was asked for."""
    begun(config, knobs, Programs("compiled", lambda text: None)).train(1, lambda: False)
    examples: list[Tensor] = []
    monkeypatch.setattr(session_making, "_compile", lambda graph, given, target, threads: examples.extend(given))
    threads = torch.get_num_threads()
    session_making.make(made.requests[0], Path("nowhere"))
    torch.set_num_threads(threads)
    assert {len(each) for each in examples} == {COUNT}
