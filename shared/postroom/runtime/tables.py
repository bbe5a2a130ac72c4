"""The journal's tables: what was decided, what left and why, and what is due. Texts stand here, not in the engine."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa


class Moment(sa.types.TypeDecorator[datetime]):
    """An aware instant, kept in UTC on every database (SQLite would forget the zone)."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = sa.MetaData()

runs = sa.Table(
    "postroom_runs",
    metadata,
    sa.Column("run_id", sa.String(80), primary_key=True),
    sa.Column("agent", sa.String(80), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("inbox_id", sa.Text, nullable=False),
    sa.Column("thread_id", sa.Text, nullable=False),
    sa.Column("cause", sa.JSON, nullable=False),
    sa.Column("status", sa.String(16), nullable=False),  # queued running nothing recorded done held refused stale dead
    sa.Column("frozen", sa.JSON),  # what the handler could read: ids and hashes
    sa.Column("plan", sa.JSON),  # the transition as rendered and checked
    sa.Column("note", sa.Text, nullable=False, default=""),
    sa.Column("error", sa.Text),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("retry_at", Moment()),
    sa.Column("started_at", Moment(), nullable=False),
    sa.Column("finished_at", Moment()),
    sa.Column("writer", sa.Text),  # who wrote the mail, where the mail system vouches for it; else the three are empty
    sa.Column("subject", sa.Text),
    sa.Column("words", sa.String(64)),  # a hash of its text, to know the same words again
)
_written = runs.c.writer.is_not(None)
sa.Index("postroom_runs_writer", runs.c.writer, runs.c.run_id, sqlite_where=_written, postgresql_where=_written)
sa.Index("postroom_runs_thread", runs.c.thread_id, runs.c.run_id)
sa.Index("postroom_runs_status", runs.c.status, runs.c.run_id)
sa.Index("postroom_runs_kind", runs.c.kind, runs.c.agent)

decisions = sa.Table(
    "postroom_decisions",
    metadata,
    sa.Column("run_id", sa.String(80), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("type", sa.String(80), nullable=False),
    sa.Column("inputs_hash", sa.String(64), nullable=False),
    sa.Column("value", sa.JSON, nullable=False),
    sa.Column("confidence", sa.Float),
    sa.Column("brain", sa.String(80), nullable=False),
    sa.Column("seen", sa.JSON, nullable=False),  # passages and the like, and why the brain was as sure as it was
    sa.Column("tokens", sa.Integer, nullable=False, default=0),
    sa.Column("cost_usd", sa.Float, nullable=False, default=0.0),
    sa.Column("made_at", Moment(), nullable=False),
)

actions = sa.Table(
    "postroom_actions",
    metadata,
    sa.Column("op_id", sa.String(40), primary_key=True),
    sa.Column("run_id", sa.String(80), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("inbox_id", sa.Text, nullable=False),
    sa.Column("thread_id", sa.Text, nullable=False),
    sa.Column("recipient", sa.Text),  # the first one; a sender's budget counts what is sent to it,
    sa.Column("writer", sa.Text),  # and what is sent because of mail it wrote,
    sa.Column("led_by", sa.String(16)),  # apart by authenticated or unauthenticated mail, or an event; else in each
    sa.Column("campaign", sa.String(160)),  # of mail that nobody asked for: agent/campaign, which caps count,
    sa.Column("words", sa.String(32)),  # and a hash of its text, to know the same body again
    sa.Column("frozen", sa.JSON, nullable=False),
    sa.Column("status", sa.String(16), nullable=False),  # planned held refused done
    sa.Column("rule", sa.String(80), nullable=False, default=""),
    sa.Column("reason", sa.Text, nullable=False, default=""),
    sa.Column("result", sa.JSON),
    sa.Column("first_attempt_at", Moment()),  # wall time: AgentMail forgets a key after 24 h
    sa.Column("done_at", Moment()),
)
sa.Index("postroom_actions_run", actions.c.run_id, actions.c.number)
sa.Index("postroom_actions_thread", actions.c.thread_id, actions.c.done_at)
sa.Index("postroom_actions_recipient", actions.c.recipient, actions.c.done_at)
sa.Index("postroom_actions_writer", actions.c.writer, actions.c.done_at)
sa.Index("postroom_actions_inbox", actions.c.inbox_id, actions.c.kind, actions.c.done_at)
_of_campaign = actions.c.campaign.is_not(None)
sa.Index(
    "postroom_actions_campaign", actions.c.inbox_id, actions.c.done_at,
    sqlite_where=_of_campaign, postgresql_where=_of_campaign,
)  # fmt: skip
_held = actions.c.status == "held"
# with the status in it SQLite never takes the wider index above, of all that an inbox ever did
sa.Index(
    "postroom_actions_held_in_inbox", actions.c.inbox_id, actions.c.status,
    sqlite_where=_held, postgresql_where=_held,
)  # fmt: skip

records = sa.Table(
    "postroom_records",  # who is in a campaign, and how far; erased with their person
    metadata,
    sa.Column("record_id", sa.String(32), primary_key=True),
    sa.Column("agent", sa.String(80), nullable=False),
    sa.Column("campaign", sa.String(80), nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("item", sa.Text, nullable=False),
    sa.Column("row", sa.JSON, nullable=False),
    sa.Column("inbox_id", sa.Text, nullable=False),  # the one it is written to from
    sa.Column("status", sa.String(16), nullable=False),  # waiting starting held started refused
    sa.Column("thread_id", sa.Text, nullable=False, default=""),
    sa.Column("imported_at", Moment(), nullable=False),
    sa.Column("due_at", Moment(), nullable=False),  # when its first mail is tried next
    sa.Column("started_at", Moment()),
    sa.Column("note", sa.Text, nullable=False, default=""),
)
_due = ("agent", "status", "due_at", "imported_at", "record_id")  # in the order in which they are begun with
sa.Index("postroom_records_due", *(records.c[name] for name in _due))
sa.Index("postroom_records_thread", records.c.thread_id)
sa.Index("postroom_records_address", records.c.address)

approvals = sa.Table(
    "postroom_approvals",
    metadata,
    sa.Column("token", sa.String(16), primary_key=True),  # stands in the subject of its review mails
    sa.Column("run_id", sa.String(80), nullable=False),  # the run that waits
    sa.Column("agent", sa.String(80), nullable=False),
    sa.Column("inbox_id", sa.Text, nullable=False),
    sa.Column("thread_id", sa.Text, nullable=False),
    sa.Column("rule", sa.String(80), nullable=False),  # why it waits, which decides who may approve
    sa.Column("needed", sa.Integer, nullable=False),  # how many people must approve
    sa.Column("content", sa.String(64), nullable=False),  # the hash of what was shown: only that may leave
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("status", sa.String(16), nullable=False),  # open deferred approved rejected stale expired
    sa.Column("asked_at", Moment(), nullable=False),
    sa.Column("expires_at", Moment(), nullable=False),
    sa.Column("due_at", Moment(), nullable=False),  # when it is looked at again
    sa.Column("asked", sa.Text, nullable=False),  # who was asked last
    sa.Column("approved_by", sa.JSON, nullable=False),  # of this version, so far
    sa.Column("reason", sa.Text, nullable=False, default=""),
    sa.Column("decided_at", Moment()),
)
sa.Index("postroom_approvals_run", approvals.c.run_id)
sa.Index("postroom_approvals_status", approvals.c.status, approvals.c.asked_at)

moves = sa.Table(
    "postroom_moves",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("inbox_id", sa.Text, nullable=False),
    sa.Column("thread_id", sa.Text, nullable=False),
    sa.Column("origin", sa.String(80)),
    sa.Column("state", sa.String(80), nullable=False),
    sa.Column("by", sa.String(16), nullable=False),  # run person rebuild
    sa.Column("run_id", sa.String(80)),
    sa.Column("at", Moment(), nullable=False),
)
sa.Index("postroom_moves_thread", moves.c.thread_id, moves.c.id)
sa.Index("postroom_moves_run", moves.c.run_id, moves.c.by, unique=True)

timers = sa.Table(
    "postroom_timers",
    metadata,
    sa.Column("timer_id", sa.String(64), primary_key=True),
    sa.Column("agent", sa.String(80), nullable=False),
    sa.Column("inbox_id", sa.Text, nullable=False),
    sa.Column("thread_id", sa.Text, nullable=False),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("state", sa.String(80), nullable=False),
    sa.Column("plan", sa.JSON),  # a planned follow-up: its draft and the mail it sends
    sa.Column("set_at", Moment(), nullable=False),
    sa.Column("due_at", Moment(), nullable=False),
    sa.Column("fired_at", Moment()),
)
sa.Index("postroom_timers_due", timers.c.fired_at, timers.c.due_at)
sa.Index("postroom_timers_thread", timers.c.thread_id)

crons = sa.Table(
    "postroom_crons",
    metadata,
    sa.Column("agent", sa.String(80), primary_key=True),
    sa.Column("name", sa.String(80), primary_key=True),
    sa.Column("asked_at", Moment(), nullable=False),  # slots up to here are settled
)

cursors = sa.Table(
    "postroom_cursors",
    metadata,
    sa.Column("inbox_id", sa.String(320), primary_key=True),
    sa.Column("event_id", sa.Text, nullable=False),  # AgentMail's; label changes up to here are settled
)

reports = sa.Table(
    "postroom_reports",  # what became of mails that left, as AgentMail and notices tell
    metadata,
    sa.Column("message_id", sa.Text, primary_key=True),
    sa.Column("kind", sa.String(16), primary_key=True),  # delivered bounce complaint
    sa.Column("inbox_id", sa.Text, nullable=False),
    sa.Column("at", Moment(), nullable=False),
)
sa.Index("postroom_reports_inbox", reports.c.inbox_id, reports.c.kind, reports.c.at)

suppressed = sa.Table(
    "postroom_suppressed",
    metadata,
    sa.Column("address", sa.Text, primary_key=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("at", Moment(), nullable=False),
)

doubted = sa.Table(
    "postroom_doubted",  # we begin nothing there, and answer: a domain, or a wish nobody vouches for
    metadata,
    sa.Column("address", sa.Text, primary_key=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("at", Moment(), nullable=False),
)

switches = sa.Table(
    "postroom_switches",
    metadata,
    sa.Column("scope", sa.Text, primary_key=True),  # all, agent:support, inbox:support@…
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("at", Moment(), nullable=False),
)

lessons = sa.Table(
    "postroom_lessons",  # what people made of drafts; erased with their customer
    metadata,
    sa.Column("op_id", sa.String(40), primary_key=True),
    sa.Column("agent", sa.String(80), nullable=False),
    sa.Column("writer", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("proposed", sa.Text, nullable=False),
    sa.Column("sent", sa.Text, nullable=False),
    sa.Column("at", Moment(), nullable=False),
)

starts = sa.Table(
    "postroom_starts",  # when each inbox was first worked on with real mail
    metadata,
    sa.Column("inbox_id", sa.String(320), primary_key=True),
    sa.Column("at", Moment(), nullable=False),
)

calls = sa.Table(
    "postroom_calls",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("agent", sa.String(80), nullable=False),
    sa.Column("thread_id", sa.Text, nullable=False),
    sa.Column("type", sa.String(80), nullable=False),
    sa.Column("model", sa.Text, nullable=False),
    sa.Column("outcome", sa.String(32), nullable=False),  # open, a stop reason, a status, or what went wrong
    sa.Column("input_tokens", sa.Integer, nullable=False, default=0),
    sa.Column("output_tokens", sa.Integer, nullable=False, default=0),
    sa.Column("cache_write_tokens", sa.Integer, nullable=False, default=0),
    sa.Column("cache_read_tokens", sa.Integer, nullable=False, default=0),
    sa.Column("cost_usd", sa.Float, nullable=False),  # the most it can be, until it is known
    sa.Column("made_at", Moment(), nullable=False),
)
sa.Index("postroom_calls_day", calls.c.made_at)
sa.Index("postroom_calls_thread", calls.c.thread_id)

audit = sa.Table(
    "postroom_audit",  # appended to alone; ids, rule names and salted hashes, no texts and no addresses
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),  # 1, 2, 3 … without a gap
    sa.Column("at", Moment(), nullable=False),
    sa.Column("event", sa.String(16), nullable=False),
    sa.Column("agent", sa.String(80), nullable=False),
    sa.Column("run_id", sa.String(80), nullable=False),
    sa.Column("op_id", sa.String(40), nullable=False),
    sa.Column("thread", sa.String(32), nullable=False),  # a salted hash, as are messages: such ids hold domains
    sa.Column("rule", sa.String(80), nullable=False),
    sa.Column("details", sa.JSON, nullable=False),
    sa.Column("previous", sa.String(64), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
)
