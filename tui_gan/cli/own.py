"""The user's own files: what is preferred, and how the screen was left; and `tui-gan keys`."""

import contextlib
import json as json_text
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tui_gan.contract.outer import of_the_user, tell

if TYPE_CHECKING:
    from tui_gan.ui.preferences import Preferences

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def preferences_path() -> Path:
    """The file that the user may write."""
    import platformdirs

    return of_the_user(platformdirs.user_config_path) / "config.toml"


def memory_path() -> Path:
    """The file that the screen writes."""
    import platformdirs

    return of_the_user(platformdirs.user_state_path) / "screen.json"


def preferences() -> "Preferences":
    """What the user's file says.

    Raises:
        UsageError: it is wrong.
    """
    from tui_gan.ui.preferences import read

    return read(preferences_path())


def detaches() -> bool:
    """Whether a run whose terminal is lost trains on; read where no screen needs the other preferences.

    Raises:
        UsageError: the file is wrong.
    """
    with contextlib.suppress(OSError):
        return not preferences_path().exists() or preferences().detaches
    return True


def keys(json: AsJson = False) -> None:
    """List every key in force, as the user's file of keys takes it."""
    from tui_gan.ui.keys import FIXED
    from tui_gan.ui.preferences import written

    path, changeable = preferences_path(), [key for key in preferences().keys if key.name not in FIXED]
    if json:
        rows = {key.name: {"key": written(key.key), "panel": key.panel, "help": key.help} for key in changeable}
        tell(json_text.dumps({"file": str(path), "keys": rows}))
        return
    tell(f"# The keys in force. To change some, write their lines into {path};")
    tell('# theme = "light", ascii = true, pixels = false and on_hangup = "save" go above [keys].')
    tell("[keys]")
    lines = {key: f"{key.name} = {json_text.dumps(written(key.key), ensure_ascii=False)}" for key in changeable}
    width, panel = max(map(len, lines.values())), ""
    for key, line in lines.items():
        if key.panel != panel:
            panel = key.panel
            tell(f"# in the panel {panel}")
        tell(f"{line:{width}}  # {key.help}")
