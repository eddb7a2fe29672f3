"""What a sweep has saved: the state of each chunk, which says at which step its members were measured last, and the course until then.

The file of a state is replaced at once, after the rows that it counts on were appended. So a process may die at any moment, and whoever
goes on, with other chunks or fewer, finds what fits together: rows beyond the step of their chunk are made again.
"""

import contextlib
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file

from tui_gan.contract.errors import UnreadableError
from tui_gan.session.atomic import replacing
from tui_gan.sweep import course
from tui_gan.sweep.chunks import Chunk
from tui_gan.sweep.course import Row
from tui_gan.sweep.plan import Spec

# The name of the step, beside the tensors.
MEASURED = "measured"
# And of who the members are.
MEMBERS = "members"
# Where several processes that train one sweep keep what concerns them.
WORKERS = "workers"


def state(folder: Path, number: int) -> Path:
    """The file of a chunk."""
    return folder / f"state-{number}.safetensors"


def save(path: Path, chunk: Chunk) -> None:
    """Write the state of a chunk.

    Raises:
        OSError: it could not be written.
    """
    about = {MEASURED: str(chunk.measured), MEMBERS: _named(chunk)}
    with replacing(path) as partial:
        save_file({name: each.contiguous() for name, each in chunk.state().items()}, partial, about)


def load(path: Path, chunk: Chunk) -> None:
    """Bring a chunk into the state that was saved; without one it stays as it is.

    Raises:
        UnreadableError: it is no state of this chunk.
    """
    if not path.exists():
        return
    chunk.measured = measured(path)
    if (members := _about(path).get(MEMBERS)) and members != _named(chunk):
        raise UnreadableError(f"{path} is of members of other values than {path.parent / 'sweep.json'} says")
    try:
        chunk.load(load_file(path))
    except (OSError, SafetensorError, LookupError, RuntimeError, TypeError, ValueError) as error:
        raise UnreadableError(f"{path} is not a state to go on from: {error}") from None


def measured(path: Path) -> int:
    """The step at which the members of a state were measured last; -1 before, and where there is no state.

    Raises:
        UnreadableError: it is no state.
    """
    if not path.exists():
        return -1
    try:
        return int(_about(path)[MEASURED])
    except (KeyError, ValueError) as error:
        raise UnreadableError(f"{path} is not a state to go on from: {error}") from None


def _about(path: Path) -> dict[str, str]:
    try:
        with safe_open(path, "pt") as file:
            return file.metadata() or {}
    except (OSError, SafetensorError, ValueError) as error:
        raise UnreadableError(f"{path} is not a state to go on from: {error}") from None


def _named(chunk: Chunk) -> str:
    """A checksum of who its members are: places, seeds and values."""
    members = [(spec.place, spec.seed, spec.config.preset, spec.values) for spec in chunk.specs]
    return hashlib.sha256(json.dumps(members, default=repr).encode()).hexdigest()


def rows(path: Path, metrics: Sequence[str], folder: Path, chunks: Sequence[tuple[int, Sequence[Spec]]]) -> list[Row]:
    """The rows of a course that the states of these chunks, each with its number, have reached; of other members none.

    Raises:
        UnreadableError: the course or a state is of another sweep.
    """
    reached = {spec.place: at for number, specs in chunks for at in (measured(state(folder, number)),) for spec in specs}
    return [row for row in course.read(path, metrics) if row.step <= reached.get(row.member, -1)]


def gather(folder: Path, metrics: Sequence[str], chunks: Sequence[Sequence[Spec]]) -> list[Row]:
    """Make one course of those that several processes have written, in the order in which one process writes it, and return its rows.

    Raises:
        UnreadableError: a course or a state is of another sweep, or they do not fit together.
        OSError: it could not be written.
    """
    whole, parts = folder / "course.csv", sorted((folder / WORKERS).glob("course-*.csv"))
    numbered = [*enumerate(chunks)]
    unique = {(row.member, row.step): row for path in (whole, *parts) for row in rows(path, metrics, folder, numbered)}
    for number, specs in numbered:
        at = measured(state(folder, number))
        lacking = next((spec.place for spec in specs if at >= 0 and (spec.place, at) not in unique), None)
        if lacking is not None:
            raise UnreadableError(
                f"{whole} lacks member {lacking} at step {at}; delete {state(folder, number).name} to have its chunk begin anew"
            )
    place = {spec.place: place for place, spec in enumerate(spec for specs in chunks for spec in specs)}
    ordered = sorted(unique.values(), key=lambda row: (row.step, place[row.member]))
    course.rewrite(whole, metrics, ordered)
    for path in parts:
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
    return ordered
