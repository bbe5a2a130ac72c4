"""Lists of words in text files beside the code: a section for each thing to be told, an expression a line."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib.resources import files

_UNTIED = re.compile(r"\b(does|did|is|are|was|were|has|have|had|could|would|should)nt\b", re.IGNORECASE)
_UNTIED_IN_ENGLISH = re.compile(r"\b(do|wo)nt\b", re.IGNORECASE)


@cache
def sections(package: str, name: str) -> dict[str, str]:
    """Return the expression of each section of a file in a package: any of its lines."""
    found: dict[str, list[str]] = {}
    for line in files(package).joinpath(name).read_text(encoding="utf-8").splitlines():
        if section := re.fullmatch(r"\[(.+)]", line):
            found[section[1]] = lines = []
        elif line and not line.startswith("#"):
            lines.append(line)
    return {section: "|".join(lines) for section, lines in found.items()}


def whole_words(package: str, name: str, section: str) -> str:
    """Return the expression of a section's words, each whole, or of those in signs, which no spaces set apart.

    The latter are those of the section `<section>, in signs`, where there is one: Chinese, Japanese, Korean.
    """
    found = sections(package, name)
    signs = found.get(f"{section}, in signs")
    return rf"\b(?:{found[section]})\b" + (f"|{signs}" if signs else "")


@cache
def word_list(name: str) -> dict[str, re.Pattern[str]]:
    """Return the expression of each section of a file of the kit; it matches whole words of what `plain` returns."""
    return {
        section: re.compile(rf"(?<!\w)(?:{_bare(words)})(?!\w)", re.IGNORECASE)
        for section, words in sections(__package__, name).items()
    }


def plain(text: str) -> str:
    """Return a text in one line, without accents and with straight apostrophes: customers write both ways.

    "didnt" gets its apostrophe; "dont", "cant" and "wont" are words of their own elsewhere.
    """
    return tied(_bare(" ".join(text.replace("’", "'").split())))


def tied(text: str, *, is_english: bool = False) -> str:
    """Return a text with the apostrophe in denials typed without it; of `is_english` in "dont" and "wont" too."""
    text = _UNTIED.sub(r"\1n't", text)
    return _UNTIED_IN_ENGLISH.sub(r"\1n't", text) if is_english else text


def _bare(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))
