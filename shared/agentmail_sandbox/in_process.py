"""Requests to the sandbox from within its process, exactly as they come in over a port."""

from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class InProcess(httpx.BaseTransport):
    """An httpx transport to a WSGI application.

    httpx's own leaves the path Unicode; PEP 3333 has it as the bytes of the request, one character each.
    """

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request, its path decoded once."""
        path = unquote_to_bytes(request.url.raw_path.partition(b"?")[0]).decode("latin-1")

        def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
            return self._app(environ | {"PATH_INFO": path}, start_response)

        return httpx.WSGITransport(app=app).handle_request(request)
