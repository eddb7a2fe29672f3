"""Line: how many bytes go to the terminal, whose line may be slow, and what is sent before it is given back."""

from collections.abc import Callable

from textual.driver import Driver


def watched(driver: type[Driver], count: Callable[[int], None], last: Callable[[], str]) -> type[Driver]:
    """A driver that tells how many bytes it writes, and writes what `last` returns before it leaves the screen."""

    class Watched(driver):  # type: ignore[misc, valid-type]
        def write(self, data: str) -> None:
            count(len(data) if data.isascii() else len(data.encode()))
            super().write(data)

        def stop_application_mode(self) -> None:
            super().write(last())
            super().stop_application_mode()

    return Watched
