"""Where a person may be: every place that what we know allows, never the likeliest one.

A country without a region may be any of its zones, data that contradict each other count all of them, and the country
of a mail domain is one more possibility beside what is known. Nobody's place is guessed from a domain alone.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones

_NAMES = {"UK": "GB", "EL": "GR", "ENGLAND": "GB", "SCOTLAND": "GB", "WALES": "GB", "UNITED KINGDOM": "GB"} | {
    "UNITED STATES OF AMERICA": "US",
    "U.S.": "US",
    "U.S.A.": "US",
    "GREAT BRITAIN": "GB",
    "CZECHIA": "CZ",
    "THE NETHERLANDS": "NL",
}
_ANYBODYS = frozenset(
    {"ac", "ag", "ai", "am", "as", "bz", "cc", "cd", "co", "cx", "dj", "fm", "gg", "gl", "gs", "im", "io", "la", "ly"}
    | {"me", "ms", "mu", "nu", "pw", "re", "sc", "sh", "so", "st", "tk", "to", "tv", "vc", "ws"}
)
"""Domains of countries that are sold to everybody: they tell of no place."""
_WEEKEND = frozenset({5, 6})


@dataclass(frozen=True)
class Place:
    """Where a person is said to be; "" is not known. ISO 3166-1 alpha-2, second part of ISO 3166-2, IANA."""

    country: str = ""
    region: str = ""
    zone: str = ""


@dataclass(frozen=True)
class Spot:
    """One possibility: a zone of `zone.tab` with the country and region whose holidays count there."""

    zone: str
    country: str
    region: str = ""

    @property
    def clock(self) -> ZoneInfo:
        """Return the rules of its clock."""
        return ZoneInfo(self.zone)


def spots(places: Sequence[Place], address: str = "") -> tuple[Spot, ...] | None:
    """Return all that is possible, in a fixed order; None where nothing is known: then no time is safe."""
    return _spots(tuple(places), _domain_country(address))


@lru_cache(maxsize=4096)
def _spots(places: tuple[Place, ...], domain: str) -> tuple[Spot, ...] | None:
    found = {spot for place in places for spot in _of(place)}
    if not found or any(_is_unreadable(place) for place in places):
        return None
    if domain and domain not in {spot.country for spot in found}:
        found |= {Spot(zone, domain) for zone in _zones()[domain]}
    return tuple(sorted(found, key=lambda spot: (spot.country, spot.region, spot.zone)))


def country_code(written: str) -> str:
    """Return the ISO 3166-1 alpha-2 code of a country however it is written (us, USA, Germany); "" if unknown."""
    name = " ".join(written.upper().split())
    if name in _zones():
        return name
    return _NAMES.get(name) or _countries().get(name) or (_alpha_3(name) if len(name) == 3 else "")


def region_code(country: str, written: str) -> str:
    """Return a region without its country: NY of US-NY, ny or New York; as it is written where nobody knows it."""
    region = " ".join(written.upper().split()).removeprefix(f"{country}-")
    return _region_names(country).get(region, region) if len(region) > 3 else region


def zone_name(written: str) -> str:
    """Return the zone of `zone.tab` that is meant (Asia/Kolkata of asia/calcutta); "" of UTC, which is no place."""
    name = _spellings().get(written.strip().casefold(), "")
    if "/" not in name or name.startswith("Etc/"):  # EST is said of half a continent
        return ""
    for _ in range(4):  # a link of a link
        if name in _country_of():
            return name
        name = _links().get(name, "")
    return ""


def is_free_day(spot: Spot, day: date, *, weekend: frozenset[int] | None = None, holidays: bool = True) -> bool:
    """Tell whether people do not work there on a day: weekend (its country's own, unless given) or public holiday."""
    own, free = _calendar(spot.country, spot.region, day.year)
    return day.weekday() in (own if weekend is None else weekend) or (holidays and day in free)


def _of(place: Place) -> set[Spot]:
    """Return what one place allows. A zone outside its country or region contradicts it: both count."""
    country, zone = country_code(place.country), zone_name(place.zone)
    region = region_code(country, place.region) if country else ""
    allowed = _regions(country).get(region) or _zones().get(country, frozenset())
    if zone and (not country or zone in allowed):
        return {Spot(zone, country or _country_of()[zone], region)}
    both = {Spot(each, country, region) for each in allowed}
    return both | ({Spot(zone, _country_of()[zone])} if zone else set())


def _is_unreadable(place: Place) -> bool:
    """Tell whether a place names a country nobody knows: then it may be anywhere, whatever else is said."""
    return bool(place.country.strip()) and not country_code(place.country)


def _domain_country(address: str) -> str:
    """Return the country that a mail address's domain belongs to; "" where it is sold to everybody."""
    ending = address.strip().rstrip(".>").rpartition("@")[2].rpartition(".")[2].casefold()
    return "" if ending in _ANYBODYS or len(ending) != 2 else country_code(ending)


@cache
def _calendar(country: str, region: str, year: int) -> tuple[frozenset[int], frozenset[date]]:
    import holidays  # reads all countries (some 40 MB, a third of a second): not before somebody asks

    try:
        days = holidays.country_holidays(country, subdiv=region or None, years=year)
    except NotImplementedError:  # of that region, or of the country: then no holiday is known
        return _calendar(country, "", year) if region else (_WEEKEND, frozenset())
    return frozenset(days.weekend), frozenset(days)


@cache
def _region_names(country: str) -> dict[str, str]:
    import holidays

    try:
        calendar = holidays.country_holidays(country)
    except NotImplementedError:
        return {}
    return {name.upper(): code for code, names in calendar.get_subdivision_aliases().items() for name in names}


@cache
def _alpha_3(name: str) -> str:
    from holidays.registry import COUNTRIES

    return next((two for _, two, *more in COUNTRIES.values() if name in more and two in _zones()), "")


def _table(name: str) -> list[list[str]]:
    text = files("tzdata").joinpath("zoneinfo", name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]


@cache
def _zones() -> dict[str, frozenset[str]]:
    """Return the zones of each country."""
    rows = [(row[0], row[2]) for row in _table("zone.tab")]
    return {country: frozenset(zone for code, zone in rows if code == country) for country, _ in rows}


@cache
def _country_of() -> dict[str, str]:
    return {zone: country for country, zones in _zones().items() for zone in zones}


@cache
def _countries() -> dict[str, str]:
    return {row[1].upper(): row[0] for row in _table("iso3166.tab") if row[0] in _zones()}


@cache
def _links() -> dict[str, str]:
    """Return what older names of zones point to."""
    text = files("tzdata").joinpath("zoneinfo", "tzdata.zi").read_text(encoding="utf-8")
    return {new: old for old, new in re.findall(r"^L (\S+) (\S+)$", text, re.MULTILINE)}


@cache
def _spellings() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones()}


@cache
def _regions(country: str) -> dict[str, frozenset[str]]:
    """Return the zones of each region of a country that the table has, without those this machine does not know."""
    table = _region_table().get(country, {})
    names = {region for regions in table.values() for region in regions.split()}
    return {
        name: frozenset(zone_name(zone) for zone, regions in table.items() if name in regions.split()) - {""}
        for name in names
    }


@cache
def _region_table() -> dict[str, dict[str, str]]:
    return tomllib.loads(files(__package__).joinpath("places.toml").read_text(encoding="utf-8"))


def may_be_in(spot: Spot, area: str) -> bool:
    """Tell whether a possibility may lie in an area: a country (US), or a region of one (US-NY)."""
    country, _, region = area.partition("-")
    if spot.country != country or not region:
        return spot.country == country
    if spot.region in _regions(country):  # what we cannot read may be any
        return spot.region == region
    return spot.zone in _regions(country).get(region, frozenset({spot.zone}))
