"""What a mail's own words point to: answers in the old thread, an old mail that is shown, a signature's address."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..word_lists import sections, whole_words
from .quote_marks import RULE, divides

_FILE = "reply_words.txt"
_WORDS = sections(__package__, _FILE)
_NOT_NONE = "".join(rf"(?<!\b{word} )" for word in _WORDS["none"].split("|"))
_ANSWERS_BELOW = re.compile(
    rf"{_NOT_NONE}\b(?:{_WORDS['answer']})\w*\b.{{0,40}}\b(?:{_WORDS['below']})\b"
    rf"|\b(?:{_WORDS['mine']}) (?:{_WORDS['notes']})\w*\b.{{0,40}}\b(?:{_WORDS['below']})\b"
    rf"|\b(?:{_WORDS['below']})\b.{{0,20}}\b(?:{_WORDS['mine']}) (?:{_WORDS['answer']}|{_WORDS['notes']})"
    rf"|\b(?:{_WORDS['below']})\b.{{0,20}}\b(?:{_WORDS['answered']})\b"
    rf"|^[^\w\n]{{0,5}}(?:{_WORDS['see below']})[^\w\n]{{0,5}}$"
    rf"|{_WORDS['answers below, in signs']}",
    re.IGNORECASE | re.MULTILINE,
)
CLOSING = re.compile(rf"\W*(?:{_WORDS['closing']})(?:\s*[/|]\s*(?:{_WORDS['closing']}))*\W*", re.IGNORECASE)

_DOWN = whole_words(__package__, _FILE, "further down")
# A word has an end: of a thousand "nummer" without a space each may be that of another word.
_WHEREABOUTS = rf"(?:\b(?:{_WORDS['whereabouts']})\w{{0,30}}|{_WORDS['whereabouts, in signs']})"
_TO_WHEREABOUTS = re.compile(
    rf"(?:{_DOWN}).{{0,80}}?{_WHEREABOUTS}|{_WHEREABOUTS}.{{0,80}}?(?:{_DOWN})"
    rf"|\b(?:{_WORDS['here it is']})\b[^\d\n]{{0,30}}?{_WHEREABOUTS}[^\d\n]*$",
    re.IGNORECASE | re.MULTILINE,
)
_DOWNWARDS = re.compile(rf"(?:{_DOWN})\W*(?:$|[.,;:!)。，])", re.IGNORECASE | re.MULTILINE)
_SHOWS_MAIL = re.compile(rf"\b(?:{_WORDS['shows a mail']})[^.!?\n]{{0,40}}[.!…。]?\s*$", re.IGNORECASE)
_SHOWS_NONE = re.compile(whole_words(__package__, _FILE, "shows none"), re.IGNORECASE)
_WITHOUT_SPACES = re.compile("[\u2e80-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
_LONGEST = 20_000  # characters of own words that are searched: who writes more has said it all


def answers_below(own: Sequence[str]) -> bool:
    """Tell whether own lines say that the answers stand in the old thread."""
    return bool(_ANSWERS_BELOW.search("\n".join(own)))


def points_to_signature(own: Sequence[str], *, alone: bool) -> bool:
    """Tell whether own lines say that an address, or what else a signature holds, stands below them.

    `alone`: no old thread is there that "see below" could mean.
    """
    said = "\n".join(own)[-_LONGEST:]
    return bool(_TO_WHEREABOUTS.search(said) or (alone and _DOWNWARDS.search(said)))


def is_shown(lines: Sequence[str], number: int) -> bool:
    """Tell whether what begins on line `number` is an old mail that the line above presents.

    "Here the mail your colleague sent:" is followed by what its writer wants to be read, and goes on below it.
    """
    lines_above = [line.strip() for line in lines[max(0, number - 3) : number]]
    above = next((line for line in reversed(lines_above) if line and not RULE.fullmatch(line)), "")
    if _SHOWS_MAIL.search(above[-200:]) and not _SHOWS_NONE.search(above[-200:]):
        return True
    # One word is a field of a signature that was left empty: "Fax:".
    says = len(above.split()) > 1 or _WITHOUT_SPACES.search(above)
    return bool(says and above.endswith((":", "：")) and not divides(above) and not CLOSING.fullmatch(above[:200]))
