"""What the README shows is run, and what it names is there: commands, options, keys, names of tables, files."""

import importlib.util
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer

from tests.program import Program
from tui_gan import cli
from tui_gan.cli import settings
from tui_gan.contract.errors import UsageError, choose
from tui_gan.contract.knobs import KNOBS
from tui_gan.gan.datasets import Images, Line, Plane
from tui_gan.gan.latents import LATENTS
from tui_gan.gan.metrics import METRICS
from tui_gan.gan.metrics.completion import FEW_TIMES, TIMES
from tui_gan.gan.objectives import OBJECTIVES
from tui_gan.gan.optimizers import OPTIMIZERS, SCHEDULES
from tui_gan.gan.orders import COORDINATION, ORDERS
from tui_gan.gan.regularizers import REGULARIZERS
from tui_gan.presets import PRESETS
from tui_gan.session.export import EXPORTERS, maker
from tui_gan.ui.keys import ACTIONS, CHARACTERS, knob_keys, view_keys

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "README.md").read_text()
GROUP: Any = typer.main.get_command(cli.app)
# Every call of the program: the lines of the blocks of shell code, and the words in backquotes that are one.
LINES = [line for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL) for line in block.splitlines()]
CALLS = [line.partition("  #")[0].strip() for line in [*LINES, *re.findall(r"`([^`\n]+)`", TEXT)] if line.startswith("tui-gan ")]
# What stands for a word of the user's own.
PLACEHOLDERS = {"N": "7", "NAME": "toy1d"}
TABLES = {
    "presets": PRESETS, "objectives": OBJECTIVES, "regularizers": REGULARIZERS, "latents": LATENTS, "metrics": METRICS,
    "optimizers": OPTIMIZERS, "schedules": SCHEDULES, "updates": ORDERS, "coordination": COORDINATION, "exports": EXPORTERS,
}  # fmt: skip


def options(command: Any) -> list[str]:
    return [name for each in command.params for name in (*each.opts, *each.secondary_opts) if name.startswith("-")]


def parsed(call: str) -> tuple[str, dict[str, Any]]:
    """The command of a call and its values, by the parser of the program, which exits where they are wrong."""
    name, *words = (PLACEHOLDERS.get(word, word) for word in shlex.split(call)[1:])
    return name, choose(GROUP.commands, name, "command").make_context(name, words).params


@pytest.mark.slow
def test_the_ten_lines_of_plain_pytorch_load_and_sample_an_export(tmp_path: Path, program: Program) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert "tui_gan import" not in code
    assert program("run", "toy1d", "--json", "--headless", "--steps", 1000, "--out", tmp_path / "run").status == 0
    written = tmp_path / "generator.safetensors"
    assert program("export", tmp_path / "run", "--to", "safetensors", "--out", written).status == 0
    shown = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True, text=True, timeout=120).stdout
    found = re.fullmatch(r"mean ([\d.]+), sd ([\d.]+)\n", shown)
    assert found
    assert abs(float(found[1]) - 4) < 0.1
    assert abs(float(found[2]) - 0.5) < 0.05


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_each_command_is_shown_and_its_help_tells_each_of_its_options(name: str, program: Program) -> None:
    assert any(call.split()[1] == name for call in CALLS)
    told = program(name, "--help")
    assert told.status == 0
    for each in GROUP.commands[name].params:
        assert each.help, each.name
        # Help breaks its lines where the terminal ends.
        assert "".join(each.help.split()) in "".join(told.out.split()), each.name
    for option in options(GROUP.commands[name]):
        assert re.search(rf"(?<![\w-]){option}(?![\w-])", told.out), option


def test_each_option_that_is_named_is_one_of_the_program() -> None:
    known = {option for command in (GROUP, *GROUP.commands.values()) for option in options(command)}
    named = {word for line in [*CALLS, *re.findall(r"`(--[^`]+)`", TEXT)] for word in line.split() if word.startswith("--")}
    assert named
    assert named <= known | {"--help"}


def test_each_call_means_what_the_program_takes() -> None:
    """A command alone is its name, and an option alone is known."""
    called = [call for call in dict.fromkeys(CALLS) if len(call.split()) > 2]
    assert called
    for call in called:
        check(*parsed(call))
    assert {call.split()[1] for call in CALLS if not call.split()[1].startswith("-")} <= set(cli.COMMANDS)


