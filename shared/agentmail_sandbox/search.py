"""Full-text search, the best match first: messages, threads and inboxes. ``…/search``."""

import re
import sqlite3
from collections.abc import Iterable
from typing import Any

from agentmail.inboxes import SearchInboxesResponse
from agentmail.messages import SearchMessagesResponse
from agentmail.threads import SearchThreadsResponse
from flask import Blueprint, Response

from agentmail_sandbox import inboxes, labels, messages, threads
from agentmail_sandbox.access import scope
from agentmail_sandbox.errors import invalid
from agentmail_sandbox.wire import (
    MOST_PER_SEARCHED_PAGE,
    answer,
    core,
    enough,
    paging,
    query_moment,
    query_text,
    ranked_page,
    without_none,
)

of_messages = Blueprint("message search", __name__)
of_threads = Blueprint("thread search", __name__)
of_inboxes = Blueprint("inbox search", __name__)

WORD = re.compile(r"[^\W_]+")
LENGTH_OF_INBOX_QUERY = range(2, 257)
# Around what matched; no mail holds these characters where a word begins or ends.
OPEN, CLOSE = "\x02", "\x03"
# Between recipients, as schema.sql writes them.
BETWEEN = "\x1e"
WORDS_OF_SNIPPET = 32
# So many hits are ranked together: to rank all of a common word's takes seconds. Those of the newest mail come first.
RANKED = 1000
IS_HIDDEN = f"label IN ({', '.join(repr(label) for label in labels.HIDDEN)})"


@of_messages.get("/messages/search")
def search_messages() -> Response:
    match, page = _match(), paging(most=MOST_PER_SEARCHED_PAGE, ascending=False)
    with core().store.transaction() as db:
        query = "SELECT messages.* FROM hits JOIN messages ON messages.seq = hit ORDER BY distance, hit DESC LIMIT ?"
        found = db.execute(*_ranked("messages", "message", match, enough(page), query)).fetchall()
        rows, about = ranked_page(found, page)
        shown = _highlighted(db, match, messages.items(db, rows), [row["seq"] for row in rows])
    return answer(SearchMessagesResponse, about | {"messages": shown})


@of_threads.get("/threads/search")
def search_threads() -> Response:
    """Search threads: each is as good a match as the best of its messages, which the highlights are from."""
    match, page = _match(), paging(most=MOST_PER_SEARCHED_PAGE, ascending=False)
    query = (
        "SELECT threads.*, hit, min(distance) AS nearest, (SELECT count(*) FROM hits) AS hits FROM hits "
        "JOIN messages ON messages.seq = hit JOIN threads ON threads.seq = messages.thread_seq "
        "GROUP BY threads.seq ORDER BY nearest, threads.timestamp DESC, threads.seq DESC LIMIT ?"
    )
    with core().store.transaction() as db:
        looked, found = enough(page), list[sqlite3.Row]()
        # Of some threads many messages are hits.
        while len(found) < enough(page):
            found = db.execute(*_ranked("threads", "thread", match, looked, query)).fetchall()
            if not found or found[0]["hits"] < _blocks(looked):
                break
            looked *= 2
        rows, about = ranked_page(found[: enough(page)], page)
        shown = _highlighted(db, match, threads.shown(db, rows), [row["hit"] for row in rows])
    return answer(SearchThreadsResponse, about | {"threads": shown})


