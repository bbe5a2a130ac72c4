"""What became of threads, for reports: from the journal, and from AgentMail what our people wrote there themselves.

The record of it holds ids, times and the words of our people; those of customers stay in the decisions' own rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby, takewhile
from typing import Any, TypeVar

import sqlalchemy as sa
import structlog
from pydantic import ValidationError

from postroom.decision import Decision
from postroom.mail import Inbox, Message
from postroom.mailbox import labels as marks
from postroom.mailbox import reading
from postroom.mailbox.client import pages, there
from postroom.past import Decided, History, Past
from postroom.runtime.context import Context
from postroom.runtime.ids import mailed_at
from postroom.runtime.journal import Journal, Row
from postroom.runtime.tables import actions, decisions, moves, runs
from postroom.runtime.unanswered import BY_PEOPLE, HANDED_OVER, by_our_people

log = structlog.get_logger(__name__)
D = TypeVar("D", bound=Decision)

MOST = 300
"""Threads in one history."""
MOST_TEXTS, LONGEST_TEXT = 3, 2000
"""Mails of our people on one thread, the newest, and characters of each."""
LATE = timedelta(days=30)
"""How long after it came in a mail may be read, at most, to be found: after a downtime it is read late."""
_SENT = (actions.c.status == "done", actions.c.rule != BY_PEOPLE)
"""What an agent sent; the words of our people, which a run only passed on, are theirs."""


def gather(context: Context, inbox_id: str, kind: str, since: datetime) -> dict[str, Any]:
    """Return the newest threads with mail since then, as JSON, and how many were left out.

    `waiting` counts the threads that people have and did not write on, however long ago they got them.
    """
    by_people = _written_by_people(context, inbox_id, since)
    newest = {thread_id: texts[-1].timestamp for thread_id, texts in by_people.items()}
    for thread_id, last in threads_with_mail(context.journal, inbox_id, since).items():
        newest[thread_id] = max(last, newest.get(thread_id, since))
    ids = sorted(newest, key=lambda thread_id: newest[thread_id], reverse=True)
    post = context.post_of_inbox(inbox_id)
    assert post is not None, "a handler runs at the inbox of an agent here"
    taken_as = post.agent.with_human.value
    rows = rows_of(context.journal, ids[:MOST], kind, since)
    threads = [_thread(each, since, rows[each], by_people.get(each, []), taken_as) for each in ids[:MOST]]
    taken = [each for each in _taken(context.journal, inbox_id, taken_as) if each not in by_people]
    waiting = sum(each in newest or _is_unanswered(context, inbox_id, each) for each in taken)
    found = [thread for thread in threads if thread]
    proposed = _proposed(context.journal, inbox_id)
    return {"threads": found, "left_out": len(ids[MOST:]), "waiting": waiting, "proposed": proposed}


def restore(context: Context, kind: type[D], inbox: Inbox, since: datetime, gathered: Mapping[str, Any]) -> History[D]:
    """Return a history from what `gather` recorded and the journal's rows of the decisions."""
    threads = tuple(
        Past(
            thread_id=thread["thread_id"],
            began=datetime.fromisoformat(thread["began"]),
            answered=datetime.fromisoformat(thread["answered"]) if thread["answered"] else None,
            answered_by_people=thread["answered_by_people"],
            by_people=tuple(thread["by_people"]),
            taken=thread["taken"],
            handed_over=tuple(_because(context, run_id) for run_id in thread["handed_over"]),
            states=tuple(thread["states"]),
            labels={label: datetime.fromisoformat(at) for label, at in thread["labels"].items()},
            decided=tuple(filter(None, (_decided(context, kind, *made) for made in thread["decided"]))),
        )
        for thread in gathered["threads"]
    )
    proposed = frozenset(gathered.get("proposed", ()))
    return History(threads, since, inbox.now, gathered["left_out"], gathered["waiting"], proposed)


def _decided(context: Context, kind: type[D], run_id: str, number: int, handed_over: bool) -> Decided[D] | None:
    row = context.journal.decision(run_id, number)
    if row is None:
        return None
    try:
        decision = kind.of(row["value"], row["confidence"], row["seen"]["sure_of"])
    except ValidationError:
        log.warning("a decision is left out of a history: its type has changed since", run_id=run_id, kind=row["type"])
        return None
    return Decided(decision, row["seen"]["context"], _because(context, run_id), handed_over)


