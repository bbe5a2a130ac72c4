"""What the gate is asked about a frozen mail: with the facts of this moment, and once more as the mail leaves."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from postroom.autonomy import MEANS, Level
from postroom.mail import Message, Sender, Thread
from postroom.mailbox import labels as marks
from postroom.policy import Facts, Outgoing, Verdict, judge
from postroom.policy.gate import ALLOWED, PAUSED, stopped
from postroom.policy.hops import DAY, HEADER, next_hop
from postroom.runtime import law
from postroom.runtime.context import Context, Post, recipients_of
from postroom.runtime.journal import Row
from postroom.runtime.scene import Scene
from postroom.transition import SILENCE

NOT_ASKED_FOR = ("first", "follow_up")
"""How the mail leaves that caps count, and from which people unsubscribe."""
PUT_OFF = "put off"
"""The key of an answer that leaves as soon as its rules allow."""
KINDS = {
    "answer": ["Reply"],
    "first": ["Send"],
    "follow_up": ["Reply"],
    "forward": ["Forward"],
    "internal": ["Escalate", "Notify", "Review", "Digest"],
}
"""The actions that send mail of a purpose, as budgets count them."""


def parties_of(context: Context, post: Post, scene: Scene) -> Facts:
    """Return who is who on the thread of a scene."""
    facts = context.parties(post, scene.thread.messages, scene.earlier_writers)
    record = scene.thread.record
    return dataclasses.replace(facts, records=frozenset([record.address])) if record else facts


def because_of(scene: Scene, about: Message | None) -> dict[str, str]:
    """Return because of whom a mail leaves, and by what: `authenticated` or `unauthenticated` mail, or an `event`.

    An event leads to mail because of its recipient: the mail it is about is our own. Empty where it is of nobody.
    """
    if scene.thread.event:
        hit = recipients_of(scene.thread.event)
        return {"writer": Sender.parse(hit[0]).address, "led_by": "event"} if hit else {}
    if about is None:
        return {}
    sender = about.sender
    return {"writer": sender.address, "led_by": "authenticated" if sender.authenticated else "unauthenticated"}


def without_unheard(context: Context, frozen: Mapping[str, Any]) -> dict[str, Any]:
    """Return a frozen mail without copies for those who hear no more, and what to say of that: the others get it."""
    if not frozen["cc"]:
        return dict(frozen)
    stops = context.journal.stops(frozen["cc"])
    unheard = {**stops["doubted"], **stops["suppressed"]}
    said = ", ".join(f"{address} ({reason})" for address, reason in unheard.items())
    copies = [address for address in frozen["cc"] if address not in unheard]
    return {**frozen, "cc": copies, **({"left_out": f"left out in Cc: {said}"} if said else {})}


def judge_mail(context: Context, post: Post, scene: Scene, frozen: Mapping[str, Any]) -> Verdict:
    """Ask the gate about a frozen mail, with the facts of this moment; the yes that one has counts still."""
    question = _Question(context, post, scene, frozen, released=bool(frozen.get("released")))
    return question.verdict(context.journal.gate_facts(question.asked("")))


def kept_by_autonomy(context: Context, post: Post, thread: Thread, new: Sequence[str] = ()) -> Verdict | None:
    """Return what autonomy keeps back of a step that sets `new` labels; those its thread keeps count as well."""
    stays = thread.labels - {*marks.replaced(thread.labels, [label.lower() for label in new])}
    return _kept(post, context.autonomy.of(post.agent.name, [*new, *stays]))


def _kept(post: Post, level: Level) -> Verdict | None:
    return None if level == "auto" else Verdict("hold", f"autonomy/{level}", f"{post.agent.name} {MEANS[level]}")


def claim(context: Context, post: Post, scene: Scene, row: Row, *, released: bool) -> Verdict:
    """Ask the gate about a mail that is to leave now; where it may, record that it is being sent in the same moment.

    So two mails never pass on one budget: the later one sees the earlier one, and of one sender's they take turns.
    What nobody asked for waits while it is switched off, and goes on soon after (`kill_switch.release`).
    """
    released = released or bool(row["frozen"].get("released"))
    question = _Question(context, post, scene, row["frozen"], released=released)
    # it may have been planned when the agent might do more
    kept, internal = _kept(post, context.autonomy.of(post.agent.name)), row["frozen"]["purpose"] == "internal"

    def judged(seen: Mapping[str, Any]) -> Verdict:
        verdict = question.verdict(seen)
        return verdict if kept is None or released or internal or not verdict.allowed else kept

    at = row["first_attempt_at"] or datetime.now(UTC)
    verdict = context.journal.claim(row["op_id"], at, question.asked(row["op_id"]), judged)
    if verdict.rule == PAUSED and row["frozen"].get("leaving") in NOT_ASKED_FOR:
        return Verdict("wait", PAUSED, verdict.reason, context.clock.now() + DAY)
    return verdict


def claim_effect(context: Context, post: Post, row: Row) -> Verdict:
    """Ask whether a kill switch stops an effect that is no mail; where not, record its attempt in the same moment."""

    def judged(seen: Mapping[str, Any]) -> Verdict:
        return stopped(post.agent.name, post.inbox_id, seen["switched_off"]) or ALLOWED

    return context.journal.claim(row["op_id"], row["first_attempt_at"] or datetime.now(UTC), None, judged)


def headed(context: Context, post: Post, scene: Scene, frozen: Mapping[str, Any]) -> dict[str, Any]:
    """Return a frozen mail with its hop in a header: the same at each attempt, as what a run reads is frozen too."""
    return {**frozen, "headers": {**frozen["headers"], HEADER: str(_hop(context, post, scene))}}


def _hop(context: Context, post: Post, scene: Scene) -> int:
    thread = scene.thread
    return next_hop(scene.message, thread.messages, context.own | post.agent.partners, thread.now)


def put_off(mail: Mapping[str, Any], until: str) -> dict[str, Any]:
    """Return a frozen mail as the follow-up that it becomes; one that was worded anew will be once more."""
    renew = {"renew": True} if mail.get("renew") else {}
    return {"key": mail.get("key", PUT_OFF), "due_at": until, "mail": dict(mail), **renew}


def waits(verdict: Verdict) -> dict[str, str]:
    """Return until when something waits, and whether all of its inbox does, as JSON."""
    assert verdict.until is not None, f"{verdict.rule} says wait, and not until when"
    return {"until": verdict.until.astimezone(UTC).isoformat(), "scope": verdict.scope}


@dataclass(frozen=True)
class _Question:
    context: Context
    post: Post
    scene: Scene
    frozen: Mapping[str, Any]
    released: bool = False

    @cached_property
    def about(self) -> Message | None:
        """Return the message that the mail answers or is about: a follow-up goes to whom it was planned for."""
        if self.frozen["purpose"] == "follow_up":
            return None
        answered = self.frozen.get("answers")
        messages = (message for message in self.scene.thread.messages if message.message_id == answered)
        return next(messages, self.scene.thread.to_answer)

    @cached_property
    def because_of(self) -> Mapping[str, str]:
        led_by = {"led_by": SILENCE} if self.frozen.get("led_by") == SILENCE else {}
        return because_of(self.scene, self.about) | led_by

    @property
    def outgoing(self) -> Outgoing:
        frozen = self.frozen
        return Outgoing(
            agent=self.post.agent.name,
            inbox_id=self.post.inbox_id,
            thread_id=self.scene.thread.thread_id,
            purpose=frozen["purpose"],
            to=tuple(frozen["to"]),
            cc=tuple(frozen["cc"]),
            answers=self.about,
            released=self.released,
            hops=_hop(self.context, self.post, self.scene),
            sourced=bool(frozen.get("sourced")),
            at_hand=self.scene.message is not None,
            writer=self.because_of.get("writer", ""),
            campaign=self.frozen.get("campaign", "") if self.frozen.get("leaving") in NOT_ASKED_FOR else "",
        )

    def asked(self, op_id: str) -> dict[str, Any]:
        """Return what to ask the journal; a budget counts an answer for who gets it as well as for who wrote."""
        message, frozen, because = self.about, self.frozen, self.because_of
        now = self.context.clock.now()
        return {
            "addresses": [*frozen["to"], *frozen["cc"], *([message.sender.address] if message else [])],
            "op_id": op_id,
            "kinds": KINDS[frozen["purpose"]],
            "thread_id": self.scene.thread.thread_id,
            "writer": because.get("writer", ""),
            "led_by": because.get("led_by", ""),
            "recipient": frozen["to"][0] if frozen["purpose"] == "answer" and frozen["to"] else "",
            "beginner": self.post.inbox_id if frozen["purpose"] in ("first", "follow_up") else "",
            "since": now - DAY,
            "tried_since": datetime.now(UTC) - DAY,
            "outreach": law.asked(self.post, self.scene, frozen, now),
        }

    def verdict(self, seen: Mapping[str, Any]) -> Verdict:
        """Judge with what the journal said: by the gate's own rules, and by those of who writes first."""
        seen = {**seen}
        sent = seen.pop("sent", None)
        facts = dataclasses.replace(parties_of(self.context, self.post, self.scene), **seen)
        verdict = judge(self.outgoing, facts)
        if sent is None or verdict.outcome == "refuse":
            return verdict
        said = law.judge(self.context, self.post, self.scene, self.frozen, sent, released=self.released)
        if said is None or (said.outcome == "hold" and self.released):
            return verdict
        return said if verdict.allowed or said.outcome == "refuse" else verdict