def _blocks(wanted: int) -> int:
    return -(-wanted // RANKED) * RANKED


def _ranked(table: str, noun: str, match: str, wanted: int, query: str) -> tuple[str, list[Any]]:
    """Return a query, and its parameters, on the newest ``hits``, whole blocks of them: at least ``wanted``, if any.

    A better match has a lower distance; those of an older block are all farther.
    """
    conditions, params = _within(table)
    newest = (
        "SELECT message_search.rowid AS hit, rank FROM message_search "
        "CROSS JOIN messages ON messages.seq = message_search.rowid CROSS JOIN threads ON threads.seq = thread_seq "
        f"WHERE message_search MATCH ? AND {conditions} AND NOT EXISTS "
        f"(SELECT 1 FROM {noun}_labels WHERE {noun}_seq = {table}.seq AND {IS_HIDDEN}) "
        "ORDER BY message_search.rowid DESC LIMIT ?"
    )
    block = f"(row_number() OVER (ORDER BY hit DESC) - 1) / {RANKED}"
    hits = f"WITH hits AS MATERIALIZED (SELECT hit, rank + 1e6 * ({block}) AS distance FROM ({newest})) "
    return hits + query, [match, *params, _blocks(wanted), wanted]


@of_inboxes.get("/inboxes/search")
def search_inboxes() -> Response:
    """Search inboxes: each word of the query begins a word of the address or display name."""
    wanted = query_text("q") or ""
    if len(wanted) not in LENGTH_OF_INBOX_QUERY:
        raise invalid("q holds 2 to 256 characters.", "q")
    page = paging(most=MOST_PER_SEARCHED_PAGE, ascending=False)
    with core().store.transaction() as db:
        within, params = scope().owned()
        query = f"SELECT * FROM inboxes WHERE {within} ORDER BY created_at DESC, seq DESC"
        rows = db.execute(query, params).fetchall()
    words = WORD.findall(wanted.lower())
    found = [row for row in rows if words and _begins(words, _words_of(row))]
    found.sort(key=lambda row: (row["inbox_id"] != wanted.lower(), -len(set(words).intersection(_words_of(row)))))
    rows, about = ranked_page(found, page)
    return answer(SearchInboxesResponse, about | {"inboxes": [inboxes.shown(row) for row in rows]})


def _words_of(inbox: sqlite3.Row) -> list[str]:
    return WORD.findall(f"{inbox['inbox_id']} {inbox['display_name'] or ''}".lower())


def _begins(beginnings: Iterable[str], words: list[str]) -> bool:
    return all(any(word.startswith(beginning) for word in words) for beginning in beginnings)


def _match() -> str:
    """Return the query in FTS5's language: every word, at the start of one in the headers or whole in the text."""
    wanted = query_text("q")
    if wanted is None or not wanted.strip():
        raise invalid("Say in q what to search for.", "q")
    # Neither of these can stand in a string of FTS5's.
    terms = [f'"{word}"' for word in re.sub(r'["\0]', " ", wanted).split() if WORD.search(word)]
    each = [f"({{sender recipients subject}} : {term} * OR text : {term})" for term in terms]
    # Nothing but punctuation: no mail holds this as a word.
    return " AND ".join(each) or f'"{OPEN}"'


def _within(table: str) -> tuple[str, list[Any]]:
    within, found = scope().mail(f"{table}.inbox_id")
    conditions, params = [within], list[Any](found)
    for condition, value in (("timestamp < ?", query_moment("before")), ("timestamp > ?", query_moment("after"))):
        if value is not None:
            conditions.append(f"{table}.{condition}")
            params.append(value)
    return " AND ".join(conditions), params


def _highlighted(
    db: sqlite3.Connection, match: str, items: list[dict[str, Any]], seqs: list[int]
) -> list[dict[str, Any]]:
    """Add to each item what matched in the message beside it, by field, between ``**``."""
    marks = "?, ?"
    # One walk from the first to the last: to look up each would read all hits of a common word each time.
    between = min(seqs, default=0), max(seqs, default=0)
    query = (
        f"SELECT rowid, highlight(message_search, 0, {marks}) AS 'from', highlight(message_search, 1, {marks}) "
        f"AS recipients, highlight(message_search, 2, {marks}) AS subject, "
        f"snippet(message_search, 3, {marks}, '…', {WORDS_OF_SNIPPET}) AS text "
        "FROM message_search WHERE message_search MATCH ? AND rowid BETWEEN ? AND ? "
        f"AND +rowid IN ({','.join('?' * len(seqs))})"
    )
    rows = {row["rowid"]: row for row in db.execute(query, [*[OPEN, CLOSE] * 4, match, *between, *seqs])}
    for item, seq in zip(items, seqs, strict=True):
        fields = {name: _fragments(rows[seq][name]) for name in ("from", "recipients", "subject", "text")}
        item["highlights"] = without_none(fields)
    return items


def _fragments(marked: str | None) -> list[str] | None:
    """Return what matched; of the recipients only those that did."""
    found = [one for one in (marked or "").split(BETWEEN) if OPEN in one]
    return [one.replace(OPEN, "**").replace(CLOSE, "**") for one in found] or None
