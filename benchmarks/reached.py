"""What tests reach: each of them is run once without faults, and the lines that it runs are written down."""

import hashlib
import multiprocessing
import pickle
import time
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple

import coverage
import pytest

from benchmarks.mutants import ROOT

QUIET = ["-s", "-qq", "--tb=no", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
CONTEXT = multiprocessing.get_context("fork")


class Reached(NamedTuple):
    """The processor time of each test, and which of those that pass run a line of a module."""

    seconds: dict[str, float]
    tests: dict[tuple[str, int], set[str]]

    def of(self, module: str, lines: tuple[int, int] | None) -> list[str]:
        """The tests that run one of these lines, first and last; None for any of the module."""
        first, last = lines or (0, 1_000_000)
        return sorted(set().union(*(tests for (name, line), tests in self.tests.items() if name == module and first <= line <= last)))


def measured(tests: list[str], modules: list[str], kept: str | None) -> Reached:
    """Run the tests once; those files that are in `kept` as they are now need not be."""
    program = "".join((ROOT / module).read_text() for module in modules)
    files = {str(path.relative_to(ROOT)): _digest(program + path.read_text()) for part in tests for path in _tests(ROOT / part)}
    known = pickle.loads(Path(kept).read_bytes()) if kept and Path(kept).exists() else {}
    new = [file for file, digest in files.items() if digest not in known]
    if new:
        reading, writing = CONTEXT.Pipe(duplex=False)
        child = CONTEXT.Process(target=lambda: writing.send(_measured(new, modules)))
        child.start()
        writing.close()
        found = reading.recv()
        child.join()
        known |= {files[file]: found.get(file, Reached({}, {})) for file in new}
    if kept:
        Path(kept).write_bytes(pickle.dumps(known))
    parts = [known[digest] for digest in files.values()]
    lines = {line for part in parts for line in part.tests}
    together = {line: set().union(*(part.tests.get(line, ()) for part in parts)) for line in lines}
    return Reached({test: seconds for part in parts for test, seconds in part.seconds.items()}, together)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _tests(path: Path) -> list[Path]:
    return sorted(path.rglob("test_*.py")) if path.is_dir() else [path]


class _Measuring:
    def __init__(self, modules: list[str]) -> None:
        self.modules, self.seconds, self.failed = modules, dict[str, float](), set[str]()
        self.coverage = coverage.Coverage(data_file=None, config_file=False, include=[str(ROOT / module) for module in modules])

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Any:
        self.coverage.switch_context(item.nodeid)
        begin = time.process_time()
        result = yield
        self.seconds[item.nodeid] = time.process_time() - begin
        self.coverage.switch_context("")
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.add(report.nodeid)


def _measured(tests: list[str], modules: list[str]) -> dict[str, Reached]:
    """By test file."""
    plugin = _Measuring(modules)
    with plugin.coverage.collect():
        pytest.main([*QUIET, *tests], plugins=[plugin])
    if plugin.failed:
        print(f"left out, since they fail without a fault: {', '.join(sorted(plugin.failed))}", flush=True)
    found: dict[str, Reached] = defaultdict(lambda: Reached({}, defaultdict(set)))
    for test in plugin.seconds:
        found[_file(test)].seconds[test] = plugin.seconds[test]
    for module in modules:
        for line, tests in plugin.coverage.get_data().contexts_by_lineno(str(ROOT / module)).items():
            for test in set(tests) & plugin.seconds.keys() - plugin.failed:
                found[_file(test)].tests[module, line].add(test)
    return {file: Reached(each.seconds, dict(each.tests)) for file, each in found.items()}


def _file(test: str) -> str:
    return test.partition("::")[0]
