"""Screening questions: one set for each role, the same for all; answers by their own words alone.

Which questions are asked never depends on who is asked: a structured interview is fair while it is the same for all.
What a candidate stated about their work chooses among the wordings that people wrote for a question, and its example.
Nothing here scores, ranks or rejects.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..word_lists import plain

_LEAST_WORDS = 1
_GREETING = re.compile(
    r"(?i)^\W*(?:(?:hi|hello|hey|dear|hallo|liebe[rs]?|bonjour|hola|ciao|olá)(?: [\w'-]+){0,3}"
    r"|(?:good (?:morning|afternoon|evening)|guten (?:tag|morgen))(?:,? [\w'-]+){0,3}"
    r"|(?:many )?thanks?(?: you)?(?: so much| a lot| for [\w ]{1,40})?|(?:all the )?best|sincerely|cheers|danke|merci"
    r"|(?:best|kind|warm)(?: regards| wishes)|regards|viele grüße|beste grüße|mit freundlichen grüßen|saludos"
    r")(?:,? [A-ZÀ-Ý][\w'-]+){0,2}[.,!:]*\W*$"
)
_NUMBERED = re.compile(
    r"(?m)^[ \t>]*(?:[Qq](?:uestion)? ?)?\(?([0-9]{1,2})(?:[.):]+|[ \t]*[-–])[ \t]+(?=\S)|^[ \t>]*([0-9]{1,2})\)(?=\S)"
)


class QuestionsError(ValueError):
    """A set of questions that cannot be used; the message names the question."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as one candidate reads it; `id` is the same for all candidates."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to a question, word for word, and where in the text it stands; "" where nothing was."""

    id: str
    quote: str = ""
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class Question:
    """A question of a set: how it is put, how else for stated experience, and what words its answers have."""

    id: str
    text: str
    wordings: tuple[tuple[tuple[str, ...], str], ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class QuestionSet:
    """The questions of a role, in their order."""

    questions: tuple[Question, ...]

    @classmethod
    def read(cls, rows: Iterable[Mapping[str, Any]]) -> QuestionSet:
        """Read `[{"id", "text", "wordings": [{"when": ["kubernetes"], "text"}], "words": ["deploy"]}]`.

        Raises QuestionsError for a question without words, an id used twice, and a wording that asks about what must
        not be asked (`forbidden.asks`).
        """
        from .forbidden import asks

        found: list[Question] = []
        for row in rows:
            wordings = tuple((tuple(each["when"]), each["text"]) for each in row.get("wordings", ()))
            question = Question(row.get("id", ""), row.get("text", ""), wordings, tuple(row.get("words", ())))
            if not question.id or not question.text.strip() or question.id in {each.id for each in found}:
                raise QuestionsError(f"question {question.id!r}: it needs an id of its own and a text")
            for text in (question.text, *(text for _, text in wordings)):
                if wrong := asks(text):
                    raise QuestionsError(f"question {question.id!r} asks about {wrong[0].topic}: {text}")
            found.append(question)
        if not found:
            raise QuestionsError("a role needs a question at least")
        return cls(tuple(found))

    @classmethod
    def of_role(cls, about: Mapping[str, Any]) -> QuestionSet:
        """Read the `questions` of a role; raises QuestionsError for words in its description that keep people away."""
        from .forbidden import biased

        described = [about["title"], about["offer"], about["place"], *(each["text"] for each in about["criteria"])]
        for text in described:
            if wrong := biased(text):
                said = f"{wrong[0].words!r} {wrong[0].topic}; write: {wrong[0].instead}"
                raise QuestionsError(f"role {about['title']!r}: {said}")
        return cls.read(about["questions"])

    @cached_property
    def version(self) -> str:
        """Return an id of the set: any change of a question makes another."""
        rows = [[each.id, each.text, each.wordings, each.words] for each in self.questions]
        return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()[:10]

    def tailored(self, stated: str) -> list[Asked]:
        """Return every question, each in the wording that most of the `stated` experience speaks for."""
        said = plain(stated.lower())

        def wording(question: Question) -> str:
            def hits(when: Sequence[str]) -> int:
                return sum(bool(re.search(rf"(?<!\w){re.escape(plain(word.lower()))}(?!\w)", said)) for word in when)

            best = max(question.wordings, key=lambda each: hits(each[0]), default=None)
            return best[1] if best and hits(best[0]) else question.text

        return [Asked(question.id, wording(question)) for question in self.questions]

    def unanswered(self, answers: Iterable[Answer]) -> list[str]:
        """Return the ids of the questions that have no answer, in their order."""
        given = {answer.id for answer in answers if answer.quote.strip()}
        return [question.id for question in self.questions if question.id not in given]


def located(quotes: Mapping[str, str], text: str, ids: Iterable[str]) -> list[Answer]:
    """Return as answers those quotes that stand in the text word for word; whatever a model said besides is left out.

    White space may differ, as it does where lines are broken anew. An answer is at least a word.
    """
    found = []
    for name in ids:
        words = quotes.get(name, "").split()
        match = re.search(r"\s+".join(map(re.escape, words)), text) if len(words) >= _LEAST_WORDS else None
        if match and any(sign.isalnum() for sign in match[0]):
            found.append(Answer(name, match[0], match.start(), match.end()))
    return found


def extract(text: str, questions: Sequence[Question]) -> list[Answer]:
    """Find the answers in a mail without a model: by their numbers, else by the words that answers to a question have.

    A paragraph that speaks for two questions, or for none, answers none: nothing is guessed.
    """
    if numbered := _by_number(text, questions):
        return numbered
    found: dict[str, Answer] = {}
    for start, end in _paragraphs(text):
        said = plain(text[start:end].lower())
        hits = {
            each.id: sum(bool(re.search(rf"(?<!\w){re.escape(word)}", said)) for word in map(_folded, each.words))
            for each in questions
        }
        best = max(hits.values(), default=0)
        names = [name for name, count in hits.items() if count == best]
        if best and len(names) == 1 and not text[start:end].rstrip().endswith("?"):
            was = found.get(names[0])
            begins, ends = (was.start, end) if was else (start, end)
            if was is None or not text[was.end : start].strip():
                found[names[0]] = Answer(names[0], text[begins:ends], begins, ends)
    return [found[each.id] for each in questions if each.id in found]


def _folded(word: str) -> str:
    return plain(word.lower())


def _by_number(text: str, questions: Sequence[Question]) -> list[Answer]:
    """Take what stands behind each number; None of them where a number is there twice or asks for no question."""
    marks = list(_NUMBERED.finditer(text))
    numbers = [int(mark[1] or mark[2]) for mark in marks]
    if not marks or len(set(numbers)) != len(numbers) or max(numbers) > len(questions) or numbers != sorted(numbers):
        return []
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    found = []
    for number, mark, end in zip(numbers, marks, ends, strict=True):
        if number < 1:
            return []
        start = mark.end()
        end = start + len(_without_farewell(text[start:end]).rstrip())
        if any(sign.isalnum() for sign in text[start:end]):
            found.append(Answer(questions[number - 1].id, text[start:end], start, end))
    return found


def _without_farewell(said: str) -> str:
    """Cut the greeting behind the last answer, and the name below it."""
    lines = said.split("\n")
    for place, line in enumerate(lines[1:], 1):
        if _GREETING.match(line) and len(lines) - place <= 4:
            return "\n".join(lines[:place])
    return said


def _paragraphs(text: str) -> list[tuple[int, int]]:
    """Return where each sentence of each line begins and ends, greetings left out."""
    spans = []
    for match in re.finditer(r"[^\n.!?]+(?:[.!?](?=\S)[^\n.!?]*)*[.!?]*", text):
        said = match[0].strip()
        if said and not _GREETING.match(said):
            start = match.start() + len(match[0]) - len(match[0].lstrip())
            spans.append((start, start + len(said)))
    return spans
