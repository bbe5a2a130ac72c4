"""What a reply about a debt names: a plan, a reference, a day."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from postroom_kit.debts.named import chosen, promised_day, references

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Option 2 please", 2),
        ("2", 2),
        ("I take plan #3, thank you.", 3),
        ("Number 1 suits me. Number 1!", 1),
        ("Option 12", 12),
    ],
)
def test_a_plan_is_chosen_by_its_number(text: str, number: int) -> None:
    assert chosen(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "Not 1, rather 3",
        "Option 1 or 2?",
        "Is option 2 possible?",
        "I can only do $50",
        "1,000 a month",
        "I would need 2 months more",
        "2.5",
        "I can't do option 1",
        "None of the 3",
        "yes please",
        "I wanted to tell you at some length that I think 2 would perhaps be the one",
        "take option 2 off the table",
        "I paid option 1 already",
    ],
)
def test_what_is_no_choice_of_one_plan_is_none(text: str) -> None:
    assert chosen(text) is None


def test_days_and_the_number_of_the_debt_are_no_reference_of_a_payment() -> None:
    assert references("I paid LK-20916 on 2026-02-27, in 2026.", "LK-20916") == []
    assert references("Paid, confirmation TX-88123.", "LK-20916") == ["TX-88123"]
    assert references("Half on the 15th at 10am, I paid $1500 or 1500 dollars, 1500.00 in all.") == []
    assert references("I paid $1500 by check 4471.") == ["4471"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("I will pay on 13 March.", date(2026, 3, 13)),
        ("Not by 4 March, but by 13 March 2026.", date(2026, 3, 13)),
        ("I will pay on 13 June 2026.", None),
        ("I paid on 13 February 2026.", None),
        ("I will pay soon.", None),
        ("I will call you on 13 March.", None),
        ("I will talk to my bank on 13 March.", None),
        ("I will call on 13 March and pay by card.", date(2026, 3, 13)),
        ("Will sort it on 13 March.", date(2026, 3, 13)),
    ],
)
def test_a_promise_names_a_day_that_is_near(text: str, day: date | None) -> None:
    assert promised_day(text, NOW) == day
