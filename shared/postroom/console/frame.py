"""What every page has in common: what stands around it, how it says that something went wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
from agentmail.core.api_error import ApiError
from flask import Blueprint, g, render_template, request
from werkzeug.wrappers import Response

from postroom.console import reading, shown
from postroom.console.views import Views
from postroom.mailbox.client import error_text
from postroom.runtime import approvals, refusals
from postroom.runtime.app import Runtime

STEPS = {"1h": timedelta(hours=1), "1d": timedelta(days=1), "5d": timedelta(days=5), "14d": timedelta(days=14)}
"""How far the buttons move the clock."""


class Problem(Exception):
    """What the page answers instead: a status, and a sentence that says what to do."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


def explain_failures(blueprint: Blueprint) -> None:
    """Answer what goes wrong with a page that says what to do."""

    @blueprint.errorhandler(Problem)
    def problem(error: Problem) -> tuple[str, int]:
        return render_template("problem.html", sentence=error.sentence), error.status

    @blueprint.errorhandler(ApiError)
    @blueprint.errorhandler(httpx.HTTPError)
    def unreachable(error: Exception) -> tuple[str, int]:
        if isinstance(error, ApiError) and error.status_code == 400:
            status, advice = 400, "This page's address asks for something that is not there; begin at the overview."
        else:
            status, advice = 502, "No mail is lost; reload in a while."
        return render_template("problem.html", sentence=f"{error_text(error).rstrip('.')}. {advice}"), status


def furnish(blueprint: Blueprint, runtime: Runtime, views: Views, *, has_sandbox: bool) -> None:
    """Give each page what stands around it, and answer 304 to a browser that has seen the latest."""

    @blueprint.before_request
    def unchanged() -> Response | None:
        """Answer a browser that asks again whether anything is new; 304 costs five small queries."""
        if request.method != "GET" or request.endpoint == "console.static":
            return None
        g.version = reading.version(runtime.context.journal, runtime.clock.now())
        return Response(status=304) if g.version in request.if_none_match else None

    @blueprint.context_processor
    def surroundings() -> dict[str, Any]:
        journal = runtime.context.journal
        return {
            "now": runtime.clock.now(),
            "inboxes": views.inboxes,
            "waiting_count": len(approvals.waiting(journal)),
            "dead_count": reading.count_of(journal, "dead"),
            "switched_off": journal.switched_off(),
            "movable": runtime.sandbox is not None,
            "steps": STEPS,
            "has_sandbox": has_sandbox,
            "version": g.get("version", ""),
            "happened": request.args.get("happened", type=int),
            "refused": refusals.told(runtime.context) if "resumed" in request.args else "",
            "here": request.full_path if request.method == "GET" else "/",
            "tone": views.tone,
            **shown.FILTERS,
        }

    @blueprint.after_request
    def tag(response: Response) -> Response:
        if "version" in g and response.status_code == 200:
            response.set_etag(g.version)
        return response
