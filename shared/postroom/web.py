"""One web port: the page, the webhook, health, the operator's API, and the embedded sandbox's own paths."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import sqlalchemy
import structlog
from flask import Flask, Response, request
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from agentmail_sandbox.network import WebServer, bind, port_of
from postroom.console import Login, console_blueprint, objection
from postroom.intake.unsubscribing import unsubscribe_blueprint
from postroom.intake.webhook import webhook_blueprint
from postroom.monitoring.health import faults
from postroom.operator_api import operator_blueprint
from postroom.outsiders import SandboxControl
from postroom.runtime.app import Runtime

log = structlog.get_logger(__name__)

HEALTH = "/healthz"
"""Answers as long as the process lives, whether it works or not."""
SANDBOX_PATHS = ("/v0", "/sandbox", "/files")


def make_app(
    runtime: Runtime,
    *,
    secret: Callable[[], str],
    token: str,
    sandbox: Any = None,
    control: SandboxControl | None = None,
    login: Login | None = None,
) -> Any:
    """Return the WSGI application of a runtime.

    `token` is what the operator's commands present. `sandbox` is served on the same port; `control` writes mail as
    an outsider, to that one or one elsewhere. `login` is given where POSTROOM_PUBLIC_URL or POSTROOM_PASSWORD is
    set: without it only webhooks and health answer what comes through a tunnel.
    """
    app = Flask("postroom")
    app.register_blueprint(webhook_blueprint(runtime.door, secret))
    app.register_blueprint(unsubscribe_blueprint(runtime))
    app.register_blueprint(operator_blueprint(runtime, token, control or sandbox))
    app.register_blueprint(console_blueprint(runtime, control or sandbox, login=login))

    @app.before_request
    def stood_down() -> Response | None:
        if not runtime.stood_down or request.path == HEALTH:
            return None
        return Response(f"{runtime.stood_down}\n", 503, mimetype="text/plain")

    @app.errorhandler(sqlite3.OperationalError)
    @app.errorhandler(sqlalchemy.exc.OperationalError)
    def no_database(error: Exception) -> Response:
        # a line, not a traceback for each mail: what is full or gone is no fault of this code
        said = str(getattr(error, "orig", error)).strip().partition("\n")[0]
        log.error("a database cannot be used", path=request.path, reason=said)
        return Response(f"A database cannot be used ({said}). Nothing was changed; free space, then try again.", 503)

    _answer_probes(app, runtime)
    if sandbox is None:
        return app
    return DispatcherMiddleware(app, dict.fromkeys(SANDBOX_PATHS, mounted(sandbox.wsgi, login)))


def _answer_probes(app: Flask, runtime: Runtime) -> None:
    """Answer what watches a process: orchestrators and Prometheus."""

    @app.get(HEALTH)
    def health() -> Response:
        return Response("ok\n", mimetype="text/plain")

    @app.get("/readyz")
    def ready() -> Response:
        wrong = faults(runtime.context, runtime.door)
        return Response(
            "".join(f"{said}\n" for said in wrong or ["ready"]), 503 if wrong else 200, mimetype="text/plain"
        )

    @app.get("/metrics")
    def metrics() -> Response:
        from postroom.monitoring.metrics import CONTENT_TYPE, exposition  # no start waits for what few ask for

        return Response(exposition(runtime.context), content_type=CONTENT_TYPE)


def mounted(wsgi: Any, login: Login | None) -> Any:
    """Let this machine alone reach an application, and give it its whole path back, which the dispatcher cut in two."""

    def whole(environ: dict[str, Any], start_response: Any) -> Any:
        environ["PATH_INFO"] = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        environ["SCRIPT_NAME"] = ""
        refused = objection(environ, login, here_only=True)
        if refused is not None:
            status, sentence = refused
            return Response(sentence, status, mimetype="text/plain")(environ, start_response)
        return wsgi(environ, start_response)

    return whole


class Web:
    """A port on loopback, taken at once, and the application that answers there from `start` on."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self._listener = bind("the web", host, port)
        self._server: WebServer | None = None
        self.port = port_of(self._listener)

    def start(self, app: Any) -> None:
        """Begin to answer."""
        self._server = WebServer(app, self._listener)

    def stop(self) -> None:
        """Stop answering and give the port back."""
        if self._server is not None:
            self._server.close()
        self._listener.close()
