"""Mails that thank and ask nothing."""

import pytest

from postroom_kit.knowledge.courtesy import is_thanks


@pytest.mark.parametrize(
    "text",
    [
        "Thanks!",
        "Hi team,\n\nThank you so much for your help.\n\nBest regards\nMaeve Collins",
        "Danke!",
        "Vielen Dank für die schnelle Antwort!\n\nJutta Brandt",
        "Merci beaucoup",
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
