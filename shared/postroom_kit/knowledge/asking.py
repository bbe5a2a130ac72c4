"""Cut a mail into its questions, search each, and note what the mail says against the answer found."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ..mail_reading import is_answer, language
from .background import is_in_vain, is_past_remedy, speaks_against, statements
from .courtesy import is_wish
from .coverage import Coverage, way_of_asking
from .index import Knowledge, Passage
from .sentences import clauses, questions, sentences, unsigned

FOUND = 3  # passages kept for each question
MOST_QUESTIONS = 30
"""Of one mail: those behind them are not searched, and the first of them stays open for all."""

_RIVAL, _COVERING = 0.9, 0.6
"""Of the best score: of passages as near as that, the one that leaves the least open comes first.

One that leaves nothing open need not be that near. Chosen by cross-validation.
"""
_OF_BEFORE = re.compile(r"\b(?:it|its|they|them|their|theirs|those|these|one|ones)\b", re.IGNORECASE)
_ASKS_OF_BEFORE = re.compile(
    r"\W*(?:and |also |but |if so,? )*(?:(?:how|when|where|who|why)\b.*\b(?:it|its|they|them|their)\b"
    r"|(?:for |since |until )?(?:how (?:long|much|many|often|far|soon|fast)|when|where)(?: exactly)?\s?\?)",
    re.IGNORECASE,
)

_ASKS_OF_TOLD = re.compile(r"\W*(?:so |and |but )*(?:what|why|how|is|was|did|does|do)\b.*\?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """Hold one question of a mail, the words searched for it ("" where it was not), and what was found, best first.

    `coverage` is what the first passage's article leaves open of the question; `unmet` a sentence beside it that speaks
    against this answer, empty where none does.
    """

    question: str
    searched: str
    passages: tuple[Passage, ...]
    coverage: Coverage
    unmet: str = ""

    @property
    def wholly_answered(self) -> bool:
        """Tell whether the first passage may be sent as it stands: nothing stays open, nothing speaks against it."""
        gap = self.coverage
        doubts = (gap.thin, gap.other_kind, gap.other_action, gap.negated, gap.lacking, gap.foreign, self.unmet)
        return bool(self.passages) and not any(doubts)


def asked(knowledge: Knowledge, subject: str, text: str, writer: str = "") -> list[Asked]:
    """Search a mail question by question: each with the sentences that lead up to it. `writer` is who signs it.

    A mail with one question, or none that stands out, is searched as a whole. A question without words of its own
    ("is that possible?") belongs to the one before, and one that speaks of what that is about ("how long do they
    last?"), or says little in the same sentence ("and when do I get the money?"), is searched with it. The subject
    of a new mail is a question where it asks outright what the text does not; any other is searched with the first
    question where that does not say by itself what it is about ("how long does it take?").
    """
    text = unsigned(text, writer)
    wanted = _telling(knowledge, text)
    told = [*_asked_above(knowledge, subject, text), *_asked_of_told(knowledge, clauses(text), wanted)]
    if len(wanted) < 2:
        found = search(knowledge, *whole(knowledge, subject, text))
        return [*told, *_against(knowledge, text, wanted, [_doubted(knowledge, text, wanted, found)])]
    parts = _parts(knowledge, subject, sentences(text), _with_lead(text, wanted)[:MOST_QUESTIONS])
    knowledge.read_ahead([text for question, searched, _ in parts for text in (question, searched)])
    each = [_search_part(knowledge, *part) for part in parts]
    each += [Asked(question, "", (), Coverage(), unmet=question) for question in wanted[MOST_QUESTIONS:][:1]]
    return [*told, *_against(knowledge, text, wanted, each)]


def _asked_above(knowledge: Knowledge, subject: str, text: str) -> list[Asked]:
    """Search what the subject of a new mail asks, or wants done, in words of which `text` lacks one."""
    vocabulary = knowledge.vocabulary
    said = frozenset[str]().union(*map(vocabulary.groups.meaning, vocabulary.words(text)))
    lacking = any(said.isdisjoint(vocabulary.groups.meaning(word)) for word in vocabulary.words(subject))
    outright = (subject.rstrip().endswith("?") and way_of_asking(subject)) or is_wish(subject)
    is_new = outright and lacking and vocabulary.tells(subject) and not is_answer(subject)
    return asked(knowledge, "", subject) if is_new else []


def _asked_of_told(knowledge: Knowledge, said: Sequence[str], wanted: Sequence[str]) -> list[Asked]:
    """Search what is told and asked about in no words of its own, before another question, as a question apart.

    "Your app deleted my photos. What can I do? And do you ship to Norway?" asks two things.
    """
    vocabulary, outright = knowledge.vocabulary, set(wanted)
    return [
        search(knowledge, f"{told} {bare}", f"{told} {bare}")
        for number, (told, bare) in enumerate(pairwise(said))
        if _ASKS_OF_TOLD.match(bare)
        and not vocabulary.words(bare)
        and not told.endswith("?")
        and told not in outright
        and vocabulary.words(told)
        and not outright.isdisjoint(said[number + 2 :])
    ][:MOST_QUESTIONS]


def _parts(
    knowledge: Knowledge, subject: str, said: Sequence[str], led: Sequence[tuple[str, str]]
) -> list[tuple[str, str, str]]:
    """Return each question with what is searched for it, and itself where it has no words of its own.

    `said` are the sentences of the mail, `led` its questions with what leads up to each.
    One that speaks of what the one before is about, or says little in the same sentence, is searched with that.
    """
    (first, lead), *further = led
    parts = [(first, _placed(knowledge, subject, first, lead), "")]
    for question, words in further:
        before = parts[-1][0]
        goes_on = not knowledge.vocabulary.tells(question) and any(before in one and question in one for one in said)
        has_words = bool(knowledge.vocabulary.words(question))
        if has_words and not _OF_BEFORE.search(question) and not goes_on:
            parts.append((question, words, ""))
        elif has_words:
            parts.append((question, f"{before}\n{words}", ""))
        else:
            parts.append((f"{before} {question}", f"{before}\n{words}", question))
    return parts


def _search_part(knowledge: Knowledge, question: str, searched: str, bare: str) -> Asked:
    """Search a question; one without words of its own must be asked in the way of a wording of what is found."""
    found = search(knowledge, question, searched)
    asks_alike = not bare or (found.passages and knowledge.vocabulary.asks_alike(found.passages[0].id, bare))
    return found if asks_alike else replace(found, unmet=bare)


def _against(knowledge: Knowledge, text: str, wanted: Sequence[str], found: list[Asked]) -> list[Asked]:
    """Name beside each question found what the mail says against its answer."""
    parts = clauses(text)
    is_english = language(text) in {"en", None}
    places: list[int] = []
    for place, part in enumerate(parts):
        # in turn: a question may be asked twice
        if len(places) < len(wanted) and part == wanted[len(places)]:
            places.append(place)
    for place, (sentence, leads) in statements(parts, wanted):
        # what leads up to a question behind the most that are searched is of those, which stay open anyhow
        of = min(bisect(places, place), len(found) - 1) if leads else -1
        each = found[of]
        if each.passages and (
            (leads and _leads_elsewhere(knowledge, each, sentence))
            or speaks_against(knowledge.vocabulary, each.passages[0].id, sentence, is_english=is_english, leads=leads)
        ):
            found[of] = replace(each, unmet=each.unmet or sentence)
    return found


def _doubted(knowledge: Knowledge, text: str, wanted: Sequence[str], found: Asked) -> Asked:
    """Name the sentence of a report that the usual answer does not fit; not where more than what to do is asked."""
    if not found.passages or any(question.endswith("?") for question in wanted):
        return found
    vocabulary, first = knowledge.vocabulary, found.passages[0].id
    for told in clauses(text):
        past = is_past_remedy(vocabulary, first, told) or is_in_vain(vocabulary, first, told)
        if past and not told.endswith("?"):
            return replace(found, unmet=told)
    return found


def _leads_elsewhere(knowledge: Knowledge, found: Asked, lead: str) -> bool:
    """Tell whether another passage found has every word of a lead and of its question, and the first lacks some."""
    lacking = [knowledge.vocabulary.coverage(p.id, lead, lead).lacking for p in found.passages]
    open_ones = [knowledge.vocabulary.coverage(p.id, found.question, found.searched).lacking for p in found.passages]
    others = zip(lacking[1:], open_ones[1:], strict=True)
    return bool(lacking[0]) and any(not words and len(left) <= len(open_ones[0]) for words, left in others)


def passages_of(questions: Iterable[Asked]) -> tuple[Passage, ...]:
    """Return all that was found for the questions of a mail, in their order."""
    return tuple(passage for question in questions for passage in question.passages)


def whole(knowledge: Knowledge, subject: str, text: str) -> tuple[str, str]:
    """Take a mail as one question; return it and the words to search for it."""
    question = " ".join(_telling(knowledge, text)) or text
    return question, _placed(knowledge, subject, question, text)


def _placed(knowledge: Knowledge, subject: str, question: str, text: str) -> str:
    """Put before `text` what the subject says of a question that does not say enough by itself.

    Only words that some article has: one that says nothing must not blur the question.
    """
    if knowledge.vocabulary.tells(question):
        return text
    return f"{' '.join(word for word in subject.split() if knowledge.vocabulary.knows(word))}\n{text}"


def _telling(knowledge: Knowledge, text: str) -> list[str]:
    """Return the questions of a mail that say what they are about, or ask something of their own of one before."""
    told: list[str] = []
    for question in questions(text):
        if knowledge.vocabulary.words(question) or (told and _ASKS_OF_BEFORE.match(question)):
            told.append(question)
    return told


def search(knowledge: Knowledge, question: str, searched: str) -> Asked:
    """Search one question; of passages about as near, the one that leaves the least open comes first."""
    passages = knowledge.search(searched, FOUND, question)
    if not passages:
        return Asked(question, searched, (), Coverage())
    coverages = [knowledge.vocabulary.coverage(passage.id, question, searched) for passage in passages]
    least = [(_RIVAL if left.lacking else _COVERING) * passages[0].score for left in coverages]
    rivals = [number for number, passage in enumerate(passages) if passage.score >= least[number]]
    best = min(rivals, key=lambda number: coverages[number].foreign + coverages[number].unknown)
    return Asked(question, searched, (passages.pop(best), *passages), coverages[best])


def _with_lead(text: str, wanted: Sequence[str]) -> list[tuple[str, str]]:
    """Cut a mail behind each of its questions; what follows the last one belongs to that."""
    parts: list[tuple[str, list[str]]] = []
    lead: list[str] = []
    for sentence in clauses(text):
        lead.append(sentence)
        if len(parts) < len(wanted) and sentence == wanted[len(parts)]:
            parts.append((sentence, lead))
            lead = []
    if parts:
        parts[-1][1].extend(lead)
    return [(question, " ".join(words)) for question, words in parts]
