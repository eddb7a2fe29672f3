"""Finds the small faults that can be put into a module: those of mutmut's operators, less what no test should notice.

mutmut itself leaves out tables, defaults and decorated functions, in which much of this program stands; here they take part.
"""

import tomllib
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path
from typing import NamedTuple

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators

ROOT = Path(__file__).parent.parent
EQUIVALENT = Path(__file__).with_name("equivalent.toml")


class Mutant(NamedTuple):
    """A module with one fault.

    Attributes:
        module: its path from the root.
        lines: the first and the last line of the innermost statement that holds the fault.
        sound, source: the whole text without the fault and with it.
        diff: the changed lines, with `-` and `+` before them.
    """

    module: str
    lines: tuple[int, int]
    sound: str
    source: str
    diff: str


class Fault(NamedTuple):
    """What would be replaced by what."""

    module: str
    lines: tuple[int, int]
    tree: cst.Module
    was: cst.CSTNode
    now: cst.CSTNode

    def made(self) -> Mutant | None:
        """Return the mutant; None where its text is no Python, or the same."""
        source, before = self.tree.deep_replace(self.was, self.now).code, self.tree.code
        try:
            compile(source, self.module, "exec")
        except SyntaxError:
            return None
        changed = list(unified_diff(before.splitlines(), source.splitlines(), n=0, lineterm=""))[2:]
        diff = "\n".join(line for line in changed if not line.startswith("@@"))
        return Mutant(self.module, self.lines, before, source, diff) if diff else None


def faults(module: str) -> list[Fault]:
    """All faults of a module, by place."""
    wrapper = MetadataWrapper(cst.parse_module((ROOT / module).read_text()), unsafe_skip_copy=True)
    visitor = _Visitor()
    wrapper.visit(visitor)
    return [Fault(module, lines, wrapper.module, was, now) for lines, was, now in visitor.found]


def equivalents() -> dict[tuple[str, str], str]:
    """The reasons of those that are known to change nothing that can be seen, by module and diff."""
    listed = tomllib.loads(EQUIVALENT.read_text()) if EQUIVALENT.exists() else {}
    return {(each["module"], _plain(each["diff"])): each["reason"] for each in listed.get("mutant", [])}


def is_listed(mutant: Mutant, listed: dict[tuple[str, str], str]) -> bool:
    """Whether it stands among the equivalent ones."""
    return (mutant.module, _plain(mutant.diff)) in listed


def _plain(diff: str) -> str:
    return "\n".join(f"{line[0]} {line[1:].strip()}" for line in diff.strip().splitlines())


class _Visitor(cst.CSTVisitor):
    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[tuple[int, int], cst.CSTNode, cst.CSTNode]] = []
        self._statements: list[tuple[int, int]] = [(0, 0)]

    def on_visit(self, node: cst.CSTNode) -> bool:
        if _says_only(node):
            return False
        if isinstance(node, cst.BaseStatement | cst.BaseSmallStatement):
            self._statements.append(self._lines(node))
        for kind, operator in mutation_operators:
            if isinstance(node, kind):
                self.found += [
                    (self._statements[-1], node, now) for now in _without_repeats(node, operator(node)) if not _loosens(node, now)
                ]
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if isinstance(original_node, cst.BaseStatement | cst.BaseSmallStatement) and not _says_only(original_node):
            self._statements.pop()

    def _lines(self, node: cst.CSTNode) -> tuple[int, int]:
        """Of a compound statement its head alone, since its body's statements have lines of their own."""
        place = self.get_metadata(PositionProvider, node)
        body = getattr(node, "body", None)
        last = self.get_metadata(PositionProvider, body).start.line if isinstance(body, cst.IndentedBlock) else place.end.line
        return place.start.line, last


def _says_only(node: cst.CSTNode) -> bool:
    """Whether it is for readers, checkers or caches alone, or for machines that are not here.

    Annotations, decorators, the words of an error, aliases of types, `__all__`, `strict=`; and `device=`, which is seen only where
    there are two devices.
    """
    if isinstance(node, cst.Assign) and isinstance(node.targets[0].target, cst.Name):
        name = node.targets[0].target.value
        return (name[0].isupper() and not name.isupper()) or name == "__all__"
    return isinstance(node, cst.Annotation | cst.Decorator | cst.Raise) or _is_unseen(node)


def _is_unseen(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Arg) and node.keyword is not None and node.keyword.value in ("strict", "device")


def _loosens(was: cst.CSTNode, now: cst.CSTNode) -> bool:
    """Whether only an argument is lost that is not looked for."""
    if not isinstance(was, cst.Call) or not isinstance(now, cst.Call):
        return False
    return [arg for arg in was.args if _is_unseen(arg)] != [arg for arg in now.args if _is_unseen(arg)]


def _without_repeats(node: cst.CSTNode, found: Iterator[cst.CSTNode]) -> list[cst.CSTNode]:
    """A string is spoilt once: in three ways it would count one weakness thrice."""
    return list(found)[: 1 if isinstance(node, cst.BaseString) else None]
