"""That every line goes through `tell`: no other file prints, writes to a standard stream, or has a library do so."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import tui_gan

ROOT = Path(tui_gan.__file__).parent
WRITES = {"print", "pprint", "echo", "secho", "echo_via_pager", "write", "writelines", "print_exc", "print_exception", "log"}
STREAMS = {"stdout", "stderr", "__stdout__", "__stderr__", "buffer", "console", "typer", "click", "rich", "traceback"}
# `tell` itself; and Rich's lines above a progress bar, which it has to place.
MAY = {"contract/outer.py": ["print"], "headless.py": ["progress.console.print"]}


def printing(tree: ast.AST) -> Iterator[str]:
    """What in a file writes where a terminal may be."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            *before, last = called.split(".")
            if last in WRITES and (called in ("print", "pprint") or (before and before[-1] in STREAMS)):
                yield called


def test_no_file_prints_by_itself() -> None:
    found = {str(path.relative_to(ROOT)): list(printing(ast.parse(path.read_text(encoding="utf-8")))) for path in ROOT.rglob("*.py")}
    assert {path: calls for path, calls in found.items() if calls} == MAY


@pytest.mark.parametrize(
    "source",
    ["print(1)", "sys.stdout.write(x)", "typer.echo(x)", "sys.stderr.buffer.write(x)", "console.print(x)", "traceback.print_exc()"],
)
def test_what_prints_is_seen(source: str) -> None:
    assert len(list(printing(ast.parse(source)))) == 1


@pytest.mark.parametrize("source", ["file.write(x)", "tell(x)", "sys.stdout.flush()", "self.log(x)", "footprint(x)"])
def test_what_does_not_is_let_be(source: str) -> None:
    assert not list(printing(ast.parse(source)))
