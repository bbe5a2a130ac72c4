"""The part of a bounce that is written for people: where it ends, whom it names, what it quotes below."""

from __future__ import annotations

import re

from .bounce_words import words
from .header_values import ADDRESS
from .quote_marks import SUBJECT

_MOST_LINES = 400  # of a notice; what follows is the mail returned
_BRACKETED = rf"[<\[(\"'“«]{{0,2}}(?:smtp:|mailto:|rfc822;\s?)?({ADDRESS.pattern})[>\])\"'”»]{{0,2}}"
# An address on a line of its own, or first on a line that goes on with what is wrong with it.
_LISTED = re.compile(
    rf"[\s*•·>|#–—-]*(?:\d{{1,2}}[.)]\s)?(?:[^<>@\n:]{{0,60}}<)?{_BRACKETED}"
    # Exchange: "ann@example.com on 5/3/2026 10:00", in any language.
    r"(?:\s*[:;,.(\[<]|\s*$|\s+(?:on|-|—|–|failed|:)\W?\s?|\.\.\.|\s{2,}|\s(?:\w{1,5}\s){0,2}\d{1,4}[./-]\s?\d)",
    re.IGNORECASE,
)
_LABELS = (
    r"\brcpt to|recipients?|addressee|(?:e-?mail )?address(?:es)?|user|for|mailbox|destinat\w+|empfänger|получател\w+"
    r"|адрес\w*|宛先|收件人|受信者|收信人|地址"
)
_VERBS = (
    r"deliver\w*|sent|mail|message|addressed|recipient|user|account|address|error|zustell\w*|gesendet|remis\w*|livr\w*"
    r"|entreg\w*|recapit\w*|nachricht|mensaje|messaggio|mensagem|bericht|meddeland\w*|wiadomoś\w*|сообщени\w*|письм\w*"
)
_LABELLED = re.compile(
    rf"(?:{_LABELS})(?:\(s\)|\(es\)|s)?\s*(?:address\s*)?[:=：]\s*{_BRACKETED}"
    rf"|(?:smtp|rfc822)[=:;]\s?({ADDRESS.pattern})"
    rf"|(?<!\d)[45]\d\d[ -](?:[45]\.\d+\.\d+ )?{_BRACKETED}"
    rf"|(?:expanded from|generated from)[: ]+{_BRACKETED}"
    rf"|[:：]\s*{_BRACKETED}[.。]?\s*$"
    rf"|\bfor\s+{_BRACKETED}"
    rf"|(?:{_VERBS}),?\s(?:your (?:message|mail) )?(?:to|an|à|al?|para|aan|till?|for|ist|is)?\s?"
    rf"(?:(?:the )?(?:recipient|address|user|following address)\s)?{_BRACKETED}",
    re.IGNORECASE,
)
_TO = re.compile(rf"\W{{0,4}}(?:to|an|à|para|a|aan|till|кому|宛先|收件人)\s?[:：]\s*{_BRACKETED}", re.IGNORECASE)
_HEADER_LINE = re.compile(
    r"\W{0,4}(?:to|cc|bcc|from|sender|reply-to|an|von|de|à|da|para|van|aan)\s?[:：]", re.IGNORECASE
)
_MESSAGE_ID_LINE = re.compile(r"\W{0,4}(?:message-?id|references|in-reply-to)\s?[:：]", re.IGNORECASE)
_CONTACT_LINE = re.compile(
    r"\W{0,4}(?:for )?(?:contact|questions?|help|support|kontakt|fragen|rückfragen|contacto|contatt\w*|contactez)\b",
    re.IGNORECASE,
)
_PREFIX = re.compile(r"(?:smtp|rfc822|mailto|im|x400)[=:]", re.IGNORECASE)
_NOT_A_RECIPIENT = re.compile(
    r"\b(?:mail from|from|von|de|sender|reply-to|return-path|message-id|contact|postmaster|help|support|administrator"
    r"|envelope-from)\b\s*[:=<]?\s*$|id[:=]?\s*<?$",
    re.IGNORECASE,
)
_SYSTEM = re.compile(
    r"(?:postmaster|mailer-daemon|mail-daemon|abuse|hostmaster|webmaster|noc|helpdesk|no-?reply|support|mdaemon"
    r"|administrator)@",
    re.IGNORECASE,
)
_SUBJECT_LINE = re.compile(
    rf"^(?!.*@).{{0,20}}\b(?:{SUBJECT}|titel|題名)(?: \w{{2,12}}){{0,4}}\s?[:：].*$",
    re.IGNORECASE | re.MULTILINE,
)
# sendmail and Domino put the reason behind the colon, Exchange and CommuniGate the subject of the mail.
_TITLE = re.compile(r"\W*(?:returned mail|delivery failure|warning|mail delivery|failure)\b|[^:]*$", re.IGNORECASE)
_BARE_NAME = re.compile(r"\s+([\w.+-]{2,40})\s*")


