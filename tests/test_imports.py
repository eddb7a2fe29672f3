"""The import rule: which room may know which, checked in every file; and that help costs neither torch nor textual."""

import ast
import graphlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import tui_gan

ROOT = Path(tui_gan.__file__).parent
HEAVY_ROOMS = {"bench", "data", "gan", "serve", "session", "sweep", "ui"}


class Rule(NamedTuple):
    """The rooms of ours that a room may import ("" is the package itself), and third parties."""

    ours: set[str]
    others: set[str]


RULES = {
    "__init__": Rule(set(), set()),
    "__main__": Rule({"cli"}, set()),
    "contract": Rule(set(), {"numpy", "msgspec", "tomli_w"}),
    "data": Rule({"contract"}, {"numpy", "PIL", "platformdirs"}),
    "gan": Rule({"contract"}, {"torch", "numpy"}),
    "session": Rule({"contract", "data", "gan", "wire"}, {"torch", "numpy", "msgspec", "safetensors", "psutil", "PIL"}),
    "wire": Rule({"contract"}, {"msgspec", "numpy"}),
    "ui": Rule({"contract"}, {"textual", "rich", "plotext", "numpy"}),
    "serve": Rule({"contract"}, {"aiohttp", "aiohttp_jinja2", "textual_serve"}),
    "headless": Rule({"contract"}, {"rich"}),
    "plain": Rule({"contract"}, set()),
    "presets": Rule({"contract"}, {"msgspec"}),
    "bench": Rule({"contract", "gan", "session", "sweep"}, {"torch", "msgspec"}),
    "sweep": Rule({"contract", "gan", "session"}, {"torch", "numpy", "msgspec", "safetensors", "psutil"}),
    "cli": Rule(
        {"", "bench", "contract", "data", "gan", "serve", "session", "sweep", "ui", "wire", "headless", "plain", "presets"},
        {"typer", "rich"},
    ),
}
# What a room may load inside a function alone: what takes long, and what need not be installed.
BODIES = {
    "bench": {"jax"},
    "cli": {"torch", "numpy", "msgspec", "textual", "platformdirs", "psutil"},
    "data": {"datasets"},
    "gan": {"torch_fidelity", "scipy"},
    "session": {"pynvml", "matplotlib"},
    "sweep": {"matplotlib", "optuna", "pyarrow", "submitit"},
    "ui": {"PIL"},
}
# The mathematics knows no threads, files or clocks.
NOT_IN_GAN = {"threading", "queue", "asyncio", "os", "pathlib", "io", "shutil", "time", "datetime", "sys"}


class Import(NamedTuple):
    module: str
    line: int
    inside: bool


