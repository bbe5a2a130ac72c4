"""Where a person may be: all that is possible, and never a guess."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo, available_timezones

import pytest

from postroom_kit.outreach import Place, Spot, spots
from postroom_kit.outreach.places import country_code, is_free_day, may_be_in, zone_name


def zones(*places: Place, to: str = "") -> set[str] | None:
    found = spots(places, to)
    return None if found is None else {spot.zone for spot in found}


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (Place("US", "NY"), {"America/New_York"}),
        (Place("us", "us-ny"), {"America/New_York"}),
        (Place("USA", "NY "), {"America/New_York"}),
        (Place("United States", "NY"), {"America/New_York"}),
        (Place("US", "New  york"), {"America/New_York"}),
        (Place("US", "TN"), {"America/New_York", "America/Chicago"}),
        (Place("US", "HI"), {"Pacific/Honolulu"}),
        (Place("UK"), {"Europe/London"}),
        (Place("DEU"), {"Europe/Berlin", "Europe/Busingen"}),
        (Place("AU", "NSW"), {"Australia/Sydney", "Australia/Broken_Hill", "Australia/Lord_Howe"}),
        (Place("RU", "SAK"), {"Asia/Sakhalin"}),
        (Place("", "", "europe/berlin"), {"Europe/Berlin"}),
        (Place("IN", "", "Asia/Calcutta"), {"Asia/Kolkata"}),
        (Place("US", "", "US/Eastern"), {"America/New_York"}),
        (Place("FR", "RE"), {"Indian/Reunion"}),
    ],
)
def test_a_place_is_in_the_zones_of_its_region_or_zone(place: Place, expected: set[str]) -> None:
    assert zones(place) == expected


def test_a_country_alone_may_be_any_of_its_zones() -> None:
    found = zones(Place("US")) or set()
    assert {"America/New_York", "America/Los_Angeles", "Pacific/Honolulu", "America/Adak"} <= found
    assert zones(Place("US", "Atlantis")) == found


@pytest.mark.parametrize(
    "places",
    [
        (),
        (Place(),),
        (Place("XX"),),
        (Place("Atlantis", "NY"),),
        (Place("", "NY"),),
        (Place("", "", "UTC"),),
        (Place("", "", "Etc/GMT+5"),),
        (Place("", "", "EST"),),
        (Place("", "", "Mars/Olympus"),),
        (Place("", "", "../../etc/passwd"),),
        (Place("DE"), Place("XX")),
        (Place("XX", "", "Europe/Berlin"),),
    ],
)
def test_where_the_country_is_not_known_or_unreadable_nothing_is(places: tuple[Place, ...]) -> None:
    assert spots(places, "ann@firm.de") is None


def test_data_that_contradict_each_other_all_count() -> None:
    assert zones(Place("US", "NY"), Place("DE")) == {"America/New_York", "Europe/Berlin", "Europe/Busingen"}
    assert zones(Place("US", "NY", "America/Los_Angeles")) == {"America/New_York", "America/Los_Angeles"}
    both = spots((Place("FR", "", "Asia/Tokyo"),)) or ()
    assert {(spot.zone, spot.country) for spot in both} == {("Europe/Paris", "FR"), ("Asia/Tokyo", "JP")}


def test_the_domain_of_an_address_adds_a_possible_place_and_proves_none() -> None:
    assert zones(Place("US", "NY"), to="a@firm.co.jp") == {"America/New_York", "Asia/Tokyo"}
    assert zones(Place("US", "NY"), to="a@firm.us") == {"America/New_York"}
    assert zones(to="a@firm.co.jp") is None


@pytest.mark.parametrize("to", ["a@firm.io", "a@firm.com", "a@firm.test", "a@firm.ai", "nobody", "", "a@[127.0.0.1]"])
def test_a_domain_sold_to_everybody_adds_nothing(to: str) -> None:
    assert zones(Place("US", "NY"), to=to) == {"America/New_York"}


def test_every_zone_of_the_world_is_a_place_or_none() -> None:
    named = {zone: zone_name(zone) for zone in available_timezones()}
    assert named["Asia/Saigon"] == "Asia/Ho_Chi_Minh"
    assert all(ZoneInfo(found) for found in named.values() if found)
    without = {zone for zone, found in named.items() if not found}
    assert not {zone for zone in without if zone.split("/")[0] in ("Europe", "Asia", "Africa", "Australia")}


def test_countries_are_known_by_code_and_by_name() -> None:
    assert [country_code(name) for name in ("de", "Germany", "deu", "UK", "Great Britain", "GB")] == ["DE"] * 3 + [
        "GB"
    ] * 3
    assert [country_code(name) for name in ("", "ZZ", "Narnia", "U", "XYZ")] == [""] * 5


@pytest.mark.parametrize(
    ("spot", "day", "is_free"),
    [
        (Spot("Europe/Berlin", "DE"), date(2026, 10, 3), True),
        (Spot("Europe/Berlin", "DE", "BY"), date(2026, 1, 6), True),
        (Spot("Europe/Berlin", "DE", "BE"), date(2026, 1, 6), False),
        (Spot("Europe/Berlin", "DE", "nowhere"), date(2026, 12, 25), True),
        (Spot("Africa/Cairo", "EG"), date(2026, 11, 27), True),
        (Spot("Africa/Cairo", "EG"), date(2026, 11, 29), False),
        (Spot("America/New_York", "US"), date(2026, 7, 3), True),
    ],
    ids=["national", "of the region", "not of the region", "unknown region", "Friday", "Sunday", "moved"],
)
def test_a_day_is_free_by_the_place_s_own_weekend_and_holidays(spot: Spot, day: date, is_free: bool) -> None:
    assert is_free_day(spot, day) is is_free


def test_weekend_and_holidays_can_be_set() -> None:
    cairo = Spot("Africa/Cairo", "EG")
    assert is_free_day(cairo, date(2026, 11, 29), weekend=frozenset({6}))
    assert not is_free_day(Spot("Europe/Berlin", "DE"), date(2026, 12, 25), holidays=False)


def test_a_country_alone_may_be_a_region_whose_clock_it_shows() -> None:
    assert may_be_in(Spot("America/Los_Angeles", "US"), "US-CA")
    assert not may_be_in(Spot("America/New_York", "US"), "US-CA")
    assert not may_be_in(Spot("America/New_York", "US", "NJ"), "US-NY")
    assert may_be_in(Spot("America/New_York", "US", "BIG APPLE"), "US-NY")
    assert not may_be_in(Spot("America/Toronto", "CA", "ON"), "US")
