"""Delivery reports of any dialect: whom they are about, whether the address is to blame, which mail they return.

The structured report counts first (RFC 3464), then headers, then what is written for people, then the mail returned.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from .bodies import Bodies, read_bodies
from .bounce_notices import (
    bare_names,
    listed_recipients,
    mentioned_recipients,
    own_title,
    speaks_of_mail,
    split_notice,
    tells_failure,
    without_quotes,
    without_subject,
)
from .bounce_reasons import is_delay, is_permanent, status_of
from .header_values import addresses, message_ids
from .mime import Part, read_mime

_MOST_RECIPIENTS = 100
_LONGEST_NOTICE = 50_000  # characters
_BLOCKS = re.compile(r"\r?\n[ \t]*\r?\n")
_REPORT_TYPES = {"message/delivery-status", "message/global-delivery-status"}
_DELIVERED = {"delivered", "relayed", "expanded"}
_VERP = re.compile(r"[+-]([^=@+]+)=([^@=]+)@")
_OWN_HEADERS = ("to", "delivered-to", "envelope-to", "return-path", "x-failed-sender")
_LIST_PART = re.compile(r"-(?:bounces|admin|owner|request|errors|return)(?=[+@-]).*(?=@)", re.IGNORECASE)
# RFC 3461 section 4: what an address must not hold as it is; of the rest many servers encode nothing.
_XTEXT = re.compile(r"\+(2B|3D)")
_SERVER_SAID = re.compile(r"(?<![\d.])[45]\d\d[ \t-][^\n]{3,}|(?<![\d.])#?[45]\.\d{1,3}\.\d{1,3}\b[^\n]*")


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a delivery report says.

    `permanent` is true when the address is no good (see `bounce_reasons`); `action` is RFC 3464's: a server that
    `failed` has given up, one that `delayed` goes on trying. `message_id` is that of the mail that was not delivered,
    without angle brackets, or "". `status` is an enhanced status code (RFC 3463) or "".
    """

    recipients: tuple[str, ...]
    permanent: bool
    action: Literal["failed", "delayed"] = "failed"
    status: str = ""
    diagnostic: str = ""
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class _Report:
    """One recipient's block of a structured report."""

    address: str
    action: str
    status: str
    diagnostic: str


def read_bounce(mail: Part, bodies: Bodies) -> Bounce | None:
    """Read a mail that is known to be a delivery report; None when it reports success only (RFC 3464 section 2.3.3)."""
    inside = _report_inside(mail, bodies)
    if inside:
        return read_bounce(inside, read_bodies(inside))
    notice, quoted = split_notice(bodies.words[:_LONGEST_NOTICE])
    notice = without_quotes(without_subject(notice))
    returned = _returned(mail, quoted)
    reports = [report for part in mail.walk() if part.content_type in _REPORT_TYPES for report in _reports(part)]
    if reports and all(report.action in _DELIVERED for report in reports):
        return None
    failed = [report for report in reports if report.action not in _DELIVERED]
    message_id = _message_id(mail, returned, notice)
    if any(report.address for report in failed):
        return _from_reports(failed, notice, message_id)
    told = f"{notice}\n{own_title(mail.text('subject'))}"
    said = "\n".join(_SERVER_SAID.findall(notice))
    status = status_of(*(report.status for report in failed), said)
    delayed = is_delay(told) or any(report.action == "delayed" for report in failed)
    reply = " ".join([*(report.diagnostic for report in failed), said])
    recipients = tuple(_recipients(mail, notice, returned)[:_MOST_RECIPIENTS])
    blame = [is_permanent(status_of(said), said, "") for said in _said_of_each(notice, recipients)]
    return Bounce(
        recipients=recipients,
        permanent=not delayed and (all(blame) if blame else is_permanent(status, reply, told)),
        action="delayed" if delayed else "failed",
        status=status,
        diagnostic=_brief(reply),
        message_id=message_id,
    )


def _report_inside(mail: Part, bodies: Bodies) -> Part | None:
    """Return the report that a gateway passed on as an attachment, with no word on whom it is about."""
    if mail.content_type == "multipart/report" or listed_recipients(bodies.words[:_LONGEST_NOTICE]):
        return None
    inner = (part.parts[0] for part in mail.walk() if part.content_type == "message/rfc822" and part.parts)
    return next((part for part in inner if part.content_type == "multipart/report"), None)


def has_report(mail: Part, *, attached: bool = True) -> bool:
    """Tell whether a mail brings a delivery-status part, whatever its own type is; `attached` ones count or do not."""
    return any(
        part.content_type in _REPORT_TYPES and (attached or part.disposition != "attachment") for part in mail.walk()
    )


def is_notice(mail: Part, bodies: Bodies) -> bool:
    """Tell whether the words of an automatic mail are those of a failed delivery, and name somebody apart.

    One that names nobody says that the reader's mail failed, and returns it.
    """
    notice, returned = split_notice(bodies.words[:4_000])
    notice = without_subject(notice)
    # The reply of a server, or the mail itself: a shop and a help desk show neither, nor speak of "your message".
    proof = bool(returned or _SERVER_SAID.search(notice) or any(part.parts for part in mail.walk()[1:]))
    from_a_sender = bool(mail.raw("return-path").strip(" <>"))
    told = tells_failure(notice) and speaks_of_mail(notice, of_the_reader=from_a_sender)
    if _apart(mail, listed_recipients(notice), mail):
        return proof or told
    return proof and told and speaks_of_mail(notice, of_the_reader=True)


