"""Puts small faults into the program, one at a time, and counts how many of them the tests notice.

python -m benchmarks.mutation tui_gan/gan --out result.json                 every fault of a room, which takes hours
python -m benchmarks.mutation tui_gan/gan --sample 400 --seed 1             some of them, drawn
python -m benchmarks.mutation tui_gan/gan/terms.py --tests tests/gan        those of one module, by these tests

It needs `pip install -e '.[dev,mutation]'`. The faults are those of mutmut's operators (benchmarks/mutants.py); each runs the tests that
reach its lines until one fails (benchmarks/faulty.py). What changes nothing that can be seen stands in benchmarks/equivalent.toml with
its reason, and does not count.
"""

import argparse
import json
import random
from collections import defaultdict
from pathlib import Path

from benchmarks import faulty
from benchmarks.faulty import KILLED, SURVIVED, TIMED_OUT
from benchmarks.mutants import ROOT, Mutant, equivalents, faults, is_listed
from benchmarks.reached import measured

Result = tuple[Mutant, str, str]


def main() -> None:
    options = _options()
    modules = sorted({str(path.relative_to(ROOT)) for part in options.parts for path in _python(ROOT / part)})
    found = [fault for module in modules for fault in faults(module)]
    if options.sample:
        found = random.Random(options.seed).sample(found, min(options.sample, len(found)))
    made = list({mutant.module + mutant.source: mutant for fault in found if (mutant := fault.made())}.values())
    listed = equivalents()
    mutants = [mutant for mutant in made if not is_listed(mutant, listed)]
    faulty.import_libraries()
    reached = measured(options.tests, modules, options.kept)
    print(f"{len(mutants)} mutants and {len(made) - len(mutants)} equivalent ones in {len(modules)} modules, {len(reached.seconds)} tests")
    results: list[Result] = []
    try:
        for result in faulty.tried(mutants, reached, options.tests):
            results.append(result)
            _tell_one(result, options.verbose)
    except KeyboardInterrupt:
        print(f"\ninterrupted after {len(results)} of {len(mutants)}, which are told")
    scores = _scores(results)
    _tell(scores)
    if options.out:
        survivors = [
            {"module": mutant.module, "line": mutant.lines[0], "diff": mutant.diff} for mutant, how, _ in results if how == SURVIVED
        ]
        record = {"parts": options.parts, "sample": options.sample, "seed": options.seed, "equivalent": len(made) - len(mutants)}
        Path(options.out).write_text(json.dumps(record | {"modules": scores, "survivors": survivors}, indent=1) + "\n")


def _tell_one(result: Result, verbose: bool) -> None:
    mutant, outcome, killer = result
    place = f"{mutant.module}:{mutant.lines[0]}"
    if outcome == SURVIVED:
        print(f"\n{place} survived\n{mutant.diff}", flush=True)
    elif verbose:
        print(f"{place} {outcome} {killer}", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="+", help="modules or folders, from the root of the project")
    parser.add_argument("--tests", nargs="+", default=["tests/gan", "tests/session"], help="test files or folders that judge")
    parser.add_argument("--sample", type=int, help="how many faults are drawn (default: all)")
    parser.add_argument("--seed", type=int, default=0, help="of the draw")
    parser.add_argument("--kept", help="a file that keeps what unchanged test files reach, for the next time")
    parser.add_argument("--out", help="a JSON file for the result")
    parser.add_argument("--verbose", action="store_true", help="print each mutant, not only those that survive")
    return parser.parse_args()


def _python(path: Path) -> list[Path]:
    return sorted(path.rglob("*.py")) if path.is_dir() else [path]


def _scores(results: list[Result]) -> dict[str, dict[str, int]]:
    scores: dict[str, dict[str, int]] = defaultdict(lambda: {KILLED: 0, SURVIVED: 0, TIMED_OUT: 0})
    for mutant, outcome, _ in results:
        scores[mutant.module][outcome] += 1
    return dict(sorted(scores.items()))


def _tell(scores: dict[str, dict[str, int]]) -> None:
    print(f"\n{'':44}{KILLED:>10}{SURVIVED:>10}{TIMED_OUT:>11}{'score':>8}")
    total = {outcome: sum(score[outcome] for score in scores.values()) for outcome in (KILLED, SURVIVED, TIMED_OUT)}
    for name, score in (*scores.items(), ("all", total)):
        noticed = score[KILLED] + score[TIMED_OUT]
        share = noticed / max(noticed + score[SURVIVED], 1)
        print(f"{name:44}{score[KILLED]:>10}{score[SURVIVED]:>10}{score[TIMED_OUT]:>11}{share:>8.1%}")


if __name__ == "__main__":
    main()
