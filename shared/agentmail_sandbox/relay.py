"""Mail to outside addresses, handed on to a real mail server when one is named (``--relay HOST:PORT``)."""

import json
import logging
import smtplib
import sqlite3

from agentmail_sandbox import messages
from agentmail_sandbox.addresses import bare
from agentmail_sandbox.core import Core
from agentmail_sandbox.sending import report_bounce, report_delivery

PATIENCE = 15.0
log = logging.getLogger(__name__)


def relay_pending(core: Core) -> float | None:
    """Hand on every mail that waits, in order; one the relay refuses bounces. Meant for a Worker."""
    while core.relay is not None:
        with core.store.transaction() as db:
            mail = db.execute("SELECT * FROM outside_mails WHERE relay = 'pending' ORDER BY seq LIMIT 1").fetchone()
        if mail is None:
            break
        _record(core, mail, _hand_on(core.relay, mail))
    return None


def _hand_on(relay: tuple[str, int], mail: sqlite3.Row) -> dict[str, str]:
    """Send one mail by SMTP and return the recipients that were refused, with the reason."""
    recipients = json.loads(mail["envelope_to"])
    try:
        with smtplib.SMTP(*relay, timeout=PATIENCE) as server:
            options = ["SMTPUTF8"] if server.has_extn("smtputf8") else []
            refused = server.sendmail(bare(mail["sender"]), recipients, mail["raw"], mail_options=options)
    except smtplib.SMTPRecipientsRefused as wrong:
        refused = wrong.recipients
    except (smtplib.SMTPException, OSError) as wrong:
        log.warning("relay %s:%s did not take %s: %s", *relay, mail["message_id"], wrong)
        return dict.fromkeys(recipients, f"the relay {relay[0]}:{relay[1]} failed: {wrong}")
    return {address: f"{code} {text.decode(errors='replace')}" for address, (code, text) in refused.items()}


def _record(core: Core, mail: sqlite3.Row, refused: dict[str, str]) -> None:
    with core.store.transaction() as db:
        state = "failed" if refused else "done"
        db.execute("UPDATE outside_mails SET relay = ? WHERE seq = ?", (state, mail["seq"]))
        message = messages.row_for(db, mail["inbox_id"], mail["message_id"])
        if message is None:
            return
        delivered = [address for address in json.loads(mail["envelope_to"]) if address not in refused]
        if delivered:
            report_delivery(core, db, message, delivered)
        if refused:
            report_bounce(core, db, message, refused)
