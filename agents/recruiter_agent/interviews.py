"""The talk about an interview: times offered, one taken, moved or called off, and what calendars answer."""

from __future__ import annotations

from postroom import Message, Notify, Thread, Transition
from postroom.transition import Action
from postroom_kit.hiring import bookings
from postroom_kit.hiring.decided import decided
from postroom_kit.hiring.wishes import asks_besides
from postroom_kit.replies.hearing import Heard
from recruiter_agent import steps
from recruiter_agent.candidates import Candidate, candidate_of
from recruiter_agent.decisions import SURE_OF_KIND, ReplyKind
from recruiter_agent.files import diary
from recruiter_agent.steps import State


@steps.for_candidates
def offer_times(thread: Thread, candidate: Candidate) -> Transition:
    """Offer times an hour after people said yes: until then they may take it back."""
    stands = steps.appointment(thread, candidate).stands
    if not (times := offer(thread, candidate, again=stands)):
        return steps.to_people("nobody of the panel is free at a time that suits both sides")
    to, yes = State.BOOKED if stands else State.OFFERED, decided(thread.state.value, thread.labels)
    return steps.noted(to, yes, None if stands else candidate, *times, labels=["offers/1"])


def offer(thread: Thread, candidate: Candidate, *, again: bool) -> list[Action]:
    """Offer free times, others than they had; nothing where there are none."""
    found = steps.appointment(thread, candidate)
    rows = thread.look_up(bookings.free_times, **found.interview.asked(thread.now))
    return steps.taken(candidate, found.offer(rows, again=again))


def about_interview(message: Message, thread: Thread, candidate: Candidate, heard: Heard) -> Transition:
    """Book the time that a candidate takes, move or call off what is booked; what is unclear is for people."""
    found = steps.appointment(thread, candidate)
    wanted, row = found.said(message.new_text, no=heard.no and not heard.asks)
    asked = [steps.told(message, "open question", asks=heard.asks)] if asks_besides(heard.asks) else []
    if wanted == "withdraw":
        return steps.said_no(thread, candidate).changed(*asked)
    if row is not None:
        return Transition(State.BOOKED, *steps.taken(candidate, found.invite(row)), *asked, because="takes a time")
    if wanted == "others" and "offers/2" not in thread.labels and (times := offer(thread, candidate, again=True)):
        why = "wants another time, or it is gone"
        return Transition(thread.state, *times, *asked, labels=["offers/2"], because=why)
    kind = thread.decide(ReplyKind, message)
    if wanted != "unsure" and kind.kind == "question" and kind.sure(SURE_OF_KIND):
        return steps.answer(message, thread, candidate)
    return steps.to_people("writes about the interview", kind, tell=candidate)


def answered_invitation(message: Message, thread: Thread) -> Transition | None:
    """Note what guests answer to an invitation; a no or another time goes on as if it were written."""
    event, candidate = thread.event or {}, candidate_of(thread)
    writer, uid = message.sender.address if message.sender.authenticated else "", str(event.get("uid") or "")
    ours = uid == steps.uid_for(thread.inbox.inbox_id, thread.thread_id)
    if candidate and writer == candidate.email and not ours:
        return steps.to_people("sends an invitation of their own")
    if candidate is None or not ours:  # of the panel, or of a meeting that is none of ours
        row = thread.look_up(bookings.standing, path=diary(), uid=uid, now=thread.now.isoformat())["booked"]
        what = {"subject": "of the panel", "what": str(event.get("partstat")), "who": writer, "text": "", "lines": []}
        to = State.ENDED if thread.state is State.NEW else thread.state  # it comes on a thread of its own
        panel = row is not None and not row["cancelled"] and writer in row["people"]
        return Transition(to, Notify("reply", **what)) if panel else None
    found = steps.appointment(thread, candidate)
    meant = found.reacted(event, writer) if found.stands else "stale"
    noted = found.change(bookings.note, f"{meant} {thread.now:%j%H%M}", address="candidate", said=meant)
    if meant in ("accepted", "tentative"):
        return Transition(thread.state, *steps.taken(candidate, [noted]), labels=[f"invitation/{meant}"])
    if meant == "declined":  # their program took it out already
        off = steps.call_off(thread, candidate, "the invitation was declined", quietly=True)
        return steps.to_people("declined the invitation: another time, or no more?").changed(*off)
    if (
        meant == "countered" and thread.state is State.BOOKED
    ):  # what a program wrote is not answered: times are offered within the hour
        return Transition(State.TO_INTERVIEW, *steps.taken(candidate, [noted]), because="wants another time")
    return None if meant == "stale" else steps.to_people("an answer to the invitation that only people can follow")


@steps.for_candidates
def watch_interview(thread: Thread, candidate: Candidate) -> Transition:
    """Remind a candidate once within the last 24 hours; ask people how it was when it is over."""
    found = steps.appointment(thread, candidate)
    if not (found.booked and found.stands):
        return steps.to_people("an interview that is in no diary")
    due, when, mark = found.due(), found.interview.when(found.booked), f"reminded/{found.booked['sequence']}"
    if due == "over":
        over = Notify("over", subject=f"{candidate.name}: how was it?", who=candidate.name, when=when)
        anew = found.change(bookings.cancel, "over")  # another interview begins anew
        yes = decided(thread.state.value, thread.labels)
        return steps.noted(State.REVIEW, yes, None, over, *steps.taken(candidate, [anew]), labels=["status/0"])
    if due == "remind" and mark not in thread.labels:
        return Transition(State.BOOKED, candidate.reply("reminder", when=when), labels=[mark], because="a day ahead")
    return Transition(State.BOOKED, because="the interview is to come")
