"""A real Chromium without a window, for what `tui-gan serve` shows."""

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Error, Page, sync_playwright

from tests.terminal import PATIENCE

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
# Set where a browser must be there.
NEEDED = "NEEDS_BROWSER"
# The page's terminal is a variable of its script alone; whatever is put under this name is kept where a test finds it.
KEEP = """Object.defineProperty(Object.prototype, "terminal", {
  configurable: true,
  set(value) {
    window.kept = value;
    Object.defineProperty(this, "terminal", { value, writable: true, configurable: true });
  },
});"""
SHOWN = """() => {
  const buffer = window.kept?.buffer.active;
  return buffer ? Array.from({ length: window.kept.rows }, (_, row) => buffer.getLine(row).translateToString(true)).join("\\n") : "";
}"""


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """The browser of the system; the test is left out where there is none, unless NEEDS_BROWSER is set."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        (pytest.fail if os.environ.get(NEEDED) else pytest.skip)(f"no browser is installed: none of {', '.join(NAMES)}")
    # As root it runs without its sandbox or not at all.
    alone = [] if os.getuid() else ["--no-sandbox"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=alone)
        try:
            yield browser
        finally:
            browser.close()


def shown(page: Page) -> str:
    """The text that the page's terminal shows; none while another page comes in its place."""
    with contextlib.suppress(Error):
        return str(page.evaluate(SHOWN))
    return ""


def wait_for(page: Page, wanted: str | Callable[[str], object]) -> str:
    """Wait until the page's terminal shows a text, or satisfies a condition; returns what it shows.

    Raises:
        AssertionError: it did not come in time.
    """
    end = time.monotonic() + PATIENCE
    while not ((text := shown(page)) and (wanted(text) if callable(wanted) else wanted in text)):
        assert time.monotonic() < end, f"waited for {wanted!r}; the page:\n{text}\n{page.inner_text('body')}"
        page.wait_for_timeout(20)
    return text
