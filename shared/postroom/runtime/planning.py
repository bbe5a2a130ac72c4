"""From a handler's answer to a frozen plan: flow, holds and gate checked, every mail rendered, nothing performed."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from html import escape
from typing import Any

from markupsafe import Markup

from postroom.autonomy import SUGGESTED
from postroom.brain.question import plain
from postroom.human.escalation import fits, pack
from postroom.letters import Letter, render, subject_line
from postroom.mail import Sender
from postroom.mailbox import labels as marks
from postroom.mailbox.reading import addresses
from postroom.policy import Verdict, address_answer
from postroom.policy.gate import ALLOWED, KEPT_BACK
from postroom.runtime import unsubscribe
from postroom.runtime.context import Context, Post, recipients_of
from postroom.runtime.first_start import is_backlog
from postroom.runtime.ids import fingerprint, mailed_at, op_id
from postroom.runtime.leaving import (
    NOT_ASKED_FOR,
    because_of,
    judge_mail,
    kept_by_autonomy,
    parties_of,
    waits,
    without_unheard,
)
from postroom.runtime.leaving import put_off as as_plan
from postroom.runtime.oversight import copied
from postroom.runtime.plan_check import PlanError, check, named
from postroom.runtime.scene import Scene
from postroom.runtime.unanswered import holding_notes
from postroom.runtime.unreached import reached
from postroom.transition import (
    Action,
    Actions,
    Cancel,
    Do,
    Escalate,
    Forward,
    Notify,
    Plan,
    Postpone,
    Propose,
    Reply,
    Send,
    Suppress,
    Transition,
)

AUTO_REPLIED = {"Auto-Submitted": "auto-replied"}
AUTO_GENERATED = {"Auto-Submitted": "auto-generated"}

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
        ordered = sorted(answer.actions, key=lambda action: not isinstance(action, Escalate))
        actions = (each for action in ordered for each in self._each(action))
        rows = [self._freeze(*numbered) for numbered in enumerate(actions)]
        plan = said_in_plan(put_off(self._judge(answer, rows), rows, on_thread=not start))
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

    def _judge(self, answer: Transition | Actions, rows: list[dict[str, Any]]) -> Verdict:
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
        for row in rows:
            # what a person asked us to stop does not wait for a person, and an opt-out for nothing
            spared = row["kind"] == "Suppress" or (row["kind"] in STOPS and objection.outcome == "hold")
            stop(row, ALLOWED if spared else objection, of_mail.get(row["op_id"], ALLOWED))
        return objection

    def _objection(self, answer: Transition | Actions, rows: list[dict[str, Any]]) -> Verdict:
        """Return what flow, autonomy and holds say of the answer as a whole.

        Who may approve hangs on the rule: that of the agent's own comes before autonomy, which holds for all it does.
        """
        thread, agent = self.scene.thread, self.post.agent
        verdicts: list[Verdict] = []
        if isinstance(answer, Transition):
            if not agent.flow.allows(thread.state, answer.to):
                return Verdict("refuse", "flow", agent.flow.refusal(thread.state, answer.to))
            # to stop other mail needs nobody's approval
            rules = agent.hold if not rows or any(row["kind"] not in STOPS for row in rows) else ()
            reasons = [(rule.__name__, rule(answer, thread, self.scene.message)) for rule in rules]
            verdicts += [Verdict("hold", f"hold/{name}", reason) for name, reason in reasons if reason]
        kept = kept_by_autonomy(self.context, self.post, thread, getattr(answer, "labels", ()))
        if kept and any(_may_wait(row) for row in rows):
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

    def _freeze(self, number: int, action: Action) -> dict[str, Any]:
        identifier = op_id(self.run_id, number)
        kind, frozen = type(action).__name__, self._frozen(action, identifier)
        return action_row(self.post, self.run_id, number, kind, self.scene.thread.thread_id, frozen)

    def _frozen(self, action: Action, identifier: str) -> dict[str, Any]:
        match action:
            case Reply():
                sourced = {"sourced": True} if action.values.get("sources") else {}
                return self._answer(self._letter(action), action.template) | self.renewed | sourced
            case Escalate():
                case_token, agent = identifier.removeprefix(marks.OP)[:8], self.post.agent
                thread, message = self.scene.thread, self.scene.thread.to_answer
                notes = holding_notes(self.context, thread.thread_id)
                back = agent.hand_back is not None
                told = pack(action, agent.name, thread, message, case_token, agent.folder, notes, takes_back=back)
                mail = self._to_people(*told) | {"suggestion": action.suggestion, "missing": action.missing}
                return mail | self._original() if fits(message) else mail
            case Notify():
                title = self._title(action.values.get("subject", self.scene.thread.subject))
                letter = self._letter(action)
                return self._to_people(f"[{self.post.agent.name}] {title}", letter) | self._original()
            case Forward():
                letter = self._letter(action)
                subject = f"Fwd: {self._title(self.scene.thread.subject)}"
                return self._mail("forward", addresses(action.to), subject, letter, AUTO_GENERATED) | self._original()
            case Send():
                record = self.scene.thread.record
                to = action.to or (record.address if record else "")
                mail = self._mail("first", addresses(to), self._title(action.subject), self._letter(action), {})
                return self._outreach(mail, action.template, "first")
            case Plan():
                now, after = self.scene.thread.now, action.after
                due = after if isinstance(after, datetime) else after.after(now, self.post.agent.zone)
                mail = self._answer(self._letter(action), action.template, planned=True)
                renew = {"renew": True} if action.renew else {}
                return {"key": action.key, "due_at": due.astimezone(UTC).isoformat(), "mail": mail, **renew}
            case Postpone():
                return {"until": action.until.astimezone(UTC).isoformat()}
            case Cancel():
                return {"key": action.key}
            case Suppress():
                led = self.scene.thread.to_answer  # a mail of ours is one that AgentMail tells of
                domain = (action.address or "").strip().lower()
                if DOMAIN.fullmatch(domain):
                    return {"address": domain, "reason": action.reason, "doubted": False}
                address = Sender.parse(action.address or (led.sender.address if led else "")).address
                ours = address in self.context.own and (action.address or not (led and led.received))
                if "@" not in address or ours:
                    none = repr(action.address) if action.address else "no address, and there is no mail at hand"
                    seen = f"{address}, one of our own inboxes" if ours else none
                    raise PlanError(f"Suppress has {seen}; name the address that is to hear nothing more")
                doubted = led is not None and led.received and not led.sender.authenticated
                doubted = (self.scene.thread.event or {}).get("doubted", doubted)
                return {"address": address, "reason": action.reason, "doubted": doubted}
            case Propose():
                return _called(action) | {"title": self._title(action.title), "because": action.because}
            case Do():
                return _called(action)
        raise PlanError(f"{type(action).__name__} is no action; return Reply, Escalate and the like in a Transition")

    def _title(self, subject: object) -> str:
        return subject_line(str(subject), self.post.agent.folder)

    def _letter(self, action: Reply | Send | Forward | Notify | Plan) -> Letter:
        """Render a mail; what an agent that writes first sends to others ends with who writes, and how to stop."""
        outreach, record = self.post.agent.outreach, self.scene.thread.record
        outside = outreach is not None and isinstance(action, Reply | Send | Plan)
        footer = None
        if outside and outreach:
            url = unsubscribe.url(self.context, record) if outreach.one_click and record else ""
            footer = {"company": outreach.identity, "record": record, "unsubscribe_url": Markup(escape(url)),
                      "first": isinstance(action, Send)}  # fmt: skip
        return render(self.post.agent.folder, action.template, action.values, footer=footer)

    def _answer(self, letter: Letter, template: str, *, planned: bool = False) -> dict[str, Any]:
        """Freeze an answer to the person's mail; where no person wrote yet a follow-up to the campaign's record."""
        message, record = self.scene.thread.to_answer, self.scene.thread.record
        if message is None and record is not None:
            ours = self.scene.thread.last_sent
            mail = self._mail("follow_up", [record.address], "", letter, {})
            return self._outreach(mail | {"answers": ours.message_id if ours else ""}, template, "follow_up")
        if message is None:
            raise PlanError("Reply needs a mail to answer, and this thread has none that came in")
        facts = parties_of(self.context, self.post, self.scene)
        if message.reply_to:
            stops = self.context.journal.stops(message.reply_to)
            facts = replace(facts, suppressed=stops["suppressed"], doubted=stops["doubted"])
        addressed = address_answer(message, facts)
        mail = self._mail("answer", addressed.to, "", letter, AUTO_REPLIED)
        copies = copied(self.context, self.post, addressed.to, addressed.cc)
        mail = without_unheard(self.context, mail | {"cc": copies, "answers": message.message_id})
        at_hand = self.scene.message is not None and not planned
        return self._outreach(mail, template, "answer" if at_hand else "follow_up")

    def _outreach(self, mail: dict[str, Any], template: str, leaving: str) -> dict[str, Any]:
        """Add what the rules of an agent that writes first look at, and to what nobody asked for the way to stop it."""
        agent, record = self.post.agent, self.scene.thread.record
        if agent.outreach is None or record is None:
            return mail
        headers = mail["headers"]
        if leaving in NOT_ASKED_FOR and agent.outreach.one_click:
            headers = headers | unsubscribe.headers(self.context, self.post, record)
        campaign = f"{agent.name}/{record.campaign}"
        words = fingerprint(mail["text"])
        about = {"leaving": leaving, "template": template, "campaign": campaign, "record": record.record_id}
        return {**mail, "headers": headers, "words": words, **about}

    @cached_property
    def renewed(self) -> dict[str, Any]:
        """Return the draft of the plan that is worded anew by this run: the mail that leaves takes its place."""
        due = self.scene.due
        return {"draft_id": due["draft_id"], "key": due["key"], "renew": True} if due else {}

    def _to_people(self, subject: str, letter: Letter) -> dict[str, Any]:
        if not self.post.people:
            raise PlanError(
                f"{self.post.agent.name} has nobody to hand over to; set POSTROOM_HUMANS to 'Name <address>'"
            )
        first = [*reached(self.context.journal, self.post.addresses), *self.post.addresses][:1]
        return self._mail("internal", first, subject, letter, AUTO_GENERATED)

    def _original(self) -> dict[str, Any]:
        message = self.scene.thread.to_answer
        return {"original": message.message_id} if message else {}

    def _mail(
        self, purpose: str, to: Sequence[str], subject: str, letter: Letter, headers: Mapping[str, str]
    ) -> dict[str, Any]:
        return {
            **because_of(self.scene, self.scene.thread.to_answer),
            "purpose": purpose,
            "to": list(to),
            "cc": [] if purpose == "internal" else copied(self.context, self.post, to),
            "subject": subject,
            "text": letter.text,
            "html": letter.html,
            "headers": dict(headers),
        }


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
    }
    return row | more


def _called(action: Do) -> dict[str, Any]:
    undo = {"undo": named(action.undo)} if action.undo else {}
    return {"function": named(action.function), "key": action.key, "values": plain(action.values), **undo}


PROPOSED = "proposed"
"""The rule that keeps what an agent proposes."""
DOMAIN = re.compile(r"@[\w-]+(?:\.[\w-]+)+")
"""Of whom a `Suppress` names all."""
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
