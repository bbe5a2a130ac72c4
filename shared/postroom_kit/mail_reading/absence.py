"""When the writer of an out-of-office reply is back, read from its words."""

from __future__ import annotations

import datetime as dt
import re

from ..word_lists import sections, whole_words
from .days import MONTH, days_ahead, names_date, names_weekday, with_plain_months, with_whole_spans

_LONGEST = 4_000  # characters of a reply that are read
# Characters between a telling word and its date; Japanese, Finnish and Turkish put "until" behind it.
_NEAR_BEFORE, _JUST_BEFORE, _NEAR_AFTER = 45, 25, 70
_LIST = "absence_words.txt"
_WORDS = sections(__package__, _LIST)
_BACK, _UNTIL, _TO, _IS_BACK, _OF_TRADE = (
    re.compile(whole_words(__package__, _LIST, section), re.IGNORECASE)
    for section in ("back", "until", "to", "is back", "of trade")
)
_ABSENT = re.compile(rf"\b(?:{_WORDS['absent']})|{_WORDS['absent, in signs']}", re.IGNORECASE)
_BEHIND = re.compile(_WORDS["behind its day"], re.IGNORECASE)
SENTENCE_END = re.compile(
    rf"(?<=[^\W\d][.!?])\s(?!\d)|(?<=\d\d\d\d[.!?])\s|(?<=\d[.!?])\s(?=[A-ZÀ-Þ][a-zà-þ’'])(?!(?i:{MONTH}))"
    r"|(?<=[。！？])|\n"
)


def told_last(sentence: str) -> bool | None:
    """Tell whether a day in a sentence is the last one away; None where neither an end nor a return is spoken of."""
    return False if _BACK.search(sentence) else True if _UNTIL.search(sentence) or _TO.search(sentence) else None


def speaks_of_absence(text: str) -> bool:
    """Tell whether a mail says that somebody is away, closed or on leave."""
    return bool(_ABSENT.search(text[:_LONGEST]))


def return_date(subject: str, text: str, sent: dt.datetime | None, *, away: bool = False) -> dt.date | None:
    """Return the day the writer is back, or the last day away where only that is said; None when neither is clear.

    `sent` is the time of the mail: it gives a date its year and weekdays their week. Without it there is no answer.
    `away`: the subject is a responder's, so that the words need not say for what somebody is not there.
    """
    return day_told(subject, text, sent, away=away)[0]


def day_told(subject: str, text: str, sent: dt.datetime | None, *, away: bool = False) -> tuple[dt.date | None, bool]:
    """Return what `return_date` does, and whether it is the day of the return, not the last one away."""
    if sent is None or not dt.MINYEAR < sent.year < dt.MAXYEAR:
        return None, False
    sentences = telling(subject, text)
    if not (away or any(map(tells_absence, sentences))):
        return None, False
    # Who stands in until when is said in other sentences.
    of_absence = [part for part in sentences if tells_absence(part) or _BACK.search(part)]
    today = sent.replace(tzinfo=None)
    return _last_day("\n".join(of_absence), today) or _last_day("\n".join(sentences), today) or (None, False)


def telling(subject: str, text: str) -> list[str]:
    """Return the sentences of a mail that may tell of an absence: none of trade."""
    said = "\n".join(" ".join(part.split()) for part in re.split(r"\n\s*\n", f"{text}\n\n{subject}"[:_LONGEST]))
    whole = with_whole_spans(with_plain_months(said))
    return [part for part in SENTENCE_END.split(whole) if not _OF_TRADE.search(part)]


def tells_absence(sentence: str) -> bool:
    """Tell whether a sentence says that somebody is away, or back."""
    return bool(_ABSENT.search(sentence) or _IS_BACK.search(sentence))


def _last_day(words: str, today: dt.datetime) -> tuple[dt.date, bool] | None:
    """Return the day beside the word that tells most: of a return, else of an end, else of a span."""
    for words_of, before in ((_BACK, _NEAR_BEFORE), (_UNTIL, _JUST_BEFORE), (_TO, _JUST_BEFORE)):
        for match in words_of.finditer(words):
            start = max(0, match.start() - before)
            before_it = words[start : match.start()]
            if words_of is _TO and names_weekday(before_it) and not names_date(before_it):
                continue  # "Monday to Friday" are opening hours
            near, middle = words[start : match.end() + _NEAR_AFTER], match.end() - start
            earlier = 0 if words_of is _BACK or _BEHIND.fullmatch(match.group()) else _NEAR_AFTER
            found = days_ahead(near, today)
            if found:
                day = min((abs(place - middle) + earlier * (place < middle), day) for place, day in found)[1]
                return day, words_of is _BACK
    return None
