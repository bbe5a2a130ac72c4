"""What an automatic reply says of its writer's absence: back when, gone for good, whom to ask instead."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ..mail_reading.absence import day_told, telling, tells_absence, told_last
from ..mail_reading.languages import language
from ..mail_reading.responders import has_responder_subject, is_titled_as_responders
from .dates import Named, dates_named
from .folded import fold
from .other_counts import as_long
from .people import Person, people_named
from .signals import PARENTAL_LEAVE, says

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Absence:
    """Hold what a mail tells of its writer's absence; None and False where it does not say so.

    `back` is the day they are there again, `until` the last one away, where only that is told. `contact` is who is
    named in their place, as it is written: for people to read, never to be mailed. `left`: they will not be back.
    """

    back: dt.date | None
    until: dt.date | None
    contact: Person | None
    left: bool
    parental: bool

    def returns(self, sent: dt.date) -> dt.date | None:
        """Return the first day they may be there again: as told, or 90 days on in a parental leave; else None."""
        if self.left:
            return None
        told = self.back or (self.until + _DAY if self.until else None)
        return told or (sent + PARENTAL_LEAVE if self.parental else None)


def absence_of(subject: str, text: str, sent: dt.datetime) -> Absence:
    """Return what a mail says of its writer's absence; `sent` gives its days their year and its weekdays their week."""
    away = has_responder_subject(subject) or is_titled_as_responders(subject)
    day, is_return = day_told(subject, text, sent, away=away)
    if day is None:
        day, is_return = _told_in_other_words(subject, text, sent, away=away)
    elif language(text) == "en":
        day, is_return = _told_alone(subject, text, sent) or (day, is_return)
    people = people_named(text)
    both = f"{text}\n\n{subject}"
    left = says("left_company", both)
    day = None if left else day
    return Absence(
        back=day if is_return else None,
        until=None if is_return else day,
        contact=next((person for person in people if person.address), people[0] if people else None),
        left=left,
        parental=says("parental_leave", both),
    )


def _told_alone(subject: str, text: str, sent: dt.datetime) -> tuple[dt.date, bool] | None:
    """Return the one day ahead beside an end or a return: "back the Monday after next", "until the 5th"."""
    told = [
        (named, last)
        for sentence in telling(subject, text)
        for named in dates_named(sentence, sent)
        if named.last >= sent.date() and (last := told_last(sentence)) is not None
    ]
    if len(told) != 1:
        return None
    named, last = told[0]
    if not _of_days(named) or (not named.sure and "/" in named.text):
        return None
    return (named.last if last else named.first), not last


def _told_in_other_words(subject: str, text: str, sent: dt.datetime, *, away: bool) -> tuple[dt.date | None, bool]:
    """Return the day of what `day_told` does not read: "back in two weeks", "away until the end of the month"."""
    sentences = telling(subject, text)
    if not (away or any(map(tells_absence, sentences))):
        return None, False
    for sentence in sentences:
        last = told_last(sentence)
        ahead = [named for named in dates_named(sentence, sent) if named.last >= sent.date() and _of_days(named)]
        if ahead and last is not None:
            return (ahead[-1].last if last else ahead[0].first), not last
        # A span of days beside no such word: "on leave 3 to 7 May".
        weeks = {"week", "weekend"} if tells_absence(sentence) else set()
        spans = [named for named in ahead if named.unit in {"span", *weeks}]
        if spans and (tells_absence(sentence) or away):
            return spans[0].last, False
        if tells_absence(sentence) and (lasts := list(as_long(fold(sentence), sent.date()))):
            return lasts[0], False
    return None, False


def _of_days(named: Named) -> bool:
    return named.unit not in {"year", "decade", "minute", "season"}
