"""Files in and out: a handler reads one that came with a mail, and an invitation goes along with an answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from desk_agent.agent import State, agent
from mail_wire import WiredSandbox

from agentmail_sandbox.mime_read import Part
from postroom import Message, Reply, Thread, Transition
from postroom.brain.scripted import ScriptedBrain
from postroom_bench.play import CrashingEngine
from postroom_kit.hiring.invitations import Guest, Meeting, invitation
from postroom_kit.mail_reading.calendars import read_calendar
from postroom_kit.mail_reading.mime import read_mime

INBOX = "desk@sandbox.test"
READ: list[str] = []
START = datetime(2026, 12, 3, 15, tzinfo=ZoneInfo("Europe/Berlin"))
ICS = invitation(
    Meeting("uid-1@desk", START, 45, "Interview", Guest(INBOX), (Guest("ana@example.com", "Ana"),)),
    datetime(2026, 12, 1, tzinfo=UTC),
)


def length_of(content: bytes, filename: str, unit: str) -> dict[str, Any]:
    """Return how long a file is."""
    READ.append(filename)
    return {"said": f"{filename}: {len(content)} {unit}"}


def read_it(message: Message, thread: Thread) -> Transition:
    (file,) = message.attachments
    found = thread.read_file(message, file, length_of, unit="bytes")
    return Transition(State.DONE, Reply("plain", body=found["said"]))


def invite(message: Message, thread: Thread) -> Transition:
    return Transition(State.DONE, Reply("plain", body="See you then.", calendar=ICS))


def write(run_agent: Callable[..., Any], crash: str | None = None) -> tuple[Any, WiredSandbox]:
    runtime, sandbox = run_agent(agent, ScriptedBrain(), WiredSandbox(), wrap_engine=CrashingEngine)
    runtime.context.engine.after = crash
    file = Part(b"Python", "cv.txt", "text/plain")
    sandbox.post_mail("Ana <ana@example.com>", INBOX, "My CV", text="Here it is.", attachments=[file])
    runtime.drain()
    return runtime, sandbox


def test_a_file_is_read_once_and_heard_again_after_a_crash(
    run_agent: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    READ.clear()
    monkeypatch.setitem(agent.on_mail, State.NEW, read_it)
    _, sandbox = write(run_agent, crash="length_of")
    (mail,) = sandbox.outbox("ana@example.com")
    assert ": 6 bytes" in (mail.text or "")
    assert READ == ["cv.txt"]


def test_an_invitation_leaves_as_a_calendar_part_with_its_method(
    run_agent: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(agent.on_mail, State.NEW, invite)
    runtime, sandbox = write(run_agent, crash="Reply")
    (mail,) = sandbox.outbox("ana@example.com")
    found = sandbox.client().inboxes.messages.get_raw(INBOX, mail.message_id)
    raw = runtime.context.http.get(found.download_url).content
    assert b'method="REQUEST"' in raw
    read = read_calendar(read_mime(raw))
    assert read is not None
    assert (read.method, read.uid) == ("REQUEST", "uid-1@desk")


def test_a_text_that_is_no_invitation_does_not_leave_as_one(
    run_agent: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(message: Message, thread: Thread) -> Transition:
        return Transition(State.DONE, Reply("plain", body="See you.", calendar="BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"))

    monkeypatch.setitem(agent.on_mail, State.NEW, broken)
    _, sandbox = write(run_agent)
    assert not sandbox.outbox("ana@example.com")
