"""A person is asked for beside a question, or by one word alone."""

import pytest

from postroom_kit.person_wanted import asks_for_a_person

WISHES = """\
Give me a real person. How long is the warranty?
I don't want a bot. How long is the warranty?
Please have a colleague call me back.
Human please
agent
Hello, operator!
Ich möchte mit einem Menschen sprechen.
Mitarbeiter bitte
Je veux parler à un humain.
Quiero hablar con una persona.
Voglio parlare con una persona.
Ik wil een medewerker spreken.
Quero falar com uma pessoa.
"""


@pytest.mark.parametrize("text", WISHES.splitlines())
def test_a_wish_for_a_person_is_seen(text: str) -> None:
    assert asks_for_a_person(text) == "asks for a person"


OTHERS = """\
How many persons can use one account?
Does the app call me on the phone when there is an alarm?
Can an agent of ours order in our name?
Do you have a bot for Slack?
Is somebody there at eight in the evening?
Kann mich die App anrufen, wenn es Alarm gibt?
"""


@pytest.mark.parametrize("text", OTHERS.splitlines())
def test_other_persons_calls_and_bots_are_no_such_wish(text: str) -> None:
    assert asks_for_a_person(text) is None
