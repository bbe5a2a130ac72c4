"""Why an answer made of passages must not leave: whoever wrote it, it is checked here, and people read the reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from textwrap import shorten
from typing import Any

from .knowledge import Passage, supported, unsupported_sentences
from .knowledge.asking import MOST_QUESTIONS, Asked, passages_of
from .knowledge.doubts import contradiction, outdated
from .knowledge.translated import untranslated
from .leaks import leaks
from .mail_reading import language
from .promises import demanded, unbacked, wanted_promise
from .spoken import spoken_in
from .tone import off_tone
from .wordings import language_name

LONGEST_REASON = 200
"""Characters of a question or sentence that a reason repeats: the reason is the subject of a hand-over too."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Hold an answer, and what it says of itself.

    `language` (ISO 639-1) is that of the mail it answers, `quotes` the words taken from passages, each behind the id of
    its passage, `unanswered` the questions it leaves open. `is_sure`: whoever wrote it is sure enough of it.
    """

    body: str
    language: str
    is_sure: bool
    quotes: Sequence[tuple[str, str]] = ()
    unanswered: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Asking:
    """Hold what a draft answers: the words of a mail, and each question of it with what was found.

    Beside passages the draft may name what stands in `own`; nobody else reads what `numbers` match. Articles are relied
    on for `valid_days` up to `today` (None: for good).
    """

    text: str
    questions: Sequence[Asked]
    own: Sequence[str]
    numbers: Sequence[re.Pattern[str]]
    today: date
    valid_days: int | None


def objection(draft: Draft, asking: Asking) -> str | None:
    """Return the first reason why a draft must not leave, or None."""
    passages = passages_of(asking.questions)
    said = [passage.answer for passage in passages]
    return (
        of_others(draft, [*asking.own, *said], asking.numbers)
        or off_tone(draft.body, said)
        or not_searched(asking.questions)
        or wrong_with(draft, asking.text, passages)
        or left_open(draft, asking.questions)
        or in_doubt(draft, asking.questions, asking.today, asking.valid_days)
    )


def to_answer(answer: Any, asking: Asking, *, is_sure: bool, language: str = "") -> str:
    """Return the first reason why an answer must not leave, "" if none: one with `body`, `sources` and `unanswered`.

    It is in that `language`, or in that of the mail.
    """
    quotes = [(source.id, source.quote) for source in answer.sources]
    draft = Draft(answer.body, language or spoken_in(asking.text), is_sure, quotes, answer.unanswered)
    return objection(draft, asking) or told_already(asking.questions) or ""


def told_already(questions: Sequence[Asked]) -> str | None:
    """Return that a question lacks its own words in the passage of one before it: that one's answer is not its own."""
    before = set[str]()
    for each in questions:
        first = {passage.id for passage in each.passages[:1]}
        if each.coverage.lacking and first & before:
            return f"the draft does not answer: {shorten(each.question, LONGEST_REASON)}"
        before |= first
    return None


def of_others(draft: Draft, allowed: Iterable[str], numbers: Sequence[re.Pattern[str]]) -> str | None:
    """Return what a draft says of anybody but its reader, or None; `allowed` and `numbers` are those of `leaks`."""
    found = leaks(draft.body, allowed, numbers, draft.language)
    return f"the draft names what is not this customer's: {shorten(found[0], LONGEST_REASON)}" if found else None


def not_searched(questions: Sequence[Asked]) -> str | None:
    """Return that a mail asks more than is searched, with the first question left out, or None."""
    left = next((each.question for each in questions if not each.searched), "")
    what = f"asks more than {MOST_QUESTIONS} questions, those behind them were not searched"
    return f"{what}: {shorten(left, LONGEST_REASON)}" if left else None


def wrong_with(draft: Draft, text: str, passages: Sequence[Passage]) -> str | None:
    """Return why a draft does not answer a mail whose words are `text`, or says what no passage does; or None."""
    if (asked_for := wanted_promise(text)) and not wanted_promise(draft.body):
        return f"asks for a promise ({asked_for})"
    if demand := demanded(text):
        return demand
    if draft.unanswered:
        return f"no article answers: {shorten(draft.unanswered[0], LONGEST_REASON)}"
    if not draft.body.strip():
        return "no answer was written"
    if draft.language == "en" and (bold := unbacked(draft.body, passages)):
        return f"the draft {bold[0].kind} that no article states: {shorten(bold[0].sentence, LONGEST_REASON)}"
    if not draft.is_sure:
        return "not sure that the article found answers the question"
    if (language(draft.body) or "en") != draft.language:
        return f"the answer is not in {language_name(draft.language)}"
    if draft.language not in ("en", language(" ".join(passage.answer for passage in passages))):
        return _mistranslated(draft, passages)
    if unsupported := unsupported_sentences(draft.body, passages):
        return f"no article says: {shorten(unsupported[0], LONGEST_REASON)}"
    return None


def left_open(draft: Draft, questions: Sequence[Asked]) -> str | None:
    """Return why a draft does not answer all that was asked, or None: each question needs a passage found for it.

    In English only: in other languages the few words shared with the articles do not tell which passage is whose.
    """
    used = _used(draft, passages_of(questions))
    for each in questions:
        if each.unmet:
            return f"no article answers: {shorten(each.unmet, LONGEST_REASON)}"
        if draft.language == "en" and used.isdisjoint(passage.id for passage in each.passages):
            return f"the draft does not answer: {shorten(each.question, LONGEST_REASON)}"
    return None


def in_doubt(draft: Draft, questions: Sequence[Asked], today: date, valid_days: int | None) -> str | None:
    """Return why the passages themselves are not to be relied on, or None.

    Those of one question may contradict each other; one that the draft is made of may be more than `valid_days` old.
    """
    for both in filter(None, (contradiction(question.passages) for question in questions)):
        return f"articles contradict each other: {' / '.join(shorten(said, LONGEST_REASON // 2) for said in both)}"
    passages = passages_of(questions)
    old = outdated(_used(draft, passages), passages, today, valid_days)
    return f"the article {old.id} was last updated on {old.updated}, too long ago" if old else None


def _used(draft: Draft, passages: Sequence[Passage]) -> set[str]:
    """Return the ids of the passages that a draft is made of."""
    said = {name for claim in supported(draft.body, passages) for name in claim.sources}
    return said | {name for name, _ in draft.quotes}


def _mistranslated(draft: Draft, passages: Sequence[Passage]) -> str | None:
    changed = untranslated(draft.body, draft.language, draft.quotes, passages)
    return f"its translation is not to be relied on: {shorten(changed, LONGEST_REASON)}" if changed else None
