"""Commands: values that can go over a socket."""

import inspect

import msgspec
import pytest

from tui_gan.contract import commands
from tui_gan.contract.commands import Command

KINDS = [kind for _, kind in inspect.getmembers(commands, inspect.isclass) if issubclass(kind, Command) and kind is not Command]
EXAMPLES = {
    type(each): each
    for each in (
        commands.TurnKnob("k_steps", -1),
        commands.SetKnob("batch_size", 64),
        commands.ChangeSetting("regularizers.r1", 0.5),
        commands.DrawData(((0.0, 1.5), (2.0, 0.0))),
        commands.Note("it turns"),
        commands.Watch(("picture", "settings")),
        commands.Browse(step=500, walk=(1, 2), nearest=True),
        commands.Overlay(("toy1d-1",)),
    )
}
ALL = [EXAMPLES[kind] if kind in EXAMPLES else kind() for kind in KINDS]


def test_the_commands_are_those_of_the_contract() -> None:
    going = {"Pause", "Resume", "TogglePause", "Step", "UpdateDiscriminator", "UpdateGenerator", "SlowMotion", "Stop"}
    steering = {"TurnKnob", "SetKnob", "ChangeSetting", "Undo", "Redo", "DrawData"}
    looking = {"Watch", "Browse", "Overlay", "Save", "Evaluate", "Export", "Note"}
    assert {kind.__name__ for kind in KINDS} == going | steering | looking


@pytest.mark.parametrize("command", ALL, ids=lambda command: type(command).__name__)
@pytest.mark.parametrize("encoding", [msgspec.json, msgspec.msgpack], ids=["json", "msgpack"])
def test_a_command_survives_the_wire(command: Command, encoding: object) -> None:
    union = KINDS[0]
    for kind in KINDS[1:]:
        union |= kind
    sent = encoding.encode(command)  # type: ignore[attr-defined]
    assert encoding.decode(sent, type=union) == command  # type: ignore[attr-defined]


@pytest.mark.parametrize("command", ALL, ids=lambda command: type(command).__name__)
def test_a_command_is_frozen(command: Command) -> None:
    assert hash(command) == hash(type(command)(*(getattr(command, name) for name in command.__struct_fields__)))
    for name in command.__struct_fields__:
        with pytest.raises(AttributeError):
            setattr(command, name, 1)


@pytest.mark.parametrize("value", [3, 0.5, True, "cuda:1"])
def test_set_knob_keeps_the_type_of_its_value(value: object) -> None:
    back = msgspec.json.decode(msgspec.json.encode(commands.SetKnob("any", value)), type=commands.SetKnob)
    assert back.value == value
    assert type(back.value) is type(value)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (commands.TurnKnob("k_steps", -1), "k_steps down"),
        (commands.SetKnob("minibatch_discrimination", True), "minibatch_discrimination true"),
        (commands.ChangeSetting("objective", "hinge"), "objective hinge"),
        (commands.Step(500), "step 500"),
        (commands.Resume(), "go"),
        (commands.UpdateDiscriminator(), "update discriminator"),
        (commands.Export("png", "curves"), "export png curves"),
        (commands.Note("it turns"), "note it turns"),
        (commands.Stop(), "stop"),
    ],
    ids=str,
)
def test_a_command_is_told_as_it_is_typed(command: Command, words: str) -> None:
    assert commands.in_words(command) == words
