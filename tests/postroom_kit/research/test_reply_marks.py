"""What words of many languages hint at in a reply."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.research.reply_marks import marked, marks


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("Sounds good, send me a link.", "interest"),
        ("Klingt interessant.", "interest"),
        ("Wir haben bereits eine Lösung im Einsatz.", "has a tool"),
        ("No budget until April.", "no budget"),
        ("Combien ça coûte ?", "question"),
        ("Je ne suis pas la bonne personne.", "elsewhere"),
        ("Ik ben met vakantie.", "away"),
        ("Uitschrijven graag.", "stop"),
    ],
)
def test_words_of_many_languages_leave_marks(text: str, mark: str) -> None:
    assert mark in marks(text)


@given(st.text(max_size=400))
def test_the_words_of_a_reply_stay_as_they_are(text: str) -> None:
    assert marked(text).startswith(text)
