"""The inbox that `postroom doctor --live` asks its questions in: it writes to itself, at most twenty mails."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any, TypeVar

from agentmail import AgentMail, Subscribe
from agentmail.core.api_error import ApiError
from websockets.exceptions import WebSocketException

from postroom.mailbox.client import RETRYABLE_STATUS, error_code, error_name, error_text, patiently

T = TypeVar("T")
Say = Callable[[Any], str]

MOST_MAILS = 20
PATIENCE = 90.0
"""Seconds in which a mail to oneself, its event, or a draft that is due should have come."""
QUIET = 3.0
"""Seconds without an event after which no more of them are waited for."""


class NotAsked(RuntimeError):
    """A question that could not be put, so that nothing follows about the server."""


class Trial:
    """One inbox to ask, and the mails it sends. `listens`: the server's WebSocket is known."""

    def __init__(self, client: AgentMail, inbox_id: str, *, listens: bool = True) -> None:
        self.client, self.inbox_id, self.listens = client, inbox_id, listens
        self.inboxes, self.messages, self.drafts = client.inboxes, client.inboxes.messages, client.inboxes.drafts
        self.mails = 0
        self.mail = self.new_mail("Shared", text="A mail.\n\n-- \nAda", labels=["probe-message"])

    def new_mail(self, subject: str, **more: Any) -> dict[str, Any]:
        """Return a mail to the inbox itself, with a key of its own."""
        return {"to": self.inbox_id, "subject": subject, "text": "A mail.", "idempotency_key": new_name(), **more}

    def count(self, mails: int = 1) -> None:
        """Count what may leave as mail, before it does. Raises NotAsked when it would be too many."""
        if self.mails + mails > MOST_MAILS:
            raise NotAsked(f"this question would send more than {MOST_MAILS} mails")
        self.mails += mails

    def send(self, call: Callable[..., Any], *args: Any, **more: Any) -> Any:
        """Call what sends a mail, patiently: its Idempotency-Key makes one of however many tries."""
        self.count()
        return patiently(call, self.inbox_id, *args, **{"idempotency_key": new_name(), **more})

    def counted(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """Return a call whose every try counts as a mail, for want of a key that makes one of them."""

        def counting(*args: Any, **more: Any) -> Any:
            self.count()
            return call(*args, **more)

        return counting

    def send_new(self, subject: str, text: str = "A mail.") -> Any:
        """Send a mail to the inbox itself and return what came of it."""
        return self.send(self.messages.send, **self.new_mail(subject, text=text))

    @cached_property
    def shared_answer(self) -> Any:
        """How the server answered to the mail that questions share, with headers."""
        return self.send(self.messages.with_raw_response.send, **self.mail)

    def shared(self) -> Any:
        """Return the message that questions share, as it is now."""
        return patiently(self.messages.get, self.inbox_id, self.shared_answer.data.message_id)

    def draft(self, **more: Any) -> Any:
        """Make a draft to the inbox itself, one however often that is tried."""
        given = {"to": [self.inbox_id], "text": "A draft.", "client_id": new_name(), **more}
        return patiently(self.drafts.create, self.inbox_id, **given)

    @cached_property
    def sent_draft(self) -> tuple[Any, str, Any]:
        """A draft that was sent, the key it was sent under, and what came of it."""
        draft, key = self.draft(labels=["probe-draft"]), new_name()
        return draft, key, self.send(self.drafts.send, draft.draft_id, idempotency_key=key)

    def now(self) -> Any:
        """Return the server's time, which need not be ours: that at which it made a draft."""
        return self.draft().created_at

    @contextmanager
    def listed(self, direction: str, kind: str, entry: str) -> Iterator[None]:
        """Keep an entry in a list of the inbox for as long as this lasts."""
        lists = self.inboxes.lists
        try:
            patiently(lists.create, self.inbox_id, direction, kind, entry=entry)
            yield
        finally:
            forget(lists.delete, self.inbox_id, direction, kind, entry)

    def heard(self, subscriptions: list[list[str]], act: Callable[[], object]) -> list[str]:
        """Subscribe to each of these types of events in turn, act, and return the frames that come, as they came.

        The last one says why no more were waited for.
        """
        if not self.listens:
            raise NotAsked("AGENTMAIL_WS_URL names no WebSocket of this server")
        frames: list[str] = []
        try:
            with self.client.websockets.connect() as socket:
                for event_types in subscriptions:
                    socket.send_subscribe(Subscribe(inbox_ids=[self.inbox_id], event_types=event_types))
                    socket._websocket.recv(timeout=PATIENCE)
                act()
                while True:
                    frames.append(str(socket._websocket.recv(timeout=QUIET if frames else PATIENCE)))
        except (OSError, WebSocketException) as ended:
            frames.append(error_text(ended))
        return frames


def new_name() -> str:
    """Return a key or client_id that nothing has yet."""
    return uuid.uuid4().hex


def outcome(trial: Trial, call: Callable[..., Any], *args: Any, say: Say = lambda _: "done", **more: Any) -> str:
    """Say what came of a call, or how it was refused: status, code and name, by which the two kinds of 409 differ.

    A 409 is an answer here. A failure that says nothing about the question (429, 5xx) is tried again as usual.
    """

    def attempt(*args: Any, **more: Any) -> str:
        try:
            return say(call(*args, **more))
        except ApiError as error:
            if error.status_code in RETRYABLE_STATUS:
                raise
            return f"{error.status_code} {error_code(error)} {error_name(error)}"

    return patiently(attempt, trial.inbox_id, *args, **more)


def same_as(first: Any) -> Say:
    """Return how to say whether a send was answered as the `first` one was."""
    return lambda sent: "the first answer" if sent.message_id == first.message_id else "a second mail"


def until(enough: Callable[[T], bool], ask: Callable[[], T]) -> T:
    """Ask each second until the answer is enough or patience ends; return the last one."""
    ends = time.monotonic() + PATIENCE
    while not enough(answer := ask()) and time.monotonic() < ends:
        time.sleep(1)
    return answer


def forget(delete: Callable[..., Any], *ids: str) -> None:
    """Delete what may be gone already, as after an answer that was lost."""
    try:
        patiently(delete, *ids)
    except ApiError as error:
        if error.status_code != 404:
            raise
