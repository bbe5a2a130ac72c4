"""What a reply says beside its answer: who left, who is meant, who asks what; each with the words that say so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ..anger import angry
from ..mail_reading.absence import SENTENCE_END
from ..word_lists import word_list
from .dates import dates_named
from .folded import Folded, expression, fold
from .people import LIST, people_named

Kind = Literal[
    "left_company",
    "wrong_person",
    "referral",
    "parental_leave",
    "anger",
    "legal_threat",
    "asks_if_bot",
    "asks_source",
    "asks_data",
    "asks_erasure",
    "asks_later",
]
_LATER = dt.timedelta(days=10)  # who names a nearer day speaks of a meeting
PARENTAL_LEAVE = dt.timedelta(days=90)
"""How long nothing is sent to somebody on parental leave who names no day."""
_SECTIONS: dict[Kind, str] = {
    "left_company": "left",
    "wrong_person": "wrong person",
    "parental_leave": "parental leave",
    "asks_if_bot": "asks if bot",
    "asks_source": "asks source",
    "asks_data": "asks data",
    "asks_erasure": "asks erasure",
}


@dataclass(frozen=True, slots=True)
class Signal:
    """Hold one thing that a mail says, and its words as they stand there.

    A referral has the name and the address that the sender wrote. They are never mailed unasked; `elsewhere` tells that
    the address is of another domain than the sender's. A wish to be asked later has the first day it names.
    """

    kind: Kind
    words: str
    name: str = ""
    address: str = ""
    elsewhere: bool = False
    day: dt.date | None = None


def signals(subject: str, text: str, *, sender: str = "", reference: dt.datetime | None = None) -> tuple[Signal, ...]:
    """Return what a mail says, in the order of `Kind`; `text` is what its writer wrote, `sender` their address.

    Without a sender's address every address that is named counts as one of elsewhere. Of an automatic reply the words
    count like anybody's: "X no longer works here". `reference`, the moment of the mail, is needed for a later day.
    """
    found = tuple(_found(fold(f"{text}\n\n{subject}"), subject, text, sender))
    return (*found, *asks_later(text, reference)) if reference else found


def _found(read: Folded, subject: str, text: str, sender: str) -> Iterator[Signal]:
    for kind, section in _SECTIONS.items():
        if match := expression(LIST, section).search(read.text):
            yield Signal(kind, read.verbatim(*match.span()))
    for person in people_named(text):
        if person.address.lower() != sender.lower() or not sender:
            elsewhere = bool(person.address) and not of_domain(person.address, sender)
            yield Signal("referral", person.words, person.name, person.address, elsewhere)
    if reason := angry(subject, text):
        angered = (words.search(read.text) for name, words in word_list("anger_words.txt").items() if name == reason)
        yield Signal("anger", next((read.verbatim(*match.span()) for match in angered if match), reason))
    if match := word_list("grave_words.txt")["threatens legal action"].search(read.text):
        yield Signal("legal_threat", read.verbatim(*match.span()))


def asks_later(text: str, reference: dt.datetime) -> Iterator[Signal]:
    """Yield the wish of a mail to be written to again later, with its day where one is told; one at most."""
    for sentence in SENTENCE_END.split(text):
        read = fold(sentence)
        if not (wish := expression(LIST, "asks later").search(read.text)):
            continue
        ahead = [named for named in dates_named(sentence, reference) if named.first > reference.date()]
        later = expression(LIST, "later").search(read.text) or wish
        if ahead and (ahead[0].first - reference.date() >= _LATER or expression(LIST, "again").search(read.text)):
            yield Signal("asks_later", sentence.strip(), day=ahead[0].first)
            return
        if later is not wish:
            yield Signal("asks_later", sentence.strip())
            return


def says(kind: Kind, text: str) -> bool:
    """Tell whether a text says one of the things that words alone tell."""
    return bool(expression(LIST, _SECTIONS[kind]).search(fold(text).text))


def of_domain(address: str, other: str) -> bool:
    """Tell whether two addresses are of one domain, or one's is below the other's."""
    one, two = (each.rpartition("@")[2].lower().strip(".") for each in (address, other))
    return bool(one and two) and (one == two or one.endswith(f".{two}") or two.endswith(f".{one}"))
