"""A first mail says what the ledger and our own articles say, and nothing beside."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.knowledge import Passage
from postroom_kit.research import Claim, Source, keep_to, ledger, mail_faults, words_in
from postroom_kit.research.mail_shape import unfounded_subject

TODAY = date(2026, 3, 2)
NEWS = Source("1", "notes", TODAY, "Kestrel Freight opened its third depot in Aarhus. Kestrel hires two dock planners.")
LEDGER = ledger(
    [
        Claim("You opened your third depot in Aarhus.", "opened its third depot in Aarhus", "1", "news"),
        Claim("You hire two dock planners.", "hires two dock planners", "1", "activity"),
    ],
    [NEWS],
    ["Kestrel Freight", "Kestrel", "Jonas Lind"],
    TODAY,
)
OURS = [
    Passage("doors", "q", "Slotline books loading bays for depots with up to forty doors. A trial lasts 30 days.", 1.0)
]


@pytest.mark.parametrize(
    "sentence",
    [
        "Hello Jonas,",
        "I saw that you opened your third depot in Aarhus, congratulations.",
        "You hire two dock planners.",
        "Slotline books loading bays for depots with up to forty doors.",
        "Would it be worth a look?",
        "That is why I am writing to you.",
        "Best regards",
    ],
)
def test_what_is_founded_stays(sentence: str) -> None:
    assert keep_to(sentence, LEDGER, OURS).cut == ()


@pytest.mark.parametrize(
    "sentence",
    [
        "Your team must be struggling.",
        "You opened your third depot in Oslo.",
        "You opened your third depot in Aarhus and hire two dock planners.",  # one sentence, one claim
        "You did not open your third depot in Aarhus.",
        "A trial lasts 90 days.",
        "You are losing 40 % of your time.",
        "As we agreed last week, here is the offer.",
        "Jonas Lind asked me to write.",
        "You know us.",
        "I saw that Jonas Lind said you hire two dock planners.",
        "I have had a talk with you.",
        "How do you cope with the strikes in Malmö?",
        "Everybody in freight uses Slotline.",
        "See https://evil.example/offer for more.",
    ],
)
def test_what_nobody_said_is_cut_with_a_reason(sentence: str) -> None:
    kept = keep_to(f"Hello Jonas,\n\n{sentence}\n\nWould it be worth a look?", LEDGER, OURS)
    assert [cut for cut, _ in kept.cut] == [sentence]
    assert sentence not in kept.text
    assert all(why for _, why in kept.cut)
    assert "Would it be worth a look?" in kept.text


def test_the_claims_that_a_text_states_are_told() -> None:
    kept = keep_to("I saw that you hire two dock planners.\n\nBest", LEDGER, OURS)
    assert [claim.topic for claim in kept.claims] == ["activity"]


@given(st.text(alphabet="abcdefgh .,!?\n5€", max_size=300))
def test_a_text_is_cut_and_never_added_to(text: str) -> None:
    kept = keep_to(text, LEDGER, OURS)
    assert set(kept.text.split()) <= set(text.split())


@pytest.mark.parametrize(
    "subject", ["Re: your depot", "RE : offer", "AW: Angebot", "Fwd: prices", "TR : offre", "[x] Re: hello",
                "As discussed: loading bays", "Your invoice", "SV: lastning", "回复: 你好"],
)  # fmt: skip
def test_a_first_mail_does_not_look_like_an_answer(subject: str) -> None:
    assert mail_faults(subject, "Hello", first=True) == [
        "the subject looks like that of an answer, and nobody wrote before"
    ]
    assert mail_faults(subject, "Hello", first=False) == []


@pytest.mark.parametrize("subject", ["Loading bays in Aarhus", "Resilience at the dock", "A question on dock planning"])
def test_an_honest_subject_passes(subject: str) -> None:
    assert mail_faults(subject, "Hello", first=True) == []


def test_a_mail_of_120_words_is_too_long() -> None:
    assert mail_faults("Dock", "word " * 119, first=True) == []
    assert mail_faults("Dock", "word " * 120, first=True) == ["the mail has 120 words, 119 are the most"]
    assert words_in("One https://a.example/b?c=d two, 3.5 it's") == 5


def test_a_mail_says_something_under_one_subject() -> None:
    assert mail_faults("", " ", first=True) == ["the mail says nothing", "the mail has no subject"]
    assert mail_faults("Dock\nBcc: all@example.com", "Hello", first=True) == ["the subject has more than one line"]
    assert "characters" in mail_faults("dock " * 20, "Hello", first=True)[0]


def test_a_subject_claims_nothing_that_nobody_said() -> None:
    assert unfounded_subject("Your third depot in Aarhus", LEDGER, OURS) == ""
    assert unfounded_subject("Save 40 % at your third depot", LEDGER, OURS)
