"""What is wrong now and needs a person: the page lists it, and our people get a mail about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from postroom.brain.spending import CAP
from postroom.monitoring.figures import DAY, reputation
from postroom.runtime.campaign_stop import BY_ITSELF
from postroom.runtime.context import Context, Post
from postroom.runtime.ids import mailed_at
from postroom.runtime.tables import actions, decisions, reports, runs, switches
from postroom.runtime.unanswered import taken_up

WEEK = timedelta(days=7)
"""Over which mail systems' opinion of us is taken: a day of few mails says nothing."""
OLDEST = timedelta(minutes=10)
"""That a run may wait or be at work, by the wall clock as all of the engine."""
NAMED = 5


@dataclass(frozen=True)
class Incident:
    """Something wrong, in a sentence, what to do about it, and when last a thing happened that makes it so.

    `agent` is "" where it is of no one agent.
    """

    kind: str
    agent: str
    what: str
    do: str
    at: datetime


def incidents(context: Context) -> list[Incident]:
    """Return all that is wrong now with the agents of this process, newest first; each kind once for an agent."""
    found = list(_of_all(context))
    for post in context.posts.values():
        found += [*_dead_letters(context, post), *_lost_hand_overs(context, post), *_reputation(context, post)]
        found += _stopped_campaigns(context, post)
    return sorted(found, key=lambda incident: incident.at, reverse=True)


def _stopped_campaigns(context: Context, post: Post) -> Iterator[Incident]:
    """Yield an incident for campaigns that stopped by themselves and that nobody has resumed."""
    query = sa.select(switches).where(switches.c.scope.startswith(f"campaign:{post.agent.name}/", autoescape=True))
    with context.journal.database.connect() as connection:
        found = [row for row in connection.execute(query) if row.reason.startswith(BY_ITSELF)]
    if found:
        what = "; ".join(f"{row.scope.partition('/')[2]} {row.reason}" for row in found)
        do = f"look at its list and its text; once both are mended: postroom resume {found[0].scope}"
        yield Incident("campaign-stopped", post.agent.name, what, do, max(row.at for row in found))


def _dead_letters(context: Context, post: Post) -> Iterator[Incident]:
    """Yield an incident for runs that failed and that time does not take up."""
    left = (runs.c.status == "dead", runs.c.retry_at.is_(None), runs.c.agent == post.agent.name)
    query = sa.select(runs.c.run_id, runs.c.finished_at).where(*left).order_by(runs.c.run_id.desc())
    with context.journal.database.connect() as connection:
        found = connection.execute(query).all()
    if found:
        what = f"{_some([row.run_id for row in found], 'run')} failed and will not be tried again"
        do = "read why under Dead letters, or by postroom dead-letters; then replay them"
        at = max(row.finished_at or mailed_at(row.run_id) for row in found)
        yield Incident("dead-letters", post.agent.name, what, do, at)


def _lost_hand_overs(context: Context, post: Post) -> Iterator[Incident]:
    """Yield an incident for hand-overs that bounced within a day and that nobody of ours has turned to since."""
    now, sent = context.clock.now(), actions.c.result["message_id"].as_string()
    bounced = (reports.c.inbox_id == post.inbox_id, reports.c.kind == "bounce", reports.c.at > now - DAY)
    handed = (actions.c.inbox_id == post.inbox_id, actions.c.kind == "Escalate", actions.c.done_at > now - WEEK)
    lost = sa.select(actions.c.thread_id, sa.func.max(reports.c.at).label("at"))
    query = lost.join_from(actions, reports, sent == reports.c.message_id).where(*handed, *bounced)
    with context.journal.database.connect() as connection:
        told = connection.execute(query.group_by(actions.c.thread_id)).all()
    found = [row for row in told if not taken_up(context, row.thread_id, row.at)]
    if found:
        what = f"hand-overs to our people bounced: {_some([row.thread_id for row in found], 'thread')}"
        do = "look at these threads, mend the address in POSTROOM_HUMANS, then: postroom resume --address ADDRESS"
        yield Incident("hand-over-bounced", post.agent.name, what, do, max(row.at for row in found))


def _reputation(context: Context, post: Post) -> Iterator[Incident]:
    now = context.clock.now()
    for name, figure in reputation(context, [post.inbox_id], now - WEEK, now).items():
        if figure.on_target is False:
            said = f"{figure.value:.2%} of {figure.count:,} mails of the last 7 days, {figure.measure.target} is usual"
            what, told = f"{name.replace('_', ' ')}: {said}", name.removesuffix("_rate")
            mine = (reports.c.inbox_id == post.inbox_id, reports.c.kind == told, reports.c.at <= now)
            with context.journal.database.connect() as connection:
                at = connection.execute(sa.select(sa.func.max(reports.c.at)).where(*mine)).scalar_one()
            yield Incident(name.replace("_", "-"), post.agent.name, what, MEND[name], at)


MEND = {
    "bounce_rate": "see which addresses bounce and where they came from; pause the agent until then: postroom pause",
    "complaint_rate": "see who complained and what they got; pause the agent until then: postroom pause",
}


def _of_all(context: Context) -> Iterator[Incident]:
    """Yield what is of no one agent: the queue, and what may be spent."""
    waiting = context.engine.waiting(context.name)
    oldest = datetime.now(UTC) - waiting[0][0] if waiting else timedelta()
    if len(waiting) > context.queue_alert or oldest > OLDEST:
        minutes = oldest // timedelta(minutes=1)
        what = f"{len(waiting)} runs wait or are at work, the oldest for {minutes} minutes"
        do = "see the logs for what is slow or away; several workers need Postgres"
        yield Incident("queue", "", what, do, context.clock.now() - oldest)
    midnight = context.clock.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    forbidden = sa.select(sa.func.count(), sa.func.max(decisions.c.made_at)).where(
        decisions.c.run_id >= f"{int((midnight - DAY).timestamp() * 1000):013d}",  # an index finds few days by this
        decisions.c.made_at >= midnight, decisions.c.seen["failed"].as_string().startswith(f"{CAP}: "),
    )  # fmt: skip
    with context.journal.database.connect() as connection:
        count, last = connection.execute(forbidden).one()
    if count:
        what = (
            f"the spend cap is reached: {count} decisions were not asked of Claude today (UTC), people answer instead"
        )
        do = "raise POSTROOM_SPEND_DAY_USD or POSTROOM_SPEND_THREAD_USD, or let it be"
        yield Incident("spend-cap", "", what, do, last)


def _some(names: Sequence[str], what: str) -> str:
    """Return how many there are, and the first few by name."""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{len(names)} {what}{'s' if len(names) > 1 else ''} ({', '.join(names[:NAMED])}{more})"
