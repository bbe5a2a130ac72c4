"""What the labels of a debt's thread keep."""

from __future__ import annotations

from datetime import date

import pytest

from postroom_kit.debts.marks import case_of, facts, paused, stated_end
from postroom_kit.debts.notice import blocks

DUE, FIRST, LATER = date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 9)


def none(_dimension: str) -> str:
    return ""


def test_the_period_that_a_notice_states_is_read_from_its_own_words() -> None:
    text = blocks()["dispute"].text.format(ends="18 April 2026")
    assert stated_end(text.replace(" until ", "\nuntil ")) == "2026-04-18"
    assert stated_end("until the end of time") == ""
    assert facts(none, text, validated=True) == {"validation": {"ends": "2026-04-18"}}
    assert facts(none, text, validated=False) == {}


def test_a_step_that_was_put_off_has_not_left() -> None:
    marks = {"step": "firm", "day": "2026-03-09"}
    left = case_of(DUE, [FIRST, LATER], lambda name: marks.get(name, ""))
    put_off = case_of(DUE, [FIRST, date(2026, 3, 5)], lambda name: marks.get(name, ""))
    assert left.sent == (("friendly", FIRST), ("firm", LATER))
    assert put_off.sent == (("friendly", FIRST), ("reminder", date(2026, 3, 5)))
    assert case_of(DUE, [], none).sent == ()


def test_days_of_several_pauses_add_up() -> None:
    first = paused(none, FIRST, date(2026, 3, 4))
    assert first == "paused/3.2026-03-04"
    assert paused(lambda _: first.partition("/")[2], LATER, LATER) == "paused/4.2026-03-09"


@pytest.mark.parametrize(
    ("stop", "fact"), [("dispute", "disputed"), ("wrong-person", "wrong_person"), ("despair", "ceased")]
)
def test_a_stop_is_a_fact_that_the_rules_know(stop: str, fact: str) -> None:
    assert facts(lambda name: stop if name == "stop" else "", "", validated=False) == {fact: True}
