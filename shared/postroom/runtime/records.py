"""Who is in a campaign, and how far: the journal's records, taken in from files any number of times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from postroom.campaign import Record, Sheet, record_id
from postroom.runtime.context import Context, Post
from postroom.runtime.ids import run_id
from postroom.runtime.journal import Journal
from postroom.runtime.journal import Row as Found
from postroom.runtime.tables import records

LEFT_OUT = "the agent left it out"
MOST_DUE = 50
"""Records of an agent whose first mails are begun at one look."""


@dataclass(frozen=True)
class TakenIn:
    """What an import came to: rows `added`, `changed`, there already as they are, and left out with their reasons."""

    campaign: str
    added: int
    changed: int
    known: int
    bad: tuple[tuple[int, str], ...]

    def __str__(self) -> str:
        """Say it in a line."""
        left_out = f", {len(self.bad)} left out" if self.bad else ""
        return f"{self.campaign}: {self.added} added, {self.changed} changed, {self.known} known{left_out}"


def take_in(context: Context, post: Post, sheet: Sheet) -> TakenIn:
    """Make the records of a campaign's rows. Safe to repeat: a person begun with is not begun with again.

    What a row says anew of somebody counts from their next mail on; whom a rule refused, or the agent left out, for
    what the row said before is looked at again.
    """
    now, agent = context.clock.now(), post.agent.name
    rows = [
        {
            "record_id": record_id(agent, sheet.campaign, row.email, row.item), "agent": agent,
            "campaign": sheet.campaign, "address": row.email, "item": row.item, "row": row.model_dump(mode="json"),
            "inbox_id": post.inbox_of(row.email), "status": "waiting", "thread_id": "", "imported_at": now,
            "due_at": max(now, row.begin_at or now), "started_at": None, "note": "",
        }
        for _, row in sheet.rows
    ]  # fmt: skip
    before = {row["record_id"]: row for row in of_campaign(context.journal, agent, sheet.campaign)}
    new = [row for row in rows if row["record_id"] not in before]
    changed = [row for row in rows if row["record_id"] in before and before[row["record_id"]]["row"] != row["row"]]
    this = records.c.record_id == sa.bindparam("this")
    with context.journal.database.begin() as connection:
        if new:
            connection.execute(context.journal.inserts.add[records], new)
        if changed:
            values = [{"this": row["record_id"], "row": row["row"]} for row in changed]
            connection.execute(sa.update(records).where(this), values)
        anew = [row for row in changed if _is_asked_anew(before[row["record_id"]])]
        if anew:
            values = [{"this": row["record_id"], "due_at": row["due_at"], "status": "waiting"} for row in anew]
            rests = sa.or_(*(records.c.status == status for status in ("waiting", "refused")))
            connection.execute(sa.update(records).where(this, rests), values)
    bad = tuple((each.line, each.reason) for each in sheet.bad)
    return TakenIn(sheet.campaign, len(new), len(changed), len(rows) - len(new) - len(changed), bad)


def _is_asked_anew(found: Found) -> bool:
    """Tell whether a changed row makes its record due anew: not where a person said no, of ours or of theirs."""
    by_rule = found["note"].startswith(LEFT_OUT) or "/" in found["note"].partition(": ")[0]
    return found["status"] == "waiting" or (found["status"] == "refused" and not found["thread_id"] and by_rule)


def of_campaign(journal: Journal, agent: str, campaign: str = "", address: str = "") -> Sequence[Found]:
    """Return the records of an agent, of one of its campaigns, of one person, in the order of their import."""
    where = [records.c.agent == agent, *([records.c.campaign == campaign] if campaign else [])]
    where += [records.c.address == address] if address else []
    return _all(journal, sa.select(records).where(*where).order_by(records.c.imported_at, records.c.record_id))


def campaigns(journal: Journal) -> Sequence[Found]:
    """Return `agent` and `campaign` of each campaign."""
    names = (records.c.agent, records.c.campaign)
    return _all(journal, sa.select(*names).distinct().order_by(*names))


def of_id(journal: Journal, identifier: str) -> Found | None:
    """Return a record, if known."""
    return next(iter(_all(journal, sa.select(records).where(records.c.record_id == identifier))), None)


def of_thread(journal: Journal, thread_id: str) -> Found | None:
    """Return the record whose first mail began a thread, if one did."""
    found = sa.select(records).where(records.c.thread_id == thread_id) if thread_id else None
    return next(iter(_all(journal, found)), None) if found is not None else None


def of_address(journal: Journal, addresses: Iterable[str]) -> Sequence[Found]:
    """Return all records of these addresses, of whichever agent and campaign."""
    return _all(journal, sa.select(records).where(records.c.address.in_(list(addresses))))


def begun_with(journal: Journal, agent: str, addresses: Iterable[str]) -> Sequence[Found]:
    """Return the records of these addresses that an agent has begun with."""
    return [row for row in of_address(journal, addresses) if row["agent"] == agent and row["thread_id"]]


def to_begin(context: Context) -> list[tuple[str, str, dict[str, Any]]]:
    """Return `(run id, lane, payload)` of the records whose first mail is due; of one person one after another."""
    items = []
    now = context.clock.now()
    order = (records.c.due_at, records.c.imported_at, records.c.record_id)
    for agent, where in _open(context):
        query = sa.select(records).where(*where, records.c.due_at <= now).order_by(*order).limit(MOST_DUE)
        alone = unproved(context, agent)
        for row in _all(context.journal, query):
            if alone.get(row["campaign"], False):
                continue
            if row["campaign"] in alone:
                alone[row["campaign"]] = True
            identifier = run_id(row["due_at"], "start", row["inbox_id"], row["record_id"])
            payload = context.payload(identifier, "start", agent, row["inbox_id"], "")
            items.append((identifier, row["address"], payload | {"record": row["record_id"]}))
    return items


def next_due(context: Context) -> datetime | None:
    """Return when the first mail to a record is due next."""
    with context.journal.database.connect() as connection:
        queries = (sa.select(sa.func.min(records.c.due_at)).where(*where) for _, where in _open(context))
        return min(filter(None, (connection.execute(query).scalar_one() for query in queries)), default=None)


def begin(journal: Journal, identifier: str, now: datetime) -> None:
    """Record that the run of a record's first mail was handed in, unless it has put that off already."""
    due = (records.c.record_id == identifier, records.c.status == "waiting", records.c.due_at <= now)
    with journal.database.begin() as connection:
        connection.execute(sa.update(records).where(*due).values(status="starting"))


