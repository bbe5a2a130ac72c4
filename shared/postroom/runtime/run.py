"""One cause, one durable run: load, handler, plan, each action, labels. The steps are what a crash resumes at."""

from __future__ import annotations

import dataclasses
import traceback
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Literal, TypeVar

import structlog

from postroom.brain import BrainError, Question
from postroom.decision import Decision
from postroom.flow import State, state_label
from postroom.mail import Inbox, Message, Thread
from postroom.mailbox import labels as marks
from postroom.mailbox import reading
from postroom.mailbox.client import error_text, is_passing, patiently
from postroom.runtime import followups
from postroom.runtime import scene as scenes
from postroom.runtime.context import Context, Post
from postroom.runtime.effects import Effects, delete_draft, make_draft, withdraw_plans
from postroom.runtime.ids import fingerprint
from postroom.runtime.journal import Row
from postroom.runtime.planning import Planner
from postroom.runtime.scene import Scene
from postroom.runtime.timers import CAUSES, retry_delay, state_timers
from postroom.transition import FOLLOW_UP, Actions, Transition

T = TypeVar("T")
D = TypeVar("D", bound=Decision)

log = structlog.get_logger(__name__)


class Diverged(RuntimeError):
    """A replay that asks a decision something else than it asked before."""


class Run:
    """Carries out one run. Everything that touches the world happens inside `self.step`."""

    def __init__(self, context: Context, post: Post, payload: Mapping[str, Any]) -> None:
        self.context = context
        self.post = post
        self.payload = payload
        self.id: str = payload["run_id"]
        self.kind: str = payload["kind"]
        self.decided = 0
        self.page: reading.Page | None = None

    def go(self) -> None:
        """Carry the run out; a failure becomes a dead letter, and only a death of the process passes."""
        try:
            self._go()
        except Exception as error:  # noqa: BLE001 - whatever it was, the journal has it and a person sees it
            self.step("dead-letter", partial(self._bury, error))

    def step(self, name: str, work: Callable[[], T]) -> T:
        """Do a recorded step."""
        return self.context.engine.step(name, work)

    def _go(self) -> None:
        if self.payload.get("continue"):
            row = self.context.journal.run(self.id)
            frozen = row["frozen"] if row else None
            plan = row["plan"] if row else None
            if row is not None and frozen and plan:
                self._perform(plan, self._scene(frozen))
                return
        frozen = self.step("load", self._load)
        if frozen["put_aside"]:
            self.step("labels", lambda: self._put_aside(frozen))
            return
        scene = self._scene(frozen)
        if self.payload.get("timer") == FOLLOW_UP:
            self.step("plan", lambda: self._plan_follow_up(scene))
        else:
            answer = self._ask_handler(scene)
            if answer is None:
                self.step("labels", lambda: self._nothing(scene))
                return
            self.step("plan", lambda: self._plan(scene, answer))
        row = self.context.journal.run(self.id)
        if row is None:
            raise Diverged(f"the journal has lost run {self.id} between two steps; restore it from its backup")
        self._perform(row["plan"], scene)

    # -- reading ------------------------------------------------------------------------------------------

    def _load(self) -> scenes.Frozen:
        cause = {
            name: self.payload[name] for name in ("message_id", "timer_id", "cron", "slot") if name in self.payload
        }
        self.context.journal.open_run(
            self.id, self.context.clock.now(), agent=self.post.agent.name, kind=self.kind,
            inbox_id=self.post.inbox_id, thread_id=self.payload["thread_id"], cause=cause,
        )  # fmt: skip
        known = self.context.journal.run(self.id)
        if known is not None and known["frozen"]:
            return dict(known["frozen"])
        if self.kind == "cron":
            frozen: scenes.Frozen = {"now": self.context.clock.now().isoformat(), "put_aside": "", "messages": []}
        else:
            frozen, self.page = scenes.freeze(self.context, self.post, self.payload)
            self._settle_stops(known, frozen)
        self.context.journal.update_run(self.id, frozen=frozen, status="running")
        return frozen

    def _settle_stops(self, row: Row | None, frozen: scenes.Frozen) -> None:
        """Do at once what an arrival stops: a reply ends planned follow-ups, a hard bounce all mail to an address."""
        event = (row["cause"].get("event") or {}) if row else {}
        hard = event.get("kind") == "complaint" or event.get("type") == "Permanent"
        for recipient in event.get("recipients", []) if hard else []:
            address = recipient["address"] if isinstance(recipient, dict) else recipient
            self.context.journal.suppress(address.lower(), str(event["kind"]), self.context.clock.now())
        if hard or (self.kind == "mail" and not frozen["put_aside"]):
            withdraw_plans(self.context, self.post.inbox_id, self.payload["thread_id"])

    def _scene(self, frozen: scenes.Frozen) -> Scene:
        if self.kind == "cron":
            return self._cron_scene(frozen)
        payload = dict(self.payload)
        if self.kind == "event":
            row = self.context.journal.run(self.id)
            payload["event"] = row["cause"].get("event") if row else None
        return scenes.restore(self.context, self.post, payload, frozen, self.page)

    def _cron_scene(self, frozen: scenes.Frozen) -> Scene:
        inbox = Inbox(self.post.inbox_id, self.post.agent.name, datetime.fromisoformat(frozen["now"]))
        return Scene(Thread("", inbox, self.post.agent.flow.start, inbox.now), None)

    # -- deciding -----------------------------------------------------------------------------------------

    def _ask_handler(self, scene: Scene) -> Transition | Actions | None:
        agent, message = self.post.agent, scene.message
        thread = dataclasses.replace(scene.thread, decider=self._decider(scene))
        if self.kind == "timer":
            return agent.timer(self.payload["timer"]).handler(thread)
        if self.kind == "cron":
            answer: Actions | None = agent.cron(self.payload["cron"]).handler(thread.inbox)
            return answer
        if self.kind == "mail" and message is not None and message.kind == "human":
            on_mail = agent.mail_handler(thread.state)
            return on_mail(message, thread) if on_mail else None
        kind = message.kind if message is not None and self.kind == "mail" else (thread.event or {}).get("kind", "")
        on_event = agent.event_handler(kind, thread.state)
        return on_event(message, thread) if on_event else None

    def _decider(self, scene: Scene) -> Any:
        def decide(
            kind: type[D], message: Message | None, model: Literal["small", "large"], context: Mapping[str, Any]
        ) -> D:
            number, self.decided = self.decided, self.decided + 1
            question = Question(kind, self.post.agent.folder, message, scene.thread, model, context)
            asked = fingerprint(question.inputs())
            recorded = self.step(f"decide:{kind.__name__}", lambda: self._decide(number, question, asked))
            if recorded != asked:
                raise Diverged(
                    f"decision {number} ({kind.__name__}) was asked something else before the interruption: "
                    "the agent's code or knowledge changed meanwhile; replay it from the start"
                )
            row = self.context.journal.decision(self.id, number)
            if row is None:
                raise Diverged(f"the journal has lost decision {number} of {self.id}; restore it from its backup")
            return kind.of(row["value"], row["confidence"], row["seen"]["sure_of"])

        return decide

    def _decide(self, number: int, question: Question, asked: str) -> str:
        known = self.context.journal.decision(self.id, number)
        if known is not None:
            return str(known["inputs_hash"])
        answered = self.context.brain.answer(question)
        question.kind.of(answered.value, answered.confidence, answered.sure_of)
        self.context.journal.record_decision(
            run_id=self.id, number=number, type=question.kind.__name__, inputs_hash=asked, value=answered.value,
            confidence=answered.confidence, brain=answered.brain,
            seen={"context": question.inputs()["context"], "sure_of": answered.sure_of, "why": answered.why},
            tokens=answered.tokens, cost_usd=answered.cost_usd, made_at=self.context.clock.now(),
        )  # fmt: skip
        return asked

    # -- acting -------------------------------------------------------------------------------------------

    def _plan(self, scene: Scene, answer: Transition | Actions) -> str:
        known = self.context.journal.run(self.id)
        if known is None or known["plan"] is None:
            plan, rows = Planner(self.context, self.post, scene, self.id).plan(answer)
            self.context.journal.record_plan(self.id, plan, rows)
            return fingerprint(plan)
        return fingerprint(known["plan"])

    def _plan_follow_up(self, scene: Scene) -> str:
        known = self.context.journal.run(self.id)
        if known is not None and known["plan"] is not None:
            return fingerprint(known["plan"])
        due = followups.plan_due(self.context, self.post, scene, self.payload)
        plan, rows = due or ({"outcome": "go", "rule": "passed", "reason": "a person deleted the draft"}, [])
        self.context.journal.record_plan(self.id, plan, rows)
        return fingerprint(plan)

    def _perform(self, plan: Mapping[str, Any], scene: Scene) -> None:
        actions = self.context.journal.actions_of_run(self.id)
        if plan["outcome"] == "hold":
            for row in actions:
                if row["frozen"].get("purpose") == "answer":
                    self.step(f"draft:{row['number']}", partial(self._hold, row))
            self.step("labels", lambda: self._stay(plan, scene, "held", marks.WAITING_APPROVAL))
            return
        if plan["outcome"] == "refuse":
            self.step("labels", lambda: self._stay(plan, scene, "refused", marks.NEEDS_HUMAN))
            return
        effects = Effects(self.context, self.post, scene, plan.get("state", scene.thread.state.value))
        refused = False
        for row in actions:
            name = f"act:{row['number']}:{row['kind']}"
            refused |= self.step(name, partial(effects.perform, row["op_id"])) == "refused"
        self.step("labels", lambda: self._finish(plan, scene, refused=refused))

    def _hold(self, row: Row) -> str:
        draft = make_draft(self.context, self.post.inbox_id, row["op_id"], row["frozen"], marks.WAITING_APPROVAL)
        self.context.journal.update_action(row["op_id"], result={"draft_id": draft.draft_id})
        return str(draft.draft_id)

    # -- labels, the last step ----------------------------------------------------------------------------

    def _finish(self, plan: Mapping[str, Any], scene: Scene, *, refused: bool) -> str:
        """Move the thread; where the gate refused a mail at the last moment it stays, and a person is asked."""
        if refused:
            return self._stay(plan, scene, "refused", marks.NEEDS_HUMAN)
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

    def _stay(self, plan: Mapping[str, Any], scene: Scene, status: str, mark: str) -> str:
        """Leave the state as it is and mark the thread for people."""
        self._label(scene.thread.labels, scene.thread.state, add=[mark])
        self._drop_op_labels()
        return self._end(status, note=f"{plan['rule']}: {plan['reason']}" if plan["reason"] else "")

    def _nothing(self, scene: Scene) -> str:
        """End a run whose handler wants nothing, or for which the agent has no handler."""
        thread, message = scene.thread, scene.message
        written = self.kind == "mail" and message is not None and message.kind == "human"
        waits = written and thread.state is self.post.agent.with_human
        self._label(thread.labels, thread.state, add=[marks.NEEDS_HUMAN] if waits else [])
        if written or message is None:
            return self._end("nothing")
        return self._end("recorded", note=message.kind if self.kind == "mail" else self.kind)

    def _put_aside(self, frozen: scenes.Frozen) -> str:
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

    # -- dead letters -------------------------------------------------------------------------------------

    def _bury(self, error: Exception) -> str:
        """Make a dead letter: kept with its reason, tried again by itself if the failure may pass."""
        self.context.journal.open_run(
            self.id, self.context.clock.now(), agent=self.post.agent.name, kind=self.kind,
            inbox_id=self.post.inbox_id, thread_id=self.payload["thread_id"],
            cause={name: self.payload[name] for name in CAUSES if name in self.payload},
        )  # fmt: skip
        row = self.context.journal.run(self.id)
        attempts = (row["attempts"] if row else 0) + 1
        delay = retry_delay(attempts) if is_passing(error) else None
        retry_at = self.context.clock.now() + delay if delay else None
        log.error("a run failed", run_id=self.id, error=error_text(error), retry_at=str(retry_at))
        self.context.journal.update_run(
            self.id, status="dead", error=describe(error), attempts=attempts, retry_at=retry_at,
            finished_at=self.context.clock.now(),
        )  # fmt: skip
        self._mark_stuck(isinstance(error, BrainError))
        return "dead"

    def _mark_stuck(self, brain_failed: bool) -> None:
        if not self.payload["thread_id"]:
            return
        add = [marks.STUCK, marks.NEEDS_HUMAN] if brain_failed else [marks.STUCK]
        try:
            self.context.client.inboxes.threads.update(
                self.post.inbox_id, self.payload["thread_id"], add_labels=add, request_options={"max_retries": 0}
            )
        except Exception as error:  # noqa: BLE001 - the journal has the dead letter; its label is a courtesy
            log.warning("could not label the thread as stuck", run_id=self.id, error=error_text(error))


def describe(error: BaseException) -> str:
    """Describe a failure for the person who reads the dead letter: what, and where in whose code."""
    frames: Sequence[traceback.FrameSummary] = traceback.extract_tb(error.__traceback__)
    at = f" ({frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno} in {frames[-1].name})" if frames else ""
    return f"{error_text(error)}{at}"
