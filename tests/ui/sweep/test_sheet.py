"""The drawing of a sweep says what its colours and its numbers are."""

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from tui_gan.contract.axes import Axis
from tui_gan.contract.sweep import Population, Stage, SweepState
from tui_gan.ui.draw.palette import LIGHT, Look
from tui_gan.ui.sweep import view as views
from tui_gan.ui.sweep.heatmap import colours, heatmap, labelled
from tui_gan.ui.sweep.multiples import multiples
from tui_gan.ui.sweep.sheet import sheet

Make = Callable[..., Population]


def text_of(state: SweepState, view: views.View, width: int = 110, height: int = 34, look: Look | None = None) -> str:
    return sheet(state, view, width, height, look or Look()).canvas.text()


def test_the_header_tells_how_far_it_is(state: SweepState) -> None:
    head = text_of(state, views.first(state.population)).splitlines()[0]
    assert "toy1d  ▶ TRAINING   60 members  40% of 100 steps  1234 member steps/s  0:01:15 left" in head
    assert head.count("█") == 8
    paused = text_of(dataclasses.replace(state, stage=Stage.PAUSED), views.first(state.population)).splitlines()[0]
    assert "PAUSED" in paused
    assert "left" not in paused


def test_the_map_has_the_share_that_collapsed_in_each_cell(state: SweepState) -> None:
    text = text_of(state, views.first(state.population))
    assert "share of members whose samples show a mode collapse" in text
    assert "[minibatch_discrimination off]" in text
    assert "across: learning rate of the generator" in text
    assert [line.split() for line in text.splitlines() if line.lstrip().startswith(("1 ", "2 "))][:2] == [
        ["2", "0%", "0%", "20%"],
        ["1", "[0%]", "0%", "20%"],
    ]


def test_on_a_narrow_screen_the_axis_that_is_not_drawn_has_its_value(state: SweepState) -> None:
    text = text_of(state, views.first(state.population), 80, 24)
    assert "[minibatch_discrimination off]" in text
    assert "q quit" in text.splitlines()[-1]


def test_the_cell_at_the_cursor_is_told_in_numbers(state: SweepState) -> None:
    view = dataclasses.replace(views.first(state.population), places=(1, 2, 0, 0))
    text = text_of(state, view, 80, 24)
    assert "k_steps 2, generator_lr 0.1, minibatch_discrimination off" in text
    assert "1 of 5 collapsed, w1 22.2 (22 .. 22.4) at step 40" in text


def test_of_images_no_collapse_is_told(state: SweepState, population: Make) -> None:
    text = text_of(dataclasses.replace(state, population=population("images")), views.first(population("images")))
    assert "collapse" not in text
    assert "median of w1 over the members that have not failed" in text


def test_what_has_not_been_measured_says_so(state: SweepState, population: Make) -> None:
    text = text_of(dataclasses.replace(state, population=population(measured=False)), views.first(state.population))
    assert "not measured yet" in text
    assert "%" not in text.splitlines()[7]


@pytest.mark.parametrize("kind", ["line", "plane", "images"])
@pytest.mark.parametrize(
    "look",
    [Look(), Look(LIGHT, depth=8), Look(depth=4), Look(ascii_only=True), Look(colourless=True)],
    ids=["24", "8", "4", "ascii", "colourless"],
)
@pytest.mark.parametrize("size", [(110, 34), (80, 24), (40, 12), (20, 8), (3, 3)])
@pytest.mark.parametrize("member", [None, 3])
def test_it_is_drawn_at_every_size_in_every_look(
    state: SweepState, population: Make, kind: str, look: Look, size: tuple[int, int], member: int | None
) -> None:
    view = dataclasses.replace(views.first(state.population), member=member)
    drawn = sheet(dataclasses.replace(state, population=population(kind)), view, *size, look)
    assert (drawn.canvas.width, drawn.canvas.height) == size
    assert not (look.ascii_only and set(drawn.canvas.text()) & set("█▀▄░▁▂▃▅▆▇▶"))


def test_members_are_drawn_under_their_seeds_beside_the_data(population: Make) -> None:
    made = population()
    view = dataclasses.replace(views.first(made), places=(0, 2, 0, 0))
    canvas, layout = multiples(made, made.cell(view.places), 0, 1, 110, 20, Look())
    text = canvas.text()
    assert "the data" in text
    assert "0 12 collapsed" in text
    assert "4 12.4" in text
    assert layout.at(0, 0) == 0
    assert layout.at(26, 0) == 1
    # A full bar: in both of its rows.
    assert sum(line.count("█") for line in text.splitlines()) >= 2 * 5


def test_members_beyond_the_room_come_with_the_chosen_one(population: Make) -> None:
    made = population()
    canvas, layout = multiples(made, made.cell((0, 0, 0, 0)), 0, 4, 52, 6, Look())
    assert layout.first == 3
    assert [word for word in canvas.text().split() if word in ("3", "4", "0", "1", "2")] == ["3", "4"]


def test_a_cell_of_other_data_has_no_pictures_and_says_why(state: SweepState, population: Make) -> None:
    made = population()
    assert "the data" in multiples(made, made.cell((0, 0, 0, 0)), 0, None, 100, 9, Look())[0].text()
    other = dataclasses.replace(made, elsewhere=~made.elsewhere, portraits=made.portraits * 0)
    assert "the data" not in multiples(other, other.cell((0, 0, 0, 0)), 0, None, 100, 9, Look())[0].text()
    for each, said in ((made, False), (other, True)):
        drawn = sheet(dataclasses.replace(state, population=each), views.first(each), 140, 40, Look()).canvas.text()
        assert ("no pictures, since those are drawn for the data of the first values" in drawn) is said


def test_the_map_follows_the_cursor_where_not_all_cells_have_room(state: SweepState) -> None:
    axis = Axis("k_steps", tuple(range(1, 21)))
    seeds = 3
    wide = Population(
        (axis,), seeds, ("w1",), np.zeros(60, dtype=np.int64), np.ones((60, 1)), np.zeros(60, dtype=bool), np.zeros(60, dtype=bool),
        np.zeros((60, 1, 24), dtype=np.uint8), np.zeros((1, 24), dtype=np.uint8), "line", np.zeros(60, dtype=bool),
    )  # fmt: skip
    view = dataclasses.replace(views.first(wide), places=(19,))
    canvas, place = heatmap(wide, view, 60, 8, Look())
    assert 19 in place.columns
    assert 0 not in place.columns
    assert "←" in canvas.text()
    assert "→" not in canvas.text()
    x = place.x + (19 - place.columns.start) * place.width
    assert place.at(x, place.y) == (19, 0)
    assert place.at(place.x - 1, place.y) is None


def test_labels_stay_whole_where_few_letters_do_not_tell_them_apart() -> None:
    assert labelled(Axis("generator_lr", (0.00031622777, 0.001))) == ["0.000316", "0.001"]
    assert labelled(Axis("generator_lr", (0.10001, 0.10002))) == ["0.10001", "0.10002"]


def test_colours_go_from_dark_to_bright() -> None:
    ramp = colours(np.linspace(0.0, 1.0, 32), Look()).astype(float) @ np.array([0.299, 0.587, 0.114])
    assert (np.diff(ramp) >= -6).all()
    assert ramp[0] < 50 < 200 < ramp[-1]
