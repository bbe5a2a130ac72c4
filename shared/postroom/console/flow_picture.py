"""The picture of a flow: a row for each state, and for each state that moves lead to a lane, with a dot where from.

Rows and lanes stay readable where nearly every state leads to every other, as arrows between boxes do not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from postroom.agent import Agent
from postroom.console.shown import tone
from postroom.flow import State, state_label

ROW, BOX = 44, 30
"""Heights of a row and of its box, in pixels, as all lengths here."""
CHARACTER, MARGIN = 7.6, 62
"""Widths of a letter, and of what a box has beside its name: a dot and the count."""
FIRST_LANE, LANE = 28, 22
LEAVES, ENTERS = -6, 7
"""Where, from the middle of a row, the line of moves out of a state lies, and the arrow into it."""


@dataclass(frozen=True)
class Dot:
    """A move: on the row of the state it leaves, on the lane of the one it leads to."""

    x: int
    origin: str
    to: str
    tone: str


@dataclass(frozen=True)
class Row:
    """A state with the count of its threads; `y` is the middle, `leaves` the height of the line its dots are on."""

    state: str
    label: str
    tone: str
    count: int
    y: int
    dots: tuple[Dot, ...]

    @property
    def leaves(self) -> int:
        return self.y + LEAVES


@dataclass(frozen=True)
class Lane:
    """The way into a state: a line from `top` to `bottom`, with an arrow into the row at the height `enters`."""

    x: int
    tone: str
    top: int
    bottom: int
    enters: int


@dataclass(frozen=True)
class Picture:
    """A flow, laid out; `box` is the width of the boxes of the states."""

    width: int
    height: int
    box: int
    rows: tuple[Row, ...]
    lanes: tuple[Lane, ...]


def draw(agent: Agent, counts: Mapping[str, int]) -> Picture:
    """Lay out an agent's flow; `counts` are of threads, by the label of their state."""
    states = list(agent.flow.states)
    middle = {state: ROW // 2 + ROW * number for number, state in enumerate(states)}
    box = round(max(len(state.value) for state in states) * CHARACTER) + MARGIN
    led_to = [to for to in states if any(agent.flow.allows(origin, to) for origin in states)]
    lane_of = {to: box + FIRST_LANE + LANE * number for number, to in enumerate(led_to)}
    rows = []
    for state in states:
        dots = tuple(
            Dot(x, state.value, to.value, tone(agent, to.value))
            for to, x in lane_of.items()
            if agent.flow.allows(state, to)
        )
        label = state_label(agent.name, state)
        rows.append(Row(state.value, label, tone(agent, state.value), counts.get(label, 0), middle[state], dots))
    lanes = tuple(_lane(agent, to, x, middle) for to, x in lane_of.items())
    return Picture(box + FIRST_LANE + LANE * len(lanes), ROW * len(states), box, tuple(rows), lanes)


def _lane(agent: Agent, to: State, x: int, middle: Mapping[State, int]) -> Lane:
    enters = middle[to] + ENTERS
    ends = [enters, *(y + LEAVES for origin, y in middle.items() if agent.flow.allows(origin, to))]
    return Lane(x, tone(agent, to.value), min(ends), max(ends), enters)
