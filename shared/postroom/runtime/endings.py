"""The last step of a run: labels moved, the run closed, `unread` taken off."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from postroom.flow import State, state_label
from postroom.mailbox import labels as marks
from postroom.mailbox import reading
from postroom.mailbox.client import patiently
from postroom.runtime import scene as scenes
from postroom.runtime.context import Context, Post
from postroom.runtime.effects import delete_draft
from postroom.runtime.scene import Scene
from postroom.runtime.timers import state_timers


class Ending:
    """Ends one run; each method is the work of its last step, safe to repeat, and returns the run's status."""

    def __init__(self, context: Context, post: Post, payload: Mapping[str, Any]) -> None:
        self.context = context
        self.post = post
        self.payload = payload
        self.id: str = payload["run_id"]
        self.kind: str = payload["kind"]

    def finish(self, plan: Mapping[str, Any], scene: Scene, *, refused: bool) -> str:
        """Move the thread; where the gate refused a mail at the last moment it stays, and a person is asked."""
        if refused:
            return self.stay(plan, scene, "refused", marks.NEEDS_HUMAN)
        if "state" not in plan:
            return self._end("done")
        thread = scene.thread
        origin, state = thread.state, self.post.agent.flow.states(plan["state"])
        gone = [marks.WAITING_APPROVAL, marks.NEEDS_HUMAN, *marks.replaced(thread.labels, plan["labels"])]
        self._label(thread.labels, state, add=plan["labels"], remove=gone)
        self._drop_op_labels()
        self.context.journal.record_move(
            inbox_id=self.post.inbox_id, thread_id=thread.thread_id, origin=origin.value, state=state.value, by="run",
            run_id=self.id, at=self.context.clock.now(),
        )  # fmt: skip
        self.context.journal.set_timers(thread.thread_id, state_timers(self.post, thread.thread_id, state, thread.now))
        return self._end("done")

    def stay(self, plan: Mapping[str, Any], scene: Scene, status: str, mark: str) -> str:
        """Leave the state as it is and mark the thread for people."""
        self._label(scene.thread.labels, scene.thread.state, add=[mark])
        self._drop_op_labels()
        return self._end(status, note=f"{plan['rule']}: {plan['reason']}" if plan["reason"] else "")

    def nothing(self, scene: Scene) -> str:
        """End a run whose handler wants nothing, or for which the agent has no handler."""
        thread, message = scene.thread, scene.message
        written = self.kind == "mail" and message is not None and message.kind == "human"
        waits = written and thread.state is self.post.agent.with_human
        self._label(thread.labels, thread.state, add=[marks.NEEDS_HUMAN] if waits else [])
        if written:
            # the wait of a timer begins anew with each mail, also with one that needs no answer
            timers = state_timers(self.post, thread.thread_id, thread.state, thread.now)
            self.context.journal.set_timers(thread.thread_id, timers)
        if written or message is None:
            return self._end("nothing")
        return self._end("recorded", note=message.kind if self.kind == "mail" else self.kind)

    def put_aside(self, frozen: scenes.Frozen) -> str:
        timer = self.context.journal.timer(self.payload["timer_id"]) if self.kind == "timer" else None
        if timer is not None and timer["plan"]:
            delete_draft(self.context, self.post.inbox_id, timer["plan"]["draft_id"])
        if frozen["state"]:
            state = self.post.agent.flow.states(frozen["state"])
            self._label(frozen["labels"], state, add=[frozen["mark"]] if frozen["mark"] else [])
        return self._end("recorded", note=frozen["put_aside"])

    def _label(self, present: Collection[str], state: State, *, add: Sequence[str], remove: Sequence[str] = ()) -> None:
        """Leave the thread with the label of `state` and no other state's; `stuck` stays while another run is dead."""
        agent, thread_id = self.post.agent, self.payload["thread_id"]
        # a run that is taken up again was labelled after it froze what it read
        on_it = {*present, marks.STUCK, marks.NEEDS_HUMAN} if self.payload.get("continue") else set(present)
        runs = self.context.journal.runs_of_thread(thread_id) if marks.STUCK in on_it else ()
        stuck = [] if any(run["status"] == "dead" and run["run_id"] != self.id for run in runs) else [marks.STUCK]
        wanted = [state_label(agent.name, state), *add]
        others = [state_label(agent.name, other) for other in agent.flow.states if other is not state]
        gone = [label for label in (*others, *stuck, *remove) if label in on_it and label not in wanted]
        if gone or not set(wanted).issubset(present):
            marks.relabel(self.context.client, self.post.inbox_id, thread_id, add=wanted, remove=gone)

    def _drop_op_labels(self) -> None:
        """Take the op labels off what was sent: the journal has the message ids now."""
        for row in self.context.journal.actions_of_run(self.id):
            sent = (row["result"] or {}).get("message_id") if row["status"] == "done" else None
            if sent:
                patiently(
                    self.context.client.inboxes.messages.update, row["inbox_id"], sent, remove_labels=[row["op_id"]]
                )

    def _end(self, status: str, note: str = "") -> str:
        """Close the run; taking `unread` off comes last, since it tells a lost database what is left to do."""
        self.context.journal.update_run(
            self.id, status=status, note=note, finished_at=self.context.clock.now(), error=None, retry_at=None
        )
        self._mark_read()
        return status

    def _mark_read(self) -> None:
        message_id = self.payload.get("message_id") if self.kind == "mail" else None
        if message_id:
            patiently(
                self.context.client.inboxes.messages.update,
                self.post.inbox_id,
                message_id,
                remove_labels=[reading.UNREAD_LABEL],
            )
