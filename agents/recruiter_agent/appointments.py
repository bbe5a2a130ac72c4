"""The talk about an interview: times offered, one taken, moved or called off, and what calendars answer."""

from __future__ import annotations

from datetime import timedelta

from postroom import Message, Notify, Reply, Thread, Transition
from postroom_kit.hiring import bookings
from postroom_kit.hiring.invitations import reaction
from postroom_kit.hiring.slots import chosen
from postroom_kit.hiring.wishes import wish
from recruiter_agent.candidates import Candidate, candidate_of
from recruiter_agent.decisions import SURE_OF_KIND, ReplyKind
from recruiter_agent.interviews import call_off, do, interview_of, invite, is_free, look, offer, uid_for
from recruiter_agent.states import State
from recruiter_agent.steps import answer, said_no, to_people

A_DAY, SHORT_NOTICE = timedelta(hours=24), timedelta(hours=2)


def offer_times(thread: Thread) -> Transition | None:
    """Offer times an hour after people said yes: until then they may take it back."""
    candidate, row = candidate_of(thread), look(thread)
    stands = row is not None and not row["cancelled"]
    actions = offer(thread, candidate, again=stands) if candidate else []
    if not actions:
        return to_people("nobody of the panel is free at a time that suits both sides")
    to = State.BOOKED if stands else State.OFFERED
    return Transition(to, *actions, labels=["offers/1"], because="people said yes, or another time is wanted")


def about_interview(message: Message, thread: Thread, candidate: Candidate) -> Transition:
    """Book the time that a candidate takes, move or call off what is booked; what is unclear is for people."""
    rows, text = look(thread, bookings.held), message.new_text
    slots = [bookings.slot_of(row) for row in rows]
    said, wanted = chosen(text, slots, interview_of(thread, candidate).zone, candidate.clock), wish(text)
    if wanted == "withdraw":
        return said_no(thread, candidate, None)
    taken = next((row for row, slot in zip(rows, slots, strict=True) if slot == said.slot), None)
    if taken and is_free(thread, taken):
        return Transition(
            State.BOOKED, *invite(thread, candidate, taken), labels=["stage/interview"], because="takes a time"
        )
    others = taken or wanted == "move" or said.meant == "none"
    if others and "offers/2" not in thread.labels and (times := offer(thread, candidate, again=True)):
        return Transition(thread.state, *times, labels=["offers/2"], because="wants another time, or it is gone")
    kind = thread.decide(ReplyKind, message)
    if kind.kind == "question" and kind.sure(SURE_OF_KIND):
        return answer(message, thread, candidate)
    return to_people("writes about the interview", kind, tell=candidate)


def answered_invitation(message: Message, thread: Thread) -> Transition | None:
    """Note what guests answer to an invitation; a no or another time goes on as if it were written."""
    event, candidate = thread.event or {}, candidate_of(thread)
    writer, uid = message.sender.address if message.sender.authenticated else "", str(event.get("uid") or "")
    row = look(thread, uid=uid)
    if row is None or row["cancelled"]:
        return None
    if candidate is None or uid != uid_for(thread):
        told_of = Notify(
            "reply", subject="of the panel", what=str(event.get("partstat")), who=writer, text="", lines=[]
        )
        return Transition(thread.state, told_of) if writer in row["people"] else None
    interview = interview_of(thread, candidate)
    meant, _ = reaction(interview.meeting(row, row["sequence"]), event, writer)
    noted = do(thread, bookings.note, f"{meant} {thread.now:%j%H%M}", address="candidate", said=meant)
    if meant in ("accepted", "tentative"):
        return Transition(thread.state, noted, labels=[f"invitation/{meant}"])
    if meant == "declined":
        off = call_off(thread, candidate, "the invitation was declined")[:2]  # their program took it out already
        return to_people("declined the invitation: another time, or no more?").changed(*off)
    if meant == "countered":  # what a program wrote is not answered: times are offered within the hour
        return Transition(State.TO_INTERVIEW, noted, because="wants another time")
    return None if meant == "stale" else to_people("an answer to the invitation that only people can follow")


def watch_interview(thread: Thread) -> Transition:
    """Remind a candidate once within the last 24 hours; ask people how it was when it is over."""
    candidate, row = candidate_of(thread), look(thread)
    if candidate is None or row is None or row["cancelled"]:
        return to_people("an interview that is in no diary")
    slot, when = bookings.slot_of(row), interview_of(thread, candidate).when(row)
    mark, ahead = f"reminded/{row['sequence']}", slot.start - thread.now
    if slot.end + timedelta(hours=1) <= thread.now:
        over = Notify("over", subject=f"{candidate.name}: how was it?", who=candidate.name, when=when)
        done = do(thread, bookings.cancel, "over")  # another interview begins anew
        return Transition(State.REVIEW, over, done, labels=["status/0"], because="the interview is over")
    if SHORT_NOTICE < ahead <= A_DAY and mark not in thread.labels:
        remind = Reply("reminder", **candidate.letter, when=when)
        return Transition(State.BOOKED, remind, labels=[mark], because="a day ahead")
    return Transition(State.BOOKED, because="the interview is to come")
