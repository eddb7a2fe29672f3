"""News: what has happened between two snapshots, and what can be done about it."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from tui_gan.contract.snapshot import Event


def fresh(before: Sequence[Event], after: Sequence[Event]) -> list[Event]:
    """The events of `after` that are not in `before`, from which old ones may have been dropped."""
    if after == before:
        return []
    known, new = Counter(before), []
    for event in after:
        if known[event]:
            known[event] -= 1
        else:
            new.append(event)
    return new


def advised(advice: str, names: Mapping[str, str]) -> str:
    """Advice in which {name} stands for what does an action: a key on the screen, a word where words are typed."""
    return re.sub(r"\{(\w+)\}", lambda match: names.get(match[1], match[0]), advice)
