"""Checkpoints: exact, atomic, and unable to run code."""

import contextlib
import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import msgspec
import torch
from msgspec import Meta
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from tui_gan.contract.config import Config
from tui_gan.contract.errors import UnreadableError, UsageError, cut, first_line
from tui_gan.contract.knobs import Knobs, checked
from tui_gan.contract.outer import check_ordinary, printable
from tui_gan.contract.snapshot import Event
from tui_gan.gan.compatibility import check_names
from tui_gan.gan.networks import build
from tui_gan.gan.state import Forms, forms
from tui_gan.gan.trainer import Trainer
from tui_gan.session.arithmetic import Arithmetic, here
from tui_gan.session.atomic import replacing

FORMAT = 2
KEY = "tui_gan"
# The types of tensors as the files name them.
# Beyond what any data are taken of; a sample of 32 bits in these units is still a number.
Unit = Annotated[float, Meta(ge=-1e160, le=1e160)]
TYPES = {"F32": torch.float32, "F64": torch.float64, "U8": torch.uint8, "I64": torch.int64}


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What a checkpoint says of itself, as JSON in the header of the file.

    Attributes:
        shape: of one sample.
        location, scale: what turns the generator's output into units of the data: x scale + location, one number for all
            coordinates or one for each.
        metric: the value of the preset's metric at this step; None when it was not a number.
        window: the low and the high corner of the picture, in units of the data; None for that of the data.
        began: the checksum of the configuration that the run began with; "" where it was not kept.
        met: how often in a row the metric of early stopping has met its threshold; -1 once it has stopped the run.
        arithmetic: by what it was trained, on the CPU, when it was saved.
        classes: the names of the classes of a conditional GAN, and `shares` their shares of the data.
    """

    format: int
    config: Config
    knobs: Knobs
    step: Annotated[int, Meta(ge=0, le=2**53)]
    seconds: Annotated[float, Meta(ge=0.0, le=1e12)]
    shape: Annotated[tuple[Annotated[int, Meta(ge=1, le=65_536)], ...], Meta(min_length=1, max_length=3)]
    location: tuple[Unit, ...]
    scale: tuple[Unit, ...]
    metric: float | None
    window: tuple[tuple[Unit, ...], tuple[Unit, ...]] | None = None
    began: str = ""
    met: Annotated[int, Meta(ge=-1, le=2**53)] = 0
    events: tuple[Event, ...] = ()
    arithmetic: Arithmetic = Arithmetic()
    classes: tuple[str, ...] = ()
    shares: tuple[Annotated[float, Meta(ge=0.0, le=1.0)], ...] = ()


def about_of(trainer: Trainer, config: Config, knobs: Knobs, metric: float) -> About:
    """What a checkpoint says of a trainer as it stands, without what a run alone knows."""
    dataset = trainer.dataset
    return About(
        format=FORMAT,
        config=config,
        knobs=knobs,
        step=trainer.steps_done,
        seconds=0.0,
        shape=dataset.shape,
        location=tuple(dataset.location.tolist()),
        scale=tuple(dataset.scale.tolist()),
        metric=metric if math.isfinite(metric) else None,
        arithmetic=here(),
        classes=trainer.names,
        shares=trainer.shares,
    )


def write(path: Path, tensors: dict[str, Tensor], about: About) -> None:
    """Write a checkpoint: to a temporary name, synced, renamed, so that a crash leaves the old file or the new one, whole."""
    write_atomically(path, save(tensors, {KEY: msgspec.json.encode(about).decode()}))


def write_atomically(path: Path, content: bytes) -> None:
    """Put `content` at `path` in one step that survives a crash.

    Raises:
        OSError: it could not be written; nothing of it is left behind.
    """
    with replacing(path) as partial, partial.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read_about(path: Path) -> About:
    """Read what a checkpoint says of itself, without its tensors.

    Raises:
        UnreadableError: it is missing, truncated, foreign, or of another version.
    """
    with _opened(path) as file:
        return _about(path, file.metadata())


def read(path: Path) -> tuple[dict[str, Tensor], About]:
    """Read a whole checkpoint and hold it against the networks that its configuration describes.

    Raises:
        UnreadableError: it is missing, truncated, foreign, of another version, or its tensors do not fit its configuration.
    """
    with _opened(path) as file:
        about = _about(path, file.metadata())
        slices = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118
        actual = {name: (TYPES.get(each.get_dtype()), tuple(each.get_shape())) for name, each in slices.items()}
        _check_forms(path, _expected(path, about), actual)
        return {name: file.get_tensor(name) for name in actual}, about


def generator(path: Path) -> tuple[nn.Sequential, About]:
    """Read the averaged generator of a checkpoint, on the CPU."""
    tensors, about = read(path)
    network, _ = build(about.config, about.shape)
    prefix = "generator_average."
    network.load_state_dict({name[len(prefix) :]: value for name, value in tensors.items() if name.startswith(prefix)})
    return network.requires_grad_(False).eval(), about


def step_path(folder: Path, step: int) -> Path:
    """The file of a step's checkpoint."""
    return folder / f"step-{step:08}.safetensors"


