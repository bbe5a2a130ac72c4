"""Lists of addresses and domains."""

import pytest

from postroom_kit.address_list import is_listed

LIST = ["ana@example.com", "@Shop.example", "bakery.test", "", " "]


@pytest.mark.parametrize(
    "address", ["ana@example.com", "ANA@example.com", "x@shop.example", "x@eu.shop.example", "b@bakery.test"]
)
def test_an_address_is_listed_by_itself_or_by_its_domain(address: str) -> None:
    assert is_listed(address, LIST)


@pytest.mark.parametrize(
    "address", ["eve@example.com", "x@myshop.example", "ana@example.com.evil.test", "", "bakery.test@evil.test"]
)
def test_another_is_not(address: str) -> None:
    assert not is_listed(address, LIST)
