"""The offline brain: an agent's own function or its examples, how sure it is, and what a bad example says."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from datetime import UTC, datetime
from enum import auto
from pathlib import Path
from typing import Any, Literal

import pytest
from claude_testing import ROWS

import postroom
from postroom import Decision, Inbox, Message, Sender, Thread
from postroom.brain import BrainError, Question
from postroom.brain.offline import OfflineBrain, read_examples
from postroom.brain.question import plain
from postroom.brain.scripted import ScriptedBrain

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
numbers = itertools.count(1)


class State(postroom.State):
    NEW = auto()


class Triage(Decision):
    topic: Literal["returns", "billing"]
    note: str = ""


class Answer(Decision):
    body: str


MakeFolder = Callable[..., Path]


@pytest.fixture
def make_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeFolder:
    monkeypatch.syspath_prepend(tmp_path)

    def make(offline: str = "", **examples: list[dict[str, Any]]) -> Path:
        folder = tmp_path / f"brainy_{next(numbers)}_agent"
        (folder / "examples").mkdir(parents=True)
        (folder / "__init__.py").touch()
        for name, rows in examples.items():
            lines = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
            (folder / "examples" / f"{name}.jsonl").write_text(lines, encoding="utf-8")
        if offline:
            (folder / "offline.py").write_text(offline)
        return folder

    return make


def ask(folder: Path, kind: type[Decision], text: str, **context: Any) -> Question:
    sender = Sender("ana@example.com", authenticated=True)
    message = Message("<1>", "t", "i", sender, "", text, NOW)
    thread = Thread("t", Inbox("i", "brainy", NOW), State.NEW, NOW, (message,))
    return Question(kind, folder, message, thread, "small", context)


def test_fields_with_fixed_choices_are_learnt_from_the_examples(make_folder: MakeFolder) -> None:
    folder, brain = make_folder(triage=ROWS), OfflineBrain()
    answered = brain.answer(ask(folder, Triage, "how do I return the order I got"))
    assert answered.value == {"topic": "returns"}
    assert answered.confidence == answered.sure_of["topic"] > 0
    assert answered.brain == "offline"
    assert answered.cost_usd == 0


def test_what_is_unlike_all_examples_is_said_and_counts_as_unsure(make_folder: MakeFolder) -> None:
    folder, brain = make_folder(triage=ROWS), OfflineBrain()
    known = brain.answer(ask(folder, Triage, "how do I return my order"))
    foreign = brain.answer(ask(folder, Triage, "Quantum chromodynamics lectures begin on Thursday in Heidelberg"))
    assert foreign.why == {"unlike all examples in": ["topic"]}
    assert foreign.confidence == 0.0
    assert known.confidence is not None
    assert known.confidence > 0.0
    assert known.why == {}


def test_what_is_held_back_for_testing_is_not_learnt(make_folder: MakeFolder) -> None:
    folder = make_folder(triage=[{**row, "split": "test"} for row in ROWS])
    with pytest.raises(BrainError, match=r"no examples for Triage\.topic: add examples/triage\.jsonl to brainy_"):
        OfflineBrain().answer(ask(folder, Triage, "how do I return my order"))


def test_an_example_without_the_field_teaches_the_others(make_folder: MakeFolder) -> None:
    folder = make_folder(triage=[*ROWS, {"text": "hello", "value": {"note": "x"}, "split": "train"}])
    assert OfflineBrain().answer(ask(folder, Triage, "my invoice is wrong")).value == {"topic": "billing"}


OWN = """
from postroom.brain.offline import Guess

warmed = 0

def warm(kept):
    global warmed
    warmed += 1

def answer(ask):
    return Guess({"body": f"{ask.given('greeting')} {ask.text}"}, 0.7, why={"rule": "greets"})
"""


def test_the_agents_own_function_goes_before_the_examples(make_folder: MakeFolder) -> None:
    folder = make_folder(OWN, triage=ROWS)
    brain = OfflineBrain()
    answered = brain.answer(ask(folder, Answer, "Ana", greeting="Hello"))
    assert (answered.value, answered.confidence, answered.why) == ({"body": "Hello Ana"}, 0.7, {"rule": "greets"})
    assert brain.answer(ask(folder, Triage, "where is my invoice")).value == {"topic": "billing"}


class Note(Decision):
    topic: Literal["returns", "billing"]
    note: str


LAX = """
from postroom.brain.offline import Guess

def note(ask):
    return Guess({"topic": "parcels", "note": "x"}, 0.9)
