"""`postroom threads` on a running process: AgentMail's threads, whatever the journal knows of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from click.testing import Result

from agentmail_sandbox import Sandbox
from postroom.runtime.app import Runtime

DESK = "desk@sandbox.test"
Call = Callable[..., Result]
Start = Callable[..., tuple[Runtime, Sandbox, Call]]


@pytest.fixture
def start(desk: Start) -> Start:
    """Return a function that serves the desk and gives what calls `postroom threads`."""

    def begin(what: str, sandbox: Sandbox | None = None) -> tuple[Runtime, Sandbox, Call]:
        runtime, sandbox, call = desk(what, sandbox)
        return runtime, sandbox, partial(call, "threads")

    return begin


def post(runtime: Runtime, sandbox: Sandbox, sender: str, subject: str, **more: Any) -> str:
    mail = sandbox.post_mail(sender, DESK, subject, "What colour?", **more)
    runtime.drain()
    return str(mail.thread_id)


def test_threads_are_listed_with_inbox_state_activity_status_and_who_wrote_what(start: Start) -> None:
    runtime, sandbox, threads = start("escalate")
    thread_id = post(runtime, sandbox, "Ana Duarte <ana@example.com>", "An odd colour")
    listed = threads()
    assert (listed.exit_code, len(listed.stdout.splitlines())) == (0, 1)
    at = sandbox.client().threads.get(thread_id).timestamp
    for said in [
        f"{thread_id}  {DESK}  desk/with-human  {at:%Y-%m-%d %H:%M} UTC  done  ",
        "Ana Duarte: An odd colour",
    ]:
        assert said in listed.stdout


def test_the_thread_that_was_active_last_comes_first_and_mail_to_our_people_is_left_out(start: Start) -> None:
    runtime, sandbox, threads = start("escalate")
    for number in range(3):
        sandbox.clock.advance(timedelta(minutes=1))
        post(runtime, sandbox, f"ana{number}@example.com", f"number {number}")
    assert [line[-1] for line in threads().stdout.splitlines()] == ["2", "1", "0"]


def test_a_thread_with_spam_is_listed_and_marked(start: Start) -> None:
    runtime, sandbox, threads = start("answer")
    post(runtime, sandbox, "ana@example.com", "Colour")
    (sent,) = sandbox.outbox()
    post(runtime, sandbox, "ana@example.com", "More", in_reply_to=sent.message_id, headers={"X-Sandbox-Spam": "yes"})
    assert "(has spam)  ana@example.com: Colour" in threads().stdout


def test_a_lost_database_loses_no_thread_from_the_list(start: Start) -> None:
    old, sandbox, before = start("answer")
    thread_id = post(old, sandbox, "ana@example.com", "Colour")
    new, _, threads = start("answer", sandbox)
    assert threads().stdout == before().stdout.replace("  done  ana", "  no run  ana")
    assert "desk/done" in threads().stdout
    alone = threads(thread_id)
    assert (alone.exit_code, "the journal knows of no run there" in alone.stdout) == (0, True)
    assert threads().stdout.strip() in alone.stdout
    assert new.context.journal.runs_of_thread(thread_id) == []


def test_the_threads_of_one_agent_may_be_asked_for(start: Start) -> None:
    runtime, sandbox, threads = start("answer")
    post(runtime, sandbox, "ana@example.com", "Colour")
    assert threads("desk").stdout == threads().stdout != ""


def test_the_story_of_a_thread_is_told(start: Start) -> None:
    runtime, sandbox, threads = start("answer")
    told = threads(post(runtime, sandbox, "ana@example.com", "Colour")).stdout
    assert told.startswith("— mail run: done")
    assert "It is blue." in told


@pytest.mark.parametrize("asked", ["NOSUCH", "no/such?thread", "sdr"])
def test_what_is_no_thread_and_no_agent_is_refused_with_those_that_run_and_are_known(asked: str, start: Start) -> None:
    _, _, threads = start("answer")
    result = threads(asked)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert f"'{asked}' is no thread here, nor an agent that runs here; running: desk ({DESK})" in result.stderr
    assert "agents known: " in result.stderr
    assert "support" in result.stderr.partition("agents known: ")[2].strip().split(", ")


def test_a_thread_of_an_inbox_that_is_no_agents_is_not_told_of(start: Start) -> None:
    _, sandbox, threads = start("answer")
    other = sandbox.client().inboxes.create(request={"username": "other"}).inbox_id
    mail = sandbox.post_mail("ana@example.com", other, "Private", "x")
    result = threads(str(mail.thread_id))
    assert (result.exit_code, "Private" in result.output) == (2, False)


def test_what_strangers_wrote_cannot_steer_a_terminal(start: Start) -> None:
    runtime, sandbox, threads = start("answer")
    post(runtime, sandbox, "ana@example.com", "red \x1b[31m and \u202eback")
    assert "red  [31m and  back" in threads().stdout


def test_an_agentmail_that_does_not_serve_is_a_sentence(start: Start) -> None:
    _, sandbox, threads = start("answer")
    sandbox.chaos.fail(r"GET /v0/inboxes/[^/]+/threads", status=400, code="bad_request")
    result = threads()
    assert (result.exit_code, "AgentMail does not serve" in result.stderr) == (1, True)
