"""Mail to outside addresses, handed on to a real mail server when one is named (``--relay HOST:PORT``)."""

import json
import logging
import smtplib
import sqlite3
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from agentmail_sandbox import labels, messages
from agentmail_sandbox.addresses import bare
from agentmail_sandbox.core import Core
from agentmail_sandbox.feedback import report_bounce, report_delay, report_delivery
from agentmail_sandbox.store import as_json
from agentmail_sandbox.workers import next_attempt

PATIENCE = 15.0
# By address, what the relay said to a recipient it did not take.
Answers = Mapping[str, tuple[int, bytes | str]]
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Refusal:
    """Why a recipient did not get a mail; ``passing`` when it may get it later (RFC 5321, 4.2.1: a 4yz reply)."""

    reason: str
    passing: bool


def relay_pending(core: Core, retry_scale: float) -> float | None:
    """Hand on every mail whose time has come, in order; return the seconds until the next, None when none waits.

    Who is refused for good bounces; who is put off is tried again, and bounces when it never succeeds.
    Meant for a Worker.
    """
    while core.relay is not None and (mail := _next(core)) is not None:
        wait = float(mail["retry_at"]) - time.time()
        if wait > 0:
            return wait
        _record(core, mail, _hand_on(core.relay, mail), retry_scale)
    return None


def _next(core: Core) -> sqlite3.Row | None:
    with core.store.transaction() as db:
        mail: sqlite3.Row | None = db.execute(
            "SELECT outside_mails.*, attempts, retry_at, coalesce(recipients, envelope_to) AS waiting "
            "FROM (SELECT seq AS next_seq, coalesce(attempts, 0) AS attempts, coalesce(due_at, 0) AS retry_at, "
            "recipients FROM outside_mails LEFT JOIN relay_retries ON mail_seq = seq "
            "WHERE relay = 'pending' ORDER BY retry_at, seq LIMIT 1) JOIN outside_mails ON seq = next_seq"
        ).fetchone()
    return mail


def _hand_on(relay: tuple[str, int], mail: sqlite3.Row) -> dict[str, Refusal]:
    """Send one mail by SMTP and return those of the waiting recipients that did not get it."""
    envelope = {address: bare(address) for address in json.loads(mail["waiting"])}
    everyone = list(dict.fromkeys(envelope.values()))
    answers: Answers
    try:
        answers = _transfer(relay, mail, everyone)
    except smtplib.SMTPRecipientsRefused as wrong:
        # Nobody got it: a relay that hangs up (421) was not asked for the rest.
        answers = dict.fromkeys(everyone, (421, b"the relay closed the connection")) | wrong.recipients
    except smtplib.SMTPResponseException as wrong:
        answers = dict.fromkeys(everyone, (wrong.smtp_code, wrong.smtp_error))
    except Exception as wrong:  # whatever it is, it must not hold up the mails behind this one
        expected = isinstance(wrong, (smtplib.SMTPException, OSError))
        log.warning("relay %s:%s did not take %s: %s", *relay, mail["message_id"], wrong, exc_info=not expected)
        passing = not isinstance(wrong, smtplib.SMTPNotSupportedError)
        refusal = Refusal(f"the relay {relay[0]}:{relay[1]} failed: {wrong}", passing)
        return dict.fromkeys(envelope, refusal)
    return {address: _refusal(*answers[written]) for address, written in envelope.items() if written in answers}


def _transfer(relay: tuple[str, int], mail: sqlite3.Row, recipients: list[str]) -> Answers:
    sender = bare(mail["sender"])
    head, _, _ = mail["raw"].partition(b"\r\n\r\n")
    international = not head.isascii() or not "".join([sender, *recipients]).isascii()
    server = smtplib.SMTP(*relay, timeout=PATIENCE)
    try:
        # RFC 6531. smtplib raises SMTPNotSupportedError when the relay does not offer it.
        answers = server.sendmail(sender, recipients, mail["raw"], ["SMTPUTF8"] if international else [])
        # The mail has been taken: a goodbye that fails must not send it again.
        with suppress(smtplib.SMTPException, OSError):
            server.quit()
    finally:
        server.close()
    return answers


def _refusal(code: int, text: bytes | str) -> Refusal:
    words = text if isinstance(text, str) else text.decode(errors="replace")
    return Refusal(f"{code} {words}", passing=code < 500)


def _record(core: Core, mail: sqlite3.Row, refused: dict[str, Refusal], retry_scale: float) -> None:
    attempts = mail["attempts"] + 1
    retry_at = next_attempt(attempts, retry_scale)
    later = {address: it.reason for address, it in refused.items() if it.passing and retry_at is not None}
    failed = {address: it.reason for address, it in refused.items() if address not in later}
    taken = [address for address in json.loads(mail["waiting"]) if address not in refused]
    with core.store.transaction() as db:
        if later:
            retry = (mail["seq"], as_json(list(later)), attempts, retry_at)
            db.execute("INSERT OR REPLACE INTO relay_retries VALUES (?, ?, ?, ?)", retry)
        else:
            db.execute("UPDATE outside_mails SET relay = 'done' WHERE seq = ?", (mail["seq"],))
            db.execute("DELETE FROM relay_retries WHERE mail_seq = ?", (mail["seq"],))
        message = messages.row_for(db, mail["inbox_id"], mail["message_id"])
        if message is None:
            return
        if taken:
            report_delivery(core, db, message, taken)
        if failed:
            report_bounce(core, db, message, failed)
        if not later:
            labels.change(db, message, [], ["delayed"], core.stamp())
        elif attempts == 1:
            report_delay(core, db, message, later)
