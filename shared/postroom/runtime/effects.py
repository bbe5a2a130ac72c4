"""Performing a frozen action, exactly once: the gate, the idempotency key, the journal, in that order."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from agentmail.core.api_error import ApiError

from postroom.brain.question import plain
from postroom.mailbox import labels as marks
from postroom.mailbox.client import logged
from postroom.policy import Verdict
from postroom.policy.gate import PAUSED
from postroom.runtime import records
from postroom.runtime.context import Context, Post
from postroom.runtime.drafts import delete_draft, find_sent, make_draft, planned_on, relabel_draft, withdraw_plans
from postroom.runtime.journal import Row
from postroom.runtime.leaving import claim, claim_effect, headed, put_off, waits
from postroom.runtime.scene import Scene
from postroom.runtime.scheduled import is_scheduled, look_at, moved, send_at
from postroom.runtime.sending import labels_of_first, send_mail
from postroom.runtime.silence import watch
from postroom.runtime.timers import timer_row

log = structlog.get_logger(__name__)

KEY_LIFE = timedelta(hours=20)
"""AgentMail forgets an Idempotency-Key 24 hours after the send; we stop relying on it well before."""
ATTEMPTS_OF_DO = 3
A_DAY = timedelta(days=1)
SAME_DAY = timedelta(hours=12)  # a wait so short moves nothing else
NOT_BEGUN = "start/not-sent"
"""The rule that stops what was planned beside a first mail that did not leave."""


class PutOff(Exception):
    """An effect that a person released and that may leave from `until` on."""

    def __init__(self, until: datetime, reason: str) -> None:
        super().__init__(reason)
        self.until = until


class Unsettled(RuntimeError):
    """A send whose outcome is unknown and can no longer be repeated safely: a person has to look."""


class NothingSent(RuntimeError):
    """A send that was answered without an error and without a mail, as by a proxy; the same key makes a retry safe."""


@dataclass(frozen=True)
class Effects:
    """Performs the actions of one run. `state` is the one the thread moves to (or stays in)."""

    context: Context
    post: Post
    scene: Scene
    state: str
    released: bool = False

    def perform(self, op_id: str) -> str:
        """Perform a planned action unless the journal already has it; return its status (done, held or refused).

        Safe to call again after a crash at any point. Raises what AgentMail raises when retries did not help, and
        Unsettled when the outcome of an old attempt cannot be found out, NothingSent when no mail came of a send.
        """
        row = self.context.journal.action(op_id)
        if row is None or row["status"] != "planned":
            return row["status"] if row else "unknown"
        frozen: Mapping[str, Any] = row["frozen"]
        if "to" in frozen:
            return self._send(row, frozen)
        if row["kind"] == "Suppress":
            suppress(self.context, row)
            return "done"
        if row["kind"] == "Plan" and not row["thread_id"]:
            row = self._begun(row)
            frozen = row["frozen"]
            if not row["thread_id"]:
                return self._stop(row, Verdict("refuse", NOT_BEGUN, "the first mail, which it follows, did not leave"))
        if row["kind"] != "Cancel" and not (verdict := claim_effect(self.context, self.post, row)).allowed:
            return self._stop(row, verdict)
        result = self._other(row["kind"])(row, frozen)
        record_done(self.context, op_id, result)
        return "done"

    def hold(self, plan: Mapping[str, Any], row: Any) -> None:
        """Make the draft of a mail that waits for a person; that of a follow-up takes the place of the planned one."""
        labels = [*marks.of_held(plan, row["op_id"]), *labels_of_first(row["frozen"])]
        draft = make_draft(self.context, self.post.inbox_id, row["op_id"], row["frozen"], labels)
        self.context.journal.update_action(row["op_id"], result={"draft_id": draft.draft_id})
        if "draft_id" in row["frozen"]:
            delete_draft(self.context, self.post.inbox_id, row["frozen"]["draft_id"])
        if not row["thread_id"] and "record" not in row["frozen"]:
            log.warning("a mail without a thread waits for a person", run_id=row["run_id"], rule=row["rule"])

    def keep_back(self, row: Row, rule: str) -> str:
        """Refuse an answer of a step whose hand-over was mailed to nobody, by the same rule.

        No customer hears that a colleague has their mail before one was told. After a bounce a replay sends both.
        """
        return self._stop(row, Verdict("refuse", rule, "the hand-over of this step was mailed to none of our people"))

    # -- mail ---------------------------------------------------------------------------------------------

    def _send(self, row: Row, frozen: Mapping[str, Any]) -> str:
        """Send unless an earlier attempt did: its op label says so, for as long as the mail is kept.

        The key alone would not do. Its 24 hours pass by AgentMail's clock, which on the sandbox is moved.
        """
        op_id: str = row["op_id"]
        sent = find_sent(self.context, self.post.inbox_id, op_id) if row["first_attempt_at"] else None
        if sent is None:
            verdict = claim(self.context, self.post, self.scene, row, released=self.released)
            if verdict.outcome == "wait":
                return self._put_off(row, verdict)
            if not verdict.allowed:
                return self._stop(row, verdict)
            if verdict.reason:  # kept before the mail leaves: with its key it must be the same at each attempt
                frozen = {**frozen, "notice": verdict.reason}
                self.context.journal.update_action(op_id, frozen=frozen)
            self._see_key_holds(row)
            sent = self._send_once(op_id, headed(self.context, self.post, self.scene, frozen))
            if not sent.message_id:
                raise NothingSent(
                    f"AgentMail answered {op_id} without an error, but names no mail it sent; it is tried again, and "
                    "if that does not help look in AgentMail, then replay it"
                )
        if "draft_id" in frozen:
            delete_draft(self.context, self.post.inbox_id, frozen["draft_id"])
        if row["kind"] == "Escalate" and row["thread_id"]:
            watch(self.context, self.post, row, self.state)
        record_done(self.context, op_id, ids_of(sent))
        return "done"

    def _see_key_holds(self, row: Row) -> None:
        """Raise Unsettled where the first attempt is so old that its key no longer keeps the mail single."""
        first: datetime | None = row["first_attempt_at"]
        if first is not None and datetime.now(UTC) - first > KEY_LIFE:
            raise Unsettled(
                f"{row['op_id']} was first tried at {first:%Y-%m-%d %H:%M} UTC and is not among the sent "
                "mails; look in AgentMail, then replay or discard it"
            )

    def _send_once(self, op_id: str, frozen: Mapping[str, Any]) -> Any:
        """Send, or find what an earlier life of this run sent: after a lost database the text may differ (409)."""
        try:
            return send_mail(self.context, self.post.inbox_id, op_id, frozen)
        except ApiError as error:
            found = find_sent(self.context, self.post.inbox_id, op_id) if error.status_code == 409 else None
            if found is None:
                raise
            return found

    def _stop(self, row: Row, verdict: Verdict) -> str:
        """Record what the gate said of a mail at the last moment; one that is to wait gets its draft first."""
        status = "held" if verdict.outcome == "hold" else "refused"
        log.warning("the gate stopped a mail", op_id=row["op_id"], rule=verdict.rule, status=status)
        if status == "held":
            self.hold({"state": self.state}, row)
        self.context.journal.update_action(row["op_id"], status=status, rule=verdict.rule, reason=verdict.reason)
        return status

    def _put_off(self, row: Row, verdict: Verdict) -> str:
        """Let a mail leave later, as the rules want it: one on a thread as its follow-up, a first one with its record.

        Raises PutOff for a first mail that a person released: its release waits, and need not be asked for again.
        """
        assert verdict.until is not None, f"{verdict.rule} says wait, and not until when"
        log.info("a mail waits", op_id=row["op_id"], rule=verdict.rule, until=verdict.until.isoformat())
        if row["thread_id"]:
            mail = {**row["frozen"], **({"released": True} if self.released else {})}
            plan = put_off(mail, verdict.until.isoformat()) | ({"paused": True} if verdict.rule == PAUSED else {})
            changed = {"kind": "Plan", "frozen": plan, "campaign": None, "rule": verdict.rule, "reason": verdict.reason}
            self.context.journal.update_action(row["op_id"], **changed)
            return self.perform(row["op_id"])
        if self.released:
            why = f"{verdict.rule}: {verdict.reason}"
            if record := row["frozen"].get("record"):
                said = f"approved, and waits until {verdict.until:%Y-%m-%d %H:%M} UTC; {why}"
                records.change(self.context.journal, record, only=["held"], note=said)
            raise PutOff(verdict.until, why)
        self.context.journal.update_action(
            row["op_id"], status="refused", rule=verdict.rule, reason=verdict.reason, result=waits(verdict)
        )
        return "refused"

    def _begun(self, row: Row) -> Row:
        """Return the row of a plan that is made beside a thread's first mail, with the thread once that has left.

        Where that was days after it was written, as a person released it late, what follows moves by as many. On the
        same day it stays where that person saw it.
        """
        sent = first_mail(self.context.journal.actions_of_run(row["run_id"]))
        if sent is None:
            return row
        frozen = {**row["frozen"], "mail": {**row["frozen"]["mail"], "answers": sent["message_id"]}}
        late = math.ceil((self.context.clock.now() - self.scene.thread.now - SAME_DAY) / A_DAY)
        if late > 0:
            frozen["due_at"] = (datetime.fromisoformat(frozen["due_at"]) + late * A_DAY).isoformat()
        self.context.journal.update_action(row["op_id"], thread_id=sent["thread_id"], frozen=frozen)
        changed = self.context.journal.action(row["op_id"])
        assert changed is not None, "it was there a moment ago"
        return changed

    # -- the rest -----------------------------------------------------------------------------------------

    def _other(self, kind: str) -> Callable[[Row, Mapping[str, Any]], Mapping[str, Any]]:
        on_thread = {"Plan": self._plan, "Cancel": self._cancel, "Postpone": self._postpone}
        return {**on_thread, "Do": self._do, "Propose": self._do}[kind]

    def _plan(self, row: Row, frozen: Mapping[str, Any]) -> Mapping[str, Any]:
        """Make the visible draft of a follow-up and the timer that sends it.

        One that is put off keeps its draft, unless it was worded anew: the old one would look as if a person edited it.
        """
        labels, mail = marks.of_plan(frozen, self.state), dict(frozen["mail"])
        was, scheduled = mail.pop("draft_id", None), dict[str, str]()
        draft_id = was
        set_at, due_at = self.scene.thread.now, datetime.fromisoformat(frozen["due_at"])
        wait = due_at - self.context.clock.now()
        keeps_distance = wait > SAME_DAY or row["rule"] == PAUSED
        if draft_id and keeps_distance:  # it was due, and what comes after it moves with it
            later = [timer for timer in planned_on(self.context, row["thread_id"]) if timer["set_at"] < set_at]
            self._move([each for each in later if each["plan"]["draft_id"] != draft_id], wait, row["op_id"])
        if draft_id and frozen.get("renew"):
            delete_draft(self.context, self.post.inbox_id, draft_id)
            draft_id = None
        if draft_id:
            relabel_draft(self.context, self.post.inbox_id, draft_id, labels)
        else:
            by_itself = due_at if is_scheduled(self.post, frozen) else None
            draft_id = make_draft(self.context, self.post.inbox_id, row["op_id"], mail, labels, by_itself).draft_id
            scheduled = {"send_at": due_at.isoformat(), "op": row["op_id"]} if by_itself else {}
            due_at = look_at(due_at, self.context.clock.now()) if by_itself else due_at
        plan = {name: frozen[name] for name in ("key", "renew", "paused") if name in frozen}
        plan |= {"draft_id": draft_id, "mail": mail, **scheduled}
        timer = timer_row(self.post, row["thread_id"], row["op_id"], self.state, set_at, due_at, plan=plan)
        self.context.journal.add_timer(timer)
        # planned anew, it stands in place of what there was, but for what is due and put off right now
        withdraw_plans(self.context, self.post.inbox_id, row["thread_id"], plan["key"], but={draft_id, was})
        return {"draft_id": draft_id}

    def _postpone(self, row: Row, frozen: Mapping[str, Any]) -> Mapping[str, Any]:
        """Move what is planned on the thread, so that its first does not leave before; repeating it moves nothing."""
        planned = planned_on(self.context, row["thread_id"])
        until = datetime.fromisoformat(frozen["until"])
        waits = [timer for timer in planned if timer["plan"].get("moved") != row["op_id"]]
        by = max((until - send_at(timer) for timer in waits[:1]), default=timedelta())
        if by > timedelta():
            self._move(planned, by, row["op_id"])
        return {"moved": [timer["plan"]["key"] for timer in planned] if by > timedelta() else []}

    def _move(self, planned: Sequence[Row], by: timedelta, op_id: str) -> None:
        """Move planned follow-ups, the first one last, so that a repeat after a crash moves the others by as much."""
        for timer in reversed([timer for timer in planned if timer["plan"].get("moved") != op_id]):
            self.context.journal.add_timer(moved(self.context, self.post, timer, by, op_id))

    def _cancel(self, row: Row, frozen: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"withdrawn": withdraw_plans(self.context, self.post.inbox_id, row["thread_id"], frozen["key"])}

    def _do(self, row: Row, frozen: Mapping[str, Any]) -> Mapping[str, Any]:
        """Call the agent's own function with its op id; the third failure in a row is raised."""
        module, _, name = frozen["function"].partition(":")
        function = getattr(importlib.import_module(module), name)
        for attempt in range(1, ATTEMPTS_OF_DO + 1):
            try:
                return {"returned": plain(function(row["op_id"], **frozen["values"]))}
            except Exception as error:
                if attempt == ATTEMPTS_OF_DO:
                    raise
                log.warning(
                    "an action of the agent failed, trying again", action=frozen["function"], error=logged(error)
                )
        raise AssertionError("unreachable: the last attempt returns or raises")


def first_mail(rows: Sequence[Row]) -> Mapping[str, str] | None:
    """Return `thread_id` and `message_id` of the first mail among a run's actions, once it left."""
    sent = (row["result"] for row in rows if row["kind"] == "Send" and row["status"] == "done")
    return next(sent, None)


def suppress(context: Context, row: Row) -> None:
    """Carry out a `Suppress`, which waits for nobody and is never too late, and record it; safe to repeat."""
    frozen = row["frozen"]
    stops = context.journal.stops([frozen["address"]])
    context.suppress(frozen["address"], frozen["reason"], doubted=frozen.get("doubted", False))
    # what an undo may lift: not what somebody else's wish or a bounce had stopped before
    record_done(context, row["op_id"], {"added": not (stops["suppressed"] or stops["doubted"])})


def record_done(context: Context, op_id: str, result: Mapping[str, Any], **more: str) -> None:
    """Record that an action was done, and what came of it."""
    context.journal.update_action(op_id, status="done", result=dict(result), done_at=context.clock.now(), **more)


def ids_of(sent: Any) -> dict[str, str]:
    """Return what the journal keeps of a mail that an action sent."""
    return {"message_id": sent.message_id, "thread_id": sent.thread_id}
