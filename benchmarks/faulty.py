"""Runs tests on faulty code: torch is imported and the tests are collected once, and each fault has a fork of its own."""

import gc
import importlib.util
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterator
from functools import cache, partial
from importlib.machinery import ModuleSpec, SourceFileLoader
from multiprocessing.connection import Connection
from types import CodeType, FunctionType

import pytest
import torch

from benchmarks.mutants import ROOT, Mutant
from benchmarks.reached import CONTEXT, QUIET, Reached

# For a fault those tests run that take so many seconds of processor time together without it; it may take so many by the clock.
PATIENCE, LIMIT = 20.0, 150.0
KILLED, SURVIVED, TIMED_OUT = "killed", "survived", "timed out"
MADE_AT_ONCE = {"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"}


def tried(mutants: list[Mutant], reached: Reached, tests: list[str]) -> Iterator[tuple[Mutant, str, str]]:
    """Yield each mutant with what became of it, and the test that noticed it."""
    inside = [mutant for mutant in mutants if function_of(mutant)]
    reading, writing = CONTEXT.Pipe(duplex=False)
    standing = CONTEXT.Process(target=lambda: _stand(inside, reached, tests, writing))
    standing.start()
    writing.close()
    yield from (reading.recv() for _ in inside)
    standing.join()
    order, outside = _Order(reached), [mutant for mutant in mutants if not function_of(mutant)]
    if outside:
        sound = outside[0]._replace(source=outside[0].sound)
        _check_control(_in_time(partial(_imported, sound, order.of(outside[0]), reached.seconds)))
    for mutant in outside:
        outcome, killer = _in_time(partial(_imported, mutant, order.of(mutant), reached.seconds))
        order.killed(mutant, killer)
        yield mutant, outcome, killer


@cache
def function_of(mutant: Mutant) -> tuple[CodeType, CodeType] | None:
    """The code of the function that holds the fault, sound and faulty; None where it stands outside of functions."""
    path = str(ROOT / mutant.module)
    sound = compile(mutant.sound, path, "exec")
    return _apart(sound, compile(mutant.source, path, "exec"))


def _apart(sound: CodeType, faulty: CodeType) -> tuple[CodeType, CodeType] | None:
    """The outermost function in which they differ, when nothing outside of it does."""
    ours, theirs = _inner(sound), _inner(faulty)
    if _own(sound) != _own(faulty) or len(ours) != len(theirs):
        return None
    differing = [(one, other) for one, other in zip(ours, theirs, strict=True) if not _same(one, other)]
    if len(differing) != 1:
        return None
    one, other = differing[0]
    is_function = one.co_flags & 1 and one.co_name not in MADE_AT_ONCE
    same_arguments = one.co_varnames[: one.co_argcount] == other.co_varnames[: other.co_argcount] and one.co_freevars == other.co_freevars
    return (one, other) if is_function and same_arguments else _apart(one, other) if not one.co_flags & 1 else None


def _inner(code: CodeType) -> list[CodeType]:
    return [each for each in code.co_consts if isinstance(each, CodeType)]


def _own(code: CodeType) -> tuple[object, ...]:
    constants = [(type(each), repr(each)) for each in code.co_consts if not isinstance(each, CodeType)]
    return code.co_code, code.co_names, code.co_varnames, code.co_freevars, code.co_exceptiontable, constants


def _same(one: CodeType, other: CodeType) -> bool:
    ours, theirs = _inner(one), _inner(other)
    return _own(one) == _own(other) and len(ours) == len(theirs) and all(map(_same, ours, theirs))


def _tests_of(mutant: Mutant, reached: Reached) -> list[str]:
    """The tests that run its lines; those that run any line of its module where it stands outside of functions."""
    return reached.of(mutant.module, mutant.lines if function_of(mutant) else None)


class _Order:
    """Tests that have noticed other faults of a module come first, then the quick ones; no more than there is patience for."""

    def __init__(self, reached: Reached) -> None:
        self.reached, self.kills = reached, defaultdict[str, Counter[str]](Counter)

    def killed(self, mutant: Mutant, killer: str) -> None:
        self.kills[mutant.module][killer] += 1

    def of(self, mutant: Mutant) -> list[str]:
        seconds, kills = self.reached.seconds, self.kills[mutant.module]
        chosen, sum_ = [], 0.0
        for test in sorted(_tests_of(mutant, self.reached), key=lambda test: (-kills[test], seconds[test])):
            sum_ += seconds[test]
            if sum_ < PATIENCE:
                chosen.append(test)
        return chosen


