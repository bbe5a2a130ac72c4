"""A raw mail read whole: its kind, its words, its files, and what a machine reported in it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from .absence import return_date, speaks_of_absence
from .armour import is_encrypted
from .authentication import authentication
from .bodies import Attachment, Bodies, read_bodies
from .bounces import Bounce, has_report, is_notice, read_bounce
from .calendars import Calendar, read_calendar
from .complaints import Complaint, read_complaint, returned_by_hotmail
from .header_values import addresses, date, decoded, message_ids
from .kinds import (
    Kind,
    from_mail_system,
    hints_at_responder,
    is_answer,
    is_forward,
    kind,
    looks_like_bounce,
    titled_as_report,
    without_hints,
)
from .markup import safe_html
from .mime import SMIME, Part, read_mime
from .replies import read_reply
from .responders import asks_us, has_responder_subject, is_letter, is_titled_as_responders


@dataclass(frozen=True, slots=True)
class AutoReply:
    """`until` is the day its sender is back, as far as the words tell."""

    until: dt.date | None


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """All there is to know about a raw mail.

    `from_` and `subject` are decoded, addresses are bare, message ids have no angle brackets. `text` is the whole
    text, `reply_text` its sender's own words, `quoted_text` the old thread below or between them. `bounce`,
    `complaint`, `auto_reply` and `calendar` are set for mail of that kind only. `problems` says in plain sentences
    what is broken.
    """

    kind: Kind
    from_: str
    to: tuple[str, ...]
    subject: str
    date: dt.datetime | None
    message_id: str
    in_reply_to: str
    text: str
    html: str
    reply_text: str
    quoted_text: str
    html_safe: str
    attachments: tuple[Attachment, ...] = ()
    bounce: Bounce | None = None
    complaint: Complaint | None = None
    auto_reply: AutoReply | None = None
    calendar: Calendar | None = None
    authentication: dict[str, str] = field(default_factory=dict)
    problems: Sequence[str] = ()


def parse(raw: bytes) -> ParsedMail:
    """Read a raw mail (RFC 5322). Never raises: what cannot be read is empty, and said in `problems`."""
    mail = read_mime(raw)
    bodies = read_bodies(mail)
    sent = date(mail.raw("date"))
    reply = read_reply(bodies.words, None, forwarded=is_forward(mail.text("subject")))
    found = _kind(mail, bodies, reply.new)
    bounce = read_bounce(mail, bodies) if found == "bounce" else None
    if found == "bounce" and bounce is None:
        found = "auto_reply"  # a report of success
    return ParsedMail(
        kind=found,
        from_=mail.text("from"),
        to=tuple(address for value in mail.all("to") for address in addresses(value)),
        subject=mail.text("subject"),
        date=sent,
        message_id=next(iter(message_ids(mail.raw("message-id"))), ""),
        in_reply_to=next(iter(message_ids(mail.raw("in-reply-to"))), ""),
        text=bodies.words,
        html=bodies.html,
        reply_text=reply.new,
        quoted_text=reply.quoted,
        html_safe=safe_html(bodies.html),
        attachments=tuple(bodies.attachments),
        bounce=bounce,
        complaint=read_complaint(mail) if found == "complaint" else None,
        auto_reply=_auto_reply(mail.text("subject"), reply.new, sent) if found == "auto_reply" else None,
        calendar=read_calendar(mail) if found == "calendar" else None,
        authentication=authentication(mail.all("authentication-results")),
        problems=tuple(dict.fromkeys(_missing(mail, bodies) + mail.problems + bodies.problems)),
    )


def _kind(mail: Part, bodies: Bodies, said: str) -> Kind:
    """Decide by the headers; parts and words count where those say nothing, or less than they could."""
    topmost = dict(reversed(mail.fields))
    headers = {name: decoded(value) for name, value in topmost.items()}
    subject = headers.get("subject", "")
    by_headers = kind(headers, headers.get("from", ""), subject, by_name=False)
    if by_headers in {"bounce", "complaint", "calendar"}:
        return by_headers
    parts = mail.walk()
    if any(part.content_type == "message/feedback-report" for part in parts):
        return "complaint"
    # RFC 6047 section 2.4: the answer to an invitation is a part beside the words for people.
    if any(part.content_type == "text/calendar" and _answers(part) for part in parts):
        return "calendar"
    # A person's program passes the parts of a report on with the mail, or a person attaches them.
    of_person = by_headers == "human" and not looks_like_bounce(headers.get("from", ""), subject)
    if has_report(mail, attached=not of_person) and not (by_headers == "human" and is_answer(subject)):
        return "bounce"
    if any(returned_by_hotmail(part) for part in parts):
        return "complaint"
    # A person's responder answers (RFC 3834 section 5) and may say that an address is no longer in use.
    machine = by_headers == "auto_reply" and not headers.get("auto-submitted", "").startswith("auto-replied")
    # Older mail systems set no header of a machine; their keepers, who write under the same names, report no failure.
    of_program = (
        looks_like_bounce(headers.get("from", ""), subject)
        or (by_headers == "list" and titled_as_report(subject))
        or (
            by_headers == "human"
            and from_mail_system(headers.get("from", ""))
            and not (is_answer(subject) or asks_us(said))
        )
    )
    if (machine or of_program) and is_notice(mail, bodies):
        return "bounce"
    # Older responders are marked as mail to many is, and answer one (RFC 2076 section 3.9).
    answers = mail.raw("in-reply-to") or is_answer(subject)
    if by_headers == "list" and answers and not any(name.startswith("list-") for name in headers):
        return "auto_reply" if speaks_of_absence(said) else "list"
    hinted = hints_at_responder(headers)
    # Who asks below a responder's title is a person, where the header beside it is one that Outlook's people send too.
    if hinted and by_headers == "auto_reply" and asks_us(said):
        return kind(without_hints(headers), headers.get("from", ""), subject, by_name=False)
    return "auto_reply" if by_headers == "human" and is_letter(subject, said, hinted=hinted) else by_headers


def _auto_reply(subject: str, said: str, sent: dt.datetime | None) -> AutoReply:
    away = has_responder_subject(subject) or is_titled_as_responders(subject)
    return AutoReply(return_date(subject, said, sent, away=away))


def _answers(part: Part) -> bool:
    method = part.declared.get("method", "").lower()
    if not method:  # some programs say it inside alone
        inside = re.search(rb"(?im)^METHOD:(REPLY|COUNTER)\b", part.content()[:2_000])
        method = inside[1].decode().lower() if inside and part.disposition != "attachment" else "publish"
    # a person may attach an invitation to a mail of their own
    return method in {"reply", "counter"} or (method != "publish" and part.disposition != "attachment")


def _missing(mail: Part, bodies: Bodies) -> list[str]:
    problems = [f"there is no {name} header" for name in ("From", "Date") if not mail.raw(name.lower())]
    if mail.raw("date") and date(mail.raw("date")) is None:
        problems.append("the Date header names no time")
    sealed = any(part.content_type in SMIME and not part.parts for part in mail.walk())
    if mail.content_type == "multipart/encrypted" or sealed or is_encrypted(bodies.words):
        problems.append("words of this mail are encrypted and cannot be read")
    return problems