def _because(context: Context, run_id: str) -> str:
    run = context.journal.run(run_id)
    return str(((run and run["plan"]) or {}).get("because", ""))


def _written_by_people(context: Context, inbox_id: str, since: datetime) -> dict[str, list[Message]]:
    """Return for each thread on which our people wrote since then all they wrote to its writers, oldest first."""
    listed = pages(context.client.inboxes.messages.list, inbox_id, labels=[reading.SENT_LABEL])
    newest_first = (item for page in listed for item in page.messages)
    of_span = takewhile(lambda item: reading.as_datetime(item.timestamp) >= since, newest_first)
    ours = _sent_by_runs(context, inbox_id, since)
    written = [item for item in of_span if item.message_id not in ours and marks.INTERNAL not in (item.labels or ())]
    found = {}
    for thread_id in list(dict.fromkeys(item.thread_id for item in written))[:MOST]:
        messages = _messages(context, inbox_id, thread_id)
        writers = {address for item in messages if item.received for address in (item.sender.address, *item.reply_to)}
        theirs = by_our_people(context, thread_id, messages)
        if addressed := [message for message in theirs if writers & {*message.to}]:
            found[thread_id] = addressed
    return found


def _taken(journal: Journal, inbox_id: str, with_human: str) -> Sequence[str]:
    """Return the threads that people have."""
    last = sa.select(sa.func.max(moves.c.id)).where(moves.c.inbox_id == inbox_id).group_by(moves.c.thread_id)
    taken = sa.select(moves.c.thread_id).where(moves.c.id.in_(last), moves.c.state == with_human)
    with journal.database.connect() as connection:
        return connection.execute(taken).scalars().all()


def _proposed(journal: Journal, inbox_id: str) -> list[str]:
    """Return the keys of what was proposed, the journal's whole life long."""
    query = sa.select(actions.c.frozen["key"].as_string())
    with journal.database.connect() as connection:
        found = connection.execute(query.where(actions.c.inbox_id == inbox_id, actions.c.kind == "Propose"))
        return sorted(filter(None, set(found.scalars())))  # none of what was erased


def _is_unanswered(context: Context, inbox_id: str, thread_id: str) -> bool:
    messages = _messages(context, inbox_id, thread_id)
    return bool(messages) and not by_our_people(context, thread_id, messages)


def _messages(context: Context, inbox_id: str, thread_id: str) -> list[Message]:
    """Return the mails on a thread, oldest first; none of one that was deleted."""
    page = there(reading.read_thread, context.client, inbox_id, thread_id)
    return page.messages() if page else []


def _sent_by_runs(context: Context, inbox_id: str, since: datetime) -> set[str]:
    """Return the ids of the mails that runs sent since then, those not counted that pass on what our people wrote.

    A day more, as the clocks of ours and AgentMail differ.
    """
    done = (actions.c.inbox_id == inbox_id, *_SENT, actions.c.done_at >= since - timedelta(days=1))
    with context.journal.database.connect() as connection:
        return set(connection.execute(sa.select(actions.c.result["message_id"].as_string()).where(*done)).scalars())


def threads_with_mail(journal: Journal, inbox_id: str, since: datetime) -> dict[str, datetime]:
    """Return the threads on which a person's mail was read since then, with when the newest came in."""
    earliest = f"{int((since - LATE).timestamp() * 1000):013d}"
    of_span = (runs.c.run_id > earliest, runs.c.started_at >= since, runs.c.inbox_id == inbox_id)
    written = (runs.c.kind == "mail", runs.c.status != "recorded")
    last = sa.select(runs.c.thread_id, sa.func.max(runs.c.run_id)).where(*of_span, *written).group_by(runs.c.thread_id)
    with journal.database.connect() as connection:
        return {thread_id: mailed_at(run_id) for thread_id, run_id in connection.execute(last)}