def split_notice(text: str) -> tuple[str, str]:
    """Return what the mail system says, and what it quotes below of the mail it returns."""
    lines = text.split("\n")
    filled = 0
    for number, line in enumerate(lines):
        if filled and (words("returned").fullmatch(line[:300].strip()) or filled > _MOST_LINES):
            return "\n".join(lines[:number]), "\n".join(lines[number:])
        filled += bool(line.strip())
    return text, ""


def without_subject(notice: str) -> str:
    """Return a notice without the subject it repeats: "Delayed order" is no delay."""
    return _SUBJECT_LINE.sub("", notice)


def without_quotes(notice: str) -> str:
    """Return a notice without what it quotes of the mail, where it names somebody outside of that too."""
    own = "\n".join(line for line in notice.split("\n") if not line.startswith("> "))
    return own if listed_recipients(own) else notice


def own_title(subject: str) -> str:
    """Return what a report's subject says of the delivery: nothing where it is that of the mail that failed."""
    reason = _TITLE.match(subject)
    return subject if reason else subject.partition(":")[0]


def tells_failure(notice: str) -> bool:
    """Tell whether the words of a mail are those of a failed delivery."""
    return bool(words("failure").search(notice))


def speaks_of_mail(notice: str, *, of_the_reader: bool) -> bool:
    """Tell whether what was not delivered is no parcel, or even said to be the mail of who reads the notice."""
    return bool(words("yours").search(notice)) or not (of_the_reader or words("goods").search(notice))


def listed_recipients(notice: str) -> list[str]:
    """Return the addresses that a notice sets apart: on a line of their own, or behind a label or a reply code."""
    lines = [line[:1_000] for line in notice.split("\n") if "@" in line]
    found: list[str] = []
    for line in lines:
        if any(form.match(line) for form in (_HEADER_LINE, _MESSAGE_ID_LINE, _CONTACT_LINE)):
            continue
        listed = _LISTED.match(line)
        found += [listed[1]] if listed else []
        found += [group for match in _LABELLED.finditer(line) for group in match.groups() if group]
    # "To:" may be of the mail that failed, sent to a list that then had one bad address.
    return _recipients(found or [match[1] for line in lines if (match := _TO.match(line))])


def mentioned_recipients(notice: str) -> list[str]:
    """Return every address in a notice that is not named as a sender or as one to write to."""
    return _recipients(
        [
            match.group()
            for match in ADDRESS.finditer(notice)
            if not _NOT_A_RECIPIENT.search(notice[max(0, match.start() - 40) : match.start()])
        ]
    )


def _recipients(found: list[str]) -> list[str]:
    bare = (_PREFIX.sub("", address) for address in found)
    return list(dict.fromkeys(address for address in bare if not _SYSTEM.match(address)))


def bare_names(notice: str) -> list[str]:
    """Return local parts that stand alone on indented lines below a line that ends in a colon (AOL's way)."""
    found: list[str] = []
    below_colon = False
    for line in notice.split("\n"):
        name = _BARE_NAME.fullmatch(line)
        if name and below_colon:
            found.append(name[1])
        elif line.strip():
            below_colon = line.rstrip().endswith(":")
    return found
