"""A DBOS workflow without Postroom: the yardstick of `throughput`.

The rule that one module alone knows the engine is for the product. Here the engine itself is what the product is
held against, with the same seven settings, so this module speaks to it directly.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from agentmail import AgentMail
from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetWorkflowID

from postroom.database import open_database, sqlite_url
from postroom.mailbox.client import NO_SDK_RETRIES
from postroom.runtime.engine import POLLING_SECONDS, WORKERS

QUEUE = "bare"
EMPTY_STEPS = 7
"""As many as a mail that support answers: load, a look-up, two decisions, plan, one action, labels."""
BODY = "An order can be changed in the shop under My orders until it is marked Packed. " * 8
OPERATIONS = sa.text("SELECT count(*) FROM operation_outputs")
LEFT = sa.text("SELECT count(*) FROM workflow_status WHERE status IN ('PENDING', 'ENQUEUED', 'DELAYED')")

_client: list[AgentMail] = []


@DBOS.workflow(name="bare")
def _bare(inbox_id: str, thread_id: str, message_id: str, op_id: str) -> None:
    """Make the calls of an answered mail, deciding nothing and recording nothing but steps."""
    inboxes, options = _client[0].inboxes, NO_SDK_RETRIES

    def load() -> str:
        return str(inboxes.threads.get(inbox_id, thread_id, limit=100, request_options=options).thread_id)

    def reply() -> str:
        sent = inboxes.messages.reply(
            inbox_id, message_id, text=BODY, html=f"<p>{BODY}</p>", labels=[op_id], idempotency_key=op_id,
            headers={"Auto-Submitted": "auto-replied"}, request_options=options,
        )  # fmt: skip
        return str(sent.message_id)

    def labels(sent: str) -> str:
        inboxes.threads.update(inbox_id, thread_id, add_labels=["bare/answered"], request_options=options)
        inboxes.messages.update(inbox_id, sent, remove_labels=[op_id], request_options=options)
        inboxes.messages.update(inbox_id, message_id, remove_labels=["unread"], request_options=options)
        return "done"

    DBOS.run_step({"name": "load"}, load)
    for name in ("look", "decide:1", "decide:2", "plan"):
        DBOS.run_step({"name": name}, _nothing)
    sent = DBOS.run_step({"name": "reply"}, reply)
    DBOS.run_step({"name": "labels"}, lambda: labels(sent))


@DBOS.workflow(name="empty")
def _empty() -> None:
    for number in range(EMPTY_STEPS):
        DBOS.run_step({"name": f"step:{number}"}, _nothing)


def _nothing() -> str:
    return "0" * 32


class BareWorkflow:
    """The engine on a database of its own in `home`, with nothing on top."""

    def __init__(self, home: Path, client: AgentMail) -> None:
        _client[:] = [client]
        self.database = open_database(sqlite_url(home / "bare.db"))
        logging.getLogger("dbos").setLevel(logging.WARNING)
        config: DBOSConfig = {
            "name": "bare",
            "system_database_url": self.database.url.render_as_string(hide_password=False),
            "system_database_engine": self.database,
            "application_version": "v1",
            "executor_id": "bare-1",
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "ERROR",
        }
        DBOS(config=config)
        DBOS.launch()
        DBOS.register_queue(QUEUE, worker_concurrency=WORKERS, polling_interval_sec=POLLING_SECONDS)

    def answer(self, inbox_id: str, thread_id: str, message_id: str) -> None:
        """Hand in one mail."""
        self._enqueue(_bare, inbox_id, thread_id, message_id, f"op-{time.monotonic_ns():032d}")

    def run_empty(self) -> None:
        """Hand in one workflow of empty steps."""
        self._enqueue(_empty)

    def _enqueue(self, workflow: Callable[..., Any], *arguments: str) -> None:
        with SetWorkflowID(f"{time.monotonic_ns():020d}"):
            DBOS.enqueue_workflow(QUEUE, workflow, *arguments)


def steps_recorded(database: sa.Engine) -> int:
    """Return how many steps an engine has recorded."""
    with database.connect() as connection:
        return int(connection.execute(OPERATIONS).scalar_one())


def unfinished(database: sa.Engine) -> int:
    """Return how many workflows an engine has left; the cheapest look there is, so that looking costs nobody much."""
    with database.connect() as connection:
        return int(connection.execute(LEFT).scalar_one())
