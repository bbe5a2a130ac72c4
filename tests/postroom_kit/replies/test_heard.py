"""What replies say by their words alone."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.replies.hearing import Heard, hear

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
    "text",
    [
        "1. NVQ 3\n2. No\n3. two weeks\n4. 39k",
        "No experience with Go, but ten years of Python.",
        "No problem, Thursday works.",
        "None of these work.",
        "I'm not interested in on-call duty, otherwise yes.",
        "I left the company in May and can start now.",
        "I killed the process and restarted it.",
        "Please do not contact my current employer.",
    ],
)
def test_words_that_sound_like_an_end_are_none(text: str) -> None:
    found = heard(text)
    assert not any(
        (found.no, found.stop, found.erase, found.elsewhere, found.for_people, found.grave, found.wants_person)
    )


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Not interested, thanks.", "no"),
        ("Ich habe kein Interesse.", "no"),
        ("Please remove me from your list.", "stop"),
        ("Please delete all data you hold about me.", "erase"),
        ("I think you have the wrong person.", "elsewhere"),
        ("Is there a person I can talk to instead of a robot?", "wants_person"),
        ("How much is it?", "asks"),
    ],
)
def test_plain_words_are_heard(text: str, what: str) -> None:
    assert getattr(heard(text), what)


def test_only_the_sentences_that_ask_are_given_to_be_answered() -> None:
    asks = heard("I'm in. Is it remote? My CV is attached.\nWhat does it pay?").asks
    assert asks == "Is it remote? What does it pay?"
    assert heard("??").asks
    assert not heard("No thanks.").asks


@pytest.mark.parametrize(
    "text",
    ["Not now. Try me in the autumn.", "No thanks. Get back to us after June.", "No. Check in with me next year."],
)
def test_a_no_of_today_that_names_another_day_is_no_plain_no(text: str) -> None:
    assert not heard(text).no
    assert heard(text.partition(".")[0]).no


def test_a_no_with_a_condition_is_no_plain_no() -> None:
    found = heard("Not interested, unless it is remote.")
    assert not found.no
    assert found.more


@given(st.text(max_size=400))
def test_no_reply_breaks_the_reader(text: str) -> None:
    heard(text)
