"""What replies say by their words alone."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.research.heard import Heard, hear
from postroom_kit.research.reply_marks import marked, marks

SENT = datetime(2026, 3, 3, 9, tzinfo=UTC)


def heard(text: str, sender: str = "kim@valeveg.example") -> Heard:
    return hear("Re: Loading bays", text, sender, SENT, "Baywright")


def test_a_wish_for_no_mail_is_heard_for_a_person_and_for_a_company() -> None:
    assert heard("Please take me off your list.").stop
    assert not heard("Please take me off your list.").bars_company
    assert heard("Please don't email anyone at our company again.").bars_company
    assert not heard("Please don't email anyone at our company again.", "kim@gmail.com").bars_company


def test_a_provider_of_many_people_is_no_company() -> None:
    assert heard("Hello").domain == "@valeveg.example"
    assert heard("Hello", "kim@gmail.com").domain == ""


def test_anger_and_law_are_for_people() -> None:
    assert heard("You idiots, stop this rubbish.").grave
    assert heard("Our lawyer will take legal action.").grave
    assert not heard("Thanks, not for us.").grave


def test_who_left_who_is_meant_and_when_they_are_back() -> None:
    left = heard("Kim no longer works here. Please write to Ian Webb (ian.webb@valeveg.example).")
    assert left.gone
    assert any("ian.webb@valeveg.example" in each for each in left.referred)
    assert heard("I am not the right person for this.").elsewhere
    assert heard("I am out of the office until 20 March 2026.").returns == date(2026, 3, 20)
    assert heard("I am on maternity leave.").returns == date(2026, 6, 1)


def test_times_that_are_named_are_told_as_written() -> None:
    assert any("Thursday" in each for each in heard("Thursday at 2 would suit me.").times)


def test_a_plain_no_that_says_more_is_no_plain_no() -> None:
    assert heard("No thanks.").no
    assert not heard("No thanks.").more
    assert heard("No thanks. Where did you get my address?").more


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("Sounds good, send me a link.", "interest"),
        ("Klingt interessant.", "interest"),
        ("Wir haben bereits eine Lösung im Einsatz.", "has a tool"),
        ("No budget until April.", "no budget"),
        ("Combien ça coûte ?", "question"),
        ("Je ne suis pas la bonne personne.", "elsewhere"),
        ("Ik ben met vakantie.", "away"),
        ("Uitschrijven graag.", "stop"),
    ],
)
def test_words_of_many_languages_leave_marks(text: str, mark: str) -> None:
    assert mark in marks(text)


@given(st.text(max_size=400))
def test_no_reply_breaks_the_reader_and_its_words_stay(text: str) -> None:
    heard(text)
    assert marked(text).startswith(text)
