"""A line of a campaign, the first mail to it, and what came of it."""

from __future__ import annotations

from typing import Any

from postroom import Thread
from postroom.campaign import Progress, Row
from postroom_kit.knowledge import Passage
from postroom_kit.research import ledger
from postroom_kit.research.campaign_report import Outcome
from postroom_kit.research.first_mail import FirstMail as Letter
from postroom_kit.research.first_mail import Wording, first_mail
from postroom_kit.research.gathering import claims_in, sources_in
from sdr_agent.decisions import FirstMail
from sdr_agent.files import COMPANY, fact, knowledge, research


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
    sources, names = sources_in(found), [prospect.company, prospect.name]
    today, months = thread.now.date(), COMPANY["claims_valid_for_months"]
    book = ledger(claims_in(found["claims"]), sources, names, today, months)
    opening = book.about(*variant["topics"])
    plain = Wording(
        variant["subject"].format(company=prospect.company), opening.text if opening else "", fact(variant["fact"])
    )
    if not sources:
        return None
    said = thread.decide(
        FirstMail, model="large", sources=found["sources"], claims=[each.text for each in book.claims],
        facts={article.id: article.answer for article in knowledge.articles}, about=prospect.company,
        plain={"subject": plain.subject, "opening": plain.opening, "offer": plain.offer},
    )  # fmt: skip
    more = claims_in([each.model_dump() for each in said.claims], sources)
    book = ledger([*claims_in(found["claims"]), *more], sources, names, today, months)
    facts = [Passage(each.id, "", each.answer, 1.0) for each in knowledge.articles]
    return first_mail(Wording(said.subject, said.opening, said.offer), plain, variant["ask"], book, facts)


def outcome_of(progress: Progress) -> Outcome:
    """Return how far a record is, as the weekly report counts it."""
    said = {name: value for name, _, value in (label.partition("/") for label in progress.labels)}
    outcome = said.get("outcome", "")
    refused = progress.note or "nothing is known of them" if progress.status == "refused" else ""
    return Outcome(
        progress.record.campaign, said.get("variant", ""), progress.started, progress.opened, progress.replied,
        met=outcome == "meeting" or progress.state == "booked", stopped=outcome in ("opted-out", "complaint"),
        bounced=progress.bounced, waits=progress.status in ("waiting", "starting", "held"), reason=refused,
    )  # fmt: skip
