"""What a draft commits us to: refunds, credits, dates, prices and the like that no passage states; what mails demand.

Whether a sentence stands in a passage is for `knowledge.grounding` to say. This names what a sentence that does not
would commit us to, and is stricter in one way: a commitment must stand in one passage, not in clauses of two.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .knowledge import Passage, supported
from .knowledge.commitments import A_DATE, commitments
from .word_lists import plain, word_list

_DATE = re.compile(
    r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{2,4}"
    r"|(?:within|in|by|after|takes?) (?:\S+ ){0,2}?(?:\d+|one|two|three|four|five|an?) (?:\w+ )?"
    r"(?:minute|hour|day|week)s?"
    r"|\d{1,2}(?:st|nd|rd|th|\.)? (?:of )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*"
    r"|(?:january|february|march|april|june|july|august|september|october|november|december))\b",
    re.IGNORECASE,
)
_PRICE = re.compile(r"[€$£¥₹]|\b\d[\d.,]* ?(?:euros?|eur|usd|gbp|dollars?|pounds?|cents?|chf|nok)\b", re.IGNORECASE)
_DELIVERY = re.compile(r"\b(?:arriv|deliver|ship|sen[dt]|dispatch|reach|courier|parcel)\w*", re.IGNORECASE)
"""Words of delivery are a commitment only beside a date."""
_GRAVEST_FIRST = (
    "promises a refund",
    "promises a credit",
    "promises a discount",
    "promises a delivery date",
    "takes a legal position",
    "vouches for security",
    "gives a guarantee",
    "names a price",
    A_DATE,
)
_WANTED = re.compile(
    r"(?<!\bthe )\bguaranteed?\b(?! (?:on|for|of|cover|period))"
    r"|\b(?:promise|promised (?:me|us)|(?:you|was|were) promised|compensat\w*|in writing|exception|goodwill"
    r"|assured (?:me|us)|as (?:we )?(?:agreed|discussed))\b"
    r"|\byour (?:\w+ )?(?:colleague|team|support|agent|hotline|shop|rep\w*)s? (?:\w+ )?"
    r"(?:promised|agreed|offered|told|said|confirmed)\b",
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
    """Return what a sentence commits us to, the gravest first; None for none of it. Dates are read in English alone."""
    flat = " ".join(sentence.split())
    found = set(commitments(flat))
    if _DATE.search(flat):
        found.add(A_DATE)
    if A_DATE in found and _DELIVERY.search(flat):
        found.add("promises a delivery date")
    if _PRICE.search(flat):
        found.add("names a price")
    return min(found, key=_GRAVEST_FIRST.index, default=None)


def wanted_promise(text: str) -> str | None:
    """Return the words by which a mail asks us to commit ourselves, or says that somebody did, or None."""
    found = _WANTED.search(text)
    return found[0].lower() if found else None


def demanded(text: str) -> str | None:
    """Return what a mail demands that only a person can do, as people read it ("asks for money back"), or None."""
    whole = plain(text)
    return next((reason for reason, words in word_list("demand_words.txt").items() if words.search(whole)), None)
