"""Why a mail was not delivered: because of its address, or for a reason that may pass.

The convention is that of the sending services (Amazon SES, on which AgentMail stands: Permanent/NoEmail against
Transient/MailboxFull, MessageTooLarge, ContentRejected): a failure is permanent when the address itself is no good,
so that mail to it must stop. A full mailbox, a blocked sender, a refused text, a server that did not answer speak of
this one attempt, whatever class their reply code has.
"""

from __future__ import annotations

import re
from itertools import islice

from .bounce_words import words

_ENHANCED = re.compile(r"(?<![\d.])([45])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")
_REPLY = re.compile(
    r"(?<![\d.:/-])([45]\d\d)(?=[ \t:-]|$)(?![ \t]*(?:bytes|kb|mb|seconds|minutes|hours|days|messages))", re.IGNORECASE
)

_SENDER = re.compile(
    r"(?<!to )(?<!to the )\bsender|\bmail from\b|\bfrom (?:address|domain)|return.?path|reverse (?:dns|look)|\behlo\b"
    r"|\bhelo\b|callback|callout|your (?:ip|host|server|domain)\b",
    re.IGNORECASE,
)
# Exim looks whether the sender exists: "No Such User Here" is said of them then.
_SENDER_SOUGHT = re.compile(r"\bsender verif|\bcallback setup", re.IGNORECASE)
_MOST_MATCHES = 20

# RFC 3463 and Exchange's details that say by themselves what is wrong.
_OF_ADDRESS = {"5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10", "5.4.4", "5.4.310"}
_PASSING = {
    "5.1.7", "5.1.8", "5.1.9", "5.2.2", "5.2.3", "5.3.1", "5.3.4", "5.4.5", "5.4.6", "5.4.7", "5.4.14", "5.4.300",
}  # fmt: skip
# RFC 5321 section 4.2.3, RFC 7504: 521 and 556 take no mail at all, 551 has moved, 552 is full or too large.
_BY_REPLY = {
    "521": True,
    "551": True,
    "556": True,
    "530": False,
    "535": False,
    "552": False,
    "554": False,
    "571": False,
}


def is_delay(notice: str) -> bool:
    """Tell whether a notice says that delivery goes on."""
    return bool(words("delayed").search(notice))


def status_of(*sources: str) -> str:
    """Return the most telling enhanced status code (RFC 3463) in `sources`, earlier ones first, or ""."""
    found = [".".join(match) for source in sources for match in _ENHANCED.findall(source)]
    return next((status for status in found if not status.endswith(".0.0")), found[0] if found else "")


def is_permanent(status: str, reply: str, notice: str) -> bool:
    """Tell whether the failure is of the address.

    `status` is an enhanced status code or "", `reply` what the refusing server said, `notice` the whole report in
    words. A 4.x.x or 4xx code passes by definition; then the details of the code; then the words, those of the server
    before those around them, in each the ones that come first. Where nothing tells, it is permanent.
    """
    codes = _REPLY.findall(reply)
    if status.startswith("4") or (codes and codes[0].startswith("4") and not status):
        return False
    if _SENDER_SOUGHT.search(reply):
        return False
    told = _by_words(reply)
    if status in _PASSING or (status in _OF_ADDRESS and told is None):
        return status in _OF_ADDRESS
    if status == "5.1.1" and words("address").search(reply):
        return True
    if told is None and status.startswith(("5.6.", "5.7.")):
        return False
    if told is None and codes:
        told = _BY_REPLY.get(codes[0])
    if told is None:
        told = _by_words(notice)
    # RFC 3463 section 2: X.3 is of the system, X.4 of the network, X.5 of the protocol.
    return not status.startswith(("5.3.", "5.4.", "5.5.")) if told is None else told


def _by_words(said: str) -> bool | None:
    known = list(islice(words("address").finditer(said), _MOST_MATCHES))
    address = next((match for match in known if not _of_sender(said, match)), None)
    passing = words("passing").search(said)
    if address and passing:
        return address.start() <= passing.start()
    return True if address else False if passing or known else None


def _of_sender(said: str, address: re.Match[str]) -> bool:
    """Tell whether it is the sender or a server of theirs that does not exist."""
    before = said[max(0, address.start() - 30) : address.start()].rpartition("\n")[2]
    return bool(_SENDER.search(before + address.group()))
