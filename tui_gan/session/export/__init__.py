"""Exporters: what a run can be turned into for use elsewhere."""

import functools
from collections.abc import Callable, Mapping
from pathlib import Path

from tui_gan.contract.errors import UsageError, choose, quoted
from tui_gan.session import checkpoint
from tui_gan.session.export import animation, generator, pictures, table
from tui_gan.session.export.curves import curves
from tui_gan.session.export.distribution import distribution
from tui_gan.session.export.samples import samples
from tui_gan.session.export.source import Made, Source, source_of

DRAWINGS = {"distribution": distribution, "curves": curves, "samples": samples}
# By the suffix of the file, and what it shows; the first is what is meant when nothing is said.
EXPORTERS: dict[str, Mapping[str, Callable[[Source], Made]]] = {
    "safetensors": {"generator": generator.safetensors},
    "png": {name: functools.partial(pictures.png, draw) for name, draw in DRAWINGS.items()},
    "svg": {name: functools.partial(pictures.svg, draw) for name, draw in DRAWINGS.items()},
    "gif": {"distribution": animation.gif},
    "csv": {"curves": table.csv},
}
# Where in a run directory pictures go; the others lie beside its log.
FOLDERS = {"png": "pictures", "svg": "pictures", "gif": "pictures"}


def maker(to: str, what: str) -> tuple[str, Callable[[Source], Made]]:
    """What is meant, and the function that makes it.

    Args:
        to: a name in EXPORTERS.
        what: a name in EXPORTERS[to], or "" for the first of them.

    Raises:
        UsageError: there is no such thing; the text lists those there are.
    """
    kinds = choose(EXPORTERS, to, "export")
    what = what or next(iter(kinds))
    if what not in kinds and len(kinds) == 1:
        # What such a file holds is no choice, so it is not one of a list of one.
        others = " or ".join(other for other, each in EXPORTERS.items() if what in each)
        instead = f", or export {others}" if others else ""
        raise UsageError(f"a file of {to} holds the {next(iter(kinds))} alone, not {quoted(what)}; leave --what out{instead}")
    return what, choose(kinds, what, f"{to} of")


def write(source: Source, to: str, what: str = "", out: Path | None = None, tell: Callable[[str], None] = lambda text: None) -> Path:
    """Write one file of a run; `to` and `what` are those of `maker`.

    Args:
        out: the file to write, or a directory; without it, it goes into the run directory, or beside a checkpoint that lies in none.
        tell: is given what is to be known of the file, such as what was left out of it.

    Returns:
        The file written; where `out` names none, it is WHAT-STEP.TO.

    Raises:
        UsageError: it cannot be made, or not be written there, or an optional library is missing.
        UnreadableError: the run does not have what it is made of.
        OSError: it could not be written.
    """
    what, make = maker(to, what)
    named = out if out and not out.is_dir() else None
    if named and named.suffix.lower() != f".{to}":
        raise UsageError(f"cannot write {named}: the name of a file of {to} ends in .{to}")
    if named and not named.parent.is_dir():
        raise UsageError(f"cannot write {named}: there is no folder {named.parent}")
    made = make(source)
    path = named or (out or _folder(source, to)) / f"{what}-{max(made.step, 0):08}.{to}"
    checkpoint.write_atomically(path, made.content)
    if made.remark:
        tell(made.remark)
    return path


def _folder(source: Source, to: str) -> Path:
    """Where a file of this kind goes by itself; the folder is made."""
    if source.run is None:
        return source.stored.parent
    folder = source.run.path / FOLDERS.get(to, "")
    folder.mkdir(exist_ok=True)
    return folder


__all__ = ["EXPORTERS", "Source", "maker", "source_of", "write"]
