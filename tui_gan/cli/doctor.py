"""`tui-gan doctor`: whether this machine and this terminal have what the program needs, and the cure where they have not."""

import os
import platform
import shutil
import sys

import typer

from tui_gan import __version__
from tui_gan.cli.locale import speaks_utf8
from tui_gan.cli.outliving import outliving
from tui_gan.cli.own import preferences
from tui_gan.contract.errors import UsageError
from tui_gan.contract.outer import tell

SMALL = (80, 24)
ALL_COLOURS = ("truecolor", "24bit")
PASS = "tmux set -p allow-passthrough on, or for every pane the line set -g allow-passthrough on in ~/.tmux.conf (tmux 3.3 or newer)"


def doctor() -> None:
    """Check this machine and terminal, and name each cure."""
    problems = 0
    for name, finding, cure in (*_python(), *_terminal(), *outliving()):
        tell(f"{'ok ' if cure is None else 'see'}  {name:10} {finding}")
        if cure:
            problems += 1
            tell(f"                cure: {cure}")
    tell("no problems found" if not problems else f"{problems} to look at")
    if any(name == "torch" and cure for name, _, cure in _python()):
        raise typer.Exit(1)


Finding = tuple[str, str, str | None]


def _python() -> list[Finding]:
    findings: list[Finding] = [
        ("tui-gan", __version__, None),
        ("python", f"{platform.python_version()} on {platform.system()}", None),
    ]
    try:
        import torch

        from tui_gan.session import devices
    except ImportError as error:
        return [*findings, ("torch", f"cannot be imported: {error}", "install it: pip install torch")]
    names = devices.available()
    findings.append(("torch", f"{torch.__version__}, {torch.get_num_threads()} threads", None))
    cure = None
    if len(names) == 1 and shutil.which("nvidia-smi"):
        cure = "this build of torch does not see the GPU: install the CUDA build that pytorch.org names for your driver"
    findings.append(("devices", ", ".join(names), cure))
    return [*findings, _engines(any(name.startswith("cuda") for name in names))]


def _engines(graph: bool) -> Finding:
    """Which engines there are; the compiled one needs a compiler of C++, by the name that PyTorch looks for."""
    compiler = os.environ.get("CXX", "g++")
    compiled, cure = f"compiled ({compiler})", None
    if not shutil.which(compiler):
        compiled, cure = f"not compiled, which needs a C++ compiler ({compiler} is not there)", "install g++, or set CXX to another"
    return ("engines", f"eager, {compiled}, {'graph' if graph else 'not graph, which needs an NVIDIA GPU'}", cure)


def _terminal() -> list[Finding]:
    if not sys.stdout.isatty():
        return [("terminal", "none (output goes elsewhere); use --headless", None)]
    columns, rows = shutil.get_terminal_size()
    small = columns < SMALL[0] or rows < SMALL[1]
    size_cure = f"make the window at least {SMALL[0]}x{SMALL[1]} to see losses beside the distribution" if small else None
    utf8 = speaks_utf8()
    return [
        ("size", f"{columns}x{rows}", size_cure),
        _colours(),
        (
            "unicode",
            sys.stdout.encoding or "unknown",
            None if utf8 else "set LANG=C.UTF-8 (or another UTF-8 locale); until then ASCII is drawn",
        ),
        _images(),
    ]


def _colours() -> Finding:
    term, colorterm = os.environ.get("TERM", ""), os.environ.get("COLORTERM", "")
    if os.environ.get("NO_COLOR"):
        return ("colours", "off (NO_COLOR is set)", None)
    if colorterm in ALL_COLOURS:
        return ("colours", "16 million", None)
    if "256" in term:
        return ("colours", "256", None)
    cure = "set TERM=xterm-256color, and COLORTERM=truecolor if the terminal can" if term in ("", "dumb") else None
    return ("colours", f"16 (TERM={term or 'unset'})", cure)


def _images() -> Finding:
    """Whether images are shown in pixels, and where tmux alone prevents it, what to tell it."""
    from tui_gan.ui.asking import ask
    from tui_gan.ui.draw.raster import can_show
    from tui_gan.ui.pixels import to_terminal

    name, cells = "images", "two pixels a cell"
    try:
        wanted = preferences()
    except UsageError as error:
        return (name, "unknown: a preference is wrong", str(error))
    if os.environ.get("NO_COLOR") or wanted.ascii_only or not speaks_utf8():
        return (name, "letters", None)
    route = to_terminal(os.environ, wanted.pixels, ask())
    through = "" if route.pane is None else " through tmux"
    if route.pixels == "sixel":
        return (name, f"in pixels, by sixels{through}", None)
    if route.pixels and (to_terminal(os.environ).pixels or os.environ.get("COLORTERM") in ALL_COLOURS):
        return (name, f"in pixels, by kitty's graphics protocol{through}", None)
    if route.pixels:
        return (name, f"{cells}: pixels take 16 million colours", "set COLORTERM=truecolor if the terminal can")
    if route.pane is None or not route.pane.clients:
        return (name, cells, None)
    terms = [client.term for client in route.pane.clients]
    if other := next((term for term in terms if not (wanted.pixels or can_show({"TERM": term}))), None):
        return (name, f"{cells}: tmux shows them on {other}, which is not known to show pixels", None)
    if not route.pane.passes:
        return (name, f"{cells}: tmux lets no pixels through", PASS)
    cure = f"the line set -as terminal-features ',{terms[0]}:RGB' in ~/.tmux.conf, then attach again"
    return (name, f"{cells}: tmux does not know that {terms[0]} has 16 million colours", cure)
