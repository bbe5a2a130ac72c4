"""What a handler may answer: checked before anything of it is frozen, with what to do about a mistake."""

from __future__ import annotations

import sys
from typing import Any

from postroom.agent import Agent
from postroom.mailbox import labels as marks
from postroom.runtime.context import Context
from postroom.transition import Actions, Do, Notify, Plan, Propose, Send, Transition


class PlanError(ValueError):
    """A transition that cannot be carried out as the handler wrote it."""


def check(context: Context, agent: Agent, answer: Any, *, on_thread: bool, start: bool = False) -> None:
    """Raise PlanError for an answer of the wrong kind, a state of another flow, or a label that is not its to set.

    Those would move a thread past its flow, silence it, or are AgentMail's own.
    """
    wanted = Transition if on_thread else Actions
    if not isinstance(answer, wanted):
        where, args = ("a thread", "State.DONE, Reply(…)") if on_thread else ("@agent.every", "Notify(…)")
        advice = f"a handler of {where} returns {wanted.__name__}({args}) or None"
        raise PlanError(f"the handler returned {type(answer).__name__}; {advice}")
    if not isinstance(answer, Transition):
        return
    if start:
        _check_start(answer)
    if any(isinstance(action, Propose) for action in answer.actions):
        raise PlanError("Propose waits for days, and a thread goes on meanwhile; return it from @agent.every")
    if not isinstance(answer.to, agent.flow.states):
        known = ", ".join(f"State.{name}" for name in agent.flow.states.__members__)
        raise PlanError(f"the Transition goes to {answer.to!r}, no state of {agent.name}; use one of {known}")
    for label in map(str.lower, answer.labels):
        if reserved := marks.why_reserved(label, agent.name, context.agents):
            raise PlanError(f"labels hold {label!r}, {reserved}")


def _check_start(answer: Transition) -> None:
    sends = sum(isinstance(action, Send) for action in answer.actions)
    others = [type(action).__name__ for action in answer.actions if not isinstance(action, Send | Plan | Do | Notify)]
    if sends != 1 or others:
        advice = "a handler of @agent.start returns one Send, and beside it Plan, Do and Notify alone"
        raise PlanError(f"{advice}; this one has {sends} Send{''.join(f', {name}' for name in others)}")


def named(function: Any) -> str:
    """Return the name by which a run that is taken up finds a function again: `support_agent.actions:refund`."""
    module, name = getattr(function, "__module__", None), getattr(function, "__qualname__", "")
    if getattr(sys.modules.get(str(module)), name, None) is not function:
        raise PlanError(f"Do calls {name or function!r}, which cannot be found again; give it a function of a module")
    return f"{module}:{name}"
