"""The wire between a run and its visitors: messages, their bytes, and where a run is met. Never pickle, torch or textual."""

from tui_gan.contract.errors import TuiGanError


class WireError(TuiGanError):
    """The other side says what it should not; the visit ends."""


class AbsentError(WireError):
    """Nobody is there to be visited."""
