"""What Textual does not offer in public stands in ui/unofficial.py alone: every other file is searched for its private names."""

import ast
import functools
import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
import textual.app

import tui_gan.ui
from tui_gan.ui import unofficial

ROOT = Path(tui_gan.ui.__file__).parents[1]
FILES = sorted(path for path in ROOT.rglob("*.py") if path != Path(unofficial.__file__))
OWN = ("self", "cls", "super()")


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def reaches_into_textual(tree: ast.AST) -> list[str]:
    """Private modules and names that are imported from Textual, and private attributes of anything but one's own `self`."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            module = getattr(node, "module", None) or ""
            names = [f"{module}.{alias.name}".lstrip(".") for alias in node.names]
            found += [name for name in names if name.startswith("textual") and any(map(is_private, name.split(".")))]
        elif isinstance(node, ast.Attribute) and is_private(node.attr) and ast.unparse(node.value) not in OWN:
            found.append(ast.unparse(node))
    return found


@functools.cache
def private_names(one: type) -> set[str]:
    """The private names that the source of a class defines or touches on itself."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(one)))
    defined = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    touched = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and ast.unparse(node.value) in OWN}
    return {name for name in defined | touched if is_private(name)}


def is_textuals(one: type) -> bool:
    return one.__module__.partition(".")[0] == "textual"


def is_ours(one: type) -> bool:
    return one.__module__.startswith("tui_gan.") and one.__module__ != unofficial.__name__


def on_textuals() -> Iterator[type]:
    """Every class of ours that is one of Textual's too."""
    for module in pkgutil.walk_packages(tui_gan.ui.__path__, "tui_gan.ui."):
        for _, one in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if one.__module__ == module.name and is_ours(one) and any(map(is_textuals, one.__mro__)):
                yield one


def test_no_other_file_reaches_for_what_textual_keeps_to_itself() -> None:
    found = {path: reaches_into_textual(ast.parse(path.read_text(encoding="utf-8"))) for path in FILES}
    # In other rooms than the screen's, what is private to a file is private to that room.
    assert [(path.name, name) for path, names in found.items() for name in names if "ui" in path.parts or name.startswith("textual")] == []


def test_no_private_name_of_ours_is_one_of_textuals() -> None:
    shared = {}
    for one in on_textuals():
        theirs, ours = (set().union(*map(private_names, filter(belongs, one.__mro__))) for belongs in (is_textuals, is_ours))
        shared[one.__name__] = ours & theirs
    assert {"TuiGan", "Part", "AsciiFilter"} <= shared.keys()
    assert {name: names for name, names in shared.items() if names} == {}


@pytest.mark.parametrize(
    "source",
    [
        "from textual._xterm_parser import XTermParser",
        "from textual.keys import Keys, _character_to_key",
        "def f():\n    import textual._time",
        "front._forward_event(event)",
        "self.app._driver.write(text)",
    ],
)
def test_the_search_sees_it(source: str) -> None:
    assert reaches_into_textual(ast.parse(source))


def test_the_search_knows_textuals_names() -> None:
    class Mine(textual.app.App[None]):
        def _handle_exception(self, error: Exception) -> None:
            self._return_code = 2

    assert {"_handle_exception", "_return_code"} <= private_names(Mine) & private_names(textual.app.App)
