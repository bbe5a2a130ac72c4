"""POSTROOM_DRAFTS: whose answers wait for a person, who sends them in AgentMail."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from desk_agent.agent import agent
from left import left

from postroom import Settings
from postroom.brain.scripted import ScriptedBrain

ANA, DESK, TEAM = "ana@example.com", "desk@sandbox.test", "team@example.com"


def written(run_agent: Callable[..., Any], what: str, drafts: str) -> Any:
    """Have the desk answer a mail with that setting; return the sandbox and the thread's labels."""
    runtime, sandbox = run_agent(agent, ScriptedBrain(Say={"what": what, "body": "It is blue."}))
    drafted = Settings(_env_file=None, drafts=drafts).drafted  # type: ignore[call-arg]
    runtime.context = dataclasses.replace(runtime.context, drafted=drafted)
    mail = sandbox.post_mail(ANA, DESK, "Colour", text="What colour?")
    runtime.drain()
    return runtime, sandbox, set(sandbox.client().inboxes.threads.get(DESK, mail.thread_id).labels)


@pytest.mark.parametrize("drafts", ["all", "desk", "sdr, desk", "Category/Easy", "category/hard,category/easy"])
def test_an_answer_waits_as_a_draft_and_leaves_when_a_person_sends_it(
    run_agent: Callable[..., Any], drafts: str
) -> None:
    runtime, sandbox, labels = written(run_agent, "answer", drafts)
    assert left(sandbox) == []
    assert "waiting/approval" in labels
    client = sandbox.client()
    (draft,) = client.inboxes.drafts.list(DESK, labels=["waiting/approval"]).drafts
    client.inboxes.drafts.send(DESK, draft.draft_id)
    runtime.drain()
    assert [mail.to for mail in left(sandbox)] == [[ANA]]


@pytest.mark.parametrize("drafts", ["", "sdr", "category/hard", "category"])
def test_what_is_not_named_leaves_by_itself(run_agent: Callable[..., Any], drafts: str) -> None:
    _, sandbox, labels = written(run_agent, "answer", drafts)
    assert [mail.to for mail in left(sandbox)] == [[ANA]]
    assert "waiting/approval" not in labels


def test_a_hand_over_does_not_wait_but_what_its_customer_hears_does(run_agent: Callable[..., Any]) -> None:
    _, sandbox, labels = written(run_agent, "escalate", "all")
    assert [mail.to for mail in left(sandbox)] == [[TEAM]]
    assert {"desk/with-human", "waiting/approval"} <= labels
