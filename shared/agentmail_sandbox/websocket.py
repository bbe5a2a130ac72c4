"""Events by WebSocket, path ``/v0``: a client subscribes, and gets each event as a frame of its own."""

import asyncio
import socket
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import pydantic
from agentmail.websockets import Error, Subscribe, Subscribed
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from agentmail_sandbox.access import identify
from agentmail_sandbox.chaos import TOO_LONG_FRAME
from agentmail_sandbox.core import Core, Event
from agentmail_sandbox.errors import Problem
from agentmail_sandbox.events import ONLY_WHEN_NAMED
from agentmail_sandbox.hosts import Hosts
from agentmail_sandbox.network import LOOPBACK, forwarding_header
from agentmail_sandbox.payloads import check, to_json
from agentmail_sandbox.webhooks import EVENT_TYPES, check_within, in_scope, permissions_for
from agentmail_sandbox.wire import read_json, without_none

PATH = "/v0"
# A client has so many seconds to say goodbye, twice as many to shake hands: a stop waits for none that does neither.
GOODBYE = 2.0


@dataclass(eq=False)
class Subscriber:
    """A connection, its key, what it wants (None: nothing yet), and the frames that wait, each with its mishap."""

    key: str
    wants: Subscribe | None = None
    waiting: asyncio.Queue[tuple[str, str | None]] = field(default_factory=asyncio.Queue)

    def hears(self, event: Event, core: Core) -> bool:
        """Say whether this subscriber gets an event: one it wants, within what its key may read by now."""
        if self.wants is None:
            return False
        try:
            caller = identify(core, self.key)
        except Problem:
            # The key was deleted or has expired since.
            return False
        if not caller.scope.covers(event.pod_id, event.inbox_id):
            return False
        if not all(caller.may(permission) for permission in permissions_for(event.event_type)):
            return False
        named = list(self.wants.event_types or [])
        typed = event.event_type in named if named else event.event_type not in ONLY_WHEN_NAMED
        inbox_ids = [inbox_id.lower() for inbox_id in self.wants.inbox_ids or []]
        return typed and in_scope(inbox_ids, list(self.wants.pod_ids or []), event.inbox_id, event.pod_id)


class WebSocketServer:
    """Push events to subscribers. Runs inside one asyncio loop; ``publish`` may be called from any thread."""

    def __init__(self, core: Core, loop: asyncio.AbstractEventLoop, hosts: Hosts) -> None:
        self._core = core
        self._loop = loop
        self._subscribers: set[Subscriber] = set()
        self._hosts = hosts
        self._server: Server | None = None

    async def start(self, listener: socket.socket) -> None:
        """Listen, and hear of events from now on."""
        self._server = await serve(
            self._converse, sock=listener, process_request=self._check, open_timeout=2 * GOODBYE, close_timeout=GOODBYE
        )
        self._core.on_event.append(self.publish)

    def publish(self, event: Event) -> None:
        """Send an event to every subscriber that wants it."""
        self._loop.call_soon_threadsafe(self._spread, event)

    def _spread(self, event: Event) -> None:
        for subscriber in self._subscribers:
            if subscriber.hears(event, self._core):
                self._hand(subscriber, event.payload)

    def _hand(self, subscriber: Subscriber, payload: str) -> None:
        chaos = self._core.chaos
        for _ in range(2 if chaos.strikes("duplicate") else 1):
            told = (payload, chaos.websocket_mishap())
            if late := chaos.lateness():
                self._loop.call_later(late, subscriber.waiting.put_nowait, told)
            else:
                subscriber.waiting.put_nowait(told)

    def _check(self, connection: ServerConnection, request: Request) -> Response | None:
        asked = urlsplit(request.path)
        if asked.path.rstrip("/") != PATH:
            return connection.respond(HTTPStatus.NOT_FOUND, f"The WebSocket is at {PATH}.\n")
        if stranger := _stranger(request, self._hosts):
            return connection.respond(HTTPStatus.FORBIDDEN, f"{stranger}\n")
        try:
            identify(self._core, _key_in(request))
        except Problem as refused:
            return connection.respond(HTTPStatus.UNAUTHORIZED, f"{refused}\n")
        return None

    async def _converse(self, connection: ServerConnection) -> None:
        subscriber = Subscriber(_key_in(cast(Request, connection.request)))
        self._subscribers.add(subscriber)
        sender = asyncio.create_task(_send_all(connection, subscriber.waiting))
        try:
            async for frame in connection:
                subscriber.waiting.put_nowait((_heard(self._core, subscriber, frame), None))
        except ConnectionClosed:
            # The client went without a goodbye; there is nobody left to tell.
            pass
        finally:
            self._subscribers.discard(subscriber)
            sender.cancel()

    async def close(self) -> None:
        """Hear of no more events and close every connection (1001)."""
        self._core.on_event.remove(self.publish)
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()


