"""Which order a mail asks the whereabouts of, where that is all it asks; and what of an order may be told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from .knowledge import questions
from .wordings import wordings

_WHERE = re.compile(
    r"\b(?:where|status|state of|happening with|track\w*|dispatched|shipped|sent|left|on its way|packed|delivered"
    r"|delivery (?:date|day|status)|when is|arriv\w*|be here|get here|expect\w*)\b",
    re.IGNORECASE,
)
_OWN = re.compile(
    r"\b(?:my|our)(?: \w+){0,2} (?:orders?|parcels?|packages?|deliver(?:y|ies)|shipments?|purchase)\b", re.I
)
_MORE = re.compile(
    r"\b(?:change|cancel\w*|add|swap|redirect|instead|address|return\w*|refund\w*|invoices?|receipt|confirmation|wrong"
    r"|missing|incomplete|damaged|broken|lost|stolen|neighbou?r|password|how (?:long|much|many|do|can)|to (?:switz|nor"
    r"|the u)\w*)\b",
    re.IGNORECASE,
)
_TOLD = ("number", "status", "carrier")
_DATES = ("placed", "sent", "due", "arrived")
_LONGEST_REPLY = 8
"""Words of a reply that does nothing but name the order it was asked for."""


def asked_order(subject: str, text: str, number: re.Pattern[str], *, reply: bool = False) -> str | None:
    """Return the number of the one order that a mail asks the whereabouts of, upper case; "" where it names none.

    `number` is what the shop's numbers look like. None where something else is asked, or more than that, or of
    several orders. `reply`: the writer was asked for the number, so that it alone is enough.
    """
    named: set[str] = {found.upper() for found in number.findall(f"{subject}\n{text}")}
    if len(named) > 1 or _MORE.search(f"{subject}\n{text}"):
        return None
    if reply and named and len(text.split()) <= _LONGEST_REPLY:
        return named.pop()
    asked = questions(text) or [text]
    if not all(_WHERE.search(question) for question in asked) or not (named or _OWN.search(text)):
        return None
    return named.pop() if named else ""


def told(order: Mapping[str, str]) -> dict[str, str]:
    """Return what its owner may be told of an order: number, status, carrier, and its dates in English words.

    A date is ISO 8601 in `order` ("2026-03-03" is told as "3 March 2026"). Raises ValueError on any other.
    """
    plain = {name: order[name] for name in _TOLD if name in order}
    return plain | {name: _in_words(date.fromisoformat(order[name])) for name in _DATES if name in order}


def _in_words(day: date) -> str:
    return f"{day.day} {wordings()['en'].months[day.month - 1]} {day.year}"