def imports(tree: ast.AST, inside: bool = False) -> Iterator[Import]:
    """Every import below a node; `inside` says whether it waits in a function body or is for type checkers alone."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno, inside) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"line {node.lineno}: a relative import"
            # `from tui_gan.session import devices` names a module of a room, `from tui_gan import cli` a room.
            names = [alias.name for alias in node.names] if node.module == "tui_gan" else []
            rooms = [name for name in names if (ROOT / name).is_dir() or (ROOT / f"{name}.py").is_file()]
            yield from (Import(f"tui_gan.{name}", node.lineno, inside) for name in rooms)
            if len(rooms) < len(names) or not names:
                yield Import(str(node.module), node.lineno, inside)
        else:
            deferred = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or _for_type_checkers(node)
            yield from imports(node, inside or deferred)


def _for_type_checkers(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def room_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def breaches(room: str, found: Import) -> str | None:
    """Why a room may not have this import, or None."""
    top, _, rest = found.module.partition(".")
    if top != "tui_gan":
        if top in sys.stdlib_module_names:
            return f"{room} may not import {top}" if room == "gan" and top in NOT_IN_GAN else None
        allowed = RULES[room].others | (BODIES.get(room, set()) if found.inside else set())
        return None if top in allowed else f"{room} may not import {top}"
    other = rest.partition(".")[0]
    if other == room:
        return None
    if other not in RULES[room].ours:
        return f"{room} may not import {found.module}"
    if room == "cli" and other in HEAVY_ROOMS and not found.inside and found.module not in LIGHT_MODULES:
        return f"cli may import {found.module} inside the body of a command alone"
    return None


# Modules of heavy rooms that load neither torch nor textual; cli/front.py, itself loaded by a command, begins with them.
LIGHT_MODULES = {"tui_gan.session.plan", "tui_gan.session.runlog", "tui_gan.session.thread"}

FILES = sorted(ROOT.rglob("*.py"))


def test_every_file_imports_only_what_its_room_may() -> None:
    assert {room_of(path) for path in FILES} <= RULES.keys(), "there is a room that the import rule does not know"
    found = [(path, each, breaches(room_of(path), each)) for path in FILES for each in imports(ast.parse(path.read_bytes()))]
    assert len(found) > len(FILES)
    assert [f"{path.relative_to(ROOT)}, line {each.line}: {breach}" for path, each, breach in found if breach] == []


def test_no_file_of_the_mathematics_knows_what_it_is_used_by() -> None:
    """The imports of gan, also those inside functions and for type checkers, hold no circle."""
    modules = {".".join(("tui_gan", *path.relative_to(ROOT).with_suffix("").parts)): path for path in FILES if room_of(path) == "gan"}
    modules = {name.removesuffix(".__init__"): path for name, path in modules.items()}
    graph: dict[str, set[str]] = {}
    for name, path in modules.items():
        tree = ast.parse(path.read_bytes())
        # `from tui_gan.gan import judging` names a module too.
        named = {
            f"{node.module}.{alias.name}"
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module
            for alias in node.names
        }
        # A package's own file may gather what lies in it.
        graph[name] = {each for each in named | {found.module for found in imports(tree)} if each in modules and each != name}
        graph[name] -= {parent for parent in graph[name] if name.startswith(f"{parent}.")}
    assert len(graph) > 30
    assert len([*graphlib.TopologicalSorter(graph).static_order()]) == len(graph)


@pytest.mark.parametrize(
    ("room", "source", "allowed"),
    [
        ("ui", "import torch", False),
        ("ui", "def f():\n    from tui_gan.session import run", False),
        ("ui", "from tui_gan.contract import commands", True),
        ("contract", "from tui_gan import gan", False),
        ("gan", "import time", False),
        ("gan", "import math", True),
        ("cli", "from tui_gan.session import devices", False),
        ("cli", "def f():\n    from tui_gan.session import devices", True),
        ("cli", "if TYPE_CHECKING:\n    from tui_gan.session.plan import Plan", True),
        ("cli", "import torch", False),
        ("cli", "from tui_gan.serve import tabs", False),
        ("cli", "def f():\n    from aiohttp import web", False),
        ("session", "if True:\n    try:\n        import tui_gan.ui.app\n    except ImportError: pass", False),
        ("data", "import pandas", False),
        ("data", "import datasets", False),
        ("data", "def f():\n    from datasets import load_dataset", True),
        ("gan", "import torch_fidelity", False),
        ("gan", "def f():\n    import torch_fidelity", True),
        ("gan", "def f():\n    import datasets", False),
        ("session", "import pynvml", False),
        ("session", "def f():\n    import pynvml", True),
        ("session", "import matplotlib", False),
        ("session", "def f():\n    from matplotlib.figure import Figure", True),
        ("presets", "from msgspec.structs import replace", True),
        ("presets", "from tui_gan.gan import networks", False),
    ],
)
def test_the_rule_sees_what_breaks_it(room: str, source: str, allowed: bool) -> None:
    assert all(breaches(room, each) is None for each in imports(ast.parse(source))) is allowed


def loaded(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter has loaded after `code`."""
    report = "import sys, atexit; atexit.register(lambda: print('\\nLOADED', *sorted({n.partition('.')[0] for n in sys.modules})))\n"
    done = subprocess.run([sys.executable, "-c", report + code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.rpartition("LOADED")[2].split())


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], [], ["run", "--help"], ["presets"]], ids=str)
def test_help_loads_neither_torch_nor_textual(arguments: list[str]) -> None:
    code = f"import runpy; sys.argv = ['tui-gan', *{arguments}]; runpy.run_module('tui_gan', run_name='__main__')"
    modules = loaded(code)
    assert "typer" in modules
    assert not modules & {"torch", "textual", "safetensors", "aiohttp"}


@pytest.mark.parametrize("module", ["tui_gan.cli.front", "tui_gan.session.thread", "tui_gan.session.rundir", *sorted(LIGHT_MODULES)])
def test_what_stands_before_the_first_frame_does_not_load_torch(module: str) -> None:
    assert not loaded(f"import {module}") & {"torch", "safetensors"}


def test_importing_the_package_costs_nothing() -> None:
    assert not loaded("import tui_gan") & {"numpy", "msgspec", "typer", "torch"}


def test_neither_the_forms_of_a_state_nor_a_first_step_load_torchs_compiler() -> None:
    """It takes two seconds, and most of what has no numbers loads it."""
    code = """
from dataclasses import replace as turned
from msgspec.structs import replace
from tui_gan.gan import state
from tui_gan.gan.datasets import DATASETS
from tui_gan.gan.trainer import Trainer
from tui_gan.presets import PRESETS
from tui_gan.session.sources import shape_of

for name, preset in PRESETS.items():
    config = preset.config
    drawn = [{"spectral": True}, {"init": "truncated_normal"}, {"init": "he"}, {"last_sparse": 1}]
    plain = {"column_norm": 0.0}
    for changes in ({}, *drawn) if name in ("toy1d", "ring2d-conditional") else ({},):
        changed = replace(config, discriminator=replace(config.discriminator, **plain, **changes))
        state.forms(changed, DATASETS[config.dataset](False).shape if config.dataset in DATASETS else shape_of(config))
        assert "torch._dynamo" not in sys.modules, (name, changes)
    if name in ("toy1d", "ring2d-ali"):
        Trainer(config, DATASETS[config.dataset](config.standardize), "cpu").step(turned(preset.knobs, device="cpu", batch_size=8))
        assert "torch._dynamo" not in sys.modules, name
"""
    # Each line of it asserts, and what it ends with says that it came so far.
    assert "torch" in loaded(code)
