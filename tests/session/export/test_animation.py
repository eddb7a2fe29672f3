"""The animation: its frames, how long they stand, what moves in it, and how large it may be."""

import dataclasses
import functools
import io
import itertools
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageSequence

from tests.session.export.conftest import EVERY
from tui_gan.contract.errors import UnreadableError
from tui_gan.contract.snapshot import ImageGrid
from tui_gan.session import checkpoint, rundir
from tui_gan.session.export import Source, animation, source_of
from tui_gan.session.export.animation import HELD, chosen, gif
from tui_gan.session.export.distribution import plot
from tui_gan.session.export.pictures import film as film_of
from tui_gan.session.export.source import Made


def frames(content: bytes) -> list[tuple[np.ndarray, int]]:
    """Each frame as RGB, and the milliseconds that it stands."""
    film = Image.open(io.BytesIO(content))
    return [(np.asarray(frame.convert("RGB")), frame.info["duration"]) for frame in ImageSequence.Iterator(film)]


@functools.cache
def film(run: Path) -> Made:
    """The animation of a whole run that nothing changes."""
    return gif(source_of(str(run)))


@pytest.mark.parametrize("kind", [pytest.param("line", marks=pytest.mark.slow), pytest.param("plane", marks=pytest.mark.slow), "images"])
def test_every_preview_is_a_frame_and_the_last_one_is_held(kind: str, runs: dict[str, Path]) -> None:
    made = film(runs[kind])
    shown = frames(made.content)
    assert made.step == 40
    assert [stands for _, stands in shown] == [190] * 40 + [HELD]
    assert len({frame.shape for frame, _ in shown}) == 1
    assert Image.open(io.BytesIO(made.content)).info["loop"] == 0
    # Something has moved, on a white ground that has not.
    assert all((before != after).any() for (before, _), (after, _) in itertools.pairwise(shown))
    assert (shown[0][0][0, -1] == 255).all()


