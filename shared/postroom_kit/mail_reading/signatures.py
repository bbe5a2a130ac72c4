"""Where a person's own text ends: signatures below "--", and what a phone or a list adds."""

from __future__ import annotations

import re

from ..word_lists import sections, whole_words
from .quote_marks import FENCE, SIGNATURE, is_introduced

_FILE = "reply_words.txt"
_WORDS = sections(__package__, _FILE)
_OF_PROGRAMS = sections(__package__, "quote_words.txt")
_NO_SIGNATURE = re.compile(r"[?？]\s*$|^\s*p\.?\s?s\b\.?\s?[:.,–-]?\s*\S", re.IGNORECASE)
# What a person says below a line of dashes: four words that end as a sentence or begin as one. Japanese and Chinese
# have no spaces; their sentences end in a full stop or a verb.
_PROSE = re.compile(
    rf"(?=(?:\s*\S+){{4}})(?:.*[.!]\s*$|\s*(?:{_WORDS['beginning of a sentence']})\b"
    rf"|.*\b(?:{_WORDS['end of a sentence']})\W*$)"
    rf"|.*[。！]\s*$|.*(?:{_WORDS['end of a sentence, in signs']})\s*$"
    rf"|\s*(?:{_WORDS['beginning of a sentence, in signs']}).{{3}}",
    re.IGNORECASE,
)
_DISCLAIMER = re.compile(_WORDS["small print"], re.IGNORECASE)
# "Cancel both", "Rechnung 47": what a customer writes below dashes, in no sentence.
# A line of a number with letters before it, "WF-20418", names an order; a signature's postcode has its city beside it.
_ABOUT_AN_ORDER = re.compile(
    rf"{whole_words(__package__, _FILE, 'about an order')}|^\s*[^\W\d_]{{2,5}}[-/]?\d{{4,}}\s*$", re.IGNORECASE
)
# "Order: 47", "2. Press B"; a signature begins with a name, or with how to reach its owner.
_NO_NAME = re.compile(
    rf"\s*(?!(?:{_WORDS['contact field']})\b)[^\W\d_][\w ]{{1,20}}[:：](?:\s|$)|\s*\d+[.)]\s|.*[:：]\s*$", re.IGNORECASE
)
GREETING = re.compile(rf"\s*(?:{_WORDS['greeting']})(?:,? [^\W\d_][\w.'’-]*){{0,4}}\s*[,!:.;]*\s*", re.IGNORECASE)
_WRAPPED = 55  # characters of a line that may go on in the next
LONGEST_SIGNATURE = 12  # lines after "--": more than that is a letter, not a signature
_LIST_RULE = re.compile(r"_{20,}\s*")
_LIST_NAME = re.compile(_OF_PROGRAMS["list"], re.IGNORECASE)
_LONGEST_FOOTER = 1_000  # characters, with the link that tracks who follows it
# "[Proton Mail](https://…)", "Superhuman ( https://… )"
_LINK = re.compile(r"\[?([^\[\]()<>]{1,60}?)\]?\s?\(\s?https?://[^()\s]{1,300}\s?\)")

# "Please excuse my brevity", behind the name of the device; any other sentence there is the sender's own.
_EXCUSE = re.compile(
    rf"[.,;]\s?(?:(?:please|pls|kindly|bitte)\s)?(?:{_OF_PROGRAMS['excuse']}).{{0,40}}(?:{_OF_PROGRAMS['shortcoming']}).{{0,30}}$",
    re.IGNORECASE,
)
_NEXT_SENTENCE = re.compile(r"[.!?。]\s+\S|(?:\S+\s+){5,}\S*[!?]$|,\s+(?!the best)(?:\S+\s+){3,}\S")
_FOOTER = re.compile(rf"\s*[*_(\[]{{0,2}}(?:{_OF_PROGRAMS['footer']})[*_)\]]{{0,2}}\s*", re.IGNORECASE)
_DEVICE = re.compile(_OF_PROGRAMS["device"], re.IGNORECASE)
_TOLD = re.compile(whole_words(__package__, "quote_words.txt", "told by a person"), re.IGNORECASE)


def before_signature(lines: list[str], text_above: bool) -> list[str]:
    """Return own lines up to a signature below "--", without the lines that phones add; `text_above` says more is."""
    fenced = False
    remaining = sum(bool(line.strip()) for line in lines)
    last_words = max((number for number in range(len(lines)) if no_signature(lines, number)), default=-1)
    for number, line in enumerate(lines):
        remaining -= bool(line.strip())
        fenced ^= bool(FENCE.match(line))
        # A signature asks nothing, adds nothing, and is short.
        signs = _begins_signature(lines, number) or is_list_footer(lines, number)
        ends = signs and remaining <= LONGEST_SIGNATURE and last_words < number
        if ends and text_above and not fenced:
            lines = lines[:number]
            break
        # Whom a mail greets above a line, it writes to below.
        text_above = text_above or bool(line.strip() and not GREETING.fullmatch(line[:200]))
    return [line for line in lines if not is_footer(line)]


def no_signature(lines: list[str], number: int) -> bool:
    """Tell whether a line asks, adds or says something, as no signature does; a company's small print may."""
    line = lines[number]
    if _NO_SIGNATURE.search(line):
        return True
    above = lines[number - 1] if number and len(lines[number - 1]) >= _WRAPPED else ""
    says = _PROSE.match(f"{above} {line}"[-1_000:]) or _ABOUT_AN_ORDER.search(line[:1_000])
    if not line.strip() or is_footer(line) or not says:
        return False
    start, end = number, number + 1
    first, last = max(0, number - LONGEST_SIGNATURE), min(len(lines), number + LONGEST_SIGNATURE)
    while start > first and lines[start - 1].strip() and not SIGNATURE.fullmatch(lines[start - 1]):
        start -= 1
    while end < last and lines[end].strip():
        end += 1
    return not _DISCLAIMER.search("\n".join(lines[start:end]))


def _begins_signature(lines: list[str], number: int) -> bool:
    """Tell whether a line of dashes stands above a signature, and does not set apart what a person goes on with."""
    line = lines[number]
    if not SIGNATURE.fullmatch(line) or is_introduced(lines, number):
        return False
    below = [following for following in lines[number + 1 : number + 2 * LONGEST_SIGNATURE] if following.strip()]
    # Programs put "-- " (RFC 3676 section 4.3); of several rules that a person types, the last may be one's.
    rules = not line.startswith("-- ") and any(SIGNATURE.fullmatch(following) for following in below)
    named = not below or not _NO_NAME.match(below[0][:200]) or _DISCLAIMER.search("\n".join(below))
    return bool(named and not rules)


def is_list_footer(lines: list[str], number: int) -> bool:
    """Tell whether the few lines from `number` on are what list software puts below each mail: rule, name, link."""
    if not _LIST_RULE.fullmatch(lines[number]):
        return False
    below = [line for line in lines[number + 1 : number + 10] if line.strip()]
    return 2 <= len(below) <= 5 and bool(_LIST_NAME.search(below[0])) and "/" in below[-1]


def is_footer(line: str) -> bool:
    """Tell whether a line is what a phone or a mail program adds ("Sent from my iPhone")."""
    if len(line) > _LONGEST_FOOTER:
        return False
    shown = _EXCUSE.sub("", _LINK.sub(r"\1", line).rstrip())
    if not _FOOTER.fullmatch(shown) or _NEXT_SENTENCE.search(shown) or _TOLD.search(shown):
        return False
    behind = shown.rpartition(", ")[2]  # all of it where there is no comma
    return bool(_DEVICE.search(behind if " " in behind else shown))
