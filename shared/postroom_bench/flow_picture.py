"""The picture of an agent's flow, drawn from its code: states, what mail and time do to them, what people do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from postroom.agent import Agent
from postroom.flow import State
from postroom_bench.handler_moves import moves_from


@dataclass(frozen=True)
class Handler:
    """A handler of the agent: what wakes it, in which states, and from where to where it can take a thread."""

    name: str
    wakes: str
    origins: tuple[State, ...]
    moves: frozenset[tuple[State, State]]

    @property
    def node(self) -> str:
        """Its id in the picture: Mermaid takes `end`, `style` and the like for words of its own."""
        return f"on_{self.name}"


def mermaid(agent: Agent) -> str:
    """Return the flow as a Mermaid flowchart; a move that no handler makes is a person's, and dotted."""
    lines = ["flowchart LR"]
    lines += [f'  {state.name}(["{state.value}"])' for state in agent.flow.states]
    made: set[tuple[State, State]] = set()
    for handler in handlers(agent):
        lines.append(f'  {handler.node}["{handler.wakes}: {handler.name}"]')
        lines += _arrows(agent, handler)
        made |= handler.moves
    for origin in agent.flow.states:
        for to in agent.flow.states:
            if agent.flow.allows(origin, to) and (origin, to) not in made:
                lines.append(f"  {origin.name} -. a person .-> {to.name}")
    return "\n".join(lines)


def handlers(agent: Agent) -> list[Handler]:
    """Return the handlers of an agent: of a campaign's start, of mail, of what was planned, of events, of time."""
    waking: list[tuple[str, Callable[..., Any], list[State]]] = []
    if agent.on_start is not None:
        waking.append(("a campaign", agent.on_start, [agent.flow.start]))
    for mail_handler in dict.fromkeys(agent.on_mail.values()):
        waking.append(("mail", mail_handler, [state for state, each in agent.on_mail.items() if each is mail_handler]))
    every = list(agent.flow.states)
    if agent.on_renew is not None:
        waking.append(("what was planned", agent.on_renew, [state for state in every if state is not agent.flow.start]))
    for event_handler in dict.fromkeys(agent.on_events.values()):
        told = [key for key, each in agent.on_events.items() if each is event_handler]
        kinds = ", ".join(dict.fromkeys(kind.replace("_", " ") for kind, _ in told))
        named = [state for _, state in told]
        waking.append((kinds, event_handler, every if None in named else [state for state in every if state in named]))
    waking += [(f"after {timer.after}", timer.handler, list(timer.states)) for timer in agent.timers]
    found = []
    for wakes, function, origins in waking:
        moves = frozenset((origin, to) for origin in origins for to in moves_from(agent, function, origin))
        found.append(Handler(function.__name__, wakes, tuple(origins), moves))
    return found


def _arrows(agent: Agent, handler: Handler) -> Iterator[str]:
    targets = {to for _, to in handler.moves}
    for state in agent.flow.states:
        comes, goes = state in handler.origins, state in targets
        arrow = {(True, True): "<-->", (True, False): "-->", (False, True): "<--"}.get((comes, goes))
        if arrow == "<--":
            yield f"  {handler.node} --> {state.name}"
        elif arrow:
            yield f"  {state.name} {arrow} {handler.node}"
