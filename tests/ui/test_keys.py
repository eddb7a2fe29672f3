import pytest

from tui_gan.contract.knobs import KNOBS
from tui_gan.ui.keys import ACTIONS, COMMANDS, KEYS, distinct, footer_items, help_lines
from tui_gan.ui.panels import PANELS


def test_two_actions_on_one_key_are_an_error() -> None:
    with pytest.raises(ValueError, match="taken twice"):
        distinct([*KEYS, KEYS[0]])


@pytest.mark.parametrize("knob", KNOBS.values(), ids=lambda knob: knob.name)
def test_every_knob_has_its_keys(knob) -> None:
    actions = {key.key: key.action for key in KEYS}
    letters = knob.keys.split()
    ways = [1] if len(letters) == 1 else [-1, 1]
    assert [actions[letter] for letter in letters] == [f"turn('{knob.name}', {way})" for way in ways]


def test_every_command_has_a_key() -> None:
    actions = {key.action for key in ACTIONS}
    assert {f"obey('{name}')" for name in COMMANDS} <= actions


def test_help_and_footer_name_every_key() -> None:
    said = " ".join(shown for shown, _ in help_lines()).split()
    for key in ACTIONS:
        assert key.key == "ctrl+c" or key.shown in said
    for knob in KNOBS.values():
        assert set(knob.keys.split()) <= set(said)
    shown = {part for item in footer_items() for part, _ in item.parts}
    assert {key.shown for key in ACTIONS} - shown == {"esc", "^c"}
    assert all(name in help_lines()[-3][1] for name in PANELS)
