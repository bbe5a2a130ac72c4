"""What we start has its budgets too: mail to our people because of one writer, and mail that begins a thread."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from desk_agent.agent import State, agent

from agentmail_sandbox import Sandbox
from postroom import Actions, Escalate, Notify, Reply, Send, Transition, hours
from postroom.brain.scripted import ScriptedBrain
from postroom.delays import Delay
from postroom.policy.gate import MOST_TO_PEOPLE_PER_WRITER_AND_DAY
from postroom.runtime.app import Runtime
from postroom.transition import Action

DESK, EVE, TEAM, PARTNER = "desk@sandbox.test", "eve@example.com", "team@example.com", "partner@example.net"
MORE = MOST_TO_PEOPLE_PER_WRITER_AND_DAY + 3
Start = Callable[..., tuple[Runtime, Sandbox]]
Desk = tuple[Runtime, Sandbox]


@pytest.fixture
def desk(run_agent: Start, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Desk]:
    """Return a function that runs a desk which does the same with every new mail."""

    def begin(state: State, *actions: Action) -> Desk:
        monkeypatch.setitem(agent.on_mail, State.NEW, lambda *_: Transition(state, *actions))
        return run_agent(agent, ScriptedBrain())

    return begin


def write(desk: Desk, count: int, sender: str = EVE, **more: Any) -> list[str]:
    """Let that many mails come in at once, each on its own thread; return the threads."""
    runtime, sandbox = desk
    mails = [sandbox.post_mail(sender, DESK, f"Case {number}", text="It hums.", **more) for number in range(count)]
    runtime.drain()
    return [str(mail.thread_id) for mail in mails]


def labels_of(sandbox: Sandbox, thread_id: str) -> set[str]:
    return set(sandbox.client().inboxes.threads.get(DESK, thread_id).labels)


def actions_of(runtime: Runtime, thread_id: str) -> list[tuple[str, str, str]]:
    (run,) = runtime.context.journal.runs_of_thread(thread_id)
    rows = runtime.context.journal.actions_of_run(run["run_id"])
    return [(row["kind"], row["status"], row["rule"]) for row in rows]


@pytest.mark.parametrize("auth", ["none", "pass"])
def test_one_writer_makes_ten_mails_to_our_people_a_day_and_the_rest_is_on_the_page_and_under_the_label(
    desk: Callable[..., Desk], auth: str
) -> None:
    runtime, sandbox = started = desk(State.WITH_HUMAN, Escalate("unsure"))
    threads = write(started, MORE, auth=auth)
    told = sandbox.outbox(TEAM)
    assert len(told) == MOST_TO_PEOPLE_PER_WRITER_AND_DAY
    assert sum("and the last" in mail.text and "and the last" in mail.html for mail in told) == 1
    assert all("desk/with-human" in labels_of(sandbox, thread_id) for thread_id in threads)
    folded = [thread_id for thread_id in threads if "needs-human" in labels_of(sandbox, thread_id)]
    assert len(folded) == MORE - MOST_TO_PEOPLE_PER_WRITER_AND_DAY
    assert actions_of(runtime, folded[0]) == [("Escalate", "refused", "budget/people")]
    (run,) = runtime.context.journal.runs_of_thread(folded[0])
    assert run["status"] == "done"
    assert "this is on the page and under the label needs-human alone" in run["note"]


@pytest.mark.parametrize("reminded_after", [hours(4), hours(100)])
def test_another_writer_and_another_day_are_told_of_by_mail_whoever_was_reminded(
    desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch, reminded_after: Delay
) -> None:
    monkeypatch.setattr(agent, "answer_within", reminded_after)
    runtime, sandbox = started = desk(State.WITH_HUMAN, Escalate("unsure"))
    write(started, MORE)
    write(started, 1, "bo@example.com")
    assert len(sandbox.outbox(TEAM)) == MOST_TO_PEOPLE_PER_WRITER_AND_DAY + 1
    runtime.advance(timedelta(hours=25))
    reminders = [mail for mail in sandbox.outbox(TEAM) if mail.subject.startswith("Reminder: ")]
    assert len(reminders) == (MOST_TO_PEOPLE_PER_WRITER_AND_DAY + 1 if reminded_after == hours(4) else 0)
    before = len(sandbox.outbox(TEAM))
    write(started, 1)
    assert len(sandbox.outbox(TEAM)) == before + 1


@pytest.mark.parametrize("hands_over", [True, False])
def test_a_note_to_our_people_that_is_one_too_many_stops_no_answer_a_hand_over_does(
    desk: Callable[..., Desk], hands_over: bool
) -> None:
    state, internal = (
        (State.WITH_HUMAN, Escalate("unsure")) if hands_over else (State.DONE, Notify("plain", body="See."))
    )
    runtime, sandbox = started = desk(state, internal, Reply("plain", body="We look into it."))
    threads = [thread_id for _ in range(MORE) for thread_id in write(started, 1)]
    assert len(sandbox.outbox(TEAM)) == MOST_TO_PEOPLE_PER_WRITER_AND_DAY
    # no customer hears that a colleague has their mail of whom no colleague was told
    assert len(sandbox.outbox(EVE)) == (MOST_TO_PEOPLE_PER_WRITER_AND_DAY if hands_over else MORE)
    told = ["refused", "refused"] if hands_over else ["refused", "done"]
    assert [status for _, status, _ in actions_of(runtime, threads[-1])] == told
    assert labels_of(sandbox, threads[-1]) >= {f"desk/{state.value}", "needs-human"}


def test_forged_mail_does_not_use_up_the_hand_overs_of_the_person_it_names(desk: Callable[..., Desk]) -> None:
    _, sandbox = started = desk(State.WITH_HUMAN, Escalate("unsure"))
    write(started, MORE, auth="none")
    (thread_id,) = write(started, 1)
    assert len(sandbox.outbox(TEAM)) == MOST_TO_PEOPLE_PER_WRITER_AND_DAY + 1
    assert "needs-human" not in labels_of(sandbox, thread_id)
    write(started, MORE)
    assert len(sandbox.outbox(TEAM)) == 2 * MOST_TO_PEOPLE_PER_WRITER_AND_DAY


def test_forged_mail_does_not_use_up_the_answers_to_the_person_it_names(
    desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("postroom.policy.gate.MOST_PER_SENDER_AND_DAY", 3)
    monkeypatch.setattr(agent, "unauthenticated", "generic")
    _, sandbox = started = desk(State.DONE, Reply("plain", body="Blue.", sources=["colours"]))
    write(started, 5, auth="none")
    assert len(sandbox.outbox(EVE)) == 3
    write(started, 5)
    assert len(sandbox.outbox(EVE)) == 6


def test_a_thread_that_the_page_alone_tells_of_stays_under_the_label_when_more_is_written(
    desk: Callable[..., Desk],
) -> None:
    runtime, sandbox = started = desk(State.WITH_HUMAN, Escalate("unsure"), Reply("plain", body="A colleague has it."))
    thread_id = [thread_id for _ in range(MORE) for thread_id in write(started, 1)][-1]
    (mail,) = sandbox.client().inboxes.messages.list(DESK, labels=["received"], limit=1).messages
    assert (mail.thread_id, len(sandbox.outbox(EVE))) == (thread_id, MOST_TO_PEOPLE_PER_WRITER_AND_DAY)
    sandbox.post_mail(EVE, DESK, "Re: Case", text="Any news?", in_reply_to=mail.message_id)
    runtime.drain()
    assert {"desk/with-human", "needs-human"} <= labels_of(sandbox, thread_id)


def happened(desk: Desk, message: Any, address: str, kind: str) -> None:
    """Tell of what happened to a mail of ours, as AgentMail does."""
    runtime, _ = desk
    ids = {"inbox_id": DESK, "thread_id": message.thread_id, "message_id": message.message_id}
    more: dict[str, Any] = {"recipients": [{"address": address}], "type": "Permanent"}
    details = {**ids, "timestamp": runtime.clock.now().isoformat(), **more}
    event_id = f"evt_{message.message_id}"
    runtime.door.accept({"event_type": f"message.{kind}", "event_id": event_id, "bounce": details})
    runtime.drain()


@pytest.mark.parametrize(
    "makes", [Notify("plain", body="It bounced."), Send("plain", to=PARTNER, subject="It bounced", body="x")]
)
def test_each_address_that_bounces_counts_for_itself_and_none_for_our_inbox(
    desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch, makes: Action
) -> None:
    monkeypatch.setattr("postroom.policy.gate.MOST_TO_PEOPLE_PER_WRITER_AND_DAY", 2)
    monkeypatch.setattr("postroom.policy.gate.MOST_PER_SENDER_AND_DAY", 2)
    monkeypatch.setattr(agent, "partners", frozenset({PARTNER}))
    monkeypatch.setitem(agent.on_events, ("bounce", None), lambda *_: Transition(State.DONE, makes))
    _, sandbox = started = desk(State.DONE, Reply("plain", body="Blue."))
    told = {Notify: TEAM, Send: PARTNER}[type(makes)]
    for number in range(4):
        address = f"dead-{number}@example.com"
        write(started, 1, address)
        (answer,) = sandbox.client().inboxes.messages.list(DESK, labels=["sent"], to=[address]).messages
        happened(started, answer, address, "bounced")
        assert len(sandbox.outbox(told)) == number + 1
    assert not any("and the last" in mail.text for mail in sandbox.outbox(told))


def test_one_address_that_bounces_without_end_is_one_writer(
    desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("postroom.policy.gate.MOST_TO_PEOPLE_PER_WRITER_AND_DAY", 2)
    _, sandbox = started = desk(State.DONE, Reply("plain", body="Blue."))
    write(started, 4)
    answers = sandbox.client().inboxes.messages.list(DESK, labels=["sent"]).messages
    for answer in answers[:4]:
        happened(started, answer, EVE, "bounced")
    assert sorted(f"mail 2 about {EVE} in 24 hours" in mail.text for mail in sandbox.outbox(TEAM)) == [False, True]


def test_the_last_mail_to_our_people_says_the_same_when_its_answer_was_lost(desk: Callable[..., Desk]) -> None:
    runtime, sandbox = started = desk(State.WITH_HUMAN, Escalate("unsure"))
    write(started, MOST_TO_PEOPLE_PER_WRITER_AND_DAY - 1)
    send = r"POST /v0/inboxes/[^/]+/messages/send$"
    sandbox.chaos.fail(send, status=503, headers={"Retry-After": "0"}, times=5, after=True)
    (thread_id,) = write(started, 1)
    runtime.advance(timedelta(minutes=2))
    assert actions_of(runtime, thread_id) == [("Escalate", "done", "")]
    told = sandbox.outbox(TEAM)
    assert len(told) == MOST_TO_PEOPLE_PER_WRITER_AND_DAY
    assert sum("and the last" in mail.text for mail in told) == 1


def test_new_mails_of_an_agent_have_a_budget_also_where_a_cron_makes_them(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("postroom.policy.gate.MOST_NEW_PER_AGENT_AND_DAY", 3)
    monkeypatch.setattr(agent, "partners", frozenset({PARTNER}))
    offers = Actions(*(Send("plain", to=PARTNER, subject=f"Offer {number}", body="Buy.") for number in range(5)))
    monkeypatch.setattr(agent, "crons", [dataclasses.replace(agent.crons[0], handler=lambda _: offers)])
    runtime, sandbox = run_agent(agent, ScriptedBrain())
    runtime.tick()
    for _ in range(4):
        if not sandbox.outbox(PARTNER):
            runtime.advance(timedelta(days=1))
    assert len(sandbox.outbox(PARTNER)) == 3
    drafts: Any = sandbox.client().inboxes.drafts
    assert [draft.subject for draft in drafts.list(DESK).drafts] == ["Offer 4", "Offer 3"]
    (run,) = runtime.context.journal.runs_with_status("held")
    assert run["note"].startswith("budget/agent: 3 new mails of desk in 24 hours, 3 are allowed")
    for draft in drafts.list(DESK).drafts:
        drafts.send(DESK, draft.draft_id)
    runtime.drain()
    assert runtime.context.journal.runs_with_status("held") == []
    assert len(sandbox.outbox(PARTNER)) == 5


def test_new_mails_that_mail_led_to_count_in_the_same_budget(
    desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("postroom.policy.gate.MOST_NEW_PER_AGENT_AND_DAY", 3)
    monkeypatch.setattr(agent, "partners", frozenset({PARTNER}))
    runtime, sandbox = started = desk(State.DONE, Send("plain", to=PARTNER, subject="An offer", body="Buy."))
    for number in range(5):
        write(started, 1, f"writer-{number}@example.com")
    assert len(sandbox.outbox(PARTNER)) == 3
    held = runtime.context.journal.runs_with_status("held")
    assert [run["plan"]["rule"] for run in held] == ["budget/agent", "budget/agent"]
    assert len(sandbox.client().inboxes.drafts.list(DESK).drafts) == 2
