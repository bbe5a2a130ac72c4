"""The picture of an agent's flow, drawn from its code: states, what mail and time do to them, what people do."""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from postroom.agent import Agent
from postroom.flow import State


@dataclass(frozen=True)
class Handler:
    """A handler of the agent: what wakes it, in which states, and where it can take a thread."""

    name: str
    wakes: str
    origins: tuple[State, ...]
    targets: frozenset[State]

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
        moves = {(origin, to) for origin in handler.origins for to in handler.targets if agent.flow.allows(origin, to)}
        lines += _arrows(agent, handler, {to for _, to in moves})
        made |= moves
    for origin in agent.flow.states:
        for to in agent.flow.states:
            if agent.flow.allows(origin, to) and (origin, to) not in made:
                lines.append(f"  {origin.name} -. a person .-> {to.name}")
    return "\n".join(lines)


def handlers(agent: Agent) -> list[Handler]:
    """Return the handlers of an agent: of mail, of events, of time."""
    waking: list[tuple[str, Callable[..., Any], list[State]]] = []
    for mail_handler in dict.fromkeys(agent.on_mail.values()):
        waking.append(("mail", mail_handler, [state for state, each in agent.on_mail.items() if each is mail_handler]))
    for (kind, state), event_handler in agent.on_events.items():
        waking.append((kind.replace("_", " "), event_handler, [state] if state else list(agent.flow.states)))
    waking += [(f"after {timer.after}", timer.handler, list(timer.states)) for timer in agent.timers]
    return [
        Handler(function.__name__, wakes, tuple(states), frozenset(_targets(agent, function)))
        for wakes, function, states in waking
    ]


def _arrows(agent: Agent, handler: Handler, targets: set[State]) -> Iterator[str]:
    for state in agent.flow.states:
        comes, goes = state in handler.origins, state in targets
        arrow = {(True, True): "<-->", (True, False): "-->", (False, True): "<--"}.get((comes, goes))
        if arrow == "<--":
            yield f"  {handler.node} --> {state.name}"
        elif arrow:
            yield f"  {state.name} {arrow} {handler.node}"


def _targets(agent: Agent, handler: Callable[..., Any]) -> set[State]:
    """Return the states named by the transitions that a handler or a function it calls returns."""
    found: set[State] = set()
    seen: set[Callable[..., Any]] = set()
    todo = [handler]
    while todo:
        function = todo.pop()
        if function in seen:
            continue
        seen.add(function)
        for name, arguments in _calls(function):
            called = vars(sys.modules[function.__module__]).get(name)
            if name == "Transition":
                found |= _named(agent, arguments)
            elif inspect.isfunction(called) and called.__module__.partition(".")[0] == agent.folder.name:
                todo.append(called)
    return found


def _calls(function: Callable[..., Any]) -> Iterator[tuple[str, Sequence[ast.expr]]]:
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
        match node:
            case ast.Call(func=ast.Name(id=name), args=arguments):
                yield name, arguments


def _named(agent: Agent, arguments: Sequence[ast.expr]) -> set[State]:
    """Return the state a transition names; one that is computed could be any."""
    match arguments:
        case [ast.Attribute(value=ast.Name(id="State"), attr=name), *_]:
            return {agent.flow.states[name]}
    return set(agent.flow.states)
