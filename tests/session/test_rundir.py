"""The run directory: made where nothing can be lost, found again, and removed when nothing began."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tui_gan.contract.commands import ChangeSetting, SetKnob
from tui_gan.contract.config import Config
from tui_gan.contract.errors import UnreadableError, UsageError
from tui_gan.contract.knobs import Knobs
from tui_gan.data.tables import READERS
from tui_gan.session import rundir

LONG = "x" * 300


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def with_data(config: Config, path: Path) -> Config:
    return msgspec.structs.replace(config, data=str(path))


def test_a_run_without_a_place_gets_a_new_one_under_runs(config: Config, knobs: Knobs) -> None:
    made = [rundir.create(None, config, knobs)[0].path for _ in range(3)]
    assert len(set(made)) == 3
    assert all(re.fullmatch(r"runs/toy1d-\d{8}-\d{6}(-\d+)?", str(path)) for path in made)
    assert [run.path for run in rundir.listed()] == sorted(made)


def test_a_name_that_is_taken_gets_a_number() -> None:
    assert [rundir._unused(Path("runs/toy1d")).name for _ in range(3)] == ["toy1d", "toy1d-2", "toy1d-3"]


def test_a_new_run_has_its_configuration_and_folders(config: Config, knobs: Knobs) -> None:
    run, made = rundir.create(Path("a/b/run"), config, knobs)
    assert made == config
    assert rundir.read_config(run) == (config, knobs)
    assert run.checkpoints.is_dir()
    assert run.previews.is_dir()


@pytest.mark.parametrize("name", ["config.toml", "log.jsonl", "checkpoints"])
def test_a_directory_that_holds_a_run_is_refused_as_it_is(config: Config, knobs: Knobs, name: str) -> None:
    kept = Path("run") / name
    kept.parent.mkdir()
    kept.write_text("mine")
    with pytest.raises(UsageError, match="already holds a run"):
        rundir.create(Path("run"), config, knobs)
    assert kept.read_text() == "mine"
    assert list(Path("run").iterdir()) == [kept]


@pytest.mark.parametrize("name", ["previews", *(f"data{suffix}" for suffix in READERS)])
def test_a_file_of_the_user_that_a_run_would_overwrite_is_left_alone(config: Config, knobs: Knobs, name: str) -> None:
    kept = Path("run") / name
    kept.parent.mkdir()
    kept.write_text("1\n2\n")
    with pytest.raises(UsageError, match=f"already holds {name}"):
        rundir.create(Path("run"), config, knobs)
    assert kept.read_text() == "1\n2\n"
    assert list(Path("run").iterdir()) == [kept]


def test_training_beside_the_data_does_not_lose_it(config: Config, knobs: Knobs) -> None:
    Path("data.csv").write_text("1\n2\n")
    with pytest.raises(UsageError):
        rundir.create(Path("."), with_data(config, Path("data.csv")), knobs)
    assert Path("data.csv").read_text() == "1\n2\n"
    Path("data.csv").rename("mine.csv")
    run, made = rundir.create(Path("."), with_data(config, Path("mine.csv")), knobs)
    rundir.discard(run)
    assert Path("mine.csv").read_text() == "1\n2\n"
    assert made.data == "data.csv"


def test_an_existing_directory_keeps_what_else_is_in_it(config: Config, knobs: Knobs) -> None:
    Path("run").mkdir()
    Path("run/notes.txt").write_text("mine")
    run, _ = rundir.create(Path("run"), config, knobs)
    rundir.discard(run)
    assert [path.name for path in Path("run").iterdir()] == ["notes.txt"]


def test_discarding_a_run_leaves_no_trace(config: Config, knobs: Knobs) -> None:
    Path("mine.csv").write_text("1\n2\n")
    run, _ = rundir.create(Path("run"), with_data(config, Path("mine.csv")), knobs)
    run.log.write_text("x")
    rundir.discard(run)
    assert not Path("run").exists()


@pytest.mark.parametrize("out", [None, Path("a/b/run"), Path("there/run"), Path("there")], ids=str)
def test_discarding_removes_the_folders_that_were_made_and_no_others(config: Config, knobs: Knobs, out: Path | None) -> None:
    Path("there").mkdir()
    run, _ = rundir.create(out, config, knobs)
    rundir.discard(run)
    assert [str(path) for path in Path().rglob("*")] == ["there"]


@pytest.mark.parametrize(
    ("out", "part"),
    [("file", "is a file"), ("file/below", "cannot make"), (LONG, "File name too long"), (f"new/{LONG}", "File name too long")],
    ids=["file", "below a file", "long", "below new"],
)
def test_a_place_that_cannot_be_made_is_refused(config: Config, knobs: Knobs, out: str, part: str) -> None:
    Path("file").write_text("mine")
    with pytest.raises(UsageError, match=part) as caught:
        rundir.create(Path(out), config, knobs)
    assert "--out" in str(caught.value)
    assert Path("file").read_text() == "mine"
    assert [path.name for path in Path().iterdir()] == ["file"]


def test_two_that_found_the_same_place_free_do_not_share_it(config: Config, knobs: Knobs, monkeypatch: pytest.MonkeyPatch) -> None:
    run, _ = rundir.create(Path("run"), config, knobs)
    monkeypatch.setattr(rundir, "_claimable", lambda path: rundir.RunDirectory(path))
    with pytest.raises(UsageError):
        rundir.create(Path("run"), config, knobs)
    assert rundir.read_config(run) == (config, knobs)


def test_small_data_is_copied_and_large_data_is_named(config: Config, knobs: Knobs, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Path("mine.CSV")
    source.write_text("1\n2\n3\n")
    small, made = rundir.create(Path("small"), with_data(config, source), knobs)
    assert (small.path / made.data).read_text() == source.read_text()
    assert made.data == "data.csv"
    monkeypatch.setattr(rundir, "DATA_COPIED", 3)
    large, named = rundir.create(Path("large"), with_data(config, source), knobs)
    assert named.data == str(source.resolve())
    assert not list(large.path.glob("data*"))
    assert named.data_sha256 == made.data_sha256
    for run, used in ((small, made), (large, named)):
        assert rundir.data_path(used, run.path).read_text() == source.read_text()
    source.write_text("1\n2\n4\n")
    assert rundir.data_path(made, small.path).read_text() == "1\n2\n3\n"
    with pytest.raises(UnreadableError, match="checksum"):
        rundir.data_path(named, large.path)
    source.unlink()
    with pytest.raises(UnreadableError, match="No such file"):
        rundir.data_path(named, large.path)


def test_a_run_is_found_by_its_path_and_by_its_name(config: Config, knobs: Knobs) -> None:
    run, _ = rundir.create(Path("runs/mine"), config, knobs)
    assert rundir.find("mine") == rundir.find("runs/mine") == run
    assert rundir.find(str(run.path.resolve())).path.samefile(run.path)


@pytest.mark.parametrize("name", ["none", "runs", "", "file", "file/x", LONG, "/"])
def test_what_is_no_run_is_not_found(name: str) -> None:
    Path("runs").mkdir()
    Path("file").write_text("x")
    with pytest.raises(UnreadableError):
        rundir.find(name)


@pytest.mark.parametrize(
    "content",
    [b"=", b"\xff", b"preset = 3", b"preset = 0x" + b"f" * 5000, b"steps = 0", b"stepz = 3", b"[steps]", b"[knobs]\nk_steps = 99"],
    ids=lambda content: str(content)[:20],
)
def test_a_configuration_that_is_none_is_unreadable(config: Config, knobs: Knobs, content: bytes) -> None:
    run, _ = rundir.create(Path("run"), config, knobs)
    run.config.write_bytes(content)
    with pytest.raises(UnreadableError):
        rundir.read_config(run)


def test_a_path_that_is_no_text_is_refused_before_anything_is_made(tmp_path: Path, config: Config, knobs: Knobs) -> None:
    with pytest.raises(UsageError, match="name another --out"):
        rundir.create(tmp_path / "r\udcff", config, knobs)
    assert not list(tmp_path.iterdir())


def test_a_run_whose_config_was_edited_says_on_resume_whose_settings_are_in_force(train: Any, resume: Any) -> None:
    ended = train(script={5: [ChangeSetting("objective", "hinge"), SetKnob("k_steps", 2)]}, until=10)
    said = "config.toml was edited; resume continues with the checkpoint's settings"
    untouched = resume("run", 12)
    assert not any(said in event.text for event in untouched.session.run.events)
    assert untouched.session.run.config.objective == "hinge"
    file = ended.directory.config
    file.write_text("# a remark\n" + file.read_text())
    assert not any(said in event.text for event in resume("run", 14).session.run.events)
    file.write_text(file.read_text().replace('objective = "non_saturating"', 'objective = "minimax"'))
    edited = resume("run", 16).session.run
    (warning,) = [event for event in edited.events if said in event.text]
    assert warning.kind == "warning"
    assert f"`tui-gan run toy1d --config {file}` starts a new run with yours" in warning.text
    assert edited.config.objective == "hinge"
    file.write_text("objective = [")
    unread = [event for event in resume("run", 18).session.run.events if "config.toml cannot be read" in event.text]
    assert [event.kind for event in unread] == ["warning"]


def test_a_preset_named_in_place_of_a_run_is_answered_with_its_newest(tmp_path: Path) -> None:
    for name in ("toy1d-20260101-000000", "toy1d-20260102-000000", "toy1d-aylien-2016-08-20260103-000000", "mine"):
        (tmp_path / "runs" / name).mkdir(parents=True)
        (tmp_path / "runs" / name / "config.toml").write_text("")
    for name, meant in (("toy1d", "toy1d-20260102-000000"), ("toy1d-a", "toy1d-aylien-2016-08-20260103-000000"), ("mime", "mine")):
        with pytest.raises(UnreadableError, match=f"no run {name!r}; did you mean {meant!r}"):
            rundir.find(name)
    with pytest.raises(UnreadableError, match="no run 'x'; `tui-gan runs`"):
        rundir.find("x")
