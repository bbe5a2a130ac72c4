"""What keeps the sandbox quick with many messages: lists walk an index and sort nothing."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from agentmail import AgentMail
from sandbox_testing import SUPPORT

from agentmail_sandbox import Sandbox

NOON = datetime(2100, 1, 1, 12, tzinfo=UTC)


def traced(sandbox: Sandbox, call: Callable[[], object]) -> list[str]:
    """Make a call and return the SQL it took."""
    statements: list[str] = []
    db = sandbox._core.store._db
    db.set_trace_callback(statements.append)
    call()
    db.set_trace_callback(None)
    return statements


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.inboxes.messages.list(SUPPORT),
        lambda client: client.inboxes.messages.list(SUPPORT, ascending=True, after=NOON),
        lambda client: client.inboxes.messages.list(SUPPORT, labels=["unread", "x"], before=NOON),
        lambda client: client.inboxes.threads.list(SUPPORT),
        lambda client: client.threads.list(),
        lambda client: client.inboxes.threads.list(SUPPORT, labels=["unread"]),
        lambda client: client.threads.list(labels=["unread"]),
        lambda client: client.inboxes.messages.send(SUPPORT, to="ada@example.com", text="x", idempotency_key="k"),
        lambda client: client.inboxes.drafts.list(SUPPORT),
        lambda client: client.drafts.list(),
    ],
)
def test_no_statement_walks_or_sorts_a_whole_table(
    sandbox: Sandbox, client: AgentMail, support: str, call: Callable[[AgentMail], object]
) -> None:
    received = sandbox.post_mail("ada@example.com", support, "x", "y")
    sandbox.post_mail("ada@example.com", support, "x", "y", in_reply_to=received.message_id)
    statements = traced(sandbox, lambda: call(client))
    db = sandbox._core.store._db
    looked = [statement for statement in statements if re.match("SELECT|UPDATE|DELETE", statement)]
    assert looked
    for statement in looked:
        plan = [row["detail"] for row in db.execute(f"EXPLAIN QUERY PLAN {statement}")]
        walks = r"SCAN (messages|threads|tagged|message_labels|drafts)\b(?! USING)"
        walked = [step for step in plan if re.match(walks, step)]
        assert not walked, statement
        assert not [step for step in plan if "TEMP B-TREE" in step], statement


def test_usage_walks_through_messages_once_for_each_figure_however_many_steps_it_has(
    sandbox: Sandbox, client: AgentMail, support: str
) -> None:
    sandbox.post_mail("ada@example.com", support, "x", "y")
    kinds = ["message_count", "storage_bytes"]
    assert len(client.metrics.query_usage(usage_types=kinds, period=100)["message_count"]) > 800
    statements = traced(sandbox, lambda: client.metrics.query_usage(usage_types=kinds, period=100))
    assert len([statement for statement in statements if "FROM messages" in statement]) == 2


def test_the_attachments_of_a_thread_are_found_without_reading_its_other_messages(
    sandbox: Sandbox, client: AgentMail, support: str
) -> None:
    sandbox.post_mail("ada@example.com", support, "x", "y")
    statements = traced(sandbox, lambda: client.inboxes.threads.list(support))
    (asked,) = [statement for statement in statements if statement.startswith("SELECT attachments")]
    plan = " ".join(row["detail"] for row in sandbox._core.store._db.execute(f"EXPLAIN QUERY PLAN {asked}"))
    assert "messages_with_attachments" in plan
