"""Writing as someone outside: what the page and `postroom send` ask of a sandbox, in this process or elsewhere."""

from __future__ import annotations

from typing import Any, Protocol, Unpack

from agentmail_sandbox.errors import Problem
from agentmail_sandbox.posting import More
from postroom.mail import Sender

NO_SENDER = "Write the sender as an address, such as Ana <ana@example.com>, and choose an inbox."


class Received(Protocol):
    """What became of a mail: its message and thread, or why it was dropped."""

    @property
    def message_id(self) -> str | None: ...
    @property
    def thread_id(self) -> str | None: ...
    @property
    def dropped(self) -> str | None: ...


class SandboxControl(Protocol):
    """What is needed of a sandbox beside AgentMail's API; `Sandbox` and `RemoteSandbox` have it."""

    def post_mail(
        self, from_: str, to: str | list[str], subject: str = "", text: str | None = None, **more: Unpack[More]
    ) -> Received: ...
    def outbox(self, to: str | None = None) -> list[Any]: ...


class NotWritten(ValueError):
    """Why a mail reached no inbox, in a sentence, with the HTTP status to answer."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def write(control: SandboxControl, sender: str, inbox_id: str, subject: str, text: str, **more: Any) -> Received:
    """Write a mail to an inbox and return its message and thread; raises NotWritten."""
    if "@" not in Sender.parse(sender).address:
        raise NotWritten(400, NO_SENDER)
    try:
        received = control.post_mail(sender, inbox_id, subject, text or None, **more)
    except Problem as error:
        raise NotWritten(400, f"The sandbox did not take this mail: {error.message}") from error
    if received.thread_id is None:
        raise NotWritten(
            409, f"The mail never reached the inbox: it was dropped ({received.dropped}), as AgentMail does."
        )
    return received
