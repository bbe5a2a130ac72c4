"""What kind of mail this is, decided by its headers and structure; its words only confirm a hint.

The rules are a table, tried in order; the first that holds names the kind. Each carries its source. What holds none is
human mail: no rule rests on a header that a person's mail may carry too. So these prove nothing by themselves:
X-Auto-Response-Suppress (asks for silence, Outlook's people send it as well), List-Unsubscribe (sales tools
put it on mail to one person), X-MS-Exchange-Inbox-Rules-Loop (also on mail a rule forwarded), a no-reply sender.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Literal

from .bounce_words import words
from .responders import begins_as_responders, is_titled_as_responders

Kind = Literal["human", "auto_reply", "bounce", "complaint", "list", "calendar"]

_LONGEST_HEADER = 1_000  # characters; RFC 5322 section 2.1.1 allows 998
_MAIL_SYSTEM = re.compile(
    r"mail delivery (?:sub)?system|mail\.delivery\.system|postmaster|mdaemon|system administrator|\bndr@"
    r"|mail administrator",
    re.IGNORECASE,
)
_PROGRAM = re.compile(
    rf"{_MAIL_SYSTEM.pattern}|mail(?:er)?[ ._-]?daemon|smtp|anti-?virus (?:for|scan|gateway)|(?:e-?mail|smtp) gateway"
    r"|mail ?(?:service|system|server|scan|sweeper)|microsoft ?exchange|exchange server|\bimss\b"
    r"|delivery[ ._-]?(?:sub|system|status|agent|notif|report|fail)|system admin",
    re.IGNORECASE,
)
# In a display name these are also what a company is called.
_PROGRAM_ADDRESS = re.compile(r"daemon|smtp|gateway|anti-?virus|exchange|bounce", re.IGNORECASE)
_BOUNCE_ENDING = re.compile(r"\((?:delivery failed|undeliverable|not delivered)\)\s*$", re.IGNORECASE)
_ANSWER = re.compile(
    r"\s*(?:re|aw|antw|sv|vs|odp|r|rif|rv|res|enc|fw|fwd|wg|tr|回复|答复|转发)\s?(?:\[\d+\])?\s?[:：]", re.IGNORECASE
)
_FORWARD = re.compile(r"\s*(?:fwd?|wg|tr|rv|enc|i|doorst|转发|轉寄)\s*(?:\[\d+\])?\s*[:：]", re.IGNORECASE)
_REPORTING = {
    "application/ics",
    "message/delivery-status",
    "message/disposition-notification",
    "message/feedback-report",
    "message/global-delivery-status",
    "message/rfc822-headers",
    "text/calendar",
    "text/rfc822-headers",
}


@dataclass(frozen=True, slots=True)
class _Mail:
    """The parts of a mail the rules look at; `headers` have lower-case names."""

    headers: Mapping[str, str]
    sender: str
    local_part: str
    subject: str
    content: Message
    named_as_mail_system: bool

    def value(self, *names: str) -> str:
        """Return the first of these headers that is there, without comments and parameters, in lower case."""
        found = next((self.headers[name] for name in names if name in self.headers), "")
        return re.split(r"[;(]", found, maxsplit=1)[0].strip().lower()

    def parameter(self, name: str) -> str:
        """Return a parameter of the content type in lower case, or ""."""
        found = self.content.get_param(name)
        return found.lower() if isinstance(found, str) else ""

    @property
    def no_return_path(self) -> bool:
        """Tell whether the reverse-path is null (RFC 5321 section 4.5.5), or what some servers write for that."""
        path = self.headers.get("return-path", "").strip().strip("<>").lower()
        return "return-path" in self.headers and (not path or path.partition("@")[0] == "mailer-daemon")

    @property
    def automatic_hint(self) -> bool:
        """Tell whether a header fits automatic mail and hardly any of people, without proving it."""
        return self.no_return_path or self.value("precedence") in {"bulk", "junk"}


_HINTS = ("x-auto-response-suppress", "x-ms-exchange-inbox-rules-loop", "x-ms-exchange-generated-message-source")
_RESPONDERS = (
    "x-autoreply",
    "x-auto-reply",
    "x-autorespond",
    "x-autoresponder",
    "x-autoreply-from",
    "x-mail-autoreply",
)

# The last three of Mailman and Majordomo.
_OF_LISTS = ("list-id", "list-post", "x-beenthere", "x-mailman-version", "x-mailing-list")


@dataclass(frozen=True, slots=True)
class _Rule:
    kind: Kind
    source: str
    holds: Callable[[_Mail], bool]


_RULES = (
    _Rule(
        "calendar",
        "RFC 6047 section 2.4: an iTIP message is text/calendar with a method parameter",
        lambda mail: mail.content.get_content_type() == "text/calendar" and mail.parameter("method") != "publish",
    ),
    _Rule(
        "calendar",
        "Exchange: Content-Class of meeting requests, answers and cancellations",
        lambda mail: mail.value("content-class") == "urn:content-classes:calendarmessage",
    ),
    _Rule(
        "complaint",
        "RFC 5965 section 2: an abuse report is multipart/report; report-type=feedback-report",
        lambda mail: (
            mail.parameter("report-type") == "feedback-report"
            or mail.content.get_content_type() == "message/feedback-report"
        ),
    ),
    _Rule(
        "bounce",
        "RFC 3464 section 2, RFC 6522: a delivery report is multipart/report; report-type=delivery-status",
        lambda mail: (
            mail.parameter("report-type") in {"delivery-status", "global-delivery-status"}
            or mail.content.get_content_type() in {"message/delivery-status", "message/global-delivery-status"}
        ),
    ),
    _Rule(
        "bounce",
        "Exim: X-Failed-Recipients; Exchange: X-MS-Exchange-Message-Is-Ndr",
        lambda mail: "x-failed-recipients" in mail.headers or "x-ms-exchange-message-is-ndr" in mail.headers,
    ),
    _Rule(
        "bounce",
        "sendmail, Postfix and qmail return mail as MAILER-DAEMON; no person owns that address",
        lambda mail: mail.local_part in {"mailer-daemon", "mail-daemon", "maildaemon"},
    ),
    _Rule(
        "bounce",
        "RFC 5321 section 4.5.5: a notice has a null reverse-path; older systems a name or mark, and a telling subject",
        lambda mail: (
            (
                mail.no_return_path
                or mail.named_as_mail_system
                or (mail.value("precedence") in {"bulk", "junk"} and looks_like_bounce(mail.sender, mail.subject))
            )
            and bool(words("subject").search(mail.subject))
            and not words("goods").search(mail.subject)
        ),
    ),
    _Rule(
        "auto_reply",
        "RFC 8098 section 3: a receipt is multipart/report; report-type=disposition-notification",
        lambda mail: mail.parameter("report-type") == "disposition-notification",
    ),
    _Rule(
        "auto_reply",
        "RFC 3834 section 5: any Auto-Submitted but `no`, whatever parameters follow",
        lambda mail: mail.value("auto-submitted") not in {"", "no"},
    ),
    _Rule(
        "auto_reply",
        "headers that vacation programs set (cPanel, Plesk, Communigate, FirstClass)",
        lambda mail: (
            mail.value(*_RESPONDERS) not in {"", "no", "false"}
            or mail.value("x-fc-machinegenerated") == "true"
            or mail.value("x-autogenerated") in {"reply", "letter"}  # it may also be "forward", of a person's mail
            or mail.value("delivered-to") == "autoresponder"
            or "autoresponder" in mail.headers.get("x-post-messageclass", "").lower()
        ),
    ),
    _Rule(
        "auto_reply",
        "Precedence: auto_reply, set by responders that follow RFC 2076's use of Precedence, or misspell its name",
        lambda mail: any(
            mail.value(name) in {"auto_reply", "auto-reply"} for name in ("precedence", "x-precedence", "preference")
        ),
    ),
    _Rule(
        "auto_reply",
        "a responder's subject beside a header that fits one (Exchange's rules, vacation(1))",
        lambda mail: (
            (mail.automatic_hint and begins_as_responders(mail.subject))
            or (hints_at_responder(mail.headers) and is_titled_as_responders(mail.subject))
        ),
    ),
    _Rule(
        "list",
        "RFC 2919 section 3 (List-Id), RFC 2369 section 3.4 (List-Post), older lists: set by list software alone",
        lambda mail: not {*_OF_LISTS}.isdisjoint(mail.headers),
    ),
    _Rule(
        "list",
        "RFC 2076 section 3.9, RFC 3834 section 2: Precedence bulk, list or junk is mail to many",
        lambda mail: mail.value("precedence") in {"bulk", "list", "junk"},
    ),
    _Rule(
        "auto_reply",
        "RFC 3834 section 3.3: responders send with a null reverse-path; people's programs never do",
        lambda mail: mail.no_return_path,
    ),
)


def hints_at_responder(headers: Iterable[str]) -> bool:
    """Tell whether among the names of headers, in lower case, is one of responders that people's mail has too."""
    return not set(_HINTS).isdisjoint(headers)


