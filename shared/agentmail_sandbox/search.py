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
from agentmail_sandbox.filters import FEW, few, one_holds
from agentmail_sandbox.store import as_json
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
# A part of a word has at least so many characters: the index of parts holds no shorter ones.
SHORTEST_PART = 3
HOLDS = (
    f"(instr(folded(sender), folded(?)) OR {one_holds('recipients_to', 'cc', 'bcc')} "
    "OR instr(folded(coalesce(subject, '')), folded(?)))"
)
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
    terms, page = _terms(), paging(most=MOST_PER_SEARCHED_PAGE, ascending=False)
    with core().store.transaction() as db:
        query = "SELECT messages.* FROM hits JOIN messages ON messages.seq = hit ORDER BY distance, hit DESC LIMIT ?"
        found = db.execute(*_ranked("message", terms, _parts(db, terms), enough(page), query)).fetchall()
        rows, about = ranked_page(found, page)
        shown = _highlighted(db, terms, messages.items(db, rows), [row["seq"] for row in rows])
    return answer(SearchMessagesResponse, about | {"messages": shown})


@of_threads.get("/threads/search")
def search_threads() -> Response:
    """Search threads: each is as good a match as the best of its messages, which the highlights are from."""
    terms, page = _terms(), paging(most=MOST_PER_SEARCHED_PAGE, ascending=False)
    query = (
        "SELECT threads.*, hit, min(distance) AS nearest, (SELECT count(*) FROM hits) AS hits FROM hits "
        "JOIN messages ON messages.seq = hit JOIN threads ON threads.seq = messages.thread_seq "
        "GROUP BY threads.seq ORDER BY nearest, threads.timestamp DESC, threads.seq DESC LIMIT ?"
    )
    with core().store.transaction() as db:
        parts, looked, found = _parts(db, terms), enough(page), list[sqlite3.Row]()
        # Of some threads many messages are hits.
        while len(found) < enough(page):
            found = db.execute(*_ranked("thread", terms, parts, looked, query)).fetchall()
            if not found or found[0]["hits"] < _blocks(looked):
                break
            looked *= 2
        rows, about = ranked_page(found[: enough(page)], page)
        shown = _highlighted(db, terms, threads.shown(db, rows), [row["hit"] for row in rows])
    return answer(SearchThreadsResponse, about | {"threads": shown})


