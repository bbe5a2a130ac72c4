"""The day by which a mail promises to pay, and the times it offers to meet at."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import pairwise
from zoneinfo import ZoneInfo

from ..knowledge.sentences import sentences
from ..mail_reading.absence import SENTENCE_END
from .dates import Named, dates_named
from .folded import expression, fold

_LIST = "day_words.txt"
_NEAR = 60  # characters before a day
_VAGUE = {"year", "decade", "quarter", "season"}
"""Nobody who names one of these has promised a day."""


def promised_day(text: str, reference: dt.datetime) -> dt.date | None:
    """Return the last day by which a mail promises a payment, or None where none is clear.

    `reference` is the moment the mail was written. A question, a condition, a denial, a payment told as made, a day
    that may be read in two ways, days of several payments and a day that is past are no promise: a person reads them.
    """
    found: set[dt.date] = set()
    for sentence in sentences(text):
        read = fold(sentence).text
        if not expression(_LIST, "pays").search(read):
            continue
        named = [each for each in dates_named(sentence, reference) if not _of_a_bill(sentence, each)]
        ends = [each for each in named if each.unit not in _VAGUE]
        if not ends:
            continue
        unclear = sentence.rstrip().endswith(("?", "？")) or _is_denied(sentence, ends, reference.date())
        unclear = unclear or any(_beside("not by", sentence[: each.start]) for each in named)
        named = ends
        latest = expression(_LIST, "at the latest").search(read)
        if unclear or not all(each.sure or each.moment for each in named) or (len(named) > 1 and not latest):
            return None
        if not expression(_LIST, "will").search(read):
            continue
        found.add(max(each.last for each in named))
    days = {day for day in found if day >= reference.date()}
    return days.pop() if len(days) == 1 == len(found) else None


def _beside(section: str, before: str) -> bool:
    """Tell whether words end with one of a section."""
    read = fold(before[-_NEAR:]).text.rstrip().removesuffix(" the").rstrip()
    return any(match.end() == len(read) for match in expression(_LIST, section).finditer(read))


def _of_a_bill(sentence: str, named: Named) -> bool:
    """Tell whether a day is the bill's own: "your invoice of 1 October", "the October rent"."""
    behind = expression(_LIST, "bill behind").match(fold(sentence[named.end : named.end + _NEAR]).text.lstrip())
    return bool(behind) or _beside("bill of", sentence[: named.start])


def _is_denied(sentence: str, named: list[Named], today: dt.date) -> bool:
    """Tell whether words beside the days ahead make a promise none; "first" and "half" may tell a day."""
    words = list(sentence)
    for each in named:
        if each.last >= today:
            words[each.start : each.end] = " " * (each.end - each.start)
    return bool(expression(_LIST, "no promise").search(fold("".join(words)).text))


def offered_times(text: str, reference: dt.datetime, zone: str) -> list[Named]:
    """Return the days and times that a mail offers to meet at, in order, told by the clocks of `zone` (IANA name).

    `reference` is aware. A `moment` is there where a time of day is told; it is not `sure` where its half is not.
    Days that are past, and those of sentences that say when somebody can not, are left out.
    """
    here = reference.astimezone(ZoneInfo(zone))
    offered: list[Named] = []
    for part, start in _parts(text):
        if expression(_LIST, "can not").search(fold(part).text):
            continue
        for named in dates_named(part, here):
            if named.last >= here.date() and named.unit != "year" and (not named.moment or named.moment > here):
                offered.append(replace(named, start=named.start + start, end=named.end + start))
    return offered


def _parts(text: str) -> list[tuple[str, int]]:
    """Cut a text at its sentences, and where it turns to what one can not; return where each part begins."""
    ends = [match.end() for match in SENTENCE_END.finditer(text)]
    read = fold(text)
    turns = [read.places[match.start()] for match in expression(_LIST, "turns").finditer(read.text)]
    cuts = sorted({0, *ends, *turns, len(text)})
    return [(text[start:end], start) for start, end in pairwise(cuts)]
