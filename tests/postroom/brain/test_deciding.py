"""`postroom decide`: a row for each line, bad ones by number, nothing else on standard output."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from click.testing import CliRunner, Result
from messages_api import REFUSED, MessagesApi, failing, ok
from messages_checks import KEY

from postroom.brain import Answered, Question, calling
from postroom.cli import group
from postroom.database import open_database, sqlite_url
from postroom.deciding import Decider
from postroom.loading import load_agent
from postroom.runtime.ledger import CallLedger

MAILS = [
    {"from": "ana@example.com", "subject": "Returns", "text": "How many days do I have to send something back?"},
    {"subject": "x", "html": "<p>I want to speak to a manager</p>", "attachments": ["a.pdf", {"filename": "b.pdf"}]},
]
CALM = {"wants": "an answer", "category": "returns", "mood": "calm", "priority": "normal"}
Decide = Callable[..., Result]


@pytest.fixture
def decide(tmp_path: Path, learnt_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Decide]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".postroom").mkdir()
    (tmp_path / ".postroom" / "learnt").symlink_to(learnt_folder)
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "POSTROOM_SPEND_DAY_USD", "AGENTMAIL_API_KEY"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str, lines: list[Any], **env: str) -> Result:
        given = "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines)
        return CliRunner().invoke(group, ["decide", *arguments], input=given, env=env)

    yield run
    structlog.reset_defaults()


def rows(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_each_line_gets_a_row_and_results_are_alone_on_stdout(decide: Decide) -> None:
    result = decide("support", "triage", lines=MAILS)
    assert result.exit_code == 0
    assert result.stderr == "brain:  offline\n"
    first, second = rows(result)
    assert set(first) == {"line", "value", "confidence", "cost_usd", "tokens"}
    assert (first["line"], first["value"]["category"], first["cost_usd"], first["tokens"]) == (1, "returns", 0, 0)
    assert 0 < first["confidence"] <= 1
    assert second["value"]["wants"] == "a person"


def test_byte_order_marks_of_files_put_together_are_no_part_of_their_mails(decide: Decide) -> None:
    mail = json.dumps(MAILS[0])
    found = rows(decide("support", "triage", lines=[f"\ufeff{mail}", mail, f"\ufeff{mail}"]))
    assert [row["value"]["category"] for row in found] == ["returns"] * 3


def test_bad_lines_are_reported_by_number_and_do_not_stop_the_rest(decide: Decide) -> None:
    lines = ["nonsense", "", "7", {"text": 7}, {"attachments": [{"name": "x"}], "text": "x"}, MAILS[0]]
    result = decide("support", "Triage", lines=lines)
    assert result.exit_code == 1
    *bad, good = rows(result)
    assert [row["line"] for row in bad] == [1, 3, 4, 5]
    assert all(set(row) == {"line", "error"} for row in bad)
    assert "Invalid JSON" in bad[0]["error"]
    assert "text: Input should be a valid string" in bad[2]["error"]
    assert good["line"] == 6
    assert good["value"]["category"] == "returns"


def test_files_are_read_as_agentmail_describes_them(decide: Decide) -> None:
    pasted = {"attachment_id": "a1", "size": 3, "content_disposition": "inline"}
    printed = {"attachment_id": "a2", "size": 3, "filename": None, "content_type": None}
    result = decide("support", "triage", lines=[{**MAILS[0], "attachments": [pasted, printed]}])
    assert result.exit_code == 0
    assert rows(result)[0]["value"]["category"] == "returns"


def test_of_an_empty_mail_nothing_is_sure(decide: Decide) -> None:
    result = decide("support", "triage", lines=[{}, {"text": " "}])
    assert result.exit_code == 0
    assert [row["confidence"] for row in rows(result)] == [0, 0]


def test_a_decision_that_needs_passages_is_asked_with_those_the_handler_finds(decide: Decide) -> None:
    result = decide("support", "answer", lines=MAILS)
    answer, angry = rows(result)
    assert [source["id"] for source in answer["value"]["sources"]] == ["returns-window"]
    assert angry == {"line": 2, "error": "the agent did not come to Answer: asks for a person"}
    assert result.exit_code == 1


@pytest.mark.parametrize("brain", ["offline", "claude"])
def test_an_answer_that_the_handler_does_not_ask_for_is_asked_of_nobody(
    api: MessagesApi, decide: Decide, brain: str
) -> None:
    env = {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": api.url}
    result = decide("support", "answer", "--brain", brain, lines=[{}, {"text": "Thanks!"}], **env)
    assert [row["error"] for row in rows(result)] == [
        "the agent did not come to Answer: there is no text to read",
        "the agent did not come to Answer: nothing is asked",
    ]
    assert api.requests == []


def test_a_mail_of_which_the_handler_decides_nothing_is_decided_all_the_same(decide: Decide) -> None:
    result = decide("support", "triage", lines=[{"text": "Guten Tag, wie lange kann ich die Ware zurückgeben?"}])
    assert result.exit_code == 0
    assert rows(result)[0]["value"]["wants"]


def test_an_agents_examples_can_be_read_as_they_are(decide: Decide) -> None:
    examples = load_agent("support").folder / "examples" / "triage.jsonl"
    result = decide("support", "triage", lines=examples.read_text().splitlines()[:20])
    assert result.exit_code == 0
    assert [row["line"] for row in rows(result)] == list(range(1, 21))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nobody", "triage"), "no agent 'nobody'"),
        (("support", "fate"), "support has no decision 'fate'; it has answer, triage"),
        (("support",), "Missing argument 'DECISION'"),
        (("support", "triage", "--brain", "claude"), "--brain claude needs ANTHROPIC_API_KEY"),
        (("support", "triage", "--brain", "oracle"), "'oracle' is not one of"),
    ],
)
def test_what_cannot_be_meant_is_usage(decide: Decide, arguments: tuple[str, ...], said: str) -> None:
    result = decide(*arguments, lines=MAILS)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""


def test_with_a_key_claude_decides_and_what_it_cost_is_booked(api: MessagesApi, decide: Decide, tmp_path: Path) -> None:
    api.script = [ok(**CALM), REFUSED, ok(**CALM)]
    result = decide("support", "triage", lines=[*MAILS, MAILS[0]], ANTHROPIC_API_KEY=KEY, ANTHROPIC_BASE_URL=api.url)
    assert result.exit_code == 1
    first, refused, _ = rows(result)
    assert first["value"] == CALM
    assert first["cost_usd"] > 0
    assert first["tokens"] > 1_000
    assert refused["error"].endswith("it stopped with refusal")
    assert result.stderr.startswith("brain:  claude (claude-haiku-5-5, claude-sonnet-5-5), at most 5 USD a day")
    assert KEY not in result.output
    database = open_database(sqlite_url(tmp_path / ".postroom" / "journal.db"))
    booked = CallLedger(database).rows()
    database.dispose()
    assert [row["outcome"] for row in booked] == ["end_turn", "refusal", "end_turn"]
    assert booked[0]["cost_usd"] == pytest.approx(first["cost_usd"], abs=1e-7)
    assert len({row["thread_id"] for row in booked}) == 3


def test_what_is_logged_meanwhile_is_no_result(
    api: MessagesApi, decide: Decide, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "_wait", lambda _state: 0.0)
    api.script = [failing(429, "rate_limit_error", "slow down"), ok(**CALM)]
    result = decide("support", "triage", lines=MAILS[:1], ANTHROPIC_API_KEY=KEY, ANTHROPIC_BASE_URL=api.url)
    assert [row["value"] for row in rows(result)] == [CALM]
    assert "429 slow down" in result.stderr


def test_a_line_that_claude_was_away_for_is_not_said_to_be_tried_again(
    api: MessagesApi, decide: Decide, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "_wait", lambda _state: 0.0)
    api.script = [failing(500, message="broken")] * 3
    result = decide("support", "triage", lines=MAILS[:1], ANTHROPIC_API_KEY=KEY, ANTHROPIC_BASE_URL=api.url)
    said = "Claude cannot be asked now: 500 broken; give this line again later"
    assert rows(result) == [{"line": 1, "error": said}]


def test_a_reached_cap_is_an_error_of_its_line(api: MessagesApi, decide: Decide) -> None:
    env = {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": api.url, "POSTROOM_SPEND_DAY_USD": "0"}
    result = decide("support", "triage", lines=MAILS, **env)
    assert result.exit_code == 1
    assert all("POSTROOM_SPEND_DAY_USD allows 0" in row["error"] for row in rows(result))


def test_with_a_key_the_offline_brain_is_still_to_be_had(decide: Decide) -> None:
    result = decide("support", "triage", "--brain", "offline", lines=MAILS, ANTHROPIC_API_KEY=KEY)
    assert (result.exit_code, result.stderr) == (0, "brain:  offline\n")


class Priceless:
    """Answers without a price on file."""

    name = "priceless"

    def answer(self, question: Question) -> Answered:
        return Answered(dict(CALM), None, self.name, cost_usd=1.0, tokens=7, cost_known=False)


def test_a_cost_nobody_knows_is_null() -> None:
    agent = load_agent("support")
    (triage,) = [kind for kind in agent.decisions() if kind.__name__ == "Triage"]
    row = Decider(agent, triage, Priceless(), batch="b").line(1, json.dumps(MAILS[0]).encode())
    assert (row["cost_usd"], row["tokens"], row["confidence"]) == (None, 7, None)


def both(of: tuple[int, int]) -> tuple[int, int]:
    return of


def test_what_a_handler_looks_up_is_there_for_a_decision_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def look_first(message: Any, thread: Any) -> None:
        assert thread.look_up(both, of=(2, 1)) == [2, 1]
        thread.decide(triage, message)

    agent = load_agent("support")
    monkeypatch.setitem(agent.on_mail, agent.flow.start, look_first)
    (triage,) = [kind for kind in agent.decisions() if kind.__name__ == "Triage"]
    row = Decider(agent, triage, Priceless(), batch="b").line(1, json.dumps(MAILS[0]).encode())
    assert row["value"] == CALM


def test_a_handler_that_fails_on_one_mail_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(message: Any, thread: Any) -> None:
        raise KeyError("oops")

    agent = load_agent("support")
    monkeypatch.setitem(agent.on_mail, agent.flow.start, broken)
    (triage,) = [kind for kind in agent.decisions() if kind.__name__ == "Triage"]
    row = Decider(agent, triage, Priceless(), batch="b").line(3, json.dumps(MAILS[0]).encode())
    assert row == {"line": 3, "error": "the handler failed: KeyError: 'oops'"}
