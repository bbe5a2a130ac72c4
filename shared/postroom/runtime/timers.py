"""What is due and when: state timers, planned follow-ups, crons, retries. APScheduler ticks; the Clock decides."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from postroom.flow import State
from postroom.runtime import records
from postroom.runtime.ids import fingerprint, run_id
from postroom.transition import APPROVAL, FOLLOW_UP

if TYPE_CHECKING:
    from postroom.runtime.context import Context, Post

CAUSES = (
    "message_id", "timer_id", "timer", "cron", "slot", "missed", "approval", "answer", "said", "handed", "overseen",
    "notice", "undo", "digest", "record",
)  # fmt: skip
"""The parts of a payload that say what caused a run; the journal keeps them, so that it can be taken up again."""
A_DAY = timedelta(days=1)
RETRY_DELAYS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=8),
)
"""When a dead letter of a passing failure is tried again by itself; together less than an idempotency key lives."""


def retry_delay(attempts: int) -> timedelta | None:
    """Return how long to wait before the next try of a run that failed `attempts` times; None means no more."""
    return RETRY_DELAYS[attempts - 1] if attempts <= len(RETRY_DELAYS) else None


def state_timers(post: Post, thread_id: str, state: State, since: datetime) -> list[dict[str, Any]]:
    """Return the timer rows of a thread that is in `state` since then."""
    rows = []
    for timer in post.agent.timers_of(state):
        timer_id = fingerprint([thread_id, timer.name, since.isoformat()])
        due_at = timer.after.after(since, post.agent.zone)
        rows.append(timer_row(post, thread_id, timer_id, state.value, since, due_at, name=timer.name))
    return rows


def timer_row(
    post: Post, thread_id: str, timer_id: str, state: str, set_at: datetime, due_at: datetime, *,
    name: str = FOLLOW_UP, plan: dict[str, Any] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Return the journal's row of a timer: of a state, or of a planned follow-up (key, draft and mail in `plan`)."""
    return {
        "timer_id": timer_id,
        "agent": post.agent.name,
        "inbox_id": post.inbox_id,
        "thread_id": thread_id,
        "name": name,
        "state": state,
        "set_at": set_at,
        "due_at": due_at,
        "fired_at": None,
        "plan": plan,
    }


