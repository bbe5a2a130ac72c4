"""What a run did, taken back where the world allows it: one durable run in the lane of its thread."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import partial
from typing import Any

import sqlalchemy as sa
from agentmail.core.api_error import ApiError

from postroom.mailbox import labels as marks
from postroom.mailbox import reading
from postroom.mailbox.client import patiently
from postroom.policy.gate import ALLOWED
from postroom.runtime.context import Context
from postroom.runtime.drafts import withdraw_plans
from postroom.runtime.ids import run_id
from postroom.runtime.journal import Row
from postroom.runtime.moving import move_as_person
from postroom.runtime.planning import said_in_plan
from postroom.runtime.run import Run
from postroom.runtime.tables import doubted, suppressed
from postroom.runtime.timers import CAUSES

UNDER_WAY = ("running", "queued", "held", "dead")
"""Statuses of a run that has not ended: what waits is rejected instead, and what failed may be tried again."""
NOTHING = "nothing of it could be taken back"


class NotUndoable(ValueError):
    """Why a run cannot be undone, in a sentence for people."""


def undo(context: Context, undone: str) -> str:
    """Have a run undone in the lane of its thread; return the id of the run that does. Raises NotUndoable."""
    row = context.journal.run(undone)
    if row is None:
        raise NotUndoable(f"the run {undone} is unknown")
    if row["status"] in UNDER_WAY:
        raise NotUndoable(f"the run {undone} is {row['status']}: let it end, or reject what waits of it, first")
    again = [each for each in context.journal.runs_of_thread(row["thread_id"]) if _has_undone(each, row)]
    if row["thread_id"] and again:
        raise NotUndoable(f"the run {undone} was undone already: {again[-1]['note']}")
    if not row["plan"]:
        raise NotUndoable(f"the run {undone} did nothing that could be taken back")
    now = context.clock.now()
    identifier = run_id(now, "approve", row["inbox_id"], f"undo:{undone}")
    context.journal.open_run(
        identifier, now, agent=row["agent"], kind="approve", inbox_id=row["inbox_id"], thread_id=row["thread_id"],
        status="queued", retry_at=now, cause={"undo": undone},
    )  # fmt: skip
    return identifier


def _has_undone(run: Row, undone: Row) -> bool:
    """Tell whether a run has undone that one, as it ended last."""
    of_it = run["cause"].get("undo") == undone["run_id"] and run["status"] == "done"
    return of_it and (undone["finished_at"] is None or run["started_at"] >= undone["finished_at"])


class UndoRun(Run):
    """Takes back a run's follow-ups, suppressions, calls that say how, labels and move, and tells what stays.

    A person asked for it: no gate is passed, and no mail leaves. What left cannot come back.
    """

    def _go(self) -> None:
        self.step("begin", self._begin)
        rows = self.context.journal.actions_of_run(self.payload["undo"])
        said = [self.step(f"undo:{row['op_id']}", partial(self._take_back, row["op_id"])) for row in rows]
        said.append(self.step("move", self._move_back))
        self.step("settle", lambda: self._settle("; ".join(filter(None, said))))

    def _begin(self) -> str:
        now = self.context.clock.now()
        frozen = {"now": now.isoformat(), "messages": [], "labels": [], "put_aside": ""}
        self.context.journal.freeze_run(
            self.id, now, frozen, agent=self.post.agent.name, kind=self.kind, inbox_id=self.post.inbox_id,
            thread_id=self.payload["thread_id"], writer=None, subject=None, words=None,
            cause={name: self.payload[name] for name in CAUSES if name in self.payload},
        )  # fmt: skip
        self.context.journal.record_plan(self.id, said_in_plan(ALLOWED) | {"because": "somebody undid a run"}, [])
        return "began"

    def _take_back(self, op_id: str) -> str:
        """Take one action back; return what to say of it, "" where it never happened."""
        row = self.context.journal.action(op_id)
        if row is None or row["status"] != "done":
            return ""
        said, back = self._undone(row)
        if back:
            self.context.journal.update_action(op_id, status="undone", reason=said)
        return said

    def _undone(self, row: Row) -> tuple[str, bool]:
        frozen = row["frozen"]
        match row["kind"]:
            case "Plan":
                gone = withdraw_plans(self.context, self.post.inbox_id, row["thread_id"], of=row["op_id"])
                return (f"the follow-up {frozen['key']} is withdrawn", True) if gone else ("", False)
            case "Suppress" if not (row["result"] or {}).get("added"):
                return f"{frozen['address']} was stopped before it, and stays so", False
            case "Suppress":
                lift(self.context, frozen["address"])
                return f"{frozen['address']} gets mail again", True
            case "Do" if frozen.get("undo"):
                module, _, name = frozen["undo"].partition(":")
                getattr(importlib.import_module(module), name)(row["op_id"], **frozen["values"])
                return f"{frozen['key']} was taken back", True
            case "Cancel":
                return "follow-ups that it withdrew stay withdrawn", False
            case "Do" | "Propose":
                return f"{frozen['key']} cannot be taken back: no function does that", False
        return f"the mail to {row['recipient']} has left", False

    def _move_back(self) -> str:
        """Bring the thread back, with its labels, unless it has gone on since."""
        journal, thread_id = self.context.journal, self.payload["thread_id"]
        run, last = journal.run(self.payload["undo"]), journal.last_move(thread_id) if thread_id else None
        if run is None or last is None or last["run_id"] not in (run["run_id"], self.id):
            moved = run and any(move["run_id"] == run["run_id"] for move in journal.moves_of_thread(thread_id))
            return "its thread has gone on since, and stays where it is" if moved else ""
        flow = self.post.agent.flow
        to = (
            last["state"] if last["run_id"] == self.id else last["origin"] or flow.start.value
        )  # or moved before a crash
        move_as_person(self.context, self.post, thread_id, flow.states(to), self.id)
        present = reading.thread_labels(self.context.client, self.post.inbox_id, thread_id)
        before, new = run["frozen"].get("labels", ()), run["plan"].get("labels", ())
        gone = [label for label in new if label in present and label not in before]
        again = [marks.NEEDS_HUMAN, *marks.replaced(before, new)]
        marks.relabel(self.context.client, self.post.inbox_id, thread_id, add=again, remove=gone)
        return f"its thread is in {to} again"

    def _settle(self, note: str) -> str:
        now = self.context.clock.now()
        self.context.journal.close_run(self.id, None, (), status="done", note=note or NOTHING, finished_at=now)
        return "done"


def lift(context: Context, address: str) -> None:
    """Write to an address again that was suppressed."""
    entry = address.removeprefix("@")
    _unblock(context.client.lists.delete, "send", "block", entry)
    for post in context.writing_first() if address.startswith("@") else ():
        _unblock(context.client.inboxes.lists.delete, post.inbox_id, "send", "block", entry)
    for table in (suppressed, doubted):
        with context.journal.audit.telling((table, {"address": address})) as connection:
            connection.execute(sa.delete(table).where(table.c.address == address))


def _unblock(delete: Callable[..., Any], *entry: str) -> None:
    try:
        patiently(delete, *entry)
    except ApiError as error:
        if error.status_code not in (403, 404):  # AgentMail's own entry stays, and it refuses that mail
            raise
