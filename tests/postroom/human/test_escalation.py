"""The hand-over pack: all that was seen is in it, and nothing of what strangers wrote becomes more than text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import auto
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import postroom
from postroom import Decision, Escalate, Inbox, Message, Sender, Thread
from postroom.human.escalation import GONE, HISTORY, LONGEST_LINE, LONGEST_QUOTE, pack, unattached
from postroom.letters import Letter
from postroom.mail import Attachment

# the engine's threads draw random numbers while strategies do, which hypothesis takes for a fault of the strategy

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOSTILE = '[click](https://evil.example) <script>alert(1)</script> ![i](https://evil.example/x.png)\n# Approve\n- "x"'


class State(postroom.State):
    NEW = auto()


class Triage(Decision):
    topic: str


@dataclass(frozen=True)
class Passage:
    id: str
    answer: str
    score: float


def mail(number: int = 1, text: str = "It hums at night.", **fields: Any) -> Message:
    fields = {"subject": "Odd thing", "sender": Sender("ana@example.com", "Ana Duarte", True), **fields}
    at = NOW + timedelta(minutes=number)
    return Message(f"<{number}>", "thread-7", "support@sandbox.test", new_text=text, timestamp=at, **fields)


def a_thread(*messages: Message) -> Thread:
    inbox = Inbox("support@sandbox.test", "support", NOW)
    return Thread("thread-7", inbox, State.NEW, NOW, messages, subject="Odd thing")


def handed_over(action: Escalate, *messages: Message) -> tuple[str, Letter]:
    return pack(action, "support", a_thread(*messages), messages[-1] if messages else None, "c0ffee00")


FULL = Escalate(
    "no article answers this",
    decisions=(Triage.of({"topic": "noise"}, 0.42), Triage.of({"topic": "unknown"}, None)),
    passages=(Passage("noise-1", "Fans may be heard at night.", 0.731), "a passage as it came"),
    suggestion="Could you send us a recording?\nThank you.",
    missing="an article on noise at night",
)


def test_everything_that_was_seen_is_in_it() -> None:
    ours = mail(2, "Is it plugged in?", received=False)
    subject, letter = handed_over(FULL, mail(1, "It makes a sound."), ours, mail(3))
    assert subject == "[support c0ffee00] no article answers this: Odd thing"
    for words in [
        "no article answers this",
        "Ana Duarte <ana@example.com>",
        "Odd thing",
        "2026-03-02 09:03 UTC",
        "thread-7",
        "an article on noise at night",
        "> It hums at night.",
        "2026-03-02 09:01 Ana Duarte <ana@example.com>: It makes a sound.",
        "2026-03-02 09:02 we: Is it plugged in?",
        "Triage (42% sure): topic: noise",
        "Triage (unknown sure): topic: unknown",
        "noise-1 (0.73): Fans may be heard at night.",
        "a passage as it came",
        "> Could you send us a recording?\n> Thank you.",
        "Case c0ffee00",
    ]:
        assert words in letter.text, words


def test_the_mail_at_hand_stands_once_and_not_in_the_history_again() -> None:
    _, letter = handed_over(Escalate("unsure"), mail(1, "First words."), mail(2, "Second words."))
    assert letter.text.count("Second words.") == 1
    assert letter.text.count("First words.") == 1


def test_what_is_not_there_takes_no_room() -> None:
    _, letter = handed_over(Escalate("unsure"), mail())
    for heading in (
        "What is missing",
        "The thread so far",
        "What the agent decided",
        "Passages",
        "A reply you may use",
    ):
        assert heading not in letter.text


def test_a_thread_without_mail_of_theirs_can_be_handed_over_too() -> None:
    subject, letter = handed_over(Escalate("silent for long"))
    assert subject == "[support c0ffee00] silent for long: Odd thing"
    assert "(no text)" in letter.text


def test_what_strangers_wrote_stays_text() -> None:
    sender = Sender("ana@example.com", "<b>Boss</b> [pay](https://evil.example)", True)
    action = Escalate(
        "unsure",
        decisions=(Triage.of({"topic": HOSTILE}, 0.5),),
        passages=(Passage("p", HOSTILE, 0.5),),
        suggestion=HOSTILE,
        missing=HOSTILE,
    )
    _, letter = handed_over(action, mail(1, HOSTILE), mail(2, HOSTILE, subject=HOSTILE, sender=sender))
    for tag in ("<a", "<img", "<script", "<h1", "<b>", "href", "src="):
        assert tag not in letter.html
    assert letter.text.count("https[:]//evil[.]example/x[.]png") >= 6
    assert "https://" not in letter.text + letter.html


def test_links_of_our_own_knowledge_stay_whole_in_what_people_read(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "knowledge.json").write_text('["See https://help.example/noise."]')
    action = Escalate("unsure", suggestion="Please see https://help.example/noise.")
    message = mail(1, "I read https://help.example/noise and http://evil.example/x")
    _, letter = pack(action, "support", a_thread(message), message, "c0ffee00", tmp_path)
    assert letter.text.count("https://help.example/noise") == 2
    assert "http[:]//evil[.]example/x" in letter.text


def test_a_link_in_the_subject_is_broken_up_unless_it_is_ours(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "knowledge.json").write_text('["See https://help.example/noise."]')
    message = mail(subject="Act at http://evil.test/x or www.evil.test, not https://help.example/noise")
    subject, _ = pack(Escalate("unsure"), "support", a_thread(message), message, "c0ffee00", tmp_path)
    assert subject.endswith("Act at http[:]//evil[.]test/x or www[.]evil[.]test, not https://help.example/noise")


@given(st.text(max_size=60), st.text(max_size=60))
def test_the_subject_is_one_line_whatever_was_written(subject: str, reason: str) -> None:
    made, _ = handed_over(Escalate(reason), mail(subject=subject))
    assert len(made.splitlines()) == 1
    assert made.startswith("[support c0ffee00] ")


def test_a_long_mail_is_shortened_and_says_so() -> None:
    _, letter = handed_over(Escalate("unsure"), mail(1, "b" * 5000), mail(2, "a" * 50_000))
    assert "a" * LONGEST_QUOTE in letter.text
    assert "a" * (LONGEST_QUOTE + 1) not in letter.text
    assert "b" * LONGEST_LINE in letter.text
    assert "b" * (LONGEST_LINE + 1) not in letter.text
    assert letter.text.count(" …") == 2


def test_a_long_mail_says_how_much_is_left_out_and_what_the_agent_did_not_read() -> None:
    _, letter = handed_over(Escalate("unsure"), mail(1, "a" * 50_000, left_out=7))
    assert "goes on for 46,007 more characters; the agent read none of the last 7." in letter.text
    _, letter = handed_over(Escalate("unsure"), mail(1, "a" * 4_100))
    assert "goes on for 100 more characters." in letter.text
    assert "goes on" not in handed_over(Escalate("unsure"), mail(1, "a" * 4_000))[1].text


def test_a_long_reason_leaves_a_subject_that_can_be_read() -> None:
    subject, letter = handed_over(Escalate("no article says: " + "x " * 50_000), mail())
    assert len(subject) < 400
    assert len(letter.text) < 1_000


def test_the_files_of_the_mail_are_listed_as_plain_text() -> None:
    files = (
        Attachment("a", "offer.pdf", "application/pdf", 5_020_000),
        Attachment("b", "[pay](https://evil.example/x).html", "text/html", 999),
        Attachment("c", "", "image/png", 12_345),
    )
    _, letter = handed_over(Escalate("unsure"), mail(attachments=files))
    assert "- offer.pdf (application/pdf, 5.0 MB)" in letter.text
    assert "- [pay](https[:]//evil[.]example/x).html (text/html, 999 bytes)" in letter.text
    assert "- (no name) (image/png, 12 kB)" in letter.text
    assert "href" not in letter.html


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Angebot_v1.2.final.xlsx", "Angebot_v1.2.final.xlsx"),
        ("evil.example", "evil.example"),
        ("www.evil.example", "www[.]evil[.]example"),
        ("see evil.example/x.pdf", "see evil[.]example/x[.]pdf"),
        ("bill\u202efdp.exe", "billfdp.exe"),
        ("\u2067a\u2069\u200f.pdf", "a.pdf"),
        ("a\x00\x1b[31m\x9b.pdf", "a[31m.pdf"),
        ("a.pdf\r\nBcc: eve@evil.example\r\n\r\n# Paid", "a.pdf Bcc: eve@evil.example # Paid"),
        ("1. *a* <b>.pdf", "1. *a* <b>.pdf"),
        ("\u200bx\ud800.pdf", "x.pdf"),
        ("می\u200cخواهم.pdf", "می\u200cخواهم.pdf"),
        ("\u202e\x00", "(no name)"),
        ("a" * 5000 + ".pdf", "a" * 120 + " …"),
    ],
    ids=repr,
)
def test_a_files_name_reads_as_it_is_and_does_no_more_than_that(name: str, shown: str) -> None:
    file = Attachment("a", name, "text/plain", 1)
    _, letter = handed_over(Escalate("unsure"), mail(text="See http://evil.example/x.", attachments=(file,)))
    assert f"\n- {shown} (text/plain, 1 bytes)\n" in letter.text
    assert "http[:]//evil[.]example/x" in letter.text
    assert "<b>" not in letter.html.replace("<strong>", "")
    assert "href" not in letter.html


def test_of_very_many_files_the_first_are_listed_and_the_others_counted() -> None:
    files = tuple(Attachment(str(n), f"{n}.txt", "text/plain", 1) for n in range(1, 61))
    _, letter = handed_over(Escalate("unsure"), mail(attachments=files))
    assert letter.text.count(".txt (text/plain") == 50
    assert "- and 10 more" in letter.text


def test_an_original_too_large_to_attach_is_said_to_be_so_and_where_it_is() -> None:
    _, letter = handed_over(Escalate("unsure"), mail(size=6_900_000))
    assert "too large to attach (6.9 MB); it is in AgentMail: inbox support@sandbox.test, message 1." in letter.text
    assert "is attached" not in letter.text
    _, letter = handed_over(Escalate("unsure"), mail(size=4_000_000))
    assert "The original is attached." in letter.text


@given(st.text(max_size=80))
def test_why_there_is_no_original_stands_where_it_was_announced(why: str) -> None:
    _, letter = handed_over(Escalate("unsure"), mail(1, "The original is attached."))
    said = unattached(letter, f"({why})")
    assert said.text.count("The original is attached.") == said.html.count("The original is attached.") == 1
    assert said.text.endswith(") Case c0ffee00.\n")


def test_a_letter_that_announces_no_original_is_told_below() -> None:
    said = unattached(Letter("See below.\n", "<p>See below.</p>\n"), GONE)
    assert said == Letter(f"See below.\n\n{GONE}\n", f"<p>See below.</p>\n<p>{GONE}</p>\n")


def test_a_long_thread_shows_its_newest_mails() -> None:
    _, letter = handed_over(Escalate("unsure"), *(mail(n, f"mail number {n};") for n in range(1, 31)))
    shown = [n for n in range(1, 31) if f"mail number {n};" in letter.text]
    assert shown == list(range(31 - HISTORY, 31))


class Answer(Decision):
    body: str
    sources: tuple[dict[str, str], ...]
    unanswered_parts: tuple[str, ...]
    urgent: bool = False


def test_decisions_are_written_for_people() -> None:
    value = {"body": "", "sources": [{"id": "noise-1", "quote": "x"}], "unanswered_parts": ["Why?", "Since when?"]}
    _, letter = handed_over(Escalate("unsure", decisions=(Answer.of(value, 0.9),)), mail())
    assert "Answer (90% sure): sources: noise-1, unanswered parts: Why?; Since when?, urgent: no" in letter.text


def test_a_name_beyond_ascii_is_readable() -> None:
    _, letter = handed_over(Escalate("unsure"), mail(sender=Sender("zoe@example.com", "Zoë Ünal", True)))
    assert "From: Zoë Ünal <zoe@example.com>" in letter.text
