"""The subjects of automatic replies, and what a person writes below one: a question to us, or a request.

A responder's letter asks after its reader's need ("Do you need urgent help?") and sends them elsewhere ("please call
Bo"). What it cannot be told from counts as a person's: a letter answered costs one mail, a customer dropped more.
"""

from __future__ import annotations

import re

from ..word_lists import sections, whole_words
from .absence import speaks_of_absence

_LIST = "responder_words.txt"
_WORDS = sections(__package__, _LIST)
_BEGINNING = rf"\s*\W?(?:{_WORDS['beginning']})"
_BEGINS = re.compile(_BEGINNING, re.IGNORECASE)
# "Out of Office AutoReply: Offer", "Abwesenheitsnotiz", "Absence du bureau"; not "Absence" alone, nor "Absence of …".
_TITLE = re.compile(
    r"(?!\s*\W?(?:absence|abwesenheit|afwezig(?:heid)?)\s*(?:[:：]|$))"
    rf"{_BEGINNING}\w*(?: (?:auto(?:matic)?[ -]?reply|message|notice|notification|response|du bureau|dall'ufficio))?"
    r"\W?\s*(?:[:：].*)?",
    re.IGNORECASE,
)
_CERTAIN = re.compile(rf"\s*(?:{_WORDS['certain']})\s?[:：]", re.IGNORECASE)
_ACKNOWLEDGES, _OFFER, _MYSELF = (
    re.compile(whole_words(__package__, _LIST, section), re.IGNORECASE)
    for section in ("acknowledges", "offer", "myself")
)
_REQUEST = re.compile(rf"\b(?:{_WORDS['request']})|{_WORDS['request, in signs']}", re.IGNORECASE)
_LONGEST = 4_000  # characters of a mail that are read
_SENTENCE_END = re.compile(r"(?<=[。！？؟])|(?<=[.!?])(?![\w=&/%])|\n\s*\n")


def has_responder_subject(subject: str) -> bool:
    """Tell whether a subject is the one a mail program gives to an automatic reply: its words, a colon, the old one."""
    return bool(_CERTAIN.match(subject))


def begins_as_responders(subject: str) -> bool:
    """Tell whether a subject begins as that of an automatic reply does, whatever follows: "Absence of an invoice"."""
    return bool(_BEGINS.match(subject) or _CERTAIN.match(subject))


def is_titled_as_responders(subject: str) -> bool:
    """Tell whether a subject is the title of an automatic reply, alone or before a colon."""
    return bool(_TITLE.fullmatch(subject))


def is_letter(subject: str, text: str, *, hinted: bool) -> bool:
    """Tell whether a subject and the words below it may be a responder's: they ask nothing of us.

    Where the subject only begins as one, a header must hint at it (`hinted`), and the words tell of an absence or
    acknowledge a mail.
    """
    said = text[:_LONGEST]
    of_responder = has_responder_subject(subject) or (
        hinted and begins_as_responders(subject) and (speaks_of_absence(said) or bool(_ACKNOWLEDGES.search(said)))
    )
    return of_responder and not _asks_us(said)


def _asks_us(said: str) -> bool:
    questions = [part for part in _SENTENCE_END.split(said) if part and part[-1] in "?？؟"]
    return bool(_REQUEST.search(said)) or any(
        not _OFFER.search(question) or _MYSELF.search(question) for question in questions
    )
