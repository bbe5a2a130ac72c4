"""What people read once a week: how far candidates came, rates by group, and whose data are to be erased."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from .decided import NO
from .fair import four_fifths
from .retention import overdue

STAGES = ("screened", "interview", "offer")
_OVER = ("declined", "ended", "hired")
_ENDS = ("no", "opted-out", "silence", "bounced", "wrong-person", "referral")


@dataclass(frozen=True, slots=True)
class Candidacy:
    """One person for one role: the state it is in, and what its thread carries."""

    key: str
    role: str
    address: str
    country: str
    state: str
    labels: tuple[str, ...]
    started: datetime

    @classmethod
    def of(cls, progress: Any) -> Candidacy:
        """Return it of a record's progress in a campaign, whose item is the role."""
        record = progress.record
        told = (record.record_id, record.item, record.address, str(record.row.get("country", "")))
        return cls(*told, progress.state, tuple(progress.labels), progress.started)

    def of_label(self, dimension: str) -> str:
        """Return the value of a label, "" where there is none of that dimension."""
        return next(
            (value for name, _, value in (each.partition("/") for each in self.labels) if name == dimension), ""
        )

    @property
    def decided(self) -> str:
        """Return the last stage that people brought somebody to or left them at; "" where they decided nothing."""
        stage = self.of_label("stage")
        return (stage if stage in STAGES else STAGES[0]) if self.of_label("decision") else ""

    @property
    def unexplained(self) -> str:
        """Return the last decision of people where it says not who decided, or why; else ""."""
        what = self.of_label("decision")
        return "" if all(self.of_label(f"{what}-{part}") for part in ("by", "because")) else what


def weekly(
    people: Sequence[Candidacy],
    titles: Mapping[str, str],
    said: Mapping[str, Mapping[str, str]],
    months: Mapping[str, int],
    today: date,
) -> dict[str, Any]:
    """Return the figures of a weekly mail; empty where all is over. `said` is what people say of themselves."""
    decided = {each.key: each.decided for each in people if each.decided}
    stopped = {each.key for each in people if each.of_label("decision") == NO}
    groups = {each.key: said.get(each.address, {}) for each in people}
    over = [(each.address, each.country, each.started) for each in people if each.state in _OVER[:2]]
    under_way = {each.address for each in people if each.state not in _OVER[:2]}
    gone = [f"{address} since {since}" for address, since in overdue(over, months, today) if address not in under_way]
    why = [f"{each.address}, {titles[each.role]}: {each.unexplained}" for each in people if each.unexplained]
    if not gone and not why and all(each.state in _OVER for each in people):
        return {}
    return {
        "roles": [(title, _counted([each for each in people if each.role == role])) for role, title in titles.items()],
        "fairness": four_fifths(decided, groups, STAGES, stopped).lines(),
        "decided": len(decided),
        "unexplained": why,
        "erase": gone,
    }


def _counted(people: Sequence[Candidacy]) -> list[str]:
    states = Counter(each.state for each in people)
    ends = Counter(each.of_label("outcome") for each in people if each.state in _OVER)
    where = [f"{number} {state}" for state, number in sorted(states.items())]
    return [f"{len(people)} written to", *where, *(f"ended by {end}: {ends[end]}" for end in _ENDS if ends[end])]
