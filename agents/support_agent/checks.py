"""Why an answer must not go out: whatever a brain wrote, it is checked here before it leaves."""

from __future__ import annotations

import re
from collections.abc import Sequence

from postroom import Message, Thread
from postroom.learning import articles_of
from postroom_kit import objections
from postroom_kit.knowledge.asking import Asked, passages_of
from postroom_kit.knowledge.doubts import freshness
from postroom_kit.objections import Asking, Draft
from postroom_kit.spoken import spoken_in
from support_agent.decisions import Answer
from support_agent.files import COMPANY, HERE

VALID_FOR = COMPANY.get("articles_valid_for_days", 730)
ORDER_NUMBER = re.compile(r"\bWF-\d{5}\b", re.IGNORECASE)

knowledge = articles_of("support", HERE / "data" / "knowledge.json")

SURE_OF_ANSWER = 0.85
"""Chosen on labelled mails, half of them traps (decision 18). How often each tenth of confidence is right:
`python -m postroom_bench.measure_offline`."""

SURE_OF = {"privacy": 0.9}
"""Categories in which more is asked. For account or billing 0.9 would hand over plain questions that have an answer."""


def objection(
    answer: Answer, questions: Sequence[Asked], message: Message, thread: Thread, text: str, category: str
) -> str | None:
    """Return why an answer to `message`, whose words are `text`, must not go out, or None."""
    if thread.last_sent and not message.sender.authenticated:
        return "the mail system does not vouch for the sender, who had an answer"
    quotes, today = [(source.id, source.quote) for source in answer.sources], thread.now.date()
    fresh = freshness([name for name, _ in quotes], passages_of(questions), today, VALID_FOR)
    is_sure = answer.sure(SURE_OF.get(category, SURE_OF_ANSWER) / fresh)
    own = [f"{mail.sender}\n{mail.subject}\n{mail.text}\n{mail.new_text}" for mail in thread.mails_of(message.sender)]
    asking = Asking(text, questions, [*own, *map(str, COMPANY.values())], [ORDER_NUMBER], today, VALID_FOR)
    return objections.objection(Draft(answer.body, spoken_in(text), is_sure, quotes, answer.unanswered), asking)
