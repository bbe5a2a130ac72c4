"""A line of a campaign, and the first mail to it."""

from __future__ import annotations

from typing import Any

from postroom import Thread
from postroom.campaign import Row
from postroom_kit.research.briefing import Brief
from postroom_kit.research.campaign_report import in_talks
from postroom_kit.research.first_mail import FirstMail as Letter
from postroom_kit.research.searched import with_searched
from sdr_agent.decisions import Findings, FirstMail
from sdr_agent.files import COMPANY, FACTS, SEARCH, fact, research


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

    @property
    def letters(self) -> str:
        """Return the language of our letters: their own where we have some in it, else English."""
        return self.language if self.language in FACTS else "en"


def shown(prospect: Prospect, language: str = "") -> dict[str, Any]:
    """Return what each letter to a prospect shows, and the language it is in: theirs, or another of ours."""
    known = {"name": prospect.name, "prospect": prospect.company, "company": COMPANY}
    return known | {"language": language or prospect.letters}


def first_letter(thread: Thread, prospect: Prospect, variant: dict[str, Any]) -> Letter | str:
    """Word the first mail to a prospect within what is known of them; or say why there is none."""
    found, spoken, today = thread.look_up(research, notes=prospect.research), prospect.letters, thread.now.date()
    talks = in_talks(thread.inbox.campaigns(prospect.email), thread.record, "ended")
    if SEARCH.most and not talks:
        told = thread.decide(Findings, model="large", company=prospect.company, country=prospect.country, web=SEARCH)
        found = with_searched(found, told.found, today)
    if talks or not found["sources"]:
        return "another campaign wrote to them" if talks else "; ".join(["nothing is known of them", *found["faults"]])
    subject, ask = (variant[part][spoken].format(company=prospect.company) for part in ("subject", "ask"))
    brief = Brief((prospect.company, prospect.name), spoken, today, COMPANY["claims_valid_for_months"], FACTS[spoken])
    plain = brief.plain(found, variant["topics"], subject, fact(variant["fact"], spoken))
    said = thread.decide(FirstMail, model="large", about=prospect.company, language=spoken, **brief.given(found, plain))
    return brief.letter(found, said, plain, ask) or "no claim about them is borne out by a source of late"
