"""What the labels of a thread keep of a debt beside its mails: the step taken, days that do not count, a stop.

`label` gives the value of a dimension, "" where the thread has none: `step/firm`, `day/2026-03-08`,
`validation/2026-04-18`, `paused/7.2026-03-20` (days that did not count so far, and until when), `stop/dispute`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from .notice import validation_ends
from .stages import FRIENDLY, REMINDER, Case
from .told import GRAVITY, PAUSES

Label = Callable[[str], str]
MARGIN = 10
"""Days by which the period to dispute is longer than it must be: a first mail may wait for a yes, or a morning."""
FACTS = {"dispute": "disputed", "creditor": "disputed", "cease": "ceased", "refuses": "refused", "despair": "ceased",
         "threat": "ceased", "complaint": "ceased", "hardship": "ceased"}  # fmt: skip
"""By the label `stop/…`, the fact that the rules know; any other is called as the label is."""
PERSONAL = frozenset(GRAVITY) - PAUSES - {"dispute", "creditor", "refuses"}
"""What is said of the person, not of one debt: nothing leaves to the address any more, whatever else they owe."""
_OF_FINANCE = ("dispute", "creditor", "hardship", "refuses")
_STATED = re.compile(r"replying to this mail until (\d{1,2} [A-Z][a-z]+ \d{4})")


def case_of(due: date, left: Sequence[date], label: Label) -> Case:
    """Return what the planner must know of a debt: `left` are the days on which mails of ours left, oldest first."""
    stage, day, ends = label("step"), label("day"), label("validation")
    days, _, until = label("paused").partition(".")
    sent = [(FRIENDLY, left[0])] if left else []
    if left and stage != FRIENDLY and left[-1] > left[0]:  # a step that was put off has not left: it is due again
        sent.append((stage if day and left[-1] >= date.fromisoformat(day) else REMINDER, left[-1]))
    still = ((date.fromisoformat(until) - timedelta(days=int(days) - 1), date.fromisoformat(until)),) if until else ()
    return Case(due, tuple(sent), date.fromisoformat(ends) if ends else None, still)


def paused(label: Label, today: date, until: date) -> str:
    """Return the label of a pause from today until a day: its days do not count, nor did those of earlier ones."""
    before = int(label("paused").partition(".")[0] or 0)
    return f"paused/{before + (until - today).days + 1}.{until}"


def facts(label: Label, text: str, *, validated: bool) -> dict[str, Any]:
    """Return what the rules ask: what was stopped, and the period to dispute.

    Of the first mail that is the period which its own text states: the rules see whether that is long enough.
    """
    found: dict[str, Any] = {}
    if validated and (ends := label("validation") or stated_end(text)):
        found["validation"] = {"ends": ends}
    if stop := label("stop").replace("-", " "):
        found[FACTS.get(stop, stop.replace(" ", "_"))] = True
    return found


def stopped(kind: str) -> list[str]:
    """Return the labels of a stop: what it is, and whose matter."""
    return [f"stop/{kind.replace(' ', '-')}", f"for/{'finance' if kind in _OF_FINANCE else 'compliance'}"]


def dispute_until(day: date, country: str) -> date:
    """Return the end of the validation period that a notice made on a day states."""
    return validation_ends(day + timedelta(days=MARGIN), country)


def stated_end(text: str) -> str:
    """Return the end of the validation period that a mail states, ISO 8601, "" where it states none."""
    found = _STATED.search(" ".join(text.split()))
    return datetime.strptime(found[1], "%d %B %Y").date().isoformat() if found else ""  # noqa: DTZ007
