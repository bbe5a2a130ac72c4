"""Many prospects, random replies, downtimes: what the outside mailboxes saw keeps to the rules."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from agentmail_sandbox import Sandbox
from postroom.brain.offline import OfflineBrain
from postroom.campaign import read_campaign
from postroom.loading import load_agent
from postroom.runtime import answers, approvals, records
from sdr_agent.files import COMPANY, HERE
from sdr_agent.prospects import Prospect

SDR = load_agent("sdr")
ZONES = {
    "GB": "Europe/London",
    "IE": "Europe/Dublin",
    "FR": "Europe/Paris",
    "SE": "Europe/Stockholm",
    "NL": "Europe/Amsterdam",
}
NEVER_AGAIN = {"not interested", "unsubscribe", "wrong person"}
MOST = 4  # mails of the campaign to one person


def replies() -> dict[str, list[str]]:
    """Return the texts of the training examples by kind."""
    found: dict[str, list[str]] = {}
    for line in (HERE / "examples" / "replykind.jsonl").read_text(encoding="utf-8").splitlines():
        example = json.loads(line)
        if example["split"] == "train":
            found.setdefault(example["value"]["kind"], []).append(example["text"])
    return found


@pytest.mark.parametrize("seed", [1])
def test_no_mail_after_a_no_none_twice_and_none_out_of_hours(
    seed: int, run_agent: Callable[..., Any], offline_brain: OfflineBrain
) -> None:
    chance = random.Random(seed)
    texts = replies()
    sandbox = Sandbox(start=datetime(2026, 3, 2, 9, tzinfo=UTC))
    runtime, _ = run_agent(SDR, offline_brain, sandbox)
    sheet = read_campaign(HERE / "data" / "campaigns" / "loading-bays.csv", Prospect)
    rows = tuple((line, row) for line, row in sheet.rows if row.country in ZONES and row.basis)
    rows = tuple(chance.sample(rows, 12))
    records.take_in(runtime.context, runtime.context.posts["sdr"], replace(sheet, rows=rows))
    runtime.advance(timedelta(minutes=1))
    for waiting in approvals.waiting(runtime.context.journal):
        answers.hand_in_said(runtime.context, waiting["token"], waiting["content"], "approve")
    said: dict[str, tuple[str, str, int]] = {}

    def answer_some() -> None:
        for _, row in rows:
            got = sandbox.outbox(row.email)
            if not got or row.email in said or chance.random() > 0.12:
                continue
            kind = chance.choice(sorted(texts))
            text = chance.choice(texts[kind])
            said[row.email] = (kind, text, len(got))
            sandbox.post_mail(
                f"{row.name} <{row.email}>", "sdr@sandbox.test", f"Re: {got[0].subject}", text=text,
                in_reply_to=got[0].message_id,
            )  # fmt: skip

    for _ in range(24):
        answer_some()
        if chance.random() < 0.15:
            sandbox.clock.set(sandbox.clock.now() + timedelta(days=chance.randint(1, 5)))
        runtime.advance(timedelta(hours=chance.randint(6, 48)))

    assert not runtime.context.journal.runs_with_status("dead")
    assert said
    for _, row in rows:
        look_at(row, list(reversed(sandbox.outbox(row.email))), *said.get(row.email, ("", "", 0)))


def look_at(row: Prospect, got: list[Any], kind: str, text: str, before: int) -> None:
    """Look at what came to a prospect, who answered with `text` of that kind after so many mails."""
    first = {mail.text.partition("\n--")[0] for mail in got}
    assert len(first) == len(got), f"{row.email} got the same mail twice"
    assert len(got) <= MOST + 1, row.email
    if kind in NEVER_AGAIN:
        assert len(got) == before, f"a mail after {kind}: {text!r}"
    elif kind not in ("", "out of office"):
        assert len(got) <= before + 1, f"more than one mail after {kind}: {text!r}"
    for mail in got[: before or None]:
        local = mail.timestamp.astimezone(ZoneInfo(ZONES[row.country]))
        assert local.weekday() < 5
        assert (8, 30) <= (local.hour, local.minute) < (17, 30), (row.email, local)
        assert COMPANY["postal_address"] in " ".join(mail.text.split())
        assert "List-Unsubscribe" in mail.headers
