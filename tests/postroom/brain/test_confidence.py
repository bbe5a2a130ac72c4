"""How sure code is of Claude's answers: by the offline classifier, the passages, the quotes, and recorded answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from claude_testing import ROWS, Quoting, Topic, make_folder, question
from hypothesis import given
from hypothesis import strategies as st

from postroom.brain import BrainError
from postroom.brain.confidence import MOST_BY_PASSAGES, Judge, read_recorded, with_opinion
from postroom.brain.offline import OfflineBrain

KNOWN = "how do I return my order"
FOREIGN = "Quantum chromodynamics lectures begin on Thursday in Heidelberg"
RETURN = {"id": "returns", "answer": "Goods can be returned within 30 days.", "score": 0.8}
BILL = {"id": "billing", "answer": "Invoices come by mail.", "score": 0.2}


@pytest.fixture
def judge() -> Judge:
    return Judge(OfflineBrain())


def quoting(*sources: tuple[str, str]) -> dict[str, Any]:
    return {"body": "x", "sources": [{"id": name, "quote": quote} for name, quote in sources]}


def test_agreement_raises_and_contradiction_lowers_it(judge: Judge, folder: Path) -> None:
    offline = OfflineBrain().answer(question(folder, KNOWN))
    assert offline.value == {"topic": "returns"}
    assert offline.confidence is not None
    agreed = judge.judge(question(folder, KNOWN), {"topic": "returns"})
    against = judge.judge(question(folder, KNOWN), {"topic": "billing"})
    assert agreed.confidence == agreed.sure_of["topic"] == pytest.approx((1 + offline.confidence) / 2, abs=1e-4)
    assert against.confidence == pytest.approx((1 - offline.confidence) / 2, abs=1e-4)
    assert against.why == {"the offline brain says otherwise": ["topic"]}


def test_what_is_unlike_all_examples_counts_as_low_either_way(judge: Judge, folder: Path) -> None:
    for topic in ("returns", "billing"):
        assert judge.judge(question(folder, FOREIGN), {"topic": topic}).confidence == 0.0


def test_where_nothing_is_known_it_is_unknown(judge: Judge, tmp_path: Path) -> None:
    folder = make_folder(tmp_path, [])
    assert judge.judge(question(folder, KNOWN), {"topic": "returns"}).confidence is None
    assert judge.judge(question(folder, KNOWN, Quoting), quoting()).confidence is None


@given(sure=st.floats(0.001, 1))
def test_an_opinion_never_makes_it_certain_nor_more_than_half_of_the_doubt(sure: float) -> None:
    assert sure <= with_opinion(sure, agrees=True) <= 1
    assert 0 <= with_opinion(sure, agrees=False) <= 0.5


def test_passages_alone_make_it_likely_by_their_margin_and_never_sure(judge: Judge, folder: Path) -> None:
    def sure(first: float, second: float, cited: str = "returns") -> float | None:
        found = [{**RETURN, "score": first}, {**BILL, "score": second}]
        quote = {"returns": "within 30 days", "billing": "Invoices come"}[cited]
        asked = question(folder, KNOWN, Quoting, context={"passages": found})
        return judge.judge(asked, quoting((cited, quote))).sure_of["sources"]

    clear, close, beside = sure(0.8, 0.1), sure(0.8, 0.7), sure(0.8, 0.7, "billing")
    assert clear is not None
    assert close is not None
    assert beside is not None
    assert MOST_BY_PASSAGES >= clear > close > beside


@pytest.mark.parametrize(
    "source",
    [("returns", "within 60 days"), ("billing", "within 30 days"), ("made-up", "within 30 days"), ("returns", " ")],
)
def test_a_quote_that_does_not_stand_in_its_passage_makes_it_nothing(
    judge: Judge, folder: Path, source: tuple[str, str]
) -> None:
    asked = question(folder, KNOWN, Quoting, context={"asked": [{"passages": [RETURN, BILL]}]})
    judged = judge.judge(asked, quoting(source))
    assert judged.confidence == 0.0
    assert judged.why == {"quoted, but not in the passage": [source[0]]}


def test_case_and_spaces_of_a_quote_do_not_matter(judge: Judge, folder: Path) -> None:
    asked = question(folder, KNOWN, Quoting, context={"passages": [RETURN]})
    assert judge.judge(asked, quoting(("returns", "goods can  be\nreturned WITHIN 30 days."))).confidence


OWN = """
from postroom.brain.offline import Guess

