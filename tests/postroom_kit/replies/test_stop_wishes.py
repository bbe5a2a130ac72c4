"""A wish for no more mail is found in plain words, for a person or a company; a plain no is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.replies import declines, wants_no_more


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Not interested, and please take me off your list. By the way, nice site.", "take me off your list"),
        ("Löschen Sie mich, bitte, aus der Liste.", "Löschen Sie mich, bitte, aus der Liste"),
        ("Hi Tom,\n\nwe have a supplier.\n\nUnsubscribe\n\nRita", "Unsubscribe"),
        ("If you do not stop emailing me I will report you.", "stop emailing me"),
        ("your unsubscribe button is broken on your site, I need help", "your unsubscribe button is broken"),
        ("Je ne souhaite plus recevoir vos messages, merci.", "ne souhaite plus recevoir"),
        ("Why do you keep emailing me?", "you keep emailing me"),
        ("Kindly cease contact.", "cease contact"),
        ("配信停止をお願いします。", "配信停止"),
        ("prosze mnie usunac z listy", "usunac z listy"),
    ],
)
def test_a_wish_is_found_in_the_words_that_say_it(text: str, words: str) -> None:
    wish = wants_no_more("", text)
    assert wish is not None
    assert wish.scope == "person"
    assert words in wish.words or wish.words in words


@pytest.mark.parametrize(
    "text",
    [
        "Please remove everyone at our firm from your list.",
        "Nobody here wants this.",
        "Stop emailing our company.",
        "Bei uns möchte niemand Ihre Mails. Löschen Sie unsere Firma aus dem Verteiler.",
        "Merci de ne plus écrire à aucun de nos collaborateurs.",
        "请停止给我们公司发邮件",
    ],
)
def test_a_wish_for_all_of_a_company_is_told_from_one_for_a_person(text: str) -> None:
    wish = wants_no_more("", text)
    assert wish is not None
    assert wish.scope == "company"


@pytest.mark.parametrize(
    "text",
    [
        "Please stop by our office on Tuesday.",
        "Don't stop sending these, they are great!",
        "I can't stop using it.",
        "Never stop writing!",
        "Our customers unsubscribe too often; can you help?",
        "If you no longer want to receive these emails, reply with 'no'.",
        "Click here to unsubscribe.",
        "> please take me off your list\n\nI wrote that to another company.",
        "Can I opt out of the annual contract later?",
        "Please don't email me before Monday.",
        "Ich habe keine weiteren Mails von Ihnen bekommen.",
        "Bitte nehmen Sie mich in Ihren Verteiler auf.",
        "There are no more emails in my inbox, please send it again.",
        "You keep writing great articles.",
        "Our users end contact with support early.",
        "Don't hesitate to contact me again.",
        "No thanks.",
        "Not interested.",
        "",
    ],
)
def test_words_like_those_of_a_wish_are_none(text: str) -> None:
    assert wants_no_more("", text) is None


def test_a_wish_may_stand_in_the_subject_but_not_in_one_that_answers_ours() -> None:
    assert wants_no_more("Unsubscribe", "") is not None
    assert wants_no_more("Re: How to stop emailing people", "Sounds good.") is None


@pytest.mark.parametrize(
    "text", ["No thanks", "We'll pass.", "Kein Bedarf, danke.", "不感兴趣", "Not interested, but thanks!"]
)
def test_a_plain_no_is_a_no_and_no_ban(text: str) -> None:
    assert declines(text)
    assert wants_no_more("", text) is None


@pytest.mark.parametrize(
    "text",
    ["Not interested in the basic plan, but the pro plan looks good.", "No problem!", "No, noon is better.", "Yes"],
)
def test_a_no_to_a_part_is_no_no(text: str) -> None:
    assert declines(text) is None


@given(st.text(), st.text())
def test_no_words_make_it_fail(subject: str, text: str) -> None:
    wish = wants_no_more(subject, text)
    assert wish is None or wish.words
    assert declines(text) != ""
