"""What the commands ask of a running process, over HTTP with the token in its `run.json`."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any

import httpx
from agentmail.core.api_error import ApiError
from flask import Blueprint, Response, jsonify, request

from agentmail_sandbox import Part
from postroom.campaign_api import campaign_routes
from postroom.listing import Line, line_of, list_threads, own_thread
from postroom.loading import known_agents
from postroom.mailbox.client import error_text
from postroom.mailbox.reading import as_datetime
from postroom.outsiders import NotWritten, SandboxControl, write
from postroom.runtime import alike, answers, approvals, dead_letters, erasure, kill_switch, lessons, refusals, undo_run
from postroom.runtime.app import Runtime
from postroom.runtime.context import Context, Post
from postroom.runtime.journal import Row
from postroom.runtime.rebuild import rebuild
from postroom.runtime.unreached import reach_again
from postroom.runtime.verdicts import WISHES
from postroom.tickets import COLUMNS, tickets

PREFIX = "/operator"
BY_COMMAND = tuple(wish for wish in WISHES if wish != "defer")
"""What may be wished of what waits, without a moment to come back at."""
THREADS_LISTED = 100
"""Of each inbox, the newest; AgentMail gives no more in a page."""
LETTERS_LISTED = 200


def operator_blueprint(runtime: Runtime, token: str, control: SandboxControl | None = None) -> Blueprint:
    """Return the routes under `/operator`; each needs `Authorization: Bearer <token>`.

    `control` is the sandbox to write mail on as an outsider, if there is one.
    """
    blueprint = Blueprint("operator", __name__, url_prefix=PREFIX)

    @blueprint.before_request
    def check_token() -> Response | None:
        presented = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if hmac.compare_digest(presented.encode(), token.encode()):
            return None
        return Response("this needs the token of run.json in the data folder", 401)

    @blueprint.errorhandler(ApiError)
    @blueprint.errorhandler(httpx.TransportError)
    def no_mail_server(error: Exception) -> Response:
        return Response(f"AgentMail does not serve: {error_text(error)}; try again", 502)

    _show(blueprint, runtime)
    _change(blueprint, runtime)
    _stop(blueprint, runtime)
    _approve(blueprint, runtime)
    _write(blueprint, runtime, control)
    campaign_routes(blueprint, runtime)
    return blueprint


def _show(blueprint: Blueprint, runtime: Runtime) -> None:
    context, journal = runtime.context, runtime.context.journal

    @blueprint.get("/status")
    def status() -> Response:
        return jsonify(
            now=runtime.clock.now().isoformat(),
            inboxes={post.agent.name: post.inbox_id for post in runtime.context.posts.values()},
            unfinished=runtime.context.engine.unfinished(runtime.context.name),
            switched_off=journal.switched_off(),
            movable=runtime.sandbox is not None,
        )

    @blueprint.get("/threads")
    def threads() -> Response:
        asked = request.args.get("agent")
        posts = [post for name, post in context.posts.items() if asked in (None, name)]
        listed = [(post, list_threads(context, post, "", THREADS_LISTED)) for post in posts]
        told = [_thread(post, line) for post, part in listed for line in part.lines]
        newest_first = sorted(told, key=itemgetter("last_activity"), reverse=True)
        return jsonify(threads=newest_first, older=any(part.older for _, part in listed))

    @blueprint.get("/threads/<path:thread_id>")
    def thread(thread_id: str) -> Response:
        runs = [story(runtime, run) for run in journal.runs_of_thread(thread_id)]
        found = None if runs else own_thread(context, thread_id, limit=1)
        if not runs and found is None:
            return Response(_not_there(context, thread_id), 404)
        return jsonify(runs=runs, thread=_thread(found[0], line_of(*found, "")) if found else None)

    @blueprint.get("/tickets/<agent>")
    def of_agent(agent: str) -> Response:
        if agent not in context.posts:
            return Response(_not_there(context, agent), 404)
        rows, left_out = tickets(context, context.posts[agent])
        return jsonify(columns=COLUMNS, tickets=rows, left_out=left_out)

    @blueprint.get("/dead-letters")
    def letters() -> Response:
        status = "refused" if request.args.get("status") == "refused" else "dead"
        found = journal.runs_with_status(status, limit=LETTERS_LISTED + 1)
        listed = [_run(run) for run in found[:LETTERS_LISTED]]
        return jsonify(dead_letters=listed, older=len(found) > LETTERS_LISTED)


def _change(blueprint: Blueprint, runtime: Runtime) -> None:
    @blueprint.post("/dead-letters/replay")
    def replay() -> Response:
        asked = _body()
        try:
            attempt = dead_letters.replay(
                runtime.context, str(asked.get("run_id")), from_start=bool(asked.get("from_start"))
            )
        except dead_letters.NotReplayable as error:
            return Response(str(error), 409)
        return jsonify(attempt=attempt)

    @blueprint.post("/dead-letters/replay-refused")
    def replay_refused() -> Response:
        return jsonify(taken_up=refusals.take_up(runtime.context))

    @blueprint.post("/clock")
    def clock() -> Response:
        try:
            count = runtime.advance(timedelta(seconds=float(_body()["advance_seconds"])))
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            return Response(f"the clock was not moved: {error}", 400)
        except (RuntimeError, TimeoutError) as error:
            return Response(f"the clock did not get there: {error}", 409)
        return jsonify(now=runtime.clock.now().isoformat(), happened=count)

    @blueprint.post("/erase")
    def erase() -> Response:
        asked = _body()
        how = {name: bool(asked.get(name)) for name in ("mail", "dry_run")}
        try:
            return jsonify(erasure.erase(runtime.context, str(asked.get("address", "")), **how))
        except erasure.NotErasable as error:
            return Response(str(error), 409)

    @blueprint.post("/rebuild")
    def restore() -> Response:
        return jsonify(rebuild(runtime.context))


def _stop(blueprint: Blueprint, runtime: Runtime) -> None:
    journal = runtime.context.journal

    @blueprint.post("/<any(pause, resume):to>")
    def switch(to: str) -> Response:
        scope, known = str(_body().get("scope", "all")), kill_switch.scopes(runtime.context)
        if scope not in (*known, *journal.switched_off()):
            return Response(f"there is no {scope} here, so nothing was changed; there are: {', '.join(known)}", 400)
        if to == "resume":
            kill_switch.release(runtime.context, scope)
            return jsonify(switched_off=journal.switched_off(), refused=refusals.told(runtime.context))
        pressed = kill_switch.press(runtime.context, scope, str(_body().get("reason", "paused")))
        return jsonify(switched_off=journal.switched_off(), told=pressed.told())

    @blueprint.post("/reach")
    def reach() -> Response:
        address = str(_body().get("address", "")).strip().lower()
        try:
            again = reach_again(runtime.context, address)
        except ValueError as error:
            return Response(str(error), 400)
        return jsonify(said=f"{address} gets mail again" if again else f"{address} got mail all the time")


def _approve(blueprint: Blueprint, runtime: Runtime) -> None:
    context = runtime.context

    @blueprint.get("/approvals")
    def listed() -> Response:
        names = ("token", "agent", "thread_id", "rule", "reason", "status", "asked_at", "expires_at", "content")
        found = approvals.waiting(context.journal)
        shown = [approvals.shown(context, context.posts[row["agent"]], approvals.held(context.journal, row["run_id"]))
                 for row in found]  # fmt: skip
        many = {
            row["token"]: each.rows[0]["token"] for each in alike.groups(context.journal, found) for row in each.rows
        }
        rows = [{**_picked(row, names), "shown": mails or [], "alike": many.get(row["token"], "")}
                for row, mails in zip(found, shown, strict=True)]  # fmt: skip
        return jsonify(approvals=rows)

    @blueprint.post("/approvals")
    def decide() -> Response:
        asked = {name: str(value) for name, value in _body().items()}
        token, content, wish = (asked.pop(name, "") for name in ("token", "content", "wish"))
        if wish not in BY_COMMAND:
            return Response(f"wish one of: {', '.join(BY_COMMAND)}", 400)
        more = {name: asked[name] for name in ("reason", "text") if name in asked}
        if wrong := answers.hand_in_said(context, token, content, wish, **more):
            return Response(wrong, 404)
        runtime.tick()
        return jsonify(token=token, wish=wish)

    @blueprint.get("/examples/<agent>")
    def examples(agent: str) -> Response:
        return jsonify(examples=list(lessons.proposed(context.journal, agent)))

    @blueprint.post("/undo")
    def take_back() -> Response:
        try:
            identifier = undo_run.undo(context, str(_body().get("run_id")))
        except undo_run.NotUndoable as error:
            return Response(str(error), 409)
        runtime.tick()
        return jsonify(run_id=identifier)

    @blueprint.get("/runs/<path:run_id>")
    def run(run_id: str) -> Response:
        found = context.journal.run(run_id)
        return Response("no such run", 404) if found is None else jsonify(_run(found))


def _write(blueprint: Blueprint, runtime: Runtime, control: SandboxControl | None) -> None:
    @blueprint.post("/mail")
    def mail() -> Response:
        body = _body()
        if control is None:
            return Response("this process works on real mail: write to its inbox from your own mail account", 409)
        post = runtime.context.posts.get(body["agent"])
        if post is None:
            there = ", ".join(runtime.context.posts)
            return Response(f"no agent {body['agent']!r} runs there; running are: {there}", 404)
        parts = [
            Part(base64.b64decode(item["content"]), item["filename"], item["content_type"])
            for item in body.get("attachments", ())
        ]
        try:
            received = write(control, body["from"], post.inbox_id, body["subject"], body["text"], attachments=parts)
        except NotWritten as error:
            return Response(str(error), error.status)
        return jsonify(inbox_id=post.inbox_id, message_id=received.message_id, thread_id=received.thread_id)


def _thread(post: Post, line: Line) -> dict[str, Any]:
    """Return a thread as AgentMail has it, and how its latest run ended ("" without one), as JSON."""
    return {
        "agent": post.agent.name,
        "inbox_id": post.inbox_id,
        "thread_id": line.thread.thread_id,
        "subject": line.thread.subject or "",
        "person": line.person,
        "state": line.labels.state,
        "attention": [*line.labels.attention, *line.labels.doubts],
        "status": line.status,
        "last_activity": as_datetime(line.thread.timestamp).astimezone(UTC).isoformat(),
    }


def _not_there(context: Context, asked: str) -> str:
    running = ", ".join(f"{name} ({post.inbox_id})" for name, post in context.posts.items())
    known = ", ".join(known_agents()) or "none"
    return f"{asked!r} is no thread here, nor an agent that runs here; running: {running}; agents known: {known}"


def story(runtime: Runtime, run: Row) -> dict[str, Any]:
    """Return a run with its decisions and actions, as JSON: what happened and why."""
    journal = runtime.context.journal
    decisions = [
        {**_picked(row, ("type", "value", "confidence", "brain")), "seen": row["seen"]}
        for row in journal.decisions_of_run(run["run_id"])
    ]
    actions = [
        {
            **_picked(row, ("kind", "status", "rule", "reason")),
            "to": row["frozen"].get("to"),
            "text": row["frozen"].get("text"),
        }
        for row in journal.actions_of_run(run["run_id"])
    ]
    return {**_run(run), "plan": run["plan"], "decisions": decisions, "actions": actions}


def _run(run: Row) -> dict[str, Any]:
    return _picked(
        run, ("run_id", "agent", "kind", "thread_id", "status", "note", "error", "attempts", "retry_at", "cause")
    )


def _picked(row: Row, names: Sequence[str]) -> dict[str, Any]:
    values = {name: row[name] for name in names}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True)
    return body if isinstance(body, dict) else {}
