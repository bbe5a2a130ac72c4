"""The journal: one write for each thing that happened, in the same step as its effect. The page and audit read it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from postroom.database import lock_id
from postroom.policy import Verdict
from postroom.runtime import statements, tables
from postroom.runtime.rows import Row, Rows
from postroom.runtime.tables import actions, crons, cursors, decisions, moves, runs, suppressed, switches, timers

__all__ = ["Journal", "Row"]
SWITCH = "the kill switch"
"""The lock by which a press waits for claims that are under way, and they for it (Postgres)."""


class Journal(Rows):
    """Reads and writes of the journal; safe from several threads and processes."""

    # -- runs ---------------------------------------------------------------------------------------------

    def open_run(self, run_id: str, now: datetime, **columns: Any) -> None:
        """Record that a run began; a second beginning of the same run changes nothing."""
        row = {"run_id": run_id, "status": "running", "note": "", "attempts": 0, "started_at": now, **columns}
        self.add(runs, row)

    def freeze_run(self, run_id: str, began: datetime, frozen: dict[str, Any], **columns: Any) -> None:
        """Record what a run may read, and that it began, if that is not known."""
        row = {"run_id": run_id, "status": "running", "note": "", "attempts": 0, "started_at": began, **columns}
        with self.database.begin() as connection:
            connection.execute(self.inserts.freeze, row | {"frozen": frozen})

    def close_run(
        self, run_id: str, move: dict[str, Any] | None, then: Iterable[dict[str, Any]], **columns: Any
    ) -> None:
        """Record that a run ended, the move that its thread made, once, and the thread's timers: all or nothing."""
        ended = {**columns, "error": None, "retry_at": None}
        with self.audit.telling((runs, {"run_id": run_id}), *([(moves, move)] if move else ())) as connection:
            connection.execute(statements.CHANGE_RUN, {statements.KEY: run_id, **ended})
            if move is not None:
                connection.execute(self.inserts.add[moves], move)
                self._replace_timers(connection, move["thread_id"], then)

    def update_run(self, run_id: str, **columns: Any) -> None:
        """Set columns of a run."""
        with self.audit.telling((runs, {"run_id": run_id})) as connection:
            connection.execute(statements.CHANGE_RUN, {statements.KEY: run_id, **columns})

    def run(self, run_id: str) -> Row | None:
        """Return a run, if known."""
        return self._one(statements.RUN, run_id=run_id)

    def is_new(self) -> bool:
        """Tell whether no run and no move was ever recorded."""
        return not any(self._one(sa.select(table.c.thread_id).limit(1)) for table in (runs, moves))

    def runs_of_thread(self, thread_id: str) -> Sequence[Row]:
        """Return the runs of a thread, oldest first."""
        return self._all(sa.select(runs).where(runs.c.thread_id == thread_id).order_by(runs.c.run_id))

    def mails_of_writer(self, inbox_id: str, writer: str, before: str, most: int) -> Sequence[Row]:
        """Return run, thread and hash of words of a person's mails before the run `before`, newest first."""
        return self._all(statements.MAILS_OF_WRITER, inbox_id=inbox_id, writer=writer, before=before, most=most)

    def runs_of_cron(self, agent: str, name: str, after: str) -> Sequence[Row]:
        """Return the runs of a cron for later times than that of the run `after`, oldest first."""
        mine = (runs.c.agent == agent, runs.c.kind == "cron", runs.c.cause["cron"].as_string() == name)
        return self._all(sa.select(runs).where(*mine, runs.c.run_id > after).order_by(runs.c.run_id))

    def runs_with_status(self, *statuses: str, limit: int = 200) -> Sequence[Row]:
        """Return the newest runs with one of these statuses."""
        return self._all(sa.select(runs).where(runs.c.status.in_(statuses)).order_by(runs.c.run_id.desc()).limit(limit))

    def runs_to_retry(self, now: datetime) -> Sequence[Row]:
        """Return the dead letters whose next try is due, and the runs that wait for the clock to hand them in."""
        due = (runs.c.status.in_(("dead", "queued")), runs.c.retry_at <= now)
        return self._all(sa.select(runs).where(*due).order_by(runs.c.run_id))

    def settle_retry(self, run_id: str, attempt: int) -> None:
        """Record that a try which was due was handed in; a later one, set meanwhile by a new failure, stays."""
        with self.database.begin() as connection:
            connection.execute(statements.SETTLE_RETRY, {"of_run": run_id, "of_attempt": attempt})

    # -- decisions ----------------------------------------------------------------------------------------

    def decision(self, run_id: str, number: int) -> Row | None:
        """Return a run's n-th decision, if made."""
        return self._one(statements.DECISION, run_id=run_id, number=number)

    def decisions_of_run(self, run_id: str) -> Sequence[Row]:
        """Return a run's decisions in order."""
        return self._all(sa.select(decisions).where(decisions.c.run_id == run_id).order_by(decisions.c.number))

    def record_decision(self, **columns: Any) -> Row:
        """Record a decision and return the one that stands: the first of its number, unless that try failed."""
        with self.audit.telling((decisions, columns)) as connection:
            made = connection.execute(self.inserts.decide, columns).mappings().first()
        stands = made or self.decision(columns["run_id"], columns["number"])
        assert stands is not None, "decisions are deleted only while their run is at rest"
        return stands

    # -- plans and actions --------------------------------------------------------------------------------

    def record_plan(self, run_id: str, plan: dict[str, Any], planned: Iterable[dict[str, Any]]) -> None:
        """Record a run's frozen transition and its actions, all or nothing."""
        rows = list(planned)
        columns = dict.fromkeys(name for row in rows for name in row)
        rows = [{**columns, **row} for row in rows]  # in one statement all have the same columns
        with self.audit.telling(*((actions, row) for row in rows if row["status"] != "planned")) as connection:
            connection.execute(statements.CHANGE_RUN, {statements.KEY: run_id, "plan": plan})
            connection.execute(statements.DROP_PLANNED, {"run_id": run_id})
            if rows:
                connection.execute(self.inserts.add[actions], rows)

    def action(self, op_id: str) -> Row | None:
        """Return an action, if planned."""
        return self._one(statements.ACTION, op_id=op_id)

    def actions_of_run(self, run_id: str) -> Sequence[Row]:
        """Return a run's actions in order."""
        return self._all(statements.ACTIONS_OF_RUN, run_id=run_id)

    def update_action(self, op_id: str, **columns: Any) -> None:
        """Set columns of an action."""
        with self.audit.telling((actions, {"op_id": op_id})) as connection:
            connection.execute(statements.CHANGE_ACTION, {statements.KEY: op_id, **columns})

    def held_on_thread(self, thread_id: str) -> Sequence[Row]:
        """Return a thread's actions that wait for a person."""
        return self._all(statements.HELD_ON_THREAD, thread_id=thread_id)

    def held_runs(self, thread_id: str) -> Sequence[Row]:
        """Return a thread's runs that wait for a person, oldest first; some have no action that does."""
        return self._all(statements.HELD_RUNS, thread_id=thread_id)

    def gate_facts(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the gate asks the journal: who is suppressed, what is off, and what left; named as in `Facts`.

        One look for all, so that it is of one moment.
        """
        with self.database.connect() as connection:
            return statements.look(connection, {**asked, "addresses": self._spelled(asked["addresses"])})

    def claim(
        self, op_id: str, at: datetime, asked: Mapping[str, Any] | None, judge: Callable[[Mapping[str, Any]], Verdict]
    ) -> Verdict:
        """Judge an effect by `gate_facts`; where it may be, record its attempt before any like it is looked at.

        What is no mail has nothing `asked`, and is judged by what is switched off alone.
        """
        with self.database.connect() as connection, connection.begin() as transaction:
            if self.database.dialect.name == "postgresql":
                connection.execute(statements.TURN_OF_MANY, {"lock": lock_id(SWITCH)})
                for name in statements.turns(asked) if asked else ():
                    connection.execute(statements.TURN, {"lock": lock_id(f"mail for {name}")})
            # written before it is looked at: that makes SQLite's other writers wait
            connection.execute(statements.CHANGE_ACTION, {statements.KEY: op_id, "first_attempt_at": at})
            looked = {**asked, "addresses": self._spelled(asked["addresses"])} if asked else None
            verdict = judge(statements.look(connection, looked) if looked else statements.stops(connection, {}))
            if not verdict.allowed:
                transaction.rollback()
            return verdict

    # -- states and timers --------------------------------------------------------------------------------

    def last_move(self, thread_id: str) -> Row | None:
        """Return a thread's latest move, if any."""
        return self._one(statements.LAST_MOVE, thread_id=thread_id)

    def record_move(self, **columns: Any) -> None:
        """Record a move; once for each run."""
        self.add(moves, columns)

    def moves_of_thread(self, thread_id: str) -> Sequence[Row]:
        """Return a thread's moves in order."""
        return self._all(sa.select(moves).where(moves.c.thread_id == thread_id).order_by(moves.c.id))

    def set_timers(self, thread_id: str, rows: Iterable[dict[str, Any]]) -> None:
        """Replace the state timers of a thread that have not fired; planned follow-ups stay."""
        with self.database.begin() as connection:
            self._replace_timers(connection, thread_id, rows)

    def _replace_timers(self, connection: sa.Connection, thread_id: str, rows: Iterable[dict[str, Any]]) -> None:
        connection.execute(statements.DROP_STATE_TIMERS, {"thread_id": thread_id})
        for row in rows:
            connection.execute(self.inserts.put[timers], row)

    def add_timer(self, row: dict[str, Any]) -> None:
        """Add one timer, or replace the one of the same id."""
        self._put(timers, row)

    def drop_timers(self, thread_id: str, name: str, timer_id: str | None = None) -> Sequence[Row]:
        """Delete unfired timers of that name and return them."""
        where = [timers.c.thread_id == thread_id, timers.c.name == name, timers.c.fired_at.is_(None)]
        if timer_id is not None:
            where.append(timers.c.timer_id == timer_id)
        with self.database.begin() as connection:
            found = connection.execute(sa.select(timers).where(*where)).mappings().all()
            connection.execute(sa.delete(timers).where(*where))
        return found

    def timer(self, timer_id: str) -> Row | None:
        """Return a timer, if known."""
        return self._one(sa.select(timers).where(timers.c.timer_id == timer_id))

    def timers_of_thread(self, thread_id: str) -> Sequence[Row]:
        """Return a thread's timers that have not fired, soonest first."""
        return self._all(statements.TIMERS_OF_THREAD, thread_id=thread_id)

    def due_timers(self, now: datetime, limit: int = 500) -> Sequence[Row]:
        """Return unfired timers whose time has come, soonest first."""
        due = sa.select(timers).where(timers.c.fired_at.is_(None), timers.c.due_at <= now).order_by(timers.c.due_at)
        return self._all(due.limit(limit))

    def next_timer(self) -> datetime | None:
        """Return when the next timer is due."""
        with self.database.connect() as connection:
            first = sa.select(timers.c.due_at).where(timers.c.fired_at.is_(None)).order_by(timers.c.due_at).limit(1)
            return connection.execute(first).scalar_one_or_none()

    def fire_timer(self, timer_id: str, now: datetime) -> None:
        """Mark a timer as handed in; others of its thread, if overdue too, follow it at the distance they had.

        What is planned behind a follow-up that is late by days comes as much later.
        """
        mine = timers.c.timer_id == timer_id
        with self.database.begin() as connection:
            fired = connection.execute(sa.select(timers).where(mine)).mappings().first()
            if fired is None:
                return
            connection.execute(sa.update(timers).where(mine).values(fired_at=now))
            statements.keep_distance(connection, fired, now)

    def cron_asked(self, agent: str, name: str) -> datetime | None:
        """Return up to when a cron's slots are settled; None before its first tick."""
        row = self._one(sa.select(crons).where(crons.c.agent == agent, crons.c.name == name))
        return row["asked_at"] if row else None

    def settle_cron(self, agent: str, name: str, now: datetime) -> None:
        """Record that a cron's slots up to `now` are settled."""
        self._put(crons, {"agent": agent, "name": name, "asked_at": now})

    def cursor(self, inbox_id: str) -> str | None:
        """Return the last event of an inbox that was looked at."""
        return row["event_id"] if (row := self._one(sa.select(cursors).where(cursors.c.inbox_id == inbox_id))) else None

    def move_cursor(self, inbox_id: str, event_id: str) -> None:
        """Record up to which event an inbox was looked at."""
        self._put(cursors, {"inbox_id": inbox_id, "event_id": event_id})

    def suppress(self, address: str, reason: str, now: datetime, *, doubted: bool = False) -> None:
        """Never write to `address` again; the first reason stays on record. `doubted`: it may be another's wish."""
        self.add(tables.doubted if doubted else suppressed, {"address": address, "reason": reason, "at": now})

    def suppressed(self, addresses: Iterable[str]) -> dict[str, str]:
        """Return which of these addresses are suppressed, and why."""
        return self.stops(addresses)["suppressed"]

    def stops(self, addresses: Iterable[str]) -> dict[str, dict[str, str]]:
        """Return who of these is suppressed or doubted, and what is switched off; named as in `Facts`."""
        with self.database.connect() as connection:
            return statements.stops(connection, self._spelled(addresses))

    def hashed(self, address: str) -> str:
        """Return the entry that stops an address and does not hold it: all that is kept of who was erased."""
        return f"hash:{self.audit.hashed(['suppressed', address])}"

    def _spelled(self, addresses: Iterable[str]) -> dict[str, str]:
        """Return each entry that stops one of these addresses: itself, its hash, its domain and those above it."""
        entries: dict[str, str] = {}
        for address in addresses:
            labels = address.rpartition("@")[2].split(".")
            domains = ["@" + ".".join(labels[start:]) for start in range(len(labels) - 1)]
            entries |= dict.fromkeys((*domains, self.hashed(address), address), address)
        return entries

    def switch_off(self, scope: str, reason: str, now: datetime) -> None:
        """Stop all effects of a scope, `all`, `agent:<name>` or `inbox:<address>`, from this moment on.

        What was claimed before is in the journal by then; `kill_switch.press` waits for that.
        """
        row = {"scope": scope, "reason": reason, "at": now}
        with self.audit.telling((switches, row)) as connection:
            if self.database.dialect.name == "postgresql":
                connection.execute(statements.TURN, {"lock": lock_id(SWITCH)})
            connection.execute(self.inserts.put[switches], row)

    def switch_on(self, scope: str) -> bool:
        """Let a scope go on again; return whether it was off."""
        with self.audit.telling((switches, {"scope": scope})) as connection:
            return bool(connection.execute(sa.delete(switches).where(switches.c.scope == scope)).rowcount)

    def switched_off(self) -> dict[str, str]:
        """Return the scopes that are off, and why."""
        return {row["scope"]: row["reason"] for row in self._all(sa.select(switches))}
