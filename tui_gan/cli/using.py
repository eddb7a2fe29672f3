"""`tui-gan sample`, `tui-gan eval` and `tui-gan export`: what can be done with a run that has learned."""

import json as json_text
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tui_gan.contract.errors import UnreadableError, UsageError, choose
from tui_gan.presets import PRESETS

if TYPE_CHECKING:
    from tui_gan.contract.snapshot import Floats

RunOrCheckpoint = Annotated[str, typer.Argument(help="A run (its newest checkpoint is taken) or a checkpoint file.")]


def sample(
    run: RunOrCheckpoint,
    out: Annotated[Path, typer.Option(help="File to write: .npy or .csv.")],
    number: Annotated[int, typer.Option("-n", "--number", min=1, max=10_000_000, help="How many samples.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Seed of the latents.")] = 0,
) -> None:
    """Draw samples from the averaged generator of a run."""
    writer = choose({".npy": _write_npy, ".csv": _write_csv}, out.suffix.lower(), f"kind of file of {out}:")

    from tui_gan.session import checkpoint
    from tui_gan.session.observe import generate, in_units

    network, about = checkpoint.generator(_checkpoint(run))
    samples = in_units(generate(network, about.config, seed, number), about.location, about.scale)
    try:
        checkpoint.write_atomically(out, writer(samples))
    except OSError as error:
        raise UsageError(f"cannot write {out}: {error.strerror or error}") from None
    print(out)


def evaluate(
    what: Annotated[str, typer.Argument(metavar="RUN|CHECKPOINT|SAMPLES", help="A run, a checkpoint, or a file of samples.")],
    preset: Annotated[str | None, typer.Option(help="The preset whose data a file of samples is judged against.")] = None,
    metrics: Annotated[str | None, typer.Option(help="Which metrics, separated by commas; without it all.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure a run, a checkpoint, or a file of samples."""
    from tui_gan.gan.metrics import METRICS, measure

    names = [name.strip() for name in metrics.split(",")] if metrics else list(METRICS)
    for name in names:
        choose(METRICS, name, "metric")
    path = Path(what)
    samples, dataset = _of_file(path, preset) if path.suffix.lower() in (".npy", ".csv", ".txt") else _of_run(what, preset)
    measured = measure(samples, dataset, names)
    if json:
        print(json_text.dumps({"metrics": {name: value if math.isfinite(value) else None for name, value in measured.items()}}))
    else:
        for name, value in measured.items():
            print(f"{name:10} {value:.6g}")


def export(
    run: RunOrCheckpoint,
    to: Annotated[str, typer.Option(help="What to write: safetensors.")],
    out: Annotated[Path | None, typer.Option(help="File to write; without it generator-STEP in the run directory.")] = None,
) -> None:
    """Write the averaged generator alone, for use elsewhere."""
    from tui_gan.session.export import EXPORTERS

    exporter = choose(EXPORTERS, to, "export")
    source = _checkpoint(run)
    inside = source.parent.name == "checkpoints"
    try:
        print(exporter(source, out or (source.parent.parent if inside else source.parent)))
    except OSError as error:
        raise UsageError(f"cannot write {error.filename or out}: {error.strerror or error}") from None


def _checkpoint(name: str) -> Path:
    """The checkpoint that is meant: a file, or the newest of a run."""
    from tui_gan.session import checkpoint, rundir

    path = Path(name)
    if path.suffix == ".safetensors":
        return path
    run = rundir.find(name)
    stored = checkpoint.stored(run.checkpoints)
    if not stored:
        raise UnreadableError(f"{run.path} holds no checkpoint")
    return stored[max(stored)]


def _of_run(name: str, preset: str | None) -> tuple["Floats", Any]:
    """The samples of a checkpoint by the stream of its evaluation, and the data that it learned."""
    from tui_gan.session import checkpoint
    from tui_gan.session.observe import EVALUATED, evaluation_seed, generate, in_units
    from tui_gan.session.start import dataset_of

    path = _checkpoint(name)
    network, about = checkpoint.generator(path)
    config = choose(PRESETS, preset, "preset").config if preset else about.config
    dataset = dataset_of(config, path.parent.parent)
    seed = evaluation_seed(about.config, about.step)
    return in_units(generate(network, about.config, seed, EVALUATED), about.location, about.scale), dataset


def _of_file(path: Path, preset: str | None) -> tuple["Floats", Any]:
    from tui_gan.data.tables import read_finite
    from tui_gan.session.start import dataset_of

    if preset is None:
        raise UsageError(f"name the data that {path} is judged against: --preset (one of: {', '.join(PRESETS)})")
    chosen = choose(PRESETS, preset, "preset")
    return read_finite(path, chosen.columns)[:, 0], dataset_of(chosen.config, Path())


def _write_npy(samples: "Floats") -> bytes:
    import io

    import numpy as np

    file = io.BytesIO()
    np.save(file, samples, allow_pickle=False)
    return file.getvalue()


def _write_csv(samples: "Floats") -> bytes:
    return "".join(f"{value!r}\n" for value in samples.tolist()).encode()
