"""The HTTP side every noun shares: queries, pages, request bodies and checked answers, as AgentMail words them."""

import base64
import hashlib
import json
import math
import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import pydantic
from flask import Response, request

from agentmail_sandbox.bodies import Model, read_body
from agentmail_sandbox.clock import in_utc, moment, stamp
from agentmail_sandbox.core import Core
from agentmail_sandbox.errors import Problem, invalid
from agentmail_sandbox.payloads import Time, check, to_json

# AgentMail documents no default page size and, for plain lists, no largest one; these are ours.
DEFAULT_LIMIT = 50
MOST_PER_PAGE = 1000
MOST_PER_SEARCHED_PAGE = 100
# So many digits always fit into a number of SQLite's.
MOST_DIGITS = 18

# Under this key the WSGI environment of a request names its sandbox.
CORE = "agentmail_sandbox.core"


def core() -> Core:
    """Return the sandbox this request is for."""
    return cast(Core, request.environ[CORE])


# Answers


def answer(model: type[pydantic.BaseModel], payload: dict[str, Any]) -> Response:
    """Return ``payload`` as the JSON answer, after checking it against the SDK's model."""
    check(model, payload)
    return Response(to_json(payload), mimetype="application/json")


def plain(payload: dict[str, Any], status: int = 200) -> Response:
    """Return JSON that is not AgentMail's: errors and the sandbox's own control routes."""
    return Response(to_json(payload), status, mimetype="application/json")


def empty() -> Response:
    """Return 204 without a body, as AgentMail answers a DELETE."""
    return Response(status=204)


def at(text: str | None) -> Time | None:
    """Mark a stored time as one."""
    return None if text is None else Time(text)


