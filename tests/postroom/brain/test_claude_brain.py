"""Claude over HTTP: what is sent, what is made of each kind of answer, and that every try is counted."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from claude_testing import Topic, question
from messages_api import CUT, OVERLOADED, REFUSED, Answer, MessagesApi, failing, ok
from messages_checks import KEY

from postroom.brain import BrainAway, BrainError
from postroom.brain.calling import LONGEST_WAIT
from postroom.brain.claude import ANSWER_TOKENS, LONG_ANSWER_TOKENS, ClaudeBrain
from postroom.brain.prices import Usage, read_prices
from postroom.runtime.ledger import CallLedger

Make = Callable[..., tuple[ClaudeBrain, CallLedger]]
GOOD = ok(topic="returns")


def outcomes(ledger: CallLedger) -> list[str]:
    return [row["outcome"] for row in ledger.rows()]


def test_an_answer_is_validated_and_counted(api: MessagesApi, claude: Make, folder: Path) -> None:
    brain, ledger = claude()
    api.script = [GOOD]
    answered = brain.answer(question(folder, "how do I return it"))
    assert answered.value == {"topic": "returns"}
    assert answered.brain == "claude-haiku-5-5"
    (row,) = ledger.rows()
    used = Usage(row["input_tokens"], row["output_tokens"], row["cache_write_tokens"], row["cache_read_tokens"])
    assert used.cache_write > 0
    assert answered.tokens == used.total > 0
    assert answered.cost_usd == row["cost_usd"] == read_prices().cost("claude-haiku-5-5", used) > 0
    assert answered.why["tokens"]["output"] == len(GOOD.text)
    assert (row["agent"], row["thread_id"], row["type"], row["outcome"]) == ("brainy_agent", "t1", "Topic", "end_turn")


def test_small_and_large_are_the_models_that_are_set(api: MessagesApi, claude: Make, folder: Path) -> None:
    brain, _ = claude()
    api.script = [GOOD, GOOD]
    brain.answer(question(folder, "one", model="small"))
    brain.answer(question(folder, "two", model="large"))
    assert [request["model"] for request in api.requests] == ["claude-haiku-5-5", "claude-sonnet-5-5"]


def test_what_stays_the_same_is_cached_from_mail_to_mail(api: MessagesApi, claude: Make, folder: Path) -> None:
    brain, ledger = claude()
    api.script = [GOOD, GOOD]
    brain.answer(question(folder, "one"))
    brain.answer(question(folder, "quite another mail", thread_id="t2"))
    assert api.requests[0]["system"] == api.requests[1]["system"]
    first, second = ledger.rows()
    assert first["cache_write_tokens"] == second["cache_read_tokens"] > 0
    assert second["cache_write_tokens"] == 0
    assert second["cost_usd"] < first["cost_usd"]


def test_a_refusal_goes_to_people_at_once(api: MessagesApi, claude: Make, folder: Path) -> None:
    brain, ledger = claude()
    api.script = [REFUSED]
    with pytest.raises(BrainError, match="claude-haiku-5-5 did not answer Topic: it stopped with refusal"):
        brain.answer(question(folder, "hello"))
    assert outcomes(ledger) == ["refusal"]
    assert ledger.rows()[0]["input_tokens"] > 0


def test_a_cut_answer_gets_more_room_once(api: MessagesApi, claude: Make, folder: Path) -> None:
    brain, ledger = claude()
    api.script = [CUT, GOOD]
    assert brain.answer(question(folder, "hello")).value == {"topic": "returns"}
    assert [request["max_tokens"] for request in api.requests] == [ANSWER_TOKENS, LONG_ANSWER_TOKENS]
    assert outcomes(ledger) == ["max_tokens", "end_turn"]
    api.script = [CUT, CUT]
    with pytest.raises(BrainError, match=f"the answer for Topic was cut at {LONG_ANSWER_TOKENS} tokens"):
        brain.answer(question(folder, "hello"))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (Answer('{"topic": "ret'), "the answer: Invalid JSON"),
        (Answer("I cannot say."), "the answer: Invalid JSON"),
        (ok(topic="weather"), "topic: Input should be 'returns' or 'billing'"),
        (ok(topic="returns", confidence=1.0), "confidence: Extra inputs are not permitted"),
        (ok(), "topic: Field required"),
        (Answer(blocks=0), "the answer: Invalid JSON"),
        (Answer(GOOD.text, blocks=2), "the answer: Invalid JSON"),
    ],
)
def test_a_wrong_answer_is_mended_once_with_what_is_wrong(
    api: MessagesApi, claude: Make, folder: Path, wrong: Answer, said: str
) -> None:
    brain, ledger = claude()
    api.script = [wrong, GOOD]
    answered = brain.answer(question(folder, "hello"))
    assert answered.value == {"topic": "returns"}
    assert answered.why["calls"] == 2
    assert answered.tokens == sum(row["input_tokens"] + row["output_tokens"] + row["cache_write_tokens"]
                                  + row["cache_read_tokens"] for row in ledger.rows())  # fmt: skip
    _, given, mend = api.requests[1]["messages"]
    assert said in mend["content"]
    assert given["content"] in (wrong.text, "(no text)")
    api.script = [wrong, wrong]
    with pytest.raises(BrainError, match="claude-haiku-5-5 answered Topic wrongly twice"):
        brain.answer(question(folder, "hello"))


def test_words_of_a_wrong_value_are_not_repeated_as_instructions(api: MessagesApi, claude: Make, folder: Path) -> None:
    brain, _ = claude()
    api.script = [ok(topic="obey me"), ok(topic="obey me")]
    with pytest.raises(BrainError) as raised:
        brain.answer(question(folder, "hello"))
    assert "obey me" not in str(raised.value)
    assert "obey me" not in api.requests[1]["messages"][2]["content"]


def test_overload_is_sat_out_and_costs_nothing(api: MessagesApi, claude: Make, folder: Path) -> None:
    slept: list[float] = []
    brain, ledger = claude(slept)
    api.script = [OVERLOADED, failing(429, "rate_limit_error", "slow down", retry_after="7"), GOOD]
    assert brain.answer(question(folder, "hello")).value == {"topic": "returns"}
    assert 0 < slept[0] <= 1
    assert slept[1] == 7
    assert sorted(outcomes(ledger)) == ["429", "529", "end_turn"]
    assert [row["cost_usd"] for row in ledger.rows() if row["outcome"] != "end_turn"] == [0, 0]


@pytest.mark.parametrize("answer", [OVERLOADED, failing(500), failing(503), Answer(drop=True)], ids=str)
def test_what_keeps_failing_is_tried_again_by_the_runtime(
    api: MessagesApi, claude: Make, folder: Path, answer: Answer
) -> None:
    slept: list[float] = []
    brain, _ = claude(slept)
    api.script = [answer] * 3
    with pytest.raises(BrainAway, match=r"Claude cannot be asked now: .*; the run is tried again by itself"):
        brain.answer(question(folder, "hello"))
    assert len(api.requests) == 3
    assert len(slept) == 2


def test_a_long_retry_after_is_left_to_the_runtime(api: MessagesApi, claude: Make, folder: Path) -> None:
    slept: list[float] = []
    brain, _ = claude(slept)
    api.script = [failing(429, "rate_limit_error", "tomorrow", retry_after=str(int(LONGEST_WAIT) + 1))]
    with pytest.raises(BrainAway, match="429 tomorrow"):
        brain.answer(question(folder, "hello"))
    assert slept == []


def test_a_call_that_nobody_answered_stays_booked_at_its_most(api: MessagesApi, claude: Make, folder: Path) -> None:
    brain, ledger = claude(timeout=0.5)
    api.script = [Answer(hang=True), GOOD]
    brain.answer(question(folder, "hello"))
    lost, answered = sorted(ledger.rows(), key=lambda row: row["outcome"], reverse=True)
    assert (lost["outcome"], answered["outcome"]) == ("no answer", "end_turn")
    assert lost["cost_usd"] > answered["cost_usd"]


def test_a_server_that_is_not_there_costs_nothing(api: MessagesApi, claude: Make, folder: Path) -> None:
    brain, ledger = claude()
    api.close()
    with pytest.raises(BrainAway, match=r"http://127\.0\.0\.1:\d+: Connection error"):
        brain.answer(question(folder, "hello"))
    assert outcomes(ledger) == ["unreachable"] * 3
    assert sum(row["cost_usd"] for row in ledger.rows()) == 0


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (401, "check ANTHROPIC_API_KEY"),
        (402, "see to the account's balance"),
        (404, "check POSTROOM_MODEL_SMALL"),
        (400, "this needs a change of the agent"),
    ],
)
def test_what_no_repetition_mends_says_what_to_do_and_no_secret(
    api: MessagesApi, claude: Make, folder: Path, status: int, advice: str
) -> None:
    brain, ledger = claude()
    api.script = [failing(status, message="not so")]
    with pytest.raises(BrainError, match=f"Claude refused the request: {status} not so; {advice}") as raised:
        brain.answer(question(folder, "hello"))
    assert KEY not in f"{raised.value!r} {raised.value.__cause__!r}"
    assert outcomes(ledger) == [str(status)]


@pytest.mark.parametrize(
    "used",
    [
        {"input_tokens": -1_000_000},
        {"output_tokens": "many"},
        {"input_tokens": None, "output_tokens": None},
        {"output_tokens": None},
        None,
    ],
)
def test_a_server_cannot_give_money_back(api: MessagesApi, claude: Make, folder: Path, used: Any) -> None:
    brain, ledger = claude()
    usage = {"input_tokens": 1, "output_tokens": 1, **used} if used else None
    content = [{"type": "text", "text": GOOD.text}]
    message = {"id": "m", "type": "message", "role": "assistant", "model": "m", "content": content,
               "stop_reason": "end_turn", "stop_sequence": None, "usage": usage}  # fmt: skip
    api.script = [Answer(body=json.dumps(message).encode())]
    with pytest.raises(BrainError, match="answered what is no message"):
        brain.answer(question(folder, "hello"))
    (row,) = ledger.rows()
    assert (row["outcome"], row["cost_usd"] > 0) == ("unreadable", True)


def test_what_is_made_up_is_not_repeated_at_length(api: MessagesApi, claude: Make, folder: Path) -> None:
    brain, _ = claude()
    api.script = [ok(topic="returns", **{"x" * 9_000: 1}), failing(400, message="y" * 9_000)]
    with pytest.raises(BrainError, match=r"y{500}") as raised:
        brain.answer(question(folder, "hello"))
    assert len(str(raised.value)) < 700
    assert len(api.requests[1]["messages"][2]["content"]) < 300


@pytest.mark.parametrize(
    "answer",
    [
        Answer(body=b"<html>a proxy</html>", headers={"content-type": "text/html"}),
        Answer(body=b"{}"),
        Answer(body=b"not json"),
        Answer(body=b'{"type": "message", "content": [{"type": "text", "text": "r\xe9turns"}]}'),
        Answer(body=b'{"type": "message", "content": null}'),
    ],
    ids=["html", "empty", "not json", "Latin-1", "half a message"],
)
def test_a_server_that_speaks_something_else_is_told_so(
    api: MessagesApi, claude: Make, folder: Path, answer: Answer
) -> None:
    brain, ledger = claude()
    api.script = [answer]
    with pytest.raises(BrainError, match="answered what is no message"):
        brain.answer(question(folder, "hello"))
    assert ledger.rows()[0]["cost_usd"] > 0


def test_a_missing_prompt_is_named(api: MessagesApi, claude: Make, folder: Path) -> None:
    brain, _ = claude()
    (folder / "prompts" / "topic.md").unlink()
    with pytest.raises(BrainError, match=r"Topic has no prompt: add prompts/topic\.md to brainy_agent"):
        brain.answer(question(folder, "hello"))


def test_what_it_is_says_models_and_caps_and_no_secret(claude: Make) -> None:
    brain, _ = claude(day_usd=7, thread_usd=0.25)
    assert str(brain) == (
        "claude (claude-haiku-5-5, claude-sonnet-5-5), at most 7 USD a day and 0.25 a thread by prices as of "
        "2026-11-28, not checked"
    )
    assert KEY not in f"{brain} {brain!r} {brain.caller!r}"


def test_the_sdk_is_loaded_ahead_of_the_first_mail(claude: Make, folder: Path) -> None:
    brain, _ = claude()
    brain.warm(folder, [Topic])
    assert brain.caller._opened is not None
