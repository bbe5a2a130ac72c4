"""Mails of a campaign that wait alike, by one template and for one reason: one look may do for many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from postroom.runtime.journal import Journal, Row
from postroom.runtime.tables import actions, approvals

MANY = 5
"""From how many on they are shown as one; fewer are looked at one by one."""
SAMPLES = 3
"""How many of them are shown whole."""


@dataclass(frozen=True)
class Alike:
    """Approvals of one campaign, template and reason, oldest first, and to whom each goes."""

    agent: str
    campaign: str
    template: str
    reason: str
    rows: tuple[Row, ...]
    recipients: tuple[str, ...]


def groups(journal: Journal, waiting: Sequence[Row]) -> list[Alike]:
    """Return what of all that waits may be decided together, many of each.

    Only what stands as the agent wrote it, and what one person may decide alone.
    """
    fresh = {row["run_id"]: row for row in waiting if row["version"] == 1 and row["needed"] == 1}
    found: dict[tuple[str, str, str, str], list[tuple[Row, str]]] = defaultdict(list)
    for held in _held(journal):
        if row := fresh.pop(held["run_id"], None):
            key = (row["agent"], held["campaign"].partition("/")[2], held["template"] or "", row["reason"])
            found[key].append((row, held["recipient"] or ""))
    made = []
    for (agent, campaign, template, reason), pairs in found.items():
        rows, recipients = zip(*sorted(pairs, key=lambda pair: pair[0]["asked_at"]), strict=True)
        made.append(Alike(agent, campaign, template, reason, rows, recipients))
    return [each for each in made if len(each.rows) >= MANY]


def another_is_asked(journal: Journal, approval: Mapping[str, Any]) -> bool:
    """Tell whether our people have a review mail of one that is alike and still waits: it tells of this one too."""
    own = next(iter(_held(journal, approval["run_id"])), None)
    if own is None or approval["needed"] > 1:  # two people decide each by itself
        return False
    same = [approvals.c[name] == approval[name] for name in ("agent", "rule", "reason")]
    query = _select(
        actions.c.campaign == own["campaign"], approvals.c.status == "open", approvals.c.asked != "",
        approvals.c.token != approval["token"], *same,
    ).join(approvals, approvals.c.run_id == actions.c.run_id)  # fmt: skip
    with journal.database.connect() as connection:
        return any(each["template"] == own["template"] for each in connection.execute(query).mappings())


def _held(journal: Journal, run_id: str = "") -> Sequence[Row]:
    """Return the mails of campaigns that nobody asked for and that wait, the first of each run."""
    of_run = [actions.c.run_id == run_id] if run_id else []
    with journal.database.connect() as connection:
        return connection.execute(_select(*of_run)).mappings().all()


def _select(*where: Any) -> sa.Select[Any]:
    template = actions.c.frozen["template"].as_string().label("template")
    chosen = sa.select(actions.c.run_id, actions.c.campaign, actions.c.recipient, template)
    return chosen.where(actions.c.status == "held", actions.c.campaign.is_not(None), *where).order_by(actions.c.number)
