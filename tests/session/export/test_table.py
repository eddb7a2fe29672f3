"""The table of all series, held against the log."""

import csv
import dataclasses
import io
import json
import math
from pathlib import Path
from typing import Any

import pytest

from tests.logs import log_of
from tui_gan.contract.errors import UnreadableError
from tui_gan.session import checkpoint
from tui_gan.session.export import Source, source_of
from tui_gan.session.export.source import Made
from tui_gan.session.export.table import csv as table
from tui_gan.session.rundir import RunDirectory


def rows(made: Made) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(made.content.decode())))


def of_log(path: Path, *entries: dict[str, Any]) -> Source:
    (path / "log.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    return Source("mine", RunDirectory(path), None)


def test_every_cell_is_what_the_log_has(line: Source) -> None:
    logged: dict[int, dict[str, float]] = {}
    for entry in log_of(line.directory.log):
        if entry["kind"] in ("scalars", "metrics"):
            logged.setdefault(entry["step"], {}).update(
                {name: value for name, value in entry.items() if name not in ("kind", "step", "seconds")}
            )
    made = table(line)
    assert made.step == 40
    cells = {int(row.pop("step")): {name: float(cell) for name, cell in row.items() if cell} for row in rows(made)}
    assert cells == logged
    assert list(cells) == sorted(cells)


def test_the_columns_are_the_losses_then_the_metrics(line: Source) -> None:
    header = table(line).content.decode().splitlines()[0]
    assert header == "step,generator_loss,discriminator_loss,w1,mean,sd,sd_ratio"


def test_a_table_of_a_checkpoint_ends_at_its_step(line: Source) -> None:
    stored = checkpoint.stored(line.directory.checkpoints)
    assert table(source_of(str(stored[20]))).step == 20


def test_what_was_measured_and_is_no_number_is_nan_and_what_was_not_is_empty(tmp_path: Path) -> None:
    source = of_log(
        tmp_path,
        {"kind": "scalars", "step": -5, "pretraining_loss": 0.25, "pretrained": 5},
        {"kind": "metrics", "step": 0, "w1": None},
        {"kind": "event", "step": 0, "text": "mine"},
        {"kind": "scalars", "step": 50, "generator_loss": 0.1, "discriminator_loss": 0.1 + 0.2},
    )
    first, second, third = rows(table(source))
    assert (first["step"], first["pretraining_loss"], first["w1"]) == ("-5", "0.25", "")
    assert math.isnan(float(second["w1"]))
    assert (second["generator_loss"], third["w1"]) == ("", "")
    assert float(third["discriminator_loss"]) == 0.1 + 0.2


def test_a_log_without_series_is_refused(empty: Source) -> None:
    with pytest.raises(UnreadableError, match="empty has logged no series"):
        table(empty)


def test_what_somebody_else_wrote_into_the_log_is_passed_over(tmp_path: Path) -> None:
    source = of_log(tmp_path, {"kind": "scalars", "step": 5, "generator_loss": 0.1, "mine": "text", "more": [1]})
    assert rows(table(source)) == [{"step": "5", "generator_loss": "0.1"}]


def test_a_step_that_damage_has_made_a_later_one_ends_nothing(tmp_path: Path) -> None:
    lines = [{"kind": "scalars", "step": step, "generator_loss": 1.0} for step in (5, 90, 15, 20, 25)]
    source = dataclasses.replace(of_log(tmp_path, *lines), until=20)
    assert [row["step"] for row in rows(table(source))] == ["5", "15", "20"]


def test_a_log_of_nothing_but_damage_says_so(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_bytes(b"\xff\n" * 3)
    with pytest.raises(UnreadableError, match=r"mine has logged no series; 3 damaged lines of log\.jsonl were left out"):
        table(Source("mine", RunDirectory(tmp_path), None))
