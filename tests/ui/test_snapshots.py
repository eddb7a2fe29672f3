"""What the screen looks like, in a few pictures; what each panel says, and where, is held by tests of text."""

from collections.abc import Callable

from tui_gan.ui.app import TuiGan

Compare = Callable[..., bool]


def test_overview(seen, run_of, snap_compare: Compare) -> None:
    assert snap_compare(TuiGan(run_of(seen())), terminal_size=(120, 36))


def test_ascii(seen, run_of, snap_compare: Compare) -> None:
    assert snap_compare(TuiGan(run_of(seen()), ascii_only=True), terminal_size=(80, 24))


def test_plane(other, run_of, snap_compare: Compare) -> None:
    assert snap_compare(TuiGan(run_of(other("plane"))), terminal_size=(80, 24))


def test_images(other, run_of, snap_compare: Compare) -> None:
    assert snap_compare(TuiGan(run_of(other("images"))), terminal_size=(80, 24))


def test_help(seen, run_of, snap_compare: Compare) -> None:
    assert snap_compare(TuiGan(run_of(seen())), press=["question_mark"], terminal_size=(80, 24))
