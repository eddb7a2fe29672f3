"""Pictures of every kind of run: that they can be read, what is in them, and that nothing but what is shown decides their bytes."""

import io
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from msgspec.structs import replace
from PIL import Image

from tui_gan.contract.errors import UsageError
from tui_gan.session import previews
from tui_gan.session.export import DRAWINGS, Source, pictures, source_of
from tui_gan.session.export.curves import curves
from tui_gan.session.export.distribution import distribution
from tui_gan.session.export.grids import GAP, grid
from tui_gan.session.export.samples import samples
from tui_gan.session.export.source import Made, picture
from tui_gan.ui.draw.palette import LIGHT

# Texts of each drawing, by the kind of run.
TEXTS = {
    ("line", "distribution"): {"real, p", "generated, q", "D(x)", "p / (p + q)", "x (units of the data)", "toy1d, step 40"},
    ("line", "samples"): {"latent z", "generated x = G(z) (units of the data)"},
    ("plane", "distribution"): {"real", "generated", "D(x), probability of real", "y (units of the data)", "ring2d, step 40"},
    ("plane", "samples"): {"ring2d, step 40: 300 generated points"},
    ("plane", "curves"): {"modes found ↑", "share of samples near a mode ↑"},
}


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


@pytest.mark.parametrize(("kind", "what"), TEXTS, ids=str)
def test_an_svg_is_well_formed_and_has_its_texts_as_text(kind: str, what: str, runs: dict[str, Path]) -> None:
    made = pictures.svg(DRAWINGS[what], source_of(str(runs[kind])))
    texts = {"".join(each.itertext()).strip() for each in ElementTree.fromstring(made.content).iter("{http://www.w3.org/2000/svg}text")}
    assert made.step == 40
    assert TEXTS[kind, what] - texts == set()


@pytest.mark.parametrize(("objective", "step", "said"), [("non_saturating", 40, True), ("hinge", 40, False), ("minimax", -3, False)])
@pytest.mark.parametrize("kind", ["line", "plane"])
def test_d_is_called_a_probability_where_it_estimates_one(
    kind: str, objective: str, step: int, said: bool, runs: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    config, _, seen = picture(source_of(str(runs[kind])))
    monkeypatch.setattr(sys.modules[distribution.__module__], "picture", lambda _: (replace(config, objective=objective), step, seen))
    content = pictures.svg(distribution, source_of(str(runs[kind]))).content.decode()
    assert ("probability of real" in content, "D(x)" in content) == (said, True)


@pytest.mark.parametrize(("kind", "width"), [("line", 6.4), ("plane", 6.0)])
def test_a_png_of_a_plot_is_large_and_has_the_colours_of_its_parts(kind: str, width: float, runs: dict[str, Path]) -> None:
    image = opened(pictures.png(distribution, source_of(str(runs[kind]))).content)
    assert image.width == round(width * pictures.DOTS_PER_INCH)
    there = {colour for _, colour in image.convert("RGB").getcolors(2**24) or ()}
    wanted = [pictures.FAKE, "#ffffff"] if kind == "plane" else [pictures.FAKE, pictures.REAL, pictures.AREA, pictures.DISCRIMINATOR]
    assert [colour for colour in wanted if tuple(bytes.fromhex(colour[1:])) not in there] == []


@pytest.mark.parametrize("form", [pytest.param(pictures.png, marks=pytest.mark.slow), pictures.svg])
def test_the_same_run_gives_the_same_bytes(form: Callable[..., Made], line: Source) -> None:
    content = form(distribution, line).content
    assert form(distribution, line).content == content
    assert not any(word in content for word in (b"Matplotlib", b"Software", b"dc:date"))


def test_the_grid_of_samples_is_the_preview_in_whole_pixels(images: Source) -> None:
    fake = previews.read(images.directory.previews / "step-00000040.safetensors")["fake"]
    sheet = opened(pictures.png(samples, images).content)
    pixels = np.asarray(sheet)
    factor = 800 // (8 * 8)
    assert sheet.size == (8 * (8 * factor + GAP) - GAP,) * 2
    for number, image in enumerate(fake):
        top, left = (place * (8 * factor + GAP) for place in divmod(number, 8))
        enlarged = pixels[top : top + 8 * factor, left : left + 8 * factor]
        assert (enlarged == np.kron(image, np.ones((factor, factor, 1), np.uint8))).all()


def test_images_of_three_colours_keep_them() -> None:
    images = np.random.default_rng(0).integers(0, 256, (3, 5, 4, 3), np.uint8)
    sheet = np.asarray(grid(images, 8))
    assert sheet.shape == (2 * 5 + GAP, 2 * 4 + GAP, 3)
    assert (sheet[:5, :4] == images[0]).all()
    assert (sheet[:5, 4 + GAP :] == images[1]).all()
    assert (sheet[5 + GAP :, :4] == images[2]).all()
    assert (sheet[5 + GAP :, 4 + GAP :] == 255).all()


def test_real_images_stand_beside_generated_ones(images: Source) -> None:
    sheet = opened(pictures.png(distribution, images).content)
    assert sheet.width > 2 * 500
    assert b"digits, step 40" in pictures.svg(distribution, images).content


def test_without_matplotlib_plots_name_the_extra_and_grids_are_made(line: Source, images: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    for draw in (distribution, samples, curves):
        with pytest.raises(UsageError, match=r"pip install 'tui-gan\[pictures\]'"):
            pictures.png(draw, line)
    for draw in (distribution, samples):
        assert opened(pictures.png(draw, images).content).format == "PNG"
        ElementTree.fromstring(pictures.svg(draw, images).content)


def test_pyplot_is_not_used_and_no_style_is_left_behind(line: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    import matplotlib

    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    pictures.svg(samples, line)
    assert matplotlib.rcParams["svg.hashsalt"] is None


def test_the_colours_are_those_of_the_screen() -> None:
    own = (pictures.REAL, pictures.AREA, pictures.FAKE, pictures.DISCRIMINATOR, pictures.GENERATOR)
    assert own == (LIGHT.real, LIGHT.area, LIGHT.fake, LIGHT.discriminator, LIGHT.generator)
    assert (LIGHT.text, LIGHT.dim, LIGHT.faint) == (pictures.TEXT, pictures.DIM, pictures.FAINT)
