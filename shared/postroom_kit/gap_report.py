"""What a knowledge base lacks: the questions that went to people, the same ones together, and articles to add.

found = gaps(knowledge, unanswered(threads), today)
found[0].times, found[0].question, found[0].article  # 4, "Do you accept bitcoin?", an article in JSON to look over

An article is made where a person answered. It is text for people to read and correct; nothing here takes it up.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from textwrap import shorten
from typing import TYPE_CHECKING, Any, Protocol

from .knowledge import Article, Knowledge
from .knowledge.courtesy import is_closing, is_courtesy, is_sender
from .leaks import leaks
from .satisfaction import is_undecided

if TYPE_CHECKING:
    from .embeddings import Embeddings

_SAME, _SAME_BY_MEANING = 0.5, 0.6
"""From which score on two questions count as one, each searched for the other, in the mean. Of the pairs of labelled
mails that one article answers 15 % reach it by words, 20 % by either; of those of two articles 1 in 900 both ways."""
_NEAR = 0.5
"""From which score on the article next to a question is named: it may only lack a wording."""
_LONGEST_QUESTION, _LONGEST_ANSWER = 200, 1500
_MOST_WORDINGS, _MOST_PRIVATE = 4, 6
_LEAST_WORDS = 4
"""Words of an answer that an article can be made of."""
_LETTER = re.compile(r"[^\W\d_]")
_PIECE = re.compile(r"(?<=[.,!])\s+")
_LONGEST_ID = 5
"""Words of a proposed article's id."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Hold a question that was not answered from articles, and why; `answers` are what people wrote on its thread."""

    question: str
    reason: str
    thread_id: str
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """Hold what several mails ask: on how many threads, in which words, and why people got it.

    `nearest` is the id of the article nearest to it, "" where none is near. `entry` is an article made of people's
    answer, as `knowledge.json` has them, empty without one or where an article has these words by now; `private` is
    what stands in it that no article says, and may be one customer's own.
    """

    question: str
    times: int
    wordings: tuple[str, ...]
    reason: str
    nearest: str
    entry: dict[str, Any]
    private: tuple[str, ...]

    @property
    def article(self) -> str:
        """Return the fields of `entry` as JSON, "" without one."""
        return ",\n".join(
            f"{json.dumps(field)}: {json.dumps(value, ensure_ascii=False)}" for field, value in self.entry.items()
        )


class Drafted(Protocol):
    """An answer's decision: each question that it leaves open."""

    @property
    def unanswered(self) -> Sequence[str]: ...


class Made(Protocol):
    """How a decision came about: `context` has under `asked` each `question` of the mail that was looked up."""

    @property
    def decision(self) -> Drafted: ...
    @property
    def context(self) -> Mapping[str, Any]: ...
    @property
    def because(self) -> str: ...
    @property
    def handed_over(self) -> bool: ...


class Conversation(Protocol):
    """What was decided on a thread, and what people wrote there."""

    @property
    def thread_id(self) -> str: ...
    @property
    def by_people(self) -> tuple[str, ...]: ...
    @property
    def decided(self) -> Sequence[Made]: ...


def unanswered(threads: Iterable[Conversation]) -> list[Unanswered]:
    """Return the questions of mails that were handed over: those left open or, where none is named, all they ask."""
    return [
        Unanswered(question, made.because, thread.thread_id, thread.by_people)
        for thread in threads
        for made in thread.decided
        if made.handed_over
        for question in made.decision.unanswered or [each["question"] for each in made.context["asked"]]
        # "6" and "between 3 and 4" answer our question about content, and ask nothing
        if _LETTER.search(question) and not is_undecided(question)
    ]


def gaps(
    knowledge: Knowledge,
    asked: Iterable[Unanswered],
    today: date,
    numbers: Sequence[re.Pattern[str]] = (),
    told: Collection[str] = (),
) -> list[Gap]:
    """Return what unanswered questions ask, the most frequent first; those equally frequent as they came.

    `numbers` match what is one customer's own, as the number of an order. Questions like one of `told` are left out.
    """
    groups = _alike(knowledge, [*(Unanswered(text, "", "") for text in sorted(told)), *asked])
    found = [_gap(knowledge, group, today, numbers) for group in groups if group[0].question not in told]
    return sorted(found, key=lambda gap: -gap.times)


def _alike(knowledge: Knowledge, asked: Sequence[Unanswered]) -> list[list[Unanswered]]:
    """Group questions: each with the first one before it that it is most like, if that is the same question."""
    texts = list(dict.fromkeys(" ".join(each.question.split()) for each in asked if each.question.strip()))
    likeness = _likeness(knowledge, texts)
    leader: dict[str, int] = {}
    for number, text in enumerate(texts):
        firsts = sorted({*leader.values()})
        best = max(firsts, key=lambda first: likeness(number, first), default=None)
        leader[text] = best if best is not None and likeness(number, best) >= 1 else number
    groups: dict[int, list[Unanswered]] = {}
    for each in asked:
        if text := " ".join(each.question.split()):
            groups.setdefault(leader[text], []).append(each)
    return list(groups.values())


