"""A debt as the agent knows it: its line in a campaign, its balance in the ledger, what its thread's labels keep."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from filelock import FileLock

from collections_agent.files import COMPANY, ledger, record_of
from postroom import Thread
from postroom.campaign import Row
from postroom_kit.debts.money import Money
from postroom_kit.debts.notice import Itemisation, in_words, validation_ends
from postroom_kit.debts.record import KEPT_BY, Broken, Happened, append, kept_until, read
from postroom_kit.debts.schedule import Limits, Schedule, next_business_day, proposals
from postroom_kit.debts.stages import FRIENDLY, REMINDER, Case, Ladder
from postroom_kit.outreach import RuleBook, Window, next_moment, spots

ZONE = ZoneInfo(COMPANY["zone"])
WINDOW = Window()
CLAIMED_DAYS = 120
"""How old a payment may be that a claim is held against."""
FACTS = {"dispute": "disputed", "creditor": "disputed", "cease": "ceased", "refuses": "refused", "despair": "ceased",
         "threat": "ceased", "complaint": "ceased", "hardship": "ceased"}  # fmt: skip
"""By the label `stop/…` of a thread, the fact that the rules know; any other is called as the label is."""


class Account(Row):
    """One debt."""

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

    @property
    def validated(self) -> bool:
        """Tell whether a validation notice comes first, and a period in which nothing presses."""
        return self.party == "third" and self.debt == "consumer"

    @property
    def ladder(self) -> Ladder:
        """Return its steps: a week apart for a consumer, by the days of the ladder alone for a business."""
        return Ladder() if self.debt == "consumer" else Ladder(apart=6)

    @property
    def tail(self) -> str:
        """Return the end of the account number, all that a mail shows of it."""
        return self.account[-4:] if len(self.account) > 4 else ""


def own(thread: Thread) -> Account:
    """Return the debt that a thread is about; only threads of a campaign have one."""
    assert thread.record is not None, "a thread without a record is for people"
    return thread.record.read(Account)


def day_of(moment: datetime) -> date:
    """Return the day of a moment where the books are kept."""
    return moment.astimezone(ZONE).date()


def standing(number: str, creditor: str, account: str, on: str) -> dict[str, Any] | None:
    """Return what the ledger says of a debt on a day, None where a line of it is in doubt: for `thread.look_up`."""
    books, day = ledger(), date.fromisoformat(on)
    if not books.knows(number) or not books.of_debt(number, day):
        return None
    items = Itemisation.of(books, number, day, creditor=creditor, account=account)
    return {
        "minor": items.now.minor, "currency": items.now.currency, "shown": items.now.show(), "on": in_words(day),
        "lines": [list(line) for line in items.lines],
    }  # fmt: skip


def claim(number: str, on: str, amounts: Sequence[int], references: Sequence[str]) -> dict[str, str]:
    """Hold a claim of payment against the ledger: for `thread.look_up`."""
    books, day = ledger(), date.fromisoformat(on)
    currency = books.balance(number, day).currency
    since = day - timedelta(days=CLAIMED_DAYS)
    named = [Money(minor, currency) for minor in amounts]
    found = books.check(number, day, since=since, amounts=named, references=references)
    return {"outcome": found.outcome, "told": str(found)}


def paid_since(number: str, since: str, on: str) -> int:
    """Return what was paid on a debt from one day to another, in minor units: for `thread.look_up`."""
    return ledger().paid(number, date.fromisoformat(since), date.fromisoformat(on)).minor


def label(thread: Thread, dimension: str) -> str:
    """Return the value of a label of a thread, "" without one."""
    return next((each.partition("/")[2] for each in thread.labels if each.startswith(f"{dimension}/")), "")


def case_of(thread: Thread, account: Account) -> Case:
    """Return what the planner must know: what left and when, the validation period, days that did not count."""
    mails = [mail for mail in thread.messages if not mail.received]
    begun = day_of(mails[0].timestamp) if mails else None
    stage, day, ends, paused = (label(thread, name) for name in ("step", "day", "validation", "paused"))
    left = day_of(mails[-1].timestamp) if mails else None
    later: tuple[tuple[str, date], ...] = ()
    if left and begun and stage != FRIENDLY and left > begun:  # a step that was put off has not left: it is due again
        later = ((stage if day and left >= date.fromisoformat(day) else REMINDER, left),)
    days, _, until = paused.partition(".")
    still = ((date.fromisoformat(until) - timedelta(days=int(days) - 1), date.fromisoformat(until)),) if until else ()
    sent = ((FRIENDLY, begun), *later) if begun else ()
    return Case(account.due, sent, date.fromisoformat(ends) if ends else None, still)


def pause(thread: Thread, until: date) -> str:
    """Return the label of a pause from today until a day: its days do not count, nor did those of earlier ones."""
    before = int(label(thread, "paused").partition(".")[0] or 0)
    return f"paused/{before + (until - day_of(thread.now)).days + 1}.{until}"


def moment_on(day: date, account: Account, now: datetime) -> datetime:
    """Return when a mail of that day leaves: in the morning, in the window wherever the person may be."""
    nominal = max(datetime.combine(day, time(10), ZONE), now)
    return next_moment(nominal, spots(account.places, account.email), WINDOW) or nominal


def plans_of(account: Account, balance: Money, offered: date, wanted: Sequence[Money]) -> tuple[Schedule, ...]:
    """Return the plans that may be offered on a day, by what finance allows."""
    allows = COMPANY["plans"]
    least = Money.parse(allows["least"], "USD") if balance.currency == "USD" else None
    limits = Limits(allows["most"], least, offered=tuple(allows["offered"]))
    first = next_business_day(offered, COMPANY["country"], allows["begin_after_business_days"])
    return proposals(account.number, balance, first, limits, wanted=wanted, country=COMPANY["country"])


def facts(thread: Thread, now: datetime, text: str) -> dict[str, Any]:
    """Return what the rules ask beside the line: how the balance came about, what was stopped, the period to dispute.

    Of the first mail that is the period which its own text states: the rules see whether that is long enough.
    """
    account, books, day = own(thread), ledger(), day_of(now)
    found: dict[str, Any] = {"account": account.tail}
    if books.knows(account.number) and books.of_debt(account.number, day):
        items = Itemisation.of(books, account.number, day, creditor=account.creditor)
        demanded = _OWED.search(text)
        if demanded and demanded[1].strip() != items.now.show():
            found["paid" if items.now.minor <= 0 else STALE] = True
        found["itemisation"] = {
            name: getattr(items, name).minor for name in ("then", "interest", "fees", "payments", "credits", "now")
        } | {"date": items.since.isoformat()}
    if account.validated and (ends := label(thread, "validation") or stated_end(text)):
        found["validation"] = {"ends": ends}
    if stop := label(thread, "stop").replace("-", " "):
        found[FACTS.get(stop, stop.replace(" ", "_"))] = True
    return found


STALE = "stale_balance"
"""The fact that a mail shows another balance than the ledger has now: it waited, and must be made anew."""
_OWED = re.compile(r"Owed now: (.+)")
MARGIN = 10
"""Days by which the period to dispute is longer than it must be: a first mail may wait for a yes, or a morning."""
_STATED = re.compile(r"replying to this mail until (\d{1,2} [A-Z][a-z]+ \d{4})")


def dispute_until(day: date) -> date:
    """Return the end of the validation period that a notice made on a day states."""
    return validation_ends(day + timedelta(days=MARGIN), COMPANY["country"])


def stated_end(text: str) -> str:
    """Return the end of the validation period that a mail states, ISO 8601, "" where it states none."""
    found = _STATED.search(" ".join(text.split()))
    return datetime.strptime(found[1], "%d %B %Y").date().isoformat() if found else ""  # noqa: DTZ007


def keep(op_id: str, debt: str, happened: Sequence[Mapping[str, str]]) -> None:
    """Add to the record of a debt what is not in it yet: for `Do`, safe to repeat.

    A record that was tampered with stays as it is, and another part begins: it must not keep a debt from being stopped.
    """
    record_of(debt).parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{record_of(debt)}.lock"):
        path = _sound(debt)
        for number, each in enumerate(happened):
            append(path, Happened(**{"debt": debt, "key": f"{op_id}.{number}", **each}))


def _sound(debt: str) -> Path:
    for part in range(1_000):
        try:
            read(record_of(debt, part))
        except Broken:
            continue
        return record_of(debt, part)
    raise Broken(f"the record of {debt} was broken a thousand times")


def kept_by_law(address: str) -> list[str]:
    """Return the records that erasing a person leaves, each with the law and until when."""
    kept = ((debt, kept_until(read(record_of(debt)))) for debt in ledger().debts_of(address))
    return [f"record of {debt} ({KEPT_BY}, not checked): until {until}" for debt, until in kept if until]


def stops_also(fact: str) -> dict[str, Any]:
    """Return the setting of the rules by which a fact of our own stops a mail, as a dispute does."""
    name = "manners/debt-stops"
    (rule,) = (rule for rule in RuleBook.of("debt_collection").rules if rule.name == name)
    return {name: {"facts": [*rule.params["facts"], fact]}}
