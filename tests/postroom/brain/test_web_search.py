"""Claude's web search by the real SDK: bounded, paid for like any call, and believed only where it cites."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from claude_testing import question
from messages_api import Answer, Found, MessagesApi, failing, outside
from messages_checks import Bad, check_tools

from postroom import Decision
from postroom.brain import BrainError, Question
from postroom.brain.claude import ClaudeBrain
from postroom.brain.recorded import RecordedBrain
from postroom.brain.web_search import WebSearch
from postroom.runtime.ledger import CallLedger
from postroom_kit.web_citations import MOST_FOUND, Finding

Make = Callable[..., tuple[ClaudeBrain, CallLedger]]
DEPOT = Found(
    "https://kestrel.example/news", "Kestrel opened its third depot in Aarhus.", "Kestrel opened its third depot",
    "February 11, 2026", before="Here is what I found.\n\nnews: ",
)  # fmt: skip
DAY = datetime(2026, 3, 2, tzinfo=UTC)


class Looked(Decision):
    """What the web says of a firm."""

    found: tuple[Finding, ...]


def asked(folder: Path, most: int = 2, only: tuple[str, ...] = (), **more: Any) -> Question:
    (folder / "prompts" / "looked.md").write_text("Look for news.")
    given = {"about": "Kestrel", "web": WebSearch(most, only), **more}
    return question(folder, "hello", Looked, model="large", context=given)


def test_what_is_cited_comes_back_with_page_words_and_age(api: MessagesApi, claude: Make, folder: Path) -> None:
    brain, ledger = claude()
    api.script = [Answer(found=(DEPOT,))]
    answered = brain.answer(asked(folder, only=("kestrel.example",)))
    (found,) = answered.value["found"]
    assert found == {
        "text": "Kestrel opened its third depot in Aarhus.", "quote": "Kestrel opened its third depot",
        "url": "https://kestrel.example/news", "title": "A page", "about": "news", "age": "February 11, 2026",
    }  # fmt: skip
    (body,) = api.requests
    assert body["tools"] == [
        {"type": "web_search_20250305", "name": "web_search", "max_uses": 2, "allowed_domains": ["kestrel.example"]}
    ]
    assert "web" not in outside(body["messages"][0]["content"]).split("looked up")[-1]
    assert answered.why["tokens"]["searches"] == 1
    assert answered.cost_usd == pytest.approx(ledger.spent(DAY, DAY + timedelta(days=1)))
    assert answered.cost_usd > 0.01


def test_what_cites_nothing_is_left_out(api: MessagesApi, claude: Make, folder: Path) -> None:
    brain, _ = claude()
    told = Found("https://kestrel.example/x", "news: Kestrel doubled its sales.")
    odd = Found("javascript:alert(1)", "news: Kestrel is for sale.", "Kestrel is for sale")
    label = Found("https://kestrel.example/y", "\n- tech stack: Kestrel plans with Excel.", "plans with Excel", None)
    api.script = [Answer(found=(told, odd, label))]
    (found,) = brain.answer(asked(folder)).value["found"]
    assert (found["text"], found["about"], found["age"]) == ("Kestrel plans with Excel.", "tech stack", "")


def test_no_answer_holds_more_than_a_page_of_findings(api: MessagesApi, claude: Make, folder: Path) -> None:
    brain, _ = claude()
    api.script = [Answer(found=(DEPOT,) * 50)]
    assert len(brain.answer(asked(folder)).value["found"]) == MOST_FOUND


@pytest.mark.parametrize(("reason", "left"), [("pause_turn", 2), ("max_tokens", 1)])
def test_an_answer_that_was_cut_counts_as_far_as_it_goes(
    api: MessagesApi, claude: Make, folder: Path, reason: str, left: int
) -> None:
    brain, _ = claude()
    api.script = [Answer(found=(DEPOT, DEPOT), stop_reason=reason)]
    assert len(brain.answer(asked(folder)).value["found"]) == left


def test_a_refusal_and_a_switched_off_search_are_said(api: MessagesApi, claude: Make, folder: Path) -> None:
    brain, _ = claude()
    api.script = [Answer(stop_reason="refusal", blocks=0), failing(400, message="web search is not enabled")]
    with pytest.raises(BrainError, match="refusal"):
        brain.answer(asked(folder))
    with pytest.raises(BrainError, match="not enabled"):
        brain.answer(asked(folder))


def test_searches_are_booked_ahead_and_the_cap_forbids_them(api: MessagesApi, claude: Make, folder: Path) -> None:
    brain, ledger = claude(thread_usd=0.2)
    with pytest.raises(BrainError, match="spend cap"):
        brain.answer(asked(folder, most=5))
    assert not api.requests
    assert ledger.spent(DAY, DAY + timedelta(days=1)) == 0


def test_a_search_is_recorded_and_played_again(api: MessagesApi, claude: Make, folder: Path, tmp_path: Path) -> None:
    brain, _ = claude()
    api.script = [Answer(found=(DEPOT,))]
    kept = RecordedBrain(tmp_path / "kept.jsonl", brain)
    first = kept.answer(asked(folder))
    again = RecordedBrain(tmp_path / "kept.jsonl")
    assert again.answer(asked(folder)) == first
    with pytest.raises(BrainError, match="has no answer"):
        again.answer(asked(folder, most=3))


@pytest.mark.parametrize("tools", [[], [{"type": "web_search_20250305", "name": "web_search"}], [{"name": "bash"}]])
def test_the_server_refuses_an_unbounded_search(tools: Any) -> None:
    with pytest.raises(Bad):
        check_tools(tools)
