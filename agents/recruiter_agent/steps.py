"""Steps that more than one handler takes: an answer from the role sheet, a hand-over, an end."""

from __future__ import annotations

from collections.abc import Sequence

import postroom
from postroom import Escalate, Message, Notify, Reply, Suppress, Thread, Transition
from postroom.transition import Action
from postroom_kit.replies import hearing
from postroom_kit.replies.hearing import Heard
from recruiter_agent.candidates import Candidate, from_sheet
from recruiter_agent.files import COMPANY
from recruiter_agent.interviews import call_off
from recruiter_agent.states import State


def hear(message: Message) -> Heard:
    """Read a mail by its words."""
    return hearing.hear(message.subject, message.new_text, message.sender.address, message.timestamp, COMPANY["name"])


def answer(message: Message, thread: Thread, candidate: Candidate) -> Transition:
    """Answer a question from the role sheet alone, else a person does."""
    found, wrong, pack = from_sheet(message, thread, candidate, message.new_text.strip())
    if wrong:
        return to_people(pack, tell=candidate)
    to = State.ANSWERED if thread.state in (State.NEW, State.CONTACTED) else thread.state
    return Transition(to, Reply("answer", **candidate.letter, body=found.body), because="the role sheet answers this")


def stop(thread: Thread, candidate: Candidate | None, heard: Heard) -> Transition:
    """Write to nobody again who wants no more mail; who wants their data gone is told to people."""
    off = (
        [Suppress("opted out", address=candidate.email), *call_off(thread, candidate, "opted out")[:2]]
        if candidate
        else []
    )
    actions = [Suppress("asks for no more mail"), *off]
    if not heard.erase:
        return ended("opted-out", "asks for no more mail", *actions)
    pack = Escalate(f"wants their data erased: postroom erase {candidate.email if candidate else 'ADDRESS'}")
    return Transition(State.WITH_HUMAN, pack, *actions, labels=["outcome/opted-out"], because=pack.reason)


def said_no(thread: Thread, candidate: Candidate, heard: Heard | None) -> Transition:
    """End it for good: who said no is written to about no role again, but to call off an interview."""
    off = call_off(thread, candidate, "the candidate said no")
    friends = list(heard.referred) if heard else []
    named = Notify("reply", subject="referral", what="referral", who=candidate.email, text="", lines=friends)
    return ended("no", "says no", *off, *([named] if friends else []), Suppress("said no to a role"))


def wrong_person() -> Transition:
    """End a thread that reached somebody else; nothing is asked of them."""
    return ended("wrong-person", "is not the one we meant", Suppress("we wrote to the wrong person"))


def ended(label: str, because: str, *actions: Action) -> Transition:
    """End a thread."""
    return Transition(State.ENDED, *actions, labels=[f"outcome/{label}"], because=because)


def told(message: Message, what: str, lines: Sequence[str] = ()) -> Notify:
    """Tell people of a mail that needs no hand-over."""
    who, text = str(message.sender), message.new_text
    return Notify("reply", subject=f"{who}: {what}", what=what, who=who, text=text, lines=list(lines))


def to_people(why: str | Escalate, *decisions: postroom.Decision, tell: Candidate | None = None) -> Transition:
    """Give a thread to people with all that was seen; with `tell` the candidate hears that they have it."""
    pack = why if isinstance(why, Escalate) else Escalate(why, decisions)
    hold = [Reply("holding", **tell.letter)] if tell else []
    return Transition(State.WITH_HUMAN, pack, *hold, labels=["outcome/people"], because=pack.reason)
