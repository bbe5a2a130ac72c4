"""A line of a campaign, and the first mail to it."""

from __future__ import annotations

from typing import Any

from postroom import Thread
from postroom.campaign import Row
from postroom_kit.research.first_mail import FirstMail as Letter
from postroom_kit.research.first_mail import Wording, first_mail, plain_wording
from postroom_kit.research.gathering import book_of
from sdr_agent.decisions import FirstMail
from sdr_agent.files import COMPANY, FACTS, fact, research


class Prospect(Row):
    """One person at one company, as `data/campaigns/*.csv` has them."""

    company: str
    title: str = ""
    subscriber: str = ""
    """`corporate` where the address is a company's, which British law asks."""
    source: str = ""
    """Where the address is from: the first mail says so."""
    research: str = ""
    """The name of their notes in `data/research`."""


def first_letter(thread: Thread, prospect: Prospect, variant: dict[str, Any]) -> Letter | None:
    """Word the first mail to a prospect within what is known of them; None where that is nothing."""
    found = thread.look_up(research, notes=prospect.research)
    known = (found, [prospect.company, prospect.name], thread.now.date(), COMPANY["claims_valid_for_months"])
    subject = variant["subject"].format(company=prospect.company)
    book = book_of(*known)
    plain = plain_wording(book, variant["topics"], subject, fact(variant["fact"]))
    given = {"sources": found["sources"], "claims": [each.text for each in book.claims], "facts": FACTS, "plain": plain}
    said = thread.decide(FirstMail, model="large", about=prospect.company, **given)
    book = book_of(*known, more=[each.model_dump() for each in said.claims])
    return first_mail(Wording(said.subject, said.opening, said.offer), plain, variant["ask"], book, FACTS)
