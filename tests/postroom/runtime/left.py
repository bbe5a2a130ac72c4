"""What left and what was done, beside the mails that ask our people to approve what waits."""

from __future__ import annotations

from typing import Any


def left(sandbox: Any, to: str | None = None) -> list[Any]:
    """Return the mails that left, newest first, but for review mails."""
    return [mail for mail in sandbox.outbox(to) if "approve?" not in mail.subject]


def done_in(runtime: Any, run: Any) -> list[Any]:
    """Return the actions of a run, but for its review mails."""
    return [row for row in runtime.context.journal.actions_of_run(run["run_id"]) if row["kind"] != "Review"]
