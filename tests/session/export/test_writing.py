"""Where an export goes, what it is called, and what is refused."""

import shutil
from pathlib import Path

import pytest

from tui_gan.contract.errors import UnreadableError, UsageError
from tui_gan.session import checkpoint
from tui_gan.session.export import EXPORTERS, Source, maker, source_of, write

ALL = [(to, what) for to, kinds in EXPORTERS.items() for what in kinds]


@pytest.fixture
def mine(runs: dict[str, Path], tmp_path: Path) -> Path:
    """A run of images, which take the least time to draw."""
    return Path(shutil.copytree(runs["images"], tmp_path / "mine"))


@pytest.mark.parametrize(("to", "what"), ALL, ids=str)
def test_an_export_goes_into_the_run_under_a_name_that_says_what_it_is(to: str, what: str, mine: Path) -> None:
    path = write(source_of(str(mine)), to, what)
    folder = mine / "pictures" if to in ("png", "svg", "gif") else mine
    assert path == folder / f"{what}-00000040.{to}"
    assert path.stat().st_size > 0
    assert not list(mine.rglob("*.partial"))


@pytest.mark.parametrize("to", ["csv", "gif", "safetensors"])
def test_an_export_goes_where_it_is_told(to: str, mine: Path) -> None:
    named = mine / f"named.{to.upper()}"
    assert write(source_of(str(mine)), to, out=named) == named
    assert named.read_bytes() == write(source_of(str(mine)), to).read_bytes()


def test_the_first_of_a_kind_is_meant_when_nothing_is_said() -> None:
    assert {to: maker(to, "")[0] for to in EXPORTERS} == {
        "safetensors": "generator",
        "png": "distribution",
        "svg": "distribution",
        "gif": "distribution",
        "csv": "curves",
    }


def test_a_folder_takes_it_under_its_own_name(images: Source, tmp_path: Path) -> None:
    assert write(images, "png", "samples", tmp_path) == tmp_path / "samples-00000040.png"


def test_beside_a_checkpoint_that_lies_in_no_run(runs: dict[str, Path], tmp_path: Path) -> None:
    alone = Path(shutil.copy(checkpoint.step_path(runs["images"] / "checkpoints", 20), tmp_path / "alone.safetensors"))
    for to, what in (("png", "samples"), ("png", "distribution"), ("safetensors", "generator")):
        assert write(source_of(str(alone)), to, what) == tmp_path / f"{what}-00000020.{to}"
    for to, what in (("csv", "curves"), ("png", "curves"), ("gif", "distribution")):
        with pytest.raises(UnreadableError, match="lies in no run directory"):
            write(source_of(str(alone)), to, what)


@pytest.mark.parametrize(
    ("to", "what", "out", "part"),
    [
        ("pdf", "", "x.pdf", "unknown export 'pdf'"),
        (
            "gif",
            "curves",
            "x.gif",
            "^a file of gif holds the distribution alone, not 'curves'; leave --what out, or export png or svg or csv$",
        ),
        ("csv", "samples", "x.csv", "^a file of csv holds the curves alone, not 'samples'; leave --what out, or export png or svg$"),
        ("safetensors", "nothing", "x.safetensors", "^a file of safetensors holds the generator alone, not 'nothing'; leave --what out$"),
        ("png", "curve", "x.png", "did you mean 'curves'"),
        ("png", "", "x.jpg", "x.jpg.* ends in .png"),
        ("safetensors", "", "x", "ends in .safetensors"),
        ("png", "", "none/x.png", "there is no folder .*none"),
    ],
)
def test_what_cannot_be_written_is_said_before_any_work(to: str, what: str, out: str, part: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=part):
        write(Source("nothing", None, None), to, what, tmp_path / out)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("to", "what"), ALL, ids=str)
def test_a_run_that_has_nothing_yet_is_one_line(to: str, what: str, empty: Source) -> None:
    with pytest.raises(UnreadableError, match=r"^empty (holds no checkpoint|holds no previews|has logged no series)$"):
        write(empty, to, what)
    assert not (empty.directory.path / "pictures").exists()
