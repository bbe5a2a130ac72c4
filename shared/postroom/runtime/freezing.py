"""From an action of a handler to the JSON that its run performs: every mail rendered, every recipient chosen."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from html import escape
from typing import Any

from markupsafe import Markup

from postroom.brain.question import plain
from postroom.human.escalation import fits, pack
from postroom.letters import Letter, render, subject_line
from postroom.mail import Sender
from postroom.mailbox import labels as marks
from postroom.mailbox.reading import addresses
from postroom.policy import address_answer
from postroom.runtime import unsubscribe
from postroom.runtime.context import Context, Post
from postroom.runtime.ids import fingerprint
from postroom.runtime.leaving import NOT_ASKED_FOR, because_of, parties_of, without_unheard
from postroom.runtime.oversight import copied
from postroom.runtime.plan_check import PlanError, named
from postroom.runtime.scene import Scene
from postroom.runtime.unanswered import holding_notes
from postroom.runtime.unreached import reached
from postroom.transition import (
    Action,
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
)  # fmt: skip
from postroom_kit.hiring.invitations import as_attachment

AUTO_REPLIED = {"Auto-Submitted": "auto-replied"}
AUTO_GENERATED = {"Auto-Submitted": "auto-generated"}
DOMAIN = re.compile(r"@[\w-]+(?:\.[\w-]+)+")
"""Of whom a `Suppress` names all."""


@dataclass(frozen=True)
class Freezer:
    """Freezes the actions of one run."""

    context: Context
    post: Post
    scene: Scene

    def frozen(self, action: Action, identifier: str) -> dict[str, Any]:
        """Return an action as JSON: every mail rendered. Raises PlanError or LetterError for what cannot be."""
        match action:
            case Reply():
                sourced = {"sourced": True} if action.values.get("sources") else {}
                return self._answer(self._letter(action), action.template) | self.renewed | sourced | _invited(action)
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
                mail = self._to_people(f"[{self.post.agent.name}] {title}", letter) | _invited(action)
                return mail if action.values.get("original") is False else mail | self._original()
            case Forward():
                letter = self._letter(action)
                subject = f"Fwd: {self._title(self.scene.thread.subject)}"
                return self._mail("forward", addresses(action.to), subject, letter, AUTO_GENERATED) | self._original()
            case Send():
                record = self.scene.thread.record
                to = action.to or (record.address if record else "")
                mail = self._mail("first", addresses(to), self._title(action.subject), self._letter(action), {})
                return self.outreach(mail | _invited(action), action.template, "first")
            case Plan():
                now, after = self.scene.thread.now, action.after
                due = after if isinstance(after, datetime) else after.after(now, self.post.agent.zone)
                mail = self._answer(self._letter(action), action.template, planned=True) | _invited(action)
                renew = {"renew": True} if action.renew else {}
                return {"key": action.key, "due_at": due.astimezone(UTC).isoformat(), "mail": mail, **renew}
            case Postpone():
                return {"until": action.until.astimezone(UTC).isoformat()}
            case Cancel():
                return {"key": action.key}
            case Suppress():
                return self._suppressed(action)
            case Propose():
                return _called(action) | {"title": self._title(action.title), "because": action.because}
            case Do():
                return _called(action)
        raise PlanError(f"{type(action).__name__} is no action; return Reply, Escalate and the like in a Transition")

    def _suppressed(self, action: Suppress) -> dict[str, Any]:
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

    def _title(self, subject: object) -> str:
        return subject_line(str(subject), self.post.agent.folder)

    def _letter(self, action: Reply | Send | Forward | Notify | Plan) -> Letter:
        """Render a mail; what an agent that writes first sends to others ends with who writes, and how to stop."""
        outside = isinstance(action, Reply | Send | Plan)
        footer = self.footer(first=isinstance(action, Send)) if outside else None
        return render(self.post.agent.folder, action.template, action.values, footer=footer)

    def footer(self, *, first: bool = False) -> dict[str, Any] | None:
        """Return what the footer of an agent that writes first shows; None of any other agent."""
        outreach, record = self.post.agent.outreach, self.scene.thread.record
        if outreach is None:
            return None
        url = unsubscribe.url(self.context, record) if outreach.one_click and record else ""
        return {"company": outreach.identity, "record": record, "unsubscribe_url": Markup(escape(url)), "first": first}

    def _answer(self, letter: Letter, template: str, *, planned: bool = False) -> dict[str, Any]:
        """Freeze an answer to the person's mail; where no person wrote yet a follow-up to the campaign's record."""
        message, record = self.scene.thread.to_answer, self.scene.thread.record
        if message is None and record is not None:
            ours = self.scene.thread.last_sent
            mail = self._mail("follow_up", [record.address], "", letter, {})
            return self.outreach(mail | {"answers": ours.message_id if ours else ""}, template, "follow_up")
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
        outreach = self.post.agent.outreach
        awaited = outreach is not None and template in outreach.answers
        at_hand = (self.scene.message is not None or awaited) and not planned
        return self.outreach(mail, template, "answer" if at_hand else "follow_up")

    def outreach(self, mail: dict[str, Any], template: str, leaving: str) -> dict[str, Any]:
        """Add what the rules of an agent that writes first look at, and to what nobody asked for the way to stop it."""
        agent, record = self.post.agent, self.scene.thread.record
        if agent.outreach is None or record is None:
            return mail
        headers = mail["headers"]
        if leaving in NOT_ASKED_FOR and agent.outreach.one_click:
            headers = headers | unsubscribe.headers(self.context, self.post, record)
        if leaving in NOT_ASKED_FOR and agent.outreach.track_opens:
            mail = {**mail, "track_opens": True}
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


def _invited(action: Reply | Notify | Send | Plan) -> dict[str, str]:
    """Return the invitation (iCalendar, with its METHOD) that goes along with a mail: its value `calendar`."""
    calendar = str(action.values.get("calendar") or "")
    return {"calendar": calendar} if calendar and as_attachment(calendar) else {}


def _called(action: Do) -> dict[str, Any]:
    undo = {"undo": named(action.undo)} if action.undo else {}
    return {"function": named(action.function), "key": action.key, "values": plain(action.values), **undo}
