"""A wish for no more mail is found in many languages and roundabout words; who writes about such wishes has none."""

from pathlib import Path

import pytest

from postroom_kit.replies import wants_no_more

FILE = Path(__file__).with_name("wishes_in_many_words.txt")


@pytest.mark.parametrize("scope", ["person", "company", "none"])
def test_a_wish_and_its_scope_are_told_from_what_is_none(scope: str) -> None:
    sentences = FILE.read_text("utf-8").partition(f"[{scope}]\n")[2].partition("\n\n")[0].splitlines()
    assert sentences
    wishes = [(text, wants_no_more("", text)) for text in sentences]
    assert [(text, wish) for text, wish in wishes if (wish.scope if wish else "none") != scope] == []


def test_the_wish_for_all_counts_wherever_in_the_mail_it_stands() -> None:
    wish = wants_no_more("", "Stop emailing us. I mean it. Do not write to anybody at this company again.")
    assert wish is not None
    assert wish.scope == "company"
    assert "anybody" in wish.words


def test_words_of_others_are_no_wish() -> None:
    assert wants_no_more("", "Yes, Tuesday works.\n\n> Please take me off the list\n> and delete my data.") is None
