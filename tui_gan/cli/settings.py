"""Settings of a run: the preset, under what belongs to it in this case, under a TOML file, under the command line."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tui_gan.cli.options import preset_of
from tui_gan.contract.config import Config
from tui_gan.contract.errors import UsageError, quoted
from tui_gan.contract.knobs import KNOBS, Knobs
from tui_gan.contract.outer import expanded
from tui_gan.contract.toml import read_toml, resolve
from tui_gan.contract.values import read_value
from tui_gan.presets import PRESETS


def resolved(
    preset: str, path: Path | None, pairs: Mapping[str, Any], options: Mapping[str, Any], knobs: Mapping[str, Any]
) -> tuple[Config, Knobs]:
    """Lay a file and the command line over a preset.

    Args:
        path: a TOML file of changes.
        pairs: what `of_pairs` read.
        options, knobs: values of the other options; None where one was not used.

    Raises:
        UsageError: an unknown preset or key, or a value that is not allowed.
    """
    base = preset_of(preset)
    table = read_toml(path) if path else {}
    for source, given_preset in ((str(path), table.get("preset", preset)), ("--set", pairs.get("preset", preset))):
        if given_preset != preset:
            raise UsageError(f"{source} is for the preset {quoted(given_preset)}, not {preset!r}")
    for name in KNOBS.keys() & table.keys():
        raise UsageError(f"{path}: {name!r} is a knob, which may change while a run trains; write it below [knobs]")
    if path and isinstance(table.get("data"), str) and table["data"]:
        # A path in a file is meant from where the file lies.
        table = {**table, "data": str(path.parent / expanded(table["data"]))}
    given = {name: value for name, value in options.items() if value is not None}

    def laid(*below: Mapping[str, Any]) -> tuple[Config, Knobs]:
        config, live = resolve(base.config, base.knobs, *below, table, source=str(path) if path else "preset")
        config, live = resolve(config, live, pairs, source="--set")
        return resolve(config, live, {**given, "knobs": knobs}, source="command line")

    config, live = laid()
    below = [base.with_data] if config.data else []
    below += [base.with_minibatch] if live.minibatch_discrimination else []
    # A pace that the user sets himself is kept.
    below += [{"pace_until": 0}] if live.pace != base.knobs.pace else []
    return laid(*below) if below else (config, live)


def laid_over(config: Config, knobs: Knobs, pairs: Sequence[str]) -> tuple[Config, Knobs]:
    """Lay `KEY=VALUE` pairs over the settings of a run, for a new one, which begins at the pace of its preset again.

    Raises:
        UsageError: a key that is not known, or a value that is not allowed.
    """
    table = of_pairs(pairs)
    if table.get("preset", config.preset) != config.preset:
        raise UsageError(f"--set is for the preset {quoted(table['preset'])}, not {config.preset!r}")
    if config.pace_until and config.preset in PRESETS:
        knobs = dataclasses.replace(knobs, pace=PRESETS[config.preset].knobs.pace)
    new_config, live = resolve(config, knobs, table, source="--set")
    return (new_config, live) if live.pace == knobs.pace else resolve(config, knobs, {"pace_until": 0}, table, source="--set")


def of_pairs(pairs: Sequence[str]) -> dict[str, Any]:
    """Read `KEY=VALUE` as TOML does: keys with dots, numbers, true and false, lists; a text needs no quotes, in a list neither.

    A home in the path of `data` is replaced by its directory.

    Raises:
        UsageError: one has no key or no equals sign, or a key has both a value and keys of its own.
    """
    table: dict[str, Any] = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        names = [name.strip().replace("-", "_") for name in key.split(".")]
        if not equals or not all(names):
            raise UsageError(f"--set takes KEY=VALUE, such as --set objective=hinge or --set regularizers.r1=10, not {quoted(pair)}")
        names = ["knobs", *names] if names[0] in KNOBS else names
        place = table
        for name in names[:-1]:
            place = place.setdefault(name, {})
            if not isinstance(place, dict):
                raise _both(name)
        if isinstance(place.get(names[-1]), dict):
            raise _both(names[-1])
        place[names[-1]] = read_value(text.strip())
    if isinstance(data := table.get("data"), str) and data:
        table["data"] = str(expanded(data))
    return table


def _both(name: str) -> UsageError:
    return UsageError(f"--set gives {quoted(name)} both a value and keys of its own; leave one of them out")
