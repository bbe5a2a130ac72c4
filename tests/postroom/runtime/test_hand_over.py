"""A hand-over reaches our people whatever is wrong with the note to the customer."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from desk_agent.agent import State, agent
from left import left
from mail_wire import WiredSandbox

from agentmail_sandbox import Part
from postroom import Escalate, Forward, Notify, Reply, Transition
from postroom.brain.scripted import ScriptedBrain
from postroom.policy.gate import MOST_PER_THREAD_AND_DAY
from postroom.runtime.app import Runtime
from postroom.runtime.engine import Engine
from postroom.transition import Action

ANA = "ana@example.com"
TEAM = "team@example.com"
DESK = "desk@sandbox.test"
Start = Callable[..., tuple[Runtime, WiredSandbox]]


def begin(run_agent: Start, what: str = "escalate", **options: Any) -> tuple[Runtime, WiredSandbox]:
    return run_agent(agent, ScriptedBrain(Say={"what": what, "body": "A colleague."}), WiredSandbox(), **options)


def write(runtime: Runtime, sandbox: WiredSandbox, **mail: Any) -> str:
    posted = sandbox.post_mail(mail.pop("sender", ANA), DESK, mail.pop("subject", "Fire"), text="It hums.", **mail)
    runtime.drain()
    return str(posted.thread_id)


def last_run(runtime: Runtime, thread_id: str) -> Any:
    return runtime.context.journal.runs_of_thread(thread_id)[-1]


def labels_of(sandbox: WiredSandbox, thread_id: str) -> set[str]:
    return set(sandbox.client().inboxes.threads.get(DESK, thread_id).labels)


def notes(runtime: Runtime, thread_id: str) -> list[tuple[str, str]]:
    actions = runtime.context.journal.actions_of_run(last_run(runtime, thread_id)["run_id"])
    return [(row["status"], row["rule"]) for row in actions if row["kind"] == "Reply"]


def guard(runtime: Runtime) -> None:
    runtime.context = dataclasses.replace(runtime.context, guarded=True)


def test_a_spent_budget_stops_the_note_alone(run_agent: Start) -> None:
    runtime, sandbox = begin(run_agent, "answer")
    mail = sandbox.post_mail(ANA, DESK, "Hi", text="0?")
    for number in range(1, MOST_PER_THREAD_AND_DAY):
        runtime.drain()
        sandbox.post_mail(ANA, DESK, "Re: Hi", text=f"{number}?", in_reply_to=mail.message_id)
    runtime.drain()
    runtime.context.brain.scripts["Say"] = {"what": "escalate", "body": "A colleague."}  # type: ignore[attr-defined]
    thread_id = write(runtime, sandbox, in_reply_to=mail.message_id)
    assert len(left(sandbox, TEAM)) == 1
    assert "desk/with-human" in labels_of(sandbox, thread_id)
    assert notes(runtime, thread_id) == [("refused", "budget/thread")]
    run = last_run(runtime, thread_id)
    assert (run["status"], run["note"].startswith("budget/thread: 5 answers")) == ("done", True)


def test_a_suppressed_sender_is_handed_over_and_told_nothing(run_agent: Start) -> None:
    runtime, sandbox = begin(run_agent)
    runtime.context.journal.suppress(ANA, "complaint", runtime.clock.now())
    thread_id = write(runtime, sandbox)
    assert [mail.to for mail in left(sandbox)] == [[TEAM]]
    assert notes(runtime, thread_id) == [("refused", "suppression")]
    assert "desk/with-human" in labels_of(sandbox, thread_id)


def test_a_note_to_a_sender_nobody_vouches_for_waits_while_our_people_have_the_thread(run_agent: Start) -> None:
    runtime, sandbox = begin(run_agent)
    thread_id = write(runtime, sandbox, auth="none")
    assert [mail.to for mail in left(sandbox)] == [[TEAM]]
    assert {"desk/with-human", "waiting/approval", "category/hard"} <= labels_of(sandbox, thread_id)
    assert notes(runtime, thread_id) == [("held", "recipients/unauthenticated")]
    (draft,) = sandbox.client().inboxes.drafts.list(DESK, labels=["waiting/approval"]).drafts
    assert draft.to == [ANA]


@pytest.mark.parametrize("subject", ["Fire", "FIRE"], ids=["going live", "going live and a hold rule"])
def test_on_a_new_account_the_note_waits_and_the_hand_over_does_not(run_agent: Start, subject: str) -> None:
    runtime, sandbox = begin(run_agent)
    guard(runtime)
    thread_id = write(runtime, sandbox, subject=subject)
    assert [mail.to for mail in left(sandbox)] == [[TEAM]]
    assert {"desk/with-human", "waiting/approval"} <= labels_of(sandbox, thread_id)
    assert [status for status, _ in notes(runtime, thread_id)] == ["held"]


def test_on_a_new_account_what_only_tells_our_people_does_not_wait(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    notify = Notify("plain", subject="a lead", body="Look.")
    answers = iter([Transition(State.DONE, notify), Transition(State.DONE, notify, Reply("plain", body="Hello."))])
    monkeypatch.setitem(agent.on_mail, State.NEW, lambda *_: next(answers))
    runtime, sandbox = begin(run_agent)
    guard(runtime)
    alone, beside = write(runtime, sandbox), write(runtime, sandbox)
    assert last_run(runtime, alone)["status"] == "done"
    assert (last_run(runtime, beside)["status"], len(left(sandbox))) == ("held", 1)


@pytest.mark.parametrize(
    "action",
    [Escalate("unsure"), Notify("plain", body="Look."), Forward("plain", to=TEAM, body="Look.")],
    ids=lambda action: type(action).__name__,
)
def test_no_subject_our_people_get_holds_a_strangers_link(
    action: Action, run_agent: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(agent.on_mail, State.NEW, lambda *_: Transition(State.DONE, action))
    runtime, sandbox = begin(run_agent)
    write(runtime, sandbox, subject="Pay at http://evil.test/x")
    (mail,) = left(sandbox, TEAM)
    assert mail.subject.endswith("Pay at http[:]//evil[.]test/x")


@pytest.mark.parametrize("to", [f"Team <{TEAM}> ", f" {TEAM.upper()}", f"<{TEAM}>"])
def test_an_address_is_the_same_with_a_name_or_a_blank_beside_it(
    to: str, run_agent: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    forward = Forward("plain", to=to, body="Look.")
    monkeypatch.setitem(agent.on_mail, State.NEW, lambda *_: Transition(State.DONE, forward))
    runtime, sandbox = begin(run_agent)
    write(runtime, sandbox)
    assert len(left(sandbox, TEAM)) == 1


def test_a_forward_to_several_addresses_leaves_none_of_them_out_in_silence(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    forward = Forward("plain", to=f"{TEAM}, stranger@example.com", body="Look.")
    monkeypatch.setitem(agent.on_mail, State.NEW, lambda *_: Transition(State.DONE, forward))
    runtime, sandbox = begin(run_agent)
    assert last_run(runtime, write(runtime, sandbox))["status"] != "done"
    assert left(sandbox) == []


class StoppedAfter:
    """An engine at whose step `after` a person throws the kill switch."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.switch: Callable[[], None] = lambda: None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.engine, name)

    def step(self, name: str, work: Callable[[], Any]) -> Any:
        result = self.engine.step(name, work)
        if name == "act:0:Escalate":
            self.switch()
        return result


