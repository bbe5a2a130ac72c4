"""Why an answer must not go out: whatever a brain wrote, it is checked here before it leaves."""

from __future__ import annotations

import re
from collections.abc import Sequence

from postroom import Message, Thread
from postroom.vectors import embeddings
from postroom_kit.knowledge import Knowledge
from postroom_kit.knowledge.asking import Asked, passages_of
from postroom_kit.knowledge.doubts import freshness
from postroom_kit.objections import Draft, in_doubt, left_open, not_searched, of_others, wrong_with
from postroom_kit.tone import off_tone
from support_agent.customer import spoken_in
from support_agent.decisions import Answer
from support_agent.files import COMPANY, HERE

VALID_FOR = COMPANY.get("articles_valid_for_days", 730)
ORDER_NUMBER = re.compile(r"\bWF-\d{5}\b", re.IGNORECASE)

knowledge = Knowledge.load(HERE / "data" / "knowledge.json", embeddings())

SURE_OF_ANSWER = 0.85
"""Chosen on labelled mails, half of them traps (decision 18). How often each tenth of confidence is right:
`python -m postroom_bench.measure_offline`."""

SURE_OF = {"privacy": 0.9}
"""Categories in which more is asked. For account or billing 0.9 would hand over plain questions that have an answer."""


def objection(
    answer: Answer, questions: Sequence[Asked], message: Message, thread: Thread, text: str, category: str
) -> str | None:
    """Return why an answer to `message`, whose words are `text`, must not go out, or None."""
    quotes = [(source.id, source.quote) for source in answer.sources]
    passages = passages_of(questions)
    fresh = freshness([name for name, _ in quotes], passages, thread.now.date(), VALID_FOR)
    is_sure = answer.sure(SURE_OF.get(category, SURE_OF_ANSWER) / fresh)
    draft = Draft(answer.body, spoken_in(text), is_sure, quotes, answer.unanswered)
    if thread.last_sent and not message.sender.authenticated:
        return "the mail system does not vouch for the sender, who had an answer"
    allowed = [f"{own.sender}\n{own.subject}\n{own.text}\n{own.new_text}" for own in thread.mails_of(message.sender)]
    allowed += [*(passage.answer for passage in passages), *map(str, COMPANY.values())]
    return (
        of_others(draft, allowed, [ORDER_NUMBER])
        or off_tone(draft.body, [passage.answer for passage in passages])
        or not_searched(questions)
        or wrong_with(draft, text, passages)
        or left_open(draft, questions)
        or in_doubt(draft, questions, thread.now.date(), VALID_FOR)
    )
