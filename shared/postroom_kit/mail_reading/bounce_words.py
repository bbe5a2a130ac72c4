"""The words of delivery reports in the languages of their writers, kept apart in bounce_words.txt."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files


@cache
def words(section: str) -> re.Pattern[str]:
    """Return the expression that matches any line of a section ("address", "passing" …), whatever the case."""
    text = files(__package__).joinpath("bounce_words.txt").read_text(encoding="utf-8")
    lines = text.partition(f"\n[{section}]\n")[2].partition("\n\n[")[0].splitlines()
    return re.compile("|".join(line for line in lines if line and not line.startswith("#")), re.IGNORECASE)
