"""The sandbox as one object: in process for tests, embedded in another web server, or on ports of its own."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from agentmail_sandbox import drafts, outside, schedule
from agentmail_sandbox.chaos import Chaos
from agentmail_sandbox.clock import SandboxClock
from agentmail_sandbox.core import Core
from agentmail_sandbox.limits import Limits
from agentmail_sandbox.listeners import Listeners
from agentmail_sandbox.outside import OutsideMail
from agentmail_sandbox.posting import Letter, More, post
from agentmail_sandbox.receiving import Received, receive
from agentmail_sandbox.store import Store
from agentmail_sandbox.web import make_wsgi

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication
    from agentmail import AgentMail, AgentMailEnvironment, AsyncAgentMail

    from agentmail_sandbox.in_process import InProcess

# Where in-process clients believe the sandbox is; nothing listens there.
IN_PROCESS_URL = "http://127.0.0.1"


class Sandbox:
    """An AgentMail on your machine.

    ``data_dir`` keeps it between runs; None keeps it in memory. ``domain`` is that of every inbox. ``base_url`` is
    where others reach ``wsgi`` (links to attachments begin with it); when None, links follow the request.
    ``start`` (aware) is what a new sandbox's clock shows first, now when None.
    ``retry_scale`` multiplies the waits between attempts at a webhook or the relay (5 s, 5 min, 30 min, 2 h, …).
    ``chaos`` says what goes wrong and how often, as ``Chaos`` reads it; ValueError when it cannot.
    ``limits`` are those of a plan, as ``Limits`` reads them; ValueError likewise.
    ``private_urls``: attachments by ``url`` are fetched from this machine and from private networks too.
    """

    def __init__(
        self,
        data_dir: Path | None = None,
        *,
        domain: str = "sandbox.test",
        api_key: str = "am_sandbox",
        base_url: str | None = None,
        retry_scale: float = 1.0,
        start: datetime | None = None,
        chaos: str = "",
        limits: str = "",
        private_urls: bool = False,
    ) -> None:
        self.chaos, plan = Chaos(chaos), Limits(limits)
        store = Store(data_dir)
        self.clock = SandboxClock(store, start)
        self.api_key = api_key
        self._core = Core(
            store,
            self.clock,
            domain,
            api_key,
            base_url,
            chaos=self.chaos,
            limits=plan,
            private_urls=private_urls,
        )
        with store.transaction() as db:
            drafts.reschedule_interrupted(db)
        self._wsgi = make_wsgi(self._core)
        self._listeners = Listeners(self._core, self._wsgi, retry_scale)

    @property
    def wsgi(self) -> "WSGIApplication":
        """The web application: ``/v0``, ``/files`` and ``/sandbox``."""
        return self._wsgi

    @property
    def base_url(self) -> str | None:
        """Where others reach ``wsgi``; set it once the port is known."""
        return self._core.base_url

    @base_url.setter
    def base_url(self, url: str) -> None:
        self._core.base_url = url

    def transport(self) -> "InProcess":
        """Return a transport with which httpx speaks to this sandbox in process."""
        from agentmail_sandbox.in_process import InProcess

        return InProcess(self._wsgi)

    def client(self, api_key: str | None = None, *, timeout: float = 60.0) -> "AgentMail":
        """Return the real SDK's client, speaking to this sandbox in process. ``timeout`` in seconds.

        ``api_key`` is one made by ``api_keys.create``; the main key when None.
        """
        import httpx
        from agentmail import AgentMail

        http = httpx.Client(transport=self.transport(), timeout=timeout)
        return AgentMail(environment=self.environment(), api_key=api_key or self.api_key, httpx_client=http)

    def async_client(self, *, timeout: float = 60.0) -> "AsyncAgentMail":
        """Return the real SDK's asynchronous client, in process; needs ``asgiref``."""
        import httpx
        from agentmail import AsyncAgentMail
        from asgiref.wsgi import WsgiToAsgi

        transport = httpx.ASGITransport(app=WsgiToAsgi(self._wsgi))  # type: ignore[no-untyped-call]
        http = httpx.AsyncClient(transport=transport, timeout=timeout)
        return AsyncAgentMail(environment=self.environment(), api_key=self.api_key, httpx_client=http)

    def environment(self) -> "AgentMailEnvironment":
        """Return the SDK's environment for this sandbox: its web address and, once started, its WebSocket."""
        from agentmail import AgentMailEnvironment

        near, port, ws_port = self._listeners.near, self.port, self.ws_port
        web = IN_PROCESS_URL if port is None else f"http://{near}:{port}"
        websockets = "ws://127.0.0.1" if ws_port is None else f"ws://{near}:{ws_port}"
        return AgentMailEnvironment(http=self._core.base_url or web, websockets=websockets)

    # Mail

    def receive(self, raw: bytes, mail_from: str, rcpt_to: list[str]) -> list[Received]:
        """Take in a mail as SMTP would, once for each recipient; UnknownInbox if one of them is no inbox."""
        return receive(self._core, raw, mail_from, rcpt_to)

    def post_mail(
        self, from_: str, to: str | list[str], subject: str = "", text: str | None = None, **more: Unpack[More]
    ) -> Received:
        """Write a mail as an outsider and return what became of it in the first inbox it reached.

        ``more``: html, cc, headers, attachments (each a Part), in_reply_to, references, auth (pass, none, fail).
        Raises UnknownInbox when no recipient is an inbox here.
        """
        addressed = [to] if isinstance(to, str) else to
        return post(self._core, Letter(from_, addressed, subject, text, **more))[0]

    def outbox(self, to: str | None = None) -> list[OutsideMail]:
        """Return the last hundred mails that left to addresses outside (to ``to`` only), newest first."""
        with self._core.store.transaction() as db:
            return outside.outbox(db, to=to)

    # Time

    def next_due(self) -> datetime | None:
        """Return when the earliest scheduled draft is due, or None."""
        return schedule.next_due(self._core)

    def run_due(self) -> int:
        """Send the drafts that are due now, the earliest first, and return how many that were."""
        return schedule.run_due(self._core)

    # Ports and threads

    @property
    def port(self) -> int | None:
        """The web port in use, None unless ``serve`` runs."""
        return self._listeners.web_port

    @property
    def ws_port(self) -> int | None:
        """The WebSocket port in use."""
        return self._listeners.ws_port

    @property
    def smtp_port(self) -> int | None:
        """The SMTP port in use."""
        return self._listeners.smtp_port

    def start_smtp(self, port: int = 2525, *, host: str = "127.0.0.1") -> int:
        """Accept mail by SMTP; return the port. Port 0 takes a free one; PortTaken when it is in use."""
        return self._listeners.start_smtp(host, port)

    def start_websocket(self, port: int = 8026, *, host: str = "127.0.0.1") -> int:
        """Serve events by WebSocket; return the port. PortTaken when it is in use."""
        return self._listeners.start_websocket(host, port)

    def start_workers(self, *, relay: str | None = None) -> None:
        """Deliver webhooks and send due drafts in the background; hand outside mail to ``relay`` (HOST:PORT)."""
        self._listeners.start_workers(relay)

    def serve(
        self,
        port: int = 8025,
        ws_port: int = 8026,
        smtp_port: int = 2525,
        *,
        relay: str | None = None,
        host: str = "127.0.0.1",
    ) -> None:
        """Start everything on ports of its own and return; ``close`` ends it.

        Raises PortTaken when a port is in use, ValueError when ``relay`` is not HOST:PORT; nothing is started then.
        """
        try:
            self._listeners.start_web(host, port)
            self.start_websocket(ws_port, host=host)
            self.start_smtp(smtp_port, host=host)
            self.start_workers(relay=relay)
        except (OSError, ValueError):
            self._listeners.close()
            raise

    def close(self) -> None:
        """Stop listening and working, and close the database."""
        self.chaos.closed.set()
        try:
            self._listeners.close()
        finally:
            self._core.store.close()
