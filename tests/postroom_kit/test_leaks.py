"""Nothing of another customer leaves in a reply: addresses, numbers and names must stand in what it was made from."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.leaks import leaks

ORDER = re.compile(r"\bWF-\d{5}\b")
OWN = [
    "Ana Duarte <ana@example.com> Order WF-20418. Call me on +351 21 555 0134, or pay to DE89 3704 0044 0532 0130 00.",
    "Open Settings, then Billing. The hub is paired in the app. You can write to orders@wrenfrost.example.",
    "Wrenfrost Support",
]


@pytest.mark.parametrize(
    "reply",
    [
        "Dear Ana Duarte,\n\nopen Settings, then Billing.\n\nKind Regards\nWrenfrost Support",
        "Hello Ana, your order wf-20418 is known to us.",
        "We call you on +351 (21) 555-0134.",
        "We pay to DE89370400440532013000.",
        "Write to Orders@Wrenfrost.example.",
        "You can use the app. The hub is there. Open Settings.",
        "It costs 79 euros for 24 months, since 2024.",
        "Bonsoir Ana, prezada Ana, Estimada Ana.",
        "",
    ],
)
def test_what_the_customer_and_the_articles_say_may_be_said(reply: str) -> None:
    assert leaks(reply, OWN, [ORDER]) == []


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        ("Please write to tom@example.com.", ["tom@example.com"]),
        ("Please write to mary.ana@example.com.", ["mary.ana@example.com"]),
        ("Please write to tom@exam\u200bple.com.", ["tom@example.com"]),
        ("Your order WF-20431 left.", ["WF-20431"]),
        ("Your order WF\u201120431 left.", ["WF-20431"]),
        ("Call 020 7946 0958.", ["020 7946 0958"]),
        ("Call +44 (0)20-7946.0958 today", ["+44 (0)20-7946.0958"]),
        ("The card 4111-1111-1111-1111 is kept.", ["4111-1111-1111-1111"]),
        ("We pay to GB82 WEST 1234 5698 7654 32.", ["GB82 WEST 1234 5698 7654 32"]),
        ("It was bought by Tom Ashdown last year.", ["Tom Ashdown"]),
        ("It was bought by Ludwig van der Berg.", ["Ludwig van der Berg"]),
        ("TOM ASHDOWN has it.", ["TOM ASHDOWN"]),
        ("Hello Tom,\n\nopen Settings.", ["Hello Tom"]),
        ("Tom Duarte has it, tom@example.com.", ["Tom Duarte", "tom@example.com"]),
    ],
)
def test_what_nobody_told_us_for_this_customer_is_found(reply: str, found: list[str]) -> None:
    assert leaks(reply, OWN, [ORDER]) == found


@pytest.mark.parametrize("piece", ["1", "a", "A ", "a@", "1 ", "AA11 ", "van "])
def test_a_long_reply_is_looked_through_to_its_end(piece: str) -> None:
    long = piece * 20_000
    assert leaks(f"{long}\n\nWrite to tom@example.com.", [long], [ORDER]) == ["tom@example.com"]


names = st.sampled_from(["Tom Ashdown", "Mei Okafor", "Noor van Dijk", "Åse Öberg", "Jean-Luc O'Neil"])
addresses = st.builds(
    "{}@{}.example".format, st.from_regex(r"[a-z]{1,8}(\.[a-z]{1,8})?", fullmatch=True), st.just("inn")
)
orders = st.integers(10_000, 99_999).map("WF-{}".format)
phones = st.integers(10_000_000, 99_999_999_999).map("+{}".format)
words = st.text(st.characters(categories=["Ll", "Po"]), min_size=1, max_size=8)


@given(words, st.one_of(names, addresses, orders, phones), words)
def test_what_an_allowed_text_holds_is_no_leak_and_without_it_is_one(before: str, secret: str, after: str) -> None:
    reply = f"{before} , {secret} , {after}"
    assert leaks(reply, ["Ana Duarte", f"x , {secret} , y"], [ORDER]) == []
    assert leaks(reply, ["Ana Duarte", before, after], [ORDER]) != []


@given(st.text(), st.lists(st.text()))
def test_any_text_can_be_looked_through_and_allows_itself(reply: str, allowed: list[str]) -> None:
    assert leaks(reply, [*allowed, reply], [ORDER]) == []


@given(phones, st.sampled_from([" ", "-", ".", " / ", ""]))
def test_the_way_a_number_is_grouped_does_not_matter(phone: str, separator: str) -> None:
    grouped = separator.join([phone[:3], phone[3:6], phone[6:]])
    assert leaks(f"Call {grouped}.", [f"I am at {phone}."], [ORDER]) == []
    assert leaks(f"Call {grouped}.", ["Ana"], [ORDER]) != []


def test_german_nouns_are_no_names_but_who_is_greeted_is() -> None:
    said = "Das Etikett steht unter Ihrer Bestellung."
    assert leaks(f"Hallo Ana, {said}", ["Ana Duarte"], language="de") == []
    assert leaks(f"Hallo Bernd, {said}", ["Ana Duarte"], language="de") == ["Hallo Bernd"]
    assert leaks(said, []) != []
