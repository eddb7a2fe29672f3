"""`tui-gan serve` in a real browser: a page that shows the run and steers it, nobody else's page, and nothing left behind."""

import contextlib
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser import KEEP, chromium, shown, wait_for
from tests.end_to_end.test_detached import is_alive, until, visit
from tests.end_to_end.test_screen import step
from tests.terminal import PATIENCE, Terminal, terminal

ENDED = "This screen has ended."


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that nobody has used, with windows of about 120x36 cells."""
    made = browser.new_context(viewport={"width": 1024, "height": 700})
    made.set_default_timeout(PATIENCE * 1000)
    made.add_init_script(KEEP)
    yield made
    made.close()


@pytest.fixture
def run(browser: Browser, tmp_path: Path) -> Iterator[Path]:
    """A run that trains without a terminal, and is killed at the end."""
    path = tmp_path / "run"
    with terminal("run", "toy1d", "--detach", "--out", str(path), cwd=tmp_path) as opened:
        assert opened.wait_end() == 0, opened.text
    with contextlib.closing(visit(path)) as training:
        pid = training.welcome.pid
    yield path
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


@contextlib.contextmanager
def served(run: Path, *words: str) -> Iterator[tuple[Terminal, str]]:
    """`tui-gan serve` on a terminal, and the link that it prints."""
    with terminal("serve", str(run), "--port", "0", *words, cwd=run.parent, size=(400, 24)) as opened:
        text = opened.wait_for("ctrl+c ends it")
        found = re.search(r"http://127\.0\.0\.1:\d+/\?token=\S+", text)
        assert found
        yield opened, found[0]
    until(lambda: viewers(run) == [])


def viewers(run: Path) -> list[int]:
    """The processes that show a run in tabs."""
    found = psutil.process_iter(["cmdline"])
    return [each.pid for each in found if {"view", str(run)} <= {*(each.info["cmdline"] or [])}]


def k_steps(run: Path) -> int:
    with contextlib.closing(visit(run)) as here:
        return here.look().knobs.k_steps


def opened(context: BrowserContext, link: str) -> Page:
    page = context.new_page()
    page.goto(link)
    page.wait_for_url(link.partition("?")[0])
    wait_for(page, lambda text: step(text) > 0)
    return page


def test_a_page_shows_the_run_and_steers_it_and_leaves_nothing_behind(run: Path, context: BrowserContext) -> None:
    asked: list[str] = []
    wrong: list[Any] = []
    context.on("request", lambda request: asked.append(request.url))
    context.on("weberror", lambda error: wrong.append(error.error))
    context.on("console", lambda message: message.type in ("error", "warning") and wrong.append(message.text))
    with served(run) as (server, link):
        page = opened(context, link)
        home = link.partition("?")[0]
        assert page.url == home
        before = step(shown(page))
        wait_for(page, lambda text: step(text) > before)
        was = k_steps(run)
        page.keyboard.press("K")
        wait_for(page, "(asked by browser 1)")
        assert k_steps(run) == was + 1
        page.set_viewport_size({"width": 700, "height": 460})
        wait_for(page, lambda text: len(text.splitlines()) < 30 and "distribution" in text)
        # What the page may not ask for, the browser would have refused and said.
        assert all(url.startswith(home) for url in asked)
        assert wrong == []
        other = opened(context, home)
        wait_for(other, "2 visitors")
        assert len(viewers(run)) == 2
        other.close()
        until(lambda: len(viewers(run)) == 1)
        wait_for(page, lambda text: "visitors" not in text)
        page.keyboard.press("D")
        page.get_by_text(ENDED).wait_for()
        wait_for(page, "the run trains on; `tui-gan attach")
        until(lambda: viewers(run) == [])
        assert is_alive(run)
        page.get_by_text("Open it again").click()
        wait_for(page, lambda text: step(text) > before)
        server.press("\x03")
        assert server.wait_end() == 130
        page.get_by_text(ENDED).wait_for()
        assert viewers(run) == []
        assert is_alive(run)
        assert len([line for line in server.text.splitlines() if line.strip(" ^C")]) == 1


@pytest.mark.slow
def test_a_page_that_watches_asks_for_nothing_and_one_that_quits_ends_the_run(run: Path, context: BrowserContext) -> None:
    with served(run, "--watch") as (_, watching), served(run) as (_, link):
        watches = opened(context, watching)
        was = k_steps(run)
        watches.keyboard.press("K")
        wait_for(watches, "this screen only watches")
        assert k_steps(run) == was
        watches.keyboard.press("q")
        watches.get_by_text(ENDED).wait_for()
        assert is_alive(run)
        watches.get_by_text("Open it again").click()
        wait_for(watches, lambda text: step(text) > 0)
        page = opened(context, link)
        page.keyboard.press("q")
        wait_for(page, "Save and end the run?")
        page.keyboard.press("y")
        for each in (page, watches):
            each.get_by_text(ENDED).wait_for()
            wait_for(each, "; `tui-gan resume")
        until(lambda: not is_alive(run) and viewers(run) == [])
        page.get_by_text("Open it again").click()
        wait_for(page, "tui-gan: nothing trains in")


@pytest.mark.slow
def test_nobody_comes_in_without_the_token_or_from_another_page(run: Path, context: BrowserContext) -> None:
    with served(run) as (_, link):
        home, _, token = link.partition("?token=")
        page = context.new_page()
        for wrong in (home, f"{home}?token=", f"{home}?token={token[:-1]}", f"{home}?token={token}x", f"{home}static/js/textual.js"):
            answer = page.goto(wrong)
            assert answer
            assert answer.status == 403, wrong
        page = opened(context, link)
        for foreign in ("http://evil.example", "http://127.0.0.1:1", "null"):
            refused = context.request.get(home, headers={"Origin": foreign})
            assert refused.status == 403, foreign
        # Another server on this machine is another site's page, but a browser gives it our cookie.
        elsewhere = context.new_page()
        elsewhere.route("http://127.0.0.1:1/", lambda route: route.fulfill(body="<p>hello", content_type="text/html"))
        elsewhere.goto("http://127.0.0.1:1/")
        line = home.replace("http:", "ws:") + "ws"
        assert (
            elsewhere.evaluate(f"new Promise(r => {{ const s = new WebSocket('{line}'); s.onopen = s.onerror = e => r(e.type) }})")
            == "error"
        )
        assert page.evaluate(f"new Promise(r => {{ const s = new WebSocket('{line}'); s.onopen = s.onerror = e => r(e.type) }})") == "open"
