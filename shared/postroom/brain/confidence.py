"""How sure code is of what Claude answered. No model is asked; three things are looked at, as far as they are there:

- *Agreement.* A field with fixed choices is also predicted by the offline classifier of the agent's own examples.
- *Retrieval.* Where the handler passed passages with scores, the answer should cite the best one, by a clear margin;
  an agent's own offline function that finds the same passages agrees.
- *Flags.* A quote that does not stand in its passage makes the confidence 0.

With recorded answers of Claude to the agent's examples (`examples/<decision>.claude.jsonl`, the output of `postroom
decide`) a logistic regression learns from the `dev` split how often a field that looks like this one was right.
Without them a cautious formula holds: agreement halves the doubt of the offline brain, contradiction leaves at most
half of the trust, and what the offline brain knows nothing of counts as 0. Passages alone never reach 0.8.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from postroom.brain.json_lines import read_lines
from postroom.brain.offline import UNKNOWN_CONFIDENCE, Ask, OfflineBrain, Skill
from postroom.brain.prompt import SHOWN
from postroom.brain.question import BrainError, Question, plain
from postroom.decision import Decision
from postroom_kit.classify import Classifier, Prediction

LEAST_RECORDED = 40
"""Fields with a recorded answer, right and wrong ones among them, that a regression needs."""
MOST_BY_PASSAGES = 0.75
BESIDE_THE_BEST = 0.25


@dataclass(frozen=True)
class Judged:
    """Confidence over all (None: nothing is known), of single fields, and what it rests on."""

    confidence: float | None
    sure_of: dict[str, float] = field(default_factory=dict)
    why: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Sign:
    """What the classifier says of one field: its share for Claude's value, how sure it is, and whether it agrees."""

    share: float
    sure: float
    agrees: bool

    @classmethod
    def of(cls, prediction: Prediction, said: str) -> Sign:
        """Compare a prediction with Claude's value; one that is like no example is sure of nothing."""
        sure = prediction.confidence if prediction.label else UNKNOWN_CONFIDENCE
        return cls(prediction.probabilities.get(said, 0.0), sure, prediction.label == said)

    def features(self) -> list[float]:
        """Return what the regression sees."""
        return [self.share, self.sure, float(self.agrees), self.sure if self.agrees else -self.sure]

    def cautious(self) -> float:
        """Return the confidence by the formula."""
        return with_opinion(self.sure, agrees=self.agrees)


@dataclass(frozen=True)
class Scale:
    """What recorded answers taught: the classifiers they were compared with, and the regression on the comparison."""

    classifiers: Mapping[str, Classifier]
    regression: Any

    def weigh(self, sign: Sign) -> float:
        """Return the probability that Claude's value is right."""
        return float(self.regression.predict_proba([sign.features()])[0, 1])


def with_opinion(sure: float, *, agrees: bool) -> float:
    """Return how sure to be of an answer that one agrees with, or contradicts, who is `sure` of it; 0 knows nothing."""
    if sure == UNKNOWN_CONFIDENCE:
        return UNKNOWN_CONFIDENCE
    return sure + (1 - sure) / 2 if agrees else (1 - sure) / 2


class Judge:
    """Judges Claude's answers with what the offline brain has learnt."""

    def __init__(self, offline: OfflineBrain) -> None:
        self._offline = offline
        self._scales: dict[tuple[Path, str], Scale | None] = {}
        self._lock = threading.Lock()

    def judge(self, question: Question, value: Mapping[str, Any]) -> Judged:
        """Return how sure code is of an answer, given as the decision's JSON."""
        made_up = sorted(not_quoted(question, value))
        if made_up:
            return Judged(0.0, why={"quoted, but not in the passage": made_up})
        sure_of, why = self._fields(question, value)
        by_sources = self._sources(question, value)
        if by_sources is not None:
            sure_of["sources"] = by_sources
        return Judged(min(sure_of.values(), default=None), sure_of, why)

    def warm(self, folder: Path, kind: type[Decision]) -> None:
        """Fit ahead of the first mail."""
        skill = self._offline.skill(folder, kind)
        skill.warm()
        self._scale(skill)

    def _fields(self, question: Question, value: Mapping[str, Any]) -> tuple[dict[str, float], dict[str, Any]]:
        skill = self._offline.skill(question.folder, question.kind)
        ask, scale = Ask(question, skill), self._scale(skill)
        sure_of: dict[str, float] = {}
        contradicted: list[str] = []
        for name in skill.choices() if question.message else ():
            learnt = scale.classifiers.get(name) if scale else None
            try:
                sign = Sign.of(learnt.predict(ask.text) if learnt else ask.classify(name), value[name])
            except BrainError:
                # no examples have this field: nothing is known of it
                continue
            sure_of[name] = round(scale.weigh(sign) if scale and learnt else sign.cautious(), 4)
            if sign.sure and not sign.agrees:
                contradicted.append(name)
        return sure_of, {"the offline brain says otherwise": contradicted} if contradicted else {}

    def _sources(self, question: Question, value: Mapping[str, Any]) -> float | None:
        """Return how sure the passages make us of the cited ones; None when none is cited or none came with a score."""
        cited = {source["id"] for source in _cited(value)}
        lists = [found for found in _ranked(plain(question.context)) if cited & {row["id"] for row in found}]
        if not cited or not lists:
            return None
        opinion = self._own_opinion(question)
        if opinion is not None and {source["id"] for source in _cited(opinion[0])} == cited:
            return round(with_opinion(opinion[1], agrees=True), 4)
        if not cited <= {found[0]["id"] for found in lists}:
            return BESIDE_THE_BEST
        margin = min(_margin(found) for found in lists)
        return round(0.5 + (MOST_BY_PASSAGES - 0.5) * margin, 4)

    def _own_opinion(self, question: Question) -> tuple[Mapping[str, Any], float] | None:
        """Return what the agent's offline function answers and how sure it is, if it has one that can."""
        function = self._offline.skill(question.folder, question.kind).function
        if function is None:
            return None
        try:
            guess = function(Ask(question, self._offline.skill(question.folder, question.kind)))
        except BrainError:
            return None
        return guess.value, guess.confidence or UNKNOWN_CONFIDENCE

    def _scale(self, skill: Skill) -> Scale | None:
        """Return the regression of a decision, fitted once; None without enough recorded answers."""
        key = (skill.folder, skill.kind.__name__)
        with self._lock:
            if key not in self._scales:
                self._scales[key] = _fit(skill)
            return self._scales[key]


