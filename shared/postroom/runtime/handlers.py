"""Which handler of an agent a run asks, and what stands for its answer where a decision cannot be had."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from postroom.agent import Agent
from postroom.brain import BrainError
from postroom.mail import Thread
from postroom.runtime.scene import Scene
from postroom.transition import Actions, Escalate, Reply, Transition


def answer(
    agent: Agent, kind: str, payload: Mapping[str, Any], scene: Scene, thread: Thread
) -> Transition | Actions | str | None:
    """Return the handler's answer; where a decision of it could not be had, the thread goes to people.

    A start may say why it leaves a record out. `thread` is the scene's, on which the handler may ask. Raises BrainError
    where there is no mail to hand over, or the flow forbids it.
    """
    try:
        return _ask(agent, kind, payload, scene, thread)
    except BrainError as error:
        if thread.to_answer is None or not agent.flow.allows(thread.state, agent.with_human):
            raise
        because = "a decision could not be had"
        escalate = Escalate(because, missing=str(error))
        return Transition(agent.with_human, escalate, *_holding(agent, kind, scene), because=f"{because}: {error}")


def _holding(agent: Agent, kind: str, scene: Scene) -> list[Reply]:
    """Return what the writer of the mail at hand is told; nothing where people have the thread already."""
    message = scene.message
    if agent.on_holding is None or message is None or scene.thread.state is agent.with_human:
        return []
    if kind != "mail" or message.kind != "human":
        return []
    reply = agent.on_holding(message, scene.thread)
    return [reply] if reply else []


def _ask(
    agent: Agent, kind: str, payload: Mapping[str, Any], scene: Scene, thread: Thread
) -> Transition | Actions | str | None:
    message = scene.message
    if kind == "start":
        return agent.on_start(thread) if agent.on_start else None
    if scene.due is not None:
        return agent.on_renew(thread, scene.due["key"]) if agent.on_renew else None
    if kind == "timer":
        return agent.timer(payload["timer"]).handler(thread)
    if kind == "cron":
        found: Actions | None = agent.cron(payload["cron"]).handler(thread.inbox)
        return found
    if kind == "mail" and message is not None and message.kind == "human":
        on_mail = agent.mail_handler(thread.state)
        return on_mail(message, thread) if on_mail else None
    of = message.kind if message is not None and kind == "mail" else (thread.event or {}).get("kind", "")
    on_event = agent.event_handler(of, thread.state)
    return on_event(message, thread) if on_event else None
