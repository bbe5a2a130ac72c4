"""How much may leave: per inbox by its age, per domain, per person, in all, per debt."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field, PositiveInt

from ..asking import Asking, Found, check
from ..providers import of_many

Stage = Annotated[list[PositiveInt], Field(min_length=2, max_length=2)]
"""The last day of a stage of a ramp, and how much a day until then."""


@check
def warm_up(asking: Asking, *, ramp: list[Stage], limit: PositiveInt) -> Found | None:
    """An inbox sends as much a day as its age allows: until day `ramp[n][0]` at most `ramp[n][1]`, then `limit`."""
    sent, leaving = asking.leaving.sent, asking.leaving
    day = (
        sent.inbox_age_days
        + 1
        + max(0, (asking.our_day - Asking(leaving, leaving.now, (), asking.settings).our_day).days)
    )
    most = min([limit, *(most for last, most in ramp if day <= last)])
    if asking.left_today(sent.by_inbox_today) < most:
        return None
    return Found(f"an inbox on its day {day} sends {most} mails a day", "wait", asking.our_tomorrow(), "inbox")


@check
def domain_cap(asking: Asking, *, limit: PositiveInt, large_limit: PositiveInt) -> Found | None:
    """One domain gets only so many a day; the providers of many people get more."""
    domain = asking.leaving.to.strip().rpartition("@")[2].casefold().rstrip(".>")
    most = large_limit if of_many(domain) else limit
    if asking.left_today(asking.leaving.sent.to_domain_today) < most:
        return None
    return Found(f"{domain} has had {most} mails today", "wait", asking.our_tomorrow())


@check
def person_cap(asking: Asking, *, limit: PositiveInt, days: PositiveInt) -> Found | None:
    """One person gets only so many in so many days, whatever the campaign."""
    span = timedelta(days=days)
    recent = sorted(when for when in asking.leaving.sent.to_person if asking.at - span < when)
    if len(recent) < limit:
        return None
    return Found(f"the person has had {len(recent)} mails in {days} days", "wait", recent[len(recent) - limit] + span)


@check
def agent_cap(asking: Asking, *, limit: PositiveInt) -> Found | None:
    """Without a public https address for one-click unsubscribing an agent sends only so many a day in all."""
    if asking.settings.get("public_url") or asking.left_today(asking.leaving.sent.by_agent_today) < limit:
        return None
    reason = f"without a public https address {limit} mails a day leave in all"
    return Found(reason, "wait", asking.our_tomorrow(), "inbox")


@check
def apart(asking: Asking, *, days: PositiveInt) -> Found | None:
    """Between two mails on a thread lie so many days."""
    last = max((when for _, when in asking.leaving.sent.on_thread), default=None)
    if last is None or last + timedelta(days=days) <= asking.at:
        return None
    return Found(f"the last mail about this left less than {days} days ago", "wait", last + timedelta(days=days))
