"""States and the moves between them: the part of an agent that is a state machine, with no I/O."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping

LABEL_SEPARATOR = "/"
"""Stands between an agent's name and its state in a label: `support/waiting`."""


class State(enum.Enum):
    """Base of an agent's states; subclass it and give members `enum.auto()`.

    A member's value is its part of the label: `WITH_HUMAN` becomes `with-human`.
    """

    @staticmethod
    def _generate_next_value_(name: str, start: int, count: int, last_values: list[str]) -> str:  # noqa: ARG004
        return name.lower().replace("_", "-")


class FlowError(ValueError):
    """A flow that contradicts itself, or a move it does not allow."""


class Flow:
    """Which moves an agent's threads may make.

    `start` is the state of a thread that carries no state label yet. Staying in a state counts as a move and
    is allowed only where `moves` names it.
    """

    def __init__(self, start: State, moves: Mapping[State, Iterable[State]]) -> None:
        self.start = start
        self.states = type(start)
        self.moves: dict[State, frozenset[State]] = {state: frozenset(targets) for state, targets in moves.items()}
        self._check()

    def _check(self) -> None:
        named = {self.start, *self.moves, *(to for targets in self.moves.values() for to in targets)}
        foreign = [state for state in named if not isinstance(state, self.states)]
        if foreign:
            raise FlowError(
                f"the flow mixes states of two enums: {foreign[0]!r} is no {self.states.__qualname__}; "
                "use the members of one State class"
            )
        unreachable = set(self.states) - self.reachable()
        if unreachable:
            names = ", ".join(sorted(state.name for state in unreachable))
            raise FlowError(f"no move leads from {self.start.name} to {names}: add a move or remove the state")

    def reachable(self) -> set[State]:
        """Return every state that a thread can get to from `start`, `start` included."""
        seen: set[State] = set()
        todo = [self.start]
        while todo:
            state = todo.pop()
            if state not in seen:
                seen.add(state)
                todo.extend(self.moves.get(state, ()))
        return seen

    def allows(self, origin: State, to: State) -> bool:
        """Tell whether a thread in `origin` may move to `to`."""
        return to in self.moves.get(origin, ())

    def refusal(self, origin: State, to: State) -> str:
        """Return the sentence for a move the flow forbids."""
        allowed = ", ".join(sorted(state.name for state in self.moves.get(origin, ()))) or "none"
        return f"the flow has no move from {origin.name} to {to.name} (allowed from {origin.name}: {allowed})"


def state_label(agent: str, state: State) -> str:
    """Return the label of a state: `support/with-human`."""
    return f"{agent}{LABEL_SEPARATOR}{state.value}"


def state_from_labels(agent: str, states: type[State], labels: Iterable[str]) -> list[State]:
    """Return the states of `agent` that `labels` name (one, unless something went wrong), in enum order."""
    present = set(labels)
    return [state for state in states if state_label(agent, state) in present]
