"""Hearing no more without writing a word: the headers of campaign mail, their tokens, and what they come to.

`List-Unsubscribe` is RFC 2369, `List-Unsubscribe-Post` and the one POST that needs no confirmation are RFC 8058. A GET
changes nothing: programs that look at the links of a mail make one.
"""

from __future__ import annotations

import hmac
import re
from urllib.parse import quote

from postroom.campaign import Record
from postroom.runtime import records
from postroom.runtime.context import Context, Post
from postroom.runtime.journal import Row

PATH = "/u/"
SUBJECT = "unsubscribe"
_TOKEN = re.compile(r"[0-9a-f]{24}-[0-9a-f]{24}")
_BY_MAIL = re.compile(rf"^\s*{SUBJECT} ({_TOKEN.pattern})\s*$", re.IGNORECASE)


def token(context: Context, record_id: str) -> str:
    """Return what says of whom a wish is: only we can make it, and it holds no address."""
    return f"{record_id}-{context.journal.audit.hashed([SUBJECT, record_id])[:24]}"


def url(context: Context, record: Record) -> str:
    """Return the address of a record's page, "" where this process has none that is reached from outside by https."""
    base = context.public_url.rstrip("/")
    return f"{base}{PATH}{token(context, record.record_id)}" if base.startswith("https://") else ""


def headers(context: Context, post: Post, record: Record) -> dict[str, str]:
    """Return the headers by which a mail program offers to unsubscribe: with one click where there is a page."""
    made = token(context, record.record_id)
    by_mail = f"<mailto:{post.inbox_id}?subject={quote(f'{SUBJECT} {made}')}>"
    page = url(context, record)
    if not page:
        return {"List-Unsubscribe": by_mail}
    return {"List-Unsubscribe": f"<{page}>, {by_mail}", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def record_of(context: Context, given: str) -> Row | None:
    """Return the record of a token that we made, None for any other, and for one that was erased."""
    if not _TOKEN.fullmatch(given) or not hmac.compare_digest(token(context, given[:24]), given):
        return None
    return records.of_id(context.journal, given[:24])


def asked_by_mail(context: Context, subject: str) -> Row | None:
    """Return the record whose mailto link a mail came from, by its subject."""
    found = _BY_MAIL.match(subject)
    return record_of(context, found[1].lower()) if found else None