def without_hints(headers: Mapping[str, str]) -> dict[str, str]:
    """Return headers, by names in lower case, without those of responders that people's mail has too."""
    return {name: value for name, value in headers.items() if name not in _HINTS}


def from_mail_system(from_: str) -> bool:
    """Tell whether a sender's name or address is one that mail systems use, and perhaps their keepers too."""
    return bool(_MAIL_SYSTEM.search(from_[:_LONGEST_HEADER]))


def looks_like_bounce(from_: str, subject: str) -> bool:
    """Tell whether a mail without a machine's headers has the sender and the subject of a delivery report.

    That proves nothing yet: who keeps a mail system may write from its address.
    """
    name, _, address = from_[:_LONGEST_HEADER].rpartition("<")
    local_part = address.partition("@")[0]
    starts = (
        (_PROGRAM.search(f"{name} {local_part}") or _PROGRAM_ADDRESS.search(local_part))
        and words("subject").search(subject[:80])
        and not _ANSWER.match(subject)
    )
    return bool(starts or _BOUNCE_ENDING.search(subject[:_LONGEST_HEADER]))


def titled_as_report(subject: str) -> bool:
    """Tell whether a subject begins as that of a report does: "Undeliverable: Offer"."""
    title = words("subject").match(subject.strip()[:_LONGEST_HEADER])
    return bool(title and ":" in subject.strip()[title.end() :][:20])


