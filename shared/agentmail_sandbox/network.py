"""Ports: how a listener takes one, the event loop that SMTP and WebSocket share, and the web server."""

import asyncio
import errno
import re
import socket
import ssl
import threading
from collections.abc import Coroutine, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from agentmail_sandbox.errors import PortTaken

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

Result = TypeVar("Result")
WEB_THREADS = 16
MOST_CONNECTIONS = 10_000
# Starting or stopping a listener takes milliseconds; one that needs longer hangs.
PATIENCE = 5.0
# A host, and perhaps a port, of this machine; as `Host` and `Origin` (behind its scheme) name it.
LOOPBACK = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::(\d{1,5}))?", re.IGNORECASE)
# What tunnels and proxies add to a request; a mail client or browser never does.
FORWARDING = re.compile(
    r"(?:x-)?forwarded.*|via|cdn-loop|(?:x-original|cf|fly|ngrok|tailscale)-.+|x-real-ip|(?:true|x)-client-ip",
    re.IGNORECASE,
)


@cache
def trusted_authorities() -> ssl.SSLContext:
    """Return the TLS settings of every client here; loading the authorities' certificates takes a while."""
    return httpx.create_ssl_context()


def bind(what: str, host: str, port: int) -> socket.socket:
    """Return a listening socket: port 0 takes a free one, `::` IPv4 too. PortTaken when another program has it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    dual = family is socket.AF_INET6 and socket.has_dualstack_ipv6()
    try:
        return socket.create_server((host, port), family=family, backlog=1024, dualstack_ipv6=dual)
    except OSError as wrong:
        raise (PortTaken(what, host, port) if wrong.errno == errno.EADDRINUSE else wrong) from wrong


def forwarding_header(names: Iterable[str]) -> str | None:
    """Return the first of these header names that tells of a tunnel or proxy."""
    return next((name for name in names if FORWARDING.fullmatch(name)), None)


def port_of(listener: socket.socket) -> int:
    """Return the port a socket listens on."""
    return int(listener.getsockname()[1])


def in_url(host: str) -> str:
    """Return a host as a URL has it: an IPv6 address in brackets (RFC 3986, 3.2.2)."""
    return f"[{host}]" if ":" in host else host


def near(listener: socket.socket, told: str) -> str:
    """Return the host, as a URL has it, at which this machine reaches a socket that was told to listen on ``told``."""
    bound = listener.getsockname()[0]
    return in_url({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(bound, told))


class LoopThread:
    """An asyncio loop in a thread of its own."""

    def __init__(self, name: str) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name=name, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run a coroutine in the loop and return its result."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(PATIENCE)

    def close(self) -> None:
        """Cancel what runs and end the thread."""
        self.run(_cancel_all())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(PATIENCE)
        self.loop.close()


async def _cancel_all() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


class WebServer:
    """Waitress in a thread."""

    def __init__(self, app: "WSGIApplication", listener: socket.socket) -> None:
        from waitress.server import create_server

        self._channels: dict[int, Any] = {}
        # Forwarding headers stay: an application may have to know that it is reached through a tunnel.
        self._server = create_server(
            app,
            map=self._channels,
            sockets=[listener],
            threads=WEB_THREADS,
            # Clients keep their connections: at the limit nobody else is heard, for minutes.
            connection_limit=MOST_CONNECTIONS,
            # select() ends at file number 1,023.
            asyncore_use_poll=True,
            # Only while it reads ahead does Waitress see that a client is gone.
            channel_request_lookahead=1,
            ident=None,
            clear_untrusted_proxy_headers=False,
        )
        self._thread = threading.Thread(target=self._server.run, name="sandbox-web", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Close the port and every connection."""
        from waitress.wasyncore import close_all

        # First those at work: each wakes the server when it is done, which must still be there.
        self._server.task_dispatcher.shutdown(cancel_pending=True, timeout=1)
        # In the server's own thread, which otherwise would stumble over sockets closed under it. Another wake-up may
        # get there first: it waits, for what wakes the server is closed with the rest.
        awake = threading.Event()

        def close() -> None:
            awake.wait(PATIENCE)
            close_all(self._channels, ignore_all=True)

        self._server.trigger.pull_trigger(close)
        awake.set()
        self._thread.join(PATIENCE)
