"""The hosts a port answers to: against DNS rebinding, where a stranger's page reaches this machine by its own name."""

import ipaddress
import re
import socket
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from agentmail_sandbox.core import Core
from agentmail_sandbox.errors import problem_of
from agentmail_sandbox.network import LOOPBACK, port_of
from agentmail_sandbox.wire import problem_answer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PORT = re.compile(r":\d{1,5}$")


class Hosts:
    """The hosts of one port: on loopback this machine's, ``told`` (the one to listen on) and that of ``base_url``.

    The key is no secret, so there the name is what tells a page of another site. A port that other machines reach
    answers to any: it cannot know what they call it.
    """

    def __init__(self, core: Core, listener: socket.socket, told: str) -> None:
        self._core = core
        self._told = told
        self._local = ipaddress.ip_address(listener.getsockname()[0]).is_loopback
        self._port = port_of(listener)

    def refusal(self, asked: Iterable[str]) -> str | None:
        """Say why a request with these headers ``Host`` is refused, and what to do; None when it is not."""
        stray = next((host for host in asked if not self._answers_to(host)), None)
        if stray is None:
            return None
        return (
            f"This port answers to this machine only, and the request asked for {stray[:100]!r}. "
            f"Ask for localhost:{self._port}, or start it with an address that others reach "
            "(python -m agentmail_sandbox --host ADDRESS)."
        )

    def _answers_to(self, host: str) -> bool:
        if not self._local or LOOPBACK.fullmatch(host):
            return True
        own = urlsplit(self._core.base_url or "").hostname
        return PORT.sub("", host).strip("[]").lower() in (self._told.lower(), own)


def guarded(app: "WSGIApplication", hosts: Hosts) -> "WSGIApplication":
    """Return an application that answers 403 to requests for other hosts, and else as ``app`` does."""

    def serve(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        refused = hosts.refusal([environ["HTTP_HOST"]] if "HTTP_HOST" in environ else [])
        if refused is not None:
            return problem_answer(problem_of(403, refused, "unknown_host"))(environ, start_response)
        return app(environ, start_response)

    return serve
