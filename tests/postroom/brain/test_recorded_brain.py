"""Recorded answers: found again by what was asked, and a miss that says how to record."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from enum import auto
from pathlib import Path

import pytest
from claude_testing import NOW, a_file, mail, question

import postroom
from postroom import Message, Sender
from postroom.brain import Answered, BrainError, Earlier, Question
from postroom.brain.recorded import RecordedBrain


class Counting:
    """Answers with how often it was asked."""

    name = "counting"

    def __init__(self) -> None:
        self.asked = 0

    def answer(self, question: Question) -> Answered:
        self.asked += 1
        return Answered({"topic": "returns"}, 0.7, "claude-x", {"topic": 0.7}, {"calls": self.asked}, 12, 0.5, False)


class Later(postroom.State):
    WAITING = auto()


def about(asked: Question, message: Message) -> Question:
    """Ask the same about another mail, alone on its thread."""
    return dataclasses.replace(asked, message=message, thread=dataclasses.replace(asked.thread, messages=(message,)))


def in_state(asked: Question, state: postroom.State) -> Question:
    return dataclasses.replace(asked, thread=dataclasses.replace(asked.thread, state=state))


def test_an_answer_is_recorded_once_and_given_again_without_the_brain(folder: Path, tmp_path: Path) -> None:
    path, brain = tmp_path / "recorded.jsonl", Counting()
    recorder = RecordedBrain(path, brain)
    first = recorder.answer(question(folder, "hello"))
    assert recorder.answer(question(folder, "hello")) == first
    assert brain.asked == 1
    assert RecordedBrain(path).answer(question(folder, "hello")) == first


def test_ids_differ_from_play_to_play_and_do_not_matter(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "recorded.jsonl"
    asked = question(folder, "hello", earlier=(Earlier("a kettle", "answered", "t-1", NOW),))
    RecordedBrain(path, Counting()).answer(asked)
    message = dataclasses.replace(mail("hello", minutes=100), message_id="<another@example.com>")
    again = dataclasses.replace(about(asked, message), earlier=(Earlier("a kettle", "answered", "t-2"),))
    assert RecordedBrain(path).answer(again).value == {"topic": "returns"}


def test_an_answer_to_one_of_our_own_mails_is_found_from_an_inbox_of_another_name(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "recorded.jsonl"
    ours = [mail("before", received=False, sender=Sender(f"{name}@sandbox.test")) for name in ("brainy", "brainy-x")]
    RecordedBrain(path, Counting()).answer(question(folder, "hello", earlier_mails=ours[:1]))
    assert RecordedBrain(path).answer(question(folder, "hello", earlier_mails=ours[1:])).value == {"topic": "returns"}


OTHERS = ["text", "thread", "context", "model", "prompt", "file", "subject", "sender", "forged", "earlier", "state"]


@pytest.mark.parametrize("change", OTHERS)
def test_whatever_else_is_asked_is_missing(folder: Path, tmp_path: Path, change: str) -> None:
    path = tmp_path / "recorded.jsonl"
    RecordedBrain(path, Counting()).answer(question(folder, "hello"))
    if change == "prompt":
        (folder / "prompts" / "topic.md").write_text("Say it otherwise.")
    other = {
        "text": question(folder, "hello\nyou"),
        "thread": question(folder, "hello", earlier_mails=(mail("before"),)),
        "context": question(folder, "hello", context={"passages": [1]}),
        "model": question(folder, "hello", model="large"),
        "prompt": question(folder, "hello"),
        "file": question(folder, "hello", attachments=(a_file("contract.pdf"),)),
        "subject": question(folder, "hello", subject="Goodbye"),
        "sender": about(question(folder, "hello"), mail("hello", sender=Sender("bob@example.com", "Bob"))),
        "forged": about(question(folder, "hello"), mail("hello", sender=Sender("ana@example.com", "Ana"))),
        "earlier": question(folder, "hello", earlier=(Earlier("a kettle", "answered"),)),
        "state": in_state(question(folder, "hello"), Later.WAITING),
    }[change]
    with pytest.raises(BrainError, match=r"recorded\.jsonl has no answer for Topic \(\w+\) on 'hello.*record it with"):
        RecordedBrain(path).answer(other)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda good: good[:60], "JSONDecodeError"),
        (lambda good: good.replace(b"returns", b"r\xe9turns"), r"is not UTF-8 \(byte \d+\)"),
        (lambda good: good.decode().encode("utf-16"), r"is not UTF-8 \(byte 1\)"),
        (lambda good: good.replace(b'{"topic": "returns"}', b'"returns"'), "value: Input should be a valid dict"),
        (lambda good: good.replace(b"0.7,", b'"high",'), "confidence: Input should be a valid number"),
        (lambda good: good.replace(b"0.7,", b"7,"), "ValueError"),
        (lambda good: good.replace(b"0.7,", b"NaN,"), "ValueError"),
        (lambda _: b"[1]", "TypeError"),
        (lambda _: b"[" * 200_000, "RecursionError"),
    ],
    ids=["cut off", "Latin-1", "UTF-16", "no object", "no number", "too sure", "NaN", "a list", "nested too deep"],
)
def test_a_damaged_recording_is_named_by_its_line(
    folder: Path, tmp_path: Path, damage: Callable[[bytes], bytes], said: str
) -> None:
    path = tmp_path / "recorded.jsonl"
    RecordedBrain(path, Counting()).answer(question(folder, "hello"))
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(BrainError, match=rf"recorded\.jsonl, line 1: {said}.*; record this answer anew"):
        RecordedBrain(path)


def test_an_editors_byte_order_mark_and_line_ends_are_no_damage(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "recorded.jsonl"
    RecordedBrain(path, Counting()).answer(question(folder, "hello"))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert RecordedBrain(path).answer(question(folder, "hello")).value == {"topic": "returns"}


def test_an_answer_is_added_on_a_line_of_its_own(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "recorded.jsonl"
    RecordedBrain(path, Counting()).answer(question(folder, "hello"))
    path.write_bytes(path.read_bytes().rstrip())
    RecordedBrain(path, Counting()).answer(question(folder, "good day"))
    replayed = RecordedBrain(path)
    assert [replayed.answer(question(folder, text)).why for text in ("hello", "good day")] == [{"calls": 1}] * 2


def test_an_answer_that_is_none_of_the_decision_any_more_is_missing(folder: Path, tmp_path: Path) -> None:
    path, brain = tmp_path / "recorded.jsonl", Counting()
    RecordedBrain(path, brain).answer(question(folder, "hello"))
    path.write_text(path.read_text().replace("returns", "parcels"))
    with pytest.raises(BrainError, match=r"recorded\.jsonl has no answer for Topic"):
        RecordedBrain(path).answer(question(folder, "hello"))
    assert RecordedBrain(path, brain).answer(question(folder, "hello")).value == {"topic": "returns"}
    assert RecordedBrain(path).answer(question(folder, "hello")).value == {"topic": "returns"}


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "recorded.jsonl"
    path.write_text('\n{"key": "x"}\n')
    with pytest.raises(BrainError, match=r"recorded\.jsonl, line 2: KeyError\('value'\); record this answer anew"):
        RecordedBrain(path)
