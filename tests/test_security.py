"""What SECURITY.md promises in numbers is what the program holds to."""

from pathlib import Path

import pytest
from PIL import Image

from tests import fuzz
from tui_gan.wire import framing, messages, place, server

TEXT = " ".join(Path(__file__).parent.parent.joinpath("SECURITY.md").read_text(encoding="utf-8").split())
MIB, GIB = 2**20, 2**30


@pytest.mark.parametrize(
    "said",
    [
        f"mode {place.ONLY_MINE:04o}",
        f"says hello within {server.HELLO_WITHIN:g} seconds",
        f"a name of 1 to {messages.LONGEST_NAME} printable characters",
        f"There are at most {server.MOST_VISITORS} visitors",
        f"at most {framing.FROM_VISITOR // MIB} MiB from a visitor and {framing.FROM_RUN // MIB} MiB from a run",
        f"at most {framing.GROWTH} bytes of memory for each of its bytes",
        f"at most {server.MOST_ASKED} messages, and about {framing.FROM_VISITOR // MIB} MiB of them",
        f"given {fuzz.MANY:,} damaged files by `make fuzz`, and may take {fuzz.SECONDS:g} seconds and {fuzz.MEMORY // GIB} GiB for each",
        f"at most {Image.MAX_IMAGE_PIXELS:,} pixels",
    ],
)
def test_a_number_that_is_promised_is_that_of_the_program(said: str) -> None:
    assert said in TEXT
