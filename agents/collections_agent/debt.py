"""A debt as the agent knows it: its line in a campaign, its standing in the books, the plans it may be paid by."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from collections_agent.files import BOOKS, COMPANY
from postroom import Plan, Thread
from postroom.campaign import Row
from postroom_kit.debts import marks, stages
from postroom_kit.debts.account import Standing, is_validated, tail_of
from postroom_kit.debts.money import Money
from postroom_kit.debts.schedule import Schedule, plans_within

ZONE = ZoneInfo(COMPANY["zone"])


class Account(Row):
    """One debt, as a line of a campaign."""

    number: str
    creditor: str
    account: str = ""
    party: Literal["first", "third"]
    debt: Literal["consumer", "business"]
    due: date
    address_source: str = ""
    email_consent: str = ""
    work_address: str = ""
    time_barred: str = ""
    not_on: str = ""

    @property
    def item(self) -> str:
        """Return its number: one person may have several."""
        return self.number

    @property
    def begin_at(self) -> datetime:
        """Return the morning after it was due."""
        return datetime.combine(self.due + timedelta(days=1), time(0), ZONE)


def debt_of(thread: Thread) -> Standing:
    """Return how the debt that a thread is about stands today; only threads of a campaign have one."""
    left = [day_of(mail.timestamp) for mail in thread.messages if not mail.received]
    return Standing(line_of(thread), ZONE, thread.now, owed_on(thread, day_of(thread.now)), left, thread.label)


def line_of(thread: Thread) -> Account:
    """Return the line of the debt that a thread is about."""
    assert thread.record is not None, "a thread without a record is for people"
    return thread.record.read(Account)


def day_of(moment: datetime) -> date:
    """Return the day of a moment where the books are kept."""
    return moment.astimezone(ZONE).date()


def owed_on(thread: Thread, day: date) -> dict[str, Any]:
    """Return what the books say of a debt on a day."""
    line = line_of(thread)
    of = {"debt": line.number, "creditor": line.creditor, "account": line.account, "whose": line.email}
    return dict(thread.look_up(BOOKS.standing, **of, on=day.isoformat()))


def shown(debt: Standing) -> dict[str, Any]:
    """Return what every mail about a debt may show."""
    return {**debt.values, "company": COMPANY}


def ahead(debt: Standing, case: stages.Case | None = None) -> list[Plan]:
    """Plan all mails that are still to come as drafts, to be worded anew when they are due."""
    return [Plan(stage, key=stage, after=at, renew=True, **shown(debt)) for stage, at in debt.ahead(case)]


def plans(thread: Thread, day: date) -> tuple[Schedule, ...]:
    """Return the plans that may be, or were, offered on a day: first by the amounts that the debtor named till then."""
    if not (owed := owed_on(thread, day)):
        return ()
    mails = [mail for mail in reversed(thread.messages) if thread.is_theirs(mail) and day_of(mail.timestamp) <= day]
    balance, texts = Money(owed["minor"], owed["currency"]), [mail.new_text for mail in mails]
    return plans_within(COMPANY["plans"], line_of(thread).number, balance, day, texts, COMPANY["country"])


def facts(thread: Thread, now: datetime, text: str) -> dict[str, Any]:
    """Return what the rules ask beside the line: the balance, what was stopped, the period to dispute."""
    line = line_of(thread)
    books = BOOKS.facts(line.number, line.creditor, day_of(now), text)
    return {"account": tail_of(line), **books, **marks.facts(thread.label, text, validated=is_validated(line))}
