"""What a reply about a debt names, by its words: references of a payment, a plan on offer, the day of a promise."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from ..replies.dates import dates_named
from .told import GRAVITY, PAUSES, Flag

LONGEST_PROMISE = 30
"""Days ahead that a promise may lie; a later one is for people."""
_REFERENCE = re.compile(
    r"(?<![\w$€£¥.,-])(?=[A-Z0-9-]*\d)[A-Z0-9][A-Z0-9-]{3,}(?![\w-]|[.,]\d)"
    r"(?! ?(?:dollars|bucks|usd|eur|euros?|pounds)\b)",
    re.IGNORECASE,
)
_YEAR_OR_DAY = re.compile(r"(?:19|20)\d\d(?:-\d\d?){0,2}|\d{1,2}(?:st|nd|rd|th|am|pm)", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w.,$€£¥-])#?(\d+)(?![\w%€]|[.,]\d)")
_LONGEST_CHOICE = 12
"""Words: who picks a plan says no more than that."""
_NO_CHOICE = re.compile(
    r"\?|\b(?:not?|nor|none|never|neither|except|or|but|if|instead|unless|\w+n['’]t|cannot|only|need|times|half"
    r"|days?|weeks?|months?|years?|payments?|parts?|instal+ments?|off|too|paid|already)\b",
    re.IGNORECASE,
)
"""It asks, refuses, or counts something else than plans."""
_TALKS = re.compile(
    r"\b(?:call(?:ing)?|ring|phone|speak|talk|discuss|write(?: back)?|e-?mail|text|get back|be in touch|let you know"
    r"|look (?:at|into)|check (?:with|my|it|this)|think (?:about|it))\b",
    re.IGNORECASE,
)
_PAYS = re.compile(
    r"\b(?:pay\w*|paid|send|sent|transfer\w*|wire|settle\w*|sort\w*|clear\w*|deposit|money|amount|balance|funds?|card"
    r"|cash|che(?:ck|que) (?:in|out|by|for|will|on)|mail(?:ing)? (?:it|the|a)|take care|done|full|rest)\b|[$€£]",
    re.IGNORECASE,
)
"""Who only says that they will call promises no money."""


def references(text: str, own: str = "") -> list[str]:
    """Return what may be references of a payment: words with a digit; no years, no days, and not `own`."""
    found = _REFERENCE.findall(text)
    return [each for each in found if each.casefold() != own.casefold() and not _YEAR_OR_DAY.fullmatch(each)]


def chosen(text: str) -> int | None:
    """Return the number of the plan that a short reply chooses; None where it asks, refuses, or names no single one."""
    numbers = set(map(int, _NUMBER.findall(text)))
    short = len(text.split()) <= _LONGEST_CHOICE and not _NO_CHOICE.search(text)
    return numbers.pop() if short and len(numbers) == 1 and not re.search(r"[$€£¥]|\d[.,]\d", text) else None


def promised_day(text: str, now: datetime) -> date | None:
    """Return the day by which a reply promises to pay; None where it names none that is sure, near and still to come.

    `now` is in the zone of its writer. Of several days the last named counts.
    """
    if _TALKS.search(text) and not _PAYS.search(text):
        return None
    named = [each for each in dates_named(text, now) if each.sure]
    day = named[-1].last if named else None
    return day if day and now.date() <= day <= now.date() + timedelta(days=LONGEST_PROMISE) else None


def gravest(flags: Iterable[Flag], read: str, *, sure: bool) -> str | None:
    """Return the gravest of what the words tell and what was read of them, None where neither is a flag.

    What was read with doubt counts where it stops us, and not where we would answer it.
    """
    kinds = [*(flag.kind for flag in flags), *([read] if sure or read not in PAUSES else [])]
    return min((kind for kind in kinds if kind in GRAVITY), key=GRAVITY.index, default=None)


def quoted(flags: Iterable[Flag]) -> str:
    """Return flags with the words that show them, for people."""
    return "; ".join(f"{flag.kind}: “{flag.quote}”" for flag in flags)