class _Standing:
    """Stands with the tests collected, and forks for each mutant."""

    def __init__(self, mutants: list[Mutant], order: _Order, results: Connection) -> None:
        self.mutants, self.order, self.results = mutants, order, results
        self.failed = ""

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        for mutant in self.mutants:
            importlib.import_module(_name(mutant))
        files = {str(ROOT / mutant.module) for mutant in self.mutants}
        functions = [each for each in gc.get_objects() if type(each) is FunctionType and each.__code__.co_filename in files]
        # A collection in a fork would touch, and so copy, every page of its memory.
        gc.collect()
        gc.freeze()
        if self.mutants:
            _check_control(_in_time(partial(self._run, [items[test] for test in self.order.of(self.mutants[0])], [])))
        for mutant in self.mutants:
            chosen = [items[test] for test in self.order.of(mutant)]
            outcome, killer = _in_time(partial(self._run, chosen, _changes(mutant, functions))) if chosen else (SURVIVED, "")
            self.order.killed(mutant, killer)
            self.results.send((mutant, outcome, killer))
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed = report.nodeid

    def _run(self, chosen: list[pytest.Item], changes: list[tuple[FunctionType, CodeType]]) -> str:
        for function, code in changes:
            function.__code__ = code
        for item, following in zip(chosen, [*chosen[1:], None], strict=True):
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
            if self.failed:
                break
        return self.failed


def _changes(mutant: Mutant, functions: list[FunctionType]) -> list[tuple[FunctionType, CodeType]]:
    """Which functions in memory get which code."""
    sound, faulty = function_of(mutant) or (None, None)
    if not faulty or not (living := [each for each in functions if each.__code__ == sound]):
        raise RuntimeError(f"nothing to spoil: {mutant.module}\n{mutant.diff}")
    return [(each, faulty) for each in living]


def _check_control(found: tuple[str, str]) -> None:
    """Without a fault nothing may fail, or every mutant would seem to be noticed."""
    outcome, killer = found
    if outcome != SURVIVED:
        raise RuntimeError(f"without a fault: {outcome} {killer}")


def _stand(mutants: list[Mutant], reached: Reached, tests: list[str], results: Connection) -> None:
    pytest.main([*QUIET, *tests], plugins=[_Standing(mutants, _Order(reached), results)])


def _name(mutant: Mutant) -> str:
    return mutant.module.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


class _Faulty(SourceFileLoader):
    """Finds and loads one module from another text; others are not its business."""

    def __init__(self, mutant: Mutant) -> None:
        super().__init__(_name(mutant), str(ROOT / mutant.module))
        self.mutant = mutant

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        return importlib.util.spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.mutant.source, self.path, "exec")


class _First:
    """Runs those tests that the fault has made, then the chosen ones in their order, and remembers which failed."""

    def __init__(self, chosen: list[str], known: Container[str]) -> None:
        self.places, self.known, self.failed = {test: place for place, test in enumerate(chosen)}, known, ""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        wanted = [item for item in items if item.nodeid in self.places or item.nodeid not in self.known]
        items[:] = sorted(wanted, key=lambda item: self.places.get(item.nodeid, -1))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed = report.nodeid


def _imported(mutant: Mutant, tests: list[str], known: Container[str]) -> str:
    """Run the tests where the faulty module is imported in place of the sound one."""
    sys.meta_path.insert(0, _Faulty(mutant))
    plugin = _First(tests, known)
    files = sorted({test.partition("::")[0] for test in tests})
    status = pytest.main([*QUIET, "-x", *files], plugins=[plugin])
    return plugin.failed or ("" if status in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED) else "collecting")


def _in_time(work: Callable[[], str]) -> tuple[str, str]:
    """What became of a mutant in a fork, whose `work` gives the test that failed."""
    reading, writing = CONTEXT.Pipe(duplex=False)
    child = CONTEXT.Process(target=lambda: writing.send(_silently(work)))
    child.start()
    writing.close()
    try:
        if not reading.poll(LIMIT):
            return TIMED_OUT, ""
        killer = reading.recv()
        return (KILLED if killer else SURVIVED), killer
    except EOFError:
        return KILLED, "the process died"
    finally:
        child.kill()
        child.join()


def _silently(work: Callable[[], str]) -> str:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return work()


def import_libraries() -> None:
    """What does not change with a mutant is imported before the forks."""
    for name in (
        "hypothesis",
        "matplotlib",
        "PIL.Image",
        "safetensors.torch",
        "scipy.stats",
        "scipy.optimize",
        "sklearn.metrics",
        "msgspec",
    ):
        importlib.import_module(name)
    torch.set_num_threads(1)