def without_none(payload: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is absent: AgentMail omits such fields."""
    return {name: value for name, value in payload.items() if value is not None}


# Requests


def read_json(text: str | bytes) -> Any:
    """Read JSON (RFC 8259) that can be stored and sent on; ValueError for what cannot.

    Python alone would let through NaN, numbers beyond a float, and halves of surrogate pairs, which are no UTF-8.
    """
    try:
        decoded = text if isinstance(text, str) else text.decode("utf-8-sig")
        data = json.loads(decoded, parse_float=_finite, parse_constant=_finite)
        json.dumps(data, ensure_ascii=False).encode()
    except RecursionError as deep:
        raise ValueError("it is nested too deeply") from deep
    except UnicodeEncodeError as half:
        raise ValueError("it holds half of a surrogate pair, which is no character") from half
    return data


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is no number that JSON can hold")
    return number


def json_body() -> dict[str, Any]:
    """Return the request's JSON object, whatever its Content-Type says; an empty body counts as ``{}``. 400 else."""
    raw = request.get_data()
    try:
        data = read_json(raw) if raw.strip() else {}
    except ValueError as wrong:
        raise invalid(f"The body is not JSON: {wrong}.") from wrong
    if not isinstance(data, dict):
        raise invalid(f"The body must be a JSON object, not {type(data).__name__}.")
    return data


def body_of(model: type[Model]) -> Model:
    """Read the request's JSON body as the SDK's request model. 400 unless it has exactly its types."""
    return read_body(model, json_body())


def body_moment(given: datetime, field: str) -> str:
    """Return a time from the body as the database writes it; one without zone is UTC. 400 beyond the calendar."""
    try:
        return stamp(in_utc(given))
    except OverflowError as beyond:
        raise invalid(f"{field} lies beyond the calendar: {given.isoformat()}.", field) from beyond


def called() -> tuple[str | None, dict[str, Any]]:
    """Name the endpoint and the ids in the path: alike for every spelling of the same call."""
    return request.endpoint, dict(request.view_args or {})


def query_text(name: str) -> str | None:
    """Return one query value, or None."""
    return request.args.get(name) or None


def query_flag(name: str) -> bool:
    """Return a boolean query value; absent is false. 400 unless ``true`` or ``false``."""
    value = request.args.get(name, "false").lower()
    if value not in ("true", "false"):
        raise invalid(f"{name} must be true or false, not {value!r}.", name)
    return value == "true"


def query_number(name: str, default: int) -> int:
    """Return a whole number from the query. 400 if it is none."""
    value = request.args.get(name, str(default))
    if not value.isdecimal() or len(value) > MOST_DIGITS:
        raise invalid(f"{name} must be a whole number of at most {MOST_DIGITS} digits, not {value!r}.", name)
    return int(value)


def query_moment(name: str) -> str | None:
    """Return a time from the query as the database writes it, or None. 400 if it is no ISO 8601 time."""
    value = query_text(name)
    if value is None:
        return None
    try:
        # An unescaped "+02:00" arrives as " 02:00".
        return stamp(moment(value.replace(" ", "+")))
    except (ValueError, OverflowError) as wrong:
        raise invalid(f"{name} must be an ISO 8601 time within the calendar, not {value!r}.", name) from wrong


def query_list(name: str) -> list[str]:
    """Return a list from the query: a JSON array in one value (what the SDK sends), one raw value, or several.

    The SDK sends one string as it is, so "[Ticket 5]" and "[5]" are values too: only strings make an array.
    """
    return [item for value in request.args.getlist(name) for item in _strings_in(value)]


def _strings_in(value: str) -> list[str]:
    with suppress(ValueError):
        items = read_json(value)
        if isinstance(items, list) and all(isinstance(item, str) for item in items):
            return items
    return [value]


# Pages


@dataclass(frozen=True)
class Paging:
    """How much of a list was asked for, and from where: ``start`` is the (sort value, seq) of the last item seen."""

    limit: int
    ascending: bool
    start: tuple[str, int] | None
    scope: str


def paging(*, most: int = MOST_PER_PAGE, ascending: bool | None = None) -> Paging:
    """Read limit, page_token and ascending from the query. 400 for a token that another endpoint gave out."""
    limit = query_number("limit", min(DEFAULT_LIMIT, most))
    if not 1 <= limit <= most:
        raise invalid(f"limit must be a whole number from 1 to {most}, not {limit}.", "limit")
    scope = hashlib.sha256(request.path.encode()).hexdigest()[:12]
    token = query_text("page_token")
    start = None if token is None else _read_token(token, scope)
    return Paging(limit, query_flag("ascending") if ascending is None else ascending, start, scope)


def _read_token(token: str, scope: str) -> tuple[str, int]:
    try:
        given, value, seq = read_json(base64.urlsafe_b64decode(token))
        if given == scope and len(str(seq)) <= MOST_DIGITS:
            return str(value), int(seq)
    except (ValueError, TypeError) as wrong:
        raise invalid("page_token is not one this API gave out.", "page_token") from wrong
    raise invalid("page_token belongs to another endpoint.", "page_token")


def fetch_page(
    db: sqlite3.Connection, source: str, params: list[Any], key: tuple[str, str], page: Paging
) -> tuple[list[sqlite3.Row], dict[str, Any]]:
    """Run ``source`` (SELECT … FROM … WHERE …) for one page.

    ``key`` names the column to sort by and the seq that breaks ties. The rows come with ``count``, ``limit`` and,
    unless this is the last page, ``next_page_token``.
    """
    column, seq = key
    direction, beyond = ("ASC", ">") if page.ascending else ("DESC", "<")
    if page.start is not None:
        source += f" AND ({column}, {seq}) {beyond} (?, ?)"
        params = [*params, *page.start]
    source += f" ORDER BY {column} {direction}, {seq} {direction} LIMIT ?"
    rows = db.execute(source, [*params, page.limit + 1]).fetchall()
    more, rows = len(rows) > page.limit, rows[: page.limit]
    about: dict[str, Any] = {"count": len(rows), "limit": page.limit}
    if more:
        about["next_page_token"] = _token(page.scope, rows[-1][column.rpartition(".")[2]], rows[-1]["seq"])
    return rows, about


def _token(scope: str, value: object, seq: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([scope, value, seq]).encode()).decode()


def enough(page: Paging) -> int:
    """Return how many rows, sorted by relevance, tell what is on a page and whether there is another."""
    return (0 if page.start is None else page.start[1]) + page.limit + 1


def ranked_page(rows: list[sqlite3.Row], page: Paging) -> tuple[list[sqlite3.Row], dict[str, Any]]:
    """Cut one page out of rows sorted by relevance; its token counts the rows seen."""
    seen = 0 if page.start is None else page.start[1]
    shown = rows[seen : seen + page.limit]
    about: dict[str, Any] = {"count": len(shown), "limit": page.limit}
    if len(rows) > seen + page.limit:
        about["next_page_token"] = _token(page.scope, "", seen + page.limit)
    return shown, about


def problem_answer(problem: Problem) -> Response:
    """Return a problem as AgentMail's error envelope."""
    told = plain(problem.envelope(), problem.status)
    if problem.retry_after is not None:
        told.headers["Retry-After"] = str(problem.retry_after)
    return told
