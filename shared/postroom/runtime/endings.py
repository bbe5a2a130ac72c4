"""The last step of a run: labels moved, the run closed, `unread` taken off."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from postroom.flow import State, state_label
from postroom.mailbox import labels as marks
from postroom.mailbox import reading
from postroom.mailbox.client import patiently, there
from postroom.policy.gate import KEPT_BACK
from postroom.runtime import records, starts
from postroom.runtime import scene as scenes
from postroom.runtime.context import Context, Post
from postroom.runtime.drafts import STALE, delete_draft, find_sent, takes_over_draft, withdraw_held
from postroom.runtime.effects import ids_of, record_done, suppress
from postroom.runtime.journal import Row
from postroom.runtime.scene import OPEN, Scene
from postroom.runtime.timers import state_timers
from postroom.runtime.unanswered import unanswered
from postroom.runtime.unreached import is_kept_back
from postroom.transition import FOLLOW_UP


@dataclass(frozen=True)
class Standing:
    """How a thread stands when a run ends: people and other runs may have changed it since it was read."""

    labels: frozenset[str]
    state: State


class Ending:
    """Ends one run; each method is the work of its last step, safe to repeat, and returns the run's status."""

    def __init__(self, context: Context, post: Post, payload: Mapping[str, Any]) -> None:
        self.context = context
        self.post = post
        self.payload = payload
        self.id: str = payload["run_id"]
        self.kind: str = payload["kind"]

    def close(self, plan: Mapping[str, Any], scene: Scene, look_again: Callable[[], Mapping[str, Any]]) -> str:
        """End a run whose actions were performed, held or refused, as its plan and its thread want it."""
        rows = self.context.journal.actions_of_run(self.id)
        stale = next((row for row in rows if row["rule"] == STALE), None)
        if stale is not None:
            return self.overtaken({**look_again(), "stale": stale["reason"]})
        if self.kind == "start" and not self.payload["thread_id"]:
            note = starts.not_begun(self.context, self.payload, plan, rows)
            status = {"hold": "held", "wait": "recorded"}.get(plan["outcome"]) or starts.status_of(rows)
            return self._end(status, note)
        if plan["outcome"] == "go":
            return self._finish(plan, scene, rows)
        why = "; ".join(filter(None, [scene.note, f"{plan['rule']}: {plan['reason']}" if plan["reason"] else ""]))
        if plan["outcome"] == "hold":
            return self._stay(scene, "held", marks.WAITING_APPROVAL, why)
        return self._stay(scene, "refused", marks.NEEDS_HUMAN, why)

    def _finish(self, plan: Mapping[str, Any], scene: Scene, rows: Sequence[Row]) -> str:
        """Move the thread; where the gate refused a mail at the last moment it stays, and a person is asked.

        A hand-over that reached our people moves it all the same; where the mail to them was one too many, their label
        tells them.
        """
        stopped = [row for row in rows if row["status"] in ("held", "refused")]
        objections = [row for row in stopped if row["rule"] not in KEPT_BACK]
        held = [row for row in objections if row["status"] == "held"]
        note = "; ".join(filter(None, [scene.note, *(f"{row['rule']}: {row['reason']}" for row in stopped)]))
        handed_over = any(
            row["kind"] == "Escalate" and (row["status"] == "done" or row["rule"] in KEPT_BACK) for row in rows
        )
        if objections and not handed_over:
            if held == objections:
                return self._stay(scene, "held", marks.WAITING_APPROVAL, note)
            return self._stay(scene, "refused", marks.NEEDS_HUMAN, note)
        moved: dict[str, Any] = {}
        if "state" in plan and not any(map(takes_over_draft, rows)):  # else the draft of what was worded anew
            self._delete_follow_up()
        if self.payload["thread_id"]:
            asks = [marks.WAITING_APPROVAL] if held else []
            # this answers its own mail alone: who was asked for because of another is asked for still
            asked = marks.NEEDS_HUMAN in scene.present
            others_wait = asked and unanswered(self.context, self.payload, scene.thread.messages)
            asks += [marks.NEEDS_HUMAN] if objections != stopped or others_wait else []
            moved = self._move(plan, scene.present, scene.thread.now, [*asks, *filter(None, [scene.mark])])
        # one that reached nobody can be replayed, with what the customer is to be told of it
        status = "refused" if any(map(is_kept_back, rows)) else "done"
        return self._end(status, **{"note": note, "rows": rows, **moved})

    def _move(
        self, plan: Mapping[str, Any], present: frozenset[str] | None, began: datetime, add: Sequence[str]
    ) -> dict[str, Any]:
        """Bring the thread to the planned state; return the move and its timers to record with the run's end.

        Where a person took it elsewhere meanwhile, that is a note instead.
        """
        now = self._standing(present, plan.get("state"))
        if "state" not in plan:
            self._label(now, now.state, add=add)
            return {}
        flow, thread_id, found = self.post.agent.flow, self.payload["thread_id"], now.state
        state, known = flow.states(plan["state"]), found.value in (plan["origin"], plan["state"])
        onward = not known and flow.allows(found, state)
        onward = onward and scenes.moved_by_older(self.context, self.payload, found.value)
        if known or onward:
            add = [*plan["labels"], *add, *starts.labels(self.context, self.payload)]
            gone = [marks.NEEDS_HUMAN, *marks.replaced(now.labels, plan["labels"])]
            found = self._label(now, state, add=add, remove=gone)
        else:
            self._label(now, found, add=add)
        if found is not state:
            return {"note": f"the thread is in {found.value} by now"}
        at = self.context.clock.now()
        move = {
            "inbox_id": self.post.inbox_id,
            "thread_id": thread_id,
            "origin": now.state.value if onward else plan["origin"],
            "state": state.value,
            "by": "run",
            "run_id": self.id,
            "at": at,
        }
        # a run taken up hours later is a step of now: what comes after it counts from here
        since = at if self.payload.get("continue") else began
        return {"move": move, "timers": state_timers(self.post, thread_id, state, since)}

    def _stay(self, scene: Scene, status: str, mark: str, note: str) -> str:
        """Leave the state as it is and mark the thread for people."""
        if self.payload["thread_id"]:
            now = self._standing(scene.present)
            self._label(now, now.state, add=[mark, *filter(None, [scene.mark])])
        rows = self.context.journal.actions_of_run(self.id)
        if status == "refused":
            self._take_back_follow_up(rows)
        return self._end(status, note, rows)

    def approved(self, plan: Mapping[str, Any]) -> str:
        """End a held run whose mails a person sent from their drafts: that approves its step, but for what has none."""
        rows = self.context.journal.actions_of_run(self.id)
        left = [row for row in rows if row["status"] == "held"]
        withdraw_held(self.context, self.post.inbox_id, left, "a person sent the mail of this step alone")
        undone = f"; not done: {', '.join(row['kind'] for row in left)}" if left else ""
        moved: dict[str, Any] = {}
        if self.payload["thread_id"]:
            moved = self._move(plan, None, self.context.clock.now(), [marks.NEEDS_HUMAN] if left else [])
        return self._end("done", **{"note": f"a person sent its draft in AgentMail{undone}", **moved})

    def overtaken(self, seen: Mapping[str, Any]) -> str:
        """End a run that is taken up on a thread which went on without it: what was not done stays undone."""
        rows = self.context.journal.actions_of_run(self.id)
        for row in rows:
            if row["status"] in OPEN:
                self.leave_undone(row, seen["stale"])
        rows = self.context.journal.actions_of_run(self.id)
        undone = [row for row in rows if row["status"] == "refused" and row["rule"] not in KEPT_BACK]
        self._delete_follow_up()
        status = "done" if rows and not undone else "stale"
        if seen["state"]:
            # a reminder out of date needs nobody; a mail that was not answered does, and what people were told late
            waits = (status == "stale" and self.kind != "timer") or bool(seen.get("untold"))
            state = self.post.agent.flow.states(seen["state"])
            labels = reading.thread_labels(self.context.client, self.post.inbox_id, self.payload["thread_id"])
            self._label(Standing(labels, state), state, add=[marks.NEEDS_HUMAN] if waits else [])
            rows = self.context.journal.actions_of_run(self.id)
        return self._end(status, f"{STALE}: {seen['stale']}", rows if seen["state"] else ())

    def leave_undone(self, row: Row, reason: str) -> str:
        """Refuse an action that is out of date, unless it was done before, its answer lost; return its status."""
        if row["kind"] == "Suppress":
            suppress(self.context, row)
            return "done"
        sent = find_sent(self.context, self.post.inbox_id, row["op_id"]) if row["first_attempt_at"] else None
        if sent is not None:
            record_done(self.context, row["op_id"], ids_of(sent))
            return "done"
        self.context.journal.update_action(row["op_id"], first_attempt_at=None)
        withdraw_held(self.context, self.post.inbox_id, [row], reason)
        return "refused"

    def nothing(self, scene: Scene, why: str = "") -> str:
        """End a run whose handler wants nothing, and may say why, or for which the agent has no handler."""
        thread, message, agent = scene.thread, scene.message, self.post.agent
        if self.kind == "start":
            note = ": ".join(filter(None, [records.LEFT_OUT, why]))
            records.change(self.context.journal, self.payload["record"], status="refused", note=note)
        self._delete_follow_up()
        written = self.kind == "mail" and message is not None and message.kind == "human"
        unheard = written and agent.mail_handler(thread.state) is None
        if thread.thread_id:
            now = self._standing(scene.present)
            # what waited for approval ended with this mail, or may be out of date, and nothing has come in its place
            asked = written and marks.WAITING_APPROVAL in now.labels
            waits = asked or unheard or (written and thread.state is agent.with_human)
            marked = {scene.mark, marks.NEEDS_HUMAN if waits else ""} - {""}
            self._label(now, now.state, add=sorted(marked))
        if written:
            # the wait of a timer begins anew with each mail, also with one that needs no answer
            timers = state_timers(self.post, thread.thread_id, thread.state, thread.now)
            self.context.journal.set_timers(thread.thread_id, timers)
        if written or message is None:
            unread = f"{agent.name} has no handler for mail in State.{thread.state.name}" if unheard else ""
            return self._end("nothing", scene.note or why or unread)
        return self._end("recorded", note=message.kind if self.kind == "mail" else self.kind)

    def put_aside(self, frozen: Mapping[str, Any], present: frozenset[str] | None) -> str:
        """End a run that no handler is to see; `present` are the thread's labels, if this process has read them."""
        self._delete_follow_up()
        if frozen["state"]:
            now = self._standing(present)
            self._label(now, now.state, add=[frozen["mark"]] if frozen["mark"] else [])
        return self._end("recorded", note=frozen["put_aside"])

    def _delete_follow_up(self) -> None:
        timer = self._follow_up()
        if timer is not None and timer["plan"]["draft_id"]:
            delete_draft(self.context, self.post.inbox_id, timer["plan"]["draft_id"])

    def _take_back_follow_up(self, rows: Sequence[Row]) -> None:
        """Delete the draft of a follow-up that was refused, which else seems to leave yet; its timer keeps the text."""
        timer = self._follow_up()
        if timer is None:
            return
        for row in rows:
            mail = dict(row["frozen"])
            if draft_id := mail.pop("draft_id", None):
                self.context.journal.add_timer({**timer, "plan": {**timer["plan"], "mail": mail, "draft_id": None}})
                delete_draft(self.context, self.post.inbox_id, draft_id)

    def _follow_up(self) -> Row | None:
        due = self.payload.get("timer") == FOLLOW_UP
        return self.context.journal.timer(self.payload["timer_id"]) if due else None

    def _standing(self, labels: frozenset[str] | None, expected: str | None = None) -> Standing:
        thread_id = self.payload["thread_id"]
        if labels is None:
            labels = reading.thread_labels(self.context.client, self.post.inbox_id, thread_id)
        seen = scenes.state_now(self.context, self.post, thread_id, labels, expected)
        return Standing(frozenset(seen["labels"]), self.post.agent.flow.states(seen["state"]))

    def _label(self, now: Standing, state: State, *, add: Sequence[str], remove: Sequence[str] = ()) -> State:
        """Leave the thread with the label of `state` and no other state's; return the state it is in then.

        That is another where a person set its label since we looked. `stuck` stays while another run is dead,
        `waiting/approval` while something is held.
        """
        agent, thread_id, journal = self.post.agent, self.payload["thread_id"], self.context.journal
        over = []
        if marks.STUCK in now.labels:
            dead = [run["run_id"] for run in journal.runs_of_thread(thread_id) if run["status"] == "dead"]
            over += [] if set(dead) - {self.id} else [marks.STUCK]
        if marks.WAITING_APPROVAL in now.labels and not journal.held_on_thread(thread_id):
            held = {run["run_id"] for run in journal.held_runs(thread_id)}
            over += [] if held - {self.id} else [marks.WAITING_APPROVAL]
        # mail among our people has no state
        wanted = [*add] if marks.INTERNAL in now.labels else [state_label(agent.name, state), *add]
        others = [state_label(agent.name, other) for other in agent.flow.states if other is not state]
        gone = [label for label in (*others, *over, *remove) if label in now.labels and label not in wanted]
        if not gone and now.labels.issuperset(wanted):
            return state
        after = marks.relabel(self.context.client, self.post.inbox_id, thread_id, add=wanted, remove=gone)
        strange = sorted(after.intersection(others))
        found = self._standing(after, state.value).state if strange else state
        if strange and state_label(agent.name, found) not in after:
            # a label the flow forbids: it is not followed, and people see so
            marks.relabel(self.context.client, self.post.inbox_id, thread_id, add=[marks.NEEDS_HUMAN], remove=strange)
            return state
        return found

    def drop_op_labels(self, rows: Iterable[Row]) -> None:
        """Take the op labels off what was sent: the journal has the message ids now."""
        for row in rows:
            sent = (row["result"] or {}).get("message_id") if row["status"] == "done" else None
            if sent:
                patiently(
                    self.context.client.inboxes.messages.update, row["inbox_id"], sent, remove_labels=[row["op_id"]]
                )

    def _end(
        self, status: str, note: str = "", rows: Iterable[Row] = (),
        *, move: dict[str, Any] | None = None, timers: Iterable[dict[str, Any]] = (),
    ) -> str:  # fmt: skip
        """Close the run, with the move and timers it brings; `rows` are its actions, which lose their op labels.

        Taking `unread` off comes last, since it tells a lost database what is left to do.
        """
        self.context.journal.close_run(
            self.id, move, timers, status=status, note=note, finished_at=self.context.clock.now()
        )
        self.drop_op_labels(rows)
        self._mark_read()
        return status

    def _mark_read(self) -> None:
        message_id = self.payload.get("message_id") if self.kind == "mail" else None
        update = self.context.client.inboxes.messages.update
        if message_id:
            there(patiently, update, self.post.inbox_id, message_id, remove_labels=[reading.UNREAD_LABEL])