"""


@pytest.mark.parametrize(
    ("offline", "fault"), [("", "note: Field required"), (LAX, "topic: Input should be 'returns'")]
)
def test_what_is_no_whole_decision_is_no_answer(make_folder: MakeFolder, offline: str, fault: str) -> None:
    folder = make_folder(offline, note=ROWS)
    said = (
        rf"answer is no Note: {fault}.*; let note\(ask\) in offline\.py of {folder.name} give all fields, or set ANTH"
    )
    with pytest.raises(BrainError, match=said):
        OfflineBrain().answer(ask(folder, Note, "how do I return my order"))


def test_what_the_handler_did_not_pass_is_named(make_folder: MakeFolder) -> None:
    folder = make_folder(OWN)
    with pytest.raises(BrainError, match=r"Answer offline needs greeting=…; pass it to thread\.decide"):
        OfflineBrain().answer(ask(folder, Answer, "Ana"))


def test_warming_twice_learns_once(make_folder: MakeFolder) -> None:
    folder, brain = make_folder(OWN, triage=ROWS), OfflineBrain()
    brain.warm(folder, [Triage])
    learnt = brain.skill(folder, Triage).classifier("topic")
    brain.warm(folder, [Triage])
    assert brain.skill(folder, Triage).classifier("topic") is learnt


@pytest.mark.parametrize(
    ("line", "about"),
    [
        ("{", "Expecting property name"),
        ('{"value": {}, "split": "train"}', "text"),
        ('{"text": "x", "split": "train"}', "value"),
        ('{"text": "x", "value": {}}', "split"),
        ('{"text": "x", "value": "returns", "split": "train"}', "ValueError"),
        ('["x"]', "AttributeError"),
        ("7", "AttributeError"),
    ],
)
def test_a_bad_example_is_named_by_its_line(tmp_path: Path, line: str, about: str) -> None:
    path = tmp_path / "triage.jsonl"
    path.write_text(f"{json.dumps(ROWS[0])}\n\n{line}\n")
    with pytest.raises(BrainError, match=rf"triage\.jsonl, line 3: .*{about}.*a line is {{text, value, split, …}}"):
        read_examples(path)


def test_examples_that_an_editor_saved_are_read_or_told_how_they_are_wrong(tmp_path: Path) -> None:
    path = tmp_path / "triage.jsonl"
    path.write_text(json.dumps(ROWS[0]), encoding="utf-8-sig")
    assert len(read_examples(path)) == 1
    path.write_bytes(path.read_bytes() + b'\n{"text": "caf\xe9"}')
    with pytest.raises(BrainError, match=r"triage\.jsonl, line 2: is not UTF-8 \(byte 14\); a line is"):
        read_examples(path)


def test_odd_line_breaks_inside_an_example_do_not_end_it(tmp_path: Path) -> None:
    path = tmp_path / "triage.jsonl"
    row = {"text": "one\u2028two\u0085three", "value": {"topic": "returns"}, "split": "train"}
    path.write_text(f"{json.dumps(row, ensure_ascii=False)}\r\n", encoding="utf-8")
    (example,) = read_examples(path)
    assert example.text == row["text"]


def test_what_an_example_quotes_is_not_learnt(make_folder: MakeFolder) -> None:
    quoted = "\n\nOn Mon, 2 Mar 2026 at 10:11, Desk <desk@example.com> wrote:\n> you charged my card twice"
    folder = make_folder(triage=[{**row, "text": f"{row['text']}{quoted}"} for row in ROWS])
    examples = read_examples(folder / "examples" / "triage.jsonl")
    assert [example.text for example in examples] == [row["text"] for row in ROWS]
    assert OfflineBrain().answer(ask(folder, Triage, "you charged my card")).value == {"topic": "billing"}


def test_the_scripted_brain_says_what_it_lacks(tmp_path: Path) -> None:
    brain = ScriptedBrain(Answer=lambda question: {"body": question.message.new_text.upper()})
    assert brain.answer(ask(tmp_path, Answer, "hello")).value == {"body": "HELLO"}
    with pytest.raises(BrainError, match=r"no answer for Triage; pass Triage=… to ScriptedBrain"):
        brain.answer(ask(tmp_path, Triage, "hello"))
    assert brain.asked == ["Answer", "Triage"]


def test_a_set_reads_the_same_in_every_process() -> None:
    words = {f"word {number}" for number in range(30)}
    assert plain(words) == plain(frozenset(words)) == sorted(words)


def test_what_a_question_depends_on_is_json_and_changes_with_its_context(tmp_path: Path) -> None:
    asked = ask(tmp_path, Answer, "hello", passages=[Answer(body="x")], at=NOW, place=tmp_path, many={"b", "a"})
    other = ask(tmp_path, Answer, "hello", passages=[Answer(body="y")], at=NOW, place=tmp_path, many={"b", "a"})
    assert json.loads(json.dumps(asked.inputs())) == asked.inputs()
    assert asked.inputs() != other.inputs()
