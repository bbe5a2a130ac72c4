"""Mail that the kill switch refused: counted when mail may leave again, and taken up in one go."""

from __future__ import annotations

import time
from collections.abc import Sequence

import sqlalchemy as sa

from postroom.policy.gate import PAUSED
from postroom.runtime import dead_letters
from postroom.runtime.context import Context
from postroom.runtime.drafts import STALE
from postroom.runtime.journal import Row
from postroom.runtime.tables import actions, runs

STOPPED = sa.and_(actions.c.run_id == runs.c.run_id, actions.c.rule == PAUSED)
PATIENCE = 5.0
"""Seconds that a sweep waits to say what became of it."""


def refused_while_off(context: Context) -> Sequence[Row]:
    """Return the runs that a kill switch refused and none would refuse now, oldest first."""
    off = context.journal.switched_off()
    query = sa.select(runs).where(runs.c.status == "refused", sa.exists().where(STOPPED)).order_by(runs.c.run_id)
    with context.journal.database.connect() as connection:
        found = connection.execute(query).mappings().all()
    return [row for row in found if off.keys().isdisjoint({"all", f"agent:{row['agent']}", f"inbox:{row['inbox_id']}"})]


def told(context: Context) -> str:
    """Say how many runs those are and what takes them up, in a sentence for people; "" where there is none."""
    count = len(refused_while_off(context))
    if not count:
        return ""
    return (
        f"{count} {'mail was' if count == 1 else 'mails were'} refused while it was off; "
        "`postroom dead-letters --refused --replay-all` takes them up again, oldest first"
    )


def take_up(context: Context) -> list[dict[str, str]]:
    """Replay those runs, oldest first; return for each its `run_id`, and `objection`: why it is not taken up, or "".

    Handler and brain are asked anew, and every mail passes the gate again. What cannot be taken up is left to people
    with that objection as its note, and is not counted again. Whether a thread went on without its mail shows when its
    turn comes: that is waited for some seconds.
    """
    objections = {row["run_id"]: _objection(context, row["run_id"]) for row in refused_while_off(context)}
    deadline = time.monotonic() + PATIENCE
    for run_id in [key for key, objection in objections.items() if not objection]:
        while (run := context.journal.run(run_id)) and run["status"] == "running" and time.monotonic() < deadline:
            time.sleep(0.02)
        if run and run["status"] == "stale":
            objections[run_id] = f"{run['note']}; replay it once more to ask anew all the same"
    return [{"run_id": run_id, "objection": objection} for run_id, objection in objections.items()]


def _objection(context: Context, run_id: str) -> str:
    try:
        dead_letters.replay(context, run_id)
    except dead_letters.NotReplayable as error:
        run = context.journal.run(run_id)
        if run is not None and run["status"] == "refused":  # not what somebody else took up meanwhile
            context.journal.update_run(run_id, status="stale", note=f"{STALE}: {error}")
        return str(error)
    return ""
