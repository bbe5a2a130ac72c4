"""A first mail in parts: an opening that is about its reader, a sentence of ours, a question, under a subject.

Whoever worded it, each part keeps to what may be said (`stated.py`). What does not stand gives way to the plain
wording, which people wrote; without anything to open with there is no mail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from textwrap import shorten

from ..knowledge import Passage
from .claims import Claim, Ledger, Topic
from .mail_shape import MOST_IN_SUBJECT, mail_faults, unfounded_subject
from .stated import keep_to


@dataclass(frozen=True, slots=True)
class Wording:
    """Hold the parts of a first mail as somebody worded them."""

    subject: str
    opening: str
    offer: str


def plain_wording(book: Ledger, topics: Sequence[Topic], subject: str, fact: str) -> Wording:
    """Word a first mail by its newest claim of the first of `topics` that has one, and our fact."""
    claim = book.about(*topics)
    return Wording(shorten(subject, MOST_IN_SUBJECT, placeholder=" …"), claim.text if claim else "", fact)


@dataclass(frozen=True, slots=True)
class FirstMail:
    """Hold a first mail that keeps to what may be said: the claims it rests on, and what of its wording was cut."""

    wording: Wording
    ask: str
    claims: tuple[Claim, ...]
    because: str
    """What it rests on, for people: each claim with the words that bear it out, where they stand and from when."""
    cut: tuple[tuple[str, str], ...] = ()

    @property
    def parts(self) -> dict[str, str]:
        """Return its parts by name."""
        return {**asdict(self.wording), "ask": self.ask}


def first_mail(worded: Wording, plain: Wording, asks: str, book: Ledger, facts: Sequence[Passage]) -> FirstMail | None:
    """Keep what of a wording stands, and put `plain` in the place of a part that does not; None without an opening.

    `asks` is the question that ends the mail, by people: it counts as words of the mail.
    """
    opening, offer = keep_to(worded.opening, book, facts), keep_to(worded.offer, Ledger(language=book.language), facts)
    cut = [*opening.cut, *offer.cut]
    if not opening.claims:
        opening = keep_to(plain.opening, book, facts)
    if not opening.claims:
        return None
    subject = worded.subject
    if fault := unfounded_subject(subject, book, facts) or next(iter(mail_faults(subject, "…", first=True)), ""):
        cut.append((subject, fault))
        subject = plain.subject
    kept = Wording(subject, opening.text, offer.text or plain.offer)
    for fault in mail_faults(kept.subject, f"{kept.opening}\n\n{kept.offer}\n\n{asks}", first=True):
        cut.append((kept.opening, fault))
        kept = Wording(kept.subject, plain.opening, plain.offer)
        opening = keep_to(plain.opening, book, facts)
    because = (f'{each.text} ("{each.quote}", {book.where(each)}, {each.dated})' for each in opening.claims)
    return FirstMail(kept, asks, opening.claims, "; ".join(because), tuple(cut)) if opening.claims else None
