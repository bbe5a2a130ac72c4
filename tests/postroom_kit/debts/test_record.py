"""A record shows what was changed, dropped, added or moved, and is kept three years."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.debts.record import (
    KINDS,
    Broken,
    Happened,
    Head,
    append,
    blocks_by_rule,
    export,
    kept_until,
    of_debt,
    read,
    verify,
)

AT = "2026-03-02T09:00:00+00:00"
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00"), max_size=30)
HAPPENED = st.builds(
    Happened, at=st.just(AT), debt=WORDS, kind=st.sampled_from(KINDS), who=WORDS, what=WORDS, rule=WORDS, key=WORDS
)
FORMS = st.sampled_from(["jsonl", "csv"])
THREE = [Happened(AT, "D-1", "sent", "agent", f"mail {n}", key=f"k{n}") for n in range(3)]


@given(st.lists(HAPPENED, max_size=6), FORMS)
def test_a_record_is_read_back_as_it_was_written(happened: list[Happened], form: str) -> None:
    assert list(verify(export(happened, form), form)) == happened  # type: ignore[arg-type]


@given(st.lists(HAPPENED, min_size=2, max_size=6), FORMS, st.data())
def test_a_line_dropped_doubled_or_moved_is_noticed(happened: list[Happened], form: str, data: st.DataObject) -> None:
    text = export(happened, form)  # type: ignore[arg-type]
    assert verify(text, form)  # type: ignore[arg-type]
    if any("\n" in field for each in happened for field in (each.debt, each.who, each.what, each.rule, each.key)):
        return
    lines = text.removesuffix("\n").split("\n")
    first = 1 if form == "csv" else 0
    place = data.draw(st.integers(first, len(lines) - 1))
    other = data.draw(st.integers(first, len(lines) - 1).filter(lambda n: n != place))
    swapped = [*lines]
    swapped[place], swapped[other] = swapped[other], swapped[place]
    for wrong in (lines[:place] + lines[place + 1 :], lines[: place + 1] + lines[place:], swapped):
        with pytest.raises(Broken):
            verify("\n".join(wrong) + "\n", form)  # type: ignore[arg-type]


@given(
    st.integers(0, 2),
    st.sampled_from(["at", "debt", "kind", "who", "what", "rule", "key", "number", "previous", "digest"]),
)
def test_a_changed_field_is_noticed(place: int, name: str) -> None:
    lines = export(THREE).splitlines()
    row = json.loads(lines[place])
    row[name] = "note" if name == "kind" else f"{row[name]}0"
    lines[place] = json.dumps(row)
    with pytest.raises(Broken, match=r"line \d"):
        verify("\n".join(lines))


def test_a_record_made_anew_as_a_whole_is_noticed_by_who_kept_its_end() -> None:
    lines = export(THREE).splitlines()
    head = Head(**json.loads(lines[-1])["end"])
    assert len(verify("\n".join(lines), head=head)) == 3
    with pytest.raises(Broken, match="does not end"):
        verify(export(THREE[:2]), head=head)


@pytest.mark.parametrize("text", ["", "{}", "[]", "not json", '{"end": {"number": 1}}', '{"end": 7}'])
def test_what_is_no_record_is_said_to_be_none(text: str) -> None:
    with pytest.raises(Broken):
        verify(text or "nothing")


def test_no_cell_of_a_csv_is_a_formula() -> None:
    text = export([Happened(AT, "=1+1", "note", "@who", "+what", "-rule", "'k")], "csv")
    assert all(not cell.startswith(("=", "+", "-", "@")) for cell in text.splitlines()[1].split(","))


def test_a_running_record_grows_once_per_key_and_refuses_to_grow_on_a_broken_one(tmp_path: Path) -> None:
    path = tmp_path / "records" / "debts.jsonl"
    assert [append(path, each) for each in (*THREE, THREE[1])] == [True, True, True, False]
    assert list(read(path)) == THREE
    path.write_text(path.read_text().replace("mail 1", "mail 7"))
    with pytest.raises(Broken, match="line 2 was changed"):
        append(path, Happened(AT, "D-1", "note", "agent", "more"))
    assert read(tmp_path / "none.jsonl") == ()
    path.write_text('{"number": "1", "at"')
    with pytest.raises(Broken, match="line 1 is no line"):
        read(path)


def test_a_record_is_kept_three_years_after_the_last_activity() -> None:
    assert kept_until(THREE) == date(2029, 3, 2)
    leap = Happened("2028-02-29T09:00:00+00:00", "D", "note", "agent", "")
    assert kept_until([*THREE, leap]) == date(2031, 3, 1)
    assert kept_until([]) is None


def test_one_debt_is_picked_out_and_blocks_are_counted() -> None:
    blocked = [Happened(AT, "D-2", "blocked", "gate", "", rule) for rule in ("law/window", "law/cap", "law/window")]
    assert of_debt([*blocked, *THREE], "D-1") == tuple(THREE)
    assert blocks_by_rule([*THREE, *blocked]) == {"law/window": 2, "law/cap": 1}


def test_a_kind_or_a_moment_that_nobody_could_read_is_refused() -> None:
    with pytest.raises(ValueError, match="kind"):
        Happened(AT, "D", "shouted", "agent", "")
    with pytest.raises(ValueError, match="offset"):
        Happened("2026-03-02T09:00:00", "D", "note", "agent", "")
