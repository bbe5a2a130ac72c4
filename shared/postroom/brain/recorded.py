"""Answers once given, kept in a file and given again: the same evaluation without key, cost or chance."""

from __future__ import annotations

import hashlib
import json
import threading
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from postroom.agent_check import prompt_path
from postroom.brain.json_lines import read_lines
from postroom.brain.question import Answered, Brain, BrainError, Question, plain
from postroom.mail import Message

ANSWERED = TypeAdapter(Answered)
KEPT = ("value", "confidence", "brain", "sure_of", "why", "tokens", "cost_usd", "cost_known")


class RecordedBrain:
    """Answers from a JSONL file; with another brain it asks that for what is missing, and keeps the answer.

    An answer is found by what was asked: the question's inputs, with what a brain is told of a mail or thread in place
    of its id and time (those differ from play to play), and the decision's prompt. Change one of them, or the
    decision's fields so that the answer is none of it any more, and the answer is missing.
    """

    name = "recorded"

    def __init__(self, path: Path, asked_for_missing: Brain | None = None) -> None:
        """Read the file, if it is there. Raises BrainError on a bad line."""
        self.path = path
        self._brain = asked_for_missing
        self._lock = threading.Lock()
        self._answers = _read(path)

    def answer(self, question: Question) -> Answered:
        """Return the recorded answer, or record one. Raises BrainError that says what was asked when it cannot."""
        key = key_of(question)
        if key in self._answers and _fits(question, self._answers[key]):
            return self._answers[key]
        if self._brain is None:
            text = question.message.new_text if question.message else ""
            raise BrainError(
                f"{self.path.name} has no answer for {question.kind.__name__} ({question.model}) on "
                f"{' '.join(text.split())[:80]!r}: record it with RecordedBrain(path, a brain that can answer)"
            )
        answered = self._brain.answer(question)
        row = {"key": key, "type": question.kind.__name__, **{name: getattr(answered, name) for name in KEPT}}
        with self._lock:
            self._answers[key] = answered
            # an editor may have taken away the end of the last line
            is_open = self.path.is_file() and self.path.read_bytes()[-1:] not in (b"", b"\n")
            line = json.dumps(row, ensure_ascii=False)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(f"\n{line}\n" if is_open else f"{line}\n")
        return answered


def _fits(question: Question, answered: Answered) -> bool:
    try:
        question.kind.model_validate(answered.value)
    except ValidationError:
        return False
    return True


def key_of(question: Question) -> str:
    """Return the hash that a question's answer is kept under."""
    inputs: dict[str, Any] = question.inputs()
    message, prompt = question.message, prompt_path(question.folder, question.kind.__name__)
    inputs["message"] = _told(message) if message else None
    inputs["thread"] = [_told(item) for item in question.thread.messages]
    inputs["state"] = question.thread.state.value
    inputs["earlier"] = [[past.subject, past.outcome] for past in question.earlier]
    inputs["prompt"] = prompt.read_text(encoding="utf-8") if prompt.is_file() else ""
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()


def _told(message: Message) -> list[Any]:
    """Return what a brain is told of a mail; of ours not the inbox, which may have another name in the next play."""
    sender = plain(message.sender) if message.received else None
    files = [item.filename for item in message.attachments]
    return [sender, message.subject, files, message.new_text, message.left_out]


def _read(path: Path) -> dict[str, Answered]:
    if not path.is_file():
        return {}
    return dict(read_lines(path, _recorded, "record this answer anew"))


def _recorded(_number: int, row: Any) -> tuple[str, Answered]:
    answered = ANSWERED.validate_python({name: row[name] for name in KEPT})
    if not all(0 <= sure <= 1 for sure in (answered.confidence or 0.0, *answered.sure_of.values())):
        raise ValueError("a confidence is 0 to 1")
    return str(row["key"]), answered
