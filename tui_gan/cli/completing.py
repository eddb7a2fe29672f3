"""`tui-gan complete`: images of which a part is hidden, completed by a run that has learned to."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from tui_gan.cli.options import file, path
from tui_gan.cli.using import RunOrCheckpoint, check_apart, write, write_npy
from tui_gan.contract.errors import choose
from tui_gan.contract.outer import tell


def complete(
    run: RunOrCheckpoint,
    images: Annotated[Path, file("A picture, or a file of images: .npy, .npz, IDX or CIFAR-10.")],
    mask: Annotated[
        str,
        typer.Option(
            help="What is hidden: left, right, top, bottom, centre, all, random:.5, box:x,y,w,h, or a picture, black where hidden."
        ),
    ],
    number: Annotated[int, typer.Option("-n", "--number", min=1, max=1_000, help="Completions of each image.")] = 8,
    out: Annotated[Path, path("File to write: .png, a sheet, or .npy; without it completed.png.")] = Path("completed.png"),
    row: Annotated[
        int | None, typer.Option(min=1, help="Take this image of the file alone, counted from 1; without it the first 100.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**62, help="Seed of the noise and of random masks.")] = 0,
) -> None:
    """Complete images of which a part is hidden, several times each."""
    kind = choose({".png": "sheet", ".npy": "array"}, out.suffix.lower(), f"kind of file of {out}:")
    check_apart(out, images, Path(mask))

    import io

    from tui_gan.session.completing import of_file, sheet
    from tui_gan.session.export import source_of

    done = of_file(source_of(run).stored, images, mask, number, row, seed)
    if row is None and len(done.real) < done.held:
        tell(f"the first {len(done.real):,} of {done.held:,} images; --row takes another one", sys.stderr)
    if kind == "array":
        content = write_npy(done.made)
    else:
        buffer = io.BytesIO()
        sheet(done).save(buffer, "PNG")
        content = buffer.getvalue()
    write(out, content)
