"""The smallest agent that writes first; it stands for all others in the tests of campaigns."""

from __future__ import annotations

from datetime import timedelta
from enum import auto

import postroom
from postroom import Agent, Escalate, Flow, Message, Notify, Plan, Postpone, Reply, Send, Thread, Transition, days
from postroom.campaign import Outreach, Row
from postroom_kit.outreach import RuleBook


class State(postroom.State):
    NEW = auto()
    CALLED = auto()
    ANSWERED = auto()
    WITH_HUMAN = auto()
    OVER = auto()


ALL = {State.CALLED, State.ANSWERED, State.WITH_HUMAN, State.OVER}
FLOW = Flow(start=State.NEW, moves={**dict.fromkeys(State, ALL), State.OVER: {State.OVER}})
IDENTITY = {"name": "Caller Ltd", "postal_address": "1 Test Street, Testville TV1 2ST"}


class Person(Row):
    role: str = ""
    renew: bool = False
    shout: bool = False

    @property
    def item(self) -> str:
        return self.role


def shouts(transition: Transition, thread: Thread, message: Message | None) -> str | None:
    shouting = thread.record is not None and not thread.thread_id and thread.record.read(Person).shout
    return "it is shouted" if shouting else None


def caller(rules: RuleBook, **more: object) -> Agent:
    """Return the agent, held to these rules."""
    outreach = Outreach(rows=Person, rules=rules, identity=IDENTITY, **more)  # type: ignore[arg-type]
    agent = Agent("caller", flow=FLOW, with_human=State.WITH_HUMAN, hold=[shouts], outreach=outreach)

    @agent.start
    def begin(thread: Thread) -> Transition | str | None:
        assert thread.record is not None
        person = thread.record.read(Person)
        if person.name in ("Nobody", "Unknown"):
            return "nothing is known of <them>" if person.name == "Unknown" else None
        plans = [
            Plan("again", key=f"day {day}", after=days(day), renew=person.renew, name=person.name, day=day)
            for day in ((3, 7, 3) if person.name == "Twice" else (3, 7))
        ]
        first = Send("first", subject="A question about your roof", name=person.name)
        return Transition(State.CALLED, first, *plans, labels=["variant/a"])

    @agent.renew
    def due(thread: Thread, key: str) -> Transition | None:
        assert thread.record is not None
        if thread.record.read(Person).name == "Paid":
            return Transition(State.OVER, because="nothing is left to ask")
        return Transition(State.CALLED, Reply("again", name="anew", day=int(key.removeprefix("day "))))

    @agent.on(State.NEW, State.CALLED, State.ANSWERED, State.OVER)
    def answered(message: Message, thread: Thread) -> Transition | None:
        if thread.record is None:
            return Transition(State.WITH_HUMAN, Escalate("a stranger wrote"))
        if "person" in message.new_text:
            return Transition(State.WITH_HUMAN, Escalate("asks for a person"))
        if "no" in message.new_text.lower().split():
            return Transition(State.OVER, because="a no")
        told = [Notify("thanks", subject="an answer")] if "tell" in message.new_text else []
        return Transition(State.ANSWERED, Reply("thanks"), *told, because="an answer")

    @agent.on_event("auto_reply", State.CALLED)
    def away(message: Message, thread: Thread) -> Transition:
        return Transition(State.CALLED, Postpone(until=thread.now + timedelta(days=14)))

    @agent.on_event("unsubscribed")
    def unsubscribed(message: Message | None, thread: Thread) -> Transition | None:
        return Transition(State.OVER, because="unsubscribed") if thread.state is not State.OVER else None

    return agent
