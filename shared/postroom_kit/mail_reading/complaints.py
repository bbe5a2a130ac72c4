"""Abuse reports of feedback loops (RFC 5965): who complained about which mail."""

from __future__ import annotations

from dataclasses import dataclass

from .header_values import addresses, message_ids
from .mime import Part, read_mime

_HOTMAIL = "x-hmxmroriginalrecipient"


@dataclass(frozen=True, slots=True)
class Complaint:
    """`feedback_type` is "abuse", "fraud", "virus", "not-spam" or another registered word.

    `recipients` complained, as far as the report names them; many loops hide them. `message_id` is that of our mail,
    without angle brackets, or "".
    """

    feedback_type: str
    recipients: tuple[str, ...]
    message_id: str


def returned_by_hotmail(part: Part) -> bool:
    """Tell whether a part is a mail that Outlook.com's feedback loop returns: it knows no RFC 5965."""
    return bool(part.content_type == "message/rfc822" and part.parts and part.parts[0].raw(_HOTMAIL))


def read_complaint(mail: Part) -> Complaint:
    """Read a mail that is known to be a complaint; what the report lacks comes from the mail it returns."""
    parts = mail.walk()
    report = next((part for part in parts if part.content_type == "message/feedback-report"), None)
    fields = read_mime(report.content().lstrip()) if report else mail
    returned = next((part.parts[0] for part in parts if part.content_type == "message/rfc822" and part.parts), None)
    if returned is None:
        header = next((part for part in parts if part.content_type == "text/rfc822-headers"), None)
        returned = read_mime(header.content().lstrip()) if header else mail
    told = fields.all("original-rcpt-to") or returned.all(_HOTMAIL)
    named = [address for value in told for address in addresses(value)]
    named = named or (addresses(returned.raw("to")) if returned is not mail else [])
    return Complaint(
        feedback_type=fields.text("feedback-type").lower() or "abuse",
        recipients=tuple(dict.fromkeys(named)),
        message_id=next(iter(message_ids(returned.raw("message-id"))), "") if returned is not mail else "",
    )