def is_answer(subject: str) -> bool:
    """Tell whether a subject is that of an answer or of a mail that was passed on."""
    return bool(_ANSWER.match(subject))


def is_forward(subject: str) -> bool:
    """Tell whether a subject is the one that a program gives to a mail that is passed on."""
    return bool(_FORWARD.match(subject))


def needs_raw(by_headers: Kind, from_: str, subject: str, content_types: Iterable[str]) -> bool:
    """Tell whether `parse` may know more of a mail than `kind` said by its headers: what it reports, or its kind.

    `content_types` are those of its attachments. Most mail of people needs no second look.
    """
    return (
        by_headers not in {"human", "list"}
        or not _REPORTING.isdisjoint(content_type.partition(";")[0].strip().lower() for content_type in content_types)
        or from_mail_system(from_)
        or subject.startswith("complaint about message from")  # Outlook.com's feedback loop
        or looks_like_bounce(from_, subject)
        or titled_as_report(subject)
        or begins_as_responders(subject)
    )


def kind(
    headers: Mapping[str, str], from_: str, subject: str = "", content_type: str | None = None, *, by_name: bool = True
) -> Kind:
    """Tell a person's mail from a machine's.

    `headers` may use any case. `content_type` is that of the whole mail, with its parameters; without it the
    Content-Type among `headers` counts. `from_` is the From line. `by_name`: a mail system's name proves a bounce.
    """
    lowered = {name.lower(): value[:_LONGEST_HEADER] for name, value in headers.items()}
    content = Message()
    declared = (content_type or lowered.get("content-type", "text/plain"))[:_LONGEST_HEADER]
    content["Content-Type"] = " ".join(declared.split())
    sender = from_[:_LONGEST_HEADER]
    named = by_name and from_mail_system(sender) and not is_answer(subject)
    mail = _Mail(lowered, sender, _local_part(sender), subject[:_LONGEST_HEADER], content, named)
    return next((rule.kind for rule in _RULES if rule.holds(mail)), "human")


def _local_part(sender: str) -> str:
    """Return what stands before the @, also of the broken From lines that mail systems write.

    The standard library's parser runs out of stack on a few hundred open brackets.
    """
    address = re.match(r"[^\s@>(]*", sender.rpartition("<")[2].lstrip("\"' "))
    return address.group().lower() if address else ""
