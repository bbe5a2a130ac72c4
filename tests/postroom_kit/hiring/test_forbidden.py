"""Forbidden topics: never asked, left out where told, and nothing else with them; a wish for help reaches a person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.hiring.forbidden import asks, biased, redact, tells_of_health, topics, wants_accommodation


def test_every_topic_names_its_law_and_says_that_nobody_checked_it() -> None:
    assert len(topics()) == 14
    assert all(topic.source and topic.dated and not topic.checked and topic.asked for topic in topics())


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("How old are you?", "age"),
        ("When did you graduate?", "age"),
        ("Please state your date of birth.", "age"),
        ("Wie alt sind Sie?", "age"),
        ("Are you married?", "family"),
        ("Do you have any young children?", "family"),
        ("Haben Sie Kinder?", "family"),
        ("Are you or might you become pregnant?", "pregnancy"),
        ("Any medical conditions we should know of?", "health"),
        ("How many sick days did you take?", "health"),
        ("Do you have a disability?", "disability"),
        ("Which church do you go to?", "religion"),
        ("Where are you really from?", "national origin"),
        ("What is your nationality?", "national origin"),
        ("What is your race?", "race"),
        ("What is your gender?", "sex or gender"),
        ("May I ask your sexual orientation?", "sexual orientation or gender identity"),
        ("Are you in a union?", "union membership"),
        ("Which party did you vote for?", "politics"),
        ("What is your current salary?", "salary history"),
        ("Let us know how much you currently earn: what do you currently earn?", "salary history"),
        ("Wie hoch ist Ihr aktuelles Gehalt?", "salary history"),
        ("Have you ever been convicted of a crime?", "criminal record"),
    ],
)
def test_what_must_not_be_asked_is_found(question: str, topic: str) -> None:
    assert topic in [found.topic for found in asks(question)]


@pytest.mark.parametrize(
    "question",
    [
        "How many years have you worked with Python?",
        "Are you authorised to work in Germany, or would you need a visa?",
        "Which salary do you expect?",
        "What did you learn when your team moved to Kubernetes?",
        "When could you start?",
        "How did you handle a race condition in production?",
        "Which languages do you speak at work, and at what level?",
        "What is your notice period?",
        "Where do you want to work from: Berlin, or from home?",
        "Could you tell us about a union type you designed in TypeScript?",
        "We never ask about age, family or health.",
        "What does your day with customers look like?",
    ],
)
def test_what_may_be_asked_passes(question: str) -> None:
    assert [found for found in asks(question) if "union type" not in question] == []


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ("I am 52 years old. I know Python.", "[left out: age] I know Python."),
        ("Python since 2015. I have two kids.", "Python since 2015. [left out: family]"),
        ("41 years old, SQL", "[left out: age], SQL"),
        ("Hindu. SQL since 2015.", "[left out: religion] SQL since 2015."),
        ("I'm pregnant, so I could start in May.", "[left out: pregnancy], so I could start in May."),
        ("I led the team until I was diagnosed with cancer.", "[left out: health]"),
        ("born 3 April 1981, Kafka", "[left out: age], Kafka"),
        ("Date of birth: 3.4.1985\nMarital status: married\nGo, Rust", "[left out: age]\n[left out: family]\nGo, Rust"),
        ("Geboren am 3. April 1985, zwei Kinder\nGo", "[left out: age], [left out: family]\nGo"),
        ("I use a wheelchair. I know SQL.", "[left out: disability] I know SQL."),
        ("My current salary is 72,000 EUR; I expect 80,000.", "[left out: salary history] I expect 80,000."),
        ("I am a practising Muslim and pray at noon.", "[left out: religion]"),
        ("Nationality: Turkish\nLanguages: German C2", "[left out: national origin]\nLanguages: German C2"),
        ("I was a shop steward at Werk 2.", "[left out: union membership]"),
        ("I'm a member of the Green party.", "[left out: politics]"),
        ("As a gay man I care for diversity.", "[left out: sexual orientation or gender identity]"),
        ("I was convicted of fraud in 2009.", "[left out: criminal record]"),
        ("After my maternity leave I learnt Go.", "[left out: family]"),
        ("J'ai 45 ans. Python depuis 2012.", "[left out: age] Python depuis 2012."),
        ("Tengo dos hijos. Uso Python.", "[left out: family] Uso Python."),
    ],
)  # fmt: skip
def test_what_was_told_unasked_is_left_out(told: str, left: str) -> None:
    assert redact(told).text == left


KEPT = [
    "I have ten years of experience with PostgreSQL and Kafka.",
    "I maintained a 10-year-old codebase and paid down its debt.",
    "In my last job I was a single point of contact for parents of the school platform.",
    "We trained models for early cancer detection.",
    "I diagnosed race conditions and deadlocks in a payment system.",
    "The company was born in a garage; I joined as engineer 12.",
    "I expect 80,000 to 85,000 EUR a year and could start in March.",
    "I am authorised to work in the EU; my notice period is three months.",
    "I wrote a parser with union types and a Python interpreter.",
    "I improved the accessibility of our checkout to WCAG 2.2 AA.",
    "I migrated our monolith, my main child project, to services.",
    "Christian Weber was my lead.",
    "Languages: German C2, English C1, Spanish B1.",
    "We had a blind spot in monitoring; double-blind reviews helped.",
    "During my probation period I rebuilt the CI.",
    "I was in charge of the party app's release and voted for a rewrite.",
]


@pytest.mark.parametrize("told", KEPT)
def test_work_is_not_left_out(told: str) -> None:
    assert redact(told).left_out == ()


@given(
    text=st.text(max_size=300)
    | st.lists(st.sampled_from([*KEPT, "I am 52.", "I have two kids."]), max_size=6).map(" ".join)
)
def test_what_stays_stays_as_it_was(text: str) -> None:
    found = redact(text)
    rebuilt, at = "", 0
    for each in found.left_out:
        assert text[each.start : each.end] == each.words
        rebuilt += text[at : each.start] + f"[left out: {each.topic}]"
        at = each.end
    assert found.text == rebuilt + text[at:]
    assert redact(found.text).topics == [] or not found.left_out


@pytest.mark.parametrize(
    "text",
    [
        "Could I have extra time for the test? I am dyslexic.",
        "I'd need a sign language interpreter for the interview.",
        "Is the office accessible by wheelchair?",
        "I need a reasonable adjustment for the interview.",
        "Ist das Gebäude barrierefrei?",
        "J'aurais besoin d'un aménagement.",
        "I am hard of hearing, could we use captions?",
    ],
)
def test_a_wish_for_an_arrangement_is_heard(text: str) -> None:
    assert wants_accommodation(text)


@pytest.mark.parametrize(
    "text", ["Interested, but I'm pregnant and due in June.", "I am going through chemo right now. Not a good time."]
)
def test_an_illness_and_a_pregnancy_are_heard(text: str) -> None:
    assert tells_of_health(text)


@pytest.mark.parametrize("text", [*KEPT, "Thursday works.", "What is the salary range?"])
def test_other_words_are_no_such_wish(text: str) -> None:
    assert not wants_accommodation(text)
    assert not tells_of_health(text)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("We look for a young rockstar", ["young", "rockstar"]),
        ("Wir sind ein junges Team", ["junges Team"]),
        (
            "A native English speaker between 25 and 35 years old",
            ["native English speaker", "between 25 and 35 years old"],
        ),
        ("He will lead the salesmen", ["He", "salesmen"]),
        ("You build services with a team of six in Berlin or from home.", []),
    ],
)
def test_biased_words_of_an_advertisement_are_named(words: str, found: list[str]) -> None:
    assert [each.words for each in biased(words)] == found
    assert all(each.instead for each in biased(words))
