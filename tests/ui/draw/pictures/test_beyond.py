"""What lies outside of a picture stands at its side, with how much it is; nothing is drawn at an edge that is not there."""

import dataclasses

import numpy as np
import pytest

from tui_gan.contract.outside import Outside
from tui_gan.contract.snapshot import Plane2D, Series, frozen
from tui_gan.ui.draw.gallery import walk
from tui_gan.ui.draw.palette import Ink, Look
from tui_gan.ui.draw.pictures.beyond import narrowed
from tui_gan.ui.draw.pictures.distribution import densities, distribution, highest
from tui_gan.ui.draw.pictures.lens import Lens
from tui_gan.ui.draw.pictures.plane import plane
from tui_gan.ui.draw.pictures.push import push
from tui_gan.ui.draw.pictures.samples import samples
from tui_gan.ui.draw.players.predictions import logits, predictions
from tui_gan.ui.draw.series.charts import Window, charts
from tui_gan.ui.draw.series.curves import Curve, curves
from tui_gan.ui.draw.series.groups import groups

AWAY = Outside(left=0.12, right=0.31)


def test_a_line_says_what_is_to_its_left_and_right(picture, look: Look) -> None:
    seen = dataclasses.replace(picture(), fake_outside=AWAY, real_outside=Outside(right=0.002))
    before, after = look.pick("◂", "<"), look.pick("▸", ">")
    for draw in (distribution, lambda *size: push(*size, ("real", "fake", "heat"))):
        text = draw(seen, 90, 20, look).text()
        assert f"{before} 12% of generated samples < 1" in text
        assert f"31% of generated samples > 7 {after}" in text
        assert f"0.2% of real samples > 7 {after}" in text
    narrow = distribution(dataclasses.replace(seen, real_outside=Outside()), 36, 8, look).text().split("\n")
    assert f"{before} 12%" in narrow[1]
    assert f"31% {after}" in narrow[1]
    assert "samples" not in "".join(narrow)
    bare = densities(seen, 60, 12, look, ("heat",)).text()
    assert "%" not in bare


def test_nothing_outside_is_not_spoken_of(picture, look: Look) -> None:
    assert not any(letter in distribution(picture(), 90, 20, look).text() for letter in ("%", "◂", "▸", "finite"))


@pytest.mark.parametrize("height", [3, 5, 8, 20])
def test_samples_that_are_not_finite_are_told(picture, planar, look: Look, height: int) -> None:
    lost = Outside(unknown=0.03)
    assert (
        "3.0% of generated samples not finite" in distribution(dataclasses.replace(picture(), fake_outside=lost), 90, height, look).text()
    )
    assert "3.0% not finite" in samples(dataclasses.replace(picture(), fake_outside=lost), 60, height, look).text()
    assert "3.0% of generated samples not finite" in plane(dataclasses.replace(planar(), fake_outside=lost), 90, height + 17, look).text()


def test_a_lens_counts_what_it_does_not_show(picture) -> None:
    seen = dataclasses.replace(picture(), fake_outside=AWAY)
    edges, mass = seen.edges, seen.fake * np.diff(seen.edges)
    ends = (float(edges[20]), float(edges[40]))
    found = narrowed(seen.fake_outside, edges, seen.fake, ends)
    assert found.left == pytest.approx(0.12 + mass[:20].sum())
    assert found.right == pytest.approx(0.31 + mass[40:].sum())
    assert narrowed(AWAY, edges, seen.fake, (float(edges[0]), float(edges[-1]))) == AWAY
    text = densities(picture(), 80, 12, Look(), lens=Lens(0.9, 0.5, 5.0)).text()
    assert "of generated samples < 5.8" in text


def test_a_column_beyond_the_top_says_how_far_it_goes(picture, look: Look) -> None:
    spiked = np.zeros(64)
    spiked[30] = 10.0
    drawn = densities(dataclasses.replace(picture(), fake=frozen(spiked)), 64, 12, look)
    row = drawn.text().split("\n")[0]
    peak = 1.4 * picture().real.max()
    assert f"{look.pick('▲', '^')} up to {10.0 / peak:.2g}{look.pick('×', 'x')} this height" in row
    # No line runs along the top.
    assert drawn.inks[0, :28].tolist().count(Ink.FAKE) == 0


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e3])
def test_where_no_real_samples_are_shown_the_generated_ones_set_the_scale(picture, size: float) -> None:
    peak, nothing = float(picture().real.max()), frozen(np.zeros(64))
    assert highest(dataclasses.replace(picture(), real=nothing, fake=frozen(size * picture().real)), 64) == pytest.approx(1.4 * size * peak)
    assert highest(dataclasses.replace(picture(), fake=frozen(size * picture().real)), 64) == pytest.approx(1.4 * peak)
    assert highest(dataclasses.replace(picture(), real=nothing, fake=nothing), 64) == 1.0


