"""A run directory that somebody moves or deletes while it trains is made again, and costs nothing of the training."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import torch

from tests.logs import log_of
from tui_gan.contract.commands import Browse, Stop
from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.snapshot import Status
from tui_gan.gan.trainer import Trainer
from tui_gan.session import checkpoint, rundir
from tui_gan.session.obey import OBEY
from tui_gan.session.session import Session

Train = Callable[..., Any]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, Callable[[], object]], None]:
    """Let something happen right after a step has been trained."""

    def at(step: int, happens: Callable[[], object]) -> None:
        trained = Trainer.step

        def then(trainer: Trainer, knobs: Knobs) -> None:
            trained(trainer, knobs)
            if trainer.steps_done == step:
                happens()

        monkeypatch.setattr(Trainer, "step", then)

    return at


def weights(ended: Any, step: int) -> dict[str, torch.Tensor]:
    tensors, _ = checkpoint.read(ended.checkpoint(step))
    return {name: value for name, value in tensors.items() if not name.startswith("history.")}


def losses(ended: Any) -> list[dict[str, Any]]:
    """The scalars in the log but for those at step 22, which the checkpoint of that step brings."""
    return [{**line, "seconds": 0} for line in log_of(ended.directory.log) if line["kind"] == "scalars" and line["step"] != 22]


def told(ended: Any, part: str) -> list[str]:
    return [event.text for event in ended.session.run.events if part in event.text]


@pytest.mark.parametrize(
    ("became", "hold"),
    [
        ("deleted", True),
        *(pytest.param(*each, marks=pytest.mark.slow) for each in (("moved", False), ("deleted", False), ("moved", True))),
    ],
)
def test_a_directory_that_goes_is_made_again_and_the_run_goes_on(
    train: Train, resume: Train, at: Any, tmp_path: Path, became: str, hold: bool
) -> None:
    place, elsewhere = tmp_path / "run", tmp_path / "elsewhere"
    whole = train("whole", hold=hold)
    at(22, lambda: shutil.rmtree(place) if became == "deleted" else place.rename(elsewhere))
    ended = train("run", hold=hold)
    assert (ended.outcome.status, ended.outcome.error, ended.outcome.step) == ("finished", None, 40)
    (said,) = told(ended, "made again")
    assert f"the run directory {place} was {became} while it trained" in said
    assert ("are lost" in said) == (became == "deleted")
    assert all(torch.equal(value, weights(whole, 40)[name]) for name, value in weights(ended, 40).items())
    # The log is whole, those lines too that were written to the file without a name.
    assert losses(ended) == losses(whole)
    assert rundir.read_config(ended.directory)[0] == ended.session.run.config
    if became == "moved":
        assert list(checkpoint.stored(elsewhere / "checkpoints")) == [10, 20]
        # What is written now is written here alone.
        assert max(line["step"] for line in log_of(elsewhere / "log.jsonl")) <= 22
    assert resume("run", 45).outcome.step == 45


@pytest.mark.parametrize(("step", "found_out"), [(22, 22), (73, 75)])
def test_the_state_is_saved_as_soon_as_it_is_found_out(
    train: Train, at: Any, tmp_path: Path, config: Config, step: int, found_out: int
) -> None:
    # Up to step 64 each step has a preview, later a line of the log finds it out.
    at(step, lambda: shutil.rmtree(tmp_path / "run"))
    ended = train("run", until=found_out + 3, config=msgspec.structs.replace(config, preview_every=1000, steps=100))
    assert list(checkpoint.stored(ended.directory.checkpoints)) == [found_out, found_out + 3]


@pytest.mark.parametrize("name", ["log.jsonl", "config.toml", "checkpoints", "previews"])
def test_a_part_that_goes_is_made_again(train: Train, resume: Train, at: Any, tmp_path: Path, name: str) -> None:
    gone = tmp_path / "run" / name
    at(22, lambda: shutil.rmtree(gone) if gone.is_dir() else gone.unlink())
    ended = train("run")
    assert ended.outcome.status == "finished"
    assert told(ended, "made again") == [f"missing from {tmp_path / 'run'} and made again: {name}; a checkpoint is saved at once"]
    assert [line["step"] for line in losses(ended)] == [5, 10, 15, 20, 25, 30, 35, 40]
    assert rundir.read_config(ended.directory)[0] == ended.session.run.config
    assert resume("run", 45).outcome.step == 45


def test_a_checkpoint_that_goes_while_the_run_rests_is_written_when_it_is_left(
    train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, newest = tmp_path / "run/checkpoints/step-00000040.safetensors", []

    def goes(session: Session, command: Browse) -> None:
        path.unlink()
        newest.append(session.run.files.newest)

    monkeypatch.setitem(OBEY, Browse, goes)
    ended = train("run", {100: [Browse(), Stop()]}, hold=True)
    assert ended.outcome.status == "finished"
    assert newest == [30]
    assert checkpoint.read_about(path).step == 40


def test_a_copy_of_the_data_comes_back_too(train: Train, resume: Train, at: Any, tmp_path: Path, config: Config) -> None:
    (tmp_path / "mine.csv").write_text("\n".join(str(number % 7) for number in range(100)))
    at(22, lambda: (shutil.rmtree(tmp_path / "run"), (tmp_path / "mine.csv").unlink()))
    ended = train("run", config=msgspec.structs.replace(config, data=str(tmp_path / "mine.csv")))
    assert ended.outcome.status == "finished"
    assert (tmp_path / "run" / "data.csv").read_text().startswith("0\n1\n2")
    assert resume("run", 45).outcome.step == 45


def test_the_working_directory_comes_back_too(
    at: Any, tmp_path: Path, config: Config, knobs: Knobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.session.conftest import carried_out
    from tui_gan.session.plan import Plan

    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    at(22, lambda: shutil.rmtree(tmp_path / "work"))
    directory, made = rundir.create(Path("run"), config, knobs)
    ended = carried_out(Plan(run=directory, config=made, knobs=knobs, until=40), {})
    assert (ended.outcome.status, ended.outcome.error) == ("finished", None)
    assert (tmp_path / "work/run/checkpoints/step-00000040.safetensors").is_file()
    assert os.getcwd() == str(tmp_path / "work")


def test_another_run_in_its_place_is_left_alone(train: Train, at: Any, tmp_path: Path) -> None:
    place, other = tmp_path / "run", tmp_path / "other"
    train("other", until=10)

    def swapped() -> None:
        place.rename(tmp_path / "elsewhere")
        other.rename(place)

    at(22, swapped)
    ended = train("run")
    assert ended.outcome.error.exit_code == 2
    assert f"cannot write {place}: another run lies there now" in str(ended.outcome.error)
    assert list(checkpoint.stored(place / "checkpoints")) == [10]
    assert max(line["step"] for line in log_of(place / "log.jsonl")) == 10


def test_a_place_where_nothing_can_be_made_pauses_and_the_run_goes_on_when_it_can(train: Train, at: Any, tmp_path: Path) -> None:
    place = tmp_path / "run"

    def blocked() -> None:
        shutil.rmtree(place)
        place.write_text("mine")

    at(22, blocked)
    ended = train("run", {100: [None, Stop()]}, hold=True)
    shown = ended.snapshots[1]
    assert shown.status is Status.PAUSED
    assert "see that it can be written, then {pause} continues" in shown.advice
    assert f"cannot write {place}" in str(ended.outcome.error)
    assert "there is no checkpoint yet" in str(ended.outcome.error)
    assert place.read_text() == "mine"
