"""Erasing what is held of a person: texts of journal and engine go, the audit stays whole, what stays is listed."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import sqlalchemy as sa

from postroom.database import compact, one_at_a_time
from postroom.mail import Sender
from postroom.mailbox.client import pages, patiently, there
from postroom.mailbox.reading import WITH_DOUBTS
from postroom.runtime.context import Context
from postroom.runtime.drafts import withdraw_plans
from postroom.runtime.tables import actions, approvals, decisions, doubted, lessons, records, runs, suppressed, timers

ERASED = "erased"
"""The status of a run of which ids, times and its place alone are left; a second delivery of its mail does nothing."""
UNDER_WAY = ("queued", "running", "held")
EMPTY: dict[str, Any] = {
    "cause": {}, "frozen": None, "plan": None, "note": "", "error": None, "retry_at": None, "writer": None,
    "subject": None, "words": None, "status": ERASED,
}  # fmt: skip
HISTORIES = sa.select(decisions.c.run_id, decisions.c.number, decisions.c.value).where(decisions.c.type == "history")
"""What reports and proposals are made of: past threads, with words of our people."""
IDS = ("message_id", "thread_id", "draft_id")
"""What is kept of an action's result: by them our own mail is still known as ours."""


class NotErasable(ValueError):
    """Why nothing was erased, and what to do first."""


@dataclass
class Erasure:
    """What was erased, or would be, and what is kept and why, in lines for whoever asked."""

    erased: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


def erase(context: Context, address: str, *, mail: bool = False, dry_run: bool = False) -> Erasure:
    """Erase what is held of the person at `address`: on the threads they wrote on, and those we wrote to them on.

    Safe to repeat after a crash at any point: the journal, which knows the threads, is erased after all else. With
    `mail`, their threads in AgentMail go too. Raises NotErasable, and ApiError where AgentMail does not serve.
    """
    named = Sender.parse(address).address
    if "@" not in named:
        raise NotErasable(f"{address!r} holds no mail address; nothing was erased")
    if named in context.own | context.people:
        raise NotErasable(f"{named} is one of ours, not a person who wrote to us; nothing was erased")
    threads = _threads(context, named)
    ids, reviews = _runs(context, named, [thread_id for _, thread_id in threads])
    _refuse_under_way(context, ids, [thread_id for _, thread_id in threads])
    told = Erasure(kept=list(_kept(context, named, threads, [*ids, *reviews], mail=mail)))
    counts = _counts(context, named, ids, threads) | {
        "engine rows": context.engine.erase(context.name, ids, dry_run=dry_run)
    }
    counts |= {"threads in AgentMail": len(threads)} if mail else {}
    told.erased = [f"{what}: {count}" for what, count in counts.items()]
    if not dry_run:
        for inbox_id, thread_id in threads:
            withdraw_plans(context, inbox_id, thread_id)
            if post := context.post_of_inbox(inbox_id):
                post.agent.forget(inbox_id, thread_id)
            if mail:
                _delete_thread(context, inbox_id, thread_id)
        _empty(context, named, ids, reviews, threads, counts)
        for database in {context.journal.database, context.engine.database}:
            compact(database)
    return told


def _threads(context: Context, address: str) -> list[tuple[str, str]]:
    """Return inbox and thread of all that the journal knows to be the person's, and AgentMail to be written by them."""
    wrote = sa.select(runs.c.inbox_id, runs.c.thread_id).where(runs.c.writer == address)
    of_actions = sa.select(actions.c.inbox_id, actions.c.thread_id).where(_is_party(address))
    begun = sa.select(records.c.inbox_id, records.c.thread_id).where(records.c.address == address)
    with context.journal.database.connect() as connection:
        found = {(row[0], row[1]) for row in connection.execute(sa.union(wrote, of_actions, begun))}
    for post in context.at_inboxes():
        listed = pages(context.client.inboxes.threads.list, post.inbox_id, senders=[address], **WITH_DOUBTS)
        for thread in chain.from_iterable(page.threads for page in listed):
            if address in {Sender.parse(sender).address for sender in thread.senders}:
                found.add((post.inbox_id, thread.thread_id))
    return sorted(pair for pair in found if pair[1])


def _is_party(address: str) -> sa.ColumnElement[bool]:
    return sa.or_(actions.c.recipient == address, actions.c.writer == address)


def _learnt_of(address: str, ids: Collection[str]) -> sa.ColumnElement[bool]:
    """Tell which lessons hold words of a person: answers to them, and on threads that they wrote on."""
    theirs = sa.select(actions.c.op_id).where(actions.c.run_id.in_(ids))
    return sa.or_(lessons.c.writer == address, lessons.c.op_id.in_(theirs))