def test_the_map_of_z_has_no_points_at_its_ends_for_what_is_beyond(picture, look: Look) -> None:
    far = dataclasses.replace(picture(), mapped=frozen(np.full(101, 50.0)), fake_outside=Outside(right=1.0))
    rows = samples(far, 60, 8, look).text().split("\n")
    assert f"{look.pick('▲', '^')} 100% of generated > 7" in rows[0]
    assert not any(0x2800 < ord(letter) < 0x2900 or letter == "o" for row in rows[1:-1] for letter in row)
    both = samples(dataclasses.replace(picture(), fake_outside=AWAY), 60, 8, look).text().split("\n")
    assert "31% of generated > 7" in both[0]
    assert "12% of generated < 1" in both[6]


def test_a_plane_says_what_is_beyond_each_side(planar, look: Look) -> None:
    seen = dataclasses.replace(planar(), fake_outside=Outside(0.01, 0.22, 0.33, 0.44), real_outside=Outside(left=0.05))
    rows = plane(seen, 80, 30, look).text().split("\n")
    text = "\n".join(rows)
    left, right, below, above = look.pick("◂▸▼▲", "<>v^")
    assert all(word in text for word in (f"{left} 1.0%", f"22% {right}", f"{below} 33%", f"{above} 44%", f"{left} 5.0%"))
    assert f"{above} 44%" in rows[0]
    places = {word: next(number for number, row in enumerate(rows) if word in row) for word in ("33%", "22%", "44%")}
    assert places["44%"] < places["22%"] < places["33%"]
    assert "1.0%" not in plane(seen, 80, 30, look, ("real", "heat")).text()


def test_a_lens_on_a_plane_counts_the_points_that_it_does_not_show(look: Look) -> None:
    points = frozen([[-1.0, 0.0]] * 3 + [[0.9, 0.9]])
    seen = Plane2D(frozen([-2.0, -2.0]), frozen([2.0, 2.0]), points, points, frozen(np.full((4, 4), 0.5)))
    text = plane(seen, 60, 20, look, lens=Lens(0.75, 0.75, 2.0)).text()
    assert text.count("75%") == 2


def test_logits_beyond_the_limits_stand_at_the_ends_and_in_no_bin(answers, look: Look) -> None:
    far = dataclasses.replace(answers, fake_outside=Outside(left=0.008), real_outside=Outside(right=0.02, unknown=0.5))
    text = logits(far, 110, 10, look).text()
    assert "0.8% of generated samples < -5" in text
    assert "2.0% of real samples > 5" in text
    assert "50% of real samples not finite" in text
    assert "50%" not in predictions(far, 80, 10, look, shares=False).text().replace("50%│", "").replace("50%|", "")
    assert "25% of real samples not finite" in predictions(dataclasses.replace(answers, real_unknown=0.25), 80, 10, look).text()


def spiky(number: int = 400) -> Series:
    """Values near 1, one of them 50 and one of them -30."""
    values = np.ones(number) + np.linspace(-0.5, 0.5, number)
    values[number // 3], values[number // 2] = 50.0, -30.0
    return Series(frozen(np.arange(number) * 10.0), frozen(values))


def test_a_chart_marks_what_leaves_it_and_draws_no_line_along_its_edge(seen, look: Look) -> None:
    shown = groups(seen(series={"w1": spiky()}))
    drawn, (plot,) = charts(shown, (1, 1), Window(0.0, 3990.0, logarithmic=False), 90, 14, look)
    rows = drawn.text().split("\n")
    assert f"{look.pick('▲', '^')} 50" in rows[1]
    assert f"{look.pick('▼', 'v')} -30" in rows[plot.rows]
    assert 1 <= rows[1].count(look.pick("▲", "^")) <= 2


def test_losses_mark_what_leaves_the_axes(look: Look) -> None:
    drawn = curves([Curve(spiky(), Ink.GENERATOR, "G", "*")], {"ln 2": 0.69}, [], 90, 12, look)
    rows = drawn.text().split("\n")
    assert f"{look.pick('▲', '^')} 50" in rows[0]
    assert f"{look.pick('▼', 'v')} -30" in rows[9]
    assert not any(0x2800 < ord(letter) < 0x2900 for letter in rows[0])


def test_a_walk_says_how_much_of_it_is_outside(picture, planar, look: Look) -> None:
    way = frozen(np.linspace(0.0, 8.0, 17)[:, None])
    assert "4 of 17 outside" in walk.line(picture(), way, ("latent 0", "latent 1"), 90, 14, look).text()
    points = frozen(np.stack([np.linspace(0.0, 6.0, 17), np.zeros(17)], axis=1))
    assert "8 of 17 outside" in walk.points(planar(), points, ("latent 0", "latent 1"), 70, 24, look).text()
    assert "outside" not in walk.points(planar(), frozen(points / 3), ("latent 0", "latent 1"), 70, 24, look).text()