def _reports(part: Part) -> list[_Report]:
    """Read the blocks of a delivery-status part that are about a recipient."""
    text = part.content().decode("utf-8", "replace").lstrip()
    found = []
    for block in _BLOCKS.split(text)[: _MOST_RECIPIENTS + 1]:
        fields = read_mime(block.encode())
        action = fields.text("action").split(" ")[0].strip(";,.").lower()
        named = fields.raw("final-recipient") or fields.raw("original-recipient")
        if not named and not action:
            continue
        diagnostic = fields.text("diagnostic-code").partition(";")[2] or fields.text("diagnostic-code")
        # The address that was asked for is ours to know; the final one may be of the far side's own system.
        asked = addresses(_XTEXT.sub(_character, fields.raw("original-recipient").rpartition(";")[2]))
        final = addresses(fields.raw("final-recipient").rpartition(";")[2])
        address = next(iter(asked + final), "")
        more = fields.text("x-supplementary-info") or fields.text("x400-supplementary-info")
        found.append(_Report(address, action, fields.text("status"), f"{diagnostic.strip()} {more}".strip()))
    return found


def _character(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))


def _from_reports(failed: list[_Report], notice: str, message_id: str) -> Bounce:
    delayed = all(report.action == "delayed" for report in failed)
    first = failed[0]
    said = "\n".join(_SERVER_SAID.findall(notice))
    blame = [
        is_permanent(
            status_of(report.diagnostic, report.status, said), f"{report.diagnostic} {report.status[5:]}", notice
        )
        for report in failed
        if report.address
    ]
    return Bounce(
        recipients=tuple(dict.fromkeys(report.address for report in failed if report.address))[:_MOST_RECIPIENTS],
        permanent=not delayed and all(blame),
        action="delayed" if delayed else "failed",
        status=status_of(first.diagnostic, first.status),
        diagnostic=_brief(first.diagnostic or first.status),
        message_id=message_id,
    )


def _said_of_each(notice: str, recipients: tuple[str, ...]) -> list[str]:
    """Return what servers said of each of several recipients, where it stands behind every one; else nothing."""
    starts = sorted(notice.find(address) for address in recipients)
    if len(starts) < 2 or starts[0] < 0:
        return []
    pieces = [notice[start:end] for start, end in zip(starts, [*starts[1:], len(notice)], strict=True)]
    said = ["\n".join(_SERVER_SAID.findall(piece)) for piece in pieces]
    return said if all(said) else []


def _returned(mail: Part, quoted: str) -> Part:
    """Return the header of the mail that came back: a part of its own, or what the notice quotes."""
    for part in mail.walk():
        if part.content_type in {"message/rfc822", "message/rfc822-headers"} and part.parts:
            return part.parts[0]
        if part.content_type == "text/rfc822-headers":
            return read_mime(part.content().lstrip())
    lines = (line.lstrip("> \t") if line.startswith((">", "    ")) else line for line in quoted.split("\n")[1:])
    return read_mime("\n".join(lines).strip().encode("utf-8", "replace"))


def _recipients(mail: Part, notice: str, returned: Part) -> list[str]:
    """Look for the recipients where they are surest; each place counts only when those before it name nobody."""
    sent_to = _apart(mail, addresses(returned.raw("to")) + addresses(returned.raw("cc")), returned)
    sender_domain = next(iter(addresses(mail.raw("from"))), "").rpartition("@")[2]
    verp = [address for pair in _VERP.findall(mail.raw("to")) for address in addresses("@".join(pair))]
    mentioned = _apart(mail, mentioned_recipients(notice), returned)
    places = (
        addresses(mail.raw("x-failed-recipients")),
        _apart(mail, listed_recipients(notice), returned),
        [address for address in mentioned if address.lower() in map(str.lower, sent_to)] or mentioned,
        [f"{name}@{sender_domain}" for name in bare_names(notice)] if sender_domain else [],
        sent_to if len(sent_to) == 1 else [],
        verp,
    )
    return next((found for found in places if found), [])


def _apart(mail: Part, found: list[str], returned: Part) -> list[str]:
    """Leave out our own addresses and the mail system's, and the same one in another case."""
    own = {address.lower() for name in _OWN_HEADERS for value in mail.all(name) for address in addresses(value)}
    own |= {address.lower() for address in addresses(mail.raw("from"))}
    own |= {_LIST_PART.sub("", address) for address in own}
    ours = own | {
        address.lower() for name in ("from", "return-path", "sender") for address in addresses(returned.raw(name))
    }
    # Who writes to themselves is sender and recipient.
    strangers = [address for address in found if address.lower() not in ours]
    kept = strangers or [address for address in found if address.lower() not in own]
    return list({address.lower(): address for address in reversed(kept)}.values())[::-1]


def _message_id(mail: Part, returned: Part, notice: str) -> str:
    named = re.search(r"message-id:\s*<([^<>\s]{3,300})>", notice, re.IGNORECASE)
    referred = message_ids(mail.raw("in-reply-to")) + message_ids(mail.raw("references"))[-1:]
    ids = message_ids(returned.raw("message-id")) + ([named[1]] if named else []) + referred
    return ids[0] if ids else ""


def _brief(words: str) -> str:
    return " ".join(words.split())[:500]
