"""How customers were served in a span of time: how soon the first answer came, how content they are, what came back."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean, median
from typing import Protocol

from .business_hours import BusinessHours
from .spans_of_time import in_words

_MOST = 8  # reasons told
_SCORE = re.compile(r"csat/([1-5])")


class Served(Protocol):
    """One conversation: when it began, when and by whom it was answered first.

    `handed_over` has why it was handed over in the span.
    Of its labels, each with when it was set, count `csat/1` to `csat/5`, `source/people` before it, and `resolved/no`.
    """

    @property
    def began(self) -> datetime: ...
    @property
    def answered(self) -> datetime | None: ...
    @property
    def answered_by_people(self) -> bool: ...
    @property
    def handed_over(self) -> Sequence[str]: ...
    @property
    def labels(self) -> Mapping[str, datetime]: ...


@dataclass(frozen=True, slots=True)
class Figures:
    """Hold the figures of one side, those in words: first answers, how long they took, and the scores from 1 to 5.

    `median` is the middle of the times, `ninth` the one that nine of ten do not exceed; `open_median` and `open_ninth`
    count business hours alone. All four are "" without an answer; `score` is the mean, None without a rating.
    """

    answers: int
    median: str
    ninth: str
    open_median: str
    open_ninth: str
    ratings: int
    score: float | None


@dataclass(frozen=True, slots=True)
class Service:
    """Hold the figures of agent and people apart, how many came back, and how many wait for people.

    `reasons` has why threads were handed over, each with how many, the most frequent first.
    """

    agent: Figures
    people: Figures
    reopened: int
    waiting: int
    reasons: tuple[tuple[str, int], ...]

    def __bool__(self) -> bool:
        """Tell whether people did anything, or could: not where the agent alone answered, and nobody rated it."""
        return bool(self.people.answers or self.agent.ratings or self.people.ratings or self.reopened or self.waiting)


def service(threads: Iterable[Served], since: datetime, until: datetime, hours: BusinessHours, waiting: int) -> Service:
    """Reckon what happened from `since` up to `until`; `waiting` counts the threads that wait for people.

    A thread counts in the span of its first answer, of its rating, of its coming back.
    """
    found = list(threads)

    def within(at: datetime | None) -> bool:
        return at is not None and since <= at < until

    answered = [thread for thread in found if within(thread.answered)]
    rated = [
        # who hands over what comes with a score sets `source/people` with it, of what was not rated yet
        (int(match[1]), thread.labels.get("source/people", until) < at)
        for thread in found
        for label, at in thread.labels.items()
        if (match := _SCORE.fullmatch(label)) and within(at)
    ]

    def figures(*, people: bool) -> Figures:
        mine = [thread for thread in answered if thread.answered_by_people is people]
        return _figures(mine, [score for score, by_people in rated if by_people is people], hours)

    reopened = sum(within(thread.labels.get("resolved/no")) for thread in found)
    reasons = Counter(thread.handed_over[0].partition(":")[0] for thread in found if thread.handed_over)
    return Service(figures(people=False), figures(people=True), reopened, waiting, tuple(reasons.most_common(_MOST)))


def _figures(answered: Sequence[Served], scores: Sequence[int], hours: BusinessHours) -> Figures:
    spans = [(thread.began, thread.answered) for thread in answered if thread.answered is not None]
    whole = _spread([end - start for start, end in spans])
    open_ = _spread([hours.open_time(start, end) for start, end in spans])
    return Figures(len(spans), *whole, *open_, len(scores), round(fmean(scores), 1) if scores else None)


def _spread(times: Sequence[timedelta]) -> tuple[str, str]:
    if not times:
        return "", ""
    ninth = sorted(times)[math.ceil(0.9 * len(times)) - 1]
    return in_words(timedelta(seconds=median(time.total_seconds() for time in times))), in_words(ninth)
