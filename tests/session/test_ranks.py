"""A run that two processes share by gloo: knobs reach both, all of it is that of one process, and who is left saves."""

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
import torch
from safetensors.torch import load_file

from tests.logs import log_of
from tests.session.conftest import Ended
from tui_gan.contract.commands import (
    ChangeSetting,
    Redo,
    Resume,
    SetKnob,
    SlowMotion,
    Step,
    Stop,
    TurnKnob,
    Undo,
    UpdateDiscriminator,
    UpdateGenerator,
)
from tui_gan.contract.config import Completion, Config, Minibatch
from tui_gan.contract.errors import UsageError
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.network import Network
from tui_gan.gan.datasets import DATASETS
from tui_gan.gan.engines.eager import Eager
from tui_gan.gan.engines.shared import RankLostError
from tui_gan.gan.trainer import Trainer
from tui_gan.gan.values import Seen
from tui_gan.session import ranks
from tui_gan.session.checkpoint import step_path, stored
from tui_gan.session.sources import dataset_of
from tui_gan.session.undo import InForce

Train = Callable[..., Ended]
CONFIG = Config(
    preset="digits",
    dataset="digits",
    steps=30,
    threads=1,
    latent_dim=5,
    stratified=False,
    generator=Network(kind="dcgan", widths=(4,), activation="relu", norm="batch", output="tanh"),
    discriminator=Network(kind="dcgan", widths=(4,)),
    minibatch=Minibatch(kernels=3, dim=2),
    metrics=("precision", "recall"),
    metric="recall",
    evaluated=100,
    fixed_latents=8,
    log_every=5,
    evaluate_every=20,
    preview_every=10,
)
KNOBS = Knobs(batch_size=16, device="cpu", checkpoint_every=10)
BROKEN_AT = 17
UNSHARED = SetKnob("batch_size", 25)
# What is turned on the way; a loss that is no number comes between.
TURNS: dict[int, Sequence[object]] = {
    3: [TurnKnob("k_steps", 1), None],
    6: [SetKnob("generator_lr", 0.002), ChangeSetting("objective", "hinge"), None],
    8: [Step(2), Resume()],
    11: [UpdateDiscriminator(), UpdateGenerator(), Resume()],
    13: [Undo(), Redo(), SetKnob("batch_size", 24)],
    15: [SlowMotion(), Resume()],
    20: [None, SetKnob("generator_lr", 0.001), Resume()],
    22: [UNSHARED],
    26: [Stop()],
}
# The processes are forks of one that has imported torch; the second may be killed at one of its updates.
PROGRAM = """
import json, os, signal, sys
from pathlib import Path
import msgspec, torch
from tests.session.conftest import carried_out
from tests.session.test_ranks import CONFIG, KNOBS, TURNS, breaking
from tui_gan.contract.commands import Stop
from tui_gan.gan.engines.shared import Shared
from tui_gan.session import ranks, rundir
from tui_gan.session.plan import Plan

torch.set_num_threads(1)

def killed_at(update):
    agreed, met = Shared.agreed, []
    def dies(*given):
        met.append(0)
        if len(met) == update:
            os.kill(os.getpid(), signal.SIGKILL)
        return agreed(*given)
    Shared.agreed = dies

def lead(folder, script):
    directory, config = rundir.create(folder, CONFIG, KNOBS)
    Shared.agreed = breaking(Shared.agreed)
    ended = carried_out(Plan(directory, config, KNOBS, until=config.steps, hold=True, processes=2), script)
    said = {"status": ended.outcome.status, "step": ended.outcome.step, "error": str(ended.outcome.error or "")}
    folder.with_suffix(".json").write_text(json.dumps(said))

for name, port, script, update in (("turned", sys.argv[2], TURNS, 0), ("killed", sys.argv[3], {30: [Stop()]}, 18)):
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=port, WORLD_SIZE="2")
    children = []
    for rank in (0, 1):
        children.append(os.fork())
        if not children[-1]:
            os.environ["RANK"] = str(rank)
            if rank == 0:
                lead(Path(sys.argv[1], name), script)
            else:
                killed_at(update)
                ranks.follow()
            os._exit(0)
    print(*(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children), flush=True)
"""


def breaking(agreed: Callable[..., Any]) -> Callable[..., Any]:
    """As it is, with a loss that is no number in the first updates of the step after BROKEN_AT."""
    # Two of D and one of G.
    left = [*range(3)]

    def broken(engine: Eager, seen: Seen, gradients: Any) -> Any:
        seen, gradients = agreed(engine, seen, gradients)
        if engine.state.steps_done == BROKEN_AT and left:
            left.pop()
            seen = seen._replace(loss=seen.loss * torch.nan)
        return seen, gradients

    return broken


