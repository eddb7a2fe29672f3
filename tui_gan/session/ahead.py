"""Ahead: torch's libraries, loaded so that other threads run meanwhile."""

import ctypes
import os
import sys
from importlib.util import find_spec
from pathlib import Path

# In torch's own order, and as it opens them.
LIBRARIES = (("libtorch_global_deps", os.RTLD_GLOBAL), ("libtorch", os.RTLD_LOCAL))


def load_torch() -> None:
    """Load the libraries of torch, which importing it then finds there.

    An import keeps the interpreter while the linker works, here for a second, in which no key is answered; a foreign function does not.
    What cannot be loaded is left to the import, which says why.
    """
    spec = find_spec("torch")
    if "torch" in sys.modules or spec is None or spec.origin is None:
        return
    open_library = ctypes.CDLL(None).dlopen
    open_library.argtypes, open_library.restype = (ctypes.c_char_p, ctypes.c_int), ctypes.c_void_p
    suffix = ".dylib" if sys.platform == "darwin" else ".so"
    for name, mode in LIBRARIES:
        path = Path(spec.origin).parent / "lib" / f"{name}{suffix}"
        if not open_library(os.fsencode(path), os.RTLD_NOW | mode):
            return
