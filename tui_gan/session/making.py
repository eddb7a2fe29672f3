"""Makes the program of a step, in a process of its own: a request comes in, a shared library goes out.

python -m tui_gan.session.making FILE       the request as MessagePack on the standard input
"""

import contextlib
import fcntl
import os
import sys
import tempfile
import zipfile
from pathlib import Path

import msgspec
import numpy as np
import torch

from tui_gan.contract.config import Config
from tui_gan.contract.knobs import Knobs
from tui_gan.gan import completion, state
from tui_gan.gan.draws import drawn
from tui_gan.gan.engines import compiled
from tui_gan.gan.engines.eager import Eager
from tui_gan.gan.game import game_of
from tui_gan.gan.latents import numbers, width
from tui_gan.gan.masks import completes
from tui_gan.gan.networks import build
from tui_gan.gan.orders import Source
from tui_gan.gan.values import Batch
from tui_gan.session.atomic import replacing


class Request(msgspec.Struct, frozen=True):
    """A program that is wanted.

    Attributes:
        shape: of a sample.
        step: at which it is asked for; `k` the discriminator updates of a step there.
        threads: of the program.
        form: what it is to be made for, which is checked.
        members: for how many games at once; 0 for one.
    """

    config: Config
    knobs: Knobs
    shape: tuple[int, ...]
    step: int
    k: int
    threads: int
    form: str
    members: int = 0


class _Shaped:
    """Data of which only the shape is known, which is all that a step reads of them."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape, self.location, self.scale = shape, np.zeros(1), np.ones(1)


def make(request: Request, target: Path) -> None:
    """Make the program and put it into a file.

    Raises:
        ValueError: from here the step looks otherwise than it was asked for.
    """
    config, knobs = request.config, request.knobs
    torch.set_num_threads(request.threads)
    generator, discriminator = build(config, request.shape)
    game = game_of(config, _Shaped(request.shape), generator, discriminator)  # type: ignore[arg-type]
    latents = torch.zeros(1, width(config))
    now = state.begun(config, generator, discriminator, torch.Generator(), latents, "cpu")
    count = knobs.batch_size * config.packing
    stream = torch.Generator()

    def batch() -> Batch:
        x = torch.randn(count, *request.shape)
        return Batch(x, completion.drawn(config, x, stream) if completes(config) else None)

    source = Source(batch, lambda: numbers(config, count, stream))
    hyper, program = game.hyper(knobs, request.step), game.program(knobs, request.step, request.k)
    engine = Eager(game, now)
    for draws in drawn(game, source, hyper, program):
        # After it every weight has the moments that a program finds of it.
        engine.update(draws._replace(latents=game.latents(draws.latents)), hyper, program)
    given = compiled.Given(drawn(game, source, hyper, program), torch.tensor(compiled.row(game, hyper, request.step + 1)))
    if compiled.form(game, now, given, program) != request.form:
        raise ValueError("the step looks otherwise than it was asked for")
    graph = compiled.traced(game, now, given, hyper, program, request.members)
    examples = [*compiled.Layout(now, program).of_state(), *given.tensors]
    if request.members:
        examples = [each.expand(request.members, *each.shape) for each in examples]
    _compile(graph, examples, target, request.threads)


def _compile(graph: torch.nn.Module, examples: list[torch.Tensor], target: Path, threads: int) -> None:
    from torch._inductor import aoti_compile_and_package, config

    inputs = tuple(each.detach().clone() for each in examples)
    with tempfile.TemporaryDirectory() as folder, config.patch({"cpp.threads": threads}):
        package = aoti_compile_and_package(torch.export.export(graph, inputs), package_path=f"{folder}/step.pt2")
        with zipfile.ZipFile(package) as files:
            (library,) = [name for name in files.namelist() if name.endswith(".so")]
            with replacing(target) as partial:
                partial.write_bytes(files.read(library))
                partial.chmod(0o700)


def make_once(request: Request, target: Path) -> None:
    """Make the program, unless another process makes it meanwhile: that is waited for, and where it ends without, this one does it."""
    before = target.exists()
    with target.with_suffix(".lock").open("w") as file:
        with contextlib.suppress(OSError):  # Not every file system has locks; then both make it.
            fcntl.flock(file, fcntl.LOCK_EX)
        if before or not target.exists():
            make(request, target)


if __name__ == "__main__":
    os.nice(19)
    make_once(msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Request), Path(sys.argv[1]))