class Shared(NamedTuple):
    """What has become of a run that two processes shared."""

    folder: Path
    said: dict[str, Any]
    statuses: list[int]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Shared]:
    place = tmp_path_factory.mktemp("ranks")
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM, str(place), str(free_port()), str(free_port())]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=Path(__file__).parents[2])
    assert done.returncode == 0, done.stderr
    lines = [[*map(int, line.split())] for line in done.stdout.splitlines()]
    return {
        name: Shared(place / name, json.loads((place / f"{name}.json").read_text()), statuses)
        for name, statuses in zip(("turned", "killed"), lines, strict=True)
    }


def near(one: Path, other: Path) -> list[str]:
    """The names of the tensors of two checkpoints that differ by more than rounding, which steps multiply."""
    first, second = load_file(one), load_file(other)
    assert first.keys() == second.keys()
    return [name for name in first if not torch.allclose(first[name].double(), second[name].double(), rtol=1e-3, atol=1e-5)]


def test_a_run_of_two_processes_is_that_of_one(shared: dict[str, Shared], train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Eager, "agreed", breaking(Eager.agreed))
    # One turn is refused: a batch that two processes cannot share.
    turns = {step: [each for each in sent if each != UNSHARED] for step, sent in TURNS.items()}
    alone = train("turned", turns, config=CONFIG, knobs=KNOBS, hold=True)
    folder, said, statuses = shared["turned"]
    assert (said["status"], said["step"], said["error"]) == ("stopped", alone.outcome.step, "")
    assert statuses == [0, 0]
    assert near(step_path(folder / "checkpoints", said["step"]), alone.checkpoint(said["step"])) == []
    logs = [log_of(folder / "log.jsonl"), log_of(alone.directory.log)]
    told, known = ([entry for entry in log if entry["kind"] == "command"] for log in logs)
    assert [(each["step"], each["name"], each["value"]) for each in told] == [(each["step"], each["name"], each["value"]) for each in known]
    losses = [[entry["generator_loss"] for entry in log if entry["kind"] == "scalars"] for log in logs]
    assert losses[0] == pytest.approx(losses[1], rel=1e-3)
    texts = [entry["text"] for entry in logs[0] if entry["kind"] == "event"]
    assert "2 processes share each step: 8 of the 16 samples of a batch each; a step equals that of one process to rounding" in texts
    assert any(text.startswith("a batch of 25 has no equal shares") for text in texts)
    assert any("non-finite" in text for text in texts)


def test_who_is_left_saves_the_whole_step(shared: dict[str, Shared], train: Train, tmp_path: Path) -> None:
    folder, said, statuses = shared["killed"]
    assert statuses == [0, -9]
    # Two updates a step: the 18th is the last of step 9.
    assert (said["status"], said["step"]) == ("failed", 9)
    assert said["error"].startswith("rank 1 has gone; the run is saved at step 9, and `tui-gan resume")
    assert "\n" not in said["error"]
    assert [*stored(folder / "checkpoints")] == [9]
    alone = train("alone", {9: [Stop()]}, config=CONFIG, knobs=KNOBS, hold=True)
    assert near(step_path(folder / "checkpoints", 9), alone.checkpoint(9)) == []


def test_one_process_goes_on_with_what_several_left(shared: dict[str, Shared], train: Train, resume: Train, tmp_path: Path) -> None:
    (tmp_path / "killed").symlink_to(shared["killed"].folder)
    gone_on = resume("killed", 12)
    alone = train("alone", {12: [Stop()]}, config=CONFIG, knobs=KNOBS, hold=True)
    assert gone_on.outcome.step == 12
    assert near(gone_on.checkpoint(12), alone.checkpoint(12)) == []


@pytest.mark.parametrize(
    ("changes", "turned", "count", "said"),
    [
        ({}, {"batch_size": 25}, 2, "a batch of 25 has no equal shares for 2 processes; set --batch-size to 24 or 26"),
        ({}, {"batch_size": 2}, 3, "a batch of 2 has no equal shares for 3 processes; set --batch-size to 3 or 6"),
        ({"engine": "compiled"}, {}, 2, "several processes train by the eager engine alone, not by 'compiled': set engine to eager"),
        ({"coordination": "accuracy"}, {}, 2, "set coordination to fixed"),
        ({"regularizers": {"adaptive_l2": 0.1}}, {}, 2, "adaptive_l2 cannot follow D's accuracy"),
        ({"augment": "cutout", "augment_target": 0.6}, {}, 2, "augment_target cannot follow D in several processes"),
        ({}, {"device": "mps"}, 2, "not on 'mps'"),
        ({"coordination": "adaptive"}, {}, 2, "unknown coordination 'adaptive'"),
        ({"regularizers": {"foo": 1.0}}, {}, 2, "unknown regularizer 'foo'"),
        ({}, {"batch_size": 2, "minibatch_discrimination": True}, 2, "set --batch-size to 4 or more"),
        ({"completion": Completion(masks="random", error=0.0, observed=1.0)}, {"batch_size": 18}, 2, "9 is odd"),
    ],
)
def test_what_several_processes_cannot_do_is_refused_in_one_line(
    changes: dict[str, Any], turned: dict[str, Any], count: int, said: str
) -> None:
    config = msgspec.structs.replace(CONFIG, **changes)
    now = InForce(Knobs(**{"batch_size": 16, "device": "cpu", **turned}), config, dataset_of(CONFIG, Path())[0])
    with pytest.raises(UsageError, match=r"^[^\n]+$") as refused:
        ranks.check(now, count)
    assert said in str(refused.value)


