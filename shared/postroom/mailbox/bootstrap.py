"""Inboxes and the webhook, made once however often and from however many processes this runs."""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import structlog
from agentmail import AgentMail
from agentmail.core.api_error import ApiError
from agentmail.inboxes import CreateInboxRequest

from postroom.mailbox.client import error_code, patiently
from postroom.mailbox.reading import as_datetime
from postroom.refused import Refused

log = structlog.get_logger(__name__)

LETTERS = "abcdefghijkmnpqrstuvwxyz"

EVENTS = (
    "message.received",
    "message.received.unauthenticated",
    "message.sent",
    "message.delivered",
    "message.bounced",
    "message.complained",
    "message.rejected",
    "message.opened",
)
FRESH_INBOX_PATIENCE = 10.0
"""Seconds in which a just-created inbox may answer 404 (one to two were seen live)."""


class BootstrapError(Refused):
    """An inbox or webhook that cannot be had; the message says what to do."""


def inbox_name(agent: str, wanted: str, *, live: bool) -> str:
    """Return the name to ask for: the agent's own on the sandbox; live, where names are global, one that is free.

    `POSTROOM_INBOX_<AGENT>` decides for both. Live, the letters count only the first time: `client_id` keeps the inbox.
    """
    chosen = os.environ.get(f"POSTROOM_INBOX_{agent.replace('-', '_').upper()}")
    if chosen:
        return chosen
    return f"{wanted}-{''.join(secrets.choice(LETTERS) for _ in range(6))}" if live else wanted


def ensure_inbox(client: AgentMail, agent: str, username: str, sleep: Callable[[float], None] = time.sleep) -> str:
    """Create the agent's inbox, or find the one this agent made before; return its id, which is its address.

    Two processes at once get the same inbox, by `client_id`. Raises BootstrapError when the name is someone else's.
    """
    request = CreateInboxRequest(
        username=username, client_id=f"postroom-{agent}", display_name=agent.replace("-", " ").title()
    )
    try:
        inbox_id = str(patiently(client.inboxes.create, request=request, sleep=sleep).inbox_id)
    except ApiError as error:
        if error_code(error) not in ("resource_taken", "already_exists"):
            raise
        raise BootstrapError(
            f"the inbox name {username!r} is taken by someone else; "
            f"set POSTROOM_INBOX_{agent.replace('-', '_').upper()} to another name"
        ) from error
    _await_visible(client, inbox_id, sleep)
    return inbox_id


def made_at(client: AgentMail, inbox_id: str) -> datetime:
    """Return when an inbox was made: by its age a new one begins with few mails a day."""
    return as_datetime(patiently(client.inboxes.get, inbox_id).created_at)


def _await_visible(client: AgentMail, inbox_id: str, sleep: Callable[[float], None]) -> None:
    """Wait out the second or two in which a fresh inbox is not found yet."""
    waited, pause = 0.0, 0.25
    while True:
        try:
            patiently(client.inboxes.get, inbox_id, sleep=sleep)
        except ApiError as error:
            if error.status_code != 404 or waited >= FRESH_INBOX_PATIENCE:
                raise
            sleep(pause)
            waited, pause = waited + pause, min(pause * 2, 2.0)
        else:
            return


def ensure_webhook(client: AgentMail, url: str, inbox_ids: Sequence[str]) -> Any:
    """Create the webhook for these inboxes at `url`, or find it; return it with its secret.

    A webhook's URL cannot be changed: one of ours at another URL, or for other events, is replaced.
    """
    wanted = hashlib.sha256("\n".join([url, *sorted(inbox_ids), *EVENTS]).encode()).hexdigest()[:16]
    client_id = f"postroom-webhook-{wanted}"
    webhook = patiently(
        client.webhooks.create, url=url, event_types=list(EVENTS), inbox_ids=sorted(inbox_ids), client_id=client_id
    )
    for other in patiently(client.webhooks.list, limit=100).webhooks:
        ours = (other.client_id or "").startswith("postroom-webhook-")
        if ours and other.webhook_id != webhook.webhook_id and set(other.inbox_ids or ()) & set(inbox_ids):
            log.info("replacing our webhook at an older address", url=other.url)
            patiently(client.webhooks.delete, other.webhook_id)
    if webhook.enabled is False:
        patiently(client.webhooks.update, webhook.webhook_id, enabled=True)
    return webhook
