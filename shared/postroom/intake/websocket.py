"""The WebSocket intake: for machines without a public address. Reconnects, and catches up after every gap."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from agentmail import AgentMail, Subscribe

from postroom.intake.door import EVENTS, RECEIVED, Door
from postroom.mailbox.client import error_text

log = structlog.get_logger(__name__)

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
GOODBYE_SECONDS = 1.0
"""How long a closing connection waits for the other side's goodbye; a dead one never says it."""


class WebSocketIntake:
    """Listens in a thread of its own; the SDK itself never reconnects."""

    def __init__(self, client: AgentMail, door: Door, inbox_ids: Sequence[str]) -> None:
        self.client = client
        self.door = door
        self.inbox_ids = list(inbox_ids)
        self.subscribed = threading.Event()
        self._stop = threading.Event()
        self._socket: Any = None
        self._pause = FIRST_PAUSE
        self._thread = threading.Thread(target=self._listen, name="websocket-intake", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening; what is missed now is caught up at the next start."""
        self._stop.set()
        socket = self._socket
        if socket is not None:
            socket._websocket.close()
        self._thread.join(timeout=5)

    def _listen(self) -> None:
        while not self._stop.is_set():
            try:
                self._session()
            except Exception as error:  # noqa: BLE001 - whatever ended it, this thread must live on to hear of mail
                # str(ApiError) holds the request's headers and so the key: error_text leaves them out
                log.warning("the WebSocket is down, connecting again", error=error_text(error), in_seconds=self._pause)
            self.subscribed.clear()
            self._stop.wait(self._pause * random.uniform(0.8, 1.2))
            self._pause = min(self._pause * 2, LONGEST_PAUSE)

    def _session(self) -> None:
        with self.client.websockets.connect() as socket:
            self._socket = socket
            socket._websocket.close_timeout = GOODBYE_SECONDS
            if self._stop.is_set():
                return
            wanted = [*RECEIVED, *EVENTS]
            socket.send_subscribe(Subscribe(inbox_ids=self.inbox_ids, event_types=wanted))
            for event in socket:
                self._take(event)
        self._socket = None

    def _take(self, event: Any) -> None:
        # the SDK decodes unknown frames as some class or other: only the fields tell what it is
        kind = getattr(event, "type", None)
        if kind == "subscribed":
            handed_in = self.door.catch_up()
            log.info("the WebSocket is up", inboxes=len(self.inbox_ids), caught_up=handed_in)
            self._pause = FIRST_PAUSE
            self.subscribed.set()
        elif kind == "event":
            self.door.accept(_as_json(event))
        elif kind == "error":
            log.error("AgentMail refused the subscription", reason=getattr(event, "message", ""))


def _as_json(event: Any) -> dict[str, Any]:
    dump: Callable[..., dict[str, Any]] = event.model_dump
    return dump(by_alias=True, mode="json")