def _key_in(request: Request) -> str:
    scheme, _, header_key = request.headers.get("Authorization", "").partition(" ")
    return parse_qs(urlsplit(request.path).query).get("api_key", [""])[0] or header_key * (scheme == "Bearer")


def _stranger(request: Request, hosts: Hosts) -> str:
    """Say why a handshake is not from here: any web page may open a WebSocket, and the key is no secret.

    Browsers always name the page in ``Origin`` (RFC 6455 section 10.2), clients of the SDK never do.
    """
    if any(not LOOPBACK.fullmatch(origin.rpartition("://")[2]) for origin in request.headers.get_all("Origin")):
        return "A page of another site asked for this WebSocket; it answers pages of this machine only."
    if refused := hosts.refusal(request.headers.get_all("Host")):
        return refused
    forwarded = forwarding_header(request.headers)
    return f"This WebSocket is not to be reached through a proxy or tunnel ({forwarded})." if forwarded else ""


async def _send_all(connection: ServerConnection, waiting: asyncio.Queue[tuple[str, str | None]]) -> None:
    try:
        while True:
            await _send(connection, *await waiting.get())
    except ConnectionClosed:
        # Reading the same connection ends too, and tidies up.
        return


async def _send(connection: ServerConnection, payload: str, mishap: str | None) -> None:
    match mishap:
        case "ws-abort":
            connection.transport.abort()
        case "ws-1000" | "ws-1011":
            await connection.close(int(mishap.removeprefix("ws-")))
        case "ws-frame":
            await connection.send(payload.ljust(TOO_LONG_FRAME))
        case _:
            await connection.send(payload)


def _heard(core: Core, subscriber: Subscriber, frame: str | bytes) -> str:
    """Take in a client's frame and return the frame that answers it."""
    try:
        wants = _subscription(frame)
        caller = identify(core, subscriber.key)
        for permission in {name for kind in wants.event_types or [] for name in permissions_for(str(kind))}:
            caller.require(permission)
        with core.store.transaction() as db:
            check_within(db, caller.scope, wants.inbox_ids, wants.pod_ids)
    except Problem as refused:
        return _frame(Error, {"type": "error", "name": refused.name, "message": refused.message})
    except ValueError as wrong:
        return _frame(Error, {"type": "error", "name": "ValidationError", "message": str(wrong)})
    # A second subscribe replaces the first: AgentMail does not say whether it would add.
    subscriber.wants = wants
    asked = {name: getattr(wants, name) for name in ("event_types", "inbox_ids", "pod_ids")}
    return _frame(Subscribed, without_none({"type": "subscribed", **asked}))


def _subscription(frame: str | bytes) -> Subscribe:
    data = read_json(frame)
    if not isinstance(data, dict) or data.get("type") != "subscribe":
        raise ValueError('Send {"type": "subscribe"}, with event_types, inbox_ids and pod_ids if you like.')
    wants = Subscribe.model_validate(data)
    if unknown := sorted(set(map(str, wants.event_types or [])) - EVENT_TYPES):
        raise ValueError(f"Unknown event type: {', '.join(unknown)}.")
    return wants


def _frame(model: type[pydantic.BaseModel], payload: dict[str, Any]) -> str:
    check(model, payload)
    return to_json(payload)
