"""Which locales have UTF-8, as their names say it and as a fresh Python makes of them."""

import subprocess
import sys

import pytest

from tui_gan.cli.locale import says_utf8

ASK = "from tui_gan.cli.locale import speaks_utf8; print(speaks_utf8())"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, False),
        ({"LANG": "C"}, False),
        ({"LANG": "POSIX"}, False),
        ({"LANG": ""}, False),
        ({"LANG": "C.UTF-8"}, True),
        ({"LANG": "C.utf8"}, True),
        ({"LANG": "en_GB.UTF-8"}, True),
        ({"LANG": "de_DE.ISO-8859-1"}, False),
        ({"LANG": "de_DE.ISO-8859-15@euro"}, False),
        ({"LANG": "ca_ES.UTF-8@valencia"}, True),
        ({"LC_CTYPE": "UTF-8"}, True),
        # The first that is set and not empty is in force.
        ({"LC_ALL": "C", "LC_CTYPE": "C.UTF-8", "LANG": "C.UTF-8"}, False),
        ({"LC_CTYPE": "POSIX", "LANG": "C.UTF-8"}, False),
        ({"LC_ALL": "", "LC_CTYPE": "", "LANG": "C.UTF-8"}, True),
        ({"LC_ALL": "C.UTF-8", "LANG": "C"}, True),
        ({"LC_CTYPE": "C.UTF-8", "LANG": "C"}, True),
    ],
    ids=str,
)
def test_a_locale_says_it(environment: dict[str, str], expected: bool) -> None:
    assert says_utf8(environment) is expected


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, False),
        ({"LANG": "C"}, False),
        pytest.param({"LC_ALL": "POSIX"}, False, marks=pytest.mark.slow),
        ({"LANG": "C", "PYTHONUTF8": "1"}, False),
        pytest.param({"LANG": "C.UTF-8"}, True, marks=pytest.mark.slow),
        ({"LC_CTYPE": "C.UTF-8", "LANG": "C"}, True),
        ({"LANG": "C.UTF-8", "PYTHONIOENCODING": "latin-1"}, False),
    ],
    ids=str,
)
def test_a_program_sees_what_was_set_and_not_what_python_made_of_it(environment: dict[str, str], expected: bool) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASK], env={"PYTHONPATH": ":".join(sys.path), **environment}, capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == (f"{expected}\n", "")
