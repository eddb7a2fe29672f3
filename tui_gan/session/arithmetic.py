"""What the last bits of a step depend on beside its state: the number of threads, PyTorch, and the instructions of the processor."""

import os
from collections.abc import Callable
from typing import Annotated

import msgspec
import torch
from msgspec import Meta

from tui_gan.contract.outer import printable

# PyTorch's own number of threads, before a run sets another.
DEFAULT = torch.get_num_threads()
# As many as a configuration may ask for.
MOST = 1024
# From which PyTorch takes its number, the first before the second.
VARIABLES = ("MKL_NUM_THREADS", "OMP_NUM_THREADS") if torch.backends.mkl.is_available() else ("OMP_NUM_THREADS",)  # type: ignore[no-untyped-call]


class Arithmetic(msgspec.Struct, frozen=True, kw_only=True):
    """By what a run computes on the CPU.

    Attributes:
        threads: of PyTorch; 0 where it was not kept, as the others are "".
        torch: its version.
        cpu: the instructions that it uses, such as AVX2.
    """

    threads: Annotated[int, Meta(ge=0)] = 0
    torch: str = ""
    cpu: str = ""


def here() -> Arithmetic:
    """By what this thread computes."""
    return Arithmetic(threads=torch.get_num_threads(), torch=str(torch.__version__), cpu=torch.backends.cpu.get_cpu_capability())


def threads(wanted: int, before: Arithmetic | None) -> int:
    """The number of threads to train with.

    It is that of the configuration; else, so that a run goes on bit for bit, that of before, unless the environment asks for another;
    else PyTorch's own.

    Args:
        wanted: by the configuration; 0 leaves it open.
        before: by what the run was trained so far; None where it begins.
    """
    if wanted or before is None or not 0 < before.threads <= MOST:
        return wanted or DEFAULT
    # PyTorch cuts down a number beyond the cores, with which a run may have been trained elsewhere.
    return before.threads if os.environ.get(variable(), str(before.threads)) == str(before.threads) else DEFAULT


def kept(wanted: int, now: Arithmetic, command: str) -> str:
    """What to say of a number of threads that a run has kept and that is not PyTorch's own here; "" where there is nothing.

    Args:
        wanted: by the configuration, which says it where it is not 0.
        command: goes on with the run.
    """
    if wanted or now.threads == DEFAULT:
        return ""
    alternative = f"`{variable()}={DEFAULT} {command}` takes {DEFAULT}, PyTorch's default here"
    return f"goes on bit for bit with {_threads(now)}, as before; {alternative}"


def changed(before: Arithmetic, now: Arithmetic, command: str) -> str:
    """What may make a run that goes on differ from one that was never stopped, as one sentence; "" where nothing does.

    Args:
        command: goes on with the run.
    """
    # What was not kept is told by nothing.
    names = [name for name in SAID if getattr(before, name) and getattr(before, name) != getattr(now, name)]
    if not names:
        return ""
    is_now, was = (", ".join(SAID[name](each) for name in names) for each in (now, before))
    said = f"resumed with {is_now} instead of {was}: the last bits may differ from those of an uninterrupted run"
    if "threads" not in names:
        return said
    exact = "goes on bit for bit" if names == ["threads"] else f"takes {_threads(before)}"
    return f"{said}; `{variable()}={before.threads} {command}` {exact}"


def variable() -> str:
    """The environment variable by which the user sets the number of threads."""
    return next((name for name in VARIABLES if name in os.environ), VARIABLES[-1])


def _threads(arithmetic: Arithmetic) -> str:
    return f"{arithmetic.threads} CPU thread{'s' * (arithmetic.threads != 1)}"


SAID: dict[str, Callable[[Arithmetic], str]] = {
    "threads": _threads,
    "torch": lambda arithmetic: f"PyTorch {printable(arithmetic.torch)}",
    "cpu": lambda arithmetic: f"{printable(arithmetic.cpu)} instructions",
}
