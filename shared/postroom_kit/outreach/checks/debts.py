"""Debts: the validation notice, the period that follows it, and debts that no court would grant."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from pydantic import NonNegativeInt, PositiveInt

from ..asking import Asking, Found, check, day_of, holds, may_be
from ..leaving import Outcome
from ..places import Spot, is_free_day
from ..wording import said, without

_ADDED = ("then", "interest", "fees")
_TAKEN = ("payments", "credits")
_FEDERAL = Spot("America/New_York", "US")


@check
def validation_notice(asking: Asking, *, days: PositiveInt, business_days: NonNegativeInt) -> Found | None:
    """The first mail holds the validation notice, its amounts add up, and its period is long enough."""
    itemisation, validation = asking.fact("itemisation"), asking.fact("validation")
    amounts = _amounts(itemisation)
    if amounts is None:
        return Found("the record has no itemisation in whole cents: " + ", ".join((*_ADDED, *_TAKEN, "now")))
    owed = sum(amounts[name] for name in _ADDED) - sum(amounts[name] for name in _TAKEN)
    if owed != amounts["now"]:
        return Found(f"the itemisation adds up to {_money(owed)}, not to the balance of {_money(amounts['now'])}")
    dated, ends = day_of(_of(itemisation, "date")), day_of(_of(validation, "ends"))
    if dated is None or ends is None:
        return Found(
            f"the record does not say the {'itemisation date' if dated is None else 'end of the validation period'}"
        )
    if ends < (least := _received(asking, business_days) + timedelta(days=days)):
        return Found(f"the validation period ends on {ends}, before {least}")
    named = {name: str(asking.fact(name) or "") for name in ("creditor", "account")}
    for body in asking.bodies:
        lacking = [name for name, value in named.items() if not holds(body, value)]
        lacking += [
            name for name, cents in amounts.items() if (cents or name == "now") and not _says_money(body, cents)
        ]
        lacking += [
            name
            for name, day in (("itemisation date", dated), ("end of the validation period", ends))
            if not says_day(body, day)
        ]
        lacking += [] if said("tells how to dispute", body) else ["way to dispute"]
        if lacking:
            return Found(f"the validation notice does not say the {', '.join(lacking)}")
    return None


@check
def validation_period(asking: Asking, *, softened: list[str], assumed_days: PositiveInt) -> Found | None:
    """Until the validation period is over only softened steps leave, and no mail speaks louder than the notice."""
    validation, thread = asking.fact("validation"), asking.leaving.sent.on_thread
    sent, ends = day_of(_of(validation, "sent")), day_of(_of(validation, "ends"))
    begun = sent or (min(when for _, when in thread).date() if thread else None)
    if asking.leaving.kind == "follow_up" and begun is None:
        return Found("no validation notice has been sent", "hold")
    least = begun + timedelta(days=30 if ends else assumed_days) if begun else None
    until = max(filter(None, (ends, least)), default=None)
    if until is None or asking.at >= (over := _after(until, asking.spots)):
        return None
    if asking.leaving.kind == "follow_up" and not set(re.split(r"[\W_]+", asking.leaving.template.casefold())) & set(
        softened
    ):
        return Found(f"the validation period runs until {until}: only softened steps leave before", "wait", over)
    loud = next((hit for body in asking.words if (hit := said("overshadows", body))), None)
    outcome: Outcome = "hold" if asking.leaving.kind == "answer" else "refuse"
    return Found(f"{loud!r} overshadows the right to dispute, which lasts until {until}", outcome) if loud else None


@check
def time_barred(asking: Asking) -> Found | None:
    """Of a debt too old for a court nobody threatens with one; a debt of unknown age counts as too old."""
    barred = asking.fact("time_barred")
    if barred is not None and not may_be(barred):
        return None
    spoken = (without("says that there is no suit", each) for each in asking.words)
    hit = next((hit for each in spoken if (hit := said("threatens a court", each))), None)
    return Found(f"the debt may be too old for a court, and {hit!r} speaks of one") if hit else None


def says_day(text: str, day: date) -> bool:
    """Tell whether a text names a day: 2026-12-30, December 30, 2026, 30 Dec 2026 or 12/30/2026."""
    month, short = f"{day:%B}", f"{day:%b}"
    forms = [f"{day:%Y-%m-%d}", f"{day.month}/{day.day}/{day.year}", f"{day:%m/%d/%Y}"]
    for name in (month, short):
        forms += [f"{name} {day.day} {day.year}", f"{day.day} {name} {day.year}"]
    return any(holds(text, form) for form in forms)


def _received(asking: Asking, business_days: int) -> date:
    """Return the day on which the notice counts as received: so many days after it leaves, federal holidays apart."""
    day = min((asking.at.astimezone(spot.clock).date() for spot in asking.spots or ()), default=asking.at.date())
    while business_days:
        day += timedelta(days=1)
        business_days -= not is_free_day(_FEDERAL, day)
    return day


def _after(day: date, places: tuple[Spot, ...] | None) -> datetime:
    """Return the instant from which a day is over wherever the person may be."""
    tomorrow = datetime.combine(day + timedelta(days=1), time.min)
    ends = [tomorrow.replace(tzinfo=spot.clock).astimezone(UTC) for spot in places or ()]
    return max(ends, default=tomorrow.replace(tzinfo=UTC) + timedelta(hours=12))


def _amounts(itemisation: Any) -> dict[str, int] | None:
    amounts = {name: _of(itemisation, name) for name in (*_ADDED, *_TAKEN, "now")}
    whole = all(isinstance(cents, int) and not isinstance(cents, bool) and cents >= 0 for cents in amounts.values())
    return amounts if whole else None


def _of(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _money(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100:,}.{abs(cents) % 100:02}"


def _says_money(text: str, cents: int) -> bool:
    return re.search(rf"(?<![\d.,]){re.escape(_money(cents))}(?![\d]|[.,]\d)", text) is not None or (
        re.search(rf"(?<![\d.,]){cents // 100}\.{cents % 100:02}(?![\d]|[.,]\d)", text) is not None
    )
