import pytest

from tui_gan.contract.knobs import KNOBS
from tui_gan.contract.rules import EXTRAS
from tui_gan.ui.draw.texts.words import footer
from tui_gan.ui.keys import (
    ACTIONS,
    COMMANDS,
    FIXED,
    IN_PANELS,
    KEYS,
    distinct,
    footer_items,
    help_groups,
    in_force,
    in_letters,
    knob_letters,
)
from tui_gan.ui.views import VIEWS


def test_two_actions_on_one_key_are_an_error() -> None:
    with pytest.raises(ValueError, match="taken twice"):
        distinct([*KEYS, KEYS[0]])


@pytest.mark.parametrize("knob", KNOBS.values(), ids=lambda knob: knob.name)
def test_every_knob_has_its_keys(knob) -> None:
    actions = {key.symbol: key.action for key in KEYS}
    letters = knob.keys.split()
    ways = [1] if len(letters) == 1 else [-1, 1]
    assert [actions[letter] for letter in letters] == [f"turn('{knob.name}', {way})" for way in ways]


def test_every_command_has_a_key() -> None:
    actions = {key.action for key in ACTIONS}
    assert {f"obey('{name}')" for name in COMMANDS} <= actions


def test_help_and_footer_name_every_key() -> None:
    said = " ".join(shown for rows in help_groups().values() for shown, _ in rows).split()
    for key in ACTIONS:
        assert key.key == "ctrl+c" or key.symbol in said
    for knob in KNOBS.values():
        assert set(knob.keys.split()) <= set(said)
    shown = [part for item in footer_items() for part, _ in item.parts]
    assert {key.symbol for key in ACTIONS} - set(shown) == {key.symbol for key in ACTIONS if key.name in FIXED}
    assert len(shown) == len(set(shown))
    assert [row[1].partition(":")[0] for row in help_groups()["views"]] == list(VIEWS)


@pytest.mark.parametrize("panel", sorted({key.panel for key in IN_PANELS}))
def test_the_keys_of_the_panel_come_first(panel: str) -> None:
    title, rows = next(iter(help_groups(panel).items()))
    assert rows == [(key.symbol, key.help) for key in IN_PANELS if key.panel == panel]
    assert title.startswith("in the ")
    footer = [part for item in footer_items(panel) for part, _ in item.parts]
    assert footer[:2] == ["space", "?"]
    assert set(footer[2:]) >= {shown for shown, _ in rows}


def test_other_keys_are_in_force_wherever_keys_are_named() -> None:
    keys = in_force({"pause": "p", "regularization_lower": "space", "layers": "f2"})
    assert next(iter(footer_items(keys=keys))).parts == (("p", "obey('pause')"),)
    assert knob_letters(keys)["regularization"] == "space P"
    assert knob_letters()["regularization"] == "p P"
    groups = help_groups(keys=keys)
    assert groups["the run"][0] == ("p", "pause or continue")
    assert [shown for shown, _ in groups["views"]][:3] == ["1", "f2", "3"]


@pytest.mark.parametrize(("name", "key"), [("pause", "q"), ("layers", "R"), ("real", "F"), ("real", "space")])
def test_other_keys_that_clash_are_an_error(name: str, key: str) -> None:
    with pytest.raises(ValueError, match="taken twice"):
        in_force({name: key})


def test_the_footer_names_the_views_of_the_run_and_the_way_back() -> None:
    assert next(item for item in footer_items() if item.label == "views").parts[1] == ("2", "view('layers')")
    assert "2" not in [shown for shown, _ in next(item for item in footer_items(kind="images") if item.label == "views").parts]
    assert [item.label for item in footer_items(zoomed=True)][:3] == ["pause", "help", "back"]
    assert "back" not in [item.label for item in footer_items()]


def test_the_footer_names_the_key_that_pauses_by_what_it_does() -> None:
    assert [item.label for item in footer_items(pauses="go on")][:3] == ["go on", "help", "quit"]
    assert next(iter(footer_items(pauses="go on"))).parts == (("space", "obey('pause')"),)
    assert [item.label for item in footer_items(pauses="")][:2] == ["help", "quit"]
    assert "space" not in [part for item in footer_items(pauses="") for part, _ in item.parts]


@pytest.mark.parametrize("pauses", ["begin paused", "go on", "more steps", "pause"])
def test_at_80_columns_the_footer_of_the_knobs_view_names_what_is_needed_there(pauses: str) -> None:
    text = footer(footer_items("settings", pauses=pauses), 80)[0].text()
    needed = (f"space {pauses}", "? help", "↑ ↓ choose", "/ filter", "← lower", "→ raise", "enter type")
    assert [words for words in needed if f" {words} " not in text] == []


@pytest.mark.parametrize(
    ("extra", "labels"),
    [
        ("classes", {"class"}),
        ("codes", {"class"}),
        ("encoder", {"E(x)"}),
        ("stages", {"stages"}),
        ("masks", {"complete", "hide", "mask", "class"}),
    ],
)
def test_what_only_some_games_have_has_keys_there_alone(extra: str, labels: set[str]) -> None:
    def shown(*extras: str) -> set[str]:
        return {item.label for item in footer_items("gallery", "images", extras=extras)}

    assert shown(extra) - shown() == labels
    assert labels <= shown(*EXTRAS)
    helps = [{text for _, text in next(iter(help_groups("gallery", "images", extras=each).values()))} for each in ((), (extra,))]
    assert helps[0] < helps[1]


def test_plain_ascii_names_no_key_by_a_letter_that_is_another() -> None:
    """As signs, arrows would be `< > ^ v`, of which three turn something else."""
    of_panels = {panel: help_groups(panel, keys=in_letters(KEYS)) for panel in ("settings", "gallery")}
    shown = [dict((text, name) for name, text in next(iter(groups.values()))) for groups in of_panels.values()]
    assert (shown[0]["the row above"], shown[0]["increase the value"]) == ("up", "right")
    assert shown[1]["the next preview; completion: right"] == "right"
    assert "left right look back" in footer(footer_items("gallery", "images", in_letters(KEYS)), 400)[0].text()
    assert all(key.symbol.isascii() for key in in_letters(KEYS))
    assert in_letters(KEYS) == KEYS