def test_numbers_are_not_shared() -> None:
    with pytest.raises(UsageError, match="images alone"):
        ranks.check(InForce(KNOBS, Config(preset="toy1d"), DATASETS["gaussian"](True)), 2)


def test_what_sees_a_share_alone_says_so() -> None:
    dataset, dropping = dataset_of(CONFIG, Path())[0], Network(kind="dcgan", widths=(4,), dropout=0.5)
    assert [*ranks.doubts(InForce(KNOBS, CONFIG, dataset), 2)] == []
    config = msgspec.structs.replace(CONFIG, feature_matching=1.0, discriminator=dropping)
    knobs = Knobs(batch_size=16, device="cpu", minibatch_discrimination=True)
    found = [*ranks.doubts(InForce(knobs, config, dataset), 4)]
    assert found[0] == "minibatch discrimination sees the 4 samples of its process, not the batch of 16"
    assert [text.split()[0] for text in found] == ["minibatch", "feature", "dropout"]
    # A pack has several samples.
    packed = [*ranks.doubts(InForce(knobs, msgspec.structs.replace(CONFIG, packing=2), dataset), 4)]
    assert packed == ["minibatch discrimination sees the 8 samples of its process, not the batch of 32"]
    # An encoder counts where there is one.
    for inference, wanted in (("none", 0), ("deterministic", 1)):
        with_encoder = msgspec.structs.replace(CONFIG, inference=inference, encoder=Network(widths=(4,), dropout=0.5))
        assert len([*ranks.doubts(InForce(KNOBS, with_encoder, dataset), 2)]) == wanted


class MadeUp(ranks.Leader):
    """Others that are not there, and follow whatever is said to them.

    Args:
        breaks_at: the step before which the memory does not suffice; -1 for none.
    """

    def __init__(self, breaks_at: int = -1) -> None:
        self.count, self.lost, self.breaks_at = 2, "", breaks_at

    def step(self, trainer: Trainer, knobs: Knobs) -> None:
        if self.lost:
            raise RankLostError
        with self._in_step(trainer):
            if trainer.steps_done == self.breaks_at:
                raise torch.OutOfMemoryError("too large")
            trainer.step(knobs)

    def end(self) -> None:
        pass


@pytest.fixture
def with_others(monkeypatch: pytest.MonkeyPatch) -> Callable[[MadeUp], None]:
    return lambda others: monkeypatch.setattr(ranks, "Leader", lambda folder: others)


def test_a_live_change_says_what_it_is_of_a_share_alone(with_others: Callable[[MadeUp], None], train: Train) -> None:
    with_others(MadeUp())
    script = {2: [SetKnob("minibatch_discrimination", True)], 4: [SetKnob("device", "cuda")], 6: [ChangeSetting("engine", "auto")]}
    ended = train(config=CONFIG, knobs=KNOBS, hold=True, processes=2, script=script | {8: [Stop()]})
    told = [(event.step, event.text) for event in ended.session.run.events if event.kind == "warning"]
    assert told[0] == (2, "minibatch discrimination sees the 8 samples of its process, not the batch of 16")
    assert [step for step, _ in told] == [2, 4, 6]
    assert "stays as it is" in told[1][1]
    assert "by the eager engine alone" in told[2][1]
    assert (ended.session.run.knobs.device, ended.session.run.config.engine) == ("cpu", "eager")


def test_an_error_in_the_middle_of_a_step_ends_what_several_share(with_others: Callable[[MadeUp], None], train: Train) -> None:
    with_others(MadeUp(breaks_at=12))
    ended = train(config=CONFIG, knobs=KNOBS, hold=True, processes=2, script={12: [], 100: [None, Resume(), None]})
    assert ended.outcome.status == "failed"
    assert str(ended.outcome.error).startswith(
        "the processes are out of step by an error (OutOfMemoryError: too large); the run is saved at step"
    )
    assert [*stored(ended.directory.checkpoints)] == [ended.outcome.step]
