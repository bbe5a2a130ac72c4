"""Customer support: answers what the knowledge answers, hands everything else to people, and says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import auto

import postroom
from postroom import Agent, Escalate, Flow, Message, Notify, Reply, Thread, Transition, days, hours
from postroom.learning import propose_article
from postroom_kit.business_hours import BusinessHours
from postroom_kit.gap_report import gaps, unanswered
from postroom_kit.grave import only_for_people, opts_out
from postroom_kit.knowledge.all_well import is_all_well
from postroom_kit.knowledge.asking import asked, passages_of
from postroom_kit.knowledge.courtesy import is_thanks, is_wish
from postroom_kit.knowledge.plain_questions import asks_plainly
from postroom_kit.knowledge.word_groups import is_foreign
from postroom_kit.mail_reading import is_answer
from postroom_kit.order_status import for_people, in_lines, order_asked
from postroom_kit.outages import Outage, awaited, in_one_language, outage_label, outages_of, reported, standing
from postroom_kit.said import is_one_word, said
from postroom_kit.satisfaction import ASKED, NEVER_ASK, is_past_asking
from postroom_kit.service_figures import service
from postroom_kit.spoken import abroad, spoken_in
from support_agent.checks import ORDER_NUMBER, knowledge, objection
from support_agent.customer import anger, for_people_too, letter, scored, urgent
from support_agent.decisions import SURE_OF_TRIAGE, Answer, Triage, is_surely_spam, plainly_asks
from support_agent.files import COMPANY, outages
from support_agent.orders import order_of

HOURS = BusinessHours.read(COMPANY["hours"])

FOR_A_PERSON = {
    "a person": "asks for a person",
    "to stop": "wants no more mail, or their data deleted",
    "account data": "asks what we hold about them",
}
"""What `wants` may be that the agent never answers, and what people read about it."""


class State(postroom.State):
    NEW = auto()
    WAITING = auto()
    ANSWERED = auto()
    KNOWN_ISSUE = auto()
    WITH_HUMAN = auto()
    CLOSED = auto()


OPEN = {State.WAITING, State.ANSWERED, State.KNOWN_ISSUE, State.WITH_HUMAN, State.CLOSED}
FLOW = Flow(
    start=State.NEW,
    moves={**dict.fromkeys(State, OPEN), State.WITH_HUMAN: {State.WITH_HUMAN, State.ANSWERED, State.CLOSED}},
)

agent = Agent(
    "support", flow=FLOW, with_human=State.WITH_HUMAN, hand_back=State.ANSWERED, zone=HOURS.zone.key,
    unauthenticated="generic",
)  # fmt: skip


@agent.on(State.NEW, State.WAITING, State.ANSWERED, State.CLOSED)
def take_in(message: Message, thread: Thread) -> Transition | None:
    """Read a customer's mail, and mark what comes back after we were done with it."""
    read_as = scored(message, thread, read)
    if read_as and thread.state is State.CLOSED and read_as.to is not State.CLOSED and thread.last_sent:
        read_as = read_as.changed(labels=[*read_as.labels, "resolved/no"])
    return for_people_too(message, read_as)


