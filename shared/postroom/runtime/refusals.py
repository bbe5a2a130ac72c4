"""Mail that the kill switch refused: counted when mail may leave again, and taken up in one go."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from postroom.runtime import dead_letters
from postroom.runtime.context import Context
from postroom.runtime.effects import STALE
from postroom.runtime.journal import Row
from postroom.runtime.tables import actions, runs

STOPPED = sa.and_(actions.c.run_id == runs.c.run_id, actions.c.rule == "kill-switch")


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
    """Replay those runs, oldest first; return for each its `run_id`, and `objection`: why it cannot be, or "".

    Handler and brain are asked anew, and every mail passes the gate again. What cannot be taken up is left to people
    with that objection as its note, and is not counted again.
    """
    taken = []
    for row in refused_while_off(context):
        try:
            dead_letters.replay(context, row["run_id"])
        except dead_letters.NotReplayable as error:
            context.journal.update_run(row["run_id"], status="stale", note=f"{STALE}: {error}")
            taken.append({"run_id": row["run_id"], "objection": str(error)})
        else:
            taken.append({"run_id": row["run_id"], "objection": ""})
    return taken
