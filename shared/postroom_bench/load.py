"""Load on a running agent: customers' mails by SMTP, signed events by HTTP at a fixed rate, and what comes back."""

from __future__ import annotations

import json
import smtplib
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import httpx
from websockets.sync.client import connect

from agentmail_sandbox.addresses import bare
from postroom_bench.checkout import ROOT
from postroom_bench.processes import BenchError
from postroom_kit.knowledge.articles import load

SANDBOX_KEY = "am_sandbox"
SENDERS = 32


def questions() -> list[str]:
    """Return what customers ask support, each article's first wording first."""
    articles = load(ROOT / "agents" / "support_agent" / "data" / "knowledge.json")
    most = max(len(article.questions) for article in articles)
    return [article.questions[n] for n in range(most) for article in articles if n < len(article.questions)]


def spread(seconds: Sequence[float]) -> str:
    """Return median, 99th percentile and maximum in milliseconds, as text."""
    ordered = sorted(seconds)
    p99 = statistics.quantiles(ordered, n=100, method="inclusive")[98]
    return (
        f"p50 {statistics.median(ordered) * 1000:,.0f} ms, p99 {p99 * 1000:,.0f} ms, max {ordered[-1] * 1000:,.0f} ms"
    )


class Customers:
    """People outside who write to an inbox of a sandbox and read what it sends them."""

    def __init__(self, url: str, inbox_id: str, smtp_port: int | None = None) -> None:
        self.inbox_id = inbox_id
        self.smtp_port = smtp_port
        self._http = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {SANDBOX_KEY}"}, trust_env=False)

    def write(self, customer: str, question: str) -> None:
        """Hand a mail to the sandbox over its HTTP door."""
        mail = {"from": customer, "to": self.inbox_id, "subject": "A question", "text": question}
        self._http.post("/sandbox/mail", json=mail, timeout=60).raise_for_status()

    def write_by_smtp(self, customer: str, question: str) -> None:
        """Hand a mail in as any mail server would, over a connection of its own."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = customer, self.inbox_id, "A question"
        mail.set_content(question)
        with smtplib.SMTP("127.0.0.1", self.smtp_port or 0, timeout=30) as server:
            server.send_message(mail)

    def get(self, path: str) -> Any:
        """Read from the sandbox's API."""
        return self._http.get(path, timeout=60).raise_for_status().json()

    def close(self) -> None:
        """Close the connection."""
        self._http.close()


class Replies:
    """When each customer was answered, heard over the sandbox's WebSocket: asking again and again would be load."""

    def __init__(self, ws_port: int) -> None:
        self._socket = connect(f"ws://127.0.0.1:{ws_port}/v0?api_key={SANDBOX_KEY}", proxy=None)
        self._socket.send(json.dumps({"type": "subscribe", "event_types": ["message.sent"]}))
        self._socket.recv(timeout=30)

    def next(self, seconds: float) -> tuple[float, list[str]]:
        """Return when the next mail left and to whom. Raises TimeoutError after so many seconds."""
        frame = self._socket.recv(timeout=max(seconds, 0))
        return time.monotonic(), [bare(address) for address in json.loads(frame)["send"]["recipients"]]

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()


def conversation(
    customers: Customers, replies: Replies, count: int, per_second: float, patience: float = 30.0
) -> list[float]:
    """Write `count` mails at a steady rate; return the seconds from each SMTP hand-in until its reply left.

    Raises BenchError when replies are missing `patience` seconds after the last mail.
    """
    asked = questions()
    written: dict[str, float] = {}
    answered: dict[str, float] = {}
    marks = [f"c{number}.{time.monotonic_ns()}@example.com" for number in range(count)]

    def write(number: int) -> None:
        written[marks[number]] = time.monotonic()
        customers.write_by_smtp(marks[number], asked[number % len(asked)])

    writer = threading.Thread(target=at_rate, args=(write, count, per_second))
    writer.start()
    deadline = time.monotonic() + count / per_second + patience
    while len(answered) < count:
        try:
            at, recipients = replies.next(deadline - time.monotonic())
        except TimeoutError as error:
            missing = f"{count - len(answered)} of {count} mails had no reply {patience:g} s after the last one"
            raise BenchError(missing) from error
        answered |= dict.fromkeys(set(recipients) & set(marks), at)
    writer.join()
    return [answered[address] - written[address] for address in marks]


def at_rate(call: Callable[[int], None], count: int, per_second: float) -> list[float]:
    """Make `count` calls, each due at its time whether or not earlier ones are back.

    Returns the seconds from when each was due to when it was done, so that a stall counts for all it delays.
    """
    began = time.monotonic()

    def one(number: int) -> float:
        call(number)
        return time.monotonic() - (began + number / per_second)

    with ThreadPoolExecutor(SENDERS) as pool:
        done = []
        for number in range(count):
            time.sleep(max(0.0, began + number / per_second - time.monotonic()))
            done.append(pool.submit(one, number))
        return [each.result() for each in done]


class SignedEvents:
    """Events as AgentMail posts them, about mails that are gone by the time their runs look, or about a known one."""

    def __init__(self, url: str, template: dict[str, Any], secret: str) -> None:
        from svix.webhooks import Webhook

        self._signer = Webhook(secret)
        self._template = template
        self._url = url
        self._http = httpx.Client(trust_env=False, limits=httpx.Limits(max_connections=SENDERS))

    def post(self, number: int) -> None:
        """Post an event about a new mail. Raises httpx.HTTPStatusError when it is not acknowledged."""
        name = f"{time.monotonic_ns()}_{number}"
        ids = {"message_id": f"<{name}@example.com>", "thread_id": f"thr_{name}"}
        self._post(f"evt_{name}", self._template["message"] | ids)

    def repeat(self, number: int) -> None:
        """Post an event about the mail of the template, which has had its run."""
        self._post(f"evt_{time.monotonic_ns()}_{number}", self._template["message"])

    def _post(self, name: str, message: dict[str, Any]) -> None:
        now = datetime.now(UTC)
        body = json.dumps(self._template | {"event_id": name, "message": message})
        headers = {
            "content-type": "application/json",
            "svix-id": name,
            "svix-timestamp": str(int(now.timestamp())),
            "svix-signature": self._signer.sign(name, now, body),
        }
        self._http.post(self._url, content=body, headers=headers, timeout=30).raise_for_status()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()
