"""Search: the command palette, with every action of the screen."""

from functools import partial
from typing import Any

from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.screen import Screen
from textual.widgets import Input

from tui_gan.contract.knobs import KNOBS
from tui_gan.ui.board import Board
from tui_gan.ui.keys import KEYS, Key
from tui_gan.ui.views import VIEWS


def title(key: Key) -> str:
    """What an action is called in the palette."""
    knob = next((knob for knob in KNOBS.values() if key.action.startswith(f"turn('{knob.name}'")), None)
    if knob is None:
        return f"{key.label}: {key.help}"
    return f"{knob.label}: {key.help}"


class Actions(Provider):
    """Every key's action, found by any of its words."""

    async def discover(self) -> Hits:
        """All of them, before anything is typed."""
        for key in _offered(self.screen):
            yield DiscoveryHit(title(key), partial(self.app.run_action, key.action), help=f"key {key.shown}")

    async def search(self, query: str) -> Hits:
        """Those that match."""
        matcher = self.matcher(query)
        for key in _offered(self.screen):
            if (score := matcher.match(title(key))) > 0:
                yield Hit(score, matcher.highlight(title(key)), partial(self.app.run_action, key.action), help=f"key {key.shown}")


class Palette(CommandPalette):
    """Textual's command palette, with a cursor that does not blink: a paused screen writes nothing."""

    def on_mount(self) -> None:
        """Keep the cursor still."""
        self.query_one(Input).cursor_blink = False


def _offered(screen: Screen[Any]) -> list[Key]:
    """The actions that do something on this screen: a view that the run does not have cannot be turned to."""
    if not isinstance(screen, Board):
        return []
    absent = [f"view('{name}')" for name, view in VIEWS.items() if view.panel in screen.absent]
    return [key for key in KEYS if not key.panel and key.name not in ("back", "interrupt", "palette") and key.action not in absent]
