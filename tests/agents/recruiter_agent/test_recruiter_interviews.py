"""Interviews from outside: what candidates' calendars are told, and that nobody of the panel is asked twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from recruiting_desk import INBOX, THURSDAY, Desk

from postroom.brain.offline import OfflineBrain
from postroom.runtime.erasure import erase
from postroom_bench.calendar_answers import answer_to
from postroom_kit.hiring.diary import Diary
from recruiter_agent.files import diary


@pytest.fixture
def desk(run_agent: Callable[..., Any], offline_brain: OfflineBrain, tmp_path: Path) -> Callable[..., Desk]:
    return partial(Desk, run_agent, offline_brain, tmp_path)


def test_a_move_and_a_withdrawal_reach_the_same_entry_of_a_calendar(desk: Callable[..., Desk]) -> None:
    ours = desk("ana")
    ours.say("ana", "3")
    ours.runtime.advance(timedelta(days=1, hours=1))
    ours.say("ana", "Something came up, can we find another time?")
    ours.say("ana", "2 please")
    ours.runtime.advance(timedelta(days=1, hours=1))
    ours.say("ana", "I have accepted another offer and withdraw.")
    found = ours.calendars("ana")
    events = [each.walk("VEVENT")[0] for each in found]
    assert [str(each["METHOD"]) for each in found] == ["REQUEST", "REQUEST", "CANCEL"]
    assert [int(event["SEQUENCE"]) for event in events] == [0, 1, 2]
    assert len({str(event["UID"]) for event in events}) == 1
    guests = [str(who) for who in events[0]["ATTENDEE"]]
    assert guests == ["mailto:ana@example.com", "mailto:jana@larkmere.example", "mailto:idris@larkmere.example"]
    assert str(events[0]["ORGANIZER"]) == f"mailto:{INBOX}"
    assert Diary(Path(diary())).taken(ours.sandbox.clock.now()) == {}


@pytest.mark.parametrize(
    "text",
    [
        "Sorry, I have to cancel the interview on Wednesday. Could we do Friday instead?",
        "No thanks, nothing has to be arranged. See you then!",
        "I found the job description on your site, it looks great. See you then.",
        "I withdraw my application. What is the salary, out of curiosity?",
    ],
)
def test_an_interview_is_called_off_by_plain_words_alone(desk: Callable[..., Desk], text: str) -> None:
    ours = desk("ana")
    ours.say("ana", "1")
    ours.say("ana", text)
    assert "recruiter/with-human" in ours.thread("ana").labels
    assert "is off" not in ours.last("ana")
    assert not ours.runtime.context.journal.suppressed("ana@example.com")


def test_two_candidates_are_never_offered_the_same_time(desk: Callable[..., Desk]) -> None:
    ours = desk("ana", "ben")
    offered = [{line for line in ours.last(name).splitlines() if "Europe/Berlin" in line} for name in ("ana", "ben")]
    times = [{line[3:] for line in lines} for lines in offered]
    assert all(len(each) == 3 for each in times)
    assert not times[0] & times[1]
    ours.say("ana", "1")
    ours.say("ben", "1")
    starts = [ours.calendars(name)[0].walk("VEVENT")[0].decoded("DTSTART") for name in ("ana", "ben")]
    assert starts[0] != starts[1]


def test_a_time_that_was_kept_too_long_and_went_to_another_is_not_booked_twice(desk: Callable[..., Desk]) -> None:
    ours = desk("ana")
    mine = Diary(Path(diary()))
    (key,) = {row["uid"] for row in _held(ours)}
    late = ours.sandbox.clock.now() + timedelta(days=5)
    slots = mine.held(key)
    assert mine.hold("another", slots, late + timedelta(days=1), late) == slots
    ours.runtime.advance(timedelta(days=3))
    ours.say("ana", "3")
    assert len(ours.calendars("ana")) <= 1
    booked = [each for each in (mine.booking(key), mine.booking("another")) if each]
    assert len(booked) <= 1


def _held(ours: Desk) -> list[dict[str, Any]]:
    runs = ours.runtime.context.journal.runs_with_status("done", limit=100)
    rows = [row for run in runs for row in ours.runtime.context.journal.actions_of_run(run["run_id"])]
    return [
        row["frozen"]["values"] for row in rows if row["kind"] == "Do" and row["frozen"]["function"].endswith(":hold")
    ]


def test_the_diary_holds_nobodys_name_or_address(desk: Callable[..., Desk]) -> None:
    ours = desk("ana")
    ours.say("ana", "3")
    ours.runtime.advance(timedelta(days=1))
    ours.say("ana", rsvp="ACCEPTED")
    found = Path(diary()).read_bytes().lower()
    assert b"@example.com" not in found
    assert b"accepted" in found


def test_what_people_judge_by_comes_without_the_mail_it_was_taken_from(desk: Callable[..., Desk]) -> None:
    ours = desk("ana")
    (shown,) = [mail for mail in ours.sandbox.outbox("team@example.com") if "to be looked at" in (mail.subject or "")]
    raw = ours.sandbox.client().inboxes.messages.get_raw(INBOX, shown.message_id)
    assert b"message/rfc822" not in ours.runtime.context.http.get(raw.download_url).content


def test_a_no_in_thanks_ends_an_interview_that_is_booked(desk: Callable[..., Desk]) -> None:
    ours = desk("ana")
    ours.say("ana", "3")
    ours.say("ana", "No thank you, I stay where I am.")
    assert [str(each["METHOD"]) for each in ours.calendars("ana")] == ["REQUEST", "CANCEL"]
    before = len(ours.sandbox.outbox("ana@example.com"))
    ours.runtime.advance(timedelta(days=20))
    assert len(ours.sandbox.outbox("ana@example.com")) == before


def test_thanks_that_tell_of_something_are_read_by_somebody(desk: Callable[..., Desk]) -> None:
    ours = desk("ana")
    ours.say("ana", "3")
    ours.say("ana", "Thank you! My train arrives at ten only.")
    assert "recruiter/with-human" in ours.thread("ana").labels


def test_a_wish_of_somebody_else_for_no_more_mail_calls_no_interview_off(desk: Callable[..., Desk]) -> None:
    ours = desk("ana")
    ours.say("ana", "3")
    ours.say("ana", "Please stop writing to me.", from_other="Mallory <mallory@example.net>")
    assert "recruiter/with-human" in ours.thread("ana").labels
    assert [str(each["METHOD"]) for each in ours.calendars("ana")] == ["REQUEST"]


def test_an_interview_is_called_off_at_once_though_it_is_a_weekend(desk: Callable[..., Desk]) -> None:
    ours = desk("ana", start=THURSDAY)
    ours.say("ana", "1")
    ours.runtime.advance(timedelta(days=2))
    assert f"{ours.sandbox.clock.now():%A}" == "Saturday"
    ours.label("ana", "recruiter/declined")
    ours.runtime.advance(timedelta(hours=2))
    assert [str(each["METHOD"]) for each in ours.calendars("ana")] == ["REQUEST", "CANCEL"]


def test_a_reminder_leaves_on_the_sunday_before_a_monday(desk: Callable[..., Desk]) -> None:
    ours = desk("ana", start=THURSDAY)
    ours.say("ana", "1")
    start = ours.calendars("ana")[0].walk("VEVENT")[0].decoded("DTSTART")
    assert f"{start:%A}" == "Monday"
    ours.runtime.advance(start - timedelta(hours=2) - ours.sandbox.clock.now())
    assert "a short reminder" in ours.last("ana")


def test_who_is_erased_is_in_the_diary_no_more_and_the_panel_has_its_time_back(desk: Callable[..., Desk]) -> None:
    ours = desk("ana")
    ours.say("ana", "3")
    ours.runtime.advance(timedelta(minutes=1))
    assert Diary(Path(diary())).taken(ours.sandbox.clock.now())
    erase(ours.runtime.context, "ana@example.com", mail=True)
    assert Diary(Path(diary())).taken(ours.sandbox.clock.now()) == {}


def test_files_that_name_who_is_erased_are_told_of(desk: Callable[..., Desk]) -> None:
    ours = desk("ana")
    kept = erase(ours.runtime.context, "ingrid.solberg@example.com", dry_run=True).kept
    assert any("data/campaigns/backend-spring.csv names ingrid.solberg@example.com" in line for line in kept)


def test_a_question_beside_the_time_that_is_taken_reaches_people(desk: Callable[..., Desk]) -> None:
    ours = desk("ana")
    ours.say("ana", "2 please. Is there a place to park?")
    assert len(ours.calendars("ana")) == 1
    (asked,) = ours.told_people("open question")
    assert "Is there a place to park?" in asked


def test_an_interview_stays_booked_when_people_give_the_thread_back(desk: Callable[..., Desk]) -> None:
    ours = desk("ana")
    ours.say("ana", "3")
    ours.say("ana", "I will bring my own slides, and my dog.")
    assert "recruiter/with-human" in ours.thread("ana").labels
    ours.label("ana", "recruiter/answered")
    ours.runtime.advance(timedelta(hours=2))
    assert "recruiter/booked" in ours.thread("ana").labels
    ours.runtime.advance(timedelta(days=20))
    assert "recruiter/review" in ours.thread("ana").labels
    assert [str(each["METHOD"]) for each in ours.calendars("ana")] == ["REQUEST"]
    assert "a short reminder" in "".join(mail.text or "" for mail in ours.sandbox.outbox("ana@example.com"))


def test_a_time_is_taken_right_after_people_gave_the_thread_back(desk: Callable[..., Desk]) -> None:
    ours = desk("ana")
    ours.say("ana", "Who decides about the budget of the team, and how?")
    ours.label("ana", "recruiter/answered")
    ours.say("ana", "2 please")
    assert len(ours.calendars("ana")) == 1
    assert "recruiter/booked" in ours.thread("ana").labels


def test_what_one_of_the_panel_answers_to_the_invitation_reaches_people(desk: Callable[..., Desk]) -> None:
    ours = desk("ana")
    ours.say("ana", "3")
    said = answer_to(ours.calendars("ana")[0].to_ical().decode(), "jana@larkmere.example", "DECLINED", timedelta())
    raw = EmailMessage()
    raw["From"], raw["To"], raw["Subject"] = "Jana <jana@larkmere.example>", INBOX, "Declined: Interview"
    raw["Message-ID"] = "<declined@larkmere.example>"
    raw.set_content(said, subtype="calendar", params={"method": "REPLY"})
    ours.sandbox.receive(raw.as_bytes(), "jana@larkmere.example", [INBOX])
    ours.stage.settle()
    (told,) = ours.told_people("of the panel")
    assert "jana@larkmere.example" in told
    assert "DECLINED" in told


def test_the_opt_out_of_a_mail_program_gives_the_panel_its_time_back_and_people_hear_of_it(
    desk: Callable[..., Desk],
) -> None:
    ours = desk("ana")
    ours.say("ana", "3")
    header = ours.sandbox.outbox("ana@example.com")[-1].headers["List-Unsubscribe"]
    ours.say("ana", reply=False, subject=unquote(header.partition("subject=")[2].rstrip(">")))
    ours.runtime.advance(timedelta(minutes=1))
    assert Diary(Path(diary())).taken(ours.sandbox.clock.now()) == {}
    assert ours.told_people("is off: opted out")


def test_an_invitation_of_the_candidates_own_is_for_people(desk: Callable[..., Desk]) -> None:
    ours = desk("ana")
    said = "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:hers@example.com\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    part = {"filename": "invite.ics", "content_type": "text/calendar; method=REPLY", "text": said}
    ours.say("ana", "I put Thursday into your calendar.", attachments=[part])
    assert "recruiter/with-human" in ours.thread("ana").labels