def quoting(ask):
    return Guess({"body": "x", "sources": [{"id": "returns", "quote": "y"}]}, 0.9)
"""


def test_the_agents_own_function_that_finds_the_same_passages_agrees(
    judge: Judge, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(folder.parent)
    folder = folder.rename(folder.with_name("own_function_agent"))
    (folder / "__init__.py").touch()
    (folder / "offline.py").write_text(OWN)
    asked = question(folder, KNOWN, Quoting, context={"passages": [RETURN, BILL]})
    assert judge.judge(asked, quoting(("returns", "within 30 days"))).confidence == pytest.approx(0.95)
    both = quoting(("returns", "within 30 days"), ("billing", "Invoices come"))
    assert judge.judge(asked, both).confidence == 0.25


OTHER = {"returns": "billing", "billing": "returns"}


def recording(parent: Path, *, misleading: bool = False, lines: int = 60) -> Path:
    """Make a folder with `dev` examples, of which Claude answers nine in ten rightly; their words may be misleading."""
    dev = []
    for number in range(lines):
        row = ROWS[number % 8]
        topic = row["value"]["topic"]
        label = OTHER[topic] if misleading else topic
        dev.append({"text": f"{row['text']} {number}", "value": {"topic": label}, "split": "dev"})
    folder = make_folder(parent, [*ROWS, *dev])
    with (folder / "examples" / "topic.claude.jsonl").open("w") as file:
        for number, row in enumerate(dev, len(ROWS) + 1):
            said = row["value"]["topic"] if number % 10 else OTHER[row["value"]["topic"]]
            file.write(json.dumps({"line": number, "value": {"topic": said}, "confidence": None}) + "\n")
        file.write('{"line": 9999, "error": "no answer"}\n')
    return folder


def sure_of(judge: Judge, folder: Path, topic: str) -> float:
    confidence = judge.judge(question(folder, KNOWN), {"topic": topic}).confidence
    assert confidence is not None
    return confidence


def test_recorded_answers_teach_whom_to_believe(judge: Judge, tmp_path: Path) -> None:
    plain, odd = recording(tmp_path / "a"), recording(tmp_path / "b", misleading=True)
    judge.warm(plain, Topic)
    assert sure_of(judge, plain, "returns") > 0.8
    assert sure_of(judge, plain, "billing") < 0.3
    assert sure_of(judge, odd, "billing") > 0.7


def test_a_recorded_answer_may_hold_any_line_separator(tmp_path: Path) -> None:
    path = tmp_path / "topic.claude.jsonl"
    path.write_text('{"line": 1, "value": {"topic": "one\u2028two"}}\n\n{"line": 3, "value": {}}\n', encoding="utf-8")
    assert read_recorded(path) == {1: {"topic": "one\u2028two"}, 3: {}}


def test_too_few_recorded_answers_leave_the_formula(judge: Judge, tmp_path: Path) -> None:
    few = recording(tmp_path, lines=20)
    offline = OfflineBrain().answer(question(few, KNOWN))
    assert offline.confidence is not None
    assert sure_of(judge, few, "returns") == pytest.approx(with_opinion(offline.confidence, agrees=True), abs=1e-4)


def test_a_bad_recording_is_named_by_its_line(judge: Judge, folder: Path) -> None:
    (folder / "examples" / "topic.claude.jsonl").write_text(
        '{"line": 1, "value": {"topic": "returns"}}\n{"value": 1}\n'
    )
    with pytest.raises(BrainError, match=r"topic\.claude\.jsonl, line 2: .*write it with `postroom decide`"):
        judge.judge(question(folder, KNOWN), {"topic": "returns"})
