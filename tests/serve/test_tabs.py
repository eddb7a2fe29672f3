"""The server without a browser: what it lets in, how many tabs it shows, and that none leaves a process behind."""

import asyncio
import contextlib
import json
import re
import socket
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, WSServerHandshakeError

from tui_gan.serve import viewer
from tui_gan.serve.admission import Admission
from tui_gan.serve.tabs import GUARDS, MOST, Tabs, served

PATIENCE = 60.0
# A program that says who and how large it is, repeats the lines that it is given, and ends at one that says so.
ECHO = """
import fcntl, os, signal, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
if "deaf" in sys.argv: signal.signal(signal.SIGHUP, signal.SIG_IGN)
def size(*_): print("size", *os.get_terminal_size(), flush=True)
signal.signal(signal.SIGWINCH, size)
size()
print("begun", sys.argv[-1], os.getpid(), os.environ["TERM"], flush=True)
try:
    while (line := sys.stdin.readline().strip()) != "end": print("told", len(line), line[:9], flush=True)
    print("so long", flush=True)
finally:
    while "deaf" in sys.argv: signal.pause()
"""


class Tab:
    """The page's end of a tab.

    Attributes:
        text: all that has come.
    """

    def __init__(self, line: ClientWebSocketResponse) -> None:
        self.line, self.text = line, ""

    async def wait_for(self, pattern: str) -> re.Match[str]:
        """Read until the text matches."""
        async with asyncio.timeout(PATIENCE):
            while not (found := re.search(pattern, self.text)):
                assert await self.read(), self.text
        return found

    async def wait_end(self) -> int:
        """Read until the other side closes it; returns the code."""
        async with asyncio.timeout(PATIENCE):
            while await self.read():
                pass
        return self.line.close_code or 0

    async def read(self) -> bool:
        message = await self.line.receive()
        if message.type is WSMsgType.BINARY:
            self.text += message.data.decode()
        return message.type in (WSMsgType.BINARY, WSMsgType.TEXT)

    async def pid(self) -> int:
        return int((await self.wait_for(r"begun .* (\d+) xterm"))[1])

    async def type(self, text: str) -> None:
        await self.line.send_str(json.dumps(["stdin", text]))


@dataclass
class Visitor:
    """Somebody who has the link, and the lines of the tabs that he has opened."""

    admission: Admission
    session: ClientSession
    lines: list[ClientWebSocketResponse] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.admission.port}{path}"

    @property
    def cookies(self) -> dict[str, str]:
        return {self.admission.cookie: self.admission.token}

    async def tab(self, query: str = "") -> Tab:
        headers = {"Cookie": f"{self.admission.cookie}={self.admission.token}", "Origin": self.url("")}
        self.lines.append(await self.session.ws_connect(self.url("/ws") + query, headers=headers))
        return Tab(self.lines[-1])

    async def close(self) -> None:
        await asyncio.gather(*(line.close() for line in self.lines))


@contextlib.asynccontextmanager
async def open_to(words: Sequence[str]) -> AsyncIterator[Visitor]:
    """The server, for as long as it lasts; the visitor notices its end."""
    listening = socket.create_server(("127.0.0.1", 0))
    admission = Admission(listening.getsockname()[1])
    async with ClientSession() as session:
        visitor = Visitor(admission, session)
        async with served(Tabs(words, "a <run>", admission), listening):
            yield visitor
        await visitor.close()


def conversation(talk: Callable[[Visitor], Coroutine[Any, Any, None]], *words: str, stays: bool = False) -> None:
    """Talk to a server; the visitor leaves first unless he stays."""

    async def whole() -> None:
        async with open_to([sys.executable, "-c", ECHO, *words]) as visitor:
            try:
                await talk(visitor)
            finally:
                if not stays:
                    await visitor.close()

    asyncio.run(whole())


