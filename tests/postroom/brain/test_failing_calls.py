"""Calls that fail: what people get to read of them, which is no secret, and how long they wait."""

from __future__ import annotations

import dataclasses
import gzip
import json
import random
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from claude_testing import MODELS, Quoting, question
from messages_api import CUT, Answer, MessagesApi, failing, ok
from messages_checks import KEY
from structlog.testing import capture_logs

from postroom.brain import BrainAway, BrainError
from postroom.brain.calling import LONGEST_OUTCOME, LONGEST_REASON, Caller
from postroom.brain.claude import ClaudeBrain
from postroom.brain.connecting import LARGEST, PACKED
from postroom.runtime.ledger import CallLedger

Make = Callable[..., tuple[ClaudeBrain, CallLedger]]
GOOD = ok(topic="returns")


@pytest.mark.parametrize("before", [0, LONGEST_REASON - 30], ids=["at once", "where it is cut off"])
@pytest.mark.parametrize("status", [401, 403, 500])
def test_a_key_that_the_server_repeats_is_told_to_nobody(
    api: MessagesApi, claude: Make, folder: Path, status: int, before: int
) -> None:
    brain, _ = claude()
    api.script = [failing(status, message=f"{'.' * before}no such key: Bearer {KEY}")] * 3
    with capture_logs() as logged, pytest.raises((BrainError, BrainAway)) as raised:
        brain.answer(question(folder, "hello"))
    told = "".join(traceback.format_exception(raised.value)) + str(logged)
    assert "no such key" in told
    assert KEY[:9] not in told


