"""Where a candidate's thread may be. People move it by its label, whatever state it is in."""

from __future__ import annotations

from enum import auto

import postroom


class State(postroom.State):
    NEW = auto()
    CONTACTED = auto()
    ANSWERED = auto()
    SCREENING = auto()
    REVIEW = auto()
    TO_INTERVIEW = auto()
    OFFERED = auto()
    BOOKED = auto()
    LATER = auto()
    DECLINED = auto()
    ENDED = auto()
    WITH_HUMAN = auto()


FLOW = postroom.Flow(start=State.NEW, moves=dict.fromkeys(State, set(State) - {State.NEW}))
