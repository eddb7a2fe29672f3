"""Where the known sets of images are looked for, what their official files are, and what to say when they are not there."""

import dataclasses
import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import platformdirs

from tui_gan.contract.errors import UsageError
from tui_gan.contract.outer import expanded, of_the_user
from tui_gan.data.imageset import Shape

VARIABLE = "TUI_GAN_DATA"


@dataclasses.dataclass(frozen=True)
class Official:
    """A published set.

    Attributes:
        home: where it is published.
        shape: of one image.
        files: what is published there, and its MD5.
        unpacked: files that come out of it, and their SHA-1.
    """

    home: str
    shape: Shape
    files: Mapping[str, str]
    unpacked: Mapping[str, str] = dataclasses.field(default_factory=dict)


OFFICIAL = {
    "mnist": Official(
        "yann.lecun.com/exdb/mnist",
        (1, 28, 28),
        {
            "train-images-idx3-ubyte.gz": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
            "train-labels-idx1-ubyte.gz": "d53e105ee54ea40749a09fcbcd1e9432",
            "t10k-images-idx3-ubyte.gz": "9fb629c4189551a2d022fa330f9573f3",
            "t10k-labels-idx1-ubyte.gz": "ec29112dd5afa0611ce80d1b7f02629c",
        },
    ),
    "fashion-mnist": Official(
        "github.com/zalandoresearch/fashion-mnist",
        (1, 28, 28),
        {
            "train-images-idx3-ubyte.gz": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            "train-labels-idx1-ubyte.gz": "25c81989df183df01b3e8a0aad5dffbe",
            "t10k-images-idx3-ubyte.gz": "bef4ecab320f06d8554ea6380940ec79",
            "t10k-labels-idx1-ubyte.gz": "bb300cfdad3c16e7a12a480ee83cd310",
        },
    ),
    "cifar10": Official(
        "www.cs.toronto.edu/~kriz/cifar.html",
        (3, 32, 32),
        {"cifar-10-binary.tar.gz": "c32a1d4ab5d03f1284b67883e8d87530"},
        {
            "data_batch_1.bin": "aadd24acce27caa71bf4b10992e9e7b2d74c2540",
            "data_batch_2.bin": "c0ba65cce70568cd57b4e03e9ac8d2a5367c1795",
            "data_batch_3.bin": "1dd00a74ab1d17a6e7d73e185b69dbf31242f295",
            "data_batch_4.bin": "aab85764eb3584312d3c7f65fd2fd016e36a258e",
            "data_batch_5.bin": "26e2849e66a845b7f1e4614ae70f4889ae604628",
            "test_batch.bin": "67eb016db431130d61cd03c7ad570b013799c88c",
        },
    ),
}


def cache_path() -> Path:
    """The folder of the user's that holds what can be had again."""
    return of_the_user(platformdirs.user_cache_path)


def folders(name: str) -> tuple[Path, ...]:
    """Where a set is looked for, first to last."""
    root = os.environ.get(VARIABLE)
    return (*((expanded(root) / name,) if root else ()), cache_path() / "data" / name)


def differing(name: str, files: Sequence[Path]) -> tuple[str, ...]:
    """A note on each file that is not the official one of its name; a copy of the user's own is used all the same."""
    official = OFFICIAL[name]
    notes = []
    for path in files:
        kind, sums = ("md5", official.files) if path.name in official.files else ("sha1", official.unpacked)
        if path.name in sums and (checksum := _checksum(path, kind)) != sums[path.name]:
            notes.append(f"{path} differs from the official file ({kind} {checksum}, not {sums[path.name]})")
    return tuple(notes)


def missing(name: str, partial: str = "", hub_failed: str = "") -> UsageError:
    """The one line on a set that is not there: what to fetch, from where, and where to put it.

    Args:
        name: of the set.
        partial: what was there instead of the whole.
        hub_failed: what went wrong with the hub, if it was asked.
    """
    official = OFFICIAL[name]
    files = ", ".join(f"{file} (md5 {sum})" for file, sum in official.files.items())
    verb = "unpack" if official.unpacked else "put"
    where = " or ".join(str(folder) for folder in folders(name))
    variable = "" if os.environ.get(VARIABLE) else f" (or set {VARIABLE} to a folder with {name}/ in it)"
    hub = f"the hub failed: {hub_failed}" if hub_failed else "or pip install 'tui-gan[hub]' to load it from a hub"
    what = f"the files of {name} are not here{f' ({partial})' if partial else ''}"
    return UsageError(f"{what}: {verb} {files} from {official.home} into {where}{variable}; {hub}")


def _checksum(path: Path, kind: str) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.new(kind, usedforsecurity=False)).hexdigest()
