"""What the terminal's locale says of its characters."""

import os
import sys


def speaks_utf8() -> bool:
    """Whether text may leave ASCII: neither the output's encoding nor a locale that was set to C or POSIX forbids it.

    Python takes UTF-8 for granted under the C locale, so that its encoding alone does not tell.
    """
    locale = next((value for name in ("LC_ALL", "LC_CTYPE", "LANG") if (value := os.environ.get(name))), "")
    return locale not in ("C", "POSIX") and (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
