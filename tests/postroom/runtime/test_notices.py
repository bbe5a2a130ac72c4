"""What machines report in mail reaches handlers and stops mail; a person's mail stays a person's, whatever it looks."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from desk_agent.agent import State, agent
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mail_wire import WiredSandbox

from postroom import Message, Reply, Suppress, Thread, Transition
from postroom.brain.scripted import ScriptedBrain
from postroom.mailbox import reading
from postroom.runtime import notices
from postroom.runtime.app import Runtime
from postroom.runtime.tables import reports
from postroom_bench.play import CrashingEngine

ANA, BOB, DESK = "ana@example.com", "bob@example.com", "desk@sandbox.test"
DAEMON = "Mail System <postmaster@mx.example>"
KINDS = ("auto_reply", "bounce", "complaint", "calendar", "list")
Start = Callable[..., tuple[Runtime, WiredSandbox]]
numbers = itertools.count()


class Desk:
    """An agent that answers people, and notes the events it is told of."""

    def __init__(self, run_agent: Start, **more: Any) -> None:
        self.runtime, self.sandbox = run_agent(agent, ScriptedBrain(), WiredSandbox(), **more)
        self.told: list[Any] = []

    def raw(self, body: str, *head: str, sender: str = DAEMON, subject: str = "Note", to: str = DESK) -> Any:
        """Let a raw mail come in and its run end; return what the sandbox says of it."""
        number = next(numbers)
        lines = [f"From: {sender}", f"To: {to}", f"Subject: {subject}", f"Message-ID: <{number}@mx.example>", *head]
        address = reading.addresses(sender)[0]
        (found,) = self.sandbox.receive("\r\n".join([*lines, "", *body.split("\n")]).encode(), address, [DESK])
        self.runtime.drain()
        return found

    def ask(self, sender: str = ANA) -> Any:
        """Let a person ask, and be answered; return the answer as AgentMail has it."""
        self.sandbox.post_mail(sender, DESK, "Order", text="What colour?")
        self.runtime.drain()
        sent = self.sandbox.client().inboxes.messages.list(DESK, labels=["sent"]).messages
        return next(mail for mail in sent if sender in mail.to)

    def stops(self, *addresses: str) -> dict[str, set[str]]:
        """Return who hears no more, surely or by doubtful mail."""
        found = self.runtime.context.journal.stops(addresses)
        return {name: set(found[name]) for name in ("suppressed", "doubted")}

    @property
    def fetched(self) -> int:
        """Return how many raw mails were asked for."""
        return self.sandbox.wire.count(r"GET .*/raw$")


@pytest.fixture
def desk(run_agent: Start, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return opened(run_agent, monkeypatch)


def opened(run_agent: Start, monkeypatch: pytest.MonkeyPatch, **more: Any) -> Desk:
    made: list[Desk] = []

    def note(_: Message | None, thread: Thread) -> None:
        made[0].told.append(thread.event)

    def answer(*_: Any) -> Transition:
        return Transition(State.DONE, Reply("plain", body="Blue."))

    monkeypatch.setattr(agent, "crons", [])
    monkeypatch.setattr(agent, "on_events", {(kind, None): note for kind in KINDS})
    for state in (State.NEW, State.DONE):
        monkeypatch.setitem(agent.on_mail, state, answer)
    made.append(Desk(run_agent, **more))
    return made[0]


def report(original: Any, recipient: str = ANA, status: str = "5.1.1", action: str = "failed") -> str:
    """Return the body of a delivery report between lines of `--b`, about a mail of ours."""
    said = f"Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; {recipient}\nAction: {action}\nStatus: {status}"
    head = f"Message-ID: {original}\nFrom: {DESK}\nTo: {recipient}"
    return (
        f"--b\nContent-Type: text/plain\n\nSorry.\n--b\nContent-Type: message/delivery-status\n\n{said}\n"
        f"--b\nContent-Type: text/rfc822-headers\n\n{head}\n--b--"
    )


MIXED = "Content-Type: multipart/mixed; boundary=b"
REPORT = "Content-Type: multipart/report; report-type=delivery-status; boundary=b"


@pytest.mark.parametrize("head", [MIXED, REPORT], ids=["known by its parts", "known by its header"])
def test_a_report_by_mail_tells_the_handler_and_stops_mail_to_the_address(desk: Desk, head: str) -> None:
    ours = desk.ask().message_id
    desk.raw(report(ours), head)
    (event,) = desk.told
    assert event == {
        "kind": "bounce",
        "recipients": [{"address": ANA, "status": "5.1.1"}],
        "message_id": ours,
        "doubted": False,
        "type": "Permanent",
        "permanent": True,
        "action": "failed",
        "diagnostic": "5.1.1",
    }
    assert desk.stops(ANA) == {"suppressed": {ANA}, "doubted": set()}


@pytest.mark.parametrize(("status", "action"), [("5.2.2", "failed"), ("4.4.1", "delayed")])
def test_a_report_of_what_may_pass_stops_nothing(desk: Desk, status: str, action: str) -> None:
    desk.raw(report(desk.ask().message_id, status=status, action=action), REPORT)
    assert [(event["permanent"], event["action"]) for event in desk.told] == [(False, action)]
    assert desk.stops(ANA) == {"suppressed": set(), "doubted": set()}


def test_a_report_that_names_no_mail_of_ours_is_doubted_for_whom_we_wrote_to_and_nothing_for_strangers(
    desk: Desk,
) -> None:
    desk.ask()
    desk.raw(report("<forged@mx.example>"), REPORT)
    desk.raw(report("<forged@mx.example>", "cy@example.com"), REPORT)
    assert [(len(event["recipients"]), event["doubted"]) for event in desk.told] == [(1, True), (0, False)]
    assert desk.stops(ANA, "cy@example.com") == {"suppressed": set(), "doubted": {ANA}}


def test_a_report_about_a_mail_of_ours_counts_for_its_own_recipients_alone(desk: Desk) -> None:
    answered = desk.ask(BOB).message_id
    desk.ask(ANA)
    desk.raw(report(answered, ANA), REPORT, sender=f"Bob <{BOB}>")
    assert desk.stops(ANA, BOB) == {"suppressed": set(), "doubted": {ANA}}


def reported(desk: Desk) -> list[tuple[str, str]]:
    with desk.runtime.context.journal.database.connect() as connection:
        return [(row.kind, row.message_id) for row in connection.execute(sa.select(reports))]


def test_a_handlers_suppress_on_a_doubtful_report_is_doubtful_too(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.ask()
    monkeypatch.setitem(agent.on_events, ("bounce", None), lambda *_: Transition(State.DONE, Suppress("gone")))
    desk.raw(report("<forged@mx.example>", status="5.2.2"), REPORT)
    assert desk.stops(ANA, "postmaster@mx.example") == {"suppressed": set(), "doubted": {ANA}}


@pytest.mark.parametrize(("kind", "stopped"), [("abuse", {ANA}), ("not-spam", set())])
def test_a_complaint_by_mail_stops_mail_unless_it_is_none(desk: Desk, kind: str, stopped: set[str]) -> None:
    ours = desk.ask().message_id
    said = f"Feedback-Type: {kind}\nVersion: 1\nOriginal-Rcpt-To: {ANA}"
    parts = f"--b\n\nSpam.\n--b\nContent-Type: message/feedback-report\n\n{said}\n"
    parts += f"--b\nContent-Type: message/rfc822\n\nMessage-ID: {ours}\nTo: {ANA}\n\nHi\n--b--"
    desk.raw(parts, MIXED)
    (event,) = desk.told
    assert (event["kind"], event["recipients"], event["type"]) == ("complaint", [ANA], kind)
    assert desk.stops(ANA)["suppressed"] == stopped
    assert reported(desk) == [("complaint", ours) for _ in stopped]


def test_an_absent_writers_reply_tells_when_they_are_back(desk: Desk) -> None:
    desk.raw(
        "I am back on 3 May 2027.",
        "Date: Thu, 22 Apr 2027 09:00:00 +0000",
        sender=ANA,
        subject="Automatic reply: Order",
    )
    assert desk.told == [{"kind": "auto_reply", "until": "2027-05-03"}]
    assert desk.sandbox.outbox() == []


def test_an_answer_to_an_invitation_tells_who_answered_what(desk: Desk) -> None:
    said = (
        "BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:call-1@sandbox.test\nDTSTART;TZID=Europe/Berlin:20270503T100000\n"
        'ATTENDEE;CN="Ana: Duarte";PARTSTAT=ACCEPTED:mailto:Ana@exam\n ple.com\nEND:VEVENT\nEND:VCALENDAR'
    )
    desk.raw(f"--b\n\nAna accepts.\n--b\nContent-Type: text/calendar; method=REPLY\n\n{said}\n--b--", MIXED, sender=ANA)
    answer = {"method": "REPLY", "attendee": ANA, "partstat": "ACCEPTED"}
    start = "2027-05-03T10:00:00+02:00"
    assert desk.told == [{"kind": "calendar", **answer, "uid": "call-1@sandbox.test", "start": start}]


def test_plain_mail_of_people_costs_no_further_call(desk: Desk) -> None:
    desk.ask()
    desk.raw("Where is it?", sender=ANA, subject="Re: Order")
    assert desk.fetched == 0
    assert len(desk.sandbox.outbox(ANA)) == 2


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Re: Undeliverable: Offer", "I got this bounce. What now?"),
        ("Your parcel (undeliverable)", "It came back. Why?"),
        ("Invitation", "Here is my calendar file."),
    ],
)
def test_mail_of_people_that_only_looks_like_a_machines_is_answered_and_fetched_once(
    desk: Desk, subject: str, text: str
) -> None:
    sender = "Ana Daemon <ana.delivery@example.com>"
    part = (
        "--b\nContent-Type: text/calendar; method=REQUEST\nContent-Disposition: attachment; filename=a.ics\n\nX\n--b--"
    )
    first = desk.raw(f"--b\n\n{text}\n{part}", MIXED, sender=sender, subject=subject)
    desk.raw("Anybody there?", f"In-Reply-To: {first.message_id}", sender=ANA)
    assert (desk.told, desk.fetched) == ([], 1)
    assert len(desk.sandbox.outbox("ana.delivery@example.com")) == 1


def test_what_a_notice_is_stays_known_to_later_runs_on_its_thread(desk: Desk) -> None:
    first = desk.raw(report(desk.ask().message_id), MIXED)
    desk.raw("Where is it?", f"In-Reply-To: {first.message_id}", sender=BOB)
    assert desk.fetched == 1
    *_, run = desk.runtime.context.journal.runs_of_thread(first.thread_id)
    assert [notice["kind"] for notice in run["frozen"]["notices"].values()] == ["bounce"]
    assert not run["frozen"]["from_person"]


def test_a_raw_mail_that_cannot_be_had_is_read_by_what_agentmail_shows(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "LARGEST", 10)
    desk.ask()
    words = f"Delivery has failed to these recipients:\n\n{ANA}\n550 5.1.1 user unknown"
    desk.raw(words, sender="Mail Delivery System <mail@mx.example>", subject="Undeliverable: Order")
    desk.raw("Where is my parcel?", sender="Mail Delivery Ltd <mail@courier.example>", subject="Undeliverable parcel")
    assert [(event["kind"], event["recipients"][0]["address"]) for event in desk.told] == [("bounce", ANA)]
    assert len(desk.sandbox.outbox("mail@courier.example")) == 1


def test_a_raw_mail_that_may_be_had_later_is_read_later(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = desk.ask().message_id
    with monkeypatch.context() as patch:

        def fail(*_: Any) -> bytes:
            raise httpx.ConnectError("the files are away")

        patch.setattr(notices, "download", fail)
        desk.raw(report(ours), MIXED)
        (run,) = desk.runtime.context.journal.runs_with_status("dead")
        assert run["retry_at"] is not None
    desk.runtime.advance(run["retry_at"] - desk.runtime.clock.now())
    assert [event["kind"] for event in desk.told] == ["bounce"]


def test_a_raw_mail_that_is_not_as_its_headers_say_makes_no_machine_a_person(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "download", lambda *_: b"From: ana@example.com\nSubject: Hi\n\nHello\n")
    desk.raw("Away.", "Auto-Submitted: auto-replied", sender=ANA)
    desk.raw(report("<x@mx.example>"), REPORT)
    assert [event["kind"] for event in desk.told] == ["auto_reply", "bounce"]
    assert [event.get("recipients", []) for event in desk.told] == [[], []]
    assert desk.sandbox.outbox() == []


@pytest.mark.parametrize("after", ["load", "labels"])
def test_a_death_neither_loses_nor_doubles_what_a_report_stops(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch, after: str
) -> None:
    desk = opened(run_agent, monkeypatch, wrap_engine=CrashingEngine)
    ours = desk.ask().message_id
    desk.runtime.context.engine.after = after  # type: ignore[attr-defined]
    desk.raw(report(ours), MIXED)
    assert desk.stops(ANA)["suppressed"] == {ANA}
    assert {event["message_id"] for event in desk.told} == {ours}
    assert [entry.entry for entry in desk.sandbox.client().lists.list("send", "block").entries] == [ANA]
    assert desk.fetched == 1


def test_ten_megabytes_and_endless_nesting_are_read(desk: Desk) -> None:
    ours = desk.ask().message_id
    deep = "".join(f"--b{n}\nContent-Type: multipart/mixed; boundary=b{n + 1}\n\n" for n in range(3_000))
    desk.raw(report(ours).replace("Sorry.", "Sorry. " * 1_500_000), MIXED)
    desk.raw(deep, "Content-Type: multipart/mixed; boundary=b0", sender=DAEMON)
    assert [event["kind"] for event in desk.told] == ["bounce"]
    assert desk.runtime.context.journal.runs_with_status("dead") == []


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=2_000), ours=st.booleans())
def test_whatever_the_raw_mail_holds_the_run_ends(desk: Desk, raw: bytes, ours: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        head = b"Content-Type: multipart/report; report-type=delivery-status\n\n" if ours else b""
        patch.setattr(notices, "download", lambda *_: head + raw)
        desk.raw("Hello", subject="Undeliverable: x")
    assert desk.runtime.context.journal.runs_with_status("dead") == []
