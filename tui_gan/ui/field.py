"""Field: a small window in which one line is typed."""

from collections.abc import Callable

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_gan.ui.filtering import pasted, typed
from tui_gan.ui.fitted import Overlay

NARROWEST, WIDEST = 44, 76


class Field(Overlay, ModalScreen[str]):
    """A line that is typed; Enter gives it if it is right, Escape gives "".

    Args:
        asked: what is to be typed.
        wrong: why a line cannot be taken; "" where it can.
    """

    def __init__(self, asked: str, wrong: Callable[[str], str], longest: int) -> None:
        super().__init__()
        self._asked, self._wrong, self._longest = asked, wrong, longest
        self._line, self._why = "", ""

    def compose(self) -> ComposeResult:
        """What is asked, the line, and the keys in the lower edge."""
        field = Static(self._text(), id="field", markup=False)
        field.border_subtitle = "enter applies   esc cancels"
        yield field

    def on_resize(self, event: events.Resize) -> None:
        """Leave room for the keys, and wrap the text where the screen is narrow."""
        styles = self.query_one("#field").styles
        styles.min_width, styles.max_width = (min(edge, self.app.size.width) for edge in (NARROWEST, WIDEST))

    def on_key(self, event: events.Key) -> None:
        """Type on, take the line, or close."""
        # ctrl+c and ctrl+z are the app's, here too.
        if event.key in ("ctrl+c", "ctrl+z"):
            return
        event.stop()
        event.prevent_default()
        if event.key == "escape":
            self.dismiss("")
        elif event.key == "enter":
            self._why = self._wrong(self._line.strip())
            if not self._why:
                self.dismiss(self._line.strip())
        else:
            self._line, self._why = typed(self._line, event, self._longest)[0], ""
        self._draw()

    def on_paste(self, event: events.Paste) -> None:
        """Take in what is pasted, as far as there is room."""
        self._line, self._why = pasted(self._line, event.text, self._longest), ""
        self._draw()

    def _draw(self) -> None:
        self.query_one("#field", Static).update(self._text())

    def _text(self) -> str:
        return f"{self._asked}\n> {self._line}_" + (f"\n{self._why}" if self._why else "")