async def gone(pid: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while psutil.pid_exists(pid):
            await asyncio.sleep(0.01)


def test_the_link_leaves_a_cookie_and_the_page_comes_by_it() -> None:
    async def talk(visitor: Visitor) -> None:
        async with visitor.session.get(visitor.admission.link) as answer:
            assert answer.status == 200
            assert answer.headers["Refresh"] == "0; url=/"
            cookie = answer.headers["Set-Cookie"]
            assert cookie == f"{visitor.admission.cookie}={visitor.admission.token}; HttpOnly; Path=/; SameSite=Strict"
        async with visitor.session.get(visitor.url("/"), cookies=visitor.cookies) as answer:
            page = await answer.text()
            assert answer.headers.items() >= GUARDS.items()
        assert "<title>a &lt;run&gt;</title>" in page
        assert f'"ws://127.0.0.1:{visitor.admission.port}/ws"' in page
        for loaded in re.findall(r'(?:src|href)="(/\w[^"]+)"', page):
            async with visitor.session.get(visitor.url(loaded), cookies=visitor.cookies) as answer:
                assert answer.status == 200
                assert answer.headers.items() >= GUARDS.items()

    conversation(talk)


@pytest.mark.parametrize("path", ["/", "/ws", "/static/js/textual.js", "/page/page.js", "/download/x", "/nothing"])
def test_nothing_is_answered_without_the_token_or_to_another_page(path: str) -> None:
    async def talk(visitor: Visitor) -> None:
        mine, wrong = visitor.cookies, {visitor.admission.cookie: "wrong"}
        tries: list[tuple[str, dict[str, str], dict[str, str]]] = [
            (path, {}, {}),
            (path, wrong, {}),
            (f"{path}?token=wrong", {}, {}),
            (f"{path}?token=wrong", mine, {}),
            (path, mine, {"Origin": "http://evil.example"}),
            (path, mine, {"Host": "evil.example"}),
            (f"{path}?token={visitor.admission.token}", mine, {"Origin": "http://evil.example"}),
        ]
        for asked, cookies, headers in tries:
            async with visitor.session.get(visitor.url(asked), cookies=cookies, headers=headers) as answer:
                assert answer.status == 403, (asked, cookies, headers)
                assert "Set-Cookie" not in answer.headers
            given = "; ".join(f"{name}={value}" for name, value in cookies.items())
            with pytest.raises(WSServerHandshakeError) as refused:
                await visitor.session.ws_connect(visitor.url(asked), headers=headers | ({"Cookie": given} if given else {}))
            assert refused.value.status == 403

    conversation(talk)


def test_a_tab_is_a_process_on_a_terminal_of_its_size() -> None:
    async def talk(visitor: Visitor) -> None:
        tab = await visitor.tab("?width=100&height=30")
        await tab.wait_for("size 100 30")
        assert (await tab.wait_for("begun (.*) [0-9]+ xterm-256color"))[1] == "browser 1"
        await tab.type("hello\n")
        await tab.wait_for("told 5 hello")
        await tab.line.send_str(json.dumps(["resize", {"width": 64, "height": 20}]))
        await tab.wait_for("size 64 20")
        for line in range(2_000):
            await tab.type(f"{line:03} and so on\n")
        await tab.wait_for("told 14 1999 and ")
        await tab.line.send_str(json.dumps(["ping", "7"]))
        await tab.type("end\n")
        await tab.wait_end()
        assert "so long" in tab.text
        await gone(await tab.pid())

    conversation(talk)


def test_there_are_so_many_tabs_and_each_has_a_name_that_nobody_has() -> None:
    async def talk(visitor: Visitor) -> None:
        tabs = [await visitor.tab() for _ in range(MOST)]
        pids = [await tab.pid() for tab in tabs]
        assert [(await tab.wait_for("begun (.*) [0-9]+ "))[1] for tab in tabs] == [f"browser {number}" for number in range(1, MOST + 1)]
        with pytest.raises(WSServerHandshakeError) as refused:
            await visitor.tab()
        assert refused.value.status == 503
        async with visitor.session.get(visitor.url("/"), cookies=visitor.cookies) as answer:
            assert (answer.status, await answer.text()) == (503, "16 tabs show a run already; close one of them")
        await tabs[4].line.close()
        await gone(pids[4])
        async with asyncio.timeout(PATIENCE):
            while True:
                with contextlib.suppress(WSServerHandshakeError):
                    another = await visitor.tab()
                    break
        await another.wait_for("begun browser 5 ")

    conversation(talk)


@pytest.mark.parametrize(
    "said",
    ["", "no json", "7", "{}", "[]", '["stdin"]', '["stdin", 7]', '["stdin", "\\ud800"]', '["resize", 7]', '["resize", {}]',
     '["resize", {"width": "wide", "height": 2}]', '["resize", {"width": 99.5, "height": null}]'],
)  # fmt: skip
def test_a_page_that_talks_nonsense_loses_its_tab_alone(said: str) -> None:
    async def talk(visitor: Visitor) -> None:
        tab, other = await visitor.tab(), await visitor.tab()
        pid = await tab.pid()
        await tab.line.send_str(said)
        assert await tab.wait_end() == 1003
        await gone(pid)
        await other.type("still here\n")
        await other.wait_for("told 10 still")

    conversation(talk)


@pytest.mark.parametrize("how", ["the tab is closed", "the server ends"])
@pytest.mark.parametrize("words", [(), ("deaf",)], ids=["heard", "deaf"])
def test_no_process_stays_when_its_tab_has_gone(how: str, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    # One that hears the hang-up is given all the time that it needs.
    monkeypatch.setattr(viewer, "ENDS_WITHIN", 0.2 if words else PATIENCE)
    pids: list[int] = []

    async def talk(visitor: Visitor) -> None:
        tabs = [await visitor.tab() for _ in range(3)]
        pids.extend([await tab.pid() for tab in tabs])
        if how == "the tab is closed":
            for tab, pid in zip(tabs, pids, strict=True):
                await tab.line.close()
                await gone(pid)

    conversation(talk, *words, stays=True)
    assert [pid for pid in pids if psutil.pid_exists(pid)] == []


def test_a_program_that_cannot_be_started_ends_the_tab() -> None:
    async def talk() -> None:
        async with open_to(["/nothing/here"]) as visitor:
            assert await (await visitor.tab()).wait_end() == 1011

    asyncio.run(talk())


def test_what_the_terminal_of_the_server_says_of_itself_is_not_said_of_a_tab() -> None:
    given = {
        "PATH": "/bin",
        "TERM": "xterm-kitty",
        "TERM_PROGRAM": "ghostty",
        "TMUX": "/tmp/x",
        "COLUMNS": "7",
        "LANG": "C",
        "NO_COLOR": "1",
    }
    found = viewer.environment(given)
    assert found == {"PATH": "/bin", "NO_COLOR": "1", "TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}


def test_the_page_names_no_other_place() -> None:
    for path in Path(viewer.__file__).with_name("page").iterdir():
        assert "//" not in re.sub(r"^//.*$", "", path.read_text(), flags=re.MULTILINE), path.name