def _fit(skill: Skill) -> Scale | None:
    """Fit on recorded answers to `dev` examples, which Claude was not shown; the classifiers here saw `train` alone."""
    recorded = read_recorded(skill.folder / "examples" / f"{skill.kind.__name__.lower()}.claude.jsonl")
    rows = [(example, recorded.get(example.line, {})) for example in skill.examples if example.split == "dev"]
    classifiers: dict[str, Classifier] = {}
    signs: list[Sign] = []
    right: list[bool] = []
    for name in skill.choices() if recorded else ():
        seen = [example for example in skill.examples if example.split == SHOWN and name in example.value]
        known = [(example, said[name]) for example, said in rows if name in example.value and name in said]
        if not seen or not known:
            continue
        labelled = [{"text": item.text, "label": item.value[name]} for item in seen]
        classifiers[name] = Classifier.fit(labelled, kept=skill.kept)
        predictions = classifiers[name].predict_many([example.text for example, _ in known])
        signs += [Sign.of(guess, said) for guess, (_, said) in zip(predictions, known, strict=True)]
        right += [said == example.value[name] for example, said in known]
    if len(signs) < LEAST_RECORDED or len(set(right)) < 2:
        return None
    from sklearn.linear_model import LogisticRegression

    return Scale(classifiers, LogisticRegression(max_iter=500).fit([sign.features() for sign in signs], right))


def read_recorded(path: Path) -> dict[int, dict[str, Any]]:
    """Read what `postroom decide` wrote for the lines of an examples file: the answers by line number.

    Lines that report an error have no answer. Raises BrainError on a line that is not such output.
    """
    if not path.is_file():
        return {}
    return dict(filter(None, read_lines(path, _answer_of, "write it with `postroom decide`")))


def _answer_of(_number: int, row: Any) -> tuple[int, dict[str, Any]] | None:
    return None if "error" in row else (int(row["line"]), dict(row["value"]))


def not_quoted(question: Question, value: Mapping[str, Any]) -> Iterator[str]:
    """Yield the ids of sources whose words stand in no passage of that id."""
    passages: dict[str, str] = {}
    for row in _identified(plain(question.context)):
        words = " ".join(str(part) for part in row.values() if isinstance(part, str))
        passages[row["id"]] = f"{passages.get(row['id'], '')} {_flat(words)}"
    for source in _cited(value):
        quote = _flat(source["quote"])
        if not quote or quote not in passages.get(source["id"], ""):
            yield source["id"]


def _cited(value: Mapping[str, Any]) -> list[dict[str, str]]:
    lists = [item for item in value.values() if isinstance(item, list)]
    return [row for found in lists for row in found if isinstance(row, dict) and set(row) == {"id", "quote"}]


def _identified(data: Any) -> Iterator[dict[str, Any]]:
    """Yield every mapping with a text `id` in JSON-like data."""
    if isinstance(data, dict):
        if isinstance(data.get("id"), str):
            yield data
        for item in data.values():
            yield from _identified(item)
    elif isinstance(data, list):
        for item in data:
            yield from _identified(item)


def _ranked(data: Any) -> Iterator[list[dict[str, Any]]]:
    """Yield every list of passages with scores, best first, in JSON-like data."""
    if isinstance(data, list):
        if data and all(isinstance(row, dict) and "id" in row and isinstance(row.get("score"), float) for row in data):
            yield sorted(data, key=lambda row: -row["score"])
        else:
            for item in data:
                yield from _ranked(item)
    elif isinstance(data, dict):
        for item in data.values():
            yield from _ranked(item)


def _margin(found: list[dict[str, Any]]) -> float:
    """Return how far the best passage is ahead of the second, 0 to 1."""
    first, second = [*(row["score"] for row in found), 0.0][:2]
    return float((first - second) / first) if first > 0 else 0.0


def _flat(text: str) -> str:
    return " ".join(text.split()).casefold()