def _runs(context: Context, address: str, threads: Collection[str]) -> tuple[list[str], list[str]]:
    """Return the runs that are about a person, and those of periodic reviews that show their mail.

    They are those of the threads, those that told our people of past threads, as a report or a proposal, and those of
    what our people answered to any of it, which has its subjects. A review is emptied as a whole, and acted on no more.
    """
    places = sa.select(records.c.record_id).where(records.c.address == address)  # some have begun no thread
    begins = sa.and_(runs.c.kind == "start", runs.c.cause["record"].as_string().in_(places))
    of_threads = sa.select(runs.c.run_id).where(sa.or_(runs.c.thread_id.in_(threads), begins))
    with context.journal.database.connect() as connection:
        ids = list(connection.execute(of_threads).scalars())
        for row in connection.execute(HISTORIES):
            past = {thread["thread_id"] for thread in row.value["answer"]["threads"]}
            ids += [] if past.isdisjoint(threads) else [row.run_id]
        digests = connection.execute(sa.select(actions).where(actions.c.kind == "Digest")).mappings().all()
        # a line about a thread says its subject, and names whose it is by ids alone
        named = [address, *ids, *threads]
        shown = [row["run_id"] for row in digests if any(each in json.dumps(row["frozen"]).lower() for each in named)]
        mails = sa.select(actions.c.result["thread_id"].as_string()).where(actions.c.run_id.in_([*ids, *shown]))
        told = {thread_id for thread_id in connection.execute(mails).scalars() if thread_id} - {*threads}
        asked = sa.select(approvals.c.token).where(approvals.c.run_id.in_(ids))
        answers = sa.or_(runs.c.thread_id.in_(told), runs.c.cause["approval"].as_string().in_(asked))
        ids += connection.execute(sa.select(runs.c.run_id).where(answers)).scalars()
        return list(dict.fromkeys(ids)), shown


def _refuse_under_way(context: Context, ids: Collection[str], threads: Collection[str]) -> None:
    waits = sa.or_(runs.c.status.in_(UNDER_WAY), runs.c.retry_at.is_not(None))
    query = sa.select(runs.c.run_id, runs.c.status).where(runs.c.run_id.in_(ids), waits)
    with context.journal.database.connect() as connection:
        found = [f"{row.run_id} ({row.status})" for row in connection.execute(query)]
    found += [f"a run on {thread_id}" for thread_id in sorted(context.engine.busy(context.name) & set(threads))]
    if found:
        raise NotErasable(
            f"nothing was erased: {len(found)} runs of this person's threads are under way or wait: "
            f"{', '.join(found[:5])}; let them end, and send or delete the drafts that wait (`postroom threads` tells "
            "which), then erase again"
        )


def _counts(context: Context, address: str, ids: Sequence[str], threads: Sequence[tuple[str, str]]) -> dict[str, int]:
    of_threads = [thread_id for _, thread_id in threads]
    with context.journal.database.connect() as connection:
        return {
            what: connection.execute(
                sa.select(sa.func.count()).select_from(table).where(column.in_(among))
            ).scalar_one()
            for what, table, column, among in (
                ("runs", runs, runs.c.run_id, ids),
                ("decisions", decisions, decisions.c.run_id, ids),
                ("actions", actions, actions.c.run_id, ids),
                ("approvals", approvals, approvals.c.run_id, ids),
                ("timers and planned follow-ups", timers, timers.c.thread_id, of_threads),
                ("places in campaigns", records, records.c.address, [address]),
            )
        }


def _empty(
    context: Context, address: str, ids: Sequence[str], reviews: Sequence[str], threads: Sequence[tuple[str, str]],
    counts: Mapping[str, int],
) -> None:  # fmt: skip
    """Empty the journal's rows, and tell the audit so, in one transaction."""
    audit = context.journal.audit
    with one_at_a_time(context.journal.database, "the audit") as connection:
        connection.execute(sa.update(runs).where(runs.c.run_id.in_(ids)).values(EMPTY))
        connection.execute(sa.delete(approvals).where(approvals.c.run_id.in_(ids)))
        connection.execute(sa.delete(decisions).where(decisions.c.run_id.in_(ids)))
        of_threads = [thread_id for _, thread_id in threads]
        connection.execute(sa.delete(timers).where(timers.c.thread_id.in_(of_threads)))
        connection.execute(sa.delete(lessons).where(_learnt_of(address, ids)))
        _keep_hashed(context, connection, address)
        _forget_questions(connection, ids)
        theirs = sa.select(actions).where(sa.or_(actions.c.run_id.in_([*ids, *reviews]), _is_party(address)))
        for row in connection.execute(theirs).mappings().all():
            frozen = {name: row["frozen"][name] for name in ("purpose", "until") if name in row["frozen"]}
            result = {name: row["result"][name] for name in IDS if name in (row["result"] or {})}
            left = {"frozen": frozen, "result": result, "recipient": None, "writer": None, "reason": ""}
            connection.execute(sa.update(actions).where(actions.c.op_id == row["op_id"]).values(left))
        audit.append(connection, event="erasure", details={"address": audit.hashed(address), **counts})


