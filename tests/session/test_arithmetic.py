"""A run goes on by what it was trained by: the same number of threads, and a word where something is not the same."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from tests.program import Program
from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.network import Network
from tui_gan.session import arithmetic, checkpoint, devices
from tui_gan.session.arithmetic import Arithmetic, changed, kept, threads

Train = Callable[..., Any]
# So many that PyTorch shares the sums of batch normalisation between threads.
SHARED = Knobs(batch_size=2048, device="cpu", checkpoint_every=1000)


@pytest.fixture(autouse=True)
def _nothing_asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """PyTorch's own number is 2, whatever the machine has, and as many help."""

    def all_help(config: Config, knobs: Knobs, dataset: object, most: int) -> tuple[int, str]:
        torch.set_num_threads(most)
        return most, ""

    before = torch.get_num_threads()
    monkeypatch.setattr(arithmetic, "DEFAULT", 2)
    monkeypatch.setattr(devices, "helpful_threads", all_help)
    for name in ("MKL_NUM_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def open_config(config: Config) -> Config:
    normalised = Network(widths=(16,), norm="batch")
    return msgspec.structs.replace(config, threads=0, steps=4, generator=normalised, evaluated=100, fixed_latents=64)


def restarted_where(default: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """As another process would begin, on a machine where PyTorch takes so many threads."""
    monkeypatch.setattr(arithmetic, "DEFAULT", default)
    torch.set_num_threads(default)


def differing(one: Path, other: Path) -> list[str]:
    first, second = load_file(one), load_file(other)
    return [name for name in first if not torch.equal(first[name], second[name])]


def told(ended: Any) -> list[tuple[str, str]]:
    return [(event.kind, event.text) for event in ended.session.run.events if "thread" in event.text or "PyTorch" in event.text]


def test_a_run_goes_on_with_the_threads_that_it_was_trained_with(
    train: Train, resume: Train, open_config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = train("whole", config=open_config, knobs=SHARED)
    for name, default in (("fewer", 1), ("more", 3)):
        restarted_where(2, monkeypatch)
        assert told(train(name, config=open_config, knobs=SHARED, until=2)) == []
        restarted_where(default, monkeypatch)
        ended = resume(name, 4)
        assert torch.get_num_threads() == 2
        assert differing(whole.checkpoint(4), ended.checkpoint(4)) == [], name
        path = ended.directory.path
        own = f"`OMP_NUM_THREADS={default} tui-gan resume {path}` takes {default}, PyTorch's default here"
        said = f"goes on bit for bit with 2 CPU threads, as before; {own}"
        assert told(ended) == [("info", said)]


def test_another_number_that_the_user_asks_for_is_taken_and_told(
    train: Train, resume: Train, open_config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = train("whole", config=open_config, knobs=SHARED)
    train("run", config=open_config, knobs=SHARED, until=2)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    restarted_where(1, monkeypatch)
    ended = resume("run", 3)
    assert torch.get_num_threads() == 1
    said = (
        "resumed with 1 CPU thread instead of 2 CPU threads: the last bits may differ from those of an uninterrupted run; "
        f"`OMP_NUM_THREADS=2 tui-gan resume {ended.directory.path}` goes on bit for bit"
    )
    assert told(ended) == [("warning", said)]
    # From now on it is the number that it was trained with, of which nothing is to be said.
    assert checkpoint.read_about(ended.checkpoint(3)).arithmetic.threads == 1
    again = resume("run", 4)
    assert told(again) == [("warning", said)]
    assert differing(whole.checkpoint(4), again.checkpoint(4)), "threads make no difference to these sums, so that nothing was tested"


def test_the_number_of_the_configuration_comes_first(train: Train, resume: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    train("run", until=2)
    assert torch.get_num_threads() == 1
    restarted_where(3, monkeypatch)
    assert told(resume("run", 4)) == []
    assert torch.get_num_threads() == 1


def test_a_run_that_leaves_it_open_takes_pytorchs_own_number_whatever_ran_before(train: Train, open_config: Config) -> None:
    train("one")
    assert torch.get_num_threads() == 1
    train("open", config=open_config, until=1)
    assert torch.get_num_threads() == 2


def test_a_checkpoint_that_does_not_say_it_goes_on_in_silence(
    train: Train, resume: Train, open_config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = train("run", config=open_config, until=2)
    path = ended.checkpoint(2)
    about = msgspec.json.decode(_metadata(path))
    assert about.pop("arithmetic") == {"threads": 2, "torch": torch.__version__, "cpu": torch.backends.cpu.get_cpu_capability()}
    save_file(load_file(path), path, {checkpoint.KEY: msgspec.json.encode(about).decode()})
    restarted_where(3, monkeypatch)
    assert told(resume("run", 3)) == []
    assert torch.get_num_threads() == 3


def _metadata(path: Path) -> str:
    with safe_open(path, framework="pt") as file:
        return str(file.metadata()[checkpoint.KEY])


@pytest.mark.parametrize(
    ("wanted", "before", "environment", "number"),
    [
        (0, None, {}, 2),
        (5, None, {}, 5),
        (5, 3, {"OMP_NUM_THREADS": "7"}, 5),
        (0, 0, {}, 2),
        (0, 3, {}, 3),
        (0, 64, {}, 64),
        (0, 3, {"OMP_NUM_THREADS": "2"}, 2),
        # PyTorch itself would cut this down to the cores.
        (0, 64, {"OMP_NUM_THREADS": "64"}, 64),
        (0, 3, {"OMP_NUM_THREADS": "3", "MKL_NUM_THREADS": "2"}, 2),
        (0, 3, {"OMP_NUM_THREADS": "2", "MKL_NUM_THREADS": "3"}, 3),
        # A file that lies does not fill the machine with threads.
        (0, 10**15, {}, 2),
    ],
)
def test_which_number_is_taken(
    wanted: int, before: int | None, environment: dict[str, str], number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arithmetic, "VARIABLES", ("MKL_NUM_THREADS", "OMP_NUM_THREADS"))
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert threads(wanted, None if before is None else Arithmetic(threads=before)) == number


def test_whatever_differs_is_in_one_sentence() -> None:
    now = Arithmetic(threads=2, torch="2.9.0", cpu="AVX512")
    for before in (now, Arithmetic(), Arithmetic(torch="2.9.0")):
        assert changed(before, now, "") == ""
    said = changed(Arithmetic(threads=8, torch="2.6.0", cpu="AVX2"), now, "tui-gan resume x")
    assert said == (
        "resumed with 2 CPU threads, PyTorch 2.9.0, AVX512 instructions instead of 8 CPU threads, PyTorch 2.6.0, AVX2 instructions: the "
        "last bits may differ from those of an uninterrupted run; `OMP_NUM_THREADS=8 tui-gan resume x` takes 8 CPU threads"
    )
    said = changed(Arithmetic(threads=2, torch="2.6.0\x1b[2J", cpu="AVX512"), now, "tui-gan resume x")
    assert said == (
        "resumed with PyTorch 2.9.0 instead of PyTorch 2.6.0\\x1b[2J: the last bits may differ from those of an uninterrupted run"
    )


def test_the_variable_that_rules_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arithmetic, "VARIABLES", ("MKL_NUM_THREADS", "OMP_NUM_THREADS"))
    monkeypatch.setenv("MKL_NUM_THREADS", "2")
    assert "`MKL_NUM_THREADS=8 x` goes on bit for bit" in changed(Arithmetic(threads=8), Arithmetic(threads=2), "x")
    assert "`MKL_NUM_THREADS=2 x` takes" in kept(0, Arithmetic(threads=8), "x")
    assert kept(8, Arithmetic(threads=8), "x") == ""


@pytest.mark.parametrize("words", [["--headless", "--json"], ["--plain"]], ids=" ".join)
def test_it_is_said_whatever_reports_on_the_run(
    program: Program, train: Train, open_config: Config, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = train("run", config=open_config, until=2).directory.path
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    restarted_where(1, monkeypatch)
    done = program("resume", path, *words)
    assert done.status == 0
    said = done.out if "--plain" in words else done.err
    assert "esumed with 1 CPU thread instead of 2 CPU threads" in said
    assert "`OMP_NUM_THREADS=2 tui-gan resume" in said
    if "--json" in words:
        assert msgspec.json.decode(done.out.splitlines()[-1])["step"] == 4
    assert "OMP_NUM_THREADS" in os.environ


def test_a_new_run_that_leaves_it_open_takes_as_many_as_help_and_says_so(
    train: Train, resume: Train, open_config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one_helps(config: Config, knobs: Knobs, dataset: object, most: int) -> tuple[int, str]:
        assert most == 2
        torch.set_num_threads(1)
        return 1, "CPU threads: 1, as many as help here"

    monkeypatch.setattr(devices, "helpful_threads", one_helps)
    ended = train("open", config=open_config, until=2)
    assert told(ended) == [("info", "CPU threads: 1, as many as help here")]
    assert checkpoint.read_about(ended.checkpoint(2)).arithmetic.threads == 1
    restarted_where(2, monkeypatch)
    resume("open", 4)
    assert torch.get_num_threads() == 1
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    restarted_where(2, monkeypatch)
    train("asked", config=open_config, until=2)
    assert torch.get_num_threads() == 2
