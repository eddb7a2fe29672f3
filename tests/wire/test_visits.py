"""Visitors over a real socket: what they see, ask and are told."""

import contextlib
import dataclasses
import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.wire.test_changes import differing
from tests.wire.visited import PATIENCE, Run, until
from tui_gan.contract.commands import ChangeSetting, DrawData, Overlay, Pause, Save, SetKnob, Step, Watch
from tui_gan.contract.errors import quoted
from tui_gan.contract.snapshot import Status
from tui_gan.wire import AbsentError, WireError, place
from tui_gan.wire.client import Visit
from tui_gan.wire.messages import Welcome
from tui_gan.wire.server import Server


def test_a_visitor_sees_every_snapshot_it_looks_at_whole(run: Run, visit: Callable[..., Visit]) -> None:
    one = visit()
    assert one.welcome == Welcome("/runs/a", os.getpid())
    for _ in range(20):
        before = one.latest
        one.request_snapshot()
        until(lambda before=before: one.latest is not before)
        assert differing(run.latest, one.latest) == []


def test_what_is_asked_is_answered_in_its_order_and_says_who_asked(run: Run, visit: Callable[..., Visit]) -> None:
    one, other = visit("pts/1"), visit("script")
    assert one.ask(SetKnob("k_steps", 3), PATIENCE).obeyed
    refused = other.ask(SetKnob("k_steps", "wrong"), PATIENCE)
    assert (refused.obeyed, refused.why) == (False, "no such value")
    for number in range(200):
        one.send(SetKnob("k_steps", number))
    assert one.ask(Save(), PATIENCE).obeyed
    assert run.obeyed[:2] == [("pts/1", SetKnob("k_steps", 3)), ("script", SetKnob("k_steps", "wrong"))]
    assert [command.value for _, command in run.obeyed[2:-1]] == list(range(200))


def test_who_only_watches_is_shown_everything_and_asks_for_nothing(run: Run, visit: Callable[..., Visit]) -> None:
    one = visit(asks=False)
    assert one.latest.preset
    answer = one.ask(Pause(), PATIENCE)
    assert (answer.obeyed, answer.why) == (False, "who only watches asks for nothing")
    assert run.obeyed == []


def test_visitors_come_and_go_and_the_run_knows_them(run: Run, server: Server, visit: Callable[..., Visit]) -> None:
    one, other = visit("one"), visit("other")
    assert sorted(server.visitors) == ["one", "other"]
    one.close()
    until(lambda: server.visitors == run.met == ("other",) and run.left == [1])
    assert one.ended == "the run has gone"
    with pytest.raises(WireError, match="the run has gone"):
        one.ask(Pause())
    assert other.ask(Save(), PATIENCE).obeyed


def test_the_end_of_the_run_is_told_with_its_reason_and_the_socket_goes(
    run: Run, server: Server, address: Path, visit: Callable[..., Visit]
) -> None:
    one = visit()
    run.open.clear()
    server.close("the run has finished at step 40")
    until(lambda: one.ended)
    assert one.ended == "the run has finished at step 40"
    assert not address.exists()
    with pytest.raises(AbsentError, match="no run is there"):
        Visit(address, "late")


def test_who_asks_and_looks_while_the_run_ends_hears_the_reason_too(run: Run, tmp_path: Path) -> None:
    def asks(visit: Visit) -> None:
        for _ in range(3_000):
            visit.request_snapshot()
            visit.send(Save())

    for number in range(20):
        address = tmp_path / str(number)
        server = Server(run, Path("/runs/a"), address)
        one = Visit(address, "one")
        asking = threading.Thread(target=asks, args=(one,))
        asking.start()
        until(lambda: run.obeyed)
        server.close("the run has finished at step 40")
        one.wait()
        asking.join()
        assert one.ended == "the run has finished at step 40"
        run.obeyed.clear()


def test_a_socket_that_nobody_listens_to_is_nobodys(run: Run, address: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(address))
    with pytest.raises(AbsentError, match="no run is there"):
        Visit(address, "one")
    Server(run, Path("/runs/a"), address).close("")


def test_a_snapshot_is_of_after_all_that_was_asked_before(run: Run, visit: Callable[..., Visit]) -> None:
    one, other = visit(), visit("other")
    for number in range(1, 50):
        # The snapshot that another visitor waits for may be older.
        other.request_snapshot()
        one.send(SetKnob("k_steps", number))
        assert one.look().steps == number


def test_who_has_looked_is_shown_what_happens_unasked(run: Run, server: Server, visit: Callable[..., Visit]) -> None:
    one, quiet = visit("one"), visit("quiet")
    before = one.look()
    server.show()
    until(lambda: one.latest is not before)
    assert sorted(one.look().visitors) == ["one", "quiet"]
    visit("third")
    until(lambda: "third" in one.latest.visitors)
    assert quiet._latest is None


