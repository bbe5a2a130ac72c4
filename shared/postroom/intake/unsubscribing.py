"""One-click unsubscribing (RFC 8058): a POST stops all campaign mail to its person, a GET only asks."""

from __future__ import annotations

import structlog
from flask import Blueprint, Response

from postroom.runtime.app import Runtime
from postroom.runtime.stops import unsubscribe
from postroom.runtime.unsubscribe import PATH, record_of

log = structlog.get_logger(__name__)

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex"><title>{title}</title>
<style>
body{{font:16px/1.5 sans-serif;max-width:34em;margin:4em auto;padding:0 1em}}
button{{font:inherit;padding:.5em 1em}}
</style><h1>{title}</h1>{body}</html>
"""
ASK = '<p>Press the button, and we write to you no more.</p><form method="post"><button>Unsubscribe</button></form>'


def unsubscribe_blueprint(runtime: Runtime) -> Blueprint:
    """Return the routes under `/u/`; whose address it is no answer says."""
    blueprint = Blueprint("unsubscribe", __name__)
    context = runtime.context

    @blueprint.get(f"{PATH}<token>")
    def ask(token: str) -> Response:
        if record_of(context, token) is None:
            return _page("This link is not known", "<p>Answer the mail with the word STOP instead.</p>", 404)
        return _page("Unsubscribe?", ASK)

    @blueprint.post(f"{PATH}<token>")
    def stop(token: str) -> Response:
        row = record_of(context, token)
        if row is None:
            return _page("This link is not known", "<p>Answer the mail with the word STOP instead.</p>", 404)
        unsubscribe(context, row, "unsubscribed with one click")
        log.info("somebody unsubscribed", agent=row["agent"], record=row["record_id"])
        return _page("You are unsubscribed", "<p>We write to you no more. You need to do nothing else.</p>")

    return blueprint


def _page(title: str, body: str, status: int = 200) -> Response:
    answer = Response(PAGE.format(title=title, body=body), status, mimetype="text/html")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
