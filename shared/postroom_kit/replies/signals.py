"""What a reply says beside its answer: who left, who is meant, who asks what; each with the words that say so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ..anger import angry
from ..word_lists import word_list
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
]
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
    the address is of another domain than the sender's.
    """

    kind: Kind
    words: str
    name: str = ""
    address: str = ""
    elsewhere: bool = False


def signals(subject: str, text: str, *, sender: str = "") -> tuple[Signal, ...]:
    """Return what a mail says, in the order of `Kind`; `text` is what its writer wrote, `sender` their address.

    Without a sender's address every address that is named counts as one of elsewhere. Of an automatic reply the words
    count like anybody's: "X no longer works here".
    """
    return tuple(_found(fold(f"{text}\n\n{subject}"), subject, text, sender))


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


def says(kind: Kind, text: str) -> bool:
    """Tell whether a text says one of the things that words alone tell."""
    return bool(expression(LIST, _SECTIONS[kind]).search(fold(text).text))


def of_domain(address: str, other: str) -> bool:
    """Tell whether two addresses are of one domain, or one's is below the other's."""
    one, two = (each.rpartition("@")[2].lower().strip(".") for each in (address, other))
    return bool(one and two) and (one == two or one.endswith(f".{two}") or two.endswith(f".{one}"))
