"""News: what has happened between two snapshots."""

from collections import Counter
from collections.abc import Sequence

from tui_gan.contract.snapshot import Event


def fresh(before: Sequence[Event], after: Sequence[Event]) -> list[Event]:
    """The events of `after` that are not in `before`, from which old ones may have been dropped."""
    if after == before:
        return []
    known, found = Counter(before), []
    for event in after:
        if known[event]:
            known[event] -= 1
        else:
            found.append(event)
    return found
