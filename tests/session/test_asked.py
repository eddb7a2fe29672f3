"""Whatever visitors ask for, it is done or refused in one line, and the run trains on."""

import random
import typing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests import fuzz
from tests.wire import saying
from tests.wire.conftest import KINDS, SMALL
from tui_gan.contract.commands import ChangeSetting, Command, Evaluate, Glance, Request, Save, SetKnob, Step, Stop, TurnKnob
from tui_gan.contract.knobs import KNOBS, Knobs
from tui_gan.contract.settings import leaves
from tui_gan.contract.snapshot import Snapshot, Status
from tui_gan.session import rundir
from tui_gan.session.plan import Plan
from tui_gan.session.start import start
from tui_gan.wire.messages import AnyCommand

# Those that end the run, or take a second each.
NOT = (Stop, Step, Evaluate, Save)
VALUES = (0, 1, 2, 7, 0.1, -1, 1e9, 1e-9, 2**63 - 1, True, "w1", "hinge", "uniform", "epochs", "cpu", "", ["w1"], [], {"r1": 1.0}, [[1]])


def asked(draw: random.Random, keys: list[str]) -> Command:
    """A command as it comes off the wire, of which half name something that there is."""
    # Other tests make commands of their own.
    kinds = [each for each in typing.get_args(AnyCommand) if each.__module__ == Command.__module__ and each not in NOT]
    while True:
        made = saying.shaped(draw.choice(kinds), draw, 0.02)
        try:
            command: Any = msgspec.convert(made, AnyCommand)
        except msgspec.ValidationError:
            continue
        if isinstance(command, TurnKnob | SetKnob) and draw.random() < 0.8:
            command = msgspec.structs.replace(command, name=draw.choice(list(KNOBS)))
        if isinstance(command, ChangeSetting) and draw.random() < 0.8:
            command = msgspec.structs.replace(command, key=draw.choice(keys))
        if isinstance(command, SetKnob | ChangeSetting) and draw.random() < 0.8:
            command = msgspec.structs.replace(command, value=draw.choice(VALUES))
        return command


@pytest.mark.parametrize("count", fuzz.counts(200, 20_000))
@pytest.mark.parametrize("kind", KINDS)
def test_a_run_survives_whatever_is_asked(kind: str, count: int, tmp_path: Path) -> None:
    config, knobs = msgspec.structs.replace(SMALL, **KINDS[kind], steps=10**6), Knobs(batch_size=8, device="cpu")
    directory, made = rundir.create(tmp_path / "run", config, knobs)
    draw, keys = random.Random(count), list(leaves(made))
    answers: list[tuple[Command, bool, str]] = []
    shown: list[Snapshot | None] = []

    class Inbox:
        """Hands out one command after the other, whether the run trains or rests, and looks now and then."""

        given = 0

        def empty(self) -> bool:
            return False

        def get(self, timeout: float | None = None) -> Any:
            self.given += 1
            if self.given > count:
                return Stop()
            if self.given % 40 == 0:
                return Glance(1, shown.append)
            command = asked(draw, keys)
            return Request(command, "one", 1, lambda obeyed, why: answers.append((command, obeyed, why)))

    session = start(Plan(directory, made, knobs, made.steps, hold=True), Inbox(), lambda snapshot: None)  # type: ignore[arg-type]
    outcome = session.train()
    assert outcome.status == "stopped"
    assert len(answers) == count - count // 40
    assert len(shown) == count // 40
    assert all(each and each.status not in (Status.FAILED, Status.LOADING) for each in shown)
    for command, obeyed, why in answers:
        assert obeyed is (why == ""), (command, why)
        assert "\n" not in why
    assert count / 5 < sum(obeyed for _, obeyed, _ in answers) < count * 4 / 5
