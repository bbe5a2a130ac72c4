"""Mails that thank and ask nothing; and what is never a courtesy."""

import pytest

from postroom_kit.knowledge.courtesy import hard_facts, is_closing, is_courtesy, is_thanks


@pytest.mark.parametrize(
    "text",
    [
        "Thanks!",
        "Hi team,\n\nThank you so much for your help.\n\nBest regards\nMaeve Collins",
        "Danke!",
        "Vielen Dank für die schnelle Antwort!\n\nJutta Brandt",
        "Merci beaucoup",
        "Cher Paul, merci beaucoup",
        "Muchas gracias por su mensaje",
    ],
)
def test_thanks_alone_is_seen_in_the_languages_customers_write(text: str) -> None:
    assert is_thanks(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hello",
        "Thanks, but it does not work.",
        "Thank you. When does it ship?",
        "Danke, aber der Sensor ist kaputt.",
        "Thanks for the refund of 20 euros",
        "Jutta Brandt",
    ],
)
def test_what_says_more_or_nothing_is_not_thanks(text: str) -> None:
    assert not is_thanks(text)


@pytest.mark.parametrize("word", ["refund", "voucher", "discount", "liability", "goodwill", "ensure", "Gutschrift"])
def test_a_word_that_commits_us_is_a_hard_fact_and_no_name_in_a_greeting(word: str) -> None:
    assert hard_facts(f"Hello {word.capitalize()}") == [word.capitalize()]
    assert not is_courtesy(f"Hello {word.capitalize()}")
    assert is_courtesy("Hello Ana")


@pytest.mark.parametrize("text", ["Thanks a lot!", "thx", "Thank you so much.", "Thanks in advance", "Danke im Voraus"])
def test_thanks_in_short_forms_are_thanks(text: str) -> None:
    assert is_thanks(text)


@pytest.mark.parametrize(
    "line",
    [
        "Kindest regards",
        "With kind regards",
        "Many thanks and best regards",
        "Best regards Jane",
        "Warm regards Jane Doe",
    ],
)
def test_a_closing_is_seen_in_longer_forms_and_with_the_name_behind_it(line: str) -> None:
    assert is_closing(line)


@pytest.mark.parametrize("line", ["Best regards from the hub that is offline", "With regards to my order", "Best hub"])
def test_what_only_begins_like_a_closing_is_none(line: str) -> None:
    assert not is_closing(line)
