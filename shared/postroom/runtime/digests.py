"""What a periodic review tells, gathered from the journal: done, waiting, refused, failed, left with people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from postroom.agent import periodic_review
from postroom.human.digest import Review, letter, plain
from postroom.mailbox.client import there
from postroom.mailbox.reading import Page, read_thread
from postroom.monitoring.figures import DAY, figures
from postroom.monitoring.incidents import incidents
from postroom.monitoring.measures import Figure
from postroom.runtime import approvals
from postroom.runtime.context import Context, Post
from postroom.runtime.drafts import STALE
from postroom.runtime.ids import fingerprint, mailed_at, op_id
from postroom.runtime.journal import Row
from postroom.runtime.leaving import judge_mail
from postroom.runtime.plan_check import PlanError
from postroom.runtime.planning import Planned, action_row, said_in_plan, stop
from postroom.runtime.scene import Scene
from postroom.runtime.tables import actions, moves, runs
from postroom.runtime.unanswered import people_wrote
from postroom.runtime.unreached import reached

DIGEST = "Digest"
"""The kind of the action that sends a review; its frozen part keeps, by number, what was shown."""
MONTH = timedelta(days=31)
MOST = 10
"""Of each kind, how many get a number; the page has the rest."""
MOST_LOOKED_AT = 50
"""Threads of our people that are read for what they wrote; each is a call of AgentMail."""
MOST_SIGNS = 30_000
"""Of all texts that wait: past some 100 kB mail programs cut a mail, and nobody may approve what was cut."""
NAMES = {"Reply": "answers", "Send": "new mails", "Forward": "forwarded mails", "Escalate": "hand-overs"}
RATES = (
    "reply_rate", "response_median", "error_rate", "escalation_rate", "auto_resolution_rate", "bounce_rate",
    "complaint_rate", "delivery_rate",
)  # fmt: skip


def is_review(post: Post, cron: str) -> bool:
    """Tell whether a cron of an agent is its periodic review."""
    return any(each.name == cron and each.handler is periodic_review for each in post.agent.crons)


def plan_review(context: Context, post: Post, scene: Scene, run_id: str) -> Planned:
    """Freeze the review of the time since the one before it, to the first of our people whom mail reaches."""
    people = [*reached(context.journal, post.addresses), *post.addresses]
    if not people:
        raise PlanError(f"{post.agent.name} has nobody to send its review to; set POSTROOM_HUMANS to 'Name <address>'")
    until = scene.thread.now
    told = Review(_last_told(context, post, until) or _began(context, post, until), until)
    _Gathering(context, post, told).gather()
    identifier = op_id(run_id, 0)
    subject, body = letter(post.agent.name, identifier.removeprefix("op-")[:8], told, post.agent.folder)
    mail = approvals.to_one_of_us(people[0], subject, body)
    frozen = {**mail, "until": until.isoformat(), "items": told.items}
    row = action_row(post, run_id, 0, DIGEST, "", frozen)
    verdict = judge_mail(context, post, scene, frozen)
    stop(row, verdict)
    return said_in_plan(verdict), [row]


def _last_told(context: Context, post: Post, before: datetime) -> datetime | None:
    """Return up to when the newest review that left has told; one that did not leave has told nobody."""
    left = (actions.c.inbox_id == post.inbox_id, actions.c.kind == DIGEST, actions.c.status == "done")
    query = sa.select(actions.c.frozen).where(*left).order_by(actions.c.done_at.desc()).limit(1)
    with context.journal.database.connect() as connection:
        frozen = connection.execute(query).scalar() or {}
    until = datetime.fromisoformat(frozen["until"]) if "until" in frozen else None
    return until if until and until < before else None


def _began(context: Context, post: Post, until: datetime) -> datetime:
    """Return since when the first review of an agent tells: since its first run, a day at least, a month at most."""
    query = sa.select(sa.func.min(runs.c.run_id)).where(runs.c.inbox_id == post.inbox_id)
    with context.journal.database.connect() as connection:
        first = connection.execute(query).scalar()
    began = mailed_at(first) if first else until
    return min(until - DAY, max(began, until - MONTH))


@dataclass(frozen=True)
class _Gathering:
    """Fills a review with what the journal has of one agent."""

    context: Context
    post: Post
    told: Review

    def gather(self) -> None:
        """Gather all; what waits comes first, and so has the first numbers."""
        span = max(self.told.until - self.told.since, timedelta(minutes=1))
        known = figures(self.context, self.post.agent.name, span)
        self.told.done += self._done(known)
        unshown = self._waiting()
        self.told.tell("Waits too", plain(*unshown))
        self.told.tell("Refused", list(self._refused()))
        self.told.tell("Failed", list(self._dead()))
        self.told.tell("With you, and nobody wrote", list(self._with_people()))
        wrong = [each for each in incidents(self.context) if each.agent in ("", self.post.agent.name)]
        self.told.tell("Incidents", plain(*(f"{each.what}; {each.do}" for each in wrong)))
        self.told.tell("Rates", plain(*(_said(known[name]) for name in RATES if known[name].value is not None)))
        if spend := known["spend"].count:
            self.told.tell("Spend", plain(f"{known['spend'].value or 0:.2f} USD for {spend} calls of Claude"))

    def _all(self, query: sa.Select[Any]) -> Sequence[Row]:
        with self.context.journal.database.connect() as connection:
            return connection.execute(query).mappings().all()

    def _within(self, column: sa.Column[Any]) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
        return column > self.told.since, column <= self.told.until

    def _done(self, known: dict[str, Figure]) -> Iterator[str]:
        if received := known["received"].count:
            yield f"came in: {received}"
        of_kind = sa.select(actions.c.kind, sa.func.count().label("count")).group_by(actions.c.kind)
        mine = (actions.c.inbox_id == self.post.inbox_id, actions.c.status == "done")
        counts = {
            row["kind"]: row["count"] for row in self._all(of_kind.where(*mine, *self._within(actions.c.done_at)))
        }
        yield from (f"{name}: {counts[kind]}" for kind, name in NAMES.items() if kind in counts)
        columns = (moves.c.origin, moves.c.state, moves.c.by)
        moved = sa.select(*columns, sa.func.count().label("count")).group_by(*columns)
        for row in self._all(moved.where(moves.c.inbox_id == self.post.inbox_id, *self._within(moves.c.at))):
            by = ", by people" if row["by"] == "person" else ""
            yield f"moved from {row['origin'] or 'nowhere'} to {row['state']}{by}: {row['count']}"

    def _waiting(self) -> list[str]:
        """Show what waits for approval, whole; return lines of what waits and is not shown."""
        signs, unshown, journal = 0, list[str](), self.context.journal
        mine = [each for each in approvals.waiting(journal) if each["agent"] == self.post.agent.name]
        for approval in mine:
            run = journal.run(approval["run_id"])
            held = approvals.held(journal, approval["run_id"])
            full = run is None or len(self.told.waiting) == MOST
            content = None if full else approvals.shown(self.context, self.post, held)
            signs += (size := sum(len(each["text"]) for each in content or ()))
            line = f"{approval['reason'] or 'it is held'} ({_since(approval['asked_at'])})"
            if run is None or content is None or signs > MOST_SIGNS:
                signs -= size
                unshown.append(f"case {approval['token']}: {line}; answer its review mail, or look at the page")
                continue
            shown = {
                "kind": "waiting",
                "token": approval["token"],
                "version": approval["version"],
                "content": fingerprint(content),
            }
            self.told.show(line, shown, content, approvals.led_to(self.context, run))
        return unshown[:MOST] + ([f"and {len(unshown) - MOST} more"] if len(unshown) > MOST else [])

    def _refused(self) -> Iterator[dict[str, Any]]:
        """Yield a line for each rule that refused something, most frequent first, and its newest runs."""
        refusal = sa.and_(actions.c.run_id == runs.c.run_id, actions.c.status == "refused", actions.c.rule != STALE)
        chosen = (runs.c.inbox_id == self.post.inbox_id, *self._within(runs.c.finished_at))
        query = sa.select(runs, actions.c.rule, actions.c.reason).outerjoin(actions, refusal)
        query = query.where(*chosen, sa.or_(runs.c.status == "refused", actions.c.op_id.is_not(None)))
        found = {row["run_id"]: row for row in self._all(query.order_by(runs.c.run_id)) if not self._is_review(row)}
        by_rule = {run_id: _rule(row) for run_id, row in found.items()}
        for rule, count in Counter(by_rule.values()).most_common(MOST):
            yield from plain(f"{rule}: {count}")
            newest = [found[run_id] for run_id in reversed(by_rule) if by_rule[run_id] == rule][:2]
            for row in newest:
                why = row["reason"] or (row["plan"] or {}).get("reason", "") or row["note"]
                line = f"{_named(row)}: {why}"
                yield self._run(line, row) if row["status"] == "refused" else plain(line)[0]

    def _dead(self) -> Iterator[dict[str, Any]]:
        query = sa.select(runs).where(runs.c.status == "dead", runs.c.agent == self.post.agent.name)
        found = self._all(query.order_by(runs.c.run_id.desc()))
        for row in found[:MOST]:
            again = "; tried again by itself" if row["retry_at"] else ""
            yield self._run(f"{_named(row)}: {row['error']}{again}", row)
        if len(found) > MOST:
            yield from plain(f"and {len(found) - MOST} more: postroom dead-letters")

    def _run(self, line: str, row: Row) -> dict[str, Any]:
        """Return a numbered line of a run that may be replayed, as it stands now."""
        shown = {"kind": "run", "run_id": row["run_id"], "status": row["status"], "attempts": row["attempts"]}
        return self.told.numbered(line, shown)

    def _is_review(self, row: Row) -> bool:
        return is_review(self.post, row["cause"].get("cron", ""))

    def _with_people(self) -> Iterator[dict[str, Any]]:
        """Yield threads that our people have and wrote nothing on since, oldest first."""
        last = sa.select(sa.func.max(moves.c.id)).where(moves.c.inbox_id == self.post.inbox_id)
        theirs = (moves.c.id.in_(last.group_by(moves.c.thread_id)), moves.c.state == self.post.agent.with_human.value)
        found = self._all(sa.select(moves).where(*theirs).order_by(moves.c.at))
        count = 0
        for move in found[:MOST_LOOKED_AT]:
            page = self._unwritten(move) if count < MOST else None
            if page is not None:
                count += 1
                line = f"{page.subject or '(no subject)'} ({_since(move['at'])})"
                yield self.told.numbered(line, {"kind": "thread", "thread_id": move["thread_id"], "move": move["id"]})
        if len(found) > MOST_LOOKED_AT:
            yield from plain(f"of {len(found)} threads with you the oldest {MOST_LOOKED_AT} were looked at")

    def _unwritten(self, move: Row) -> Page | None:
        """Return a thread on which none of our people wrote since they have it; None where one did, or it is gone."""
        page = there(read_thread, self.context.client, self.post.inbox_id, move["thread_id"])
        return (
            None if page is None or people_wrote(self.context, move["thread_id"], page.messages(), move["at"]) else page
        )


def _rule(row: Row) -> str:
    return str(row["rule"] or (row["plan"] or {}).get("rule") or "refused")


def _named(row: Row) -> str:
    """Name a run for people: when, and of mail that is vouched for whose and about what."""
    about = f", “{row['subject'] or '(no subject)'}” of {row['writer']}" if row["writer"] else ""
    return f"{row['kind']} of {mailed_at(row['run_id']):%Y-%m-%d %H:%M} UTC{about}"


def _since(at: datetime) -> str:
    return f"since {at:%Y-%m-%d %H:%M} UTC"


def _said(figure: Figure) -> str:
    measure, value = figure.measure, figure.value or 0.0
    shown = f"{value:.0f} s" if measure.unit == "seconds" else f"{value:.1%}"
    target = f" (usual: {measure.target})" if measure.target else ""
    return f"{measure.name.replace('_', ' ')}: {shown} of {figure.count}{target}"
