"""Which mails ask where an order is, and nothing else; and what is told of one."""

from __future__ import annotations

import re

import pytest

from postroom_kit.order_status import asked_order, told

NUMBER = re.compile(r"\bWF-\d{5}\b", re.IGNORECASE)


@pytest.mark.parametrize(
    ("subject", "text", "number"),
    [
        ("Order", "What is the status of my order WF-20418?", "WF-20418"),
        ("wf-20418", "Where is it? Has it left yet?", "WF-20418"),
        ("Parcel", "Hi, where is my parcel?", ""),
        ("Parcel", "Our last delivery was to be here on Monday, when will it arrive?", ""),
        ("hi", "hi whats happening with order WF-23001, has it left yet", "WF-23001"),
        ("WF-1234", "Where is my order?", ""),
    ],
)
def test_a_mail_that_asks_where_an_order_is(subject: str, text: str, number: str) -> None:
    assert asked_order(subject, text, NUMBER) == number


@pytest.mark.parametrize(
    "text",
    [
        "Where is my order WF-20418, and where is WF-20419?",
        "Where is my order WF-20418? Please cancel it.",
        "Where is my order WF-20418? How long is the warranty?",
        "What was the temperature of my delivery?",
        "How long does delivery take?",
        "Where is the serial number on the hub?",
        "I want to return WF-20418.",
        "My order WF-20418 came with a sensor missing, where is it?",
        "WF-20418",
        "",
    ],
)
def test_a_mail_that_asks_more_or_something_else(text: str) -> None:
    assert asked_order("", text, NUMBER) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("WF-20388", "WF-20388"),
        ("It is wf-20388, thanks", "WF-20388"),
        ("The first one", None),
        ("WF-20388 or WF-20431, I am not sure", None),
        ("WF-20388, and please cancel it", None),
        ("WF-20388 is the number and by the way what does a hub cost today", None),
    ],
)
def test_a_reply_with_the_number_alone_is_enough(text: str, number: str | None) -> None:
    assert asked_order("Re: Parcel", text, NUMBER, reply=True) == number


def test_of_an_order_its_dates_are_told_in_words_and_no_address() -> None:
    order = {"number": "WF-20418", "address": "ana@example.com", "status": "shipped", "placed": "2026-02-26"}
    assert told(order | {"due": "2026-03-03", "carrier": "Quayside Parcels", "note": "pays late"}) == {
        "number": "WF-20418",
        "status": "shipped",
        "carrier": "Quayside Parcels",
        "placed": "26 February 2026",
        "due": "3 March 2026",
    }


def test_a_date_that_is_none_is_not_told() -> None:
    with pytest.raises(ValueError, match="soon"):
        told({"number": "WF-20418", "status": "paid", "due": "soon"})
