"""The words of delivery reports in the languages of their writers, kept apart in bounce_words.txt."""

from __future__ import annotations

import re
from functools import cache

from ..word_lists import sections


@cache
def words(section: str) -> re.Pattern[str]:
    """Return the expression that matches any line of a section ("address", "passing" …), whatever the case."""
    return re.compile(sections(__package__, "bounce_words.txt")[section], re.IGNORECASE)
