"""Runs that failed: kept until a person, or time, takes them up again."""

from __future__ import annotations

import errno
import traceback
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
import structlog

from postroom.brain import BrainAway, BrainError
from postroom.mailbox import labels as marks
from postroom.mailbox.client import error_text, is_passing, logged, retry_after
from postroom.policy.gate import UNREACHED
from postroom.runtime import tables
from postroom.runtime.context import Context
from postroom.runtime.effects import NothingSent, PutOff, suppress
from postroom.runtime.followups import BeingSent
from postroom.runtime.journal import Row
from postroom.runtime.timers import CAUSES, replay_payload, retry_delay
from postroom.runtime.unreached import is_kept_back, reached

log = structlog.get_logger(__name__)

REPLAYABLE = ("dead", "refused", "stale")


class NotReplayable(ValueError):
    """A run that cannot be taken up again, and why."""


class Ended(RuntimeError):
    """What became of a run that the engine alone knows the end of."""


def adopt_broken_off(context: Context) -> int:
    """Turn runs that only the engine knows to have ended into dead letters; return how many.

    They are tried again: that the journal could not be written says nothing about the run.
    """
    ended = Ended("the run failed, and the journal could not be written to say why")
    count = 0
    for payload in context.engine.broken_off().values():
        if payload.get("runtime") == context.name and _is_unrecorded(context, payload):
            _lay_down(context, payload, ended, passing=True)
            count += 1
    return count


def give_up(context: Context, payload: Mapping[str, Any]) -> None:
    """Make a dead letter of a run that killed its process again and again.

    It is tried once more by itself, a minute later: whoever killed the process may not have been the run. Then it
    waits for people.
    """
    killed = Ended(f"the process died in this run {payload['deaths']} times at the same step")
    first = not _keep(context, payload)["attempts"]
    _lay_down(context, payload, killed, passing=first)


def _is_unrecorded(context: Context, payload: Mapping[str, Any]) -> bool:
    """Tell whether the journal has yet to learn of the end of this attempt; each one it knows of is counted there."""
    row = _keep(context, payload)
    open_ = row["status"] in ("queued", "running", "dead") and row["attempts"] <= payload.get("attempt", 0)
    return open_ and row["run_id"] not in context.engine.pending(context.name, queued=True)


def show_hanging(context: Context) -> None:
    """Show people the runs that this process has begun and that do not go on: a note, the label `stuck`, the log.

    Nothing can take a thread of Python from code that hangs. A restart gives the run, and mail behind it, another try.
    """
    for payload in context.engine.hanging(context.name):
        note = "it does not go on: for ten minutes it did no step; look where its agent's code hangs, then restart"
        log.error("a run hangs", run_id=payload["run_id"], agent=payload["agent"], note=note)
        context.journal.update_run(payload["run_id"], note=note)
        if payload["thread_id"]:
            _mark_stuck(context, payload, for_people=False)


def wait_for_agent(context: Context, payload: Mapping[str, Any]) -> None:
    """Keep a run whose agent this process does not run; it goes on by itself once one that does has started."""
    row = _keep(context, payload)
    now = context.clock.now()
    reason = f"the agent {payload['agent']} is not running here; start it again and this goes on"
    # each wait counts as an attempt, so that the next one is no repeat to the engine
    context.journal.update_run(
        row["run_id"], status="dead", error=reason, attempts=row["attempts"] + 1, retry_at=now, finished_at=now
    )


def _keep(context: Context, payload: Mapping[str, Any]) -> Row:
    """Return the journal's row of a run, made now for one that never got so far as to make it."""
    run_id, now = payload["run_id"], context.clock.now()
    context.journal.open_run(
        run_id, now, agent=payload["agent"], kind=payload["kind"], inbox_id=payload["inbox_id"],
        thread_id=payload["thread_id"],
        cause={name: payload[name] for name in CAUSES if name in payload},
    )  # fmt: skip
    row = context.journal.run(run_id)
    assert row is not None, f"{run_id} was recorded just now"
    return row


def replay(context: Context, run_id: str, *, from_start: bool = False, by_clock: bool = False) -> str:
    """Take a dead letter up again in its lane; return the id of the new attempt.

    It goes on with the journalled transition if there is one, and keeps recorded decisions; a thread that went on
    without it makes it stale. `from_start` asks the handler and the brain anew, as does the replay of a refused or
    stale run; that is refused once an action of the run has happened, other than to suppress somebody. A refused run
    is asked anew only where its thread did not go on without it; where a hand-over reached none of our people, it goes
    on with that one and with what the customer is to be told of it. `by_clock`: the clock hands it in, as no step of a
    run can hand in another. Raises NotReplayable.
    """
    row = context.journal.run(run_id)
    if row is None or row["status"] not in REPLAYABLE:
        raise NotReplayable(f"run {run_id} is {row['status'] if row else 'unknown'}; only dead and refused runs replay")
    payload = replay_payload(context, row)
    if kept_back := [action for action in context.journal.actions_of_run(run_id) if is_kept_back(action)]:
        _open_again(context, row, kept_back)
    elif row["status"] == "refused":
        payload["anew"] = True  # what it read then tells its lane whether the thread went on without it
        _forget(context, row, frozen=row["frozen"])
    elif from_start or row["status"] == "stale":
        _forget(context, row, frozen=None)
    if by_clock:
        cause = {**row["cause"], **({"anew": True} if "anew" in payload else {})}
        attempts, now = row["attempts"] + 1, context.clock.now()
        context.journal.update_run(run_id, status="queued", retry_at=now, attempts=attempts, cause=cause)
        return f"{run_id}~{attempts}"
    attempt = f"{run_id}~{row['attempts']}.{int(context.clock.now().timestamp() * 1000)}"
    context.journal.update_run(run_id, status="running", retry_at=None)
    context.engine.enqueue(attempt, row["thread_id"] or row["inbox_id"], payload)
    return attempt