def test_a_kill_switch_after_our_people_were_told_does_not_take_the_thread_back(run_agent: Start) -> None:
    runtime, sandbox = begin(run_agent, wrap_engine=StoppedAfter)
    engine: Any = runtime.context.engine
    engine.switch = lambda: runtime.context.journal.switch_off("all", "a wrong price", runtime.clock.now())
    thread_id = write(runtime, sandbox)
    assert [mail.to for mail in left(sandbox)] == [[TEAM]]
    assert "desk/with-human" in labels_of(sandbox, thread_id)
    assert notes(runtime, thread_id) == [("refused", "kill-switch")]


def test_a_kill_switch_before_stops_the_hand_over_and_a_person_is_asked(run_agent: Start) -> None:
    runtime, sandbox = begin(run_agent)
    runtime.context.journal.switch_off("all", "a wrong price", runtime.clock.now())
    thread_id = write(runtime, sandbox)
    assert (left(sandbox), last_run(runtime, thread_id)["status"]) == ([], "refused")
    assert {"desk/new", "needs-human"} <= labels_of(sandbox, thread_id)


def test_a_hand_over_the_flow_forbids_is_refused_as_a_whole(run_agent: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(agent.on_mail, State.NEW, lambda *_: Transition(State.CLOSED, Escalate("unsure")))
    runtime, sandbox = begin(run_agent)
    thread_id = write(runtime, sandbox)
    assert (left(sandbox), last_run(runtime, thread_id)["plan"]["rule"]) == ([], "flow")


class Links(httpx.BaseTransport):
    """Where signed links lead: answers `statuses` in turn, then the mail."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.statuses:
            return httpx.Response(self.statuses.pop(0), headers={"Retry-After": "0"}, request=request)
        return httpx.Response(200, content=b"From: ana", request=request)


@pytest.mark.parametrize(("faults", "died"), [(1, False), (5, True)], ids=["one", "more than patience"])
def test_a_link_that_fails_for_a_while_costs_no_hand_over(run_agent: Start, faults: int, died: bool) -> None:
    runtime, sandbox = begin(run_agent)
    runtime.context = dataclasses.replace(runtime.context, http=httpx.Client(transport=Links(*[503] * faults)))
    thread_id = write(runtime, sandbox)
    run = last_run(runtime, thread_id)
    assert (run["status"] == "dead", run["retry_at"] is not None) == (died, died)
    if died:
        assert "answered 503 to a download" in run["error"]
        assert "http://" not in run["error"], "a signed link is a secret"
        runtime.drain()
        sandbox.clock.set(run["retry_at"])
        runtime.tick()
        runtime.drain()
    assert len(left(sandbox, TEAM)) == 1
    assert "desk/with-human" in labels_of(sandbox, thread_id)


def test_a_mail_too_large_to_attach_is_handed_over_with_its_size_and_its_place(run_agent: Start) -> None:
    runtime, sandbox = begin(run_agent)
    write(runtime, sandbox, attachments=[Part(b"%PDF" * 1_250_000, "offer.pdf", "application/pdf")])
    (team,) = left(sandbox, TEAM)
    assert "too large to attach (6.8 MB); it is in AgentMail: inbox desk@sandbox.test, message " in team.text
    assert "offer.pdf (application/pdf, 5.0 MB)" in team.text
    assert "is attached" not in team.text
    assert attached(sandbox) == []


def test_an_original_deleted_before_the_hand_over_leaves_is_said_to_be_gone(run_agent: Start) -> None:
    runtime, sandbox = begin(run_agent)
    sandbox.chaos.fail(r"GET /v0/inboxes/[^/]+/messages/[^/]+/raw", status=404)
    write(runtime, sandbox)
    (team,) = left(sandbox, TEAM)
    assert "The original was deleted in AgentMail before this mail left. Case" in team.text
    assert "is attached" not in team.text + team.html
    assert attached(sandbox) == []


def attached(sandbox: WiredSandbox) -> list[Any]:
    (internal,) = sandbox.client().inboxes.messages.list(DESK, labels=["internal"]).messages
    return internal.attachments or []


def test_a_second_hand_over_tells_since_when_the_customer_waits_and_what_they_wrote_before(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    def again(message: Any, thread: Any) -> Transition:
        return Transition(State.WITH_HUMAN, Escalate("wrote again"))

    monkeypatch.setitem(agent.on_mail, State.WITH_HUMAN, again)
    monkeypatch.setitem(agent.flow.moves, State.WITH_HUMAN, frozenset({State.WITH_HUMAN, State.DONE}))
    runtime, sandbox = begin(run_agent)
    first = sandbox.clock.now()
    write(runtime, sandbox, subject="Rust")
    sandbox.clock.advance(timedelta(hours=1))
    write(runtime, sandbox)
    wrote = sandbox.clock.now()
    sandbox.clock.advance(timedelta(hours=3))
    write(runtime, sandbox, in_reply_to=left(sandbox, ANA)[0].message_id)
    told = left(sandbox, TEAM)[0].text or ""
    assert "wrote again" in told
    assert f"Waiting since: {wrote:%Y-%m-%d %H:%M} UTC (3 h)" in told
    assert f"- {first:%Y-%m-%d} with-human: Rust" in told
