"""Exports while a run trains: they show the run as it stands, disturb nothing, and what goes wrong is an event."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from msgspec.structs import replace

from tests.logs import log_of
from tests.session.conftest import carried_out
from tui_gan.contract.commands import Export
from tui_gan.contract.config import Config
from tui_gan.contract.snapshot import Status
from tui_gan.gan.trainer import Trainer
from tui_gan.session import checkpoint
from tui_gan.session.export import EXPORTERS
from tui_gan.session.plan import Plan

Train = Callable[..., Any]


def test_pictures_lie_in_a_folder_of_their_own_and_are_logged(train: Train) -> None:
    ended = train(script={13: [Export("png", "samples"), None, Export("csv"), Export("safetensors")]}, until=15)
    picture = ended.directory.path / "pictures" / "samples-00000013.png"
    assert ended.snapshots[1].events[-1].text == f"exported {picture}"
    assert picture.read_bytes().startswith(b"\x89PNG")
    logged = [entry["value"] for entry in log_of(ended.directory.log) if entry.get("name") == "export"]
    assert logged == ["samples-00000013.png", "curves-00000013.csv", "generator-00000013.safetensors"]


def test_exporting_changes_nothing_of_what_is_trained(train: Train, config: Config) -> None:
    config = replace(config, discriminator=replace(config.discriminator, dropout=0.3))
    exports = {13: [Export(to) for to in EXPORTERS if to != "svg"]}
    plain, exporting = train("plain", config=config), train("exporting", exports, config=config)
    one, other = (checkpoint.read(ended.checkpoint(40))[0] for ended in (plain, exporting))
    same = [name for name in one if not name.startswith("history.")]
    assert all(torch.equal(one[name], other[name]) for name in same)


@pytest.mark.parametrize(
    ("command", "part"),
    [
        (Export("pdf"), "unknown export 'pdf'"),
        (Export("gif", "curves"), "a file of gif holds the distribution alone"),
        (Export("png"), "tui-gan[pictures]"),
    ],
    ids=str,
)
def test_what_cannot_be_made_is_an_event_and_the_run_goes_on(
    train: Train, command: Export, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    ended = train(script={5: [command, None]})
    shown = ended.snapshots[1]
    assert part in shown.events[-1].text
    assert (shown.events[-1].kind, shown.status) == ("warning", Status.RUNNING)
    assert ended.outcome.status == "finished"


def test_previews_that_have_gone_are_an_event_and_the_run_goes_on(train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_gan.session.previews.stored", lambda folder: iter(()))
    ended = train(script={5: [Export("gif"), None]})
    assert "holds no previews" in ended.snapshots[1].events[-1].text
    assert ended.outcome.status == "finished"


@pytest.mark.slow
def test_a_place_that_cannot_be_written_is_an_event_that_names_it_and_the_run_goes_on(train: Train, tmp_path: Path) -> None:
    folder = tmp_path / "run" / "pictures"
    ended = train(script={1: [Export("gif")], 5: [Export("png", "samples"), None]}, until=8)
    assert ended.outcome.status == "finished"
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    folder.write_text("mine")
    resumed = carried_out(
        Plan(ended.directory, ended.session.run.config, ended.session.run.knobs, 20, step=8, checkpoint=ended.checkpoint(8)),
        {10: [Export("png", "samples"), None]},
    )
    assert f"cannot write {folder}: File exists" in resumed.snapshots[1].events[-1].text
    assert (resumed.snapshots[1].status, resumed.outcome.status) == (Status.RUNNING, "finished")


def test_damaged_lines_are_told_of_a_live_export_too(train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trained = Trainer.step

    def step(trainer: Trainer, knobs: Any) -> None:
        trained(trainer, knobs)
        if trainer.steps_done == 8:
            with (tmp_path / "run" / "log.jsonl").open("ab") as file:
                file.write(b"\xff\n")

    monkeypatch.setattr(Trainer, "step", step)
    ended = train(script={13: [Export("csv"), None]}, until=15)
    assert [event.text for event in ended.snapshots[1].events[-2:]] == [
        "1 damaged line of log.jsonl was left out",
        f"exported {tmp_path / 'run' / 'curves-00000013.csv'}",
    ]
