"""How long a server asks to be left alone (RFC 9110 section 10.2.3)."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime

LONGEST_ASKED = 7 * 86_400.0


def seconds_asked(value: str) -> float | None:
    """Return the seconds that the value of a `Retry-After` header asks for, at most a week; None when it says none."""
    if value.isdecimal():
        return min(float(value), LONGEST_ASKED)
    try:
        asked = parsedate_to_datetime(value).timestamp() - time.time()
    except (ValueError, OverflowError):
        return None
    return max(0.0, min(asked, LONGEST_ASKED))
