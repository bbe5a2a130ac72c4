"""What the command `postroom campaign` asks of a running process."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from postroom.campaign import CampaignError, parse_campaign
from postroom.runtime import progress, records
from postroom.runtime.app import Runtime
from postroom.runtime.context import Context


def campaign_routes(blueprint: Blueprint, runtime: Runtime) -> None:
    """Add the routes under `/campaigns`."""
    context = runtime.context

    @blueprint.get("/campaigns/<agent>")
    def campaigns(agent: str) -> Response:
        post = context.posts.get(agent)
        if post is None or post.agent.outreach is None:
            return _none(context, agent)
        found = map(progress.restored, progress.gather(context, agent, request.args.get("campaign", "")))
        return jsonify(columns=progress.COLUMNS, records=progress.as_rows(found))

    @blueprint.post("/campaigns/<agent>")
    def take_in(agent: str) -> Response:
        post = context.posts.get(agent)
        if post is None or post.agent.outreach is None:
            return _none(context, agent)
        given: Any = request.get_json(silent=True)
        asked = given if isinstance(given, dict) else {}
        try:
            sheet = parse_campaign(str(asked.get("filename")), str(asked.get("text")), post.agent.outreach.rows)
        except CampaignError as error:
            return Response(str(error), 400)
        taken = records.take_in(context, post, sheet)
        return jsonify(said=str(taken), bad=[{"line": line, "reason": reason} for line, reason in taken.bad])


def _none(context: Context, agent: str) -> Response:
    writers = ", ".join(name for name, post in context.posts.items() if post.agent.outreach) or "none"
    return Response(f"no agent {agent!r} with campaigns runs there; those that write first: {writers}", 404)
