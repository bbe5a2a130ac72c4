"""A sandbox in another process, by HTTP: what ``Sandbox`` offers beside AgentMail's API to write and read mail."""

import base64
from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Unpack

from agentmail_sandbox.clock import moment
from agentmail_sandbox.errors import Problem
from agentmail_sandbox.mime_read import Part
from agentmail_sandbox.outside import OutsideMail
from agentmail_sandbox.posting import More
from agentmail_sandbox.receiving import Received

if TYPE_CHECKING:
    import httpx

PATIENCE = 30.0


class RemoteSandbox:
    """The sandbox at ``base_url``, whose requests go through ``http``. Every call may raise its TransportError."""

    def __init__(self, base_url: str, api_key: str, http: "httpx.Client") -> None:
        self._base_url = base_url.rstrip("/")
        self._api_key = api_key
        self._http = http

    def answers(self) -> bool:
        """Say whether a sandbox is there, and not AgentMail itself, which has no clock to show."""
        return bool(self._request("GET", "/clock").is_success)

    def post_mail(
        self, from_: str, to: str | list[str], subject: str = "", text: str | None = None, **more: Unpack[More]
    ) -> Received:
        """Write a mail as an outsider, as ``Sandbox.post_mail`` does; Problem when it is not taken."""
        letter = {"from": from_, "to": to, "subject": subject, "text": text, **more}
        letter["attachments"] = _attachments(more.get("attachments", ()))
        answer = self._call("POST", "/mail", json=letter)
        return Received(*(answer.get(name) for name in ("inbox_id", "message_id", "thread_id", "dropped")))

    def outbox(self, to: str | None = None) -> list[OutsideMail]:
        """Return the last hundred mails that left to addresses outside (to ``to`` only), newest first."""
        mails = self._call("GET", "/outbox", params={} if to is None else {"to": to})["mails"]
        names = [field.name for field in fields(OutsideMail)]
        changed = [mail | {"sender": mail["from"], "timestamp": moment(mail["timestamp"])} for mail in mails]
        return [OutsideMail(*(mail.get(name) for name in names)) for mail in changed]

    def _call(self, method: str, path: str, **more: Any) -> Any:
        answer = self._request(method, path, **more)
        if answer.is_success:
            return answer.json()
        said = answer.json() if answer.headers.get("content-type") == "application/json" else {}
        message = said.get("message", f"{self._base_url} answered {answer.status_code}")
        raise Problem(answer.status_code, said.get("name", "HttpError"), said.get("code", "http_error"), message)

    def _request(self, method: str, path: str, **more: Any) -> "httpx.Response":
        headers = {"Authorization": f"Bearer {self._api_key}"}
        return self._http.request(method, f"{self._base_url}/sandbox{path}", headers=headers, timeout=PATIENCE, **more)


def _attachments(parts: Sequence[Part]) -> list[dict[str, str | None]]:
    return [
        {
            "filename": part.filename,
            "content_type": part.content_type,
            "content_id": part.content_id,
            "content": base64.b64encode(part.content).decode(),
        }
        for part in parts
    ]