def rows_of(journal: Journal, ids: Sequence[str], kind: str, since: datetime) -> dict[str, dict[str, list[Row]]]:
    """Return for each thread what the journal has of it: `runs`, what was `sent`, `moves`, what was `decided`."""
    queries = _of_threads(kind, since)
    found: dict[str, dict[str, list[Row]]] = {thread_id: {name: [] for name in queries} for thread_id in ids}
    with journal.database.connect() as connection:
        for name, query in queries.items():
            of_them = query.where(query.selected_columns["thread_id"].in_(ids))
            for row in connection.execute(of_them).mappings():
                found[row["thread_id"]][name].append(row)
    return found


def _of_threads(kind: str, since: datetime) -> dict[str, sa.Select[Any]]:
    purpose = actions.c.frozen["purpose"].as_string().label("purpose")
    made = sa.select(runs.c.thread_id, decisions.c.run_id, decisions.c.number).join_from(
        decisions, runs, decisions.c.run_id == runs.c.run_id
    )
    return {
        "runs": sa.select(
            runs.c.thread_id, runs.c.run_id, runs.c.kind, runs.c.status, runs.c.plan, runs.c.finished_at
        ).order_by(runs.c.run_id),
        "sent": sa.select(actions.c.thread_id, actions.c.run_id, actions.c.kind, actions.c.done_at, purpose)
        .where(sa.or_(sa.and_(*_SENT), sa.and_(*HANDED_OVER)))
        .order_by(actions.c.done_at),
        "moves": sa.select(moves.c.thread_id, moves.c.state).order_by(moves.c.id),
        "decided": made.where(
            decisions.c.type == kind, decisions.c.made_at >= since, decisions.c.seen["failed"].as_string().is_(None)
        ).order_by(decisions.c.run_id, decisions.c.number),
    }


def _thread(
    thread_id: str, since: datetime, rows: Mapping[str, list[Row]], by_people: Iterable[Message], taken_as: str
) -> dict[str, Any] | None:
    """Put a thread together; None where no mail of a person began it."""
    mails = [run["run_id"] for run in rows["runs"] if run["kind"] == "mail" and run["status"] != "recorded"]
    if not mails:
        return None
    handed_over = {row["run_id"] for row in rows["sent"] if row["kind"] == "Escalate"}
    answers = [(row["done_at"], False) for row in rows["sent"] if _is_answer(row) and row["run_id"] not in handed_over]
    answers += [(message.timestamp, True) for message in by_people]
    answered, of_people = min(answers, default=(None, False))
    states = [state for state, _ in groupby(row["state"] for row in rows["moves"])]
    texts = [message.new_text[:LONGEST_TEXT] for message in by_people]
    return {
        "thread_id": thread_id,
        "began": mailed_at(mails[0]).isoformat(),
        "answered": answered.isoformat() if answered else None,
        "answered_by_people": of_people,
        "by_people": texts[-MOST_TEXTS:],
        "taken": bool(handed_over) or taken_as in states,
        "handed_over": [run["run_id"] for run in rows["runs"] if run["run_id"] in handed_over and _gave(run, since)],
        "states": states,
        "labels": {label: at.isoformat() for label, at in labels_left(rows["runs"]).items()},
        "decided": [(row["run_id"], row["number"], row["run_id"] in handed_over) for row in rows["decided"]],
    }


def _gave(run: Row, since: datetime) -> bool:
    """Tell whether a hand-over gave its thread to people, who had it not yet, since then."""
    plan = run["plan"] or {}  # of an erased run there is none
    return bool(run["finished_at"] and run["finished_at"] >= since and plan.get("origin") != plan.get("state"))


def _is_answer(row: Row) -> bool:
    return bool(row["purpose"] == "answer")


def labels_left(of_thread: Iterable[Row]) -> dict[str, datetime]:
    """Return the labels that runs left on a thread, with when each was set that stands: once more sets none anew."""
    standing: dict[str, datetime] = {}
    for run in of_thread:
        new = (run["plan"] or {}).get("labels", []) if run["status"] == "done" else []
        for label in marks.replaced(standing, new):
            del standing[label]
        for label in new:
            standing.setdefault(label, run["finished_at"])
    return standing
