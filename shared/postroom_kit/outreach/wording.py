"""What words a mail has, told by the lists in `words.txt`."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Annotated

from pydantic import AfterValidator

from ..word_lists import plain, sections, whole_words

_LOOKALIKE = str.maketrans(
    {"\u200b": None, "\u200c": None, "\u200d": None, "\u2060": None, "\ufeff": None, "\u00ad": None}
)


def _known(section: str) -> str:
    if section not in sections(__package__, "words.txt"):
        raise ValueError("words.txt has no such section")
    return section


def _compiles(expression: str) -> str:
    try:
        re.compile(expression)
    except re.error as error:
        raise ValueError(f"no regular expression: {error}") from error
    return expression


Section = Annotated[str, AfterValidator(_known)]
Expression = Annotated[str, AfterValidator(_compiles)]


def said(section: str, text: str) -> str:
    """Return the first expression of a section in a text, as it is written there without its accents; "" if none."""
    found = _expression(section).search(plain(unicodedata.normalize("NFKC", text).translate(_LOOKALIKE)))
    return found[0] if found else ""


def without(section: str, text: str) -> str:
    """Return a text without the expressions of a section."""
    return _expression(section).sub(" ", plain(text))


@cache
def _expression(section: str) -> re.Pattern[str]:
    written = whole_words(__package__, "words.txt", section)
    bare = "".join(letter for letter in unicodedata.normalize("NFD", written) if not unicodedata.combining(letter))
    return re.compile(bare, re.IGNORECASE)
