"""What collections keeps of a debt, and what it reads of its own files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agentmail_sandbox import Sandbox
from collections_agent.debt import Account
from collections_agent.decisions import Reading
from collections_agent.files import BOOKS, records
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
    unknown = [row.item for row in rows if not BOOKS.ledger.of_debt(row.item)]
    assert unknown == []
    assert len(BOOKS.ledger.faults) == 1


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

    path = records().path("LK-20102")
    kept = read(path)
    assert [each.kind for each in kept if each.kind != "decided"] == ["sent", "received", "sent", "received"]
    assert any("I dispute this." in each.what for each in kept)
    assert any("attempt to collect a debt" in each.what for each in kept)
    assert len({each.key for each in kept}) == len(kept)
    assert list(verify(export(kept, "csv"), "csv")) == list(kept)
    assert COLLECTIONS.kept_by_law("ruth.oyelaran@example.com") == [
        f"record of LK-20102 (12 CFR 1006.100(a), not checked): until {max(e.moment for e in kept).year + 3}-03-07"
    ]
    path.write_text(path.read_text(encoding="utf-8").replace("I dispute this.", "I owe this."), encoding="utf-8")
    with pytest.raises(Broken):
        read(path)


def test_every_letter_of_a_step_can_hold_the_fixed_texts() -> None:
    footer = (COLLECTIONS.folder / "emails" / "footer.md.j2").read_text(encoding="utf-8")
    for name in ("third_party_first", "third_party_later", "first_party", "opt_out", "time_barred"):
        assert f"company.texts.{name}" in footer
    texts = [block.text for block in blocks().values()]
    assert lacking(" ".join(texts), texts) == ""