def test_a_short_word_in_the_place_of_a_key_is_no_secret(
    api: MessagesApi, claude: Make, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    brain, _ = claude()
    monkeypatch.setattr("messages_checks.KEY", "dummy")
    caller = Caller("dummy", api.url, brain.caller.purse)
    api.script = [failing(400, message="dummy texts are not taken")]
    with pytest.raises(BrainError, match="400 dummy texts are not taken"):
        ClaudeBrain(MODELS, caller).answer(question(folder, "hello"))
    caller.close()


def test_a_password_in_the_servers_address_is_told_to_nobody(claude: Make, folder: Path) -> None:
    brain, _ = claude()
    caller = Caller(KEY, "http://desk:hunter2@127.0.0.1:9/?key=hunter2", brain.caller.purse, sleep=lambda _: None)
    with (
        capture_logs() as logged,
        pytest.raises(BrainAway, match=r"http://127\.0\.0\.1:9/: Connection error") as raised,
    ):
        ClaudeBrain(MODELS, caller).answer(question(folder, "hello"))
    assert "hunter2" not in f"{raised.value} {logged}"
    caller.close()


@pytest.mark.parametrize(
    ("blocks", "calls"),
    [
        ([{"type": "fallback", "to": "x"}, {"type": "text", "text": GOOD.text}], 1),
        ([{"type": "text", "text": 7}], 2),
        (None, 2),
        (5, 2),
        (True, 2),
    ],
    ids=["of a kind yet unknown", "no text", "none", "a number", "true"],
)
def test_only_blocks_of_text_are_an_answer(
    api: MessagesApi, claude: Make, folder: Path, blocks: Any, calls: int
) -> None:
    brain, _ = claude()
    message = {"id": "m", "type": "message", "role": "assistant", "model": "m", "content": blocks,
               "stop_reason": "end_turn", "usage": {"input_tokens": 1, "output_tokens": 1}}  # fmt: skip
    api.script = [Answer(body=json.dumps(message).encode()), GOOD][:calls]
    assert brain.answer(question(folder, "hello")).value == {"topic": "returns"}
    assert len(api.requests) == calls


@pytest.mark.parametrize("moved", [302, 307, 308])
def test_no_mail_follows_a_redirect_to_a_server_that_nobody_chose(
    api: MessagesApi, claude: Make, folder: Path, moved: int
) -> None:
    elsewhere = MessagesApi(lambda _: GOOD)
    brain, ledger = claude()
    api.script = [Answer(status=moved, headers={"location": f"{elsewhere.url}/v1/messages"}, body=b"")]
    with pytest.raises(BrainError, match=f"{moved} .*name the address that answers in ANTHROPIC_BASE_URL"):
        brain.answer(question(folder, "hello"))
    elsewhere.close()
    assert elsewhere.requests == elsewhere.faults == []
    assert ledger.rows()[0]["cost_usd"] == 0


@pytest.mark.parametrize(
    ("slow", "said"), [(Answer(drip=0.02), "timed out"), (Answer(ahead=0.02), "did not come in time")]
)
def test_a_server_that_only_keeps_the_line_open_or_is_about_to_answer_is_not_waited_for_for_ever(
    api: MessagesApi, claude: Make, folder: Path, slow: Answer, said: str
) -> None:
    brain, ledger = claude(timeout=0.2)
    api.script = [slow] * 3
    with pytest.raises(BrainAway, match=said):
        brain.answer(question(folder, "hello"))
    assert [(row["outcome"], row["cost_usd"] > 0) for row in ledger.rows()] == [("no answer", True)] * 3


@pytest.mark.parametrize(
    ("pack", "coding", "size"), [(bytes, "identity", LARGEST), (gzip.compress, "gzip", 2 * PACKED)], ids=["", "packed"]
)
def test_an_answer_without_end_does_not_fill_the_memory(
    api: MessagesApi, claude: Make, folder: Path, pack: Callable[[bytes], bytes], coding: str, size: int
) -> None:
    brain, ledger = claude()
    body = pack(message_of("end_turn", 1) + b" " + random.Random(0).randbytes(size).hex().encode())
    api.script = [Answer(body=body, headers={"content-encoding": coding})] * 3
    with pytest.raises(BrainAway, match="timed out"):
        brain.answer(question(folder, "hello"))
    assert {row["outcome"] for row in ledger.rows()} == {"no answer"}


@pytest.mark.parametrize("status", [502, 504, 524])
def test_what_a_gateway_waited_for_in_vain_stays_booked(
    api: MessagesApi, claude: Make, folder: Path, status: int
) -> None:
    brain, ledger = claude()
    api.script = [failing(status)] * 3
    with pytest.raises(BrainAway):
        brain.answer(question(folder, "hello"))
    assert [(row["outcome"], row["cost_usd"] > 0) for row in ledger.rows()] == [(str(status), True)] * 3


def test_a_number_of_more_digits_than_python_reads_is_in_no_message(
    api: MessagesApi, claude: Make, folder: Path
) -> None:
    brain, ledger = claude()
    api.script = [Answer(body=message_of("end_turn", 77).replace(b"77", b"7" * 5_000))]
    with pytest.raises(BrainError, match="answered what is no message"):
        brain.answer(question(folder, "hello"))
    assert ledger.rows()[0]["outcome"] == "unreadable"


def test_a_nul_in_an_answer_is_replaced(api: MessagesApi, claude: Make, folder: Path) -> None:
    brain, _ = claude()
    api.script = [ok(body="a\0b", sources=[])]
    assert brain.answer(question(folder, "hello", Quoting)).value["body"] == "a\ufffdb"


@pytest.mark.parametrize("usage", [2**63, 10**40, 10**400], ids=["of 64 bits", "larger", "larger than any float"])
def test_a_number_that_no_database_holds_is_no_count(api: MessagesApi, claude: Make, folder: Path, usage: int) -> None:
    brain, ledger = claude()
    api.script = [Answer(body=message_of("end_turn", usage))]
    with pytest.raises(BrainError, match="answered what is no message"):
        brain.answer(question(folder, "hello"))
    assert (ledger.rows()[0]["outcome"], ledger.rows()[0]["cost_usd"] > 0) == ("unreadable", True)


@pytest.mark.parametrize("reason", [["x"], {"x": 1}, 7, "a\x00\ud800b", "z" * 900])
def test_any_reason_to_stop_can_be_booked(api: MessagesApi, claude: Make, folder: Path, reason: Any) -> None:
    brain, ledger = claude()
    api.script = [Answer(body=message_of(reason, 1))]
    with pytest.raises(BrainError, match="it stopped with") as raised:
        brain.answer(question(folder, "hello"))
    for said in (ledger.rows()[0]["outcome"], str(raised.value)):
        assert said.isprintable()
    assert len(ledger.rows()[0]["outcome"]) <= LONGEST_OUTCOME


def test_an_answer_nested_too_deep_is_no_message(api: MessagesApi, claude: Make, folder: Path) -> None:
    brain, ledger = claude()
    api.script = [Answer(body=b"[" * 200_000)]
    with pytest.raises(BrainError, match="answered what is no message"):
        brain.answer(question(folder, "hello"))
    assert ledger.rows()[0]["outcome"] == "unreadable"


def test_what_a_server_says_can_be_written_down(api: MessagesApi, claude: Make, folder: Path) -> None:
    brain, _ = claude()
    api.script = [failing(400, message="half \ud800 a sign\x00,\na line")]
    with pytest.raises(BrainError, match="400 half   a sign , a line;"):
        brain.answer(question(folder, "hello"))


def message_of(stop_reason: Any, used: int) -> bytes:
    content = [{"type": "text", "text": GOOD.text}]
    message = {"id": "m", "type": "message", "role": "assistant", "model": "m", "content": content,
               "stop_reason": stop_reason, "usage": {"input_tokens": used, "output_tokens": 1}}  # fmt: skip
    return json.dumps(message).encode()


def test_an_answer_with_more_room_gets_more_time(api: MessagesApi, claude: Make, folder: Path) -> None:
    brain, ledger = claude(timeout=1.5)
    api.script = [CUT, dataclasses.replace(GOOD, seconds=2.0)]
    brain.answer(question(folder, "hello"))
    assert sorted(row["outcome"] for row in ledger.rows()) == ["end_turn", "max_tokens"]


def test_a_proxy_that_cannot_be_used_is_named_without_its_password(
    claude: Make, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    brain, ledger = claude()
    monkeypatch.setenv("ALL_PROXY", "nonsense://desk:hunter2@127.0.0.1:9")
    with pytest.raises(BrainError, match=r"Unknown scheme .*; see HTTPS_PROXY") as raised:
        brain.answer(question(folder, "hello"))
    assert "hunter2" not in str(raised.value)
    assert ledger.rows() == []


def test_a_date_with_a_time_zone_out_of_this_world_says_no_time(api: MessagesApi, claude: Make, folder: Path) -> None:
    brain, _ = claude()
    api.script = [failing(429, retry_after=f"Mon, 05 Jan 2026 09:00:00 +{'9' * 15}"), GOOD]
    assert brain.answer(question(folder, "hello")).value == {"topic": "returns"}


@pytest.mark.parametrize(("ahead", "waited"), [(10, 10), (-60, 1)], ids=["ahead", "past"])
def test_retry_after_may_be_a_date(api: MessagesApi, claude: Make, folder: Path, ahead: int, waited: float) -> None:
    slept: list[float] = []
    brain, _ = claude(slept)
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=ahead), usegmt=True)
    api.script = [failing(429, "rate_limit_error", "slow down", retry_after=date), GOOD]
    brain.answer(question(folder, "hello"))
    assert waited / 2 <= slept[0] <= waited
