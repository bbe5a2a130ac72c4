"""The webhook: signature checked on the raw body, one durable write, acknowledged."""

from __future__ import annotations

import json
from collections.abc import Callable

import structlog
from flask import Blueprint, Response, request

from postroom.intake.door import Door

log = structlog.get_logger(__name__)

PATH = "/webhooks/agentmail"
LARGEST_BODY = 2_000_000
"""AgentMail trims events to 1 MB; twice that leaves room, and no more is read."""


def webhook_blueprint(door: Door, secret: Callable[[], str]) -> Blueprint:
    """Return the route that AgentMail posts to. `secret` is asked at each request (`whsec_…`)."""
    blueprint = Blueprint("webhook", __name__)

    @blueprint.post(PATH)
    def receive() -> Response:
        # imported here because it takes a third of a second, which `serving` spends after the start
        from svix.webhooks import Webhook, WebhookVerificationError

        if (request.content_length or 0) > LARGEST_BODY:
            return Response("the event is larger than AgentMail makes them", 413)
        raw = request.get_data(cache=False)
        try:
            Webhook(secret()).verify(raw, dict(request.headers.items()))
        except (WebhookVerificationError, ValueError) as error:  # ValueError: a signature that is not even base64
            log.warning("refused a webhook", reason=str(error), remote=request.remote_addr)
            return Response("the signature does not match this endpoint's secret, or it is older than 5 minutes", 401)
        try:
            door.accept(json.loads(raw))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            # a signed event we cannot read: answering 2xx would lose it for good, and catch-up reads unread anyway
            log.error("could not read a signed event", error=f"{type(error).__name__}: {error}")
            return Response("this event has not the shape of an AgentMail event", 422)
        return Response(status=204)

    return blueprint
