import pytest

from tests.ui.conftest import SETTINGS, make_snapshot
from tui_gan.contract.knobs import KNOBS
from tui_gan.contract.snapshot import Setting
from tui_gan.ui.draw.palette import Look
from tui_gan.ui.draw.texts.settings import Foot, settings
from tui_gan.ui.rows import rows

NEAR = Foot(undo="k steps: 2 -> 1")
DRAWN = [
    " minibatch       <      off       > m   on / off",
    " G lr            <     0.002      > g G 1e-7 .. 10",
    " D lr            <     0.002      > l L 1e-7 .. 10",
    " penalty x       <       1        > p P 0.0001 .. 10k",
    " batch           <      256       > b B 2 .. 8192",
    " device          <      cpu       > v   cpu cuda",
    " save every      <     2,000      > i I 1 .. 10M",
    " pace            <      off       > j J 0.1 .. 500, off",
    "settings that change live --------------------------------------------",
    ">objective       < non_saturating >     non_saturating hinge ..",
    "-- objective ---------------------------------------------------------",
    "What the players minimise.",
    "one of: non_saturating hinge wasserstein",
    "u undo  k steps: 2 -> 1",
]


def lines(look: Look, chosen: int, width: int, height: int, foot: Foot = NEAR, first: int = 0, **asked: str) -> list[str]:
    canvas, _, _ = settings(rows(make_snapshot(), asked), chosen, first, foot, width, height, look)
    return [line.rstrip() for line in canvas.text().split("\n")]


def test_rows_under_headings_and_all_there_is_to_say_below(plain: Look) -> None:
    assert lines(plain, len(KNOBS), 70, 14) == DRAWN


def test_a_knob_has_its_keys_and_its_range(plain: Look) -> None:
    drawn = lines(plain, 0, 70, 20)
    assert drawn[:3] == [
        "knobs ----------------------------------------------------------------",
        ">k steps         <       1        > k K 1 .. 20",
        " G steps         <       1        > < > 1 .. 20",
    ]
    assert "[Goodfellow et al. 2014, arXiv:1406.2661]" in drawn


@pytest.mark.parametrize("height", [1, 3, 5, 8, 12])
def test_the_chosen_row_is_always_seen(plain: Look, height: int) -> None:
    for chosen in range(len(KNOBS) + len(SETTINGS)):
        assert sum(line.startswith(">") for line in lines(plain, chosen, 70, height)) == 1, chosen


def test_scrolling_moves_no_more_than_it_has_to(plain: Look) -> None:
    found = rows(make_snapshot(), {})
    first = 0
    for chosen in (0, 3, 6, 10, 9, 8):
        _, _, first = settings(found, chosen, first, NEAR, 70, 12, plain)
    assert first == settings(found, 9, first, NEAR, 70, 12, plain)[2]
    assert settings(found, 0, first, NEAR, 70, 12, plain)[2] == 0


def test_nothing_is_drawn_without_rows(plain: Look) -> None:
    assert settings([], 0, 0, NEAR, 20, 5, plain)[1] == []


def test_a_value_is_typed_in_the_last_line(plain: Look) -> None:
    assert lines(plain, 0, 70, 12, Foot(typing="12"))[-1] == "k steps = 12    Enter applies, Escape cancels"
    assert lines(plain, len(KNOBS) + 2, 70, 12, Foot(typing=""))[-1] == "latent_dim =     Enter notes it for a new run, Escape cancels"
    assert lines(plain, 0, 20, 12, Foot(typing="1" * 50))[-1] == "k steps = 11111111"


def test_what_waits_for_a_new_run_says_how(plain: Look) -> None:
    drawn = lines(plain, len(KNOBS) + 2, 70, 14, Foot(restart="tui-gan run toy1d --set latent_dim=8"), latent_dim="8")
    assert ">latent_dim      <       8        >     now 1, needs a restart" in drawn
    assert drawn[-2:] == ["restart with: tui-gan run toy1d --set latent_dim=8", "R saves this run and starts that one"]


def test_a_list_is_shown_as_far_as_it_fits_and_in_full_below(plain: Look) -> None:
    many = Setting("metrics", ("w1", "ks", "mean", "sd_ratio"), True, (), "what is measured")
    found = rows(make_snapshot(settings=(many,)), {})
    text = settings(found, len(KNOBS), 0, NEAR, 70, 14, plain)[0].text()
    assert "< w1, ks, ...  >" in " ".join(text.split("  ")) or "w1, ks, ..." in text
    assert "What is measured. Now [w1, ks, mean, sd_ratio]." in text


def test_every_row_can_be_clicked(plain: Look) -> None:
    found = rows(make_snapshot(), {})
    canvas, targets, _ = settings(found, 0, 0, NEAR, 70, 20, plain)
    row = next(y for y, line in enumerate(canvas.text().split("\n")) if "minibatch" in line)

    def action(x: int) -> str:
        return next(target.action for target in targets if target.row == row and target.start <= x < target.end)

    line = canvas.text().split("\n")[row]
    assert action(line.index("<")) == "turn_row(2, -1)"
    assert action(line.index(">")) == "turn_row(2, 1)"
    assert action(3) == action(60) == "choose_row(2)"


@pytest.mark.parametrize("size", [(0, 0), (1, 1), (6, 3), (20, 6), (39, 10), (78, 19), (158, 58)])
def test_any_size(look: Look, size: tuple[int, int]) -> None:
    for foot in [NEAR, Foot(typing="x" * 300), Foot(restart="word " * 60, undo="a" * 90, redo="b" * 90)]:
        odd = (Setting("a." + "b" * 80, float("nan"), False, ("x" * 60,), "h" * 200), Setting("t", "é" * 40, True, (), ""))
        for snapshot in (make_snapshot(), make_snapshot(settings=odd), make_snapshot(settings=())):
            found = rows(snapshot, {"t": "9"})
            for chosen in (0, len(found) - 1):
                drawn, _, _ = settings(found, chosen, 99, foot, *size, look)
                assert (drawn.width, drawn.height) == size, foot


def test_the_preset_is_no_row_and_live_ones_come_first() -> None:
    some = (Setting("preset", "toy1d", False, (), ""), Setting("seed", 0, False, (), ""), Setting("lazy", 1, True, (), ""))
    assert [row.key for row in rows(make_snapshot(settings=some), {})][len(KNOBS) :] == ["lazy", "seed"]
