"""The audit's writer: what the journal's rows tell is appended to the chain in the transaction that changes them.

An entry comes of comparing rows before and after: a step that is done again after a crash finds nothing changed, and
so tells nothing twice.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from postroom.clock import Clock, WallClock
from postroom.database import one_at_a_time
from postroom.mail import Sender
from postroom.runtime.chain import digest_of, head_of
from postroom.runtime.tables import actions, approvals, audit, decisions, doubted, moves, runs, suppressed, switches

Details = dict[str, Any]
Hashed = Callable[[Any], str]
Change = tuple[sa.Table, Mapping[str, Any]]
"""A table and what names the rows of it that a transaction may change."""
APPEND = sa.insert(audit)


@dataclass(frozen=True)
class Told:
    """How the rows of a table are told: `event`, the columns that find them, the query, what is said (None: nothing).

    `over` is the status told of a row that says nothing any more.
    """

    event: str
    key: tuple[str, ...]
    rows: sa.Select[Any]
    says: Callable[[sa.RowMapping, Hashed], Details | None]
    over: str = "taken up"


class Audit:
    """Appends to a database's chain; safe from several threads and processes.

    `secret` salts the hashes: whoever has it can tell whether an entry is about a given address or text. Without one
    nobody can.
    """

    def __init__(self, database: sa.Engine, secret: str | None = None, clock: Clock | None = None) -> None:
        self.database = database
        self._secret = (secret or secrets.token_hex()).encode()
        self._clock = clock or WallClock()

    def hashed(self, value: Any) -> str:
        """Return a salted hash of JSON-like data; of None or "" nothing."""
        if value in (None, ""):
            return ""
        text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
        return hmac.new(self._secret, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:32]

    @contextmanager
    def telling(self, *changes: Change) -> Iterator[sa.Connection]:
        """Open a transaction for writes to these rows, and append what they tell that they did not tell before."""
        told = [(TOLD[table], {name: row[name] for name in TOLD[table].key}) for table, row in changes if table in TOLD]
        if not told:
            with self.database.begin() as connection:
                yield connection
            return
        with one_at_a_time(self.database, "the audit") as connection:
            before = self._said(connection, told)
            yield connection
            after = self._said(connection, told)
            for which, said in after.items():
                if said != before.get(which):
                    self.append(connection, **said)
            for which in [which for which in before if which not in after]:
                gone = before[which]
                self.append(connection, **{**gone, "rule": "", "details": {**gone["details"], "status": which[0].over}})

    def append(self, connection: sa.Connection, *, event: str, details: Details, **columns: str) -> None:
        """Append an entry, within a transaction that only one process has at a time."""
        head = head_of(connection)
        at = self._clock.now()
        empty = dict.fromkeys(("agent", "run_id", "op_id", "thread", "rule"), "")
        entry = {**empty, **columns, "event": event, "details": details, "number": head.number + 1}
        entry |= {"at": at.isoformat(), "previous": head.digest}
        connection.execute(APPEND, {**entry, "at": at, "digest": digest_of(entry)})

    def _said(
        self, connection: sa.Connection, told: Sequence[tuple[Told, Mapping[str, Any]]]
    ) -> dict[tuple[Told, str], Any]:
        said = {}
        for each, key in told:
            for row in connection.execute(each.rows, key).mappings():
                details = each.says(row, self.hashed)
                if details is not None:
                    which = json.dumps([row["id"]] if "id" in row else [row[name] for name in each.key])
                    said[each, which] = {
                        "event": each.event,
                        "agent": row.get("agent") or "",
                        "run_id": row.get("run_id") or "",
                        "op_id": row.get("op_id") or "",
                        "thread": self.hashed(row.get("thread_id")),
                        "rule": details.pop("rule", None) or "",
                        "details": details,
                    }
        return said


def _run(row: sa.RowMapping, hashed: Hashed) -> Details | None:
    if row["status"] in ("queued", "running"):
        return None
    rule = row["rule"] if row["status"] in ("held", "refused") else ""
    answer = {"answer": row["answer"], "because": hashed(row["note"])} if row["answer"] else {}
    return {"kind": row["kind"], "status": row["status"], "failures": row["attempts"], "rule": rule, **answer}


def _action(row: sa.RowMapping, hashed: Hashed) -> Details | None:
    if row["status"] == "planned":
        return None
    frozen = row["frozen"]
    mail = frozen.get("mail", frozen)
    named = [*mail.get("to", ()), *(mail.get("cc") or ()), *filter(None, [mail.get("address")])]
    content = [mail.get(name) for name in ("subject", "text", "html")] if "to" in mail else mail
    return {
        "kind": row["kind"],
        "status": row["status"],
        "rule": row["rule"],
        "recipients": [hashed(Sender.parse(each).address) for each in named],
        "content": hashed(content),
        "message": hashed((row["result"] or {}).get("message_id")),
    }


def _decision(row: sa.RowMapping, hashed: Hashed) -> Details:
    names = ("number", "type", "brain", "confidence", "tokens", "cost_usd")
    return {**{name: row[name] for name in names}, "failed": "failed" in row["seen"], "value": hashed(row["value"])}


def _move(row: sa.RowMapping, _hashed: Hashed) -> Details:
    return {"from": row["origin"], "to": row["state"], "by": row["by"]}


def _approval(row: sa.RowMapping, hashed: Hashed) -> Details:
    by = [hashed(address) for address in row["approved_by"]]
    names = {name: row[name] for name in ("rule", "status", "version", "needed")}
    return {**names, "approved by": by, "content": hashed(row["content"]), "reason": hashed(row["reason"])}


def _stop(row: sa.RowMapping, hashed: Hashed) -> Details:
    return {"address": hashed(row["address"]), "reason": hashed(row["reason"]), "status": "suppressed"}


def _switch(row: sa.RowMapping, hashed: Hashed) -> Details:
    kind, _, name = row["scope"].partition(":")
    scope = f"inbox:{hashed(name)}" if kind == "inbox" else row["scope"]
    return {"scope": scope, "reason": hashed(row["reason"]), "status": "off"}


def _rows(table: sa.Table, key: Sequence[str], *columns: Any) -> sa.Select[Any]:
    """Return the query of rows by key, with agent and thread of their run where they do not name them."""
    of_run = [] if "run_id" not in table.c or table is runs else [runs.c.agent]
    of_run += [runs.c.thread_id] if of_run and "thread_id" not in table.c else []
    source = table.outerjoin(runs, runs.c.run_id == table.c.run_id) if of_run else table
    found = sa.select(*(columns or [table]), *of_run).select_from(source)
    return found.where(*(table.c[name] == sa.bindparam(name) for name in key))


_of_run = (runs.c.run_id, runs.c.agent, runs.c.thread_id, runs.c.kind, runs.c.status, runs.c.attempts, runs.c.note)
_rule = runs.c.plan["rule"].as_string().label("rule")
_answer = runs.c.frozen["answer"].as_string().label("answer")
_agent_of_thread = sa.select(runs.c.agent).where(runs.c.thread_id == moves.c.thread_id).limit(1).scalar_subquery()
_moves = sa.select(moves, _agent_of_thread.label("agent")).where(moves.c.thread_id == sa.bindparam("thread_id"))
_of_token = sa.select(approvals).where(approvals.c.token == sa.bindparam("token"))
_of_decision = ("run_id", "number")

TOLD = {
    runs: Told("run", ("run_id",), _rows(runs, ["run_id"], *_of_run, _rule, _answer), _run),
    actions: Told("action", ("op_id",), _rows(actions, ["op_id"]), _action),
    decisions: Told("decision", _of_decision, _rows(decisions, _of_decision), _decision),
    approvals: Told("approval", ("token",), _of_token, _approval),
    moves: Told("move", ("thread_id",), _moves, _move),
    suppressed: Told("suppression", ("address",), _rows(suppressed, ["address"]), _stop, "lifted"),
    doubted: Told("doubt", ("address",), _rows(doubted, ["address"]), _stop, "lifted"),
    switches: Told("switch", ("scope",), _rows(switches, ["scope"]), _switch, "on"),
}
