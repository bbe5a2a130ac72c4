"""Ask a public server for one page, at an address that was looked at before."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Sequence
from time import monotonic
from urllib.parse import urlsplit

from .pages import Answer, Limits
from .robots import AGENT

_HEADERS = {"Accept": "text/html, text/plain;q=0.9", "Accept-Encoding": "identity", "User-Agent": f"{AGENT}/1"}


def addresses(host: str) -> Sequence[str]:
    """Return all addresses of a host; raise OSError."""
    found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


class _At(http.client.HTTPSConnection):
    """A connection to one address, which must show a certificate of the host that is asked for."""

    def __init__(self, host: str, address: str, port: int, seconds: float, context: ssl.SSLContext) -> None:
        super().__init__(host, port, timeout=seconds, context=context)
        self._reached = (address, port)
        self._tls = context

    def connect(self) -> None:
        """Connect to the address, not to what the host's name may mean by now."""
        self.sock = socket.create_connection(self._reached, self.timeout)
        self.sock = self._tls.wrap_socket(self.sock, server_hostname=self.host)

    def cut(self) -> None:
        """End whatever is under way: a server may send a byte now and then for ever."""
        if self.sock is not None:
            try:
                # The plain one: what TLS has not read yet must not be taken for text.
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)
            except OSError:
                return  # it has ended by itself


def https_get(
    url: str, address: str, limits: Limits, *, port: int = 443, context: ssl.SSLContext | None = None
) -> Answer:
    """Ask for `url` at `address`; raise OSError where no whole answer comes within the limits' seconds."""
    parts = urlsplit(url)
    tls = context or ssl.create_default_context()
    connection = _At(parts.hostname or "", address, port, limits.seconds, tls)
    ends = monotonic() + limits.seconds
    watch = threading.Timer(limits.seconds, connection.cut)
    watch.daemon = True
    watch.start()
    try:
        connection.request("GET", parts.path + (f"?{parts.query}" if parts.query else ""), headers=_HEADERS)
        response = connection.getresponse()
        body = response.read(limits.most_bytes + 1)
        if monotonic() >= ends:
            raise TimeoutError(f"no whole answer within {limits.seconds:g} seconds")
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, body)
    except http.client.HTTPException as error:
        raise OSError(f"no whole answer: {type(error).__name__}") from error
    finally:
        watch.cancel()
        connection.close()
