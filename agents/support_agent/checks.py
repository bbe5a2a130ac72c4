"""Why an answer must not go out: whatever a brain wrote, it is checked here before it leaves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from textwrap import shorten

from postroom import Message, Thread
from postroom.vectors import embeddings
from postroom_kit.knowledge import Knowledge, Passage, supported, unsupported_sentences
from postroom_kit.knowledge.answerable import Asked
from postroom_kit.knowledge.doubts import contradiction, outdated
from postroom_kit.knowledge.translated import untranslated
from postroom_kit.leaks import leaks
from postroom_kit.mail_reading import language
from postroom_kit.promises import unbacked, wanted_promise
from postroom_kit.wordings import language_name
from support_agent.decisions import Answer
from support_agent.files import COMPANY, HERE

VALID_FOR = COMPANY.get("articles_valid_for_days", 730)
ORDER_NUMBER = re.compile(r"\bWF-\d{5}\b", re.IGNORECASE)
LONGEST_REASON = 200
"""Characters of a question or sentence that a reason repeats: the reason is the subject of a hand-over too."""

knowledge = Knowledge.load(HERE / "data" / "knowledge.json", embeddings())

SURE_OF_ANSWER = 0.85
"""Cross-validated on 427 examples, half of them traps: by words 78 are answered rightly and 8 wrongly, by words and
meaning together 85 and 6."""


def objection(
    answer: Answer, questions: Sequence[Asked], message: Message, thread: Thread, text: str, spoken: str
) -> str | None:
    """Return why an answer to `message` must not go out, or None; `text` are its words, `spoken` their language."""
    passages = [passage for question in questions for passage in question.passages]
    return (
        of_others(answer.body, message, thread, passages, spoken)
        or wrong_with(answer, passages, text, spoken)
        or in_doubt(questions, answer, thread)
    )


def of_others(body: str, message: Message, thread: Thread, passages: Sequence[Passage], spoken: str) -> str | None:
    """Return what a draft says of anybody but its reader, or None."""
    own = [mail for mail in thread.messages if mail.received and mail.sender.address == message.sender.address]
    allowed = [f"{mail.sender}\n{mail.subject}\n{mail.text}\n{mail.new_text}" for mail in own]
    allowed += [*(passage.answer for passage in passages), *map(str, COMPANY.values())]
    found = leaks(body, allowed, [ORDER_NUMBER], spoken)
    return f"the draft names what is not this customer's: {shorten(found[0], LONGEST_REASON)}" if found else None


def wrong_with(answer: Answer, passages: Sequence[Passage], text: str, spoken: str = "en") -> str | None:
    """Return why this answer must not go out, or None."""
    if (asked_for := wanted_promise(text)) and not wanted_promise(answer.body):
        return f"asks for a promise ({asked_for})"
    if answer.unanswered:
        return f"no article answers: {shorten(answer.unanswered[0], LONGEST_REASON)}"
    if not answer.body.strip():
        return "no answer was written"
    if spoken == "en" and (bold := unbacked(answer.body, passages)):
        return f"the draft {bold[0].kind} that no article states: {shorten(bold[0].sentence, LONGEST_REASON)}"
    if not answer.sure(SURE_OF_ANSWER):
        return "not sure that the article found answers the question"
    if spoken != "en":
        quotes = [(source.id, source.quote) for source in answer.sources]
        if language(answer.body) != spoken:
            return f"the answer is not in {language_name(spoken)}"
        changed = untranslated(answer.body, spoken, quotes, passages)
        return f"its translation is not to be relied on: {shorten(changed, LONGEST_REASON)}" if changed else None
    if unsupported := unsupported_sentences(answer.body, passages):
        return f"no article says: {shorten(unsupported[0], LONGEST_REASON)}"
    return None


def in_doubt(questions: Sequence[Asked], answer: Answer, thread: Thread) -> str | None:
    """Return why the articles themselves are not to be relied on, or None."""
    passages = [passage for question in questions for passage in question.passages]
    for both in filter(None, (contradiction(question.passages) for question in questions)):
        return f"articles contradict each other: {' / '.join(shorten(said, LONGEST_REASON // 2) for said in both)}"
    used = {source.id for source in answer.sources}
    used |= {name for claim in supported(answer.body, passages) for name in claim.sources}
    old = outdated(used, passages, thread.now.date(), VALID_FOR)
    return f"the article {old.id} was last updated on {old.updated}, too long ago" if old else None
