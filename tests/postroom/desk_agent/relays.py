"""Two agents that are each other's partners and do with every mail whatever a test says."""

from __future__ import annotations

from collections.abc import Callable

from desk_agent.agent import FLOW, State
from postroom import Agent, Message, Thread, Transition
from postroom.transition import Action

DOES: dict[str, Callable[[Message], Action]] = {}
"""What an agent does with a mail, by the agent's name."""

alfa = Agent("alfa", flow=FLOW, with_human=State.WITH_HUMAN, partners=["beta@sandbox.test"])
beta = Agent("beta", flow=FLOW, with_human=State.WITH_HUMAN, partners=["alfa@sandbox.test"], unauthenticated="generic")


def relay(agent: Agent) -> None:
    @agent.on(State.NEW, State.DONE, State.CHASING, State.WITH_HUMAN)
    @agent.on_event("auto_reply")
    def act(message: Message, thread: Thread) -> Transition:
        return Transition(State.DONE, DOES[agent.name](message))


relay(alfa)
relay(beta)
