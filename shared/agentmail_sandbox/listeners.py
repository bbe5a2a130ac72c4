"""The listeners and the background work of one sandbox: started one by one, closed together."""

from contextlib import ExitStack
from typing import TYPE_CHECKING

from agentmail_sandbox import schedule
from agentmail_sandbox.core import Core
from agentmail_sandbox.hosts import Hosts, guarded
from agentmail_sandbox.network import LoopThread, WebServer, bind, in_url, near, port_of
from agentmail_sandbox.workers import Worker, listen

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class Listeners:
    """What of a sandbox has been started. Libraries for a listener load when it starts."""

    def __init__(self, core: Core, app: "WSGIApplication", retry_scale: float) -> None:
        self.near = "127.0.0.1"
        self.web_port: int | None = None
        self.ws_port: int | None = None
        self.smtp_port: int | None = None
        self._core = core
        self._app = app
        self._retry_scale = retry_scale
        self._loop: LoopThread | None = None
        # One that fails keeps none of the others from closing.
        self._closers = ExitStack()

    def _loop_thread(self) -> LoopThread:
        if self._loop is None:
            self._loop = LoopThread("sandbox-loop")
            self._closers.callback(self._loop.close)
        return self._loop

    def start_web(self, host: str, port: int) -> None:
        """Serve the WSGI application, at the hosts of this port alone."""
        listener = bind("HTTP", host, port)
        self.near, self.web_port = near(listener, host), port_of(listener)
        # What listens everywhere is called by many names: its links follow the request.
        if self._core.base_url is None and self.near == in_url(host):
            self._core.base_url = f"http://{self.near}:{self.web_port}"
        app = guarded(self._app, Hosts(self._core, listener, host))
        self._closers.callback(WebServer(app, listener).close)

    def start_smtp(self, host: str, port: int) -> int:
        """Accept mail by SMTP."""
        from agentmail_sandbox.smtp import start_smtp, stop_smtp

        listener = bind("SMTP", host, port)
        self.smtp_port = port_of(listener)
        loop = self._loop_thread()
        server = loop.run(start_smtp(self._core, listener))
        self._closers.callback(lambda: loop.run(stop_smtp(server)))
        return self.smtp_port

    def start_websocket(self, host: str, port: int) -> int:
        """Serve events by WebSocket."""
        from agentmail_sandbox.websocket import WebSocketServer

        listener = bind("WebSocket", host, port)
        self.near, self.ws_port = near(listener, host), port_of(listener)
        loop = self._loop_thread()
        server = WebSocketServer(self._core, loop.loop, Hosts(self._core, listener, host))
        loop.run(server.start(listener))
        self._closers.callback(lambda: loop.run(server.close()))
        return self.ws_port

    def start_workers(self, relay: str | None) -> None:
        """Deliver webhooks, fire due drafts, relay outside mail."""
        from agentmail_sandbox.relay import relay_pending
        from agentmail_sandbox.webhook_delivery import WebhookDelivery

        core = self._core
        core.relay = None if relay is None else parse_relay(relay)
        delivery = WebhookDelivery(core, self._retry_scale)
        duties = {"webhooks": delivery.due, "drafts": lambda: fire_and_wait(core)}
        duties["relay"] = lambda: relay_pending(core, self._retry_scale)
        for name, duty in duties.items():
            self._closers.callback(listen(core, Worker(f"sandbox-{name}", duty)).stop)
        self._closers.callback(delivery.close)

    def close(self) -> None:
        """Stop everything that was started, the last first."""
        self.web_port = self.ws_port = self.smtp_port = self._loop = None
        self._closers.close()


def fire_and_wait(core: Core) -> float | None:
    """Send what is due and return the seconds until the next draft is."""
    schedule.run_due(core)
    due = schedule.next_due(core)
    return None if due is None else max(0.0, (due - core.clock.now()).total_seconds())


def parse_relay(relay: str) -> tuple[str, int]:
    """Read HOST:PORT; ValueError when it is something else."""
    host, _, port = relay.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise ValueError(f"The relay must be HOST:PORT, such as 127.0.0.1:1025, not {relay!r}.")
    return host.strip("[]"), int(port)
