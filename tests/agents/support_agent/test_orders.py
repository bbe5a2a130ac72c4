"""The order look-up: a customer's own orders, and nothing that tells of anybody else's."""

from __future__ import annotations

import pytest
from support_desk import TEAM, Start, SupportDesk

from postroom.brain.offline import OfflineBrain
from support_agent import files
from support_agent.orders import order_of

ORDERS = files.ORDERS["orders"]


def test_the_orders_are_marked_fictional_and_belong_to_nobody() -> None:
    assert files.ORDERS["fictional"] is True
    assert all(order["address"].endswith((".example", "@example.com")) for order in ORDERS)


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order["number"])
def test_an_order_is_told_to_its_owner_alone_and_without_the_address(order: dict[str, str]) -> None:
    (found,) = order_of(order["address"], order["number"])
    assert found["number"] == order["number"]
    assert order["address"] not in str(found)
    others = {other["address"] for other in ORDERS} - {order["address"]} | {"nobody@example.com", ""}
    assert {str(order_of(other, order["number"])) for other in others} == {str(order_of("ana@example.com", "WF-00000"))}


def test_the_digits_of_a_number_are_enough_for_its_owner_alone() -> None:
    assert [order["number"] for order in order_of("tom@example.com", "20388")] == ["WF-20388"]
    assert order_of("tom@example.com", "20418") == order_of("tom@example.com", "388") == []


def test_without_a_number_only_open_orders_are_told() -> None:
    assert [order["number"] for order in order_of("ana@example.com", "")] == ["WF-20418"]
    assert [order["number"] for order in order_of("noor@cafe.example", "")] == []
    assert len(order_of("maeve@pharmacy.example", "")) == 3


def test_a_look_up_without_its_owner_s_address_finds_nothing() -> None:
    assert order_of("", "") == []


@pytest.mark.parametrize(
    "text", ["Where is my order WF-20418?", "Where is my order WF-20418? Please change its address to Kai 4."]
)
def test_what_people_read_of_an_order_is_not_sent_to_its_customer_by_a_plain_yes(
    run_agent: Start, offline_brain: OfflineBrain, text: str
) -> None:
    desk = SupportDesk(run_agent, offline_brain)
    desk.write(text)
    assert "number WF-20418, status shipped" in desk.sandbox.outbox(TEAM)[0].text
    told = len(desk.sent_to())
    desk.person_answers_the_hand_over("approve")
    assert len(desk.sent_to()) == told
    assert "Nothing was sent" in desk.sandbox.outbox(TEAM)[0].text
