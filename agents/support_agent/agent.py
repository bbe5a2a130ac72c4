"""Customer support: answers what the knowledge answers, hands everything else to people, and says so."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import timedelta
from enum import auto
from pathlib import Path
from textwrap import shorten

import postroom
from postroom import Agent, Decision, Escalate, Flow, Message, Notify, Reply, Thread, Transition, days
from postroom.vectors import embeddings
from postroom_kit.knowledge import Knowledge, Passage, unsupported_sentences
from postroom_kit.knowledge.answerable import asked
from postroom_kit.knowledge.courtesy import is_thanks
from postroom_kit.leaks import leaks
from postroom_kit.mail_reading import language
from postroom_kit.order_status import asked_order
from postroom_kit.promises import unbacked, wanted_promise
from support_agent.decisions import Answer, Triage
from support_agent.grave import grave, opts_out, says_more_than_thanks
from support_agent.orders import order_of

HERE = Path(__file__).parent
COMPANY = json.loads((HERE / "data" / "company.json").read_text(encoding="utf-8"))
SURE_OF_TRIAGE = 0.5
SURE_OF_ANSWER = 0.85
ORDER_NUMBER = re.compile(r"\bWF-\d{5}\b", re.IGNORECASE)
LONGEST_REASON = 200
"""Characters of a question or sentence that a reason repeats: the reason is the subject of a hand-over too."""

FOR_A_PERSON = {
    "a person": "asks for a person",
    "to stop": "wants no more mail, or their data deleted",
    "account data": "asks what we hold about them",
}
"""What `wants` may be that the agent never answers, and what people read about it."""

knowledge = Knowledge.load(HERE / "data" / "knowledge.json", embeddings())


class State(postroom.State):
    """Where a support thread stands."""

    NEW = auto()
    WAITING = auto()
    ANSWERED = auto()
    WITH_HUMAN = auto()
    CLOSED = auto()


TAKEN = {State.WAITING.value, State.ANSWERED.value, State.WITH_HUMAN.value}
OPEN = {State.WAITING, State.ANSWERED, State.WITH_HUMAN, State.CLOSED}
FLOW = Flow(
    start=State.NEW,
    moves={
        State.NEW: OPEN,
        State.WAITING: OPEN,
        State.ANSWERED: OPEN,
        State.CLOSED: OPEN,
        State.WITH_HUMAN: {State.WITH_HUMAN, State.ANSWERED, State.CLOSED},
    },
)

agent = Agent("support", flow=FLOW, with_human=State.WITH_HUMAN, zone="Europe/Berlin")


@agent.on(State.NEW, State.WAITING, State.ANSWERED, State.CLOSED)
def read(message: Message, thread: Thread) -> Transition | None:
    """Read a customer's mail: answer from passages, ask back once, or hand over."""
    text = message.new_text.strip() or (message.subject.strip() if thread.state is State.NEW else "")
    if not text:
        return ask_back(thread, "there is no text to read")
    if is_thanks(text):
        return Transition(State.CLOSED, because="nothing is asked")
    if opts_out(text):
        return Transition(State.WITH_HUMAN, Escalate("wants no more mail"), because="wants no more mail")
    if language(text) not in ("en", None):
        return hand_over(thread, "written in another language than English")

    if again := repeats(message, thread):
        return again
    triage = thread.decide(Triage, message)
    about = [f"category/{triage.category}", f"priority/{triage.priority}"]
    if reason := grave(message.subject, text):
        return hand_over(thread, reason, triage, labels=about)
    if (
        triage.mood != "angry"
        and triage.wants not in ("a person", "to stop")
        and (told := tell_order(message, thread, text, about))
    ):
        return told
    if triage.wants == "spam" and triage.sure(SURE_OF_TRIAGE, "wants"):
        return Transition(State.CLOSED, labels=["category/spam"], because="unsolicited offer")
    if triage.wants == "nothing" and triage.sure(SURE_OF_TRIAGE, "wants"):
        if says_more_than_thanks(text):
            return hand_over(thread, "not sure that nothing is asked", triage, labels=about)
        return Transition(State.CLOSED, because="nothing is asked") if thread.last_sent else None
    if triage.mood == "angry":
        return hand_over(thread, "angry", triage, labels=about)
    if triage.wants == "unclear":
        return ask_back(thread, "cannot tell what is asked", triage, labels=about)
    if not triage.sure(SURE_OF_TRIAGE, "wants"):
        return hand_over(thread, "not sure what the writer wants", triage, labels=about)
    if reason := FOR_A_PERSON.get(triage.wants):
        return hand_over(thread, reason, triage, labels=about)

    questions = asked(knowledge, message.subject, text)
    answer = thread.decide(Answer, message, model="large", asked=questions)
    passages = [passage for question in questions for passage in question.passages]
    if objection := of_others(answer.body, message, thread, passages) or wrong_with(answer, passages, text):
        return hand_over(thread, objection, triage, answer, passages=passages, labels=about)
    return Transition(
        State.ANSWERED,
        Reply("answer", name=first_name(message), body=answer.body, company=COMPANY),
        labels=about,
        because="the knowledge answers this",
    )