def test_a_visit_that_is_over_shows_a_run_that_has_stopped_and_sends_nothing(server: Server, visit: Callable[..., Visit]) -> None:
    one = visit()
    assert one.look().status is not Status.STOPPED
    server.close("the run has stopped at step 3")
    one.wait()
    assert one.latest.status is Status.STOPPED
    one.send(Save())
    one.request_snapshot()
    with pytest.raises(WireError, match="stopped at step 3"):
        one.look()


def test_who_only_watches_may_say_what(run: Run, visit: Callable[..., Visit]) -> None:
    assert visit(asks=False).ask(Watch(("layers",)), PATIENCE).obeyed
    assert run.obeyed == [("one", Watch(("layers",)))]


DEEP: list[object] = [[[[[1]]]]]
WIDE = "x" * 2**21


@pytest.mark.parametrize("value", [10**30, "\udcff", DEEP, {"a": DEEP}, {1: 2}, WIDE, -(2**63) - 1], ids=lambda value: repr(value)[:20])
def test_a_value_that_no_message_holds_goes_as_its_text(value: object, run: Run, visit: Callable[..., Visit]) -> None:
    for command in (SetKnob, ChangeSetting):
        run.obeyed.clear()
        assert visit().ask(command("k_steps", value), PATIENCE).obeyed
        ((_, got),) = run.obeyed
        assert isinstance(got, command)
        assert got.value == ("\\udcff" if value == "\udcff" else quoted(value))


@pytest.mark.parametrize(
    "value", [None, True, 3, -2.5, "text", "é", [1, "a"], [[1, 2], []], {"r1": 1.0}, {"a": [1, None], "b": {"c": 2}}], ids=repr
)
def test_a_value_of_a_setting_arrives_as_it_is(value: Any, run: Run, visit: Callable[..., Visit]) -> None:
    assert visit().ask(SetKnob("k_steps", value), PATIENCE).obeyed
    assert run.obeyed == [("one", SetKnob("k_steps", value))]


def test_what_is_longer_than_a_message_is_refused_where_it_is_asked(run: Run, visit: Callable[..., Visit]) -> None:
    one = visit()
    for command in (DrawData(((1.0,) * 200_000,)), Step(2**70)):
        answer = one.ask(command, PATIENCE)
        assert (answer.obeyed, answer.why) == (False, "more than a message of 1,048,576 bytes holds")
    assert one.ask(Save(), PATIENCE).obeyed
    assert [command for _, command in run.obeyed] == [Save()]


def test_names_that_are_no_unicode_keep_nobody_waiting(run: Run, address: Path) -> None:
    """Files have such names; a run that lies in a folder of one, or beside one, can be visited."""
    run.shown = lambda shown: dataclasses.replace(shown, runs=("m\udcff",), directory="/m\udcff/mine")
    server = Server(run, Path("/m\udcff/mine"), address)
    one = Visit(address, "one")
    assert one.welcome.run == "/m\\udcff/mine"
    assert (one.look().runs, one.latest.directory) == (("m\\udcff",), "/m\\udcff/mine")
    assert one.ask(Overlay(("m\udcff",)), PATIENCE).obeyed
    assert run.obeyed == [("one", Overlay(("m\\udcff",)))]
    one.close()
    server.close("")


def test_a_socket_that_somebody_has_removed_is_made_anew_and_those_who_are_there_stay(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tempfile.TemporaryDirectory(prefix="tg-") as base:
        monkeypatch.setenv("XDG_RUNTIME_DIR", base)
        address = place.address(tmp_path)
        server = Server(run, tmp_path, address, beats=0.01)
        with contextlib.closing(Visit(address, "one")) as one:
            for remove in (lambda: address.unlink(), lambda: shutil.rmtree(address.parent)):
                remove()
                until(address.exists)
                with contextlib.closing(Visit(address, "other")) as other:
                    assert other.ask(Save(), PATIENCE).obeyed
                assert one.ask(Save(), PATIENCE).obeyed
            # Nor does another file in its place keep visitors out.
            address.unlink()
            address.touch()
            until(address.is_socket)
            until(lambda: run.address == address)
        server.close("")


def test_a_visitor_who_cannot_be_shown_the_run_is_told_so_and_the_others_stay(run: Run, visit: Callable[..., Visit]) -> None:
    one, other = visit("one"), visit("other")
    assert one.latest.preset
    shown, run.shown = run.shown, lambda snapshot: dataclasses.replace(snapshot, phase=object())  # type: ignore[arg-type]
    with pytest.raises(WireError, match="the run cannot be shown: TypeError"):
        one.look(PATIENCE)
    assert one.latest.status is Status.STOPPED
    run.shown = shown
    assert other.look(PATIENCE).preset
