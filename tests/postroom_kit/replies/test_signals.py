"""What a reply says beside its answer is told with its words: who left, who is meant, who asks what."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_bench.measure_replies import FOLDER, labels, rows
from postroom_kit.replies import Signal, signals

NOW = dt.datetime(2026, 11, 30, 9, tzinfo=dt.UTC)  # a Monday


def kinds(text: str, subject: str = "") -> set[str]:
    return {signal.kind for signal in signals(subject, text)}


def referrals(text: str, sender: str = "") -> list[tuple[str, str, bool]]:
    found = signals("", text, sender=sender)
    return [(signal.name, signal.address, signal.elsewhere) for signal in found if signal.kind == "referral"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Automatic reply: Jane Marsh no longer works here.", "left_company"),
        ("I've left the business.", "left_company"),
        ("Frau Weber ist nicht mehr bei uns tätig.", "left_company"),
        ("You have the wrong person.", "wrong_person"),
        ("Dafür bin ich nicht zuständig.", "wrong_person"),
        ("I am on maternity leave until spring.", "parental_leave"),
        ("Ich bin in Elternzeit.", "parental_leave"),
        ("育児休業中です。", "parental_leave"),
        ("Are you a bot?", "asks_if_bot"),
        ("Was this written by AI?", "asks_if_bot"),
        ("Sind Sie ein Roboter?", "asks_if_bot"),
        ("Where did you get my email address?", "asks_source"),
        ("Woher haben Sie meine Adresse?", "asks_source"),
        ("Under Article 15 GDPR, what data do you hold about me?", "asks_data"),
        ("Please delete all my personal data.", "asks_erasure"),
        ("You are idiots.", "anger"),
        ("My lawyer will write to you.", "legal_threat"),
    ],
)
def test_each_thing_is_told_with_its_words(text: str, kind: str) -> None:
    found = [signal for signal in signals("", text) if signal.kind == kind]
    assert found
    assert found[0].words in text


@pytest.mark.parametrize(
    "text",
    [
        "I left you a voicemail yesterday.",
        "We no longer work with paper forms.",
        "I left the form on your desk.",
        "I'm the right person, happy to chat.",
        "Are you an AI company?",
        "Are you GDPR compliant?",
        "Where did you get the idea?",
        "Talk to you soon, Ben",
        "Please email me at ann@home.example.",
        "Contact me on Friday.",
        "Thanks for your email, Tom Jones",
    ],
)
def test_words_like_those_say_nothing(text: str) -> None:
    assert kinds(text) == set()


@pytest.mark.parametrize(
    ("text", "sender", "referred"),
    [
        (
            "Please contact Tom Reyes (tom.reyes@birchline.example).",
            "ann@birchline.example",
            [("Tom Reyes", "tom.reyes@birchline.example", False)],
        ),
        ("Try info@other.example instead.", "ann@birchline.example", [("", "info@other.example", True)]),
        ("You should talk to our head of sales, Lena Park.", "", [("Lena Park", "", False)]),
        ("Wenden Sie sich bitte an Frau Lutz.", "", [("Frau Lutz", "", False)]),
        ("Samir Patel will be able to help you.", "", [("Samir Patel", "", False)]),
        ("Write to einkauf@mail.firm.example.", "ann@firm.example", [("", "einkauf@mail.firm.example", False)]),
    ],
)
def test_who_is_named_is_given_as_it_is_written(text: str, sender: str, referred: list[tuple[str, str, bool]]) -> None:
    assert referrals(text, sender) == referred


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Not now, but please contact me again in March.", dt.date(2027, 3, 1)),
        ("We don't have budget until April; write to me then.", dt.date(2027, 4, 1)),
        ("Please check back in two weeks.", dt.date(2026, 12, 14)),
        ("Melden Sie sich bitte am 15. Januar wieder.", dt.date(2027, 1, 15)),
        ("Get back to me later this year.", None),
    ],
)
def test_a_wish_to_be_asked_later_has_its_day(text: str, day: dt.date | None) -> None:
    (later,) = (signal for signal in signals("", text, reference=NOW) if signal.kind == "asks_later")
    assert later.day == day


@pytest.mark.parametrize("text", ["Call me on Friday.", "How about Tuesday at 3?", "We met in March.", "Sounds good."])
def test_a_meeting_soon_is_no_wish_to_be_asked_later(text: str) -> None:
    assert not [signal for signal in signals("", text, reference=NOW) if signal.kind == "asks_later"]


def test_an_address_of_elsewhere_is_marked_where_the_sender_is_not_known() -> None:
    assert referrals("Please contact jo@firm.example.") == [("", "jo@firm.example", True)]


@pytest.mark.parametrize(
    ("part", "least"), [("train", 0.98), ("dev", 0.96), ("test", 0.95)], ids=["train", "dev", "test"]
)
def test_labelled_replies_are_told_apart(part: str, least: float) -> None:
    told = [labels(row["text"]) == set(row["labels"]) for row in rows(part)]
    assert sum(told) >= least * len(told)


def test_the_labelled_replies_are_many_and_in_no_two_parts() -> None:
    texts = [row["text"] for part in ("train", "dev", "test") for row in rows(part)]
    assert len(texts) == len(set(texts)) >= 300
    assert FOLDER.is_dir()


@given(st.text())
def test_no_words_make_it_fail(text: str) -> None:
    assert all(
        isinstance(signal, Signal) and signal.words for signal in signals(text, text, sender=text, reference=NOW)
    )
