"""The page on the machine interface: its scripts steer a real run, and all that it names is there."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.logs import log_of
from tests.program import Program
from tests.wire.visited import until
from tui_gan.contract import commands
from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs
from tui_gan.contract.snapshot import Status
from tui_gan.session import rundir
from tui_gan.session.plan import Plan
from tui_gan.session.thread import RunThread
from tui_gan.wire import messages

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/interface.md").read_text(encoding="utf-8")
HALVE, SKETCH = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
LONG = 60.0
# So slow that its metric stalls.
SLOW = 2e-6


@pytest.fixture
def training(tmp_path: Path, config: Config, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunThread]:
    """A run of very many steps, "mine" in the working directory, which measures its metrics at every second step."""
    monkeypatch.chdir(tmp_path)
    config = msgspec.structs.replace(config, steps=10**9, evaluate_every=2, log_every=2)
    knobs = Knobs(batch_size=8, device="cpu", generator_lr=SLOW, discriminator_lr=SLOW, pace=40.0)
    directory, made = rundir.create(Path("mine"), config, knobs)
    run = RunThread(Plan(directory, made, knobs, made.steps))
    run.start()
    while run.latest.status is Status.LOADING and not run.wait(0.005):
        pass
    yield run
    run.send(commands.Stop())
    assert run.wait(LONG)


@pytest.fixture
def shell(tmp_path: Path) -> dict[str, str]:
    """An environment in which `tui-gan` is this program."""
    called = tmp_path / "bin" / "tui-gan"
    called.parent.mkdir()
    called.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tui_gan "$@"\n')
    called.chmod(0o755)
    path = f"{called.parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "COLUMNS": "80"}


@pytest.mark.slow
def test_the_script_halves_both_learning_rates_when_the_metric_stalls(training: RunThread, shell: dict[str, str]) -> None:
    assert len([line for line in HALVE.splitlines() if line]) <= 20
    words = [sys.executable, "-c", HALVE.replace('EVERY = sys.argv[1], "w1", 5, 10.0', 'EVERY = sys.argv[1], "w1", 5, 0.0'), "mine"]
    with subprocess.Popen(words, env=shell, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as script:
        assert script.stdout
        said = [script.stdout.readline(), script.stdout.readline()]
        training.send(commands.Stop())
        told = script.communicate(timeout=LONG)[1]
    halved = f"{SLOW:g}", f"{SLOW / 2:g}"
    assert said == [f"{player} lr: {halved[1]} (was {halved[0]}) (asked by halve.py).\n" for player in ("Generator", "Discriminator")], told
    turned = [line for line in log_of(Path("mine/log.jsonl")) if line["kind"] == "command" and line["source"]]
    assert [(line["name"], line["value"], line["source"]) for line in turned[:2]] == [
        ("generator_lr", SLOW / 2, "halve.py"),
        ("discriminator_lr", SLOW / 2, "halve.py"),
    ]
    # It ends with the run, whose end it may have seen in the middle of a question.
    assert script.returncode in (0, 1)
    assert "Traceback" not in told


@pytest.mark.usefixtures("training")
def test_a_run_answers_the_sketch_of_the_protocol(shell: dict[str, str]) -> None:
    done = subprocess.run([sys.executable, "-c", SKETCH, "mine"], env=shell, capture_output=True, text=True, timeout=LONG, check=True)
    assert done.stdout == f"{Path('mine').resolve()}\nTrue\n"
    (turned,) = [line for line in log_of(Path("mine/log.jsonl")) if line["kind"] == "command"]
    assert (turned["name"], turned["value"], turned["source"]) == ("k_steps", 3, "sketch")


@pytest.mark.usefixtures("training")
def test_the_page_names_all_that_state_says(program: Program) -> None:
    facts = program("state", "mine", "--json").result
    rows = re.search(r"## tui-gan state.*?\n## ", TEXT, re.DOTALL)
    assert rows
    assert set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\|([^|]*)\|", rows[0], re.MULTILINE)))) == facts.keys()
    assert all(f"`{status.value.lower()}`" in rows[0] for status in Status)
    until(lambda: program("state", "mine", "--json").result["measured"])


def test_the_page_names_every_message_and_command_with_its_fields() -> None:
    page = TEXT[TEXT.index("## The socket") :]
    # Other tests make commands of their own.
    ours = [each for each in commands.Command.__subclasses__() if each.__module__ == commands.__name__]
    for kind in (*messages.FromVisitor.__subclasses__(), *messages.FromRun.__subclasses__()):
        (row,) = re.findall(rf"^\| `{kind.__name__}` \|(.*)$", page, re.MULTILINE)
        assert all(f"`{field}`" in row for field in kind.__struct_fields__), kind
    for kind in ours:
        fields = ", ".join(f"`{field}`" for field in kind.__struct_fields__)
        assert f"`{kind.__name__}`{f' ({fields})' if fields else ''}" in " ".join(page.split()), kind
    assert f"`version` ({messages.VERSION})" in page
