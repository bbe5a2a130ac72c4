"""A mail to our people about each incident, once a day, through the gate like all mail."""

from __future__ import annotations

from pathlib import Path

import httpx
import structlog
from agentmail.core.api_error import ApiError

from postroom.letters import render
from postroom.mail import Inbox, Thread
from postroom.mailbox.client import logged, patiently
from postroom.monitoring.figures import ALERT
from postroom.monitoring.incidents import Incident, incidents
from postroom.runtime.context import Context, Post
from postroom.runtime.effects import Effects, NothingSent, Unsettled
from postroom.runtime.freezing import AUTO_GENERATED
from postroom.runtime.ids import fingerprint, op_id
from postroom.runtime.planning import action_row
from postroom.runtime.scene import Scene
from postroom.runtime.unreached import reached

log = structlog.get_logger(__name__)

HERE = Path(__file__).parent


def tell(context: Context) -> int:
    """Mail each incident that our people have no mail about today (UTC); return how many left.

    Its id follows from incident and day, so that any number of processes may call this at once, and again after a
    crash. What AgentMail does not take is tried again at the next call.
    """
    count = 0
    for incident in incidents(context):
        try:
            count += _tell(context, incident)
        except (ApiError, httpx.HTTPError, NothingSent, Unsettled) as error:
            log.error("an alert did not leave", kind=incident.kind, agent=incident.agent, error=logged(error))
            break  # the next ones would wait as long for the same AgentMail
    return count


def _tell(context: Context, incident: Incident) -> bool:
    run = f"{ALERT}{fingerprint([incident.kind, incident.agent, context.clock.now().date().isoformat()])}"
    operation = op_id(run, 0)
    known = context.journal.action(operation)
    if known is not None and known["status"] != "planned":
        return False
    post, people = _whom(context, incident)
    if known is None:
        log.error("an incident", kind=incident.kind, agent=incident.agent, what=incident.what)
        if not people:
            return False  # the page shows it, and what to do about mail that reaches nobody
        row = action_row(post, run, 0, "Notify", "", _frozen(incident, people[0]))
        context.journal.record_plan(run, {}, [row])
    start, now = post.agent.flow.start, context.clock.now()
    scene = Scene(Thread("", Inbox(post.inbox_id, post.agent.name, now), start, now), None)
    if Effects(context, post, scene, start.value).perform(operation) != "done":
        return False
    sent = context.journal.action(operation)
    if sent is not None and sent["result"]:  # the journal has its id now
        update = context.client.inboxes.messages.update
        patiently(update, post.inbox_id, sent["result"]["message_id"], remove_labels=[operation])
    return True


def _whom(context: Context, incident: Incident) -> tuple[Post, list[str]]:
    """Return from which agent's inbox an incident is told, and which of its people mail reaches."""
    posts = [context.posts[incident.agent]] if incident.agent else list(context.posts.values())
    able = [(post, reached(context.journal, post.addresses)) for post in posts]
    return next((pair for pair in able if pair[1]), able[0])


def _frozen(incident: Incident, person: str) -> dict[str, object]:
    """Return the mail about an incident. Its bounce leads to no other: it is about no thread, and in no figure."""
    whose = incident.agent or "postroom"
    letter = render(HERE, "alert", {"agent": whose, "what": incident.what, "do": incident.do})
    return {
        "purpose": "internal", "to": [person], "cc": [], "subject": f"[{whose}] incident: {incident.kind}",
        "text": letter.text, "html": letter.html, "headers": dict(AUTO_GENERATED),
    }  # fmt: skip