def _keep_hashed(context: Context, connection: sa.Connection, address: str) -> None:
    """Put a hash in the place of an address that gets no mail. Who was in a campaign is begun with in none again."""
    entry, now = context.journal.hashed(address), context.clock.now()
    for table in (suppressed, doubted):
        this = table.c.address == address
        for reason in connection.execute(sa.select(table.c.reason).where(this)).scalars().all():
            row = {"address": entry, "reason": reason, "at": now}
            connection.execute(context.journal.inserts.add[table], row)
            connection.execute(sa.delete(table).where(this))
    if connection.execute(sa.delete(records).where(records.c.address == address)).rowcount:
        row = {"address": entry, "reason": "erased from a campaign", "at": now}
        connection.execute(context.journal.inserts.add[suppressed], row)


def _forget_questions(connection: sa.Connection, ids: Collection[str]) -> None:
    """Take the questions that were proposed because of a person's mail out of what later runs knew to be proposed."""
    proposals = sa.select(actions.c.frozen["key"].as_string()).where(actions.c.run_id.in_(ids))
    asked = {*connection.execute(proposals.where(actions.c.kind == "Propose")).scalars()}
    for row in connection.execute(HISTORIES).all():
        past = row.value["answer"]
        if not asked.isdisjoint(past.get("proposed", ())):
            value = {"answer": {**past, "proposed": [key for key in past["proposed"] if key not in asked]}}
            this = (decisions.c.run_id == row.run_id, decisions.c.number == row.number)
            connection.execute(sa.update(decisions).where(*this).values(value=value))


def _kept(
    context: Context, address: str, threads: Sequence[tuple[str, str]], erased: Collection[str], *, mail: bool
) -> Iterator[str]:
    """Yield what stays of a person, with the reason."""
    stops = context.journal.stops([address])
    for kind in ("suppressed", "doubted"):
        for reason in stops[kind].values():
            yield f"{address} is {kind} ({reason}): so that it gets no mail again, as it wished or the law wants"
    if threads and not mail:
        yield f"threads in AgentMail: {len(threads)}; their mail is kept there, --mail deletes it"
    yield "the audit: ids, rules and salted hashes, no texts and no addresses"
    if threads:
        yield (
            "mail to our people, where it quotes them, reports, and articles made of answers (articles/ in the data "
            "folder): look there yourself"
        )
    for post in context.posts.values():
        for record in post.agent.kept_by_law(address):
            yield f"{post.agent.name}: {record}"
        for path in sorted((post.agent.folder / "data").rglob("*")):
            if path.is_file() and address in path.read_bytes().decode(errors="ignore").lower():
                yield f"{path.relative_to(post.agent.folder.parent)} names {address}: take that out of it yourself"
    for where, count in _mentions(context, address, erased).items():
        yield f"{count} {where} of other threads, or of none, name {address}: they are about other people too"


def _mentions(context: Context, address: str, erased: Collection[str]) -> dict[str, int]:
    """Count the rows that hold the address and belong to no thread of the person's."""
    found = {}
    with context.journal.database.connect() as connection:
        for table in (runs, decisions, actions, approvals):
            texts = [column for column in table.columns if isinstance(column.type, sa.Text | sa.JSON)]
            named = (sa.func.lower(sa.cast(text, sa.Text)).contains(address, autoescape=True) for text in texts)
            query = sa.select(sa.func.count()).select_from(table).where(sa.or_(*named), table.c.run_id.not_in(erased))
            if count := connection.execute(query).scalar_one():
                found[table.name.removeprefix("postroom_")] = count
    return found


def _delete_thread(context: Context, inbox_id: str, thread_id: str) -> None:
    there(patiently, context.client.inboxes.threads.delete, inbox_id, thread_id)
