"""Articles that are old or contradict each other are not answered from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from agentmail_sandbox import Sandbox
from postroom.brain.scripted import ScriptedBrain
from postroom.loading import load_agent
from postroom.runtime.app import Runtime
from postroom_kit.knowledge import Knowledge
from support_agent import agent as support
from support_agent import checks

SUPPORT = load_agent("support")
CALM = {"wants": "an answer", "category": "returns", "mood": "calm", "priority": "normal"}
SAID = "A return label is valid for 14 days."
Start = Callable[..., tuple[Runtime, Sandbox]]


def ask(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch, *answers: str, updated: str, sourced: bool = True
) -> Sandbox:
    """Ask about the label with these articles; return the sandbox."""
    question = ["How long is a return label valid?"]
    articles = [
        {"id": f"label-{n}", "questions": question, "answer": a, "updated": updated} for n, a in enumerate(answers)
    ]
    monkeypatch.setattr(support, "knowledge", Knowledge.load(articles))
    sources = [{"id": "label-0", "quote": SAID}] if sourced else []
    answer = {"body": SAID, "sources": sources, "unanswered": []}
    runtime, sandbox = run_agent(SUPPORT, ScriptedBrain(0.95, Triage=CALM, Answer=answer))
    sandbox.post_mail("ana@example.com", "support@sandbox.test", "Label", text=question[0])
    runtime.drain()
    return sandbox


def pack(sandbox: Sandbox) -> str:
    (mail,) = sandbox.outbox("team@example.com")
    return " ".join(mail.text.split())


def test_articles_that_contradict_each_other_go_to_people(run_agent: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = ask(run_agent, monkeypatch, SAID, "The return label is valid for 30 days.", updated="2026-01-01")
    assert "articles contradict each other" in pack(sandbox)
    assert "valid for 30 days" in pack(sandbox)


@pytest.mark.parametrize("sourced", [True, False], ids=["named", "not named"])
def test_an_old_article_goes_to_people_with_its_age(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch, sourced: bool
) -> None:
    monkeypatch.setattr(checks, "VALID_FOR", 730)
    sandbox = ask(run_agent, monkeypatch, SAID, updated="2021-05-04", sourced=sourced)
    assert "the article label-0 was last updated on 2021-05-04, too long ago" in pack(sandbox)
    assert "updated 2021-05-04)" in pack(sandbox)


def test_a_fresh_article_answers(run_agent: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "VALID_FOR", 730)
    sandbox = ask(run_agent, monkeypatch, SAID, updated=f"{datetime.now(UTC):%Y-%m-%d}")
    assert SAID in sandbox.outbox("ana@example.com")[0].text


@pytest.mark.parametrize(("age", "answered"), [(100, True), (900, False)])
def test_an_article_near_the_end_of_its_time_must_be_surer_to_answer(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch, age: int, answered: bool
) -> None:
    monkeypatch.setattr(checks, "VALID_FOR", 1000)
    monkeypatch.setattr(checks, "SURE_OF_ANSWER", 0.94)
    sandbox = ask(run_agent, monkeypatch, SAID, updated=f"{datetime.now(UTC) - timedelta(days=age):%Y-%m-%d}")
    assert bool(sandbox.outbox("team@example.com")) != answered