class Ticker:
    """Finds what is due by the Clock and hands it in with ids that any number of tickers share."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def due(self) -> list[tuple[str, str, dict[str, Any]]]:
        """Return `(run id, lane, payload)` of all that is due, soonest first."""
        found = [*self._timers(), *self._crons(), *self._retries(), *records.to_begin(self.context)]
        return sorted(found, key=lambda item: item[0])

    def next_due(self) -> datetime | None:
        """Return when something is due next, of timers, crons, retries and records."""
        now = self.context.clock.now()
        moments = [self.context.journal.next_timer(), records.next_due(self.context)]
        for post in self.context.posts.values():
            for cron in post.agent.crons:
                asked = self.context.journal.cron_asked(post.agent.name, cron.name)
                moments.append(next_slot(cron.trigger, asked or now))
        waiting = self.context.journal.runs_with_status("dead", "queued")
        moments += [row["retry_at"] for row in waiting if row["agent"] in self.context.posts]
        return min((moment for moment in moments if moment is not None), default=None)

    def settle(self, payload: dict[str, Any]) -> None:
        """Record that a due item was handed in, so that it is not again; after the hand-in, never before."""
        now = self.context.clock.now()
        if payload.get("continue"):
            run = self.context.journal.run(payload["run_id"]) if payload.get("anew") else None
            if run is not None:  # that is of this attempt alone
                cause = {name: value for name, value in run["cause"].items() if name != "anew"}
                self.context.journal.update_run(payload["run_id"], cause=cause)
            self.context.journal.settle_retry(payload["run_id"], payload["attempt"])
        elif "record" in payload:
            records.begin(self.context.journal, payload["record"], now)
        elif "timer_id" in payload:
            self.context.journal.fire_timer(payload["timer_id"], now)
        else:
            self.context.journal.settle_cron(payload["agent"], payload["cron"], now)

    def _timers(self) -> list[tuple[str, str, dict[str, Any]]]:
        """Return what is due of timers, one step of each thread: after downtime several are, and no thread jumps."""
        items = []
        first: dict[str, Any] = {}
        for row in self.context.journal.due_timers(self.context.clock.now()):
            first.setdefault(row["thread_id"], row)
        for row in first.values():
            identifier = run_id(row["due_at"], "timer", row["inbox_id"], row["timer_id"])
            payload = self.context.payload(identifier, "timer", row["agent"], row["inbox_id"], row["thread_id"])
            payload |= {"timer_id": row["timer_id"], "timer": row["name"]}
            if row["name"] == APPROVAL:
                payload["approval"] = row["plan"]["approval"]
            items.append((identifier, row["thread_id"] or row["inbox_id"], payload))
        return items

    def _crons(self) -> list[tuple[str, str, dict[str, Any]]]:
        now = self.context.clock.now()
        items = []
        for post in self.context.posts.values():
            for cron in post.agent.crons:
                asked = self.context.journal.cron_asked(post.agent.name, cron.name)
                if asked is None or asked > now + A_DAY:  # the clock was wrong then: no slot is waited for so long
                    self.context.journal.settle_cron(post.agent.name, cron.name, now)
                    continue
                slot = latest_slot(cron.trigger, asked, now)
                if slot is not None:
                    identifier = run_id(slot, "cron", post.inbox_id, cron.name)
                    payload = self.context.payload(identifier, "cron", post.agent.name, post.inbox_id, "")
                    items.append((identifier, post.inbox_id, payload | {"cron": cron.name, "slot": slot.isoformat()}))
        return items

    def _retries(self) -> list[tuple[str, str, dict[str, Any]]]:
        due = self.context.journal.runs_to_retry(self.context.clock.now())
        rows = [row for row in due if row["agent"] in self.context.posts]
        return [
            (
                f"{row['run_id']}~{row['attempts']}",
                row["thread_id"] or row["inbox_id"],
                replay_payload(self.context, row),
            )
            for row in rows
        ]


def latest_slot(trigger: Any, after: datetime, now: datetime) -> datetime | None:
    """Return the last time of a cron in `(after, now]`: after downtime there is one run at most, not one for each."""
    slot = None
    while (found := next_slot(trigger, slot or after)) is not None and found <= now:
        slot = found
    return slot


def overtaken_slot(context: Context, row: Any) -> str:
    """Say by what a run of a cron that is taken up is out of date, "" if by nothing: of several the latest alone is."""
    name = row["cause"]["cron"]
    later = context.journal.runs_of_cron(row["agent"], name, after=row["run_id"])
    return f"{name} has run since, or is to run for a later time" if later else ""


def next_slot(trigger: Any, after: datetime) -> datetime | None:
    """Return the first time of a cron after `after`, in UTC.

    An hour that the clocks repeat has the times of an hourly cron twice; one that names its hours has them once.
    """
    every_hour = any(field.name == "hour" and str(field).startswith("*") for field in trigger.fields)
    start = after + timedelta(microseconds=1)
    # asked within a repeated hour, APScheduler answers with a time already past, for ever: look from further on
    while (found := trigger.get_next_fire_time(None, start)) is not None and (
        found <= after or (_is_repeated(found) and not every_hour)
    ):
        start = max(start, found) + timedelta(minutes=1)
    return found.astimezone(UTC) if found is not None else None


def _is_repeated(at: datetime) -> bool:
    """Tell whether the local clock showed this time once before, in the hour before it was put back."""
    return at.astimezone(UTC).astimezone(at.tzinfo).fold == 1


def replay_payload(context: Context, row: Any) -> dict[str, Any]:
    """Return the payload that takes a dead letter up again where its journal ends."""
    cause = {name: value for name, value in row["cause"].items() if name != "event"}
    return {
        "runtime": context.name,
        "run_id": row["run_id"],
        "kind": row["kind"],
        "agent": row["agent"],
        "inbox_id": row["inbox_id"],
        "thread_id": row["thread_id"],
        "continue": True,
        "attempt": row["attempts"],
        **cause,
    }
