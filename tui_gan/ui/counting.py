"""Counting: how many bytes go to the terminal, whose line may be slow."""

from collections.abc import Callable

from textual.driver import Driver


def counting(driver: type[Driver], count: Callable[[int], None]) -> type[Driver]:
    """A driver that tells how many bytes it writes."""

    class Counting(driver):  # type: ignore[misc, valid-type]
        def write(self, data: str) -> None:
            count(len(data) if data.isascii() else len(data.encode()))
            super().write(data)

    return Counting
