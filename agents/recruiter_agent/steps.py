"""Where a candidate's thread may be, and steps of several handlers: an answer, a hand-over, an end, an interview."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import auto
from functools import wraps
from typing import Any

import postroom
from postroom import Do, Escalate, Message, Notify, Reply, Suppress, Thread, Transition
from postroom.transition import Action
from postroom_kit.hiring import bookings
from postroom_kit.hiring.appointment import Appointment, Change, Steps
from postroom_kit.hiring.bookings import Interview
from postroom_kit.hiring.decided import Decided
from postroom_kit.hiring.forbidden import redact
from postroom_kit.hiring.invitations import Guest, uid_of
from postroom_kit.replies import hearing
from recruiter_agent.candidates import Candidate, candidate_of, from_sheet
from recruiter_agent.files import COMPANY, TITLES, diary


class State(postroom.State):
    """People move a thread by its label, whatever state it is in."""

    NEW = auto()
    CONTACTED = auto()
    ANSWERED = auto()
    SCREENING = auto()
    REVIEW = auto()
    TO_INTERVIEW = auto()
    OFFERED = auto()
    BOOKED = auto()
    LATER = auto()
    DECLINED = auto()
    HIRED = auto()
    ENDED = auto()
    WITH_HUMAN = auto()


FLOW = postroom.Flow(start=State.NEW, moves=dict.fromkeys(State, set(State) - {State.NEW}))


def for_candidates(handler: Callable[[Thread, Candidate], Transition | None]) -> Callable[[Thread], Transition | None]:
    """Make a timer's handler of one that wants a candidate; a thread that a stranger began is for people."""

    @wraps(handler)
    def timed(thread: Thread) -> Transition | None:
        candidate = candidate_of(thread)
        return handler(thread, candidate) if candidate else to_people("is with nobody whom we wrote to")

    return timed


def noted(
    to: postroom.State, found: Decided, candidate: Candidate | None = None, *actions: Action, labels: Sequence[str] = ()
) -> Transition:
    """Keep what people decided; of a new decision about a candidate ask who took it, and why, where no label tells."""
    reasons, who = "asked" if found.missing else "noted", (candidate.name or candidate.email) if candidate else ""
    ask = Notify("unexplained", subject=f"{who}: who decided, and why?", who=who, what=found.what, labels=found.missing)
    asking = [ask] if candidate and found.missing else []
    kept = [*found.labels, f"reasons/{reasons}", *labels]
    return Transition(to, *asking, *actions, labels=kept, because=str(found))


def hear(message: Message) -> hearing.Heard:
    """Read a mail by its words."""
    return hearing.hear(message.subject, message.new_text, message.sender.address, message.timestamp, COMPANY["name"])


def appointment(thread: Thread, candidate: Candidate) -> Appointment:
    """Return a candidate's interview as it stands now; its name in the diary and in calendars is always the same."""
    interview = Interview(
        diary(), uid_for(thread.inbox.inbox_id, thread.thread_id),
        f"Interview: {TITLES[candidate.role]} at {COMPANY['name']}", candidate.job.about["minutes"],
        candidate.job.panel, Guest(candidate.email, candidate.name),
        Guest(thread.inbox.inbox_id, COMPANY["signature"]), candidate.clock,
    )  # fmt: skip
    found = thread.look_up(bookings.standing, **interview.entry, now=thread.now.isoformat())
    return Appointment(interview, found, thread.now)


def taken(candidate: Candidate, steps: Steps) -> list[Action]:
    """Return the actions of steps about an interview."""
    return [
        Do(step.function, step.key, **step.values) if isinstance(step, Change)
        else (Notify if step.people else Reply)(step.template, **candidate.letter, **step.values)
        for step in steps
    ]  # fmt: skip


def uid_for(inbox_id: str, thread_id: str) -> str:
    """Return the name of a thread's interview, in the diary and in calendars: always the same."""
    return uid_of("recruiter", thread_id, domain=inbox_id.rpartition("@")[2])


def resumed(thread: Thread, candidate: Candidate) -> State:
    """Return where a thread goes on that people gave back: by what the diary has of it, then by its labels."""
    found, known = appointment(thread, candidate), {label.partition("/")[0] for label in thread.labels}
    if found.stands:
        return State.BOOKED
    if any(row["free"] for row in found.found["held"]):
        return State.OFFERED
    return State.REVIEW if "stage" in known else State.SCREENING if "questions" in known else State.ANSWERED


