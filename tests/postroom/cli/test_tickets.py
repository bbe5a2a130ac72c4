"""`postroom threads AGENT --csv`: tickets for a spreadsheet, which strangers cannot make calculate."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from postroom.spreadsheet import as_csv, as_text

DESK = "desk@sandbox.test"


def rows_of(printed: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(printed)))


def test_a_ticket_says_who_asked_what_became_of_it_and_who_answered_when(desk: Callable[..., Any]) -> None:
    runtime, sandbox, call = desk("answer")
    mail = sandbox.post_mail("Ana Duarte <ana@example.com>", DESK, "An odd colour", "What colour?")
    runtime.drain()
    client = sandbox.client()
    client.inboxes.threads.update(DESK, mail.thread_id, add_labels=["priority/high"])
    told = call("threads", "desk", "--csv")
    assert told.exit_code == 0, told.output
    (row,) = rows_of(told.stdout)
    assert list(row) == [
        "thread", "subject", "from", "state", "category", "priority", "source", "began", "first answered", "by whom",
    ]  # fmt: skip
    assert (row["thread"], row["subject"], row["from"]) == (
        mail.thread_id, "An odd colour", "Ana Duarte <ana@example.com>",
    )  # fmt: skip
    assert (row["state"], row["category"], row["priority"], row["by whom"]) == ("done", "easy", "high", "agent")
    assert row["began"] <= row["first answered"]


def test_a_note_that_a_colleague_has_it_is_no_answer_and_one_of_our_people_is(desk: Callable[..., Any]) -> None:
    runtime, sandbox, call = desk("escalate")
    mail = sandbox.post_mail("ana@example.com", DESK, "Colour", "What colour?")
    runtime.drain()
    (row,) = rows_of(call("threads", "desk", "--csv").stdout)
    assert (row["first answered"], row["by whom"]) == ("", "")
    sandbox.clock.advance(timedelta(hours=1))
    sandbox.client().inboxes.messages.reply(DESK, mail.message_id, text="It is blue, says Dee.")
    (row,) = rows_of(call("threads", "desk", "--csv").stdout)
    assert row["by whom"] == "people"
    assert row["began"] < row["first answered"]


def test_more_threads_than_a_page_are_all_tickets_newest_first(
    desk: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("postroom.tickets._PAGE", 2)
    runtime, sandbox, call = desk("answer")
    for number in range(5):
        sandbox.clock.advance(timedelta(minutes=1))
        sandbox.post_mail(f"ana{number}@example.com", DESK, f"number {number}", "What colour?")
        runtime.drain()
    told = rows_of(call("threads", "desk", "--csv").stdout)
    assert [row["subject"][-1] for row in told] == ["4", "3", "2", "1", "0"]


@pytest.mark.parametrize("which", [[], ["sdr"]])
def test_without_an_agent_that_runs_those_that_do_are_named(desk: Callable[..., Any], which: list[str]) -> None:
    _, _, call = desk("answer")
    told = call("threads", *which, "--csv")
    assert (told.exit_code, "prints: desk" in told.output) == (2, True)


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-2+3", "@SUM(A1)", "\t=1+1", "\r\n=cmd|' /C calc'!A0", "  =1", "\uff1d1+1", "\uff20x"]
)
def test_a_cell_that_a_spreadsheet_would_calculate_is_text(cell: str) -> None:
    (row,) = rows_of(as_csv(["subject"], [{"subject": cell}]))
    assert row["subject"].startswith("'")
    assert row["subject"].isprintable()


@pytest.mark.parametrize("cell", ["", "a=b", 'Zoë, "Ana"; x', "2026-03-02T09:00:00+00:00", "3-4"])
def test_other_cells_are_as_they_were(cell: str) -> None:
    assert as_text(cell) == cell
    (row,) = rows_of(as_csv(["a", "b"], [{"a": cell, "b": "x"}]))
    assert row == {"a": cell, "b": "x"}
