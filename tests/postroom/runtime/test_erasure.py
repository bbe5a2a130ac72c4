"""Erasing a person: no text and no address is left in journal and engine, and all else stays as it was."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from approval_desk import BO
from desk_agent.agent import Say, agent, record
from mail_wire import WiredSandbox
from review_desk import ReviewDesk, reviewed
from test_audit import told
from test_dead_letters import DESK, run_of
from werkzeug.test import Client

from postroom import Actions, Inbox, Notify, Propose
from postroom.brain.scripted import ScriptedBrain
from postroom.runtime import dead_letters, history
from postroom.runtime.app import Runtime
from postroom.runtime.chain import walk
from postroom.runtime.erasure import NotErasable, erase
from postroom.web import make_app

ZOE = "zoe@leaves.example"
MAX = "max@stays.example"  # whose runs stay in the engine, which all tests share
MARKER = "quincejelly"
Desk = Callable[..., tuple[Runtime, WiredSandbox]]


@pytest.fixture
def desk(run_agent: Callable[..., Any]) -> Desk:
    def begin(what: str = "answer") -> tuple[Runtime, WiredSandbox]:
        brain = ScriptedBrain(Say={"what": what, "body": f"It is {MARKER}."})
        return run_agent(agent, brain, WiredSandbox())  # type: ignore[no-any-return]

    return begin


def ask(runtime: Runtime, sandbox: WiredSandbox, sender: str = ZOE, subject: str = MARKER, **more: Any) -> Any:
    mail = sandbox.post_mail(f"Zoe <{sender}>", DESK, subject, text=f"Is it {MARKER}?", **more)
    runtime.drain()
    return mail


def held_of(runtime: Runtime) -> set[str]:
    """Return in which databases something of the person stands, byte by byte."""
    found = set()
    for name, database in (("journal", runtime.context.journal.database), ("engine", runtime.context.engine.database)):
        for file in (Path(f"{database.url.database}{end}") for end in ("", "-wal")):
            if file.exists() and re.search(rf"leaves\.example|{MARKER}", file.read_text("latin-1")):
                found.add(name)
    return found


@pytest.mark.parametrize("what", ["answer", "escalate", "do", "chase", "nothing", "crash"])
def test_no_text_and_no_address_is_left_and_the_chain_holds(what: str, desk: Desk) -> None:
    runtime, sandbox = desk(what)
    ask(runtime, sandbox)
    assert held_of(runtime) == {"journal", "engine"}
    erased = erase(runtime.context, f"Zoe <{ZOE.upper()}>").erased
    assert held_of(runtime) == set()
    assert "runs: 1" in erased
    found = told(runtime.context.journal)
    assert (found[-1]["event"], found[-1]["details"]["runs"]) == ("erasure", 1)
    walk(found)


def test_what_is_of_another_person_stays(desk: Desk) -> None:
    runtime, sandbox = desk()
    other = ask(runtime, sandbox, "ana@example.com", "Colour")
    before = runtime.context.journal.runs_of_thread(other.thread_id)
    ask(runtime, sandbox)
    erase(runtime.context, ZOE)
    assert runtime.context.journal.runs_of_thread(other.thread_id) == before
    (action,) = runtime.context.journal.actions_of_run(before[0]["run_id"])
    assert (action["recipient"], MARKER in action["frozen"]["text"]) == ("ana@example.com", True)


def test_a_dry_run_counts_and_changes_nothing(desk: Desk) -> None:
    runtime, sandbox = desk()
    thread_id = ask(runtime, sandbox).thread_id
    run, entries = run_of(runtime, thread_id), told(runtime.context.journal)
    would = erase(runtime.context, ZOE, dry_run=True).erased
    assert (run_of(runtime, thread_id), told(runtime.context.journal)) == (run, entries)
    assert would == erase(runtime.context, ZOE).erased


def test_while_something_waits_for_a_person_nothing_is_erased_and_it_is_said_what_to_do(desk: Desk) -> None:
    runtime, sandbox = desk()
    thread_id = ask(runtime, sandbox, MAX, "SHOUTED").thread_id
    run = run_of(runtime, thread_id)
    with pytest.raises(NotErasable, match=f"1 runs .*{re.escape(run['run_id'])} .held.*drafts that wait"):
        erase(runtime.context, MAX)
    assert run_of(runtime, thread_id) == run


@pytest.mark.parametrize("address", [DESK, "team@example.com", "nobody"])
def test_one_of_us_and_what_is_no_address_are_refused(address: str, desk: Desk) -> None:
    runtime, _ = desk()
    with pytest.raises(NotErasable, match="nothing was erased"):
        erase(runtime.context, address)


def test_suppression_stays_and_is_listed_with_its_reason(desk: Desk) -> None:
    runtime, sandbox = desk("stop")
    ask(runtime, sandbox)
    kept = erase(runtime.context, ZOE).kept
    assert any(line.startswith(f"{ZOE} is suppressed (asked to stop)") for line in kept)
    assert runtime.context.journal.suppressed([ZOE]) == {ZOE: "asked to stop"}


def test_what_a_law_keeps_is_listed_and_asked_by_address(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def records(address: str) -> list[str]:
        asked.append(address)
        return ["invoice 2026-14, by tax law until 2036-12-31"]

    monkeypatch.setattr(agent, "kept_by_law", records)
    runtime, _ = desk()
    assert "desk: invoice 2026-14, by tax law until 2036-12-31" in erase(runtime.context, ZOE).kept
    assert asked == [ZOE]


def test_mail_is_left_in_agentmail_unless_it_is_to_go_too(desk: Desk) -> None:
    runtime, sandbox = desk()
    ask(runtime, sandbox)
    kept = erase(runtime.context, ZOE).kept
    assert any("threads in AgentMail: 1; their mail" in line for line in kept)
    assert any("articles made of answers" in line for line in kept)
    threads = sandbox.client().inboxes.threads
    assert threads.list(DESK).count == 1
    told_of = erase(runtime.context, ZOE, mail=True)
    assert "threads in AgentMail: 1" in told_of.erased
    assert not any("their mail is kept" in line for line in told_of.kept)
    assert threads.list(DESK).count == 0


def test_a_planned_follow_up_is_withdrawn_with_its_draft(desk: Desk) -> None:
    runtime, sandbox = desk("chase")
    ask(runtime, sandbox)
    erase(runtime.context, ZOE)
    assert sandbox.client().inboxes.drafts.list(DESK).count == 0
    runtime.advance(timedelta(days=3))
    assert len(sandbox.outbox(to=ZOE)) == 1


def test_mail_of_whom_nobody_vouches_for_is_found_in_agentmail(desk: Desk) -> None:
    runtime, sandbox = desk("nothing")
    ask(runtime, sandbox, auth="none")
    erase(runtime.context, ZOE)
    assert held_of(runtime) == set()


def test_an_erased_mail_that_is_delivered_again_does_nothing_and_a_new_one_is_answered(desk: Desk) -> None:
    runtime, sandbox = desk()
    mail = ask(runtime, sandbox, MAX)
    erase(runtime.context, MAX)
    sandbox.client().inboxes.messages.update(DESK, mail.message_id, add_labels=["unread"])
    runtime.door.catch_up()
    runtime.drain()
    assert (run_of(runtime, mail.thread_id)["status"], len(sandbox.outbox())) == ("erased", 1)
    ask(runtime, sandbox, MAX, in_reply_to=sandbox.outbox()[0].message_id)
    statuses = [run["status"] for run in runtime.context.journal.runs_of_thread(mail.thread_id)]
    assert (statuses, len(sandbox.outbox())) == (["erased", "done"], 2)


def test_an_erased_run_cannot_be_replayed_and_reports_go_on_without_it(desk: Desk) -> None:
    runtime, sandbox = desk("escalate")
    run = run_of(runtime, ask(runtime, sandbox).thread_id)
    erase(runtime.context, ZOE)
    with pytest.raises(dead_letters.NotReplayable, match="is erased"):
        dead_letters.replay(runtime.context, run["run_id"])
    since = runtime.clock.now() - timedelta(days=1)
    (thread,) = history.gather(runtime.context, DESK, "Say", since)["threads"]
    assert thread["decided"] == []


@pytest.mark.parametrize("what", ["answer", "escalate", "do", "stop", "chase"])
def test_the_page_shows_a_thread_and_what_is_left_of_it_once_it_is_erased(what: str, desk: Desk) -> None:
    runtime, sandbox = desk(what)
    thread_id = ask(runtime, sandbox).thread_id
    page = Client(make_app(runtime, secret=str, token="t", sandbox=sandbox))
    before = page.get(f"/threads/{thread_id}", base_url="http://127.0.0.1")
    erase(runtime.context, ZOE)
    after = page.get(f"/threads/{thread_id}", base_url="http://127.0.0.1")
    assert (before.status_code, after.status_code, "erased" in after.text) == (200, 200, True)


def test_rows_of_other_threads_that_name_the_person_are_listed(desk: Desk) -> None:
    runtime, sandbox = desk()
    runtime.context.journal.suppress("other@example.com", "asked", runtime.clock.now())
    other = ask(runtime, sandbox, "ana@example.com", f"About {ZOE}")
    kept = erase(runtime.context, ZOE).kept
    assert any("of other threads, or of none, name" in line for line in kept)
    assert run_of(runtime, other.thread_id)["status"] == "done"


@pytest.mark.parametrize("say", ["Dear Zoe, it is fine now.", "take over"])
def test_what_our_people_were_told_of_a_persons_thread_goes_too(
    run_agent: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, say: str
) -> None:
    reviewed(monkeypatch)
    desk = ReviewDesk(run_agent, "escalate")
    desk.sandbox.post_mail(f"Zoe <{ZOE}>", DESK, MARKER, text="Is it?")
    desk.settle()
    handed = desk.sandbox.outbox(BO)[0]
    assert MARKER in desk.to_review().text  # a line of the subject alone
    desk.sandbox.post_mail(BO, DESK, f"Re: {handed.subject}", text=say, in_reply_to=handed.message_id)
    desk.finish()
    erase(desk.runtime.context, ZOE)
    assert held_of(desk.runtime) == set()


def test_while_an_answer_to_a_review_that_shows_them_is_under_way_nothing_is_erased(
    run_agent: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    reviewed(monkeypatch)
    desk = ReviewDesk(run_agent, "escalate")
    desk.sandbox.post_mail(f"Max <{MAX}>", DESK, "Colour", text="What colour?")
    desk.settle()
    digest = desk.to_review()
    desk.sandbox.post_mail(BO, DESK, f"Re: {digest.subject}", text="1 take over", in_reply_to=digest.message_id)
    desk.runtime.drain()  # what it hands in waits for the clock
    with pytest.raises(NotErasable, match="under way"):
        erase(desk.runtime.context, MAX)


def test_reports_and_proposals_made_of_a_persons_thread_go_too_and_do_not_come_back(
    run_agent: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    known: list[frozenset[str]] = []

    def report(inbox: Inbox) -> Actions:
        past = inbox.history(Say, since=inbox.now - timedelta(days=3))
        known.append(past.proposed)
        words = " ".join(text for thread in past.threads for text in thread.by_people)
        asked = Propose(record, f"Is it {MARKER}?", title="New", text=words or "none", because=f"it was {MARKER}")
        return Actions(Notify("plain", subject="report", body=words), *([asked] if words else []))

    reviewed(monkeypatch)
    monkeypatch.setattr(agent, "crons", [dataclasses.replace(cron, handler=report) for cron in agent.crons])
    desk = ReviewDesk(run_agent, "escalate")
    desk.sandbox.post_mail(f"Zoe <{ZOE}>", DESK, "Hello", text="Is it?")
    desk.settle()
    handed = desk.sandbox.outbox(BO)[0]
    words = f"Dear Zoe, it is {MARKER} now."
    desk.sandbox.post_mail(BO, DESK, f"Re: {handed.subject}", text=words, in_reply_to=handed.message_id)
    desk.settle()
    desk.runtime.advance(timedelta(days=1))
    with pytest.raises(NotErasable, match=r"cron:\w+ .held."):
        erase(desk.runtime.context, ZOE)
    for review in desk.reviews():
        desk.answer(f"edit\nIt is {MARKER}, always.", review=review)
    for review in desk.reviews():
        desk.answer("reject", review=review)
    desk.runtime.advance(timedelta(days=6))
    for review in desk.reviews():
        desk.answer("reject", review=review)
    assert known[-1] == {f"Is it {MARKER}?"}
    erase(desk.runtime.context, ZOE)
    assert held_of(desk.runtime) == set()
    desk.runtime.advance(timedelta(days=1))
    assert known[-1] == frozenset()