def read(message: Message, thread: Thread) -> Transition | None:
    """Read a customer's mail: what its words alone settle first, then what only a model can tell."""
    text = message.new_text.strip()
    in_subject = thread.state is State.NEW and not said(text, message.sender.name)
    if in_subject and (not text or is_wish(message.subject) or not is_answer(message.subject)):
        text = f"{message.subject}\n{text}".strip()  # "Please cancel WF-20431" above nothing but "Thanks"
    if not text:
        return ask_back(thread, Escalate("there is no text to read"))
    if is_thanks(text, message.sender.name) and not message.left_out:
        if message.attachments and thread.state in (State.NEW, State.WAITING):
            return hand_over(thread, Escalate("sends a file, and thanks"))
        return Transition(State.CLOSED, because="nothing is asked")
    if opts_out(text) or (in_subject and opts_out(message.subject.rpartition(":")[2])):
        return Transition(State.WITH_HUMAN, Escalate("wants no more mail"), labels=[NEVER_ASK], because="opts out")
    harm = only_for_people(message.subject, text, COMPANY["name"]) or ("too long to read" if message.left_out else "")
    report = reported(outages_of(thread.look_up(outages)), message.subject, text, message.sender.name, thread.now)
    ours_to_tell = not harm and message.sender.authenticated
    if again := repeats(message, thread):
        return again
    if report and report.alone and ours_to_tell and (known := known_issue(report.outages, thread)):
        return known

    triage = thread.decide(Triage, message)
    heat = anger(triage, message)
    if report and (harm or not report.alone):
        harm = "; ".join(filter(None, (harm, report.reason)))
    at_once = urgent(message)
    about = [f"category/{triage.category}", *(at_once or [f"priority/{triage.priority}"]), *heat]
    if (foreign := abroad(text, message.subject)) and not plainly_asks(triage):
        return hand_over(thread, Escalate("; ".join(filter(None, (harm, foreign))), (triage,)), [*at_once, *heat])
    if harm:
        return hand_over(thread, Escalate(harm, (triage,)), about)
    if told := tell_order(message, thread, text, triage, about):
        return told
    sure = triage.sure(SURE_OF_TRIAGE, "wants")
    if is_surely_spam(triage, text) and not asks_plainly(knowledge, text):
        return Transition(State.CLOSED, labels=["category/spam"], because="unsolicited offer")
    if is_one_word(message.subject, text, message.sender.name) or (triage.wants == "nothing" and in_subject):
        return ask_back(thread, Escalate("says no more than what it is about", (triage,)), heat)
    if triage.wants == "nothing" and sure:
        if not is_all_well(text, message.sender.name):
            return hand_over(thread, Escalate("not sure that nothing is asked", (triage,)), about)
        return Transition(State.CLOSED, because="nothing is asked") if thread.last_sent else None
    if triage.mood == "angry":
        return hand_over(thread, Escalate("angry", (triage,)), about)
    if triage.wants == "unclear":
        return ask_back(thread, Escalate("cannot tell what is asked", (triage,)), about)
    if sure and (reason := FOR_A_PERSON.get(triage.wants)):
        return hand_over(thread, Escalate(reason, (triage,)), about)
    return answer_from_articles(message, thread, text, triage, about)


def answer_from_articles(
    message: Message, thread: Thread, text: str, triage: Triage, labels: Sequence[str]
) -> Transition:
    """Answer each question of a mail from the passages found for it; hand over where anything speaks against that.

    People who get a mail of which triage is unsure see what was found for it, too.
    """
    questions = asked(knowledge, message.subject, text, message.sender.name)
    answer = thread.decide(Answer, message, model="large", asked=questions)
    unsure = "" if triage.sure(SURE_OF_TRIAGE, "wants") else "not sure what the writer wants"
    if wrong := unsure or objection(answer, questions, message, thread, text, triage.category):
        reason = f"{abroad(text)}: {wrong}" if abroad(text) else wrong
        missing = "; ".join(answer.unanswered)
        pack = Escalate(reason, (triage, answer), passages_of(questions), suggestion=answer.body, missing=missing)
        return hand_over(thread, pack, labels)
    reply = letter("answer", message, language=spoken_in(text), body=answer.body, sources=[*answer.sources])
    return Transition(State.ANSWERED, reply, labels=[*labels, "source/auto"], because="the knowledge answers this")


@agent.on(State.KNOWN_ISSUE)
def read_more(message: Message, thread: Thread) -> Transition | None:
    """Read what a customer adds who waits for the end of an outage; only people take the thread from there."""
    read_as = scored(message, thread, read) or Transition(State.KNOWN_ISSUE)
    to = State.WITH_HUMAN if read_as.to is State.WITH_HUMAN else State.KNOWN_ISSUE
    return for_people_too(message, read_as.changed(to=to))


