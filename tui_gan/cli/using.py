"""`tui-gan sample`, `tui-gan eval` and `tui-gan export`: what can be done with a run that has learned."""

import contextlib
import json as json_text
import math
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from tui_gan.cli import settings
from tui_gan.cli.options import file, named, path, run_or_file
from tui_gan.contract.errors import UnreadableError, UsageError, choose
from tui_gan.contract.outer import check_no_device, tell

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tui_gan.contract.config import Config
    from tui_gan.gan.datasets import Dataset


class Compared(NamedTuple):
    """What is measured.

    Attributes:
        samples: against `dataset`; `said` is what was read, in sentences.
        known: what metrics may know beside them.
    """

    samples: "NDArray[Any]"
    dataset: "Dataset"
    said: tuple[str, ...]
    known: "Mapping[str, Any]" = MappingProxyType({})


WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
SAMPLES = (".npy", ".csv", ".txt")
# Up to so many samples it is said what a perfect generator gets, which takes as long as twenty evaluations on the line and in the plane.
WITH_FLOORS = 20_000
RunOrCheckpoint = Annotated[str, run_or_file("A run (its newest checkpoint is taken) or a checkpoint file.")]


def sample(
    run: RunOrCheckpoint,
    out: Annotated[Path, path("File to write: .npy or .csv.")],
    number: Annotated[int, typer.Option("-n", "--number", min=1, max=10_000_000, help="How many samples.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Seed of the latents.")] = 0,
    of_class: Annotated[
        str | None,
        typer.Option(
            "--class",
            help="Class of a conditional generator, or code of InfoGAN, by its name, a digit also by its word; without it all in turn.",
        ),
    ] = None,
) -> None:
    """Draw samples from the averaged generator of a run."""
    writer = choose({".npy": write_npy, ".csv": _write_csv}, out.suffix.lower(), f"kind of file of {out}:")

    from tui_gan.session import checkpoint
    from tui_gan.session.samples import of_checkpoint

    stored = _checkpoint(run)
    about = checkpoint.read_about(stored)
    if len(about.shape) > 1 and writer is _write_csv:
        raise UsageError(f"images are written as .npy, not {out.suffix}")
    samples = of_checkpoint(stored, seed, number, _class(about.classes, of_class))[0]
    write(out, writer(samples))


def encode(
    run: RunOrCheckpoint,
    samples: Annotated[Path, file("Samples to encode: .npy, .csv or .txt; images are .npy, floats in 0 .. 1.")],
    out: Annotated[Path, path("File to write: .npy or .csv.")],
) -> None:
    """Ask the inference network of a run for the latents of samples."""
    writer = choose({".npy": write_npy, ".csv": _write_csv}, out.suffix.lower(), f"kind of file of {out}:")
    check_apart(out, samples)

    from tui_gan.session import checkpoint
    from tui_gan.session.samples import encoded_file

    stored = _checkpoint(run)
    about = checkpoint.read_about(stored)
    if about.config.inference == "none":
        raise UsageError(f"{run} has no inference network: train ring2d-ali or digits-bigan, say")
    codes, notes = encoded_file(stored, samples)
    for note in notes:
        tell(f"{samples}: {note}", sys.stderr)
    write(out, writer(codes))


def check_apart(out: Path, *read: Path) -> None:
    """Refuse to write over what is read.

    Raises:
        UsageError: one of the files is `out`.
    """
    for each in read:
        with contextlib.suppress(OSError):
            if out.samefile(each):
                raise UsageError(f"{out} is read, and would be written over: name another file")


def write(out: Path, content: bytes) -> None:
    """Write a file, and say which.

    Raises:
        UsageError: it cannot be written.
    """
    from tui_gan.session import checkpoint

    try:
        check_no_device(out)
        checkpoint.write_atomically(out, content)
    except OSError as error:
        raise UsageError(f"cannot write {out}: {error.strerror or error}") from None
    tell(out)


