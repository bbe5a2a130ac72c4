"""Summaries: quotes for each criterion, nothing forbidden, invented or scored; and how long people are kept."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.hiring.retention import overdue
from postroom_kit.hiring.screening import Answer, Asked
from postroom_kit.hiring.summary import summarise

CRITERIA = [
    {"id": "services", "text": "has run a service in production", "words": ["production", "kubernetes"]},
    {"id": "data", "text": "has worked with measured data", "words": ["metering"]},
]
ASKED = [Asked("service", "Which service did you run?"), Asked("start", "When could you start?")]


def cv(text: str, **more: object) -> dict[str, object]:
    return {"text": text, "why_not": "", "notes": (), **more}


def test_each_criterion_has_the_candidates_own_words_or_none() -> None:
    found = summarise(
        CRITERIA, ASKED, [Answer("service", "The shop, in production. It broke.")], [cv("Docker.\nKubernetes at X.")]
    )
    assert [(point.criterion, point.quotes) for point in found.points] == [
        (
            "has run a service in production",
            ('"The shop, in production." (answer to service)', '"Kubernetes at X." (CV)'),
        ),
        ("has worked with measured data", ()),
    ]
    assert found.answers == (("Which service did you run?", "The shop, in production. It broke."),)
    assert found.unanswered == ("When could you start?",)


def test_forbidden_topics_are_left_out_and_named() -> None:
    answers = [Answer("start", "In May. I am pregnant.")]
    found = summarise(CRITERIA, ASKED, answers, [cv("Born on 3 April 1985.\nMetering, married with two kids, at X.")])
    assert found.left_out == ("pregnancy", "age", "family")
    shown = repr(found)
    assert not any(word in shown for word in ("pregnant", "1985", "kids"))


def test_contact_data_in_an_answer_is_not_repeated() -> None:
    found = summarise(CRITERIA, ASKED, [Answer("start", "In May, call +49 30 1234567.")])
    assert found.answers == (("When could you start?", "In May, call [phone]."),)


def test_what_somebody_else_found_counts_only_where_it_stands() -> None:
    more = {"data": ["meters read\nby radio", "invented words", "I am pregnant"]}
    found = summarise(CRITERIA, ASKED, [], [cv("We had meters read by radio. I am pregnant.")], more)
    assert found.points[1].quotes == ('"meters read by radio" (CV)',)


def test_a_file_that_was_not_read_is_told_of() -> None:
    found = summarise(CRITERIA, ASKED, [], [cv("", why_not="the file cv.pdf is encrypted")])
    assert found.notes == ("the file cv.pdf is encrypted",)


def last(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


@pytest.mark.parametrize(
    ("people", "today", "names"),
    [
        ([("a@example.com", "US", last(2026, 1, 31))], date(2027, 1, 30), []),
        ([("a@example.com", "US", last(2026, 1, 31))], date(2027, 1, 31), ["a@example.com"]),
        ([("a@example.com", "DE", last(2026, 8, 31))], date(2027, 2, 28), ["a@example.com"]),
        ([("a@example.com", "DE", last(2026, 1, 1)), ("a@example.com", "DE", last(2026, 9, 1))], date(2026, 8, 1), []),
        ([("a@example.com", "DE", None)], date(2030, 1, 1), []),
    ],
)
def test_who_is_to_be_erased_is_told_by_country(
    people: list[tuple[str, str, datetime | None]], today: date, names: list[str]
) -> None:
    assert [address for address, _ in overdue(people, {"US": 12, "": 6}, today)] == names


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)), st.integers(1, 40))  # noqa: DTZ001
def test_every_day_has_an_end(moment: datetime, months: int) -> None:
    ((_, end),) = overdue([("a@example.com", "", moment)], {"": months}, date(2200, 1, 1))
    assert 27 * months <= (end - moment.date()).days <= 31 * months
