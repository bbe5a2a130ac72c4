"""One web port: the page, the webhook, health, the operator's API, and the embedded sandbox's own paths."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from flask import Flask, Response
from waitress.server import create_server
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from postroom.console import console_blueprint, objection
from postroom.intake.webhook import webhook_blueprint
from postroom.operator_api import operator_blueprint
from postroom.runtime.app import Runtime

THREADS = 16
SANDBOX_PATHS = ("/v0", "/sandbox", "/files")


class PortTaken(OSError):
    """A port that another program listens on; the message says what to do."""


def make_app(
    runtime: Runtime, *, secret: Callable[[], str], token: str, sandbox: Any = None, public: bool = False
) -> Any:
    """Return the WSGI application of a runtime.

    `token` is what the operator's commands present. `public` says that POSTROOM_PUBLIC_URL is set: then only
    webhooks and health answer, as they do for whatever comes through a tunnel.
    """
    app = Flask("postroom")
    app.register_blueprint(webhook_blueprint(runtime.door, secret))
    app.register_blueprint(operator_blueprint(runtime, token))
    app.register_blueprint(console_blueprint(runtime, sandbox, public=public))

    @app.get("/healthz")
    def health() -> Response:
        return Response("ok\n", mimetype="text/plain")

    @app.get("/readyz")
    def ready() -> Response:
        runtime.context.journal.switched_off()
        runtime.context.engine.unfinished()
        return Response("ready\n", mimetype="text/plain")

    if sandbox is None:
        return app
    return DispatcherMiddleware(app, dict.fromkeys(SANDBOX_PATHS, mounted(sandbox.wsgi, public=public)))


def mounted(wsgi: Any, *, public: bool) -> Any:
    """Guard an application as the page is, and give it its whole path back, which the dispatcher cut in two."""

    def whole(environ: dict[str, Any], start_response: Any) -> Any:
        environ["PATH_INFO"] = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        environ["SCRIPT_NAME"] = ""
        refused = objection(environ, public)
        if refused is not None:
            status, sentence = refused
            return Response(sentence, status, mimetype="text/plain")(environ, start_response)
        return wsgi(environ, start_response)

    return whole


class WebServer:
    """Serves a WSGI application on loopback from a thread of its own; `port` 0 takes a free one."""

    def __init__(self, app: Any, port: int, host: str = "127.0.0.1") -> None:
        try:
            # waitress would strip the headers by which the guard knows a tunnel
            self._server = create_server(
                app, host=host, port=port, threads=THREADS, ident=None, clear_untrusted_proxy_headers=False
            )
        except OSError as error:
            raise PortTaken(
                f"port {port} is in use by another program: stop it, or choose another with --port (0 takes a free one)"
            ) from error
        self.port: int = int(self._server.effective_port)
        self._thread = threading.Thread(target=self._server.run, name="web", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering."""
        self._server.close()
        self._thread.join(timeout=2)