def _likeness(knowledge: Knowledge, texts: Sequence[str]) -> Callable[[int, int], float]:
    """Return what tells how like two questions are, by their numbers: from 1 on they are the same.

    By words or, where texts are compared by meaning too, by that: two that share a rare word may be far in meaning.
    """
    # the articles stand beside, to tell rare words: of few questions each has "Bitcoin"
    others = [replace(article, id="") for article in knowledge.articles]
    ways = [(_scores(texts, others), _SAME)]
    if knowledge.embeddings:
        ways.append((_scores(texts, (), knowledge.embeddings), _SAME_BY_MEANING))

    def likeness(one: int, other: int) -> float:
        return max((scores[one].get(other, 0.0) + scores[other].get(one, 0.0)) / 2 / same for scores, same in ways)

    return likeness


def _scores(
    texts: Sequence[str], others: Iterable[Article], embeddings: Embeddings | None = None
) -> list[dict[int, float]]:
    """Return for each text how well a search for it finds the others, by their number."""
    entries = [*(Article(str(number), (text,), "") for number, text in enumerate(texts)), *others]
    index = Knowledge(entries, embeddings)
    index.expect(texts)
    found = (index.search(text, len(entries)) for text in texts)
    return [{int(passage.id): passage.score for passage in passages if passage.id} for passages in found]


def _gap(knowledge: Knowledge, group: Sequence[Unanswered], today: date, numbers: Sequence[re.Pattern[str]]) -> Gap:
    counted = Counter(shorten(each.question, _LONGEST_QUESTION, placeholder=" …") for each in group)
    wordings = tuple(text for text, _ in counted.most_common(_MOST_WORDINGS))
    reason = Counter(each.reason.partition(":")[0] for each in group).most_common(1)[0][0]
    near = [passage.id for passage in knowledge.search(group[0].question, 1) if passage.score >= _NEAR]
    answers = [bare for each in group for text in each.answers if (bare := _bare(text))]
    entry, private = dict[str, Any](), list[str]()
    answered = wordings[0] in {text for article in knowledge.articles for text in article.questions}
    if answers and not answered:
        # "I will ask our workshop" is an answer too: the longest is the likeliest to hold one
        answer = _cut(max(answers, key=len))
        entry = _entry(knowledge, wordings, answer, today)
        allowed = [text for each in knowledge.articles for text in (each.answer, *each.questions)]
        private = leaks("\n".join((*wordings, answer)), allowed, numbers)[:_MOST_PRIVATE]
    threads = {each.thread_id for each in group}
    return Gap(wordings[0], len(threads), wordings[1:], reason, "".join(near), entry, tuple(private))


def _entry(knowledge: Knowledge, wordings: Sequence[str], answer: str, today: date) -> dict[str, Any]:
    taken = {article.id for article in knowledge.articles}
    words = [word for word in re.findall(r"[^\W_]+", wordings[0].lower()) if len(word) > 2][:_LONGEST_ID]
    name = "-".join(words) or "new"
    while name in taken:
        name += "-new"
    return {"id": name, "questions": list(wordings), "answer": answer, "updated": today.isoformat()}


def _bare(text: str) -> str:
    """Return a person's answer without greeting and courtesies before it, closing and names below it."""
    lines = [line.strip() for line in text.strip().splitlines()]
    if lines:
        # "Guten Tag Uta, nein. Gruß, Dee" is one line
        pieces = _PIECE.split(lines[0])
        while len(pieces) > 1 and is_courtesy(pieces[0].strip(" ,.;:!")):
            del pieces[0]
        lines[0] = " ".join(pieces)
        last = _PIECE.split(lines[-1])
        ends = (number for number, piece in enumerate(last) if number and is_closing(piece.strip(" ,.;:!")))
        lines[-1] = " ".join(last[: next(ends, len(last))])
    while lines and (not lines[0] or is_courtesy(lines[0].strip(" ,.;:!"))):
        del lines[0]
    end = next((number for number, line in enumerate(lines) if is_closing(line.strip(" ,.;:!"))), len(lines))
    lines = lines[:end]
    while len(lines) > 1 and (not lines[-1] or (is_sender(lines[-1]) and lines[-1][-1] not in ".!?")):
        lines.pop()
    bare = "\n".join(lines).strip()
    # "No. Dee" is no article
    return bare if len(re.findall(r"[^\W_]{2,}", bare)) >= _LEAST_WORDS else ""


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_ANSWER else f"{text[:_LONGEST_ANSWER].rstrip()} …"
