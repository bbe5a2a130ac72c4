"""One debt on one day, as plain data: its line of a campaign, what the books say, what its thread's labels keep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from ..outreach import Place
from . import marks, stages
from .mornings import Mornings
from .notice import in_words


class Terms(Protocol):
    """What a line of a campaign says of a debt."""

    @property
    def email(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def number(self) -> str: ...
    @property
    def creditor(self) -> str: ...
    @property
    def account(self) -> str: ...
    @property
    def party(self) -> str: ...
    @property
    def debt(self) -> str: ...
    @property
    def due(self) -> date: ...
    @property
    def places(self) -> tuple[Place, ...]: ...


def is_validated(account: Terms) -> bool:
    """Tell whether a validation notice comes first, and a period in which nothing presses."""
    return account.party == "third" and account.debt == "consumer"


def tail_of(account: Terms) -> str:
    """Return the end of the account number, all that a mail shows of it."""
    return account.account[-4:] if len(account.account) > 4 else ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a debt stands: `owed` is what the books say, {} where a line of it cannot be read.

    `left` are the days on which mails of ours left, oldest first; `label` gives the value of a label's dimension.
    """

    account: Terms
    zone: ZoneInfo
    now: datetime
    owed: Mapping[str, Any]
    left: Sequence[date]
    label: marks.Label

    @property
    def today(self) -> date:
        """Return the day where the books are kept."""
        return self.now.astimezone(self.zone).date()

    def doubt(self, *, was_paid: bool) -> str:
        """Return why people must look before anything is written, "" where the books leave no doubt."""
        if not self.owed:
            return "a line of this debt in the ledger cannot be read: nothing is demanded"
        if self.owed.get("others"):
            return "the ledger has this debt under another address than the campaign: nothing is said of it"
        if self.owed["minor"] < 0:
            return f"paid too much: {self.owed['shown']}"
        returned = was_paid and self.owed["minor"] > 0
        return f"was paid, and {self.owed['shown']} is open again: a payment was returned" if returned else ""

    @property
    def case(self) -> stages.Case:
        """Return what the planner must know: what left and when, the validation period, days that did not count."""
        return marks.case_of(self.account.due, self.left, self.label)

    @property
    def ladder(self) -> stages.Ladder:
        """Return its steps: a week apart for a consumer, by the days of the ladder alone for a business."""
        return stages.Ladder() if self.account.debt == "consumer" else stages.Ladder(apart=6)

    @property
    def rung(self) -> stages.Step | None:
        """Return the one step that is due today, if any."""
        return stages.due(self.case, self.today, self.ladder)

    @property
    def mornings(self) -> Mornings:
        """Return when mail to the person may leave."""
        return Mornings(self.zone, self.account.places, self.account.email)

    @property
    def values(self) -> dict[str, Any]:
        """Return what every mail about it may show."""
        account, owed = self.account, self.owed
        return {
            "name": account.name.split()[0] if account.debt == "consumer" and account.name else account.name,
            "number": account.number, "creditor": account.creditor, "tail": tail_of(account), "lines": owed["lines"],
            "own": account.party == "first", "due": in_words(account.due), "owed": owed["shown"], "on": owed["on"],
        }  # fmt: skip

    def pause(self, until: date) -> str:
        """Return the label of a pause until a day."""
        return marks.paused(self.label, self.today, until)

    def after(self, step: stages.Step) -> stages.Case:
        """Return the case once a step of today has left."""
        case = self.case
        return stages.Case(case.due, (*case.sent, (step.stage, self.today)), case.validated, case.still)

    def ahead(self, case: stages.Case | None = None) -> Iterator[tuple[str, datetime]]:
        """Yield the stages that are still to be written, and when, from its case or another."""
        return self.mornings.ahead(case or self.case, self.now, self.ladder)

    def handed_over(self, mails: int) -> str:
        """Return what people need who take it over: whose, how much, why, what left, how many mails came in."""
        account, owed = self.account, self.owed
        return "\n".join([
            f"{account.number}: {account.name} <{account.email}>, {account.debt}",
            f"for {account.creditor} ({account.party} party)",
            f"due {account.due}, owed on {owed['on']}: {owed['shown']}",
            *(f"{what}: {amount}" for what, amount in owed["lines"]),
            *(f"{stage} on {day}" for stage, day in self.case.sent),
            f"mails from them: {mails}",
        ])  # fmt: skip
