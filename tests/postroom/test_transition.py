"""A step of a thread is a value: a changed one is another."""

from __future__ import annotations

from enum import auto

import postroom
from postroom import Escalate, Notify, Reply, Transition


class State(postroom.State):
    NEW = auto()
    DONE = auto()


STEP = Transition(State.NEW, Reply("plain"), labels=["priority/normal"], because="asked")


def test_a_changed_step_keeps_all_that_is_not_given() -> None:
    assert STEP.changed() == STEP
    assert STEP.changed(to=State.DONE) == Transition(
        State.DONE, Reply("plain"), labels=["priority/normal"], because="asked"
    )
    assert STEP.changed(labels=[]).labels == ()


def test_more_actions_come_behind_the_others_and_the_step_itself_stays_as_it_was() -> None:
    note, pack = Notify("vip"), Escalate("asks for a person")
    changed = STEP.changed(note, pack, labels=["priority/high"])
    assert (changed.actions, changed.labels) == ((Reply("plain"), note, pack), ("priority/high",))
    assert (STEP.actions, STEP.labels) == ((Reply("plain"),), ("priority/normal",))
