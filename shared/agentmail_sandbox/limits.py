"""The limits of a plan, where a sandbox is asked to have some: AgentMail's own depend on what one pays."""

import re
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta

from agentmail_sandbox.clock import stamp
from agentmail_sandbox.errors import Problem, problem_of

ITEM = re.compile(r"(requests|sends|inboxes|domains)=(\d{1,9})")
SECOND, MONTH = 1.0, timedelta(days=30)


class Limits:
    """``spec``: ``requests`` a second, ``sends`` in 30 days, ``inboxes`` and ``domains`` there may be.

    Such as ``requests=20,inboxes=3``; what is not named has no limit. ValueError for what is none.
    """

    def __init__(self, spec: str = "") -> None:
        self._most: dict[str, int] = {}
        for item in filter(None, (item.strip() for item in spec.split(","))):
            found = ITEM.fullmatch(item)
            if found is None:
                raise ValueError(f"{item!r} is no limit this sandbox has, such as requests=20,sends=3000,inboxes=3.")
            self._most[found[1]] = int(found[2])
        self.now = time.monotonic
        self._lock = threading.Lock()
        self._requests: deque[float] = deque()

    def shown(self) -> Mapping[str, int]:
        """Return the limits that an organization shows."""
        fields = {"inbox_limit": "inboxes", "domain_limit": "domains"}
        return {field: self._most[kind] for field, kind in fields.items() if kind in self._most}

    def take_request(self) -> None:
        """Let a request in. Problem, 429, when there were too many in the last second, whoever asked."""
        most = self._most.get("requests")
        if most is None:
            return
        now = self.now()
        with self._lock:
            while self._requests and self._requests[0] <= now - SECOND:
                self._requests.popleft()
            if len(self._requests) >= most:
                raise problem_of(429, f"More than {most} requests in a second; wait for Retry-After.", retry_after=1)
            self._requests.append(now)

    def check_send(self, db: sqlite3.Connection, now: datetime) -> None:
        """Raise Problem, 429, when the mails of a month have been sent; nothing says when that is over."""
        most = self._most.get("sends")
        if most is not None:
            query = "SELECT count(*) FROM events WHERE created_at > ? AND event_type = 'message.sent'"
            if db.execute(query, (stamp(now - MONTH),)).fetchone()[0] >= most:
                raise problem_of(429, f"{most} mails were sent in the last {MONTH.days} days, which is the limit.")

    def check_room(self, db: sqlite3.Connection, table: str) -> None:
        """Raise Problem, 403, when there may be no more rows of a table: ``inboxes`` or ``domains``."""
        most = self._most.get(table)
        if most is not None and db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] >= most:
            text = f"There may be at most {most} {table}, which there are; delete one, or raise the limit."
            raise Problem(403, "LimitExceededError", "limit_exceeded", text)
