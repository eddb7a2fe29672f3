"""`tui-gan presets`."""

import dataclasses
import json as json_text
from typing import Annotated, Any

import typer

from tui_gan.cli.options import preset_of
from tui_gan.contract.knobs import KNOBS
from tui_gan.contract.outer import tell
from tui_gan.presets import PRESETS, Preset

# What is told of a preset where there is something to tell, by its fields.
REMARKS = {
    "quirks": "Kept on purpose",
    "deviations": "Differs from its source",
    "outcome": "Over many seeds",
    "outcome_with_minibatch": "Over many seeds, with minibatch discrimination",
}
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def presets(
    name: Annotated[str | None, typer.Argument(help="One preset, in full.", autocompletion=lambda: list(PRESETS))] = None,
    json: AsJson = False,
) -> None:
    """List the presets, or show one in full."""
    if name is None:
        rows = [{"name": each, "summary": preset.summary, "source": preset.source} for each, preset in PRESETS.items()]
        if json:
            tell(json_text.dumps({"presets": rows}))
        else:
            for row in rows:
                tell(row["name"])
                tell(f"    {row['summary']}")
                tell(f"    Source: {row['source']}.")
        return
    facts = _facts(name, preset_of(name))
    if json:
        tell(json_text.dumps(facts))
    else:
        _print_facts(facts)


def _facts(name: str, preset: Preset) -> dict[str, Any]:
    import msgspec

    from tui_gan.contract.settings import leaves, why_not
    from tui_gan.gan.networks import parameters
    from tui_gan.session.sources import shape_of

    return {
        "name": name,
        "summary": preset.summary,
        "source": preset.source,
        **{name: getattr(preset, name) for name in REMARKS},
        "settings": msgspec.to_builtins(preset.config),
        # Any regularizer may be added live, those that no preset names too.
        "live": ["regularizers", *(key for key, value in leaves(preset.config).items() if not why_not(key, value, value))],
        "knobs": dataclasses.asdict(preset.knobs),
        "parameters": parameters(preset.config, shape_of(preset.config)),
    }


def _print_facts(facts: dict[str, Any]) -> None:
    tell(f"{facts['name']}: {facts['summary']}")
    tell(f"Source: {facts['source']}.")
    for name, heading in REMARKS.items():
        if facts[name]:
            tell(f"{heading}: {facts[name]}.")
    live, fixed = _apart(facts["settings"], frozenset(facts["live"]))
    for title, settings in (("Settings that may change while it trains", live), ("Settings that are fixed for a run", fixed)):
        tell()
        tell(f"{title} (TOML keys)")
        for name, value in settings.items():
            tell(f"  {name:20} {_typed(value)}")
    tell()
    tell("Knobs, which may change while it trains (options, keys)")
    for name, value in facts["knobs"].items():
        how = KNOBS[name]
        tell(f"  {how.option:28} {_typed(value):8} {how.keys:4} {how.help}")
    tell()
    tell("Parameters that are active")
    for name, count in facts["parameters"].items():
        tell(f"  {name:28} {count:,}")


def _apart(settings: dict[str, Any], live: frozenset[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The settings that are live and those that are not; a table goes into both parts where it has some of both."""
    parts: tuple[dict[str, Any], dict[str, Any]] = {}, {}
    for name, value in settings.items():
        if isinstance(value, dict) and name not in live:
            for key, each in value.items():
                parts[f"{name}.{key}" not in live].setdefault(name, {})[key] = each
        else:
            parts[name not in live][name] = value
    return parts


def _typed(value: Any) -> str:
    """A value as `--set` takes it, and a table as its keys and values."""
    if isinstance(value, dict):
        return ", ".join(f"{key} = {_typed(each)}" for key, each in value.items()) or "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_typed, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value) or '""'
