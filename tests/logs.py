"""The lines of a log as plain JSON, for tests that ask what a run has logged."""

import json
from pathlib import Path
from typing import Any


def log_of(path: Path) -> list[dict[str, Any]]:
    """The objects of all whole lines; a log that is not there has none."""
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    return [json.loads(line) for line in text.split("\n")[:-1]]
