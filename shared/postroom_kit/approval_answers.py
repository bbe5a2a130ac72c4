"""What a person answers to a mail that asks them to approve another, or that hands one over to them.

An answer approves only where all of it is one of a closed list (`approval_words.txt`), beside a greeting, thanks and
its writer's name: a word, a sign or a number more makes it `other`, and nothing leaves. Signs are compared as they are:
what only looks like a letter is none. Answers to a mail that numbers several things are read in `numbered_answers`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Literal

from .mail_reading import is_forward, shown_words
from .mail_reading.replies import holds_old_mail, read_reply
from .named_moment import named_moment
from .word_lists import sections

Wish = Literal["approve", "reject", "edit", "defer", "take_over", "hand_back", "stop", "stop_all", "retry", "other"]

LONGEST_DEFERRAL = timedelta(days=90)
_LONGEST_WHOLE = 300  # characters of an answer that is read as a whole
_QUOTED = re.compile(r"^[ \t]*>", re.MULTILINE)
# Without a width, or turning the direction of writing; joiners and marks of direction stand in honest text.
_HIDDEN = re.compile(
    "[\u0000-\u0008\u00ad\u180e\u200b\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_KNOWN = re.compile("[A-Za-z0-9À-ÖØ-öø-ÿŒœ\u0300-\u0303\u0308\u0327 \t\n\u00a0\u202f.,:!…'’–—-]*")
_BETWEEN = re.compile("[,!…]")
_EDGES = ".–—-"
# Between a rejection and its reason; "no-brainer" and "No. 5" are none.
_APART = r"(?=[ \t\u00a0\u202f]*(?:[,.:!]+(?:\s|\Z)|\n|\Z)|[ \t]+[–—-]+\s|—)[\s,.:!–—-]*+"
_HESITATES = re.compile(r"\.\.\.|…")
_LETTERS = re.compile(r"[^\W\d_]+")
_BEST = re.compile(r"\n\s*best,?\s*\Z", re.IGNORECASE)  # of a letter's end only above a name


@dataclass(frozen=True, slots=True)
class Given:
    """What was answered: `reason` of a reject ("" for none), `text` of an edit, `until` (UTC) of a defer."""

    wish: Wish
    reason: str = ""
    text: str = ""
    until: datetime | None = None


_OTHER = Given("other")


def read_answer(text: str, *, subject: str = "", writer: str = "", html: str = "", now: datetime, zone: str) -> Given:
    """Read the new words of a person's mail, without quotes and signature; `other` is what cannot be read for sure.

    `writer` is the name that the mail gives its sender: another name below the answer is a word too many. Of the
    subject it counts whether the mail is a forward, which says what somebody else wrote. `html` is that of the mail:
    what shows there must wish for the same. Times are told from `now` (aware) by the clocks of `zone` (IANA name), and
    lie at most `LONGEST_DEFERRAL` ahead. Raises ZoneInfoNotFoundError.
    """
    given = _read(text, subject, writer, now, zone)
    if not html.strip() or given is _OTHER:
        return given
    shown = _read(shown_words(html), subject, writer, now, zone)
    return given if (shown.wish, shown.until) == (given.wish, given.until) else _OTHER


def _read(text: str, subject: str, writer: str, now: datetime, zone: str) -> Given:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not is_their_own(text, subject):
        return _OTHER
    unsigned = without_name(text, writer)
    said = folded(unsigned) if len(unsigned) <= _LONGEST_WHOLE else None
    if said is not None:
        for wish, expression in _whole().items():
            if expression.fullmatch(said):
                return _OTHER if wish == "approve" and _HESITATES.search(text) else Given(wish)
        if until := _until(said, now, zone):
            return Given("defer", until=until)
    return _edited(text) or _rejected(unsigned) or _OTHER


def is_their_own(text: str, subject: str) -> bool:
    """Tell whether a mail is its writer's words alone: no forward, nothing quoted, no sign that does not show."""
    held = holds_old_mail(text) or read_reply(text, None).quoted
    return not (is_forward(subject) or held or _HIDDEN.search(text) or _QUOTED.search(text))


def is_for_us(text: str, *, offered: bool) -> bool:
    """Tell whether words to a customer begin with a wish of ours: `hand back, it is done`, `reject: she is a troll`.

    Where a reply was `offered` for approval, `ok but without the last line` is about that.
    """
    return bool(_command().match(text) or (offered and _condition().match(text)))


def _until(said: str, now: datetime, zone: str) -> datetime | None:
    match = _deferral().fullmatch(said)
    until = named_moment(match["when"], now, zone) if match else None
    return until if until and timedelta() < until - now.astimezone(UTC) <= LONGEST_DEFERRAL else None


def _edited(text: str) -> Given | None:
    """Read a first line that announces a new text; behind it on the same line stands what to change, not a text."""
    first, _, below = text.lstrip().partition("\n")
    body = below.strip("\n").rstrip()
    said = folded(first)
    return Given("edit", text=body) if said and body.strip() and _edit().fullmatch(said) else None


def _rejected(text: str) -> Given | None:
    match = _rejection().match(text.replace("’", "'"))
    if match is None or not (match["no"] or match["firm"]) or folded(match[0]) is None:
        return None
    reason = text[match.end() :].strip()
    if _another_wish().search(reason) or (not match["firm"] and _fine_after_all().search(reason)):
        return None
    said = folded(reason)
    return Given("reject", reason="" if said is not None and _courtesies().fullmatch(said) else reason)