@agent.on(State.WITH_HUMAN)
def tell_people(message: Message, thread: Thread) -> Transition | None:
    """Pass on what a customer adds while a person has the thread, except a score; that person answers."""
    return scored(message, thread, pass_on)


def pass_on(message: Message, thread: Thread) -> Transition:
    """Pass on a mail that a person answers."""
    triage = thread.decide(Triage, message)
    more = Escalate("the customer wrote again", (triage,))
    labels = [*urgent(message), *anger(triage, message)]
    return Transition(State.WITH_HUMAN, more, labels=labels, because="a person has this thread")


@agent.after(days(2), State.WAITING)
def nudge(thread: Thread) -> Transition | None:
    """Ask once more when the customer has not said what is needed."""
    again = letter("nudge", thread.to_answer, language=thread.language)
    return None if thread.sent_since_last_mail > 1 else Transition(State.WAITING, again, because="two days of silence")


@agent.after(days(5), State.WAITING, State.ANSWERED)
def close(thread: Thread) -> Transition:  # noqa: ARG001
    """Close after silence; a new mail opens the thread again."""
    return Transition(State.CLOSED, because="five days of silence")


def repeats(message: Message, thread: Thread) -> Transition | None:
    """Close a new thread that says what its writer said on another within a day; whoever has that one is told."""
    since = message.timestamp - timedelta(days=1)
    same = (past for past in thread.earlier if past.repeated and past.outcome != State.CLOSED.value)
    first = next((past for past in same if past.received >= since), None)
    if thread.state is not State.NEW or first is None:
        return None
    told = Notify("duplicate", subject=message.subject, sender=str(message.sender), first=first.thread_id)
    because = f"the same words as on thread {first.thread_id}, which is {first.outcome}"
    actions = [told] if first.outcome == State.WITH_HUMAN.value else []
    return Transition(State.CLOSED, *actions, labels=["duplicate"], because=because)


def tell_order(message: Message, thread: Thread, text: str, triage: Triage, labels: Sequence[str]) -> Transition | None:
    """Say where an order is, to the one who placed it and is vouched for; None where the mail does not ask that.

    People get what says more, with the order beside it, and an order that is late; its customer is told so. They get
    what no order is found for, too: no article says where an order is.
    """
    waits = thread.state is State.WAITING
    asked_of = order_asked(message.subject, text, ORDER_NUMBER, message.sender.name, reply=waits)
    if asked_of is None or triage.mood == "angry" or triage.wants in ("a person", "to stop"):
        return None
    owner = message.sender.address if message.sender.authenticated else ""
    found = thread.look_up(order_of, address=owner, number=asked_of.number, today=thread.now.date().isoformat())
    reply = letter("order", message, order=found[0], **HOURS.told("en", thread.now)) if len(found) == 1 else None
    if why := for_people(asked_of, found):
        told = reply if reply and asked_of.alone and "late" in found[0] else hold(message, thread)
        shown = Escalate(why, (triage,), in_lines(found))
        return Transition(State.WITH_HUMAN, shown, told, labels=[*labels, "source/people"], because=why)
    if reply:
        return Transition(State.ANSWERED, reply, labels=[*labels, "source/auto"], because="looked the order up")
    if found and not waits:
        reply = letter("which_order", message, numbers=[order["number"] for order in found])
        return Transition(State.WAITING, reply, labels=labels, because="several orders are open")
    if asked_of.number or found or asked_of.alone:
        # somebody else's order reads like none at all
        return hand_over(thread, Escalate("asks about an order not found for this sender"), labels)
    return None


@agent.after(hours(1), State.KNOWN_ISSUE, State.WITH_HUMAN)
def tell_when_over(thread: Thread) -> Transition | None:
    """Look every hour whether an outage is over, and tell who wrote about it, once, though people have the thread."""
    over, on = standing(outages_of(thread.look_up(outages)), thread.labels, thread.now)
    by_people = thread.state is State.WITH_HUMAN
    if not over and not on:
        return None if by_people else hand_over(thread, Escalate("its outage is not in data/outages.json any more"))
    if not over:
        return Transition(thread.state, because="the outage goes on")
    stopped = any(opts_out(mail.new_text) for mail in thread.messages if mail.by_person)
    told = [] if stopped else [issue_letter("issue_over", [outage.over for outage in over], thread)]
    to = thread.state if on or by_people else State.CLOSED
    return Transition(to, *told, labels=[outage_label(outage.id for outage in on)], because="the outage is over")


