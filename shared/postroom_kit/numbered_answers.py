"""What a person answers to a mail that numbers several things: a line for each, `2 approve`.

A line is read as a whole answer is (`approval_answers`), and so approves only where all behind its number is one of the
closed list. A line without a number may be the condition of any of the others: beside greeting, thanks and name, it
makes the whole answer unclear.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from .approval_answers import Given, courtesy_line, folded, is_their_own, read_answer, without_name
from .mail_reading import shown_words
from .word_lists import sections

MOST_LINES = 100
_SPACE = " \t\u00a0"  # what else Python strips may not show, and means more
_NUMBERED = re.compile(r"[ \t]*#?([0-9]{1,3})(?:[ \t]*[.:)][ \t]*|[ \t]+(?:[-–—][ \t]+)?)(?=\S)")
# Of a list that begins elsewhere, programs write the numbers anew: they would name other things.
_NUMBERED_BY_PROGRAM = re.compile(r"<ol\b[^>]*\bstart\s*=\s*[\"']?+(?!0*1\b)|<li\b[^>]*\bvalue\s*=", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """What was wished of the thing of a `number`; `words` is what stands behind it."""

    number: int
    words: str
    given: Given


def read_numbered(
    text: str, *, subject: str = "", writer: str = "", html: str = "", now: datetime, zone: str
) -> list[Line]:
    """Read the new words of a mail, a line for each number, in their order; empty where no line of it may be followed.

    The wish of a line that cannot be read for sure is `other`, as is each of several for one number. An `edit` needs
    lines of its own, and is none here. The arguments are those of `read_answer`.
    """
    if _NUMBERED_BY_PROGRAM.search(html):
        return []
    lines = _lines(text, subject, writer, now, zone)
    shown = _lines(shown_words(html), subject, writer, now, zone) if html.strip() else lines
    alike = [(line.number, line.given.wish, line.given.until) for line in lines]
    return lines if alike == [(line.number, line.given.wish, line.given.until) for line in shown] else []


def _lines(text: str, subject: str, writer: str, now: datetime, zone: str) -> list[Line]:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not is_their_own(text, subject):
        return []
    written = [line for line in without_name(text, writer).split("\n") if line.strip(_SPACE)]
    found: list[tuple[int, str]] = []
    for line in written[: MOST_LINES + 1]:
        if match := _NUMBERED.match(line):
            found.append((int(match[1]), line[match.end() :].strip(_SPACE)))
        elif (said := folded(line)) is None or not courtesy_line().fullmatch(said):
            return []
    times = Counter(number for number, _ in found)
    if len(written) > MOST_LINES:
        return []
    return [
        Line(number, words, _given(words, writer, now, zone) if times[number] == 1 else Given("other"))
        for number, words in found
    ]


def _given(words: str, writer: str, now: datetime, zone: str) -> Given:
    said = folded(words)
    if said is not None and _again().fullmatch(said):
        return Given("retry")
    return read_answer(words, writer=writer, now=now, zone=zone)


@cache
def _again() -> re.Pattern[str]:
    words = sections(__package__, "approval_words.txt")
    return re.compile(rf"(?:(?:{words['courtesy']}) )?(?:{words['retry']})(?: (?:{words['courtesy']}))?")
