"""Command-line options made from the declared knobs, and the lookups that several commands share."""

import dataclasses
import inspect
import os
import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer

from tui_gan.contract.errors import UsageError, choose
from tui_gan.contract.knobs import KNOBS, Knobs
from tui_gan.contract.outer import expanded
from tui_gan.presets import PRESETS, Preset

# Knobs that change nothing of what is trained.
UNSWEPT = ("device", "checkpoint_every", "pace")


def path(help: str) -> Any:
    """An option that takes a path, at whose beginning `~` and `~user` stand for home directories."""
    return typer.Option(parser=expanded, metavar="PATH", help=help, show_default=False)


def file(help: str) -> Any:
    """An argument that is a path, at whose beginning `~` and `~user` stand for home directories."""
    return typer.Argument(parser=expanded, metavar="FILE", help=help)


def run_or_file(help: str, metavar: str | None = None, **how: Any) -> Any:
    """An argument that names a run, or a file, by a path or by a name under `runs/`."""
    return typer.Argument(parser=_named, metavar=metavar, help=help, **how)


def another_run(option: str, help: str) -> Any:
    """An option that names a run, or a file, likewise."""
    return typer.Option(option, parser=_named, metavar="RUN", help=help, show_default=False)


def _named(text: str) -> str:
    # What begins otherwise stays as it was typed, since errors repeat it.
    return str(expanded(text)) if text.startswith("~") else text


def preset_of(name: str) -> Preset:
    """The preset of a name.

    Raises:
        UsageError: there is none.
    """
    return choose(PRESETS, name, "preset", "`tui-gan presets` lists them all")


def named(option: str, text: str) -> list[str]:
    """The names that an option is given, separated by commas.

    Raises:
        UsageError: there is none at all, or none beside a comma.
    """
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        raise UsageError(f"--{option} names no {option.removesuffix('s')}{' beside a comma' if any(names) else ''}")
    return names


def with_knobs(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command one option for each knob; it receives those that were used as the mapping `knobs`."""
    types = {field.name: type(field.default) for field in dataclasses.fields(Knobs)}
    return _with(command, "knobs", {name: Annotated[types[name] | None, _option(name, types[name])] for name in KNOBS})


def with_axes(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command one option for each knob that a sweep may vary; it receives the texts of those that were used as `axes`."""
    return _with(command, "axes", {name: Annotated[str | None, _axis(name)] for name in KNOBS if name not in UNSWEPT})


def _with(command: Callable[..., None], mapping: str, annotations: dict[str, Any]) -> Callable[..., None]:
    """A command with more options, whose values it receives as one mapping, those alone that were used."""

    def wrapped(**options: Any) -> None:
        used = {name: options.pop(name) for name in annotations}
        command(**options, **{mapping: {name: value for name, value in used.items() if value is not None}})

    declared = [parameter for name, parameter in inspect.signature(command).parameters.items() if name != mapping]
    options = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
        for name, annotation in annotations.items()
    ]
    parameters = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in declared] + options
    wrapped.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    wrapped.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    wrapped.__name__, wrapped.__doc__ = command.__name__, command.__doc__
    return wrapped


def _option(name: str, kind: type) -> Any:
    how = KNOBS[name]
    both = f"{how.option}/--no-{how.option[2:]}" if kind is bool else how.option
    text = how.help[0].upper() + how.help[1:] + "."
    limits = f" [{how.low:g} .. {how.high:g}]" if how.low is not None and how.high is not None else ""
    return typer.Option(both, help=text + limits, rich_help_panel="Knobs (live: keys turn them while it trains)", show_default=False)


def _axis(name: str) -> Any:
    text = KNOBS[name].help[0].upper() + KNOBS[name].help[1:]
    return typer.Option(KNOBS[name].option, help=f"{text}: its values.", rich_help_panel="Axes", show_default=False)


def has_screen() -> bool:
    """Whether the screen can be shown."""
    return sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def check_terminal(otherwise: str = "") -> None:
    """Raise UsageError where the screen cannot be shown, and say what can be done `otherwise`."""
    if not (sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()):
        raise UsageError(f"the screen needs a terminal for input and output{otherwise and f'; without one {otherwise}'}")
    if os.environ.get("TERM") == "dumb":
        raise UsageError(
            f"TERM=dumb says that this terminal cannot show a screen; set TERM to what it is{otherwise and f', or {otherwise}'}"
        )