@agent.after(days(1), State.CLOSED)
def ask_how_it_was(thread: Thread) -> Transition | None:
    """Ask a customer whom we or our people answered for one digit, once; never where that would add to the harm."""
    customer = thread.to_answer
    by_people = any(not mail.received and mail.kind == "human" for mail in thread.messages)
    answered = by_people or "source/auto" in thread.labels
    if not answered or customer is None or not customer.sender.authenticated or is_past_asking(thread, COMPANY["name"]):
        return None
    question = letter("csat", customer, language=thread.language)
    labels = [ASKED, "source/people" if by_people else "source/auto"]
    return Transition(State.CLOSED, question, labels=labels, because="a day after closing")


@agent.every("0 8 * * mon")
def report(inbox: postroom.Inbox) -> postroom.Actions | None:
    """Tell people on Mondays what articles did not answer last week, and how customers were served."""
    past = inbox.history(Answer, since=inbox.now - timedelta(days=7))
    missing = gaps(knowledge, unanswered(past.threads), inbox.now.date(), [ORDER_NUMBER])
    figures = service(past.threads, past.since, past.until, HOURS, past.waiting)
    if not missing and not figures:
        return None
    subject = f"week to {inbox.now:%Y-%m-%d}: questions that articles did not answer: {len(missing)}"
    return postroom.Actions(Notify("weekly", subject=subject, past=past, missing=missing, figures=figures))


@agent.every("0 9 * * mon-fri")
def propose(inbox: postroom.Inbox) -> postroom.Actions | None:
    """Ask people each morning whether what they answered shall be an article; each question once."""
    week = inbox.history(Answer, since=inbox.now - timedelta(days=7))
    return propose_article("support", knowledge, week, [ORDER_NUMBER])


def known_issue(found: Sequence[Outage], thread: Thread) -> Transition | None:
    """Tell once a thread of each outage that a mail is about."""
    waits = awaited(thread.labels)
    new = [outage for outage in found if outage.id not in waits]
    told = issue_letter("known_issue", [outage.text for outage in new], thread)
    label = outage_label(waits | {outage.id for outage in new})
    return Transition(State.KNOWN_ISSUE, told, labels=[label], because=label) if new else None


def issue_letter(template: str, texts: Sequence[Mapping[str, str]], thread: Thread) -> Reply:
    """Return our texts about outages, in the customer's language where all were written in it."""
    return letter(template, thread.to_answer, **in_one_language(texts, thread.language))


def ask_back(thread: Thread, else_told: Escalate, labels: Sequence[str] = ()) -> Transition:
    """Ask a customer vouched for once what they need; a person takes over the second time, and any other mail."""
    mail = thread.to_answer
    to_person = mail is None or not mail.sender.authenticated or is_foreign(mail.new_text)
    if thread.state in (State.WAITING, State.KNOWN_ISSUE) or to_person:
        return hand_over(thread, else_told, labels)
    question = letter("clarify", thread.to_answer, language=thread.language)
    return Transition(State.WAITING, question, labels=labels, because=else_told.reason)


@agent.holding
def hold(message: Message | None, thread: Thread) -> Reply:
    """Tell a customer that a colleague has their mail, and outside business hours when people are back."""
    return letter("holding", message, language=thread.language, **HOURS.told(thread.language, thread.now))


def hand_over(thread: Thread, pack: Escalate, labels: Sequence[str] = ()) -> Transition:
    """Give the thread to people with all that was seen; only then tell the customer."""
    told = hold(thread.to_answer, thread)
    return Transition(State.WITH_HUMAN, pack, told, labels=[*labels, "source/people"], because=pack.reason)
