"""The running record of a debt: repeated safely, never lost to a file that was tampered with."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from postroom_kit.debts.record import Broken, read
from postroom_kit.debts.running import Records

SAID = [{"at": "2026-03-02T09:00:00+00:00", "kind": "note", "who": "a test", "what": "once"}]


def tampered(path: Path) -> Path:
    path.write_text(path.read_text(encoding="utf-8").replace("once", "never"), encoding="utf-8")
    return path


def test_a_record_is_kept_once_however_often_it_is_written(tmp_path: Path) -> None:
    records = Records(tmp_path / "records")
    for op_id in ("op-1", "op-1", "op-2"):
        records.keep(op_id, "LK-1", SAID)
    assert [each.moment for each in read(records.path("LK-1"))] == [datetime(2026, 3, 2, 9, tzinfo=UTC)] * 2


def test_a_broken_record_keeps_no_debt_from_being_stopped(tmp_path: Path) -> None:
    records = Records(tmp_path)
    records.keep("op-1", "LK-1", SAID)
    path = tampered(records.path("LK-1"))
    records.keep("op-2", "LK-1", SAID)
    assert len(read(records.path("LK-1", 1))) == 1
    with pytest.raises(Broken):
        read(path)


def test_what_a_law_keeps_is_told_of_every_part_a_broken_one_too(tmp_path: Path) -> None:
    records = Records(tmp_path)
    assert records.kept_by_law(["LK-1"]) == []
    records.keep("op-1", "LK-1", SAID)
    assert records.kept_by_law(["LK-1", "LK-2"]) == [
        "record of LK-1 (12 CFR 1006.100(a), not checked): until 2029-03-02"
    ]
    tampered(records.path("LK-1"))
    records.keep("op-2", "LK-1", SAID)
    assert records.kept_by_law(["LK-1"]) == [
        "record of LK-1 (12 CFR 1006.100(a), not checked): LK-1.jsonl was tampered with",
        "record of LK-1 (12 CFR 1006.100(a), not checked): until 2029-03-02",
    ]


def test_a_number_of_a_debt_names_no_other_folder(tmp_path: Path) -> None:
    assert Records(tmp_path).path("../LK/1").parent == tmp_path
