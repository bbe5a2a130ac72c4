"""What a mail about a debt must say word for word, and figures that add up: items, validation period, disclosures.

The texts and their sources stand in `blocks.toml`; none was checked against its source here. This is no legal advice.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

from ..word_lists import plain, word_list
from .ledger import Ledger
from .money import Money, total
from .schedule import next_business_day

VALIDATION_DAYS, ASSUMED_RECEIPT = 30, 5
"""The period ends 30 days after receipt, which may be assumed 5 business days after sending (12 CFR 1006.34(b)(5))."""
TAIL = 4
_FACT = re.compile(
    r"\d|[$€£¥%]|https?:|www\.|@|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty"
    r"|forty|fifty|sixty|ninety|hundred|thousand|half|third|quarter)\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b"
    r"|\b(?:january|february|march|april|june|july|august|september|october|november|december)\b",
    re.IGNORECASE,
)
_PROMISE = re.compile(
    r"\b(?:we (?:will|shall|can|agree|accept|waive|forgive|reduce|settle)|we'll|you (?:can|may|must|have to|need to)"
    r"|waived?|forgiven?|discount|settlement|guarantee\w*|promise\w*|deadline|within|until|by the end)\b",
    re.IGNORECASE,
)


class NoticeError(ValueError):
    """A notice that must not leave: its figures do not add up, or something it needs is missing."""


@dataclass(frozen=True, slots=True)
class Block:
    """A text that stays as it is, where it comes from, and what that source asks, in plain words."""

    name: str
    text: str
    source: str
    dated: date
    checked: bool
    asks: str


@cache
def blocks() -> dict[str, Block]:
    """Return the fixed texts by name."""
    table = tomllib.loads(files(__package__).joinpath("blocks.toml").read_text(encoding="utf-8"))
    return {name: Block(name, **row) for name, row in table.items()}


def disclosures(*, third_party: bool, consumer: bool, first: bool, time_barred: bool = False) -> tuple[str, ...]:
    """Return the texts of the foot of a mail about a debt, those of a debt collector for business debts too."""
    who = ("third_party_first" if first else "third_party_later") if third_party else "first_party"
    more = ["time_barred"] if time_barred and consumer else []
    return tuple(blocks()[name].text for name in (who, *more, "opt_out"))


@dataclass(frozen=True, slots=True)
class Itemisation:
    """How an amount came about since the itemisation date (12 CFR 1006.34(b)(3), (c)(2)); it adds up, or is none."""

    creditor: str
    account: str
    since: date
    since_what: str
    then: Money
    interest: Money
    fees: Money
    payments: Money
    credits: Money
    now: Money

    def __post_init__(self) -> None:
        """Refuse what does not add up or lacks a creditor: NoticeError."""
        if self.then + self.interest + self.fees - self.payments - self.credits != self.now:
            raise NoticeError(f"the items of {self.account_tail} do not add up to {self.now}")
        if not self.creditor.strip():
            raise NoticeError("no creditor is named")

    @classmethod
    def of(
        cls,
        ledger: Ledger,
        debt: str,
        on: date,
        *,
        creditor: str,
        account: str = "",
        since_what: str = "the last statement",
    ) -> Itemisation:
        """Itemise a debt from the ledger as of a day. Raises NoticeError where the ledger cannot say what is owed."""
        if not ledger.knows(debt):
            raise NoticeError(f"the ledger has no debt {debt}, or a line of it is in doubt")
        entries = ledger.of_debt(debt, on)
        balance = ledger.balance(debt, on)

        def sum_of(*kinds: str) -> Money:
            return total((entry.counts for entry in entries if entry.kind in kinds), balance.currency)

        start = next((entry for entry in entries if entry.kind == "debt"), None)
        if start is None:
            raise NoticeError(f"debt {debt} was not owed yet on {on}")
        paid = -sum_of("payment", "reversal")
        return cls(
            creditor, account, start.day, since_what, start.amount, sum_of("interest"), sum_of("fee"), paid,
            -sum_of("credit"), balance,
        )  # fmt: skip

    @property
    def account_tail(self) -> str:
        """Return the end of the account number, the rest hidden; nothing of one that is too short to hide any."""
        bare = re.sub(r"\W", "", self.account)
        return f"…{bare[-TAIL:]}" if len(bare) > TAIL else ""

    @property
    def lines(self) -> tuple[tuple[str, str], ...]:
        """Return its lines: what, and how much. Lines of nothing are shown too: "interest: $0.00" says something."""
        day = f"{self.since.day} {self.since:%B %Y}"
        return (
            (f"Owed on {day} (date of {self.since_what})", self.then.show()),
            ("Interest since then", f"+ {self.interest}"),
            ("Fees since then", f"+ {self.fees}"),
            ("Paid since then", f"- {self.payments}"),
            ("Credited since then", f"- {self.credits}"),
            ("Owed now", self.now.show()),
        )


def validation_ends(sent: date, country: str = "US") -> date:
    """Return the last day on which a consumer may dispute, for a notice that left on `sent`; a later day is no harm."""
    return next_business_day(sent, country, ASSUMED_RECEIPT) + timedelta(days=VALIDATION_DAYS)


def in_words(day: date) -> str:
    """Return a day as mails write it, unmistakable on both sides of the ocean."""
    return f"{day.day} {day:%B %Y}"


def validation(sent: date, country: str = "US") -> tuple[str, ...]:
    """Return the texts of a validation notice that leaves on a day: how to dispute, until when, and what rights."""
    named = blocks()
    return named["dispute"].text.format(ends=in_words(validation_ends(sent, country))), named["rights"].text


def lacking(text: str, wanted: Iterable[str]) -> str:
    """Return the first fixed text that a mail does not hold word for word, "" where it holds all."""
    held = " ".join(text.split())
    return next((block for block in wanted if " ".join(block.split()) not in held), "")


def presses(text: str) -> str:
    """Return words of a mail that press or overshadow: never in a validation period (12 CFR 1006.38(b))."""
    return _found(text, "presses")


def threatens(text: str) -> str:
    """Return words of a mail that threaten, shame, or pretend to be of a court: never in any (15 U.S.C. 1692d, e)."""
    return _found(text, "threatens")


def objection(words: str) -> str:
    """Return why words of a model may not stand in a mail about a debt, "" where they may.

    It names no figure, day, address or link, promises nothing, sets no deadline, and neither presses nor threatens:
    all of that comes from the ledger, the fixed texts and templates.
    """
    bare = plain(words)
    if found := _FACT.search(bare):
        return f"states a figure, day or link ({found[0]!r})"
    if found := _PROMISE.search(bare):
        return f"promises or demands ({found[0]!r})"
    if found_words := threatens(words) or presses(words):
        return f"threatens or presses ({found_words!r})"
    return ""


def _found(text: str, section: str) -> str:
    found = word_list("debts/pressing_words.txt")[section].search(plain(text))
    return found[0] if found else ""