def test_the_axes_stay_where_they_are(runs: dict[str, Path]) -> None:
    shown = [frame for frame, _ in frames(film(runs["line"]).content)]
    height, width, _ = shown[0].shape
    # The numbers along both axes.
    for part in (np.s_[:, : width // 20], np.s_[-height // 12 :, :]):
        assert all((frame[part] == shown[0][part]).all() for frame in shown)


@pytest.mark.parametrize("kind", ["line", "plane"])
def test_real_samples_that_are_others_from_a_frame_on_move_too(kind: str, runs: dict[str, Path]) -> None:
    store = animation.kept(source_of(str(runs[kind])))
    seen = animation.of_preview(store, store.previews[0][1])
    assert not isinstance(seen, ImageGrid)
    others = dataclasses.replace(seen, real=seen.real[::-1] / 2)
    one, other, again = (np.asarray(each) for each in film_of(plot(seen, ""), ((each, "") for each in (seen, others, seen)), 40))
    # Of a line, the densities alone: p / (p + q) is below.
    half = len(one) // 2
    assert (one[:half] != other[:half]).any()
    assert (one == again).all()


def test_the_same_run_gives_the_same_bytes(images: Source, runs: dict[str, Path]) -> None:
    assert gif(images).content == film(runs["images"]).content


def test_an_animation_that_is_too_large_has_fewer_frames(images: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(animation, "LARGEST", 1)
    monkeypatch.setattr(animation, "FRAMES", 4)
    monkeypatch.setattr(animation, "FEWEST", 2)
    assert len(frames(gif(images).content)) == 2


@pytest.mark.parametrize(("count", "most", "places"), [(1, 120, [0]), (3, 120, [0, 1, 2]), (256, 3, [0, 128, 255]), (5, 1, [0])])
def test_where_as_much_changes_everywhere_frames_are_chosen_evenly(count: int, most: int, places: list[int]) -> None:
    assert chosen(np.ones(count), most) == places
    many = chosen(np.ones(256), 120)
    assert (len(many), many[0], many[-1]) == (120, 0, 255)
    assert set(np.diff(many)) == {2, 3}


@given(changes=st.lists(st.one_of(st.floats(0, 1e6), st.just(0.0), st.just(1.0)), min_size=2, max_size=300), most=st.integers(2, 150))
def test_there_are_as_many_frames_as_there_may_be_whatever_changes(changes: list[float], most: int) -> None:
    places = chosen(np.array(changes), most)
    assert len(places) == min(most, len(changes))
    assert places == sorted(set(places))
    assert (places[0], places[-1]) == (0, len(changes) - 1)


def test_frames_are_denser_where_more_changes() -> None:
    changes = np.where(np.arange(200) < 50, 1.0, 0.05)
    places = chosen(changes, 60)
    assert sum(place < 50 for place in places) >= 35
    assert np.diff(places).max() <= 20


def test_a_leap_takes_no_frames_from_the_rest() -> None:
    changes = np.full(200, 0.01)
    changes[100] = 1e6
    places = chosen(changes, 60)
    assert {99, 100} <= set(places)
    assert np.diff(places).max() <= 5


def test_a_run_with_a_single_preview_is_a_single_frame(line: Source) -> None:
    made = gif(dataclasses.replace(line, until=0))
    assert (made.step, [stands for _, stands in frames(made.content)]) == (0, [HELD])


@pytest.mark.slow
def test_a_run_whose_previews_are_as_far_apart_as_they_once_were_is_shown_whole(runs: dict[str, Path], tmp_path: Path) -> None:
    shutil.copytree(runs["line"], tmp_path / "old")
    for path in (tmp_path / "old" / "previews").iterdir():
        if int(path.stem[5:]) % EVERY:
            path.unlink()
    shown = frames(gif(source_of(str(tmp_path / "old"))).content)
    assert [stands for _, stands in shown] == [animation.LONGEST] * 4 + [HELD]


def test_a_checkpoint_tells_its_own_course(images: Source) -> None:
    stored = checkpoint.stored(images.directory.checkpoints)
    made = gif(source_of(str(stored[20])))
    assert (made.step, len(frames(made.content))) == (20, 21)


def test_no_checkpoint_is_needed(runs: dict[str, Path], tmp_path: Path) -> None:
    shutil.copytree(runs["images"], tmp_path / "mine")
    shutil.rmtree(tmp_path / "mine" / "checkpoints")
    assert gif(source_of(str(tmp_path / "mine"))).step == 40


def test_a_preview_that_has_just_gone_is_passed_over(runs: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(runs["images"], tmp_path / "mine")
    source = source_of(str(tmp_path / "mine"))
    listed = animation.kept(source)
    (tmp_path / "mine" / "previews" / "step-00000010.safetensors").unlink()
    monkeypatch.setattr(animation, "kept", lambda source: listed)
    assert len(frames(gif(source).content)) == 40


def test_a_damaged_preview_is_left_out_and_where_all_are_or_none_is_there_it_is_refused(
    runs: dict[str, Path], empty: Source, tmp_path: Path
) -> None:
    with pytest.raises(UnreadableError, match="empty holds no previews"):
        gif(empty)
    shutil.copytree(runs["images"], tmp_path / "mine")
    stored = rundir.find(str(tmp_path / "mine")).previews
    for name, said in (("step-00000000", "1 damaged preview was left out"), ("step-00000020", "2 damaged previews were left out")):
        damaged = stored / f"{name}.safetensors"
        damaged.write_bytes(damaged.read_bytes()[:50])
        assert gif(source_of(str(tmp_path / "mine"))).remark == said
    assert len(frames(gif(source_of(str(tmp_path / "mine"))).content)) == 39
    for path in stored.iterdir():
        path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(UnreadableError, match="step-00000000"):
        gif(source_of(str(tmp_path / "mine")))
