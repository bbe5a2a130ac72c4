"""What no agent may do without end, whoever asks: answer a partner, pass mail on, answer one sender."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from desk_agent.relays import DOES, alfa, beta
from left import done_in, left

from agentmail_sandbox import Sandbox
from postroom import Escalate, Forward, Message, Reply, Send, Suppress
from postroom.brain.scripted import ScriptedBrain
from postroom.policy.gate import MOST_PER_SENDER_AND_DAY
from postroom.policy.hops import HEADER, MOST_HOPS
from postroom.runtime.app import Runtime
from postroom.transition import Action

ALFA, BETA, EVE = "alfa@sandbox.test", "beta@sandbox.test", "eve@example.com"
Start = Callable[..., tuple[Runtime, Sandbox]]
Does = Callable[[Message], Action]


@pytest.fixture
def pair(run_agent: Start) -> Iterator[tuple[Runtime, Runtime, Sandbox]]:
    """Two deployments on one mail server, that know of each other by address alone."""
    first, sandbox = run_agent(alfa, ScriptedBrain())
    second, _ = run_agent(beta, ScriptedBrain(), sandbox)
    yield first, second, sandbox
    DOES.clear()


def settle(*runtimes: Runtime) -> None:
    for _ in range(MOST_HOPS + 3):
        for runtime in runtimes:
            runtime.door.catch_up()
            runtime.drain()


def forward(to: str) -> Does:
    return lambda message: Forward("plain", to=to, body="Please look.")  # noqa: ARG005


def send(to: str) -> Does:
    return lambda message: Send("plain", to=to, subject="News", body="Please look.")  # noqa: ARG005


def reply(**values: Any) -> Does:
    return lambda message: Reply("plain", body="It is blue.", **values)  # noqa: ARG005


def rules(runtime: Runtime) -> list[str]:
    return [run["plan"]["rule"] for run in runtime.context.journal.runs_with_status("refused", "held", "stale")]


def hops(sandbox: Sandbox) -> list[str]:
    """Return the hops of the mails that agents sent, lowest first."""
    client: Any = sandbox.client()
    listed = [item for inbox in (ALFA, BETA) for item in client.inboxes.messages.list(inbox, labels=["sent"]).messages]
    return sorted(client.inboxes.messages.get(item.inbox_id, item.message_id).headers[HEADER] for item in listed)


@pytest.mark.parametrize("ways", [(forward, forward), (send, send), (forward, send)], ids=["forward", "send", "both"])
def test_partners_that_pass_mail_to_each_other_stop_at_five(
    pair: tuple[Runtime, Runtime, Sandbox], ways: tuple[Callable[[str], Does], Callable[[str], Does]]
) -> None:
    first, second, sandbox = pair
    DOES.update(alfa=ways[0](BETA), beta=ways[1](ALFA))
    sandbox.post_mail(EVE, ALFA, "Hi", text="Pass this on.")
    settle(first, second)
    assert hops(sandbox) == ["1", "2", "3", "4", "5"]
    assert rules(second) == ["loops/hops"]
    assert rules(first) == []


def test_partners_that_answer_each_other_stop_at_five_mails_on_the_thread(
    pair: tuple[Runtime, Runtime, Sandbox],
) -> None:
    first, second, sandbox = pair
    DOES.update(alfa=reply(), beta=reply())
    sandbox.post_mail(BETA, ALFA, "Hi", text="What colour?")
    settle(first, second)
    assert hops(sandbox) == ["2", "3", "4", "5"]
    assert [*rules(first), *rules(second)] == ["loops/hops"]


def test_a_partner_that_is_a_person_reaches_our_people_however_much_it_wrote(
    pair: tuple[Runtime, Runtime, Sandbox],
) -> None:
    first, _, sandbox = pair
    DOES["alfa"] = reply()
    mail = sandbox.post_mail(BETA, ALFA, "Hi", text="What colour?")
    first.drain()
    for _ in range(2):
        sandbox.post_mail(BETA, ALFA, "Re: Hi", text="And which size?", in_reply_to=mail.message_id)
        first.drain()
    DOES["alfa"] = lambda message: Escalate("unsure")  # noqa: ARG005
    sandbox.post_mail(BETA, ALFA, "Re: Hi", text="A person, please.", in_reply_to=mail.message_id)
    first.drain()
    assert len(left(sandbox, "team@example.com")) == 1


@pytest.mark.parametrize("value", ["1, 1", "5"])
def test_a_customer_whose_gateway_sets_hops_is_left_to_people_with_what_its_mail_said(
    pair: tuple[Runtime, Runtime, Sandbox], value: str
) -> None:
    first, _, sandbox = pair
    DOES["alfa"] = reply()
    mail = sandbox.post_mail(EVE, ALFA, "Hi", text="What colour?", headers={HEADER: value})
    first.drain()
    assert left(sandbox) == []
    (run,) = first.context.journal.runs_with_status("refused")
    assert run["note"].startswith(f"loops/hops: the message came with Postroom-Hops {value!r}")
    assert "needs-human" in sandbox.client().inboxes.threads.get(ALFA, mail.thread_id).labels


def test_a_forged_partner_is_neither_answered_nor_its_mail_passed_on(pair: tuple[Runtime, Runtime, Sandbox]) -> None:
    _, second, sandbox = pair
    forged = {"auth": "none", "headers": {"Auto-Submitted": "auto-replied"}}
    for does in (reply(sources=["an article"]), forward(ALFA)):
        DOES["beta"] = does
        sandbox.post_mail(ALFA, BETA, "Hi", text="What colour?", **forged)
        second.drain()
    assert left(sandbox) == []
    assert rules(second) == ["loops/automatic"] * 2


def test_unauthenticated_mail_gets_one_sourced_answer_in_a_threads_life(
    pair: tuple[Runtime, Runtime, Sandbox],
) -> None:
    _, second, sandbox = pair
    DOES["beta"] = reply()
    mail = sandbox.post_mail(EVE, BETA, "Hi", text="What colour?", auth="none")
    second.drain()
    assert left(sandbox) == []
    DOES["beta"] = reply(sources=["an article"])
    for _ in range(3):
        sandbox.post_mail(EVE, BETA, "Re: Hi", text="And again?", auth="none", in_reply_to=mail.message_id)
        second.drain()
        second.advance(timedelta(hours=25))
    assert len(left(sandbox, EVE)) == 1
    assert rules(second) == ["recipients/unauthenticated"] * 3


def test_one_sender_makes_us_forward_so_much_a_day_and_no_more(pair: tuple[Runtime, Runtime, Sandbox]) -> None:
    first, _, sandbox = pair
    DOES["alfa"] = forward(BETA)
    for number in range(MOST_PER_SENDER_AND_DAY + 2):
        sandbox.post_mail(EVE, ALFA, f"Case {number}", text="Pass this on.")
    first.drain()
    assert len(hops(sandbox)) == MOST_PER_SENDER_AND_DAY
    assert len(rules(first)) + _refused_late(first) == 2


def test_a_budget_holds_where_many_threads_are_answered_at_once_at_ever_new_reply_to_addresses(
    pair: tuple[Runtime, Runtime, Sandbox],
) -> None:
    first, _, sandbox = pair
    DOES["alfa"] = reply()
    for number in range(2 * MOST_PER_SENDER_AND_DAY):
        sandbox.post_mail(EVE, ALFA, f"Case {number}", text="Hi", headers={"Reply-To": f"r{number}@example.com"})
    first.drain()
    assert len(left(sandbox)) == MOST_PER_SENDER_AND_DAY


def test_a_stop_that_may_be_forged_leaves_the_customer_its_answers(pair: tuple[Runtime, Runtime, Sandbox]) -> None:
    first, _, sandbox = pair
    DOES["alfa"] = lambda message: Suppress("asked to stop")  # noqa: ARG005
    sandbox.post_mail(EVE, ALFA, "STOP", text="STOP", auth="none")
    first.drain()
    assert first.context.journal.suppressed([EVE]) == {}
    DOES["alfa"] = reply()
    sandbox.post_mail(EVE, ALFA, "Hi", text="What colour?")
    first.drain()
    assert len(left(sandbox, EVE)) == 1
    DOES["alfa"] = lambda message: Suppress("asked to stop")  # noqa: ARG005
    sandbox.post_mail(EVE, ALFA, "STOP", text="STOP")
    first.drain()
    assert first.context.journal.suppressed([EVE]) == {EVE: "asked to stop"}


def test_who_wrote_before_the_newest_hundred_messages_of_a_thread_stays_in_cc(
    pair: tuple[Runtime, Runtime, Sandbox],
) -> None:
    first, _, sandbox = pair
    mail = sandbox.post_mail("Bo <bo@example.net>", ALFA, "Hi", text="I am with Eve.")
    thread = {"in_reply_to": mail.message_id, "headers": {"Auto-Submitted": "auto-generated"}}
    since = [sandbox.post_mail(EVE, ALFA, "Re: Hi", text=f"Reading {number}", **thread) for number in range(100)]
    ids = [one.message_id for one in since]
    for fifty in (ids[:50], ids[50:]):
        sandbox.client().inboxes.messages.batch_update(ALFA, message_ids=fifty, remove_labels=["unread"])
    DOES["alfa"] = reply()
    copied = ["bo@example.net", "cy@example.net"]
    sandbox.post_mail(EVE, ALFA, "Re: Hi", text="What colour?", cc=copied, in_reply_to=mail.message_id)
    first.drain()
    (answer,) = left(sandbox, EVE)
    assert answer.cc == ["bo@example.net"]


def _refused_late(runtime: Runtime) -> int:
    done = runtime.context.journal.runs_with_status("done")
    rows = [row for run in done for row in done_in(runtime, run)]
    return sum(row["rule"] == "budget/sender" for row in rows)
