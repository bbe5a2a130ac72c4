"""The sandbox as a WSGI application: ``/v0`` (AgentMail), ``/files`` (its links), ``/sandbox`` (for people)."""

import logging
import sqlite3
from functools import cache
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, Response, g, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import PathConverter

from agentmail_sandbox import (
    account,
    api_keys,
    attachment_files,
    control,
    domain_api,
    draft_api,
    inbox_events,
    inboxes,
    lists,
    message_api,
    metrics,
    pods,
    polling,
    search,
    thread_api,
    webhooks,
)
from agentmail_sandbox.access import admit
from agentmail_sandbox.chaos import disturb
from agentmail_sandbox.core import Core
from agentmail_sandbox.errors import Problem, problem_of
from agentmail_sandbox.scope import Scope
from agentmail_sandbox.wire import CORE, core, problem_answer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# AgentMail's limit on one request; mail put in by hand may be as large as mail that comes by SMTP.
MOST_BYTES = 6 * 1024 * 1024
MOST_BYTES_OF_MAIL = 40 * 1024 * 1024
# Where the routes of one noun stand: the same code answers for all, or for one pod's, or for one inbox's.
ORGANIZATION, POD, INBOX = "/v0", "/v0/pods/<scope_pod>", "/v0/inboxes/<scope_inbox>"
MOUNTED: tuple[tuple[Blueprint, tuple[str, ...]], ...] = (
    (inboxes.routes, (ORGANIZATION, POD)),
    (thread_api.routes, (ORGANIZATION, POD, INBOX)),
    (attachment_files.of_threads, (ORGANIZATION, POD, INBOX)),
    (search.of_messages, (INBOX,)),
    (search.of_threads, (ORGANIZATION, POD, INBOX)),
    (search.of_inboxes, (ORGANIZATION, POD)),
    (draft_api.reading, (ORGANIZATION, POD, INBOX)),
    (webhooks.routes, (ORGANIZATION, POD, INBOX)),
    (polling.routes, (ORGANIZATION, POD, INBOX)),
    (api_keys.routes, (ORGANIZATION, POD, INBOX)),
    (lists.routes, (ORGANIZATION, POD, INBOX)),
    (metrics.routes, (ORGANIZATION, POD, INBOX)),
    (domain_api.routes, (ORGANIZATION, POD)),
)
# What is asked for with a token of its own instead of a key.
OWN_TOKENS = ("/files/", "/api/v1/app/")
log = logging.getLogger(__name__)


class MessageId(PathConverter):
    """A Message-ID in a path. It may hold slashes and brackets; one in angle brackets ends with such, not before."""

    part_isolating = False
    regex = r"(?:<.+?>(?=/|$)|(?!<.+?>(?:/|$)).+?)"


class ListEntry(PathConverter):
    """An address or a domain at the end of a path; the local part of an address may hold slashes (RFC 5322)."""

    regex = ".+"
    part_isolating = False


@cache
def _app() -> Flask:
    """Return the application all sandboxes of this process share: building its routes takes a while."""
    app = Flask(__name__, static_folder=None)
    app.url_map.converters |= {"message_id": MessageId, "list_entry": ListEntry}
    # An id may hold "//" or end in "/": the path is taken as it stands.
    app.url_map.merge_slashes = False
    app.url_map.strict_slashes = False
    mail = (inbox_events, message_api, draft_api)
    for part in (*mail, pods, attachment_files, account, control):
        app.register_blueprint(part.routes)
    app.register_blueprint(polling.reading)
    for blueprint, roots in MOUNTED:
        for root in roots:
            app.register_blueprint(blueprint, url_prefix=root, name=f"{blueprint.name} at {root}")
    app.url_value_preprocessor(_take_scope)
    app.before_request(_check_request)
    app.register_error_handler(Problem, problem_answer)
    app.register_error_handler(HTTPException, _http_problem)
    app.register_error_handler(sqlite3.OperationalError, _no_database)
    app.register_error_handler(Exception, _bug)
    return app


def make_wsgi(of: Core) -> "WSGIApplication":
    """Return the WSGI application of one sandbox."""
    app = _app()

    def serve(environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        environ[CORE] = of
        return disturb(app, of.chaos, environ, start_response)

    return serve


def serves(method: str, path: str) -> bool:
    """Say whether the sandbox has a route for a request, whatever it would answer."""
    try:
        _app().url_map.bind("sandbox.test").match(path, method)
    except HTTPException:
        return False
    return True


def _take_scope(_: str | None, values: dict[str, str] | None) -> None:
    """Keep the pod and inbox in the path, which views of several roots need not know."""
    found = {} if values is None else values
    if "inbox_id" in found:
        found["inbox_id"] = found["inbox_id"].lower()
    within = found.pop("scope_inbox", found.get("inbox_id"))
    g.path_scope = Scope(found.pop("scope_pod", None), None if within is None else within.lower())


def _check_request() -> None:
    most = MOST_BYTES_OF_MAIL if request.path.startswith("/sandbox/") else MOST_BYTES
    if (request.content_length or 0) > most:
        raise Problem(
            413, "PayloadTooLargeError", "payload_too_large", f"A request holds at most {most // 1024 // 1024} MB."
        )
    if not request.path.startswith(OWN_TOKENS):
        admit()
    if request.path.startswith("/v0/"):
        core().limits.take_request()


def _not_served() -> Response:
    # Not 501: the SDK would try that again.
    text = f"This sandbox does not serve {request.method} {request.path}; its README lists what it serves."
    return problem_answer(Problem(400, "NotServedError", "not_served", text))


def _http_problem(error: HTTPException) -> Response:
    if error.code in (404, 405) and request.path.startswith("/v0/"):
        return _not_served()
    status = error.code or 500
    return problem_answer(Problem(status, "HttpError", "not_found" if status == 404 else "http_error", str(error)))


def _no_database(error: sqlite3.OperationalError) -> Response:
    log.error("the sandbox cannot use its database: %s", error)
    text = f"The sandbox cannot use its database ({error}). Check free space and rights of its data folder."
    return problem_answer(problem_of(503, text))


def _bug(error: Exception) -> Response:
    log.error("the sandbox failed at %s %s", request.method, request.path, exc_info=error)
    return problem_answer(problem_of(500, f"A bug in the sandbox: {type(error).__name__}: {error}"))