@agent.on(State.WITH_HUMAN)
def tell_people(message: Message, thread: Thread) -> Transition:  # noqa: ARG001
    """Pass on what a customer adds while a person has the thread; that person answers."""
    return Transition(State.WITH_HUMAN, Escalate("the customer wrote again"), because="a person has this thread")


@agent.after(days(2), State.WAITING)
def nudge(thread: Thread) -> Transition | None:
    """Ask once more when the customer has not said what is needed."""
    if thread.sent_since_last_mail > 1:
        return None
    return Transition(State.WAITING, Reply("nudge", company=COMPANY), because="two days of silence")


@agent.after(days(5), State.WAITING, State.ANSWERED)
def close(thread: Thread) -> Transition:  # noqa: ARG001
    """Close after silence; a new mail opens the thread again."""
    return Transition(State.CLOSED, because="five days of silence")


def repeats(message: Message, thread: Thread) -> Transition | None:
    """Close a new thread that says what its writer said on another within a day; whoever has that one is told."""
    since = message.timestamp - timedelta(days=1)
    same = (past for past in thread.earlier if past.repeated and past.outcome in TAKEN and past.received >= since)
    first = next(same, None)
    if first is None or thread.state is not State.NEW:
        return None
    told = Notify("duplicate", subject=message.subject, sender=str(message.sender), first=first.thread_id)
    because = f"the same words as on thread {first.thread_id}, which is {first.outcome}"
    actions = [told] if first.outcome == State.WITH_HUMAN.value else []
    return Transition(State.CLOSED, *actions, labels=["duplicate"], because=because)


def tell_order(message: Message, thread: Thread, text: str, labels: Sequence[str]) -> Transition | None:
    """Say where an order is, to the one who placed it; None where the mail asks for more, or may be forged."""
    waits = thread.state is State.WAITING
    number = asked_order(message.subject, text, ORDER_NUMBER, reply=waits)
    if number is None or not message.sender.authenticated:
        return None
    found = thread.look_up(order_of, address=message.sender.address, number=number)
    name, because = first_name(message), "looked the order up"
    if len(found) == 1:
        reply = Reply("order", name=name, order=found[0], company=COMPANY)
        return Transition(State.ANSWERED, reply, labels=labels, because=because)
    if found and not waits:
        reply = Reply("which_order", name=name, numbers=[order["number"] for order in found], company=COMPANY)
        return Transition(State.WAITING, reply, labels=labels, because="several orders are open")
    # somebody else's order reads like none at all
    return (
        hand_over(thread, "asks about an order not found for this sender", labels=labels) if number or found else None
    )


def of_others(body: str, message: Message, thread: Thread, passages: Sequence[Passage]) -> str | None:
    """Return what a draft says of anybody but its reader, or None."""
    own = [mail for mail in thread.messages if mail.received and mail.sender.address == message.sender.address]
    allowed = [f"{mail.sender}\n{mail.subject}\n{mail.text}\n{mail.new_text}" for mail in own]
    allowed += [*(passage.answer for passage in passages), *map(str, COMPANY.values())]
    found = leaks(body, allowed, [ORDER_NUMBER])
    return f"the draft names what is not this customer's: {shorten(found[0], LONGEST_REASON)}" if found else None


def wrong_with(answer: Answer, passages: Sequence[Passage], text: str) -> str | None:
    """Return why this answer must not go out, or None."""
    if (asked_for := wanted_promise(text)) and not wanted_promise(answer.body):
        return f"asks for a promise ({asked_for})"
    if answer.unanswered:
        return f"no article answers: {shorten(answer.unanswered[0], LONGEST_REASON)}"
    if not answer.body.strip():
        return "no answer was written"
    if bold := unbacked(answer.body, passages):
        return f"the draft {bold[0].kind} that no article states: {shorten(bold[0].sentence, LONGEST_REASON)}"
    if not answer.sure(SURE_OF_ANSWER):
        return "not sure that the article found answers the question"
    if unsupported := unsupported_sentences(answer.body, passages):
        return f"no article says: {shorten(unsupported[0], LONGEST_REASON)}"
    return None


def ask_back(thread: Thread, reason: str, *decisions: Decision, labels: Sequence[str] = ()) -> Transition:
    """Ask the customer once what they need; the second time a person takes over."""
    if thread.state is State.WAITING:
        return hand_over(thread, reason, *decisions, labels=labels)
    return Transition(State.WAITING, Reply("clarify", company=COMPANY), labels=labels, because=reason)


def hand_over(
    thread: Thread,
    reason: str,
    *decisions: Decision,
    passages: Sequence[Passage] = (),
    labels: Sequence[str] = (),
) -> Transition:
    """Give the thread to people with all that was seen; only then tell the customer."""
    answer = next((decision for decision in decisions if isinstance(decision, Answer)), None)
    return Transition(
        State.WITH_HUMAN,
        Escalate(
            reason,
            decisions=decisions,
            passages=tuple(passages),
            suggestion=answer.body if answer else "",
            missing="; ".join(answer.unanswered) if answer else "",
        ),
        Reply("holding", name=first_name(thread.last_received), company=COMPANY),
        labels=labels,
        because=reason,
    )


def first_name(message: Message | None) -> str:
    """Return the writer's first name as the mail gives it, or a word that fits anyone."""
    return (message.sender.first_name if message else "") or "there"