def folded(text: str) -> str | None:
    """Return words in lower case, parted by single spaces, without punctuation; None where a sign may mean more."""
    if not _KNOWN.fullmatch(text):
        return None
    plain = unicodedata.normalize("NFC", text).replace("’", "'").lower()
    return " ".join(filter(None, map(_bare, _BETWEEN.sub(" ", plain).split())))


def _bare(word: str) -> str:
    return word.rstrip(_EDGES) if word[1:2].isdigit() else word.strip(_EDGES)  # a dash before a number is its sign


def without_name(text: str, writer: str) -> str:
    """Return an answer without its writer's name on the last line, alone or behind thanks or a closing."""
    names = "|".join(sorted(map(re.escape, _LETTERS.findall(writer)), key=len, reverse=True))
    above, line_break, last = text.rstrip().rpartition("\n")
    if not names or len(last) > _LONGEST_WHOLE:
        return text
    before = rf"|.*\b(?:{_words()['courtesy']}|{_words()['closing']})[,.!]?\s+"
    name = rf"[\s–—-]*(?:{names})(?:[ .'’-]+(?:{names}))*[\s.,!]*"
    signed = re.fullmatch(f"(?P<before>{before}){name}", last, re.IGNORECASE)
    return _BEST.sub("", f"{above}{line_break}{signed['before']}") if signed else text


@cache
def courtesy_line() -> re.Pattern[str]:
    """Return the expression of a folded line that wishes for nothing: a greeting, thanks, a closing."""
    words = _words()
    return re.compile(rf"(?:(?:{words['greeting']}|{words['courtesy']}|{words['closing']})(?: |$)){{0,4}}")


def _words() -> dict[str, str]:
    return sections(__package__, "approval_words.txt")


def _amid_courtesy(expression: str) -> re.Pattern[str]:
    """Return the expression of a folded answer that says this alone."""
    words = _words()
    return re.compile(
        rf"(?:(?:{words['greeting']}) )?(?:(?:{words['courtesy']}) ){{0,2}}(?:{expression})"
        rf"(?: (?:{words['courtesy']}|{words['closing']})){{0,3}}"
    )


@cache
def _whole() -> dict[Wish, re.Pattern[str]]:
    words = _words()
    yes, approve = f"(?:{words['yes']})", f"(?:{words['approve']})"
    courtesy = f"(?:(?:{words['courtesy']}) )?"
    approved = rf"(?:{yes} {courtesy})?{approve}(?: {courtesy}{approve})?|{yes}|{words['yes, alone']}"
    return {
        "approve": _amid_courtesy(approved),
        "take_over": _amid_courtesy(words["take over"]),
        "hand_back": _amid_courtesy(words["hand back"]),
        "stop": _amid_courtesy(words["stop"]),
        "stop_all": _amid_courtesy(words["stop all"]),
    }


def _opening() -> str:
    words = _words()
    return rf"\s*(?:(?:{words['greeting']}|{words['courtesy']})[\s,.!]+){{0,3}}"


@cache
def _command() -> re.Pattern[str]:
    """Return the expression of a wish that an answer begins with, and goes on behind."""
    words = _words()
    wishes = "|".join(words[name] for name in ("reject", "edit", "take over", "hand back", "stop", "stop all"))
    behind = rf"\s*[,.:;!?(…–—]|\s+-|\s*\n|\s+(?:{words['and']}|{words['because']}|{words['yet']})\b"
    return re.compile(rf"{_opening()}(?:take over\b|hand (?:it )?back\b|(?:{wishes})(?:{behind}))", re.IGNORECASE)


@cache
def _condition() -> re.Pattern[str]:
    """Return the expression of a yes with a condition."""
    words = _words()
    yes = "|".join(words[name] for name in ("yes", "yes, alone", "approve"))
    said = rf"(?:(?:{yes})[\s,.:;!…–—-]+){{1,3}}(?:(?:{words['courtesy']}),?\s+)?"
    return re.compile(rf"{_opening()}{said}(?:{words['yet']})\b", re.IGNORECASE)


@cache
def _deferral() -> re.Pattern[str]:
    return _amid_courtesy(rf"(?:(?:{_words()['defer']}):? )?(?P<when>.+?)")


@cache
def _edit() -> re.Pattern[str]:
    return re.compile(rf"(?:{_words()['edit']}) ?:?")


@cache
def _courtesies() -> re.Pattern[str]:
    words = _words()
    return re.compile(rf"(?:(?:{words['courtesy']}|{words['closing']})(?: |$)){{0,3}}")


@cache
def _rejection() -> re.Pattern[str]:
    """Return the expression of the words that an answer is rejected by, up to the reason."""
    words = _words()
    goes_on = "|".join(words[name] for name in ("because", "courtesy", "reject"))
    no = rf"(?P<no>{words['no']})(?:{_APART}(?!\d)|\s+(?=(?:{goes_on})\b))"
    firm = rf"(?P<firm>(?>(?:{words['reject']})\b))(?:{_APART}|\s+(?!(?:{words['unclear behind a rejection']})\b))"
    return re.compile(rf"{_opening()}(?:{no})?(?:{firm})?", re.IGNORECASE)


@cache
def _another_wish() -> re.Pattern[str]:
    """Return the expression of a clause in a reason that wishes for something else."""
    words = _words()
    names = ("yes", "approve", "edit", "defer", "take over", "hand back", "stop", "stop all")
    wishes = "|".join(words[name] for name in names)
    return re.compile(rf"(?:\A|[\n,.:;!?–—-]\s{{0,3}}|\b(?:{words['and']})\s+)(?:{wishes})\b", re.IGNORECASE)


@cache
def _fine_after_all() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{_words()['fine after all']})\b", re.IGNORECASE)
