"""What becomes of a sent message: delivered, bounced, complained about, refused; told by labels and events."""

import sqlite3
import uuid

from agentmail_sandbox import events, labels
from agentmail_sandbox.core import Core
from agentmail_sandbox.list_rules import suppress
from agentmail_sandbox.wire import at

FIELDS = {"sent": "send", "delivered": "delivery", "bounced": "bounce", "complained": "complaint", "rejected": "reject"}


def report_sent(core: Core, message: sqlite3.Row, recipients: list[str]) -> None:
    """Emit message.sent."""
    _report(core, "sent", message, {"recipients": recipients})


def report_delivery(core: Core, db: sqlite3.Connection, message: sqlite3.Row, recipients: list[str]) -> None:
    """Label a message ``delivered`` and emit message.delivered."""
    labels.change(db, message, ["delivered"], [], core.stamp())
    _report(core, "delivered", message, {"recipients": recipients})


def report_bounce(
    core: Core, db: sqlite3.Connection, message: sqlite3.Row, reasons: dict[str, str], sub_type: str = "General"
) -> None:
    """Label a message ``bounced``, emit message.bounced, Permanent, with each address's reason, and suppress them."""
    labels.change(db, message, ["bounced"], [], core.stamp())
    suppress(core, db, list(reasons), "bounced")
    _report_bounced(core, message, "Permanent", sub_type, reasons)


def report_delay(
    core: Core, db: sqlite3.Connection, message: sqlite3.Row, reasons: dict[str, str], sub_type: str = "General"
) -> None:
    """Label a message ``delayed`` and emit message.bounced, Transient: these addresses are tried again."""
    labels.change(db, message, ["delayed"], [], core.stamp())
    _report_bounced(core, message, "Transient", sub_type, reasons)


def _report_bounced(core: Core, message: sqlite3.Row, kind: str, sub_type: str, reasons: dict[str, str]) -> None:
    refused = [{"address": address, "status": reason} for address, reason in reasons.items()]
    _report(core, "bounced", message, {"type": kind, "sub_type": sub_type, "recipients": refused})


def report_complaint(
    core: Core, db: sqlite3.Connection, message: sqlite3.Row, recipient: str, kind: str, sub_type: str
) -> None:
    """Label a message ``complained``, emit message.complained and suppress who complained."""
    labels.change(db, message, ["complained"], [], core.stamp())
    suppress(core, db, [recipient], "complained")
    _report(core, "complained", message, {"type": kind, "sub_type": sub_type, "recipients": [recipient]})


def report_refusal(core: Core, inbox_id: str, thread_id: str | None, reason: str) -> None:
    """Emit message.rejected for a send that was refused: nothing of it is kept, so its ids are made up.

    The event waits until the running transaction has ended: the refusal rolls that back.
    """
    ids = {"inbox_id": inbox_id, "thread_id": thread_id or str(uuid.uuid4())}
    about = {**ids, "message_id": f"<{uuid.uuid4().hex}@{core.domain}>", "timestamp": at(core.stamp())}
    content = {FIELDS["rejected"]: {**about, "reason": reason}}
    core.store.afterwards(lambda: events.emit(core, "message.rejected", content, inbox_id=inbox_id))


def _report(core: Core, kind: str, message: sqlite3.Row, details: dict[str, object]) -> None:
    about = {name: message[name] for name in ("inbox_id", "thread_id", "message_id")}
    content = {FIELDS[kind]: {**about, "timestamp": at(core.stamp()), **details}}
    events.emit(core, f"message.{kind}", content, inbox_id=message["inbox_id"])
