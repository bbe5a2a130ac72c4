"""Interviews: the times that are offered, and the invitations that leave."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from postroom import Do, Notify, Reply, Thread
from postroom.transition import Action
from postroom_kit.hiring import bookings
from postroom_kit.hiring.bookings import Interview
from postroom_kit.hiring.invitations import Guest, uid_of
from recruiter_agent.candidates import Candidate
from recruiter_agent.files import COMPANY, diary, panel

HELD_FOR = timedelta(days=4)


def uid_for(thread: Thread) -> str:
    """Return the name of a thread's interview, in the diary and in calendars: always the same."""
    return uid_of("recruiter", thread.thread_id, domain=thread.inbox.inbox_id.rpartition("@")[2])


def interview_of(thread: Thread, candidate: Candidate) -> Interview:
    """Return what a candidate's interview is made of."""
    about = candidate.sheet.about
    return Interview(
        uid_for(thread), f"Interview: {about['title']} at {COMPANY['name']}", about["minutes"], panel(candidate.role),
        Guest(candidate.email, candidate.name), Guest(thread.inbox.inbox_id, COMPANY["signature"]), candidate.clock,
    )  # fmt: skip


def look(thread: Thread, function: Any = bookings.booked, uid: str = "") -> Any:
    """Return what the diary has of a thread: its booking, or the times kept for it (`bookings.held`)."""
    return thread.look_up(function, path=str(diary()), uid=uid or uid_for(thread))


def is_free(thread: Thread, row: Mapping[str, Any]) -> bool:
    """Tell whether a time that was kept can still be had."""
    asked = {"path": str(diary()), "uid": uid_for(thread), "slot": row, "now": thread.now.isoformat()}
    return bool(thread.look_up(bookings.is_free, **asked))


def do(thread: Thread, function: Any, key: str = "", **values: Any) -> Do:
    """Return a change of the diary."""
    return Do(function, key or function.__name__, path=str(diary()), uid=uid_for(thread), **values)


def offer(thread: Thread, candidate: Candidate, *, again: bool = False) -> list[Action]:
    """Keep free times for a candidate and tell of them, others than those they had; nothing where there are none."""
    interview, now = interview_of(thread, candidate), thread.now
    rows = thread.look_up(bookings.free_times, **interview.asked(diary(), now))
    keep = do(thread, bookings.hold, slots=rows, until=(now + HELD_FOR).isoformat(), now=now.isoformat())
    times, known = [interview.when(row) for row in rows], candidate.clock is not None
    return [keep, Reply("slots", **candidate.letter, times=times, clock_known=known, again=again)] if rows else []


def invite(thread: Thread, candidate: Candidate, row: Mapping[str, Any]) -> list[Action]:
    """Book a time and invite to it: the first, or in place of the one that stood."""
    interview, old = interview_of(thread, candidate), look(thread)
    sequence = old["sequence"] + 1 + old["cancelled"] if old else 0
    entry = do(thread, bookings.book, f"book {sequence}", slot=row, sequence=sequence, now=thread.now.isoformat())
    told = {
        "when": interview.when(row), "moved": bool(old) and not old["cancelled"],
        "people": interview.names, "off": False,
        "calendar": interview.invitation(row, sequence, thread.now),
    }  # fmt: skip
    return [entry, Reply("invitation", **candidate.letter, **told), _tell_people(candidate, "is booked", told)]


def call_off(thread: Thread, candidate: Candidate, why: str) -> list[Action]:
    """Take an interview off the diary and the calendars, and tell people; the candidate hears of it last."""
    old, interview = look(thread), interview_of(thread, candidate)
    if old is None or old["cancelled"] or bookings.slot_of(old).end <= thread.now:
        return [do(thread, bookings.cancel)]
    calendar = interview.cancellation(old, thread.now)
    told = {"when": interview.when(old), "moved": False, "off": True, "calendar": calendar}
    note = _tell_people(candidate, f"is off: {why}", told)
    return [do(thread, bookings.cancel), note, Reply("cancelled", **candidate.letter, **told)]


def _tell_people(candidate: Candidate, what: str, told: Mapping[str, Any]) -> Notify:
    who = candidate.name or candidate.email
    return Notify("interview", subject=f"interview with {who} {what}", **candidate.letter, **told, who=who)
