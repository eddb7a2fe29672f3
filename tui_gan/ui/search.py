"""Search: the command palette, with every action of the screen."""

from functools import partial
from typing import Any

from textual import events
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.screen import Screen
from textual.widgets import Input

from tui_gan.contract.knobs import KNOBS
from tui_gan.ui.bars import Footer
from tui_gan.ui.board import Board
from tui_gan.ui.keys import Key
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
        for key in offered(self.screen):
            yield DiscoveryHit(title(key), partial(_act, self.screen, key.action), help=f"key {key.shown}")

    async def search(self, query: str) -> Hits:
        """Those that match."""
        matcher = self.matcher(query)
        for key in offered(self.screen):
            if (score := matcher.match(title(key))) > 0:
                yield Hit(score, matcher.highlight(title(key)), partial(_act, self.screen, key.action), help=f"key {key.shown}")


class Palette(CommandPalette):
    """Textual's command palette, with a cursor that does not blink: a paused screen writes nothing."""

    def on_mount(self) -> None:
        """Keep the cursor still."""
        self.query_one(Input).cursor_blink = False

    def on_key(self, event: events.Key) -> None:
        """What was typed before the line for it had the focus is typed into it all the same."""
        if event.is_printable and event.character:
            event.stop()
            self.query_one(Input).insert_text_at_cursor(event.character)


def offered(screen: Screen[Any]) -> list[Key]:
    """The actions that do something on this screen: those of its panel, and no view that the run does not have."""
    if not isinstance(screen, Board):
        return []
    absent = [f"view('{name}')" for name, view in VIEWS.items() if view.panel in screen.absent]
    out = ("back", "interrupt", "palette")
    here = [key for key in screen.frame.keys if key.panel and key.works(screen.panel, screen.kind)]
    return here + [key for key in screen.frame.keys if not key.panel and key.name not in out and key.action not in absent]


async def _act(screen: Screen[Any], action: str) -> None:
    """Do what the key would."""
    await screen.query_one(Footer).act(action)
