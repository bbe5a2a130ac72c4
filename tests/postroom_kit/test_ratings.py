"""Reading a score from a reply, and who must not be asked for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.satisfaction import Rating, is_undecided, rating, tells_of_harm


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
        ("4 (out of 5)", 4),
        ("4 (/5)", 4),
        ("4 (von 5), danke", 4),
        ("5. Thanks!", 5),
        ("4 von 5", 4),
        ("5 stars", 5),
        ("4 stars out of 5", 4),
        ("3 étoiles sur 5", 3),
        ("(2)", 2),
        ("5 👍", 5),
        ("4\n\nBest regards\nAna Duarte", 4),
        ("5 thanks", 5),
        ("5, thank you very much!\nAna", 5),
        ("Score: 4", 4),
        ("Rating 5", 5),
        ("Note : 2", 2),
        ("Five", 5),
        ("fünf!", 5),
        ("Trois.", 3),
        ("Five stars!", 5),
        ("one star", 1),
        ("vier Sterne, danke", 4),
        ("cinque stelle", 5),
        ("⭐⭐⭐⭐", 4),
        ("*****", 5),
        ("５", 5),
        ("4点", 4),
        ("Sorry, I meant 2", 2),
        ("I'd say 4", 4),
        ("I would say a 4.", 4),
        ("a 4", 4),
        ("eine 4!", 4),
        ("I'd give 4", 4),
        ("I would rate it a 4", 4),
        ("definitely a 5", 5),
        ("a solid 4", 4),
        ("“5”", 5),
        ("It was great, 5", 5),
        ("Thanks a lot, 5/5!", 5),
        ("5\n\nKind regards\nDana Miller\nHead of Cooling\nCorner Bakery Ltd\n+44 20 7946 0000", 5),
    ],
)
def test_a_score_alone_is_read_in_many_forms(text: str, score: int) -> None:
    assert rating(text, "Wrenfrost") == Rating(score, says_more=False)


@pytest.mark.parametrize(
    ("text", "score", "told"),
    [
        ("2 because it was slow", 2, True),
        ("2 out of 5, because nobody answered", 2, True),
        ("1, weil niemand geantwortet hat", 1, True),
        ("2, slow", 2, True),
        ("5 because you were quick", 5, False),
        ("5!!! Great!", 5, False),
        ("1 (not at all)", 1, True),
        ("5 (very)", 5, False),
        ("5 (sehr)\n\nGruß\nAna", 5, False),
    ],
)
def test_a_reason_is_part_of_a_score_and_people_read_that_of_a_low_one(text: str, score: int, told: bool) -> None:
    found = rating(text, "Wrenfrost")
    assert found is not None
    assert (found.score, found.says_more, found.is_complaint) == (score, False, told)


@pytest.mark.parametrize(
    "text",
    [
        "2 because you took money from my account",
        "1, can I have a refund?",
        "2, because\nthe sensor shows nothing",
        "4 since my refund is missing",
        "5 because Dee was great, but where is my refund",
        "4 because I want my money back",
        "5 because you never answered me",
        "4, weil der Sensor nicht geht",
        "4, broken",
    ],
)
def test_what_asks_or_is_grave_is_more_than_a_reason(text: str) -> None:
    found = rating(text, "Wrenfrost")
    assert found is not None
    assert found.says_more


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("2, but the hub is offline again", 2),
        ("1 - I still wait for my refund.", 1),
        ("5\nHow long is the warranty?", 5),
        ("3: too slow", 3),
        ("3. Could be quicker", 3),
        ("2. I still have no answer", 2),
        ("Meh, 3", 3),
        ("Not great, 2", 2),
        ("5. How long is the warranty?", 5),
        ("4/5, and can I ask one more thing?", 4),
    ],
)
def test_words_behind_a_score_are_more_than_it(text: str, score: int) -> None:
    assert rating(text, "Wrenfrost") == Rating(score, says_more=True)


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
        "10/10",
        "⭐⭐⭐⭐⭐⭐",
        "One hub is dead",
        "2. Sensor ist kaputt",
        "Freezers 1, 2, 3",
        "I'd give 4 hubs back",
        "3. Mahnung - wieso?",
        "2. Question: how long is the warranty?",
        "2 hubs are dead",
        "3-4",
        "1. The hub is offline.\n2. The sensor too.",
        "1) offline",
        "1. How long is the warranty?",
        "2. How long is the warranty?\n3. When do you open?",
        "3. Mahnung",
        "2 (of 5 hubs) are dead",
        "Thanks",
        "I give it a 5",
        "I'd say 4 hubs are dead",
        "a 4 year old sensor",
        "5€",
        "€5",
        "-5",
        "3pm is fine",
        "2026-11-30",
        "3 days without a working hub now",
        "2 days later and still nothing",
        "4 data loggers are dead",
        "2 (of our hubs) are dead",
    ],
)
def test_other_mail_is_no_score(text: str) -> None:
    assert rating(text, "Wrenfrost") is None


@pytest.mark.parametrize(
    "text",
    [
        "Between 3 and 4",
        "3-4",
        "4.5",
        "4.5 stars",
        "3,5 von 5 Punkten",
        "3.5/5",
        "4½",
        "3 or 4 out of 5",
        "maybe a 3 or 4",
        "I would say between 3 and 4 stars. Thanks!",
        "Zwischen drei und vier",
        "entre 3 et 4",
        "tra 3 e 4\n\nUn saluto\nAna",
        "tussen 3 en 4",
    ],
)
def test_two_scores_and_nothing_else_are_neither_a_score_nor_other_mail(text: str) -> None:
    assert rating(text, "Wrenfrost") is None
    assert is_undecided(text)


@pytest.mark.parametrize(
    "text",
    [
        "6",
        "10/10",
        "3 to 4 weeks ago",
        "2 or 3 hubs are dead",
        "3-4 sensors",
        "4.5 of 10",
        "Between 3 and 4? Or what?",
        "45",
    ],
)
def test_other_numbers_are_no_two_scores(text: str) -> None:
    assert not is_undecided(text)


@given(st.text(max_size=200))
def test_any_text_gives_a_score_from_1_to_5_or_none(text: str) -> None:
    found = rating(text, "Wrenfrost")
    assert found is None or (1 <= found.score <= 5 and str(found.score) in text)


GERMAN = ("Rückgabe", "Guten Tag, wie lange ist das Etikett gültig, und wie sende ich den Sensor zurück?")


@pytest.mark.parametrize("mail", [("", "STOP"), ("", "You took money from my account!"), ("My lawyer", "writes soon.")])
def test_harm_in_one_mail_of_several_is_seen(mail: tuple[str, str]) -> None:
    assert tells_of_harm([("Return", "How do I start one?"), mail], "Wrenfrost", by_people=False)


def test_a_plain_question_does_no_harm_and_an_unread_one_may_where_people_answered_it() -> None:
    assert not tells_of_harm([("Return", "How do I start one?")], "Wrenfrost", by_people=True)
    assert not tells_of_harm([GERMAN], "Wrenfrost", by_people=False)
    assert tells_of_harm([GERMAN], "Wrenfrost", by_people=True)
