"""How content a customer says they are: the digit in a reply to the question that asks for it; and whom not to ask."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from .anger import angry
from .grave import grave, opts_out, says_more_than_thanks
from .knowledge.all_well import is_all_well
from .knowledge.courtesy import above_name, is_closing, is_thanks
from .mail_reading import language

ASKED, NEVER_ASK = "csat/asked", "csat/no"
"""Labels: whether a customer was asked how content they are: once a thread, and never after anger."""
_UNCLEAR = {"needs-human", "complained", "bounced", "category/spam"}

_LEAD = re.compile(
    r"(?:(?:sorry|pardon|entschuldigung|perdón|scusi|scusate|désolée?|desculpe)\b[,.!]?\s+)?"
    r"(?:(?:i(?:['’]d| would) (?:say|(?:give|rate)(?: (?:it|you|that|this|your \w+))?)(?=\s+(?:an?\s+)?[1-5]\W*\Z)"
    r"\s+(?:an?\s+)?|(?:(?:definitely|certainly|easily|honestly|probably) )?(?:an?|eine)"
    r"(?: (?:solid|strong|clear|good|big|full|glatte))?(?=\s+[1-5]\W*\Z)\s+)"
    r"|(?:i (?:meant|mean)|make (?:it|that)|ich meinte|je voulais dire|quise decir|volevo dire|ik bedoelde)\s+"
    r"(?:an?\s+)?)?(?:(?:my |the |our )?"
    r"(?:score|rating|bewertung|note|puntuación|nota|voto|valutazione|cijfer|avaliação)\s*[:=]?\s+)?",
    re.IGNORECASE,
)
_STAR = r"(?:stars?|sterne?n?|étoiles?|estrellas?|stell[ae]|ster(?:ren)?|estrelas?)"
_UNIT = rf"(?:\s*(?:{_STAR}|points?|punkte?n?|点|★+|\*+))?"
_OUT_OF = r"(?:/|out of|of|von|sur|de|su|di|van)\s*"
_SLASH_FIVE = rf"{_OUT_OF}5"
_OF_FIVE = rf"(?:\s*{_SLASH_FIVE}|\s*\({_SLASH_FIVE}\))?"
_RATING = re.compile(
    rf"[\s\"'“”„‘’(*]*([1-5]){_UNIT}{_OF_FIVE}{_UNIT}"
    r"(?:\s*[-–—,;:](?=\s|$)|\s*\((?=\w[^()\n]*\)\s*(?:[-–—,;:.!]|\n|$))|\s*!+(?=\s|$)|\s*\.(?=\s*$|\s*\n)"
    r"|[)\"'“”‘’*]+(?=\s*$)|(?=\s|$))(.*)",
    re.IGNORECASE | re.DOTALL,
)
_SEPARATOR = re.compile(r"[-–—,;:!.(]\s*\Z")
# A list would begin with "1."; "3. Mahnung" counts something else.
_DOTTED = re.compile(r"([2-5])\.\s+(?=\w)(?!(?i:mahnung|versuch|frage|reminder|question|attempt|try)\b)")
_LAST = re.compile(
    rf"([^\W\d_]+(?:['’]\w+)?(?: [^\W\d_]+(?:['’]\w+)?){{0,4}}), ([1-5])(?:\s*{_SLASH_FIVE})?{_UNIT}[\s.!]*",
    re.IGNORECASE,
)
"""A few words, and the score behind them: "It was great, 5"."""
_OFF_SCALE = re.compile(rf"\W*(?:[6-9]|10)(?:\s*{_OUT_OF}10)?\W*", re.IGNORECASE)
_LISTED = re.compile(r"\n\s*\d+[.)]\s")
_STARS = re.compile(r"(?:[⭐★]\ufe0f?){1,5}|\*{2,5}(?=\s*\Z)")
_WIDE = {0xFF10 + digit: str(digit) for digit in range(10)}  # as an Asian keyboard writes them
_WORDS = (
    "one eins un une uno um één",
    "two zwei deux dos due dois twee",
    "three drei trois tres tre três drie",
    "four vier quatre cuatro quattro quatro",
    "five fünf cinq cinco cinque vijf",
)
_NUMBERS = {word: number for number, words in enumerate(_WORDS, 1) for word in words.split()}
_NUMBER = rf"(?:[1-5]|{'|'.join(_NUMBERS)})"
_UNDECIDED = re.compile(
    r"(?:(?:i(?:['’]d| would)? (?:say|give (?:it|you|that))|ich würde sagen|maybe|perhaps|probably|about|around"
    r"|somewhere|something|vielleicht|wohl|etwa|irgendwo|peut-être|quizás?|forse|misschien|talvez|an?|eine)\W+)*"
    rf"(?:(?:in )?(?:between|from|zwischen|entre|tra|fra|tussen|von|de|da|van) )?{_NUMBER}{_UNIT}"
    r"(?:[.,]5|½|\W{0,3}(?:or|and|to|oder|und|bis|ou|et|à|o|y|e|a|of|en|tot)?\W{1,3}(?:an? |eine )?"
    rf"{_NUMBER})(?!\w){_UNIT}{_OF_FIVE}{_UNIT}",
    re.IGNORECASE,
)
_SCALE = re.compile(r"\b1\b[^.?!]{0,40}\b5\b")  # of our question, in whatever language it asks
_BECAUSE = re.compile(
    r"(?:(?:because|since|weil|da|denn|car|porque|por que|perché|poiché|omdat|want|pois)\b|parce qu)", re.IGNORECASE
)
_LOW, _HIGH = 2, 4
"""Up to which score people read the reason, and from which on nobody needs to; of one between, all is read as mail."""
_SIGNATURE, _REASON = 6, 12
"""Lines from a closing on; words of a reason that people do not read."""


@dataclass(frozen=True, slots=True)
class Rating:
    """Hold a score, 1 to 5, and whether the mail says more than it that somebody is to read as any other mail.

    Thanks, a closing and a name are no more; neither is a `reason` for the score, which people read of a low one. The
    score is None of a mail that names two scores, or one beyond the scale, and no more: "between 3 and 4", "10/10".
    """

    score: int | None
    says_more: bool
    reason: str = ""

    @property
    def is_complaint(self) -> bool:
        """Tell whether people are to read the reason."""
        return bool(self.reason) and self.score is not None and self.score <= _LOW

    @property
    def labels(self) -> list[str]:
        """Return the label of the score, if there is one."""
        return [f"csat/{self.score}"] if self.score else []


class Writer(Protocol):
    """Who wrote a mail, under which name ("" for none), and whether the mail system vouches for it."""

    @property
    def address(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def authenticated(self) -> bool: ...


class Mail(Protocol):
    """One mail of a thread: from whom, to whom, in which words; `new_text` is without quotes and signature."""

    @property
    def sender(self) -> Writer: ...
    @property
    def to(self) -> tuple[str, ...]: ...
    @property
    def subject(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def new_text(self) -> str: ...
    @property
    def received(self) -> bool: ...
    @property
    def by_person(self) -> bool: ...


class Earlier(Protocol):
    """Another thread of the same person, by its labels."""

    @property
    def labels(self) -> tuple[str, ...]: ...


class Conversation(Protocol):
    """A thread: all its mails up to the one at hand, oldest first, its labels, and other threads of whom it is with."""

    @property
    def messages(self) -> Sequence[Mail]: ...
    @property
    def labels(self) -> frozenset[str]: ...
    @property
    def earlier(self) -> Sequence[Earlier]: ...


def rating(text: str, company: str) -> Rating | None:
    """Read a reply that begins with a score: `4`, `5/5`, `Score: 4 - thanks`, `five`, stars; None for any other.

    `2 hubs are dead` is none, nor is a score of another scale, as `10/10`. What is grave to `company` is no reason.
    """
    bare = _in_digits(text.strip().translate(_WIDE))
    match = _RATING.fullmatch(bare)
    if match is None:
        return _behind_words(bare)
    before, rest = bare[: match.start(2)], match[2]
    score = int(match[1])
    line, _, below = rest.partition("\n")
    words = line.strip().rstrip(")") if "(" in before else line.strip()
    alone = _is_signature(below)
    if alone and (not re.search(r"\w", line) or is_thanks(words)):
        return Rating(score, says_more=False)
    apart = bool(_SEPARATOR.search(before))
    if alone and _is_reason(words, score, company, apart=apart):
        return Rating(score, says_more=False, reason=words)
    # "5 hubs are dead" counts hubs; "5, but it took long" rates
    return Rating(score, says_more=True) if apart or not words or _BECAUSE.match(words) else None


def _behind_words(text: str) -> Rating | None:
    line, _, below = text.partition("\n")
    last = _LAST.fullmatch(line.strip())
    if last is None or not _is_signature(below):
        return None
    return Rating(int(last[2]), says_more=not is_all_well(last[1]))


def is_undecided(text: str) -> bool:
    """Tell whether a mail names two numbers up to 5, or one between, and nothing else: `3 or 4`, `4.5`, also `4/5`."""
    line, _, below = text.strip().partition("\n")
    named = _UNDECIDED.match(line)
    rest = line[named.end() :] if named else ""
    return bool(named) and (not re.search(r"\w", rest) or is_thanks(rest)) and _is_signature(below)


def _in_digits(text: str) -> str:
    """Return a reply with the score that it begins with as a digit, without the words before it."""
    led = text[_LEAD.match(text).end() :]  # type: ignore[union-attr]
    if stars := _STARS.match(led):
        count = len(re.findall(r"[⭐★*]", stars[0]))
        return f"{count}{led[stars.end() :]}" if not re.match(r"[⭐★]", led[stars.end() :]) else text
    dotted = _DOTTED.match(led)
    # "2. Sensor" is the second one in German
    if dotted and (language(led) != "de" or "?" in led or is_thanks(led[dotted.end() :])) and not _LISTED.search(led):
        return f"{dotted[1]}, {led[dotted.end() :]}"
    word = re.match(rf"[^\W\d_]+(?= {_STAR}\b|[\s.!]*(?:\n|\Z))", led, re.IGNORECASE)
    if word and word[0].lower() in _NUMBERS:
        return f"{_NUMBERS[word[0].lower()]}{led[word.end() :]}"
    return led


def _is_signature(below: str) -> bool:
    """Tell whether the lines below a score say nothing: none, thanks, or a closing with what stands below one."""
    lines = [line.strip() for line in below.splitlines() if re.search(r"\w", line)]
    closed = bool(lines) and is_closing(lines[0].strip(" ,.!")) and len(lines) <= _SIGNATURE and "?" not in below
    return not lines or closed or is_thanks(f"Thanks.\n{below}")


def _is_reason(words: str, score: int, company: str, *, apart: bool) -> bool:
    """Tell whether the words behind a score only say why; what asks or is grave is read as any other mail."""
    bare = _BECAUSE.sub("", words, count=1).strip()
    if "?" in words or any(opts_out(said) or grave("", said, company) for said in (words, bare)):
        return False
    said, because = words.split(), bool(_BECAUSE.match(words))
    if score <= _LOW:
        return because or (apart and len(said) <= 3)  # "2, slow"
    short = (because and len(said) <= _REASON) or (apart and len(said) == 1)
    # nobody reads this one: "4, since my refund is missing"
    return score >= _HIGH and short and not says_more_than_thanks(bare)


def score_in(mail: Mail, thread: Conversation, company: str) -> Rating | None:
    """Read the score in a mail of a thread, where its writer was asked for one; None for any other mail.

    Asked was who wrote to us before, and got our question with its scale: not who was sent the question on and answers
    it, even twice, nor who was answered something else. Where no mail of ours has a scale, any of them may have asked.
    """
    writer = (mail.sender.address, mail.sender.authenticated)
    theirs = [each for each in thread.messages if (each.sender.address, each.sender.authenticated) == writer]
    sent = [each for each in thread.messages if not each.received]
    asking = [each for each in sent if _SCALE.search(each.text)] or sent
    is_asked = any(mail.sender.address in each.to for each in asking) and rating(theirs[0].new_text, company) is None
    if not is_asked or not was_asked(thread.labels):
        return None
    text = above_name(mail.new_text, mail.sender.name)
    rated = rating(text, company)
    is_none = is_undecided(text) or bool(_OFF_SCALE.fullmatch(text))
    return Rating(None, says_more=False) if rated is None and is_none else rated


def was_asked(labels: Iterable[str]) -> bool:
    """Tell by a thread's labels whether its customer was asked, or gave a score, which they may correct."""
    return any(label.startswith("csat/") and label != NEVER_ASK for label in labels)


def is_past_asking(thread: Conversation, company: str) -> bool:
    """Tell whether a customer was asked already, or must not be: after anger, what is grave, an opt-out, spam.

    Nor where another of their threads, as the label `NEVER_ASK` says, had one of the first three.
    """
    if any(NEVER_ASK in other.labels for other in thread.earlier):
        return True
    if _UNCLEAR & thread.labels or any(label.startswith("csat/") for label in thread.labels):
        return True
    mails = ((mail.subject, mail.new_text) for mail in thread.messages if mail.by_person)
    return tells_of_harm(mails, company, by_people="source/people" in thread.labels)


def tells_of_harm(mails: Iterable[tuple[str, str]], company: str, *, by_people: bool) -> bool:
    """Tell whether a mail of a customer (subject, own words) has anger, what is grave or an opt-out: asking adds to it.

    What people answered (`by_people`) in a language that no rule of ours reads may have been either.
    """
    return any(
        grave(subject, text, company)
        or angry(subject, text)
        or opts_out(text)
        or (by_people and language(text) not in ("en", None))
        for subject, text in mails
    )
