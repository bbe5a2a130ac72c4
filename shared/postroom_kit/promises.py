"""What a draft commits us to: refunds, credits, dates, prices and the like that no passage states.

Whether a sentence stands in a passage is for `knowledge.grounding` to say. This names what a sentence that does not
would commit us to, and is stricter in one way: a commitment must stand in one passage, not in clauses of two.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .knowledge import Passage, supported

_DATE = (
    r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|to(?:day|morrow|night)|next (?:week|month)|overnight"
    r"|(?:this|by the end of the|in a few) (?:week|month|day)s?|\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{2,4}"
    r"|(?:within|in|by|after|takes?) (?:\S+ ){0,2}?(?:\d+|one|two|three|four|five|an?) (?:\w+ )?"
    r"(?:minute|hour|day|week)s?"
    r"|\d{1,2}(?:st|nd|rd|th|\.)? (?:of )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mai|okt|dez)\w*"
    r"|(?:january|february|march|april|june|july|august|september|october|november|december)"
    r"|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|heute|morgen|demain|mañana|domani|amanhã"
    r"|(?:lun|mar|mercre|jeu|vendre|same)di|\d+ (?:tagen?|stunden|jours|heures|días|horas|giorni|ore|dagen|uur|dias))\b"
)
_DELIVERY = (
    r"\b(?:arriv|deliver|ship|sen[dt]|dispatch|reach|courier|parcel|liefer|versand|livr|expédi|entreg|enví|consegn|spedi"
    r"|lever|bezorg|envi)\w*"
)
_KINDS = {
    "promises a refund": r"\b(?:refund|reimburs|money back|pay (?:it |you )?back|erstatt|rückerstatt|rembours|reembols"
    r"|rimbors|terugbeta)\w*",
    "promises a credit": r"\b(?:credit(?:s|ed|ing)?\b(?! card)|voucher|gutschrift|gutgeschrieb|avoir\b|bono\b|buono\b"
    r"|tegoed)\w*",
    "promises a discount": r"\b(?:discount|free of charge|for free|at no (?:extra )?cost|half (?:the )?price|waive"
    r"|rabatt|kostenlos|gratis|gratuit|remise|descuento|sconto|korting|desconto|grátis)\w*|\d ?% (?:off|less)\b",
    "promises a delivery date": _DELIVERY,
    "takes a legal position": r"\b(?:liab(?:le|ility)|legal\w*|lawful\w*|at fault|our fault|responsib\w+|compensat\w*"
    r"|damages|negligen\w*|haft(?:en|ung|bar)\w*|schadensersatz|responsab\w*)\b",
    "vouches for security": r"\b(?:secur\w+|encrypt\w*|breach\w*|gdpr|complian\w+|certified|hacked|leaked"
    r"|(?:is|are) safe|sicher\w*|sécuris\w*|segur\w*|sicur\w*|veilig\w*)\b",
    "gives a guarantee": r"\b(?:guarant|promis|warrant|assur(?:e|ance)|ensure|commit(?:ted|ment)?\b|you have my word"
    r"|garant|versprech|zusag|promet|beloof|rest assured|make an exception|goodwill|kulanz)\w*",
    "names a price": r"[€$£¥₹]|\b\d[\d.,]* ?(?:euros?|eur|usd|gbp|dollars?|pounds?|cents?|chf|nok)\b",
    "names a date": _DATE,
}
_PATTERNS = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _KINDS.items()}
_WITH_A_DATE = "promises a delivery date"
"""Words of delivery are a commitment only beside a date."""
_WANTED = re.compile(
    r"(?<!\bthe )\bguaranteed?\b(?! (?:on|for|of|cover|period))"
    r"|\b(?:promise|compensat\w*|in writing|exception|goodwill)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Commitment:
    """Hold a sentence of a draft and what it does: "promises a refund", "names a price"."""

    kind: str
    sentence: str


def unbacked(body: str, passages: Sequence[Passage]) -> list[Commitment]:
    """Return the commitments of `body` that no one passage states word for word, in order."""
    loose = [claim.sentence for claim in supported(body, passages) if len(claim.sources) != 1]
    named = ((sentence, kind_of(sentence)) for sentence in loose)
    return [Commitment(kind, sentence) for sentence, kind in named if kind]


def kind_of(sentence: str) -> str | None:
    """Return what a sentence commits us to, the gravest first; None for none of it."""
    flat = " ".join(sentence.split())
    found = [kind for kind, pattern in _PATTERNS.items() if pattern.search(flat)]
    return next((kind for kind in found if kind != _WITH_A_DATE or "names a date" in found), None)


def wanted_promise(text: str) -> str | None:
    """Return the word by which a mail asks us to commit ourselves, or None."""
    found = _WANTED.search(text)
    return found[0].lower() if found else None
