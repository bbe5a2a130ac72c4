"""Figures of a week: first answers, scores and threads that came back, of agent and people apart."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from postroom_kit.business_hours import BusinessHours
from postroom_kit.service_figures import Figures, Service, service
from postroom_kit.spans_of_time import in_words

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
WEEK = timedelta(days=7)
HOURS = BusinessHours.read(
    {"zone": "UTC", "week": {day: ["08:00-18:00"] for day in ("mon", "tue", "wed", "thu", "fri")}}
)
NOTHING = Figures(0, "", "", "", "", 0, None)


def at(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


@dataclass
class Conversation:
    began: datetime = MONDAY
    answered: datetime | None = None
    answered_by_people: bool = False
    labels: dict[str, datetime] = field(default_factory=dict)
    handed_over: tuple[str, ...] = ()


def figures(*threads: Conversation, waiting: int = 0) -> Service:
    return service(threads, MONDAY, MONDAY + WEEK, HOURS, waiting)


def test_first_answers_of_agent_and_people_are_reckoned_apart_and_in_business_hours_too() -> None:
    own = [Conversation(at(9), at(9) + timedelta(minutes=minutes)) for minutes in (1, 2, 3)]
    people = [Conversation(at(17 + day * 24), at(33 + day * 24), answered_by_people=True) for day in range(3)]
    told = figures(*own, *people)
    assert told.agent == Figures(3, "2 min", "3 min", "2 min", "3 min", 0, None)
    assert told.people == Figures(3, "16 h", "16 h", "2 h", "2 h", 0, None)


def test_nine_of_ten_are_no_slower_than_the_ninth() -> None:
    told = figures(*(Conversation(at(9), at(9) + timedelta(minutes=minutes)) for minutes in range(1, 11)))
    assert (told.agent.median, told.agent.ninth) == ("5 min", "9 min")


def test_an_answer_counts_in_the_week_it_left() -> None:
    late = Conversation(at(-30), at(10), answered_by_people=True)
    early = Conversation(at(-30), at(-1))
    later = Conversation(at(1), MONDAY + WEEK)
    told = figures(late, early, later)
    assert (told.agent, told.people) == (NOTHING, Figures(1, "1 d 16 h", "1 d 16 h", "2 h", "2 h", 0, None))


def test_scores_have_a_mean_and_a_count_for_agent_and_people_apart() -> None:
    by_agent = [Conversation(labels={f"csat/{score}": at(1), "source/auto": at(1)}) for score in (5, 4, 4)]
    by_people = Conversation(labels={"csat/2": at(1), "source/people": at(-30)})
    last_week = Conversation(labels={"csat/1": at(-1), "source/auto": at(-1)})
    only_asked = Conversation(labels={"csat/asked": at(1), "source/auto": at(1)})
    handed_over_with_it = Conversation(labels={"csat/1": at(2), "source/people": at(2)})
    told = figures(*by_agent, by_people, last_week, only_asked, handed_over_with_it)
    assert [(side.ratings, side.score) for side in (told.agent, told.people)] == [(4, 3.5), (1, 2.0)]


def test_what_came_back_and_what_waits_for_people_is_counted() -> None:
    back = Conversation(labels={"resolved/no": at(1)})
    before = Conversation(labels={"resolved/no": at(-1)})
    told = figures(back, before, waiting=3)
    assert (told.reopened, told.waiting) == (1, 3)


def test_reasons_are_counted_once_a_thread_without_what_was_asked() -> None:
    reasons = [("no article answers: Why?",), ("angry", "no article answers: x"), ("no article answers: How?",), ()]
    told = figures(*(Conversation(handed_over=each) for each in reasons))
    assert told.reasons == (("no article answers", 2), ("angry", 1))


@pytest.mark.parametrize(
    ("thread", "waiting", "tells"),
    [
        (Conversation(at(1), at(2)), 0, False),
        (Conversation(at(1), at(2), answered_by_people=True), 0, True),
        (Conversation(labels={"csat/3": at(1)}), 0, True),
        (Conversation(labels={"resolved/no": at(1)}), 0, True),
        (Conversation(), 1, True),
    ],
    ids=["agent alone", "people", "rated", "came back", "waits"],
)
def test_a_week_in_which_the_agent_alone_answered_tells_nothing(
    thread: Conversation, waiting: int, tells: bool
) -> None:
    assert bool(figures(thread, waiting=waiting)) is tells


@pytest.mark.parametrize(
    ("minutes", "words"), [(-5, "0 min"), (0, "0 min"), (59, "59 min"), (125, "2 h 5 min"), (1590, "1 d 2 h")]
)
def test_a_span_is_said_in_its_two_largest_units(minutes: int, words: str) -> None:
    assert in_words(timedelta(minutes=minutes)) == words
