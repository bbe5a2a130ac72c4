"""Earlier threads of who writes: theirs alone, newest first, frozen, and shown to the brain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from desk_agent.agent import State, agent
from test_dead_letters import run_of

from agentmail_sandbox import Sandbox
from agentmail_sandbox.mime_read import Part
from postroom import Message, Thread, Transition
from postroom.brain import Answered, Question
from postroom.brain.scripted import ScriptedBrain
from postroom.mail import Earlier
from postroom.runtime.app import Runtime
from postroom_bench.play import CrashingEngine

DESK = "desk@sandbox.test"
ANA = "Ana Duarte <ana@example.com>"


class Listening(ScriptedBrain):
    """Keeps the questions it is asked."""

    def __init__(self) -> None:
        super().__init__(Say={"what": "answer", "body": "Blue."})
        self.questions: list[Question] = []

    def answer(self, question: Question) -> Answered:
        self.questions.append(question)
        return super().answer(question)

    def told(self) -> list[tuple[str, str, bool]]:
        """Return what the newest question said of earlier threads."""
        return [(past.subject, past.outcome, past.repeated) for past in self.questions[-1].earlier]


@pytest.fixture
def desk(run_agent: Callable[..., Any]) -> tuple[Runtime, Sandbox, Listening]:
    brain = Listening()
    runtime, sandbox = run_agent(agent, brain, wrap_engine=CrashingEngine)
    return runtime, sandbox, brain


def write(desk: tuple[Runtime, Sandbox, Listening], subject: str, text: str, sender: str = ANA, **more: Any) -> str:
    runtime, sandbox, _ = desk
    sandbox.clock.advance(timedelta(hours=1))
    mail = sandbox.post_mail(sender, DESK, subject, text=text, **more)
    runtime.drain()
    return str(mail.thread_id)


def test_the_three_newest_threads_of_the_same_sender_are_told_newest_first(desk: Any) -> None:
    for number in range(5):
        write(desk, f"number {number}", f"What of {number}?")
    write(desk, "Mine", "Another person's question?", "Bo <bo@example.com>")
    write(desk, "the last", "What of 3?")
    assert desk[2].told() == [("number 4", "done", False), ("number 3", "done", False), ("number 2", "done", False)]


def test_another_person_s_threads_are_never_told(desk: Any) -> None:
    write(desk, "Secret", "What does it cost?")
    write(desk, "Secret", "What does it cost?", "Ana Duarte <ana@elsewhere.example>")
    assert desk[2].told() == []


@pytest.mark.parametrize("forged", [0, 1])
def test_mail_that_nobody_vouches_for_neither_tells_nor_is_told(desk: Any, forged: int) -> None:
    for number in range(2):
        write(desk, "Secret", "What does it cost?", **({"auth": "none"} if number == forged else {}))
    assert desk[2].told() == []


def test_the_same_words_are_known_again(desk: Any) -> None:
    long = "Does the blue one come in a larger size, and what would that cost?"
    write(desk, "Blue", long)
    write(desk, "Another subject", f"  {long.upper()}\n")
    assert desk[2].told() == [("Blue", "done", True)]
    write(desk, "Short", "How much?")
    write(desk, "Of something else", "How much?")
    assert [repeated for *_, repeated in desk[2].told()] == [False, False, False]


def test_the_same_words_with_a_file_that_the_first_mail_lacks_are_another_mail(desk: Any) -> None:
    long = "The display of the second sensor is cracked right across, as the photo shows."
    photo, other = ({"attachments": [Part(b"1", name, "image/png")]} for name in ("a.png", "b.png"))
    write(desk, "Cracked", long)
    write(desk, "Cracked", long, **photo)
    assert not any(repeated for *_, repeated in desk[2].told())
    write(desk, "Cracked", long, **other)
    assert not any(repeated for *_, repeated in desk[2].told())
    write(desk, "Cracked", long, **photo)
    assert any(repeated for *_, repeated in desk[2].told())


def test_a_replay_is_told_what_the_run_was_told_first(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[Earlier, ...]] = []

    def read(message: Message, thread: Thread) -> Transition | None:
        heard.append(thread.earlier)
        if len(heard) == 2:
            runtime.context.engine.after = "stock"
            thread.look_up(stock)
        return None

    runtime = desk[0]
    monkeypatch.setitem(agent.on_mail, State.NEW, read)
    first = write(desk, "One", "What of one?")
    second = write(desk, "Two", "What of two?")
    assert len(heard) == 3
    assert heard[1] == heard[2]
    assert [past.thread_id for past in heard[1]] == [first]
    assert run_of(runtime, second)["status"] == "nothing"


def stock() -> int:
    return 3


@pytest.mark.parametrize("subject", ["Blue!", "RE: blue", "Fwd: Re: Blue ...", "AW: Blue"])
def test_short_words_are_the_same_under_a_subject_of_the_same_words(desk: Any, subject: str) -> None:
    write(desk, "Blue", "What does it cost?")
    write(desk, subject, "What does it cost?")
    assert desk[2].told() == [("Blue", "done", True)]


def test_a_timer_is_told_of_all_other_threads_of_whom_its_thread_is_with(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[Earlier, ...]] = []
    runtime = desk[0]
    write(desk, "Older", "What of the older?")
    write(desk, "One", "What of one?")
    write(desk, "Newer", "What of the newer?")
    write(desk, "Of another", "What of mine?", "Bo <bo@example.com>")
    hear = replace(agent.timer("close"), handler=lambda thread: heard.append(thread.earlier))
    monkeypatch.setattr(agent, "timers", [hear if timer.name == "close" else timer for timer in agent.timers])
    runtime.advance(timedelta(days=6))
    assert [sorted(past.subject for past in each) for each in heard] == [
        ["Newer", "One"], ["Newer", "Older"], ["Older", "One"], [],
    ]  # fmt: skip
