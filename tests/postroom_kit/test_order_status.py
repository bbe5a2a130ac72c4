"""Which mails ask where an order is, and nothing else; and what is told of one."""

from __future__ import annotations

import re

import pytest

from postroom_kit.order_status import OrderAsked, for_people, order_asked, told

NUMBER = re.compile(r"\bWF-\d{5}\b", re.IGNORECASE)


def asked_order(subject: str, text: str, number: re.Pattern[str], *, reply: bool = False) -> str | None:
    """Return the number where a mail asks for one order and says nothing else."""
    asked = order_asked(subject, text, number, "Ana Duarte", reply=reply)
    return asked.number if asked and asked.alone else None


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
        ("20388", "20388"),
        ("It is 20388, thanks\n\nAna", "20388"),
        ("20388 or 20431", None),
        ("20388, and please cancel it", None),
        ("WF-20388 is the number and by the way what does a hub cost today", None),
    ],
)
def test_a_reply_with_the_number_alone_is_enough(text: str, number: str | None) -> None:
    assert asked_order("Re: Parcel", text, NUMBER, reply=True) == number


def test_digits_beside_other_words_are_no_number_of_an_order() -> None:
    assert order_asked("Warranty", "The serial number is 20388. How do I make a claim?", NUMBER, reply=True) is None
    assert order_asked("Order", "Where is my order 20388?", NUMBER) == OrderAsked("", alone=False)


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


@pytest.mark.parametrize(
    "text",
    [
        "Hi team, I placed order WF-20418 last week. Has it been shipped yet? Thanks a lot, Ana",
        "I have not received my parcel yet. Where is it?",
        "Hello,\n\nwhen will my order WF-20418 arrive?\n\nKind regards\nTom Ashdown",
        "I'd like to know the status of my order WF-20418. Many thanks in advance!",
        "Please let me know the expected delivery date of WF-20418.",
    ],
)
def test_courtesy_and_background_are_no_wish(text: str) -> None:
    asked = order_asked("Order", text, NUMBER, "Ana Duarte")
    assert asked is not None
    assert asked.alone


@pytest.mark.parametrize(
    "wish",
    [
        "I don't want it any more.",
        "If not, stop it please.",
        "Put one more probe in the box.",
        "And tell me why you charged me 50 euros.",
        "Call me at once on 030 1234567.",
        "Hold it until we are back.",
        "It has to be here on Monday.",
        "Please have it delivered on Monday.",
        "Not on Monday.",
        "Bitte stornieren.",
        "Merci d'annuler.",
        "My new flat is Kai 4.",
    ],
)
def test_any_words_beyond_the_question_are_more_than_it(wish: str) -> None:
    asked = order_asked("Order", f"Where is my order WF-20418? {wish}", NUMBER)
    assert asked == OrderAsked("WF-20418", alone=False, not_come=asked is not None and asked.not_come)
    assert "says more" in for_people(asked, [{"number": "WF-20418", "status": "paid"}])


def test_a_subject_that_says_more_counts() -> None:
    asked = order_asked("Cancellation", "Where is my order WF-20418?", NUMBER)
    assert asked == OrderAsked("WF-20418", alone=False)


def test_an_order_is_late_from_the_day_after_it_was_due_until_it_arrives() -> None:
    order = {"number": "WF-20418", "status": "shipped", "due": "2026-03-03"}
    assert ["late" in told(order, day) for day in ("2026-03-03", "2026-03-04")] == [False, True]
    assert "late" not in told(order | {"status": "delivered"}, "2026-03-04")
    assert "late" not in told({"number": "WF-20418", "status": "paid"}, "2026-03-04")
    assert (
        for_people(OrderAsked("WF-20418", alone=True), [told(order, "2026-03-04")]) == "asks for an order that is late"
    )


def test_who_writes_that_a_delivered_order_has_not_come_gets_a_person() -> None:
    asked = order_asked("Order", "I have not received my order WF-20418. Where is it?", NUMBER)
    assert asked is not None
    assert "has not come" in for_people(asked, [{"number": "WF-20418", "status": "delivered"}])
    assert for_people(asked, [{"number": "WF-20418", "status": "shipped"}]) == ""