def stored(folder: Path) -> dict[int, Path]:
    """The checkpoints of a folder by step, in order; files of other names are skipped.

    Raises:
        UnreadableError: the folder is there, and cannot be read.
    """
    try:
        paths = [path for path in folder.iterdir() if path.match("step-*.safetensors") and path.stem[5:].isdecimal()]
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UnreadableError(f"cannot read {folder}: {error.strerror or error}") from None
    return {step: path for step, path in sorted((int(path.stem[5:]), path) for path in paths)}


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        check_ordinary(path)
        # The library opens without saying why it cannot; Python's own open does.
        with path.open("rb"):
            pass
        with safe_open(path, framework="pt") as file:
            yield file
    except IsADirectoryError:
        raise UnreadableError(f"{path} is a directory, not a checkpoint") from None
    except OSError as error:
        raise UnreadableError(f"cannot read {path}: {error.strerror or error}") from None
    except SafetensorError as error:
        raise UnreadableError(f"{path} is not a whole safetensors file: {_short(error)}") from None


def _about(path: Path, metadata: dict[str, str] | None) -> About:
    text = (metadata or {}).get(KEY)
    if text is None:
        raise UnreadableError(f"{path} is a safetensors file, but not a checkpoint of tui-gan")
    try:
        version = msgspec.json.decode(text, type=dict[str, Any]).get("format")
        if version != FORMAT:
            raise UnreadableError(f"{path} {_another(version)}")
        about = msgspec.json.decode(text, type=About)
        checked(about.knobs)
    except (ValueError, UsageError, RecursionError) as error:
        raise UnreadableError(f"{path} does not describe itself as a checkpoint should: {_short(error)}") from None
    if contradiction := _contradiction(about):
        raise UnreadableError(f"{path} has {contradiction}")
    return about


def _another(version: object) -> str:
    says = "says no checkpoint format" if version is None else f"has checkpoint format {_short(version)}"
    later = type(version) is int and version > FORMAT
    return f"{says}, and this tui-gan reads {FORMAT}; resume it with the tui-gan that wrote it{', or a newer one' if later else ''}"


def _contradiction(about: About) -> str:
    """What in a description does not go together, or can be of no run; "" for nothing."""
    if not {len(about.location), len(about.scale)} <= {1, about.shape[-1]}:
        return f"{len(about.location)} locations and {len(about.scale)} scales for samples of shape {about.shape}"
    if min(about.scale) <= 0.0:
        return f"a scale of {min(about.scale):g}"
    if about.window:
        low, high = about.window
        # Images have a window without coordinates.
        coordinates = about.shape[0] if len(about.shape) == 1 else 0
        if not len(low) == len(high) == coordinates or not all(map(_apart, low, high)):
            return f"a window from {low} to {high} for samples of shape {about.shape}"
    return ""


def _apart(low: float, high: float) -> bool:
    """Whether an axis can lead from one number to another."""
    return high - low > max(1e-140, 1e-12 * max(abs(low), abs(high)))


def _short(text: object) -> str:
    """What a library says of a file, or what the file says, as a part of one line."""
    return cut(printable(text))


def _expected(path: Path, about: About) -> Forms:
    """Forms of the tensors of a checkpoint; nothing is allocated."""
    try:
        check_names(about.config)
        return forms(about.config, about.shape)
    except UsageError as error:
        raise UnreadableError(f"{path}: {_short(error)}") from None
    except (RuntimeError, OverflowError) as error:
        raise UnreadableError(f"{path} describes networks that cannot be built: {_short(first_line(error))}") from None


Found = tuple[torch.dtype | None, tuple[int, ...]]


def _check_forms(path: Path, forms: Forms, actual: dict[str, Found]) -> None:
    # An optimiser has the moments of a weight all or not at all.
    moved = {name.rpartition(".")[0] for name in actual if name in forms.begun}
    must = forms.must | {name: form for name, form in forms.begun.items() if name.rpartition(".")[0] in moved}
    must |= {name: form for name, form in forms.may.items() if name in actual}
    for name, form in must.items():
        if actual.get(name) != form:
            raise UnreadableError(f"{path}: tensor {name} should be {_described(form)}, and is {_described(actual.get(name))}")
    for name, (kind, _) in actual.items():
        if name not in must and not (name.startswith("history.") and kind == torch.float64):
            raise UnreadableError(f"{path}: tensor {_short(name)} belongs to nothing that the configuration describes")


def _described(form: Found | None) -> str:
    return f"{str(form[0]).removeprefix('torch.')} of shape {form[1]}" if form else "missing"
