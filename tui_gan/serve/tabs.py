"""The server: lets in whoever has the link, and shows the run in each of the tabs, up to a number."""

import asyncio
import contextlib
import shlex
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

import aiohttp_jinja2
from aiohttp import WSCloseCode, web
from textual_serve.server import Server, to_int

from tui_gan.serve.admission import HOME, Admission
from tui_gan.serve.viewer import Viewer

MOST = 16
FULL = f"{MOST} tabs show a run already; close one of them"
PAGE = Path(__file__).with_name("page")
# Seconds after which a page must have shown that it is there, for its farewell, and for requests at the end.
HEARTBEAT, FAREWELL, LAST = 15.0, 1.0, 5.0
# Bytes of what a page may say at once.
LONGEST = 2**20
# What a page may say wrong, as textual-serve's own code trips over it.
WRONG = (ValueError, TypeError, LookupError, AttributeError, AssertionError, struct.error)
GUARDS = {
    # The page loads nothing from anywhere else and is shown in no other.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
Answers = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Tabs(Server):
    """A run's screen in the tabs of a browser.

    Args:
        words: the command that shows it on a terminal; `--as` and the name of the tab are added.
        title: of the page.
    """

    def __init__(self, words: Sequence[str], title: str, admission: Admission) -> None:
        super().__init__(shlex.join(words), HOME, admission.port, title, templates_path=PAGE)
        self._words, self._admission = tuple(words), admission
        self._open: dict[int, web.WebSocketResponse] = {}

    async def application(self) -> web.Application:
        """What answers requests."""
        made = await self._make_app()
        made.router.add_static("/page", PAGE)
        made.middlewares.append(self._admit)
        made.on_response_prepare.append(self._guard)
        return made

    async def on_startup(self, app: web.Application) -> None:
        """Print nothing, where textual-serve prints its name."""

    async def on_shutdown(self, app: web.Application) -> None:
        """End all tabs; each ends its process."""
        ends = [line.close(code=WSCloseCode.GOING_AWAY) for line in self._open.values() if line.prepared]
        await asyncio.gather(*ends, return_exceptions=True)

    async def handle_index(self, request: web.Request) -> web.StreamResponse:
        """The page."""
        if len(self._open) >= MOST:
            raise web.HTTPServiceUnavailable(text=FULL)
        return aiohttp_jinja2.render_template("page.html", request, {"title": self.title, "socket": f"ws://{request.host}/ws"})

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """A tab: a process that lasts as long as it does."""
        number = next((number for number in range(1, MOST + 1) if number not in self._open), 0)
        if not number:
            raise web.HTTPServiceUnavailable(text=FULL)
        # What is sent stays on this machine, where the training needs the time that packing would take.
        line = web.WebSocketResponse(heartbeat=HEARTBEAT, timeout=FAREWELL, max_msg_size=LONGEST, compress=False)
        viewer = Viewer([*self._words, "--as", f"browser {number}"], line, self.download_manager)
        self._open[number] = line
        try:
            await line.prepare(request)
            await viewer.start(*(to_int(request.query.get(name, ""), usual) for name, usual in (("width", 80), ("height", 24))))
            await self._process_messages(line, viewer)
        except WRONG:
            await line.close(code=WSCloseCode.UNSUPPORTED_DATA)
        except OSError:
            # The program cannot be started, or does not take what is typed.
            await line.close(code=WSCloseCode.INTERNAL_ERROR)
        finally:
            try:
                await viewer.stop()
            finally:
                del self._open[number]
        return line

    @web.middleware
    async def _admit(self, request: web.Request, handler: Answers) -> web.StreamResponse:
        brought = request.query.get("token")
        cookie = self._admission.cookie
        if refused := self._admission.refusal(request.headers, request.cookies.get(cookie, "") if brought is None else brought):
            raise web.HTTPForbidden(text=refused)
        if brought is None:
            return await handler(request)
        # A page of ours asks for the next one, so that the browser sends a strict cookie; the token leaves the address.
        welcomed = web.Response(headers={"Refresh": "0; url=/"}, text="")
        welcomed.set_cookie(cookie, brought, httponly=True, samesite="Strict")
        return welcomed

    async def _guard(self, request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(GUARDS)


@contextlib.asynccontextmanager
async def served(tabs: Tabs, listening: socket.socket) -> AsyncIterator[None]:
    """Serve for as long as the context lasts, and leave no tab and no process behind.

    Args:
        listening: the socket, which is closed at the end.
    """
    runner = web.AppRunner(await tabs.application(), access_log=None, shutdown_timeout=LAST)
    await runner.setup()
    try:
        await web.SockSite(runner, listening).start()
        yield
    finally:
        await runner.cleanup()