def unproved(context: Context, agent: str) -> dict[str, bool]:
    """Return the campaigns of which a person is to see the first mail and none has left, and whether it is made."""
    outreach = context.posts[agent].agent.outreach
    if outreach is None or not outreach.approve_first:
        return {}
    having = (sa.case((records.c.status.in_(each), 1), else_=0) for each in (["started"], ["starting", "held"]))
    left, made = map(sa.func.sum, having)
    query = sa.select(records.c.campaign, left.label("left"), made.label("made")).where(records.c.agent == agent)
    found = _all(context.journal, query.group_by(records.c.campaign))
    return {row["campaign"]: bool(row["made"]) for row in found if not row["left"]}


def _open(context: Context) -> list[tuple[str, list[sa.ColumnElement[bool]]]]:
    """Return for each agent that may begin with somebody now with whom: nothing that is switched off is due."""
    writers = [name for name, post in context.posts.items() if post.agent.outreach and not context.autonomy.off(name)]
    off = context.journal.switched_off() if writers else {}
    inboxes = [scope.removeprefix("inbox:") for scope in off if scope.startswith("inbox:")]
    found = []
    for agent in writers:
        mine = f"campaign:{agent}/"
        campaigns = [scope.removeprefix(mine) for scope in off if scope.startswith(mine)]
        campaigns += [campaign for campaign, made in unproved(context, agent).items() if made]
        waits = (records.c.agent == agent, records.c.status == "waiting")
        if off.keys().isdisjoint({"all", f"agent:{agent}"}):
            kept = (records.c.inbox_id.not_in(inboxes), records.c.campaign.not_in(campaigns))
            found.append((agent, [*waits, *kept]))
    return found


def change(journal: Journal, identifier: str, *, only: Sequence[str] = (), **columns: Any) -> None:
    """Set columns of a record, where it has one of the statuses `only`."""
    where = [records.c.record_id == identifier, *([records.c.status.in_(only)] if only else [])]
    with journal.database.begin() as connection:
        connection.execute(sa.update(records).where(*where).values(**columns))


def put_off(journal: Journal, inbox_id: str, until: datetime, now: datetime, campaign: str = "") -> None:
    """Begin with nobody more from an inbox today (UTC), or with nobody of a `campaign`: what keeps one keeps all.

    They wait until then, a moment that suits that one; what is due tomorrow keeps its own.
    """
    tonight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    waits = [records.c.inbox_id == inbox_id, records.c.status == "waiting", records.c.due_at < min(until, tonight)]
    waits += [records.c.campaign == campaign] if campaign else []
    with journal.database.begin() as connection:
        connection.execute(sa.update(records).where(*waits).values(due_at=until))


def refuse(journal: Journal, addresses: Iterable[str], why: str) -> None:
    """Begin with none of these any more."""
    waits = (records.c.address.in_(list(addresses)), records.c.status == "waiting")
    with journal.database.begin() as connection:
        connection.execute(sa.update(records).where(*waits).values(status="refused", note=why))


def frozen(row: Found | None) -> dict[str, Any] | None:
    """Return a record as JSON, as runs freeze it."""
    if row is None:
        return None
    names = ("record_id", "campaign", "address", "item", "row")
    return {name: row[name] for name in names} | {"imported": row["imported_at"].isoformat()}


def restored(kept: Mapping[str, Any] | None) -> Record | None:
    """Return the record that was frozen."""
    return Record(**{**kept, "imported": datetime.fromisoformat(kept["imported"])}) if kept else None


def _all(journal: Journal, query: sa.Select[Any]) -> Sequence[Found]:
    with journal.database.connect() as connection:
        return connection.execute(query).mappings().all()
