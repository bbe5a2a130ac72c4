"""Who disputes, cannot pay, or wants to be left alone says so in many ways; who only asks or promises stops nothing."""

from pathlib import Path

import pytest

from postroom_kit.debts.told import stops, told

FILE = Path(__file__).with_name("told_in_many_words.txt")


def _sentences(section: str) -> list[str]:
    return FILE.read_text("utf-8").partition(f"[{section}]\n")[2].partition("\n\n")[0].splitlines()


@pytest.mark.parametrize("section", ["dispute", "hardship", "cease"])
def test_whoever_says_so_in_any_words_gets_no_further_demand(section: str) -> None:
    sentences = _sentences(section)
    assert sentences
    assert [text for text in sentences if not stops(told(text))] == []


@pytest.mark.parametrize("section", ["goes on", "denied"])
def test_questions_promises_payments_and_what_is_plainly_denied_do_not_stop_us(section: str) -> None:
    sentences = _sentences(section)
    assert sentences
    assert [(text, told(text)) for text in sentences if stops(told(text))] == []


@pytest.mark.parametrize(
    "text",
    [
        "I don't dispute the debt, but I never got the notice.",
        "I do not deny that I owe you something, however not this much.",
        "I'm not disputing the debt, I lost my job.",
        "No dispute about the hours. The rate is wrong.",
    ],
)
def test_a_denial_hides_nothing_of_what_follows_it(text: str) -> None:
    assert stops(told(text))


@pytest.mark.parametrize(
    "text",
    [
        "Money is tight, can I do 50 a month?",
        "It is not possible for me to pay it all at once, 100 per month?",
        "I am not in a position to pay in full, could we do instalments?",
    ],
)
def test_who_has_little_and_offers_to_pay_in_parts_asks_for_a_plan(text: str) -> None:
    assert [flag.kind for flag in told(text)] == ["plan"]


def test_who_waits_for_their_own_pay_has_not_paid() -> None:
    assert [flag.kind for flag in told("Half now and half when I get paid on the 15th?")] == ["plan"]
    assert [flag.kind for flag in told("I paid it the day after I got paid.")] == ["paid"]
