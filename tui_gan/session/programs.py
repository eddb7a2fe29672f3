"""Programs of steps: made by other processes at the lowest priority, kept in the user's cache, and called without the interpreter."""

import contextlib
import ctypes
import hashlib
import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec
import torch
from torch import Tensor

from tui_gan.data.places import cache_path
from tui_gan.gan.engines.compiled import Call
from tui_gan.session import arithmetic
from tui_gan.session.making import Request

# Of a compiler that says nothing else.
LONGEST = 300


class Making:
    """A program in the making."""

    def __init__(self, request: Request, target: Path) -> None:
        command = [sys.executable, "-m", "tui_gan.session.making", str(target)]
        # What the compiler writes beside the program goes with this folder, whatever becomes of the process.
        self._folder = tempfile.TemporaryDirectory(prefix="tui-gan-")
        environment = {**os.environ, "TMPDIR": self._folder.name, "TORCHINDUCTOR_CACHE_DIR": self._folder.name}
        self._said = Path(self._folder.name, "said")
        # Into a file: a compiler may say more than a pipe holds that nobody reads.
        with self._said.open("wb") as said:
            self._process = subprocess.Popen(
                command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said, start_new_session=True
            )
        assert self._process.stdin is not None
        with contextlib.suppress(OSError), self._process.stdin as line:
            line.write(msgspec.msgpack.encode(request))

    @property
    def over(self) -> bool:
        """Whether it has been made, or has failed."""
        return self._process.poll() is not None

    @property
    def failed(self) -> str:
        """Why it could not be made; "" where it has been."""
        if self._process.returncode == 0:
            return ""
        lines = self._said.read_text(errors="replace").strip().splitlines()
        return (lines or [f"the compiler ended with status {self._process.returncode}"])[-1][:LONGEST]

    def close(self) -> None:
        """Make it no longer."""
        if not self.over:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, 9)
        self._process.wait()
        self._folder.cleanup()


def place(request: Request) -> Path:
    """Where the program of a request lies once it is made: another for each form, PyTorch, processor and version of the program."""
    here = arithmetic.here()
    made_by = "\n".join(
        [request.form, f"{request.members} members, {request.threads} threads", here.torch, here.cpu, sys.version, _source()]
    )
    return _folder() / f"{hashlib.sha256(made_by.encode()).hexdigest()[:32]}.so"


def load(path: Path) -> Call | None:
    """A program that has been made; None where there is none, or where somebody else could have put it there.

    Raises:
        OSError: it cannot be loaded.
    """
    try:
        status = path.lstat()
    except OSError:
        return None
    if not stat.S_ISREG(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o022:
        return None
    return _Program(path)


class _Program:
    """A shared library that PyTorch's compiler has made; the interpreter is free while it runs."""

    def __init__(self, path: Path) -> None:
        self._library = ctypes.CDLL(str(path))
        self._handle = ctypes.c_void_p()
        self._check(self._library.AOTInductorModelContainerCreateWithDevice(ctypes.byref(self._handle), ctypes.c_size_t(1), b"cpu", None))
        self._run = self._library.AOTInductorModelContainerRunSingleThreaded
        pointer, size = ctypes.c_void_p, ctypes.c_size_t
        self._run.argtypes = [pointer, pointer, size, pointer, size, pointer, pointer]
        outputs = size()
        self._check(self._library.AOTInductorModelContainerGetNumOutputs(self._handle, ctypes.byref(outputs)))
        self._outputs = (pointer * outputs.value)()

    def __call__(self, tensors: list[Tensor]) -> None:
        # The library takes these handles, and frees them.
        handles = [_pointer(capsule) for capsule in torch._C._aoti.unsafe_alloc_void_ptrs_from_tensors(tensors)]
        given = (ctypes.c_void_p * len(handles))(*handles)
        self._check(self._run(self._handle, given, len(handles), self._outputs, len(self._outputs), None, None))

    def _check(self, status: int) -> None:
        if status:
            raise RuntimeError(f"the compiled step failed with status {status}")


def _pointer(capsule: object) -> int:
    address: int = _POINTER(capsule, None)
    return address


_POINTER = ctypes.pythonapi.PyCapsule_GetPointer
_POINTER.restype, _POINTER.argtypes = ctypes.c_void_p, (ctypes.py_object, ctypes.c_char_p)


def _folder() -> Path:
    folder = cache_path() / "programs"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _source() -> str:
    """A checksum of the mathematics that a program is made of."""
    root = Path(__file__).parents[1] / "gan"
    content = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        content.update(path.read_bytes())
    return content.hexdigest()
