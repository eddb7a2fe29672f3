"""Runs whose steps are compiled: what is asked of the compiler, and what the run makes of its programs.

Where the compiler itself is not what is tested, the traced graph stands for the program: it is what the compiler is given, and runs in
PyTorch as it is.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import torch
from torch import Tensor

from tests.logs import log_of
from tests.stand_in import ALIKE, stand_in
from tests.wire.visited import until
from tui_gan.contract.commands import ChangeSetting, SetKnob
from tui_gan.contract.config import Config, Optimizer
from tui_gan.contract.knobs import Knobs, set_knob
from tui_gan.contract.network import Network
from tui_gan.gan.engines.compiled import why_not
from tui_gan.gan.networks import parameters
from tui_gan.gan.trainer import Trainer
from tui_gan.presets import PRESETS
from tui_gan.session import checkpoint, making, programs, timing
from tui_gan.session.making import Request

Train = Callable[..., Any]
# Early on something falls due at nearly every step.
UNTIL = 100


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[dict[Path, Request]]:
    """The requests that were made, by where their programs lie; each program is its graph, and one of them is called."""
    called: list[Path] = []
    graphs: dict[Path, torch.nn.Module] = {}
    requests: dict[Path, Request] = {}

    class Making:
        over, failed = True, ""

        def __init__(self, request: Request, target: Path) -> None:
            requests[target] = request
            monkeypatch.setattr(making, "_compile", lambda graph, examples, target, threads: graphs.update({target: graph}))
            threads, stream = torch.get_num_threads(), torch.random.get_rng_state()
            making.make(request, target)
            # It is made by another process.
            torch.set_num_threads(threads)
            torch.random.set_rng_state(stream)

        def close(self) -> None:
            pass

    def load(path: Path) -> Callable[[list[Tensor]], None] | None:
        if path not in graphs:
            return None

        @torch.no_grad()
        def call(tensors: list[Tensor]) -> None:
            called.append(path)
            graphs[path](*tensors)

        return call

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(programs, "Making", Making)
    monkeypatch.setattr(programs, "load", load)
    yield requests
    assert called or not requests


def weights(path: Path) -> dict[str, Tensor]:
    return {name: value for name, value in checkpoint.read(path)[0].items() if name.startswith(("generator", "discriminator"))}


def test_a_compiled_run_is_the_eager_one_to_rounding_and_logs_saves_and_finishes_at_the_same_steps(
    train: Train, config: Config, made: dict[Path, Request]
) -> None:
    script: dict[int, list[Any]] = {20: [SetKnob("k_steps", 2)], 28: [SetKnob("generator_steps", 3)]}
    compiled = train("compiled", config=msgspec.structs.replace(config, engine="compiled"), script=script, until=UNTIL)
    eager = train("eager", config=config, script=script, until=UNTIL)
    assert [(request.k, request.knobs.generator_steps) for request in made.values()] == [(1, 1), (2, 1), (2, 3)]
    one, other = (
        [(entry["kind"], entry["step"]) for entry in log_of(each.directory.log) if entry["kind"] in ("scalars", "metrics")]
        for each in (compiled, eager)
    )
    assert one == other
    assert checkpoint.stored(compiled.directory.checkpoints).keys() == checkpoint.stored(eager.directory.checkpoints).keys()
    found, expected = weights(compiled.checkpoint(UNTIL)), weights(eager.checkpoint(UNTIL))
    assert found.keys() == expected.keys()
    assert any(not torch.equal(found[name], expected[name]) for name in found)
    for name in found:
        torch.testing.assert_close(found[name], expected[name], rtol=1e-3, atol=1e-4)
    texts = [event.text for event in compiled.snapshots[-1].events]
    assert sum("the step is compiled at the lowest priority" in text for text in texts) == 3
    assert sum("the compiled step is in use from step" in text for text in texts) == 3


def test_a_state_without_moments_that_is_put_in_trains_eagerly_first(train: Train, config: Config, made: dict[Path, Request]) -> None:
    run = train("compiled", config=msgspec.structs.replace(config, engine="compiled"), until=30).session.run
    assert run.compiling.train(run.trainer, run.knobs, 1, 100) == 1
    run.trainer.load_state(Trainer(run.trainer.config, run.trainer.dataset, "cpu").state())
    assert run.compiling.train(run.trainer, run.knobs, 1, 100) == 0
    run.trainer.step(run.knobs)
    assert run.compiling.train(run.trainer, run.knobs, 1, 100) == 1


@pytest.mark.slow
def test_lazy_regularizers_and_batch_normalisation_are_those_of_the_eager_run(
    train: Train, config: Config, made: dict[Path, Request]
) -> None:
    """A step at which the regularizers are due is another program than one at which they are not."""
    # Adam would divide by its own size the gradient of a bias in front of the normalisation, which is rounding alone.
    descent = Optimizer(kind="sgd", momentum=0.5)
    changes = {"lazy": 3, "regularizers": {"r1": 2.0}, "generator": Network(widths=(5,), norm="batch"), "optimizer": descent}
    wanted = msgspec.structs.replace(config, **changes)
    compiled = train("compiled", config=msgspec.structs.replace(wanted, engine="compiled"), until=UNTIL)
    eager = train("eager", config=wanted, until=UNTIL)
    assert sorted(request.step % 3 == 0 for request in made.values()) == [False, True]
    found, expected = weights(compiled.checkpoint(UNTIL)), weights(eager.checkpoint(UNTIL))
    assert any("running_mean" in name for name in found)
    always = weights(train("always", config=msgspec.structs.replace(wanted, lazy=1), until=UNTIL).checkpoint(UNTIL))
    apart, of_another = (sum(float((each[name] - expected[name]).square().sum()) for name in found) for each in (found, always))
    assert 0 < apart < 1e-6 * of_another
    texts = [event.text for event in compiled.snapshots[-1].events]
    assert sum("the step is compiled" in text for text in texts) == sum("the compiled step is in use" in text for text in texts) == 1


def test_a_resume_of_a_compiled_run_is_exact_where_the_program_is_there_at_once(
    train: Train, resume: Train, config: Config, made: dict[Path, Request]
) -> None:
    wanted = msgspec.structs.replace(config, engine="compiled")
    # Whoever begins finds the programs that this one has had made.
    train("first", config=wanted, until=UNTIL)
    whole = train("whole", config=wanted, until=UNTIL)
    train("halved", config=wanted, until=90)
    halved = resume("halved", until=UNTIL)
    found, expected = weights(halved.checkpoint(UNTIL)), weights(whole.checkpoint(UNTIL))
    eager = weights(train("eager", config=config, until=UNTIL).checkpoint(UNTIL))
    assert all(torch.equal(found[name], expected[name]) for name in expected)
    assert any(not torch.equal(found[name], eager[name]) for name in eager)


def test_the_engine_is_chosen_while_it_trains(train: Train, config: Config, made: dict[Path, Request]) -> None:
    ended = train(config=config, script={10: [ChangeSetting("engine", "compiled")], 90: [ChangeSetting("engine", "eager")]}, until=UNTIL)
    assert ended.outcome.error is None
    (request,) = made.values()
    assert 10 <= request.step <= 15
    assert "engine: compiled (was eager)" in [event.text for event in ended.snapshots[-1].events]


def told(ended: Any, words: str) -> list[str]:
    return [event.text for event in ended.snapshots[-1].events if words in event.text]


@pytest.mark.parametrize(("cost", "made_some"), [(1e9, False), (0.0, True)])
def test_auto_has_a_program_made_where_it_pays(
    train: Train, config: Config, made: dict[Path, Request], monkeypatch: pytest.MonkeyPatch, cost: float, made_some: bool
) -> None:
    monkeypatch.setitem(timing.COST, "compiled", cost)
    ended = train(config=msgspec.structs.replace(config, engine="auto"), until=UNTIL)
    assert ended.outcome.error is None
    assert bool(made) is made_some
    assert len(told(ended, "auto: compiled, since ")) == made_some
    assert all(timing.ENOUGH <= request.step < timing.ENOUGH + 5 for request in made.values())


@pytest.mark.slow
def test_auto_trains_eagerly_again_where_a_program_turns_out_to_be_no_faster(
    train: Train, config: Config, made: dict[Path, Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(timing.COST, "compiled", 0.0)
    monkeypatch.setattr(timing.Timing, "loses", property(lambda self: self.by_program.steps > 8))
    ended = train(config=msgspec.structs.replace(config, engine="auto"), until=UNTIL)
    assert len(told(ended, "the compiled step is in use")) == 1
    assert len(told(ended, "auto: it trains eagerly, ")) == 1


def test_auto_says_why_it_cannot(train: Train, config: Config, made: dict[Path, Request]) -> None:
    wanted = msgspec.structs.replace(config, engine="auto", discriminator=Network(widths=(5,), dropout=0.5))
    ended = train(config=wanted)
    assert told(ended, "not compiled") == ["the step is not compiled: dropout draws inside the networks; it trains eagerly"]
    assert made == {}


def test_graphs_are_refused_where_there_is_no_gpu_for_them(train: Train, config: Config, made: dict[Path, Request]) -> None:
    ended = train(config=msgspec.structs.replace(config, engine="graph"))
    assert told(ended, "not captured") == ["the step is not captured: CUDA graphs need an NVIDIA GPU; it trains eagerly"]
    assert made == {}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"discriminator": Network(widths=(5,), dropout=0.5)}, "dropout"),
        ({"generator": Network(widths=(5,), dropout=0.5)}, "dropout"),
        pytest.param(
            {"discriminator": Network(widths=(5,), spectral=True), "regularizers": {"r2": 1.0}},
            "spectral normalisation with r1 or r2",
            marks=pytest.mark.slow,
        ),
        ({"bf16": True}, "bfloat16"),
    ],
)
def test_what_cannot_be_compiled_trains_eagerly_and_says_so_once(
    train: Train, config: Config, made: dict[Path, Request], changes: dict[str, Any], why: str
) -> None:
    wanted = msgspec.structs.replace(config, engine="compiled", **changes)
    ended = train(config=wanted)
    assert made == {}
    told = [event.text for event in ended.snapshots[-1].events if "not compiled" in event.text]
    assert len(told) == 1
    assert why in told[0]
    assert told[0].endswith("; it trains eagerly")
    eager = train("eager", config=msgspec.structs.replace(wanted, engine="eager"))
    found, expected = weights(ended.checkpoint(40)), weights(eager.checkpoint(40))
    assert all(torch.equal(found[name], expected[name]) for name in expected)


def test_a_cache_that_cannot_be_written_costs_the_program_and_not_the_run(
    train: Train, config: Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "cache").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    ended = train(config=msgspec.structs.replace(config, engine="compiled"))
    assert (ended.outcome.status, ended.outcome.error) == ("finished", None)
    assert sum("the step cannot be compiled" in event.text for event in ended.snapshots[-1].events) == 1


def test_a_compiler_that_fails_with_many_words_is_told_by_its_last_line(
    config: Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    compiler = tmp_path / "python"
    compiler.write_text(
        "#!/bin/sh\ncat > /dev/null\nhead -c 300000 /dev/zero | tr '\\0' 'x' >&2\necho >&2\necho 'it is broken' >&2\nexit 1\n"
    )
    compiler.chmod(0o755)
    monkeypatch.setattr(programs.sys, "executable", str(compiler))
    begun = programs.Making(Request(config, Knobs(), (1,), 1, 1, 1, ""), tmp_path / "x.so")
    until(lambda: begun.over)
    assert begun.failed == "it is broken"
    begun.close()


@pytest.mark.slow
def test_a_program_that_the_compiler_has_made_is_the_eager_step(
    train: Train, resume: Train, config: Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It is called by a run that waits for it, and found at once by the next, which goes on with it exactly."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    wanted = msgspec.structs.replace(config, engine="compiled")
    begin = programs.Making.__init__

    def wait(self: programs.Making, request: Request, target: Path) -> None:
        begin(self, request, target)
        while not self.over:
            time.sleep(0.1)

    monkeypatch.setattr(programs.Making, "__init__", wait)
    # Whoever has it made begins with it one step later than those that find it.
    train("first", config=wanted, until=UNTIL)
    whole = train("whole", config=wanted, until=UNTIL)
    eager = train("eager", config=config, until=UNTIL)
    train("halves", config=wanted, until=90)
    halves = resume("halves", until=UNTIL)
    found, expected, again = (weights(each.checkpoint(UNTIL)) for each in (whole, eager, halves))
    for name in found:
        torch.testing.assert_close(found[name], expected[name], rtol=1e-3, atol=1e-4)
    assert any("the compiled step is in use" in event.text for event in whole.snapshots[-1].events)
    assert any(not torch.equal(found[name], expected[name]) for name in found)
    assert all(torch.equal(again[name], found[name]) for name in found)
    assert len([*(tmp_path / "cache" / "tui-gan" / "programs").glob("*.so")]) == 1


LIGHT = 300_000


@pytest.mark.parametrize("minibatch", [False, True], ids=["without", "with"])
@pytest.mark.parametrize("preset", ALIKE.values())
def test_a_request_is_understood_where_it_is_made(preset: str, minibatch: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    config, knobs = PRESETS[preset].config, set_knob(PRESETS[preset].knobs, "minibatch_discrimination", minibatch)
    data = stand_in(config)
    if sum([*parameters(config, data.shape).values()][:2]) > LIGHT:
        pytest.skip("it takes long, and its form is that of a smaller one")
    trainer = Trainer(config, data, "cpu")
    if why_not(trainer.game, trainer.now, "cpu"):
        pytest.skip("it is not compiled")
    monkeypatch.setattr("tui_gan.gan.engines.compiled.traced", lambda *given: torch.nn.Identity())
    monkeypatch.setattr(making, "_compile", lambda *given: None)
    trainer.step(knobs)
    before = trainer.state()
    form = trainer.called.form(knobs)
    assert all(torch.equal(value, before[name]) for name, value in trainer.state().items())
    request = Request(config, knobs, tuple(data.shape), trainer.steps_done, trainer.k_steps(knobs), torch.get_num_threads(), form)
    making.make(msgspec.msgpack.decode(msgspec.msgpack.encode(request), type=Request), tmp_path / "x.so")
    with pytest.raises(ValueError, match="looks otherwise"):
        making.make(msgspec.structs.replace(request, form=form + " "), tmp_path / "x.so")


def test_nothing_is_loaded_that_somebody_else_may_have_put_there(tmp_path: Path) -> None:
    path = tmp_path / "x.so"
    assert programs.load(path) is None
    path.write_bytes(b"no library")
    path.chmod(0o722)
    assert programs.load(path) is None
    (tmp_path / "link.so").symlink_to(path)
    assert programs.load(tmp_path / "link.so") is None
    path.chmod(0o700)
    with pytest.raises(OSError, match=r"x\.so"):
        programs.load(path)
