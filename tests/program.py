"""The real program called in this process: its exit status, stdout and stderr."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple


class Done(NamedTuple):
    status: int
    out: str
    err: str

    @property
    def result(self) -> dict[str, Any]:
        """The JSON object on the last line of stdout."""
        found: dict[str, Any] = json.loads(self.out.splitlines()[-1])
        return found

    @property
    def line(self) -> str:
        """The one line on stderr that says what is wrong."""
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        assert lines[0].startswith("tui-gan: "), self.err
        return lines[0]


Program = Callable[..., Done]
