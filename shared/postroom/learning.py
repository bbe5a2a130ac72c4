"""Articles that our people approved: kept in the data folder, found beside those of the agent's own file.

knowledge = articles_of("support", HERE / "data" / "knowledge.json")
propose_article("support", knowledge, inbox.history(Answer, since=…))  # of a handler of @agent.every
"""

from __future__ import annotations

import json
import os
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from re import Pattern
from typing import Any

from postroom.past import History
from postroom.refused import Refused
from postroom.transition import Actions, Propose
from postroom.vectors import data_dir, embeddings
from postroom_kit.gap_report import Gap, gaps, unanswered
from postroom_kit.knowledge import Article, Knowledge, KnowledgeError
from postroom_kit.knowledge.articles import check, decoded

_knowledge: dict[str, Knowledge] = {}
"""By agent: what learns while it runs."""
_running_in: list[Path] = []
_learning = threading.Lock()


def learnt_by(agent: str) -> Path:
    """Return the file of the articles that were approved for an agent, in the form of its own `knowledge.json`."""
    folder = _running_in[-1] if _running_in else data_dir()
    return folder / "articles" / f"{agent}.json"


def articles_of(agent: str, own: Path) -> Knowledge:
    """Load an agent's own articles and those approved since; of two with one id its own counts.

    Raises Refused, which names file and entry, where one of the files cannot be used.
    """
    try:
        _knowledge[agent] = knowledge = Knowledge.load(own, embeddings())
    except KnowledgeError as error:
        raise Refused(f"{error} Correct the file, then start again.") from error
    _find_learnt(agent, knowledge)
    return knowledge


def learn_in(folder: Path) -> None:
    """Learn in this data folder, whatever was said when agents were imported, and find what was learnt there.

    Raises Refused for a damaged file.
    """
    _running_in[:] = [folder]
    for agent, knowledge in _knowledge.items():
        _find_learnt(agent, knowledge)


def _find_learnt(agent: str, knowledge: Knowledge) -> None:
    taken = {article.id for article in knowledge.articles}
    try:
        approved = _approved(learnt_by(agent))
    except KnowledgeError as error:
        raise Refused(f"{error} Correct the file, then start again.") from error
    if new := [article for article in approved if article.id not in taken]:
        knowledge.add(*new)


def propose_article(
    agent: str, knowledge: Knowledge, past: History[Any], numbers: Sequence[Pattern[str]] = ()
) -> Actions | None:
    """Propose one article: of the questions that people answered and no article does, the most frequent.

    None where there is none that was not proposed before, in these words or like ones. `numbers` match what is one
    customer's own.
    """
    known = {text for article in knowledge.articles for text in article.questions}
    open_still = [each for each in unanswered(past.threads) if each.question not in known]
    found = gaps(knowledge, open_still, past.until.date(), numbers, told=past.proposed - known)
    gap = next((each for each in found if each.entry), None)
    return None if gap is None else Actions(_proposal(agent, gap))


def _proposal(agent: str, gap: Gap) -> Propose:
    entry = gap.entry
    asked = "; ".join(f"“{words}”" for words in entry["questions"])
    because = f"asked on {gap.times} thread{'s' * (gap.times > 1)}, and one of you answered: {asked}"
    if gap.private:
        because += f". In no article yet, so maybe one customer's alone: {'; '.join(gap.private)}"
    title = f"New article: {gap.question}"
    more = {name: entry[name] for name in ("id", "questions", "updated")}
    return Propose(learn, gap.question, title=title, text=entry["answer"], because=because, agent=agent, **more)


def learn(op_id: str, text: str, agent: str, id: str, questions: list[str], updated: str) -> dict[str, str]:  # noqa: ARG001
    """Add an approved article to those of an agent, at once and for good; the same one is added once.

    Raises KnowledgeError where it is no article, or the file of approved ones was damaged since; that is left as it is.
    """
    with _learning:
        path, knowledge = learnt_by(agent), _knowledge.get(agent)
        learnt = _approved(path)
        entry = {"id": id, "questions": questions, "answer": text, "updated": updated}
        (new,) = check([entry], "what was approved")
        if known := next((each for each in learnt if replace(each, id=id) == new), None):
            return {"id": known.id, "file": str(path)}
        taken = {each.id for each in (*learnt, *(knowledge.articles if knowledge else ()))}
        while new.id in taken:
            new = replace(new, id=f"{new.id}-new")
        _write(path, json.dumps([asdict(each) for each in (*learnt, new)], ensure_ascii=False, indent=2, default=str))
        if knowledge:
            knowledge.add(new)
        return {"id": new.id, "file": str(path)}


def _approved(path: Path) -> tuple[Article, ...]:
    """Return the articles of a file of approved ones, none where all were moved elsewhere.

    Raises KnowledgeError where it cannot be used.
    """
    entries = decoded(path) if path.exists() else []
    return check(entries, str(path)) if entries != [] else ()


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all; it holds words of our people, so only we may read it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(f"{text}\n")
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink()
        raise
