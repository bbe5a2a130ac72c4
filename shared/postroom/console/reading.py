"""What the page reads of the journal: the story of a thread, a count, and a number that tells when to look again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from postroom.mail import Message
from postroom.runtime.journal import Journal, Row
from postroom.runtime.tables import actions, decisions, moves, runs, switches, timers

UNSETTLED = ("queued", "running", "held", "refused", "dead")
"""Statuses of runs that go on, or that a person can still change."""


@dataclass(frozen=True)
class Passage:
    """One passage a decision saw, and whether its answer names it as a source; `updated` is a day, or empty."""

    id: str
    score: float
    text: str
    used: bool
    updated: str = ""


@dataclass(frozen=True)
class Decided:
    """One decision of a run, ready to show."""

    row: Row
    passages: tuple[Passage, ...]


@dataclass
class Story:
    """One run: what it decided, did and moved."""

    run: Row
    decisions: list[Decided] = field(default_factory=list)
    actions: list[Row] = field(default_factory=list)
    move: Row | None = None


@dataclass
class Turn:
    """A piece of a thread: what came in, the runs about it, what they sent. Or a run or move of another cause."""

    at: datetime
    messages: list[Message] = field(default_factory=list)
    stories: list[Story] = field(default_factory=list)
    moved: Row | None = None


def stories(journal: Journal, thread_id: str) -> list[Story]:
    """Return the runs of a thread with all they did, oldest first."""
    told = {run["run_id"]: Story(run) for run in journal.runs_of_thread(thread_id)}
    with journal.database.connect() as connection:
        for row in connection.execute(_of(decisions, told)).mappings():
            told[row["run_id"]].decisions.append(Decided(row, tuple(_passages(row))))
        for row in connection.execute(_of(actions, told)).mappings():
            told[row["run_id"]].actions.append(row)
    for move in journal.moves_of_thread(thread_id):
        if move["run_id"] in told:
            told[move["run_id"]].move = move
    return list(told.values())


def _of(table: sa.Table, run_ids: Any) -> sa.Select[Any]:
    return sa.select(table).where(table.c.run_id.in_(list(run_ids))).order_by(table.c.run_id, table.c.number)


def turns(journal: Journal, messages: Sequence[Message], told: Sequence[Story], thread_id: str) -> list[Turn]:
    """Return a conversation in its order, each answer beside the mail and the run it comes from."""
    caused = {message.message_id: Turn(message.timestamp, [message]) for message in messages if message.received}
    line = list(caused.values())
    sent_in: dict[str, Turn] = {}
    for story in told:
        cause = story.run["cause"].get("message_id", "") if story.run["kind"] == "mail" else ""
        turn = caused.get(cause)
        if turn is None:
            line.append(turn := Turn(story.run["started_at"]))
        turn.stories.append(story)
        sent_in |= {(row["result"] or {}).get("message_id", ""): turn for row in story.actions}
    for message in messages:
        if not message.received and message.message_id in sent_in:
            sent_in[message.message_id].messages.append(message)
        elif not message.received:
            line.append(Turn(message.timestamp, [message]))
    line += [Turn(row["at"], moved=row) for row in journal.moves_of_thread(thread_id) if row["by"] != "run"]
    return sorted(line, key=lambda turn: turn.at)


def _passages(decision: Row) -> Iterator[Passage]:
    value, context = decision["value"], (decision["seen"] or {}).get("context")
    sources = value.get("sources", []) if isinstance(value, dict) else []
    used = {source.get("id") for source in sources if isinstance(source, dict)}
    best: dict[str, dict[str, Any]] = {}
    for found in _scored(context):
        if found["id"] not in best or found["score"] > best[found["id"]]["score"]:
            best[found["id"]] = found
    for found in sorted(best.values(), key=lambda item: (item["id"] not in used, -item["score"])):
        text = found.get("answer") or found.get("text") or ""
        updated = str(found.get("updated") or "")
        yield Passage(str(found["id"]), float(found["score"]), str(text), found["id"] in used, updated)


def _scored(value: Any) -> Iterator[dict[str, Any]]:
    """Yield everything a handler gave to a decision that has an id and a score, however deep."""
    if isinstance(value, dict):
        if "id" in value and isinstance(value.get("score"), (int, float)):
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _scored(item)


def count_of(journal: Journal, status: str) -> int:
    """Return how many runs have that status."""
    query = sa.select(sa.func.count()).select_from(runs).where(runs.c.status == status)
    with journal.database.connect() as connection:
        return int(connection.execute(query).scalar_one())


def timers_ahead(journal: Journal, agent: str) -> dict[str, tuple[int, datetime]]:
    """Return of each timer of an agent, by its name, on how many threads it waits and when it is due next."""
    waiting = sa.select(timers.c.name, sa.func.count(timers.c.thread_id.distinct()), sa.func.min(timers.c.due_at))
    query = waiting.where(timers.c.agent == agent, timers.c.fired_at.is_(None)).group_by(timers.c.name)
    with journal.database.connect() as connection:
        return {name: (count, first) for name, count, first in connection.execute(query)}


def version(journal: Journal, now: datetime) -> str:
    """Return a tag that changes when something the page shows may have; every open page asks once a second.

    So it looks at the newest rows and the unsettled ones alone, never at all. It also turns with each minute of the
    clock: what others changed in AgentMail shows up by then.
    """
    unsettled = runs.c.status.in_(UNSETTLED)
    under_way = sa.select(runs.c.run_id).where(runs.c.status == "running")
    queries: list[sa.Select[Any]] = [
        sa.select(sa.func.max(runs.c.run_id)),
        sa.select(sa.func.max(moves.c.id)),
        sa.select(runs.c.status, sa.func.count(), sa.func.sum(runs.c.attempts))
        .where(unsettled)
        .group_by(runs.c.status),
        sa.select(sa.func.count()).select_from(decisions).where(decisions.c.run_id.in_(under_way)),
        sa.select(switches.c.scope, switches.c.reason),
    ]
    with journal.database.connect() as connection:
        seen = [sorted(map(repr, connection.execute(query))) for query in queries]
    return hashlib.sha256(repr([seen, f"{now:%Y-%m-%dT%H:%M}"]).encode()).hexdigest()[:20]
