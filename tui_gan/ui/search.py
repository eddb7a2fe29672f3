"""Search: the command palette, with every action of the screen and of every view."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from textual import events
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.screen import Screen
from textual.widgets import Input

from tui_gan.contract.knobs import KNOBS
from tui_gan.ui.bars import Footer
from tui_gan.ui.board import Board
from tui_gan.ui.fitted import Overlay
from tui_gan.ui.keys import Key
from tui_gan.ui.views import VIEWS

# By the panel that has the room in them.
VIEW_OF = {view.panel: name for name, view in VIEWS.items() if view.panel}
# What has no meaning from the palette: it is there, or closes it.
OUT = ("back", "interrupt", "palette")


def title(key: Key, view: str = "") -> str:
    """What an action is called in the palette, with the view that is turned to for it, if that is another."""
    knob = next((knob for knob in KNOBS.values() if key.action.startswith(f"turn('{knob.name}'")), None)
    there = f" ({view})" if view else ""
    return f"{key.label if knob is None else knob.label}: {key.help}{there}"


class Actions(Provider):
    """Every key's action, found by any of its words."""

    async def discover(self) -> Hits:
        """All of them, before anything is typed."""
        for key, view in offered(self.screen):
            yield DiscoveryHit(title(key, view), partial(_act, self.screen, key.action, view), help=f"key {key.symbol}")

    async def search(self, query: str) -> Hits:
        """Those that match."""
        matcher = self.matcher(query)
        for key, view in offered(self.screen):
            if (score := matcher.match(title(key, view))) > 0:
                act = partial(_act, self.screen, key.action, view)
                yield Hit(score, matcher.highlight(title(key, view)), act, help=f"key {key.symbol}")


class Palette(Overlay, CommandPalette):
    """Textual's command palette, with a cursor that does not blink: a paused screen writes nothing."""

    def on_mount(self) -> None:
        """Keep the cursor still."""
        self.query_one(Input).cursor_blink = False

    def on_key(self, event: events.Key) -> None:
        """What was typed before the line for it had the focus is typed into it all the same."""
        if event.is_printable and event.character:
            event.stop()
            self.query_one(Input).insert_text_at_cursor(event.character)


def offered(screen: Screen[Any]) -> Iterator[tuple[Key, str]]:
    """The actions of the panel, then those that work everywhere, then those of other views, each with that view, which this run has."""
    if not isinstance(screen, Board):
        return
    keys, extras = screen.frame.keys, screen.frame.snapshot.rules.extras
    absent = [f"view('{name}')" for name, view in VIEWS.items() if view.panel in screen.absent]
    yield from ((key, "") for key in keys if key.panel and key.works(screen.panel, screen.kind, extras))
    yield from ((key, "") for key in keys if not key.panel and key.name not in OUT and key.action not in absent)
    for key in keys:
        elsewhere = key.panel in VIEW_OF and key.panel != screen.panel and key.panel not in screen.absent
        if elsewhere and key.works(key.panel, screen.kind, extras):
            yield key, VIEW_OF[key.panel]


async def _act(screen: Screen[Any], action: str, view: str) -> None:
    """Do what the key would, in the view where it is one."""
    if view:
        screen.app.act_in(view, action)  # type: ignore[attr-defined]
    else:
        await screen.query_one(Footer).act(action)
