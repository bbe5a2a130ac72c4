"""Mails that no rule objects to, and how to spoil them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from postroom_kit.outreach import Leaving, Objection, Place, RuleBook, Sent

NOW = datetime(2026, 12, 1, 16, 0, tzinfo=UTC)
"""A Tuesday, 11:00 in New York."""
COLD = RuleBook.of("cold_email", "manners", settings={"one_click": True, "public_url": True})
HIRING = RuleBook.of("hiring", "manners", settings={"one_click": True, "public_url": True})
DEBTS = RuleBook.of("debt_collection", "manners", settings={"public_url": True})
IDENTITY = {
    "legal_name": "Larkspur Tools Ltd",
    "postal_address": "12 Court Street\nSpringfield, NY 10001\nUSA",
    "privacy": "privacy@larkspur.test",
}
SIGNED = "Larkspur Tools Ltd, 12 Court Street, Springfield, NY 10001, USA"
HEADERS = {
    "List-Unsubscribe": "<https://mail.larkspur.test/u/abc>, <mailto:sdr@larkspur.test?subject=stop>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
}
COLD_TEXT = f"""Hello Ann,

your team wrote in May that it moved to weekly releases. We make a checklist that fits on one page.
May I send it? https://larkspur.test/list

We found you in the speakers' list of Release Day 2026. Ask privacy@larkspur.test what we keep of you.
To get no more mail from us, unsubscribe: https://mail.larkspur.test/u/abc
{SIGNED}"""
cold_mail = Leaving(
    now=NOW,
    kind="first",
    template="first",
    to="ann@dotted.test",
    places=(Place("US", "NY"),),
    facts={"basis": "legitimate_interest", "source": "the speakers' list of Release Day 2026"},
    subject="A checklist for weekly releases",
    text=COLD_TEXT,
    html="",
    headers=HEADERS,
    sent=Sent(inbox_age_days=40),
    identity=IDENTITY,
)
DEBT_FACTS: dict[str, Any] = {
    "party": "third",
    "debt": "consumer",
    "creditor": "Mill Lane Dental",
    "account": "4471",
    "itemisation": {
        "date": "2026-08-01",
        "then": 120_000,
        "interest": 3_450,
        "fees": 0,
        "payments": 20_000,
        "credits": 0,
        "now": 103_450,
    },
    "validation": {"sent": "", "ends": "2027-01-20"},
    "address_source": "consumer",
    "email_consent": True,
    "time_barred": False,
}
DEBT_TEXT = f"""Dear Ann Bell,

Mill Lane Dental asked us to write to you about account 4471.
Owed on 1 August 2026: $1,200.00
Interest since then: $34.50
Paid since then: $200.00
Owed now: $1,034.50
You may dispute all or part of this until January 20, 2027 by replying.

This is an attempt to collect a debt, and any information obtained will be used for that purpose.
To get no more mail from us about this, reply with the word STOP.
{SIGNED}"""
LATER_TEXT = f"""Dear Ann Bell,

a short word about account 4471 at Mill Lane Dental: $1,034.50 are open. Is something in the way?

This communication is from a debt collector.
To get no more mail from us about this, reply with the word STOP.
{SIGNED}"""
debt_mail = replace(
    cold_mail,
    facts=DEBT_FACTS,
    subject="Your account at Mill Lane Dental",
    text=DEBT_TEXT,
    headers={},
    to="ann@home.test",
)
later_debt_mail = replace(
    debt_mail,
    kind="follow_up",
    template="friendly",
    text=LATER_TEXT,
    sent=Sent(inbox_age_days=40, on_thread=(("first", datetime(2026, 11, 20, 16, tzinfo=UTC)),)),
)


def facts(mail: Leaving, **changed: Any) -> Leaving:
    """Return a mail whose record says something else; None takes a fact away."""
    both = {**mail.facts, **changed}
    return replace(mail, facts={key: value for key, value in both.items() if value is not None})


def no(book: RuleBook, mail: Leaving, settings: dict[str, Any] | None = None) -> Objection:
    """Return the objection of a book that has one."""
    objection = book.judge(mail, settings)
    assert objection is not None
    return objection


def without(book: RuleBook, name: str) -> RuleBook:
    """Return a book without one of its rules."""
    return replace(book, rules=tuple(rule for rule in book.rules if rule.name != name))
