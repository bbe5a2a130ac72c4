"""What waits for approval, on the page: as it would leave, what was changed in it, and what may be done with it."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from postroom.console.frame import Problem
from postroom.runtime import alike, answers, approvals
from postroom.runtime.app import Runtime
from postroom.runtime.journal import Row
from postroom.runtime.verdicts import WISHES

LATE = "It was decided before, or has changed since this page was loaded, so nothing was done. Approvals shows it anew."


@dataclass(frozen=True)
class Waiting:
    """One approval: its journal row, and each thing that would happen; `shown` is None where a draft is gone."""

    row: Row
    shown: list[dict[str, Any]] | None


def approval_pages(blueprint: Blueprint, runtime: Runtime) -> None:
    """Add the list of what waits, and the form that decides it."""
    context = runtime.context

    @blueprint.get("/approvals")
    def approvals_page() -> str:
        rows = _mine(runtime)
        asked = [row for row in rows if row["token"] == request.args.get("case")]  # by the link of a review mail
        many = [] if asked else alike.groups(context.journal, rows)
        all_of = next((each for each in many if each.rows[0]["token"] == request.args.get("alike")), None)
        one_by_one: Sequence[Row] = asked or [row for row in rows if not any(row in each.rows for each in many)]
        samples = [(each, [_waiting(runtime, row) for row in each.rows[: alike.SAMPLES]]) for each in many]
        shown = [_waiting(runtime, row) for row in (all_of.rows if all_of else one_by_one)]
        return render_template("approvals.html", waiting=shown, many=[] if all_of else samples)

    @blueprint.post("/approvals")
    def decide() -> Response:
        form = request.form
        wish = form.get("wish", "")
        if wish not in WISHES:
            raise Problem(400, "Choose what is to be done: approve, reject, change the text, or put it off.")
        more = {"reason": form.get("reason", "").strip(), "text": form.get("text", "").replace("\r\n", "\n").strip()}
        if wish == "edit" and not more["text"]:
            raise Problem(400, "The text is empty. To let it never leave, reject it.")
        case, content = form.get("case", ""), form.get("content", "")
        if wish == "approve" and _was_changed(runtime, case, form.getlist("text")):
            raise Problem(400, "The box does not hold the text that waits. Save it first, then approve it as shown.")
        if wish == "defer":
            more["until"] = _until(form.get("until", "")).isoformat()
        given = {name: value for name, value in more.items() if value}
        seen = {row["token"]: row["content"] for row in _mine(runtime)}.get(case)
        if wrong := answers.hand_in_said(context, case, content, wish, **given):
            raise Problem(404, f"{wrong.capitalize()}.")
        runtime.tick()
        if seen is None or (wish == "approve" and seen != content):  # handed in all the same: its thread and audit tell
            raise Problem(409, LATE)
        return redirect(url_for("console.approvals_page"), 303)


def alike_pages(blueprint: Blueprint, runtime: Runtime) -> None:
    """Add the form that approves many which are alike."""
    context = runtime.context

    @blueprint.post("/approvals/alike")
    def decide_alike() -> Response:
        """Approve each of the mails that were told of together, as it stood then; what changed since waits still."""
        if request.form.get("sure") != "yes":
            raise Problem(400, "Say that you have looked at the samples, and that all of them shall leave.")
        mine = {row["token"] for row in _mine(runtime)}
        cases = [each.partition(":") for each in request.form.getlist("case")]
        for token, _, content in cases:
            if token in mine and (wrong := answers.hand_in_said(context, token, content, "approve")):
                raise Problem(404, f"{wrong.capitalize()}.")
        runtime.tick()
        if any(token not in mine for token, _, _ in cases):
            raise Problem(409, LATE.replace("nothing was done", "that one was left, and the others were handed in"))
        return redirect(url_for("console.approvals_page"), 303)


def _mine(runtime: Runtime) -> list[Row]:
    return [row for row in approvals.waiting(runtime.context.journal) if row["agent"] in runtime.context.posts]


def _waiting(runtime: Runtime, row: Row) -> Waiting:
    context = runtime.context
    held = approvals.held(context.journal, row["run_id"])
    shown = approvals.shown(context, context.posts[row["agent"]], held)
    before = {each["op_id"]: each["frozen"].get("text", "") for each in held}
    editable = approvals.editable(shown or ())
    for each in shown or ():
        each["editable"] = each in editable
        each["changes"] = list(_changes(before[each["op_id"]], each["text"])) if "draft_id" in each else []
    return Waiting(row, shown)


def _was_changed(runtime: Runtime, token: str, texts: list[str]) -> bool:
    """Tell whether somebody wrote into the box and then pressed Approve, or the draft changed since the page."""
    row = approvals.of_token(runtime.context.journal, token)
    shown = (row and _waiting(runtime, row).shown) or ()
    waits = [each["text"] for each in shown if each["editable"]]
    return bool(texts) and bool(waits) and [_plain(text) for text in texts] != [_plain(text) for text in waits]


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _changes(before: str, now: str) -> Iterator[tuple[str, str]]:
    """Yield the lines of a text and what became of each, `same`, `gone` or `new`; none where nothing changed."""
    old, new = before.strip().splitlines(), now.strip().splitlines()
    if old == new:
        return
    marks = {"- ": "gone", "+ ": "new", "  ": "same"}
    for line in difflib.ndiff(old, new):
        if line[:2] in marks:
            yield marks[line[:2]], line[2:]


def _until(given: str) -> datetime:
    try:
        return datetime.fromisoformat(given).replace(tzinfo=UTC)
    except ValueError as error:
        raise Problem(400, "Say until when it is put off, as a date and a time.") from error
