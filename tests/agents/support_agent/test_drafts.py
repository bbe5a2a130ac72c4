"""Drafts that must not go out, whichever brain wrote them: people get them, with the reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from postroom.brain.scripted import ScriptedBrain
from postroom.loading import load_agent

SUPPORT = load_agent("support")
TRIAGE = {"wants": "an answer", "category": "returns", "mood": "calm", "priority": "normal"}
ASKED = "How many days do I have to return a sensor?"
TRUE = "Goods can be returned within 30 days of delivery, for any reason."
Draft = Callable[..., tuple[str, list[Any]]]


@pytest.fixture
def draft(run_agent: Callable[..., Any]) -> Draft:
    """Return a function that has a brain draft `body`: the state of the thread then, and the mails that left."""

    def play(body: str, text: str = ASKED) -> tuple[str, list[Any]]:
        brain = ScriptedBrain(0.99, Triage=TRIAGE, Answer={"body": body, "sources": [], "unanswered": []})
        runtime, sandbox = run_agent(SUPPORT, brain)
        mail = sandbox.post_mail("Ana Duarte <ana@example.com>", "support@sandbox.test", "Returns", text=text)
        runtime.drain()
        (run,) = runtime.context.journal.runs_of_thread(str(mail.thread_id))
        assert run["status"] == "done", run["error"]
        return run["plan"]["state"], list(reversed(sandbox.outbox()))

    return play


def test_what_an_article_says_leaves(draft: Draft) -> None:
    state, (answer,) = draft(f"Dear Ana Duarte,\n\n{TRUE}\n\nKind regards")
    assert (state, answer.to) == ("answered", ["ana@example.com"])


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (f"Hello Tom Ashdown,\n\n{TRUE}", "Hello Tom Ashdown"),
        (f"{TRUE} Tom wrote the same from tom@example.com.", "tom@example.com"),
        (f"{TRUE} Your order WF-20431 is ready.", "WF-20431"),
        (f"{TRUE} Or call +44 20 7946 0958.", "+44 20 7946 0958"),
    ],
)
def test_a_draft_that_tells_of_somebody_else_goes_to_people(draft: Draft, body: str, reason: str) -> None:
    state, (told, holding) = draft(body)
    assert (state, told.to, holding.to) == ("with-human", ["team@example.com"], ["ana@example.com"])
    assert f"the draft names what is not this customer's: {reason}" in " ".join(told.text.split())
    assert reason not in holding.text


def test_a_draft_in_a_tone_that_is_not_ours_goes_to_people_with_the_reason(draft: Draft) -> None:
    rude = "As we already told you, that was your own mistake."
    state, (told, holding) = draft(f"{TRUE} {rude}")
    assert (state, holding.to) == ("with-human", ["ana@example.com"])
    assert f"the draft blames the customer: {rude}" in " ".join(told.text.split())
    assert rude not in holding.text


def test_what_the_customer_wrote_may_be_said_back(draft: Draft) -> None:
    state, _ = draft(TRUE, text=f"{ASKED} Tom Ashdown asks too.")
    assert state == "answered"


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("We refund you the full amount today.", "promises a refund"),
        ("We put a credit on your account.", "promises a credit"),
        ("You get 20 % off your next order.", "promises a discount"),
        ("The new sensor arrives on Friday.", "promises a delivery date"),
        ("This was our fault.", "takes a legal position"),
        ("Your account is secure again.", "vouches for security"),
        ("We guarantee that it works.", "gives a guarantee"),
        ("A sensor costs 12 euros.", "names a price"),
        ("The sale ends on 4 March.", "names a date"),
        ("Goods can be returned within 60 days of delivery, for any reason.", "promises a delivery date"),
    ],
)
def test_a_draft_with_a_promise_of_its_own_goes_to_people_with_what_it_promises(
    draft: Draft, sentence: str, reason: str
) -> None:
    state, (told, holding) = draft(f"{TRUE} {sentence}")
    assert (state, holding.to) == ("with-human", ["ana@example.com"])
    assert f"the draft {reason} that no article states: {sentence}" in " ".join(told.text.split())
    assert sentence not in holding.text


def test_the_same_words_again_are_a_duplicate_while_the_first_answer_waits_for_a_person(
    run_agent: Callable[..., Any],
) -> None:
    brain = ScriptedBrain(0.99, Triage=TRIAGE, Answer={"body": TRUE, "sources": [], "unanswered": []})
    runtime, sandbox = run_agent(SUPPORT, brain, autonomy="support: approve")
    labels = []
    for _ in range(2):
        mail = sandbox.post_mail("ana@example.com", "support@sandbox.test", "Returns", text=ASKED)
        runtime.drain()
        labels.append(set(sandbox.client().inboxes.threads.get("support@sandbox.test", mail.thread_id).labels))
        runtime.advance(timedelta(minutes=1))
    assert ["waiting/approval" in found for found in labels] == [True, False]
    assert ["duplicate" in found for found in labels] == [False, True]