def forget(inbox_id: str, thread_id: str) -> None:
    """Take a thread's interview out of the diary: its candidate is erased."""
    bookings.forget(diary(), uid_for(inbox_id, thread_id))


def call_off(thread: Thread, candidate: Candidate, why: str, *, quietly: bool = False) -> list[Action]:
    """Take an interview off the diary and the calendars, and tell people and, but `quietly`, the candidate."""
    return taken(candidate, appointment(thread, candidate).call_off(why, quietly=quietly))


def answer(message: Message, thread: Thread, candidate: Candidate) -> Transition:
    """Answer a question from the role sheet alone, else a person does."""
    found = from_sheet(message, thread, candidate, message.new_text.strip())
    if found.reason:
        return to_people(found, tell=candidate)
    to = State.ANSWERED if thread.state in (State.NEW, State.CONTACTED) else thread.state
    return Transition(to, candidate.reply("answer", body=found.suggestion), because="the role sheet answers this")


def stop(message: Message, thread: Thread, candidate: Candidate | None, heard: hearing.Heard) -> Transition:
    """Write to nobody again who wants no more mail; what they want besides, and a stranger's wish, people read."""
    theirs = candidate is None or thread.is_theirs(message)
    actions: list[Action] = [Suppress("asks for no more mail")]
    if candidate:
        actions += [Suppress("opted out", address=candidate.email)]
        actions += call_off(thread, candidate, "opted out", quietly=True) if theirs else []
    erase = f"wants their data erased: postroom erase {candidate.email if candidate else 'ADDRESS'}"
    stranger = "" if theirs else "somebody else asks for no more mail on this thread"
    why = (erase if heard.erase else "") or heard.grave or heard.for_people or stranger
    if not why and thread.state is not State.WITH_HUMAN:
        return ended("opted-out", "asks for no more mail", *actions)
    return to_people(why or "asks for no more mail").changed(*actions, labels=["outcome/opted-out"])


def said_no(thread: Thread, candidate: Candidate, friends: Sequence[str] = ()) -> Transition:
    """End it for good: who said no is written to about no role again, but to call off an interview."""
    named = Notify("reply", subject="referral", what="referral", who=candidate.email, text="", lines=list(friends))
    off = call_off(thread, candidate, "the candidate said no")
    return ended("no", "says no", *off, *([named] if friends else []), Suppress("said no to a role"))


def wrong_person() -> Transition:
    """End a thread that reached somebody else; nothing is asked of them."""
    return ended("wrong-person", "is not the one we meant", Suppress("we wrote to the wrong person"))


def ended(label: str, because: str, *actions: Action) -> Transition:
    """End a thread."""
    return Transition(State.ENDED, *actions, labels=[f"outcome/{label}"], because=because)


def told(message: Message, what: str, lines: Sequence[str] = (), *, asks: str = "") -> Notify:
    """Tell people of a mail that needs no hand-over; of one that `asks`, that alone: they judge by the summary."""
    who, text = str(message.sender), redact(asks).text if asks else message.new_text
    values = {"what": what, "who": who, "text": text, "lines": list(lines), "original": not asks}
    return Notify("reply", subject=f"{who}: {what}", **values)


def beside(message: Message, thread: Thread, candidate: Candidate, asks: str) -> tuple[list[Notify], dict[str, Any]]:
    """Answer what is asked beside other things; return what people get of it, and what our mail is given."""
    found = from_sheet(message, thread, candidate, asks) if asks else None
    left = [told(message, "open question", asks=asks)] if found and found.reason else []
    return left, {"passed_on": bool(left), "answer": found.suggestion if found and not left else ""}


def to_people(
    why: str | Escalate, *decisions: postroom.Decision, tell: Candidate | None = None, labels: Sequence[str] = ()
) -> Transition:
    """Give a thread to people with all that was seen; with `tell` the candidate hears that they have it."""
    pack, hold = why if isinstance(why, Escalate) else Escalate(why, decisions), [tell.reply("holding")] if tell else []
    return Transition(State.WITH_HUMAN, pack, *hold, labels=["outcome/people", *labels], because=pack.reason)
