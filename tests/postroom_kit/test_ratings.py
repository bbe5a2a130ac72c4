"""Reading a score from a reply, and who must not be asked for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.satisfaction import Rating, rating, tells_of_harm


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("4", 4),
        (" 5/5 ", 5),
        ("4 - thanks", 4),
        ("4 – Danke!", 4),
        ("3.", 3),
        ("5!", 5),
        ("5 out of 5", 5),
        ("4 von 5", 4),
        ("5 stars", 5),
        ("(2)", 2),
        ("5 👍", 5),
        ("4\n\nBest regards\nAna Duarte", 4),
        ("5 thanks", 5),
        ("5, thank you very much!\nAna", 5),
    ],
)
def test_a_score_alone_is_read(text: str, score: int) -> None:
    assert rating(text) == Rating(score, says_more=False)


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("2, but the hub is offline again", 2),
        ("1 - I still wait for my refund.", 1),
        ("5\nHow long is the warranty?", 5),
        ("3: too slow", 3),
        ("4/5, and can I ask one more thing?", 4),
    ],
)
def test_words_behind_a_score_are_more_than_it(text: str, score: int) -> None:
    assert rating(text) == Rating(score, says_more=True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "6",
        "10",
        "4.5",
        "45",
        "5/10",
        "2 hubs are dead",
        "3-4",
        "1. The hub is offline.\n2. The sensor too.",
        "1) offline",
        "Thanks",
        "I give it a 5",
        "5€",
        "€5",
        "-5",
        "3pm is fine",
        "2026-11-30",
    ],
)
def test_other_mail_is_no_score(text: str) -> None:
    assert rating(text) is None


@given(st.text(max_size=200))
def test_any_text_gives_a_score_from_1_to_5_or_none(text: str) -> None:
    found = rating(text)
    assert found is None or (1 <= found.score <= 5 and str(found.score) in text)


GERMAN = ("Rückgabe", "Guten Tag, wie lange ist das Etikett gültig, und wie sende ich den Sensor zurück?")


@pytest.mark.parametrize("mail", [("", "STOP"), ("", "You took money from my account!"), ("My lawyer", "writes soon.")])
def test_harm_in_one_mail_of_several_is_seen(mail: tuple[str, str]) -> None:
    assert tells_of_harm([("Return", "How do I start one?"), mail], "Wrenfrost", by_people=False)


def test_a_plain_question_does_no_harm_and_an_unread_one_may_where_people_answered_it() -> None:
    assert not tells_of_harm([("Return", "How do I start one?")], "Wrenfrost", by_people=True)
    assert not tells_of_harm([GERMAN], "Wrenfrost", by_people=False)
    assert tells_of_harm([GERMAN], "Wrenfrost", by_people=True)
