"""From a handler's answer to a frozen plan: flow, holds and gate checked, every mail rendered, nothing performed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from postroom.autonomy import SUGGESTED
from postroom.policy import Verdict
from postroom.policy.gate import ALLOWED, KEPT_BACK
from postroom.runtime import records
from postroom.runtime.context import Context, Post, recipients_of
from postroom.runtime.first_start import is_backlog
from postroom.runtime.freezing import Freezer
from postroom.runtime.ids import mailed_at, op_id
from postroom.runtime.leaving import (
    NOT_ASKED_FOR,
    judge_mail,
    kept_by_autonomy,
    waits,
)
from postroom.runtime.leaving import put_off as as_plan
from postroom.runtime.plan_check import check
from postroom.runtime.scene import Scene
from postroom.transition import (
    Action,
    Actions,
    Escalate,
    Send,
    Suppress,
    Transition,
)

Planned = tuple[dict[str, Any], list[dict[str, Any]]]
"""The plan of a run and its action rows, JSON throughout."""


@dataclass(frozen=True)
class Planner:
    """Freezes the answer of one run's handler."""

    context: Context
    post: Post
    scene: Scene
    run_id: str

    def plan(self, answer: Transition | Actions) -> Planned:
        """Freeze an answer. Raises PlanError or LetterError for one that cannot be rendered.

        The plan's `outcome` is go, hold or refuse; on hold and refuse the thread keeps its state.
        """
        start = self.scene.thread.record is not None and not self.scene.thread.thread_id
        check(self.context, self.post.agent, answer, on_thread=start or bool(self.scene.thread.thread_id), start=start)
        # a hand-over goes first: whether it left decides on what a customer is told of it
        before = Send if start else Escalate  # and a first mail before what is planned to follow it
        ordered = sorted(answer.actions, key=lambda action: not isinstance(action, before))
        actions = (each for action in ordered for each in self._each(action))
        rows = [self._as_approved(self._freeze(*numbered)) for numbered in enumerate(actions)]
        plan = said_in_plan(put_off(self._judge(answer, rows, start=start), rows, on_thread=not start))
        for row in rows:
            if row["kind"] == "Propose" and row["status"] == "planned":
                stop(row, Verdict("hold", PROPOSED, row["frozen"]["because"]))
        if isinstance(answer, Transition):
            plan |= {
                "origin": self.scene.thread.state.value,
                "state": answer.to.value,
                "labels": [label.lower() for label in answer.labels],
                "because": answer.because,
            }
        return plan, rows

    def _judge(self, answer: Transition | Actions, rows: list[dict[str, Any]], *, start: bool) -> Verdict:
        """Mark the rows that flow, gate and holds object to; return the objection to the whole, if there is one.

        One objection stops all of a transition, but never a hand-over: there it stops what it is about alone.
        """
        whole, first = self._objection(answer, rows), self.post.agent.two_people
        of_mail = {
            row["op_id"]: judge_mail(self.context, self.post, self.scene, row["frozen"])
            for row in rows
            if "to" in row["frozen"]
        }
        told = any(row["kind"] == "Escalate" and _tells(of_mail[row["op_id"]]) for row in rows)
        if told and whole.outcome != "refuse":
            for row in rows:
                stop(row, of_mail.get(row["op_id"], ALLOWED), whole if _may_wait(row) else ALLOWED, first=first)
            return ALLOWED
        objection = _gravest(*(each for each in of_mail.values() if not _tells(each)), whole, first=first)
        shared = objection if start or objection.outcome != "wait" else ALLOWED
        for row in rows:
            # what a person asked us to stop does not wait for a person, and an opt-out for nothing
            spared = row["kind"] == "Suppress" or (row["kind"] in STOPS and objection.outcome == "hold")
            stop(row, ALLOWED if spared else shared, of_mail.get(row["op_id"], ALLOWED))
        return objection

    def _objection(self, answer: Transition | Actions, rows: list[dict[str, Any]]) -> Verdict:
        """Return what flow, autonomy and holds say of the answer as a whole.

        Who may approve hangs on the rule: that of the agent's own comes before autonomy, which holds for all it does.
        """
        thread, agent = self.scene.thread, self.post.agent
        verdicts: list[Verdict] = []
        letters = [row for row in rows if row["kind"] in LETTERS]
        approved = bool(letters) and all(row["frozen"].get("released") for row in letters)
        if isinstance(answer, Transition):
            if not agent.flow.allows(thread.state, answer.to):
                return Verdict("refuse", "flow", agent.flow.refusal(thread.state, answer.to))
            # to stop other mail needs nobody's approval
            asks = not approved and (not rows or any(row["kind"] not in STOPS for row in rows))
            rules = agent.hold if asks else ()
            reasons = [(rule.__name__, rule(answer, thread, self.scene.message)) for rule in rules]
            verdicts += [Verdict("hold", f"hold/{name}", reason) for name, reason in reasons if reason]
        record = thread.record if not thread.thread_id else None
        if record and record.campaign in records.unproved(self.context, agent.name):
            said = f"the first mail of the campaign {record.campaign}: the others wait for it"
            verdicts.append(Verdict("hold", "campaign/first", said))
        kept = kept_by_autonomy(self.context, self.post, thread, getattr(answer, "labels", ()))
        if kept and not approved and any(_may_wait(row) for row in rows):
            verdicts = [kept, *verdicts] if kept.rule == SUGGESTED else [*verdicts, kept]
        message = self.scene.message
        # by when it came in, as the run's id has it: what a mail says of its own time is its writer's
        came_in = mailed_at(self.run_id)
        if message and any(map(_may_wait, rows)) and is_backlog(self.context, self.post.inbox_id, came_in):
            verdicts.append(Verdict("hold", "backlog", "this mail came in before the first start"))
        return _gravest(*verdicts, first=self.post.agent.two_people)

    def _each(self, action: Action) -> Sequence[Action]:
        """Return an action; for a `Suppress` that names nobody one for each who bounced or complained, if any did."""
        hit = recipients_of(self.scene.thread.event)
        if not isinstance(action, Suppress) or action.address or not hit:
            return [action]
        return [Suppress(action.reason, address) for address in hit if address not in self.context.own]

    def _as_approved(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return a renewed mail in the words that a person approved and that had to wait: nobody is asked again.

        Where the rules object to these by now, as they show another balance, the new words stay, and are asked about.
        """
        approved, new = (self.scene.due or {}).get("approved"), row["frozen"]
        if not approved or any(new.get(name) != approved[name] for name in ("template", "to")):
            return row
        words = {name: approved[name] for name in ("text", "html", "headers", "words", "released")}
        verdict = judge_mail(self.context, self.post, self.scene, {**new, **words})
        fits = verdict.outcome in ("allow", "wait")
        return {**row, "frozen": {**new, **words}, "words": row["words"] and words["words"]} if fits else row

    def _freeze(self, number: int, action: Action) -> dict[str, Any]:
        identifier = op_id(self.run_id, number)
        kind, frozen = type(action).__name__, Freezer(self.context, self.post, self.scene).frozen(action, identifier)
        return action_row(self.post, self.run_id, number, kind, self.scene.thread.thread_id, frozen)


def action_row(
    post: Post, run: str, number: int, kind: str, thread_id: str, frozen: dict[str, Any], **more: Any
) -> dict[str, Any]:
    """Return the journal's row of a run's n-th action."""
    row = {
        "op_id": op_id(run, number),
        "run_id": run,
        "number": number,
        "kind": kind,
        "inbox_id": post.inbox_id,
        "thread_id": thread_id,
        "recipient": frozen["to"][0] if frozen.get("to") else None,
        "writer": frozen.get("writer"),
        "led_by": frozen.get("led_by"),
        **dict.fromkeys(("campaign", "words")),
        **{name: frozen[name] for name in ("campaign", "words") if frozen.get("leaving") in NOT_ASKED_FOR},
        "frozen": frozen,
        "status": "planned",
        "rule": "",
        "reason": frozen.get("left_out", ""),
        "result": None,
    }
    return row | more


PROPOSED = "proposed"
"""The rule that keeps what an agent proposes."""
LETTERS = ("Send", "Reply", "Forward")
"""Actions that send a mail to others at once."""
STOPS = ("Suppress", "Cancel", "Postpone")
"""Actions that stop other mail."""


def _may_wait(row: Mapping[str, Any]) -> bool:
    """Tell whether an action may wait for a person: mail to our people and what stops other mail never do.

    What is proposed always does, by its own rule.
    """
    return row["frozen"].get("purpose") != "internal" and row["kind"] not in (*STOPS, "Propose")


def _tells(verdict: Verdict) -> bool:
    """Tell whether our people learn of what a mail to them says: by the mail, or by their label in its stead."""
    return verdict.allowed or verdict.rule in KEPT_BACK


def _gravest(*verdicts: Verdict, first: Collection[str] = ()) -> Verdict:
    """Return the first refusal, else the first hold, of the rules `first` before others, else the permission."""
    refusals = [verdict for verdict in verdicts if verdict.outcome == "refuse"]
    holds = sorted((each for each in verdicts if each.outcome == "hold"), key=lambda each: each.rule not in first)
    later = sorted((each for each in verdicts if each.outcome == "wait"), key=lambda each: str(each.until))
    return (refusals or holds or later[-1:] or [ALLOWED])[0]


def said_in_plan(verdict: Verdict) -> dict[str, Any]:
    """Return what a plan keeps of a verdict."""
    outcome = {"allow": "go", "hold": "hold", "refuse": "refuse", "wait": "wait"}[verdict.outcome]
    more = waits(verdict) if verdict.outcome == "wait" else {}
    return {"outcome": outcome, "rule": verdict.rule, "reason": verdict.reason, **more}


def put_off(verdict: Verdict, rows: Sequence[dict[str, Any]], *, on_thread: bool) -> Verdict:
    """Make a follow-up of each answer on a thread that may leave later; what begins a thread waits as a whole."""
    for row in rows if on_thread else ():
        if row["status"] == "put-off":
            until = row["result"]["until"]
            row |= {"kind": "Plan", "status": "planned", "result": None, "campaign": None}
            row["frozen"] = as_plan(row["frozen"], until)
    return ALLOWED if on_thread and verdict.outcome == "wait" else verdict


def stop(row: dict[str, Any], *verdicts: Verdict, first: Collection[str] = ()) -> None:
    verdict = _gravest(*verdicts, first=first)
    if verdict.outcome == "wait":
        row |= {"status": "put-off", "rule": verdict.rule, "reason": verdict.reason, "result": waits(verdict)}
    elif not verdict.allowed:
        status = "held" if verdict.outcome == "hold" else "refused"
        row |= {"status": status, "rule": verdict.rule, "reason": verdict.reason}