def _forget(context: Context, row: Row, frozen: Mapping[str, Any] | None) -> None:
    """Drop what was decided and planned in a run, and what it read but `frozen`; not what has happened already."""
    run_id = row["run_id"]
    # an address suppressed twice is suppressed once
    happened = [action for action in context.journal.actions_of_run(run_id) if action["kind"] != "Suppress"]
    mailed = (action for action in happened if "to" in action["frozen"])
    if any(action["first_attempt_at"] for action in mailed) or any(each["status"] == "done" for each in happened):
        way = "replay it without starting over" if row["status"] == "dead" else "do what is left of it yourself"
        raise NotReplayable(f"an action of run {run_id} may have happened already; {way}")
    with context.journal.database.begin() as connection:
        connection.execute(sa.delete(tables.actions).where(tables.actions.c.run_id == run_id))
        connection.execute(sa.delete(tables.decisions).where(tables.decisions.c.run_id == run_id))
        connection.execute(
            sa.update(tables.runs).where(tables.runs.c.run_id == run_id).values(plan=None, frozen=frozen)
        )


def _open_again(context: Context, row: Row, kept_back: Sequence[Row]) -> None:
    """Plan a hand-over again for the first of our people that mail reaches by now, and what was kept back with it."""
    journal, post = context.journal, context.post_of_inbox(row["inbox_id"])
    left = reached(journal, post.addresses if post else [action["recipient"] for action in kept_back])[:1]
    if not left:
        raise NotReplayable("mail still reaches none of our people; once it works: postroom resume --address ADDRESS")
    for action in journal.actions_of_run(row["run_id"]):
        if action["rule"] == UNREACHED:
            frozen = action["frozen"] | ({"to": left} if action in kept_back else {})
            journal.update_action(action["op_id"], status="planned", rule="", reason="", frozen=frozen)


def bury(context: Context, payload: Mapping[str, Any], error: BaseException) -> str:
    """Make a dead letter of a run: kept with its reason, tried again by itself if the failure may pass."""
    _lay_down(context, payload, error, passing=may_pass(error))
    return "dead"


def put_off(context: Context, payload: Mapping[str, Any], error: PutOff) -> str:
    """Have a run go on at its time: what a person released may not leave before."""
    attempts = int(_keep(context, payload)["attempts"]) + 1
    note = f"waits until {error.until:%Y-%m-%d %H:%M} UTC; {error}"
    context.journal.update_run(payload["run_id"], status="queued", retry_at=error.until, attempts=attempts, note=note)
    return "queued"


def _lay_down(context: Context, payload: Mapping[str, Any], error: BaseException, *, passing: bool) -> None:
    run_id: str = payload["run_id"]
    attempts = int(_keep(context, payload)["attempts"]) + 1
    delay = retry_delay(attempts) if passing else None
    asked = timedelta(seconds=retry_after(error) or 0)
    now = context.clock.now()
    retry_at = now + max(delay, asked) if delay else None
    said = str(error) if isinstance(error, BrainError) else logged(error)
    log.error("a run failed", run_id=run_id, error=said, retry_at=str(retry_at))
    context.journal.update_run(
        run_id, status="dead", error=describe(error), attempts=attempts, retry_at=retry_at, finished_at=now
    )
    _suppress(context, run_id)
    if payload["thread_id"]:
        waiting = [row for row in context.journal.actions_of_run(run_id) if row["kind"] == "Escalate"]
        untold = any(row["status"] == "planned" for row in waiting)
        _mark_stuck(context, payload, for_people=untold or isinstance(error, BrainError))


def _suppress(context: Context, run_id: str) -> None:
    """Carry out the opt-outs of a run that failed: they wait for no other action, and for nobody to take it up."""
    rows = context.journal.actions_of_run(run_id)
    for row in (row for row in rows if row["kind"] == "Suppress" and row["status"] == "planned"):
        try:
            suppress(context, row)
        except Exception as error:
            if not is_passing(error):
                raise
            # the journal has it, which is what the gate asks; AgentMail gets it once the run is taken up
            log.warning("AgentMail did not take an opt-out", run_id=run_id, error=logged(error))


def may_pass(error: BaseException) -> bool:
    """Tell whether a run may succeed later: what AgentMail says may pass, a brain or database away, a full disk."""
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    passing = (NothingSent, BeingSent, BrainAway, sa.exc.OperationalError, sa.exc.InterfaceError)
    return full or is_passing(error) or isinstance(error, passing)


def _mark_stuck(context: Context, payload: Mapping[str, Any], *, for_people: bool) -> None:
    add = [marks.STUCK, marks.NEEDS_HUMAN] if for_people else [marks.STUCK]
    try:
        marks.relabel(context.client, payload["inbox_id"], payload["thread_id"], add=add, remove=[])
    except Exception as error:  # noqa: BLE001 - the journal has the dead letter; its label is a courtesy
        log.warning("could not label the thread as stuck", run_id=payload["run_id"], error=logged(error))


def describe(error: BaseException) -> str:
    """Describe a failure for the person who reads the dead letter: what, and where in whose code."""
    frames = traceback.extract_tb(error.__traceback__)
    at = f" ({frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno} in {frames[-1].name})" if frames else ""
    return f"{error_text(error)}{at}"
