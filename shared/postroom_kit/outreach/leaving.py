"""What the rules are asked about, and what they answer: plain data, the moments aware."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from .places import Place

Kind = Literal["first", "follow_up", "answer"]
Outcome = Literal["refuse", "hold", "wait"]
Scope = Literal["mail", "inbox"]


@dataclass(frozen=True)
class Sent:
    """What left before, counted when the question is asked. `to_person`: first mails and follow-ups of 90 days."""

    by_inbox_today: int = 0
    to_domain_today: int = 0
    by_agent_today: int = 0
    inbox_age_days: int = 0
    to_person: tuple[datetime, ...] = ()
    same_body: int = 0
    on_thread: tuple[tuple[str, datetime], ...] = ()

    def __post_init__(self) -> None:
        for moment in (*self.to_person, *(when for _, when in self.on_thread)):
            aware(moment, "a moment of what was sent")
        for name in ("by_inbox_today", "to_domain_today", "by_agent_today", "inbox_age_days", "same_body"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} is {getattr(self, name)}: it counts from 0 on")


@dataclass(frozen=True)
class Leaving:
    """A mail about to leave. `facts` are those of the campaign's record, `identity` says who we are."""

    now: datetime
    kind: Kind
    template: str
    to: str
    places: tuple[Place, ...]
    facts: Mapping[str, Any]
    subject: str
    text: str
    html: str
    headers: Mapping[str, str]
    sent: Sent
    identity: Mapping[str, str]

    def __post_init__(self) -> None:
        aware(self.now, "now")
        if self.kind not in get_args(Kind):
            raise ValueError(f"kind {self.kind!r}: write one of {', '.join(get_args(Kind))}")


@dataclass(frozen=True)
class Objection:
    """A rule's no. `until`, of a wait, is the first moment at which no rule would object by its clock or count."""

    rule: str
    reason: str
    outcome: Outcome
    until: datetime | None = None
    scope: Scope = "mail"


def aware(moment: datetime, name: str) -> datetime:
    """Return a moment that knows its zone; raises ValueError for one that does not."""
    if moment.utcoffset() is None:
        raise ValueError(f"{name} ({moment.isoformat()}) has no time zone: write datetime.now(UTC) or the like")
    return moment
