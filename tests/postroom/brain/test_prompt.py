"""What a decision sees of thread and examples: whole mails, newest first, and what is left out is said."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from claude_testing import ROWS, Quoting, Topic, a_file, mail, make_folder, past, question
from messages_api import fenced, outside

from postroom import Sender
from postroom.brain.offline import Example, read_examples
from postroom.brain.prompt import (
    EXAMPLES_TOKENS,
    MAIL_TOKENS,
    THREAD_TOKENS,
    chosen,
    system_blocks,
    tokens_in,
    user_turn,
)

NOWHERE = Path("nowhere_agent")


def mails_in(turn: str) -> list[str]:
    return [text.partition("\n\n")[2] for kind, text in fenced(turn) if kind == "mail"]


def test_the_mail_at_hand_stands_first_then_the_thread_newest_first() -> None:
    before = (mail("first", minutes=1), mail("second", minutes=2, received=False))
    turn = user_turn(question(NOWHERE, "third", earlier_mails=before))
    assert mails_in(turn) == ["third", "second", "first"]
    said = outside(turn)
    assert "It is Monday, 2026-03-02 09:00 UTC; the thread's state is new." in said
    assert "The mail to judge, received at 2026-03-02 10:40 UTC, sender authenticated:" in said
    assert "Also on this thread, sent by us at 2026-03-02 09:02 UTC:" in said
    assert "left out" not in said


def test_a_sender_nobody_vouches_for_is_called_so() -> None:
    forged = mail("hi", sender=Sender("ceo@example.com", "The CEO"))
    assert "not authenticated, perhaps forged" in outside(user_turn(question(NOWHERE, "x", earlier_mails=(forged,))))


def test_a_long_thread_is_cut_between_mails_and_that_is_said() -> None:
    words = "word " * (THREAD_TOKENS // 5)
    before = tuple(mail(f"{number} {words}", minutes=number) for number in range(9))
    turn = user_turn(question(NOWHERE, "now", earlier_mails=before))
    shown = mails_in(turn)
    assert 2 <= len(shown) < 9
    assert all(text.strip().endswith("word") for text in shown[1:])
    assert [text[0] for text in shown[1:]] == [str(8 - index) for index in range(len(shown) - 1)]
    assert f"{10 - len(shown)} older mails of this thread are left out." in outside(turn)
    assert sum(map(tokens_in, shown[1:])) <= THREAD_TOKENS


def test_a_very_long_mail_is_cut_and_that_is_said() -> None:
    turn = user_turn(question(NOWHERE, "ä" * 100_000))
    (shown,) = mails_in(turn)
    assert tokens_in(shown) <= MAIL_TOKENS
    assert f"its last {100_000 - len(shown)} characters are left out" in outside(turn)


def test_files_and_what_was_looked_up_are_data_too() -> None:
    turn = user_turn(question(NOWHERE, "see file", attachments=(a_file("a.pdf"),), context={"passages": [{"id": "x"}]}))
    given, shown = fenced(turn)
    assert given == ("given", '[{"id": "x"}]')
    assert "Attachments: a.pdf" in shown[1]
    assert "Our program looked up `passages`:" in outside(turn)


def test_what_the_mailbox_left_out_of_a_mail_is_told_too() -> None:
    asked = question(NOWHERE, "short")
    assert asked.message is not None
    message = dataclasses.replace(asked.message, left_out=7)
    turn = user_turn(dataclasses.replace(asked, message=message))
    assert "The mail goes on; its last 7 characters are left out." in outside(turn)


def test_at_most_three_earlier_threads_are_told() -> None:
    turn = user_turn(question(NOWHERE, "again", earlier=tuple(past(number) for number in range(5))))
    told = [text for kind, text in fenced(turn) if kind == "earlier"]
    assert told == [f"Subject: subject {number}\nOutcome: outcome {number}" for number in range(3)]
    assert question(NOWHERE, "again", earlier=(past(1),)).inputs() != question(NOWHERE, "again").inputs()


def test_without_a_mail_the_thread_is_all_there_is() -> None:
    asked = dataclasses.replace(question(NOWHERE, "newest", earlier_mails=(mail("older"),)), message=None)
    assert mails_in(user_turn(asked)) == ["newest", "older"]


def example(text: str, topic: str, split: str = "train", **more: Any) -> Example:
    return Example("", text, {"topic": topic, **more}, split, 1)


def test_examples_of_every_answer_are_shown_before_second_ones_of_any() -> None:
    rows = [example("r1", "returns"), example("r2", "returns"), example("b1", "billing"), example("b2", "billing")]
    assert [row.text for row in chosen(Topic, rows)] == ["r1", "b1", "r2", "b2"]


def test_what_is_held_back_too_long_or_no_whole_answer_is_not_shown() -> None:
    rows = [
        example("test", "returns", "test"), example("dev", "returns", "dev"), example("x " * 1_000, "returns"),
        example("no such", "weather"), example("too much", "returns", ids=["a"]), example("good", "billing"),
    ]  # fmt: skip
    assert [row.text for row in chosen(Topic, rows)] == ["good"]


def test_examples_end_before_they_are_too_many() -> None:
    rows = [example(f"mail number {number}", "returns") for number in range(3_000)]
    shown = chosen(Topic, rows)
    assert shown == chosen(Topic, rows) == rows[: len(shown)]
    assert 50 < len(shown) < EXAMPLES_TOKENS / tokens_in(f"{rows[0].text} {rows[0].value}")


def test_without_examples_the_cache_point_ends_the_prompt(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, ROWS)
    (block,) = system_blocks(folder, Quoting, ())
    assert block["cache_control"] == {"type": "ephemeral"}
    with_examples = system_blocks(folder, Topic, read_examples(folder / "examples" / "topic.jsonl"))
    assert "cache_control" not in with_examples[0]