def check(name: str, given: dict[str, Any]) -> None:
    """Hold the values of a call against the tables that they name."""
    if name == "run":
        knobs = {knob: given[knob] for knob in KNOBS if given[knob] is not None}
        own = {option: given[option] for option in ("steps", "seed", "generator", "discriminator")}
        own["data"] = given["data"] and str(given["data"])
        settings.resolved(given["preset"], None, settings.of_pairs(given["set"] or ()), own, knobs)
    if name == "export":
        maker(given["to"], given["what"])
    for preset in filter(None, (given.get("preset"), given.get("name"))):
        choose(PRESETS, preset, "preset")
    for metric in (given.get("metrics") or "parzen").split(","):
        choose(METRICS, metric, "metric")


def test_a_call_that_the_program_does_not_take_is_found() -> None:
    for call in ("tui-gan train toy1d", "tui-gan run toy1d --heedless", "tui-gan export runs/mine", "tui-gan sample runs/mine -n ten"):
        with pytest.raises(Exception) as wrong:  # noqa: PT011
            parsed(call)
        assert wrong.value.exit_code == 2  # type: ignore[attr-defined]
    for call in ("tui-gan run toy2d", "tui-gan run toy1d --set objektive=hinge", "tui-gan export runs/mine --to jpg"):
        with pytest.raises(UsageError):
            check(*parsed(call))


def test_the_tables_of_keys_are_those_of_the_screen() -> None:
    """Both begin with a row that says `key`: the digits with their views, then the keys that work everywhere."""
    views, keys = (table.split("\n\n")[0] for table in TEXT.split("\n| key |")[1:])
    assert re.findall(r"^\| (\d) \| (\w+) \|", views, re.MULTILINE) == [(key.key, key.name) for key in view_keys()]
    told = {key for cell in re.findall(r"^\| (.*?) \|", keys, re.MULTILINE) for key in re.split(r"[,\s]+", cell)}
    letters = {name: letter for letter, name in CHARACTERS.items()}
    everywhere = [*ACTIONS, *(key for knob in KNOBS.values() for key in knob_keys(knob))]
    # The slash works in two panels alone.
    assert {key.lower() if len(key) > 1 else key for key in told} == {letters.get(key.key, key.key) for key in everywhere} | {"/"}


@pytest.mark.parametrize("table", TABLES)
def test_each_name_that_may_be_chosen_is_told(table: str) -> None:
    assert [name for name in TABLES[table] if not re.search(rf"(?<![\w-]){re.escape(name)}(?!\w)", TEXT)] == []


@pytest.mark.parametrize(("data", "kind"), [("line", Line), ("plane", Plane), ("images", Images)])
def test_the_metrics_of_each_kind_of_data_are_told(data: str, kind: type) -> None:
    told = re.findall(rf"^\| {data}\b.*?\| (.*) \|$", TEXT.partition("\n| data | metrics |")[2], re.MULTILINE)
    named = set(re.findall(r"\w+", " ".join(told))) & METRICS.keys()
    # What wants to know more than samples has rows of its own.
    assert named == {name for name, metric in METRICS.items() if kind in metric.ways and not metric.of}


def test_what_the_readme_points_to_is_there() -> None:
    targets = [line.split()[1] for line in LINES if line.startswith("make ")] + re.findall(r"`make (\w+)`", TEXT)
    rules = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    extras = re.findall(r"tui-gan\[(\w+)\]", TEXT)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    modules = re.findall(r"python -m ([\w.]+)", TEXT)
    links = [link for link in re.findall(r"\]\(([^)]+)\)", TEXT) if "://" not in link]
    assert all((targets, extras, modules, links))
    assert set(targets) <= set(rules)
    assert set(extras) <= set(project["optional-dependencies"])
    assert [module for module in modules if importlib.util.find_spec(module) is None] == []
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_completions_are_counted_as_they_are_made() -> None:
    assert f"the standard deviation over {TIMES} completions, and spread_growth, that over {FEW_TIMES} with" in TEXT
    assert {int(count) for count in re.findall(r"mean of (\d+) completions", TEXT)} == {TIMES}
