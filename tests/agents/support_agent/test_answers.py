"""Answers of a model that must not go out."""

import pytest

from support_agent.checks import wrong_with
from support_agent.decisions import Answer


@pytest.mark.parametrize("body", ["", " \n"])
def test_an_answer_without_words_goes_to_a_person(body: str) -> None:
    answer = Answer.of({"body": body, "sources": [], "unanswered": []}, 0.99)
    assert wrong_with(answer, [], "How long is the warranty?") == "no answer was written"
