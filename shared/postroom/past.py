"""What became of an inbox's threads: what `inbox.history` tells a handler of `@agent.every`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from postroom.decision import Decision

D = TypeVar("D", bound="Decision")


@dataclass(frozen=True)
class Decided(Generic[D]):
    """A decision, the JSON `context` it was given, and why its step was taken.

    `handed_over` tells whether that step gave the thread to our people.
    """

    decision: D
    context: Mapping[str, Any]
    because: str
    handed_over: bool


@dataclass(frozen=True)
class Past(Generic[D]):
    """One thread, over its whole life; only `decided` and `handed_over` are of the span that was asked for.

    `began` is when its first mail came in, `answered` when the first answer left, None where none did: a note that a
    colleague has the mail, sent as the thread is handed over, is no answer. `answered_by_people`: one of our people
    wrote that answer in AgentMail. `by_people` has the newest words they wrote there to the thread's own people, oldest
    first. `taken` tells whether people were given the thread, or took it, `handed_over` why they were given it.
    `states` it passed are in order, each once in a row. `labels` are those that the agent set, with when; one that
    people set or took off is not seen here.
    """

    thread_id: str
    began: datetime
    answered: datetime | None
    answered_by_people: bool
    by_people: tuple[str, ...]
    taken: bool
    handed_over: tuple[str, ...]
    states: tuple[str, ...]
    labels: Mapping[str, datetime]
    decided: tuple[Decided[D], ...]


@dataclass(frozen=True)
class History(Generic[D]):
    """The threads of an inbox with mail since a moment, newest first, and how many older ones were left out.

    `waiting` counts the threads that our people have and did not write on, those of long before that moment too;
    `proposed` has the keys of all that was ever proposed in this inbox.
    """

    threads: tuple[Past[D], ...]
    since: datetime
    until: datetime
    left_out: int
    waiting: int
    proposed: frozenset[str] = frozenset()