def _class(names: tuple[str, ...], name: str | None) -> int | None:
    """The number of a class by its name, or by the number behind the word that all names begin with, as in "mode 3"; None for all."""
    if name is None:
        return None
    if not names:
        raise UsageError("--class is for conditional generators, and this one is not: train digits-conditional, say")
    known, kind = {each: each for each in names}, names[0].partition(" ")[0]
    numbered = names == tuple(f"{kind} {number}" for number in range(len(names)))
    if numbered and name.isdecimal():
        name = f"{kind} {name}"
    # A digit may be asked for by its word.
    words = {word: digit for digit, word in enumerate(WORDS) if names == tuple(map(str, range(len(WORDS))))}
    return names.index(str(words[name])) if name in words else names.index(choose(known, name, kind if numbered else "class"))


def evaluate(
    what: Annotated[str, run_or_file("A run, a checkpoint, or a file of samples.", "RUN|CHECKPOINT|SAMPLES")],
    preset: Annotated[str | None, typer.Option(help="Compare with the data of this preset; a file of samples needs it.")] = None,
    metrics: Annotated[str | None, typer.Option(help="Metrics, separated by commas; without it all that need no extra library.")] = None,
    number: Annotated[
        int | None, typer.Option("-n", "--number", min=2, max=10_000_000, help="Number of generated samples; without it the run's own.")
    ] = None,
    data: Annotated[Path | None, path("Compare with these data of your own, in place of the preset's or the run's.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure a run, a checkpoint, or a file of samples."""
    file = Path(what)
    of_file = file.suffix.lower() in SAMPLES
    if file.is_file() and not of_file and file.suffix != ".safetensors":
        raise UsageError(f"unknown kind of file of {file}; samples are read from {', '.join(SAMPLES)}")
    if of_file and preset is None:
        raise UsageError(f"name the data that {file} is compared with: --preset (`tui-gan presets` lists them all)")
    if of_file and number:
        raise UsageError(f"--number is for a run or a checkpoint; of the file {file} every sample is measured")

    from tui_gan.gan.metrics import METRICS, applicable, measure
    from tui_gan.gan.metrics.floors import floors

    names = None if metrics is None else named("metrics", metrics)
    for name in names or ():
        choose(METRICS, name, "metric")
    samples, dataset, said, known = _of_file(file, preset or "", data) if of_file else _of_run(what, preset, data, number)
    measured = measure(samples, dataset.truth, names or applicable(dataset.truth, by_default=True, of=known), known)
    perfect = floors(dataset, list(measured), len(samples)) if len(samples) <= WITH_FLOORS else {}
    typical = {name: floor.typical for name, floor in perfect.items()}
    for line in said:
        tell(line, sys.stderr)
    if json:
        numbers = {"metrics": measured, "floors": typical}
        tell(json_text.dumps({part: {name: _finite(value) for name, value in values.items()} for part, values in numbers.items()}))
    else:
        width = max(map(len, measured))
        for name, value in measured.items():
            bound = "ceiling" if METRICS[name].better == "more" else "floor"
            tell(f"{name:{width}} {value:.6g}" + (f"  ({bound} {typical[name]:.3g})" if name in typical else ""))


def export(
    run: RunOrCheckpoint,
    to: Annotated[str, typer.Option(help="Kind of file: safetensors (the averaged generator), png, svg, gif or csv.")],
    what: Annotated[str, typer.Option(help="Of png and svg: distribution (without this option), curves or samples.")] = "",
    out: Annotated[Path | None, path("File to write; without it WHAT-STEP in the run directory.")] = None,
) -> None:
    """Write the averaged generator alone, a picture, an animation, or a table, for use elsewhere."""
    from tui_gan.session.export import maker, source_of, write

    maker(to, what)
    source = source_of(run)
    try:
        if out:
            check_no_device(out)
        tell(write(source, to, what, out, lambda text: tell(text, sys.stderr)))
    except OSError as error:
        raise UsageError(f"cannot write {out or error.filename}: {error.strerror or error}") from None


def _checkpoint(name: str) -> Path:
    """The checkpoint that is meant: a file, or the newest of a run."""
    from tui_gan.session.export import source_of

    return source_of(name).stored


def _of_run(name: str, preset: str | None, data: Path | None, number: int | None) -> Compared:
    """The samples of a checkpoint by the stream of its evaluation, the data that they are judged against, and what was read."""
    import msgspec
    import numpy as np

    from tui_gan.session import checkpoint
    from tui_gan.session.measuring import known_of
    from tui_gan.session.observe import evaluation_seed
    from tui_gan.session.samples import of_checkpoint

    path = _checkpoint(name)
    about = checkpoint.read_about(path)
    config = _of_preset(preset, data) if preset else about.config
    try:
        dataset, said = _dataset(config, data, Path() if preset else path.parent.parent)
    except UnreadableError as error:
        raise error if preset else UnreadableError(f"{error}; --preset or --data names other data to evaluate it by") from None
    if dataset.shape != about.shape:
        raise UsageError(f"{name} makes {_said(about.shape)}; it cannot be compared with {_said(dataset.shape)}")
    samples, _ = of_checkpoint(path, evaluation_seed(about.config, about.step), number or about.config.evaluated)
    if about.config.classes and (dataset.classes is None or dataset.classes.names != about.classes):
        return Compared(samples, dataset, said)
    counted = msgspec.structs.replace(about.config, evaluated=len(samples))
    # A generator's samples tell nothing of what D has learned from labels.
    scaling = np.array(about.location), np.array(about.scale)
    known = known_of(samples, checkpoint.generator(path)[0], counted, dataset, about.step, about.shares, scaling)
    return Compared(samples, dataset, said, known)


def _of_file(path: Path, preset: str, data: Path | None) -> Compared:
    """The samples of a file, the data that they are judged against, and what was read."""
    from tui_gan.session.samples import of_file

    dataset, said = _dataset(_of_preset(preset, data), data, Path())
    samples, notes = of_file(path, dataset)
    return Compared(samples, dataset, (*(f"{path}: {note}" for note in notes), *said))


def _of_preset(preset: str, data: Path | None) -> "Config":
    return settings.resolved(preset, None, {}, {"data": data and str(data)}, {})[0]


def _dataset(config: "Config", data: Path | None, folder: Path) -> tuple["Dataset", tuple[str, ...]]:
    """The data of a configuration, or the user's own in the form that the configuration brings them to, and what was read of a file."""
    import msgspec

    from tui_gan.data.files import fingerprint
    from tui_gan.session.sources import dataset_of

    if data:
        # Of the run's own data are the rows that it is trained on.
        config = msgspec.structs.replace(config, data=str(data.absolute()), data_sha256=fingerprint(data), training=0, training_skip=0)
    dataset, notes = dataset_of(config, folder)
    return dataset, tuple(f"{data or config.data}: {note}" for note in notes if config.data)


def _finite(value: float) -> float | None:
    """A number as JSON knows it."""
    return value if math.isfinite(value) else None


def _said(shape: tuple[int, ...]) -> str:
    if len(shape) == 1:
        return "single numbers" if shape == (1,) else f"rows of {shape[0]} numbers"
    return f"images of {'x'.join(map(str, shape))}"


def write_npy(samples: "NDArray[Any]") -> bytes:
    """An array as the bytes of a file."""
    import io

    import numpy as np

    file = io.BytesIO()
    np.save(file, samples, allow_pickle=False)
    return file.getvalue()


def _write_csv(samples: "NDArray[Any]") -> bytes:
    rows = samples.reshape(len(samples), -1).tolist()
    return "".join(",".join(map(repr, row)) + "\n" for row in rows).encode()