def _blocks(wanted: int) -> int:
    return -(-wanted // RANKED) * RANKED


def _ranked(noun: str, terms: list[str], parts: list[int], wanted: int, query: str) -> tuple[str, list[Any]]:
    """Return a query, and its parameters, on the newest ``hits``, whole blocks of them: at least ``wanted``, if any.

    A better match has a lower distance, those of ``parts`` the highest; those of an older block are all farther.
    """
    conditions, params = _within(f"{noun}s")
    seen = (
        f"CROSS JOIN threads ON threads.seq = thread_seq WHERE {conditions} AND NOT EXISTS "
        f"(SELECT 1 FROM {noun}_labels WHERE {noun}_seq = {noun}s.seq AND {IS_HIDDEN})"
    )
    newest = (
        "SELECT * FROM (SELECT message_search.rowid AS hit, rank FROM message_search "
        f"CROSS JOIN messages ON messages.seq = message_search.rowid {seen} AND message_search MATCH ? "
        "ORDER BY message_search.rowid DESC LIMIT ?) UNION ALL "
        f"SELECT messages.seq, 0.0 FROM json_each(?) CROSS JOIN messages ON messages.seq = value {seen} "
        "ORDER BY hit DESC LIMIT ?"
    )
    block, blocks = f"(row_number() OVER (ORDER BY hit DESC) - 1) / {RANKED}", _blocks(wanted)
    hits = f"WITH hits AS MATERIALIZED (SELECT hit, rank + 1e6 * ({block}) AS distance FROM ({newest})) "
    return hits + query, [*params, _match(terms), blocks, as_json(parts), *params, blocks, wanted]


def _parts(db: sqlite3.Connection, terms: list[str]) -> list[int]:
    """Return messages that hold every term, at least one of them inside a word of the headers, where FTS5 looks not."""
    inside = [_holding(db, term) for term in terms]
    found = set[int]().union(*inside)
    for term, rows in zip(terms, inside, strict=True):
        found &= rows | _matching(db, [term], found - rows)
    return sorted(found - _matching(db, terms, found))


def _holding(db: sqlite3.Connection, term: str) -> set[int]:
    """Return the newest messages that hold a term in any place of sender, recipients or subject."""
    if len(term) < SHORTEST_PART:
        return set()
    candidates = few(db, "message_filter", [("sender recipients subject", [term])])
    within, params = scope().mail()
    source = "messages" if candidates is None else "json_each(?) CROSS JOIN messages ON messages.seq = value"
    # Along an index: of an inbox that by time, else that of all messages.
    order = "messages.seq DESC" if scope().inbox_id is None else "timestamp DESC, messages.seq DESC"
    query = f"SELECT messages.seq FROM {source} WHERE {within} AND {HOLDS} ORDER BY {order} LIMIT {FEW}"
    given = [] if candidates is None else [as_json(candidates)]
    return {row[0] for row in db.execute(query, [*given, *params, *[term] * HOLDS.count("?")])}


def _matching(db: sqlite3.Connection, terms: list[str], seqs: set[int]) -> set[int]:
    """Return those of the messages in which FTS5 finds all terms."""
    query = (
        "SELECT rowid FROM message_search WHERE message_search MATCH ? AND rowid BETWEEN ? AND ? "
        "AND +rowid IN (SELECT value FROM json_each(?))"
    )
    values = [_match(terms), min(seqs, default=0), max(seqs, default=0), as_json(list(seqs))]
    return {row[0] for row in db.execute(query, values)}


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


def _terms() -> list[str]:
    """Return the words of the query, each once, without what no string of FTS5's can hold. 400 without a query."""
    wanted = query_text("q")
    if wanted is None or not wanted.strip():
        raise invalid("Say in q what to search for.", "q")
    return [word for word in dict.fromkeys(re.sub(r'["\0]', " ", wanted).split()) if WORD.search(word)]


def _match(terms: list[str], joined: str = "AND") -> str:
    """Return terms in FTS5's language: each at the start of a word in the headers, or whole in the text."""
    each = [f'({{sender recipients subject}} : "{term}" * OR text : "{term}")' for term in terms]
    # Nothing but punctuation: no mail holds this as a word.
    return f" {joined} ".join(each) or f'"{OPEN}"'


def _within(table: str) -> tuple[str, list[Any]]:
    within, found = scope().mail(f"{table}.inbox_id")
    conditions, params = [within], list[Any](found)
    for condition, value in (("timestamp < ?", query_moment("before")), ("timestamp > ?", query_moment("after"))):
        if value is not None:
            conditions.append(f"{table}.{condition}")
            params.append(value)
    return " AND ".join(conditions), params


def _highlighted(
    db: sqlite3.Connection, terms: list[str], items: list[dict[str, Any]], seqs: list[int]
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
    rows = {row["rowid"]: row for row in db.execute(query, [*[OPEN, CLOSE] * 4, _match(terms, "OR"), *between, *seqs])}
    part = "|".join(re.escape(term) for term in terms if len(term) >= SHORTEST_PART) or r"(?!)"
    plain = "SELECT sender AS 'from', recipients, subject, NULL AS text FROM searched_messages WHERE seq = ?"
    for item, seq in zip(items, seqs, strict=True):
        row = rows[seq] if seq in rows else db.execute(plain, (seq,)).fetchone()
        fields = {name: _fragments(row[name], part) for name in ("from", "recipients", "subject")}
        item["highlights"] = without_none(fields | {"text": _fragments(row["text"], r"(?!)")})
    return items


def _fragments(marked: str | None, part: str) -> list[str] | None:
    """Return what matched, by FTS5 or as a ``part`` of a word; of the recipients only those that did."""
    every = [
        one if OPEN in one else re.sub(part, rf"{OPEN}\g<0>{CLOSE}", one, flags=re.IGNORECASE)
        for one in (marked or "").split(BETWEEN)
    ]
    return [one.replace(OPEN, "**").replace(CLOSE, "**") for one in every if OPEN in one] or None
