"""What collections keeps of a debt, and what it reads of its own files."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agentmail_sandbox import Sandbox
from collections_agent import accounts, files
from collections_agent.accounts import Account, facts, keep, kept_by_law, stated_end
from collections_agent.decisions import Reading
from postroom.brain.offline import OfflineBrain, read_examples
from postroom.campaign import read_campaign
from postroom.learning import learn_in
from postroom.loading import load_agent
from postroom_bench.play import CrashingEngine, play
from postroom_bench.scenario import read_scenario
from postroom_kit.debts.notice import blocks, lacking
from postroom_kit.debts.record import Broken, export, read, verify

COLLECTIONS = load_agent("collections")


def test_its_campaigns_have_no_bad_row_and_each_debt_is_in_the_ledger() -> None:
    sheets = [
        read_campaign(path, Account) for path in sorted((COLLECTIONS.folder / "data" / "campaigns").glob("*.csv"))
    ]
    rows = [row for sheet in sheets for _, row in sheet.rows]
    assert [sheet.bad for sheet in sheets] == [(), ()]
    assert len(rows) >= 60
    assert len({row.item for row in rows}) == len(rows)
    unknown = [row.item for row in rows if not files.ledger().of_debt(row.item)]
    assert unknown == []
    assert len(files.ledger().faults) == 1


def test_its_examples_are_enough_and_a_part_of_them_is_held_back() -> None:
    examples = read_examples(COLLECTIONS.folder / "examples" / "reading.jsonl")
    meanings = set(Reading.model_json_schema()["properties"]["means"]["enum"])
    assert len(examples) >= 150
    assert {example.value["means"] for example in examples} == meanings
    for split in ("train", "dev", "test"):
        assert {example.value["means"] for example in examples if example.split == split} == meanings


def test_a_record_holds_what_was_said_and_shows_a_change(
    run_agent: Callable[..., Any], offline_brain: OfflineBrain, tmp_path: Path
) -> None:
    learn_in(tmp_path)
    scenario = read_scenario(COLLECTIONS.folder / "scenarios" / "dispute_then_more.yaml")
    sandbox = Sandbox(start=scenario.given.clock)
    runtime, _ = run_agent(COLLECTIONS, offline_brain, sandbox, wrap_engine=CrashingEngine)
    assert play(scenario, runtime, sandbox) == []

    path = files.record_of("LK-20102")
    kept = read(path)
    assert [each.kind for each in kept if each.kind != "decided"] == ["sent", "received", "sent", "received"]
    assert any("I dispute this." in each.what for each in kept)
    assert any("attempt to collect a debt" in each.what for each in kept)
    assert len({each.key for each in kept}) == len(kept)
    assert list(verify(export(kept, "csv"), "csv")) == list(kept)
    assert kept_by_law("ruth.oyelaran@example.com") == [
        f"record of LK-20102 (12 CFR 1006.100(a), not checked): until {max(e.moment for e in kept).year + 3}-03-07"
    ]
    path.write_text(path.read_text(encoding="utf-8").replace("I dispute this.", "I owe this."), encoding="utf-8")
    with pytest.raises(Broken):
        read(path)


def test_a_record_is_kept_once_however_often_it_is_written(tmp_path: Path) -> None:
    learn_in(tmp_path)
    said = [{"at": "2026-03-02T09:00:00+00:00", "kind": "note", "who": "a test", "what": "once"}]
    keep("op-1", "LK-1", said)
    keep("op-1", "LK-1", said)
    keep("op-2", "LK-1", said)
    assert len(read(files.record_of("LK-1"))) == 2


def test_a_broken_record_keeps_no_debt_from_being_stopped(tmp_path: Path) -> None:
    learn_in(tmp_path)
    said = [{"at": "2026-03-02T09:00:00+00:00", "kind": "note", "who": "a test", "what": "once"}]
    keep("op-1", "LK-1", said)
    path = files.record_of("LK-1")
    path.write_text(path.read_text(encoding="utf-8").replace("once", "never"), encoding="utf-8")
    keep("op-2", "LK-1", said)
    assert len(read(files.record_of("LK-1", 1))) == 1
    with pytest.raises(Broken):
        read(path)


def test_the_period_that_a_notice_states_is_read_from_its_own_words() -> None:
    text = blocks()["dispute"].text.format(ends="18 April 2026")
    assert stated_end(text.replace(" until ", "\nuntil ")) == "2026-04-18"
    assert stated_end("until the end of time") == ""


def test_every_letter_of_a_step_can_hold_the_fixed_texts() -> None:
    footer = (COLLECTIONS.folder / "emails" / "footer.md.j2").read_text(encoding="utf-8")
    for name in ("third_party_first", "third_party_later", "first_party", "opt_out", "time_barred"):
        assert f"company.texts.{name}" in footer
    texts = [block.text for block in blocks().values()]
    assert lacking(" ".join(texts), texts) == ""


def test_a_ledger_that_changes_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ledger.csv"
    lines = [["debt", "date", "kind", "amount", "currency"], ["A", "2026-01-01", "debt", "5.00", "USD"]]
    monkeypatch.setattr(files, "LEDGER", path)
    for amount in ("5.00", "1205.00"):
        lines[1][3] = amount
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(lines)
        owed = accounts.standing("A", "Northmoor", "", "2026-02-01")
        assert owed is not None
        assert owed["shown"] == f"${float(amount):,.2f}"
    assert facts.__doc__
