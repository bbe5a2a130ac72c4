"""The subjects of automatic replies, acknowledgements by their words, and what a person writes: a question, a request.

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
_NAMED = (
    rf"{_BEGINNING}\w*"
    r"(?: (?:auto(?:matic)?[ -]?reply|message|notice|notification|response|du bureau|dall'ufficio))?\W?\s*"
)
# "Out of Office AutoReply: Offer", "Abwesenheitsnotiz", "Absence du bureau"; not "Absence" alone, nor "Absence of …".
_TITLE = re.compile(
    rf"(?!\s*\W?(?:absence|abwesen(?:heit|d)|afwezig(?:heid)?)\s*(?:[:：]|$)){_NAMED}(?:[:：].*)?", re.IGNORECASE
)
_CERTAIN = re.compile(rf"\s*(?:{_WORDS['certain']})\s?[:：]", re.IGNORECASE)
# The title its owner gave it, and behind that the subject it answers: "Out of office Re: Offer" (Gmail, Zimbra).
_BEFORE_ANSWERED = re.compile(
    rf"(?!\s*\W?(?:absence|abwesenheit|afwezigheid)\W*(?:re|aw|antw)\b){_NAMED}(?:re|aw|antw|sv|vs|odp|rif|res)\s?[:：]",
    re.IGNORECASE,
)
_ACKNOWLEDGES, _OFFER, _MYSELF = (
    re.compile(whole_words(__package__, _LIST, section), re.IGNORECASE)
    for section in ("acknowledges", "offer", "myself")
)
_REQUEST = re.compile(rf"\b(?:{_WORDS['request']})|{_WORDS['request, in signs']}", re.IGNORECASE)
_OF_ITSELF = sections(__package__, "acknowledgement_words.txt")
# "This is an automated response.", "This message was generated automatically"; not "this automated mail".
_CALLS_ITSELF_AUTOMATIC = re.compile(
    rf"(?:^|[.!?\n(*–-])\s*+(?:please note:?(?: that)? )?(?=[^.!?\n]{{0,90}}(?:{_OF_ITSELF['mail']}))"
    rf"(?:{_OF_ITSELF['this is']})\b(?=[^.!?\n]{{0,80}}(?:{_OF_ITSELF['automatic']}))",
    re.IGNORECASE,
)
_GOT_YOURS = re.compile(rf"\b(?:{_OF_ITSELF['got yours']})", re.IGNORECASE)
_FORM_FIELD = re.compile(r"^[^\w\n]*[^\W\d][\w -]{1,20}:[^\S\n]*\S", re.MULTILINE)
_SAID_BY_OTHERS = re.compile(r'"[^"\n]*"|„[^“”\n]*[“”]|“[^”\n]*”|«[^»\n]*»|»[^«\n]*«')
_LONGEST = 4_000  # characters of a mail that are read
_FIELDS_OF_FORM = 2
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

    Where the subject only begins as one, a header must hint at it (`hinted`) or the subject it answers stand behind;
    and the words tell of an absence or acknowledge a mail. Without any such subject the mail calls itself automatic.
    """
    said = text[:_LONGEST]
    begins = (hinted and begins_as_responders(subject)) or _BEFORE_ANSWERED.match(subject)
    of_responder = has_responder_subject(subject) or (
        begins and (speaks_of_absence(said) or bool(_ACKNOWLEDGES.search(said)))
    )
    return bool(of_responder or _acknowledges(said)) and not asks_us(said)


def _acknowledges(said: str) -> bool:
    """Tell whether a mail calls itself automatic and says that it got ours; a receipt or a code for us says neither.

    Who says "I" is a person, and fields are those of a form that a person filled in.
    """
    own = _SAID_BY_OTHERS.sub("", said)
    of_machine = _CALLS_ITSELF_AUTOMATIC.search(own) and _GOT_YOURS.search(own)
    return bool(of_machine and not _MYSELF.search(own) and len(_FORM_FIELD.findall(own)) < _FIELDS_OF_FORM)


def asks_us(said: str) -> bool:
    """Tell whether words ask or request something of their reader, as a responder's letter does not."""
    questions = [part for part in _SENTENCE_END.split(said) if part and part[-1] in "?？؟"]
    return bool(_REQUEST.search(said)) or any(
        not _OFFER.search(question) or _MYSELF.search(question) for question in questions
    )
