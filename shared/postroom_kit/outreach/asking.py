"""What a check is given and what it answers; the checks themselves stand in `checks`, by topic."""

from __future__ import annotations

import inspect
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from ..mail_reading import html_to_text
from .leaving import Leaving, Outcome, Scope
from .places import Spot, may_be_in, spots

_YES = {"true", "yes", "y", "1"}
_NO = {"false", "no", "n", "0", "", "none", "null", "n/a", "-", "[]", "{}"}


class Found(NamedTuple):
    """What a check found. Without an outcome of its own that of its rule counts; a wait says until when."""

    reason: str
    outcome: Outcome | None = None
    until: datetime | None = None
    scope: Scope = "mail"


@dataclass(frozen=True)
class Asking:
    """A mail looked at as if it left `at`; `areas` are those of the rule that asks, `settings` those of the book."""

    leaving: Leaving
    at: datetime
    areas: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def spots(self) -> tuple[Spot, ...] | None:
        """Return everywhere the person may be; None if nothing is known."""
        return spots(self.leaving.places, self.leaving.to)

    @property
    def is_surely_there(self) -> bool:
        """Tell whether the person is in the rule's areas wherever they are of all that is possible."""
        return bool(self.spots) and all(any(may_be_in(spot, area) for area in self.areas) for spot in self.spots or ())

    @cached_property
    def bodies(self) -> tuple[str, ...]:
        """Return what a reader may see, each way on its own: the text, and the HTML's words where there is HTML."""
        return tuple(body for body in (self.leaving.text, _shown(self.leaving.html)) if body.strip()) or ("",)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Return the subject and the bodies without our own name and address, whatever these are called."""
        own = _names(tuple(self.identity.get(name, "") for name in ("legal_name", "name", "postal_address")))
        return tuple(own.sub(" ", each) for each in (self.leaving.subject, *self.bodies))

    @cached_property
    def identity(self) -> dict[str, str]:
        """Return what is known of us, without what is blank."""
        return {key: str(value) for key, value in self.leaving.identity.items() if value and str(value).strip()}

    def fact(self, name: str) -> Any:
        """Return a fact of the record, None if it is not there."""
        return self.leaving.facts.get(name)

    @property
    def our_day(self) -> date:
        """Return the day it would be where the agent is."""
        return self.at.astimezone(self._our_clock).date()

    def left_today(self, count: int) -> int:
        """Return a count of today as it stands when this would leave: nothing of a later day has left yet."""
        return count if self.our_day == self.leaving.now.astimezone(self._our_clock).date() else 0

    def our_tomorrow(self) -> datetime:
        """Return the beginning of the next day where the agent is."""
        return datetime.combine(self.our_day + timedelta(days=1), time.min, self._our_clock).astimezone(UTC)

    @property
    def _our_clock(self) -> ZoneInfo:
        return ZoneInfo(str(self.settings.get("zone") or "UTC"))


Check = Callable[..., Found | None]
CHECKS: dict[str, Check] = {}
"""All checks by name; beside what is asked each takes what its rule's `params` say, by keyword."""


def check(function: Check) -> Check:
    """Make a function one that rules may name."""
    CHECKS[function.__name__] = function
    return function


def params_of(function: Check) -> Mapping[str, inspect.Parameter]:
    """Return what a check takes beside what is asked."""
    found = inspect.signature(function, eval_str=True).parameters.values()
    return {each.name: each for each in found if each.kind is each.KEYWORD_ONLY}


def holds(text: str, phrase: str) -> bool:
    """Tell whether the words of a phrase stand in a text in a row, whatever stands between them but words."""
    return bool(wanted := _words(phrase)) and f" {wanted} " in f" {_words(text)} "


@lru_cache(maxsize=16)
def _shown(html: str) -> str:
    return html_to_text(html) if html.strip() else ""


@lru_cache(maxsize=16)
def _names(values: tuple[str, ...]) -> re.Pattern[str]:
    written = [r"\W+".join(map(re.escape, re.findall(r"\w+", value))) for value in values]
    longest_first = sorted((each for each in written if each), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)" if longest_first else r"(?!)", re.IGNORECASE)


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))


def may_be(value: Any) -> bool:
    """Tell whether a fact is said to be so, or unclearly: whatever is not a plain no."""
    return str(value).strip().casefold() not in _NO


def surely(value: Any) -> bool:
    """Tell whether a fact is plainly said to be so."""
    return str(value).strip().casefold() in _YES


def day_of(value: Any) -> date | None:
    """Return the day that a fact names, an ISO date or moment; None if it names none."""
    try:
        return date.fromisoformat(str(value).strip()[:10])
    except ValueError:
        return None
