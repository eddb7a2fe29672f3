"""Checkpoints: exact, atomic, and unable to run code."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from tui_gan.contract.config import Config
from tui_gan.contract.errors import UnreadableError, UsageError
from tui_gan.contract.knobs import Knobs, checked
from tui_gan.contract.snapshot import Event
from tui_gan.gan.networks import build

FORMAT = 1
KEY = "tui_gan"
MOMENTS = ("exp_avg", "exp_avg_sq")


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What a checkpoint says of itself, as JSON in the header of the file.

    Attributes:
        location, scale: what turns the generator's output into units of the data.
        metric: the value of the preset's metric at this step; None when it was not a number.
    """

    format: int
    config: Config
    knobs: Knobs
    step: int
    seconds: float
    location: float
    scale: float
    metric: float | None
    events: tuple[Event, ...] = ()


def write(path: Path, tensors: dict[str, Tensor], about: About) -> None:
    """Write a checkpoint: to a temporary name, synced, renamed, so that a crash leaves the old file or the new one, whole."""
    write_atomically(path, save(tensors, {KEY: msgspec.json.encode(about).decode()}))


def write_atomically(path: Path, content: bytes) -> None:
    """Put `content` at `path` in one step that survives a crash.

    Raises:
        OSError: it could not be written; nothing of it is left behind.
    """
    partial = path.with_name(path.name + ".partial")
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise
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
        expected = _expected(path, about.config)
        shapes = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
        _check_shapes(path, expected, shapes)
        return {name: file.get_tensor(name) for name in shapes}, about


def generator(path: Path) -> tuple[nn.Sequential, About]:
    """Read the averaged generator of a checkpoint, on the CPU."""
    tensors, about = read(path)
    network, _ = build(about.config)
    prefix = "generator_average."
    network.load_state_dict({name[len(prefix) :]: value for name, value in tensors.items() if name.startswith(prefix)})
    return network.requires_grad_(False), about


def step_path(folder: Path, step: int) -> Path:
    """The file of a step's checkpoint."""
    return folder / f"step-{step:08}.safetensors"


def stored(folder: Path) -> dict[int, Path]:
    """The checkpoints of a folder by step, in order; files of other names are passed over."""
    files = (path for path in folder.glob("step-*.safetensors") if path.stem[5:].isdigit())
    return {step: path for step, path in sorted((int(path.stem[5:]), path) for path in files)}


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
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
        raise UnreadableError(f"{path} is not a whole safetensors file: {error}") from None


def _about(path: Path, metadata: dict[str, str] | None) -> About:
    text = (metadata or {}).get(KEY)
    if text is None:
        raise UnreadableError(f"{path} is a safetensors file, but not a checkpoint of tui-gan")
    try:
        version = msgspec.json.decode(text, type=dict[str, Any]).get("format")
        if version != FORMAT:
            raise UnreadableError(f"{path} has checkpoint format {version}; this version of tui-gan reads {FORMAT}")
        about = msgspec.json.decode(text, type=About)
        checked(about.knobs)
    except (msgspec.DecodeError, UsageError) as error:
        raise UnreadableError(f"{path} does not describe itself as a checkpoint should: {error}") from None
    return about


def _expected(path: Path, config: Config) -> dict[str, tuple[int, ...]]:
    """Names and shapes of the tensors that the networks and optimisers of a configuration have; nothing is allocated."""
    try:
        with torch.device("meta"):
            networks = dict(zip(("generator", "discriminator"), build(config), strict=True))
    except UsageError as error:
        raise UnreadableError(f"{path}: {error}") from None
    except (RuntimeError, OverflowError) as error:
        raise UnreadableError(f"{path} describes networks that cannot be built: {error}") from None
    networks["generator_average"] = networks["generator"]
    return {f"{name}.{key}": tuple(value.shape) for name, network in networks.items() for key, value in network.state_dict().items()}


def _check_shapes(path: Path, expected: dict[str, tuple[int, ...]], found: dict[str, tuple[int, ...]]) -> None:
    for name, shape in expected.items():
        if found.get(name) != shape:
            raise UnreadableError(f"{path}: tensor {name} should have shape {shape}, and has {found.get(name, 'none')}")
    for network in ("generator", "discriminator"):
        weights = [shape for name, shape in expected.items() if name.startswith(network + ".")]
        for name, shape in found.items():
            owner, _, rest = name.partition(".")
            index, _, moment = rest.partition(".")
            if owner == f"{network}_optimizer" and moment in MOMENTS and weights[int(index) : int(index) + 1] != [shape]:
                raise UnreadableError(f"{path}: tensor {name} does not fit the weights that it belongs to")
