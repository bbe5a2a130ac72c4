"""Where the thread of a debt may be. People move it by its label."""

from __future__ import annotations

from enum import auto

import postroom


class State(postroom.State):
    NEW = auto()
    WRITTEN = auto()
    CHECKING = auto()
    PROMISED = auto()
    OFFERED = auto()
    PAYING = auto()
    RESUMED = auto()
    WITH_HUMAN = auto()
    PAID = auto()
    ENDED = auto()


FLOW = postroom.Flow(
    start=State.NEW,
    moves={
        **dict.fromkeys(State, set(State) - {State.NEW, State.RESUMED}),
        State.WITH_HUMAN: {State.WITH_HUMAN, State.RESUMED, State.PAID, State.ENDED, State.PAYING},
        State.ENDED: {State.ENDED, State.WITH_HUMAN},
    },
)
